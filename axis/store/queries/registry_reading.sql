-- name: agencies
-- $1 after code, $2 text or null, $3 level or null, $4 parent or null, $5 limit
WITH wanted AS MATERIALIZED (SELECT '%' || search_fold($2::text) || '%' AS pattern)
SELECT a.code, a.name, a.level, a.parent, p.name AS parent_name, a.endpoint, a.valid_from,
       a.valid_to, a.successor, s.name AS successor_name,
       ARRAY(SELECT l.alias FROM agency_alias l WHERE l.code = a.code ORDER BY l.alias) AS aliases,
       (SELECT count(DISTINCT e.fingerprint)::integer FROM enrolment e
        WHERE e.agency = a.code AND e.revoked_at IS NULL AND e.capacity <> 'carrier'
       ) AS certificates
FROM agency a
LEFT JOIN agency p ON p.code = a.parent
LEFT JOIN agency s ON s.code = a.successor
WHERE a.code > $1
  AND ($2::text IS NULL
       OR a.search LIKE (SELECT pattern FROM wanted)
       OR a.code IN (SELECT l.code FROM agency_alias l, wanted
                     WHERE lower(l.alias) LIKE wanted.pattern))
  AND ($3::text IS NULL OR a.level = $3)
  AND ($4::text IS NULL OR a.parent = $4)
ORDER BY a.code
LIMIT $5

-- name: agency
-- $1 code or alias; a code outranks an alias
SELECT a.code, a.name, a.level, a.parent, p.name AS parent_name, a.endpoint, a.valid_from,
       a.valid_to, a.successor, s.name AS successor_name,
       ARRAY(SELECT l.alias FROM agency_alias l WHERE l.code = a.code ORDER BY l.alias) AS aliases,
       (SELECT count(DISTINCT e.fingerprint)::integer FROM enrolment e
        WHERE e.agency = a.code AND e.revoked_at IS NULL AND e.capacity <> 'carrier'
       ) AS certificates
FROM agency a
LEFT JOIN agency p ON p.code = a.parent
LEFT JOIN agency s ON s.code = a.successor
WHERE a.code = $1 OR a.code = (SELECT code FROM agency_alias WHERE alias = $1)
ORDER BY a.code <> $1
LIMIT 1

-- name: certificates
-- Certificates with their mandates and how these stand: a mandate ends with the certificate or
-- with its own last day on Việt Nam's calendar, whichever comes first.
-- $1 after agency, $2 after fingerprint, $3 after mandate, $4 text or null, $5 standing or null,
-- $6 agency or null, $7 fingerprint or null, $8 limit, $9 now, $10 today, $11 soon, $12 the day
-- that is soon
WITH wanted AS MATERIALIZED (SELECT '%' || search_fold($4::text) || '%' AS pattern),
entry AS (
    SELECT c.fingerprint, c.subject, c.issuer, c.serial, c.not_before, c.not_after,
           e.id AS mandate, e.agency, a.name AS agency_name, e.capacity,
           coalesce(e.kinds, '{}') AS kinds, coalesce(e.act, '') AS act,
           e.valid_from, e.valid_to, e.revoked_at,
           CASE
               WHEN e.agency IS NULL THEN 'unbound'
               WHEN e.revoked_at IS NOT NULL THEN 'revoked'
               WHEN c.not_after < $9 OR e.valid_to < $10 THEN 'expired'
               WHEN c.not_before > $9 OR e.valid_from > $10 THEN 'not_yet_valid'
               WHEN c.not_after < $11 OR e.valid_to < $12 THEN 'expiring'
               ELSE 'good'
           END AS standing
    FROM certificate c
    LEFT JOIN enrolment e USING (fingerprint)
    LEFT JOIN agency a ON a.code = e.agency
    WHERE (coalesce(e.agency, ''), c.fingerprint,
           coalesce(e.id, '00000000-0000-0000-0000-000000000000')) > ($1, $2, $3)
      AND ($4::text IS NULL
           OR c.search LIKE (SELECT pattern FROM wanted)
           OR a.search LIKE (SELECT pattern FROM wanted))
      AND ($6::text IS NULL OR e.agency = $6)
      AND ($7::text IS NULL OR c.fingerprint = $7)
)
SELECT * FROM entry
WHERE $5::text IS NULL OR standing = $5
ORDER BY coalesce(agency, ''), fingerprint, mandate
LIMIT $8
