-- name: agencies
-- $1 after code, $2 text or null, $3 level or null, $4 parent or null, $5 limit
WITH wanted AS MATERIALIZED (SELECT '%' || search_fold($2::text) || '%' AS pattern)
SELECT a.code, a.name, a.level, a.parent, p.name AS parent_name, a.endpoint, a.valid_from,
       a.valid_to, a.successor, s.name AS successor_name,
       ARRAY(SELECT l.alias FROM agency_alias l WHERE l.code = a.code ORDER BY l.alias) AS aliases,
       (SELECT count(*)::integer FROM enrolment e
        WHERE e.agency = a.code AND e.revoked_at IS NULL) AS certificates
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
       (SELECT count(*)::integer FROM enrolment e
        WHERE e.agency = a.code AND e.revoked_at IS NULL) AS certificates
FROM agency a
LEFT JOIN agency p ON p.code = a.parent
LEFT JOIN agency s ON s.code = a.successor
WHERE a.code = $1 OR a.code = (SELECT code FROM agency_alias WHERE alias = $1)
ORDER BY a.code <> $1
LIMIT 1

-- name: certificates
-- Certificates with their bindings and how these stand: a binding ends with the certificate or
-- with its own last day on Việt Nam's calendar, whichever comes first.
-- $1 after agency, $2 after fingerprint, $3 text or null, $4 standing or null, $5 agency or null,
-- $6 fingerprint or null, $7 limit, $8 now, $9 today, $10 soon, $11 the day that is soon
WITH wanted AS MATERIALIZED (SELECT '%' || search_fold($3::text) || '%' AS pattern),
entry AS (
    SELECT c.fingerprint, c.subject, c.issuer, c.serial, c.not_before, c.not_after,
           e.agency, a.name AS agency_name, e.valid_from, e.valid_to, e.revoked_at,
           CASE
               WHEN e.agency IS NULL THEN 'unbound'
               WHEN e.revoked_at IS NOT NULL THEN 'revoked'
               WHEN c.not_after < $8 OR e.valid_to < $9 THEN 'expired'
               WHEN c.not_before > $8 OR e.valid_from > $9 THEN 'not_yet_valid'
               WHEN c.not_after < $10 OR e.valid_to < $11 THEN 'expiring'
               ELSE 'good'
           END AS standing
    FROM certificate c
    LEFT JOIN enrolment e USING (fingerprint)
    LEFT JOIN agency a ON a.code = e.agency
    WHERE (coalesce(e.agency, ''), c.fingerprint) > ($1, $2)
      AND ($3::text IS NULL
           OR c.search LIKE (SELECT pattern FROM wanted)
           OR a.search LIKE (SELECT pattern FROM wanted))
      AND ($5::text IS NULL OR e.agency = $5)
      AND ($6::text IS NULL OR c.fingerprint = $6)
)
SELECT * FROM entry
WHERE $4::text IS NULL OR standing = $4
ORDER BY coalesce(agency, ''), fingerprint
LIMIT $7
