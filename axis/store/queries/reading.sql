-- Whatever a person sees is bound to the scope: $agencies are the viewer's, $everything is true
-- for administrators. A sender sees every delivery of its documents, a receiver its own.

-- name: agencies_matching
-- Codes of agencies with this text in code, old code or name, up to a number.
-- $1 text, $2 limit
WITH wanted AS MATERIALIZED (SELECT '%' || search_fold($1::text) || '%' AS pattern)
SELECT a.code FROM agency a WHERE a.search LIKE (SELECT pattern FROM wanted)
UNION
SELECT l.code FROM agency_alias l WHERE lower(l.alias) LIKE (SELECT pattern FROM wanted)
LIMIT $2

-- name: found_of_all
-- Ids of matching documents for administrators, newest first. Few matching agencies lead to their
-- documents along indexes; where the text fits very many of them ($5 null), documents that fit
-- come soon when the newest are looked at one by one.
-- $1 older than, $2 text or null, $3 state or null, $4 limit, $5 matching agencies or null
WITH wanted AS MATERIALIZED (SELECT '%' || search_fold($2::text) || '%' AS pattern)
SELECT id FROM (
    (SELECT d.id
     FROM document d
     WHERE d.id < $1
       AND ($2::text IS NULL
            OR d.search LIKE (SELECT pattern FROM wanted)
            OR $5::text[] IS NULL AND (
                SELECT true
                FROM (SELECT d.sender AS code
                      UNION ALL SELECT v.receiver FROM delivery v WHERE v.document = d.id) AS party
                JOIN agency a USING (code) LEFT JOIN agency_alias l USING (code)
                WHERE a.search LIKE (SELECT pattern FROM wanted)
                   OR lower(l.alias) LIKE (SELECT pattern FROM wanted)
                LIMIT 1))
       AND ($3::text IS NULL
            OR EXISTS (SELECT FROM delivery v WHERE v.document = d.id AND v.state = $3))
     ORDER BY d.id DESC
     LIMIT $4)
    UNION
    SELECT sent.id
    FROM unnest($5::text[]) AS party (code) CROSS JOIN LATERAL (
        SELECT d.id
        FROM document d
        WHERE d.sender = party.code AND d.id < $1
          AND ($3::text IS NULL
               OR EXISTS (SELECT FROM delivery v WHERE v.document = d.id AND v.state = $3))
        ORDER BY d.id DESC
        LIMIT $4
    ) AS sent
    UNION
    SELECT received.id
    FROM unnest($5::text[]) AS party (code) CROSS JOIN LATERAL (
        SELECT v.document AS id
        FROM delivery v
        WHERE v.receiver = party.code AND v.document < $1
          AND ($3::text IS NULL
               OR EXISTS (SELECT FROM delivery w WHERE w.document = v.document AND w.state = $3))
        ORDER BY v.document DESC
        LIMIT $4
    ) AS received
) AS found
ORDER BY id DESC
LIMIT $4

-- name: found_of_agencies
-- Ids of matching documents that these agencies sent or received, newest first. What a receiver
-- may not see does not match either: the other receivers, their number and their states.
-- $1 older than, $2 text or null, $3 state or null, $4 limit, $5 agencies, $6 sent, $7 received
WITH wanted AS MATERIALIZED (SELECT '%' || search_fold($2::text) || '%' AS pattern),
own AS (SELECT DISTINCT code FROM unnest($5::text[]) AS code)
SELECT id FROM (
    SELECT sent.id
    FROM own CROSS JOIN LATERAL (
        SELECT d.id
        FROM document d
        WHERE d.sender = own.code AND d.id < $1
          AND ($2::text IS NULL
               OR d.search LIKE (SELECT pattern FROM wanted)
               OR (SELECT true
                   FROM (SELECT d.sender AS code
                         UNION ALL
                         SELECT v.receiver FROM delivery v WHERE v.document = d.id) AS party
                   JOIN agency a USING (code) LEFT JOIN agency_alias l USING (code)
                   WHERE a.search LIKE (SELECT pattern FROM wanted)
                      OR lower(l.alias) LIKE (SELECT pattern FROM wanted)
                   LIMIT 1))
          AND ($3::text IS NULL
               OR EXISTS (SELECT FROM delivery v WHERE v.document = d.id AND v.state = $3))
        ORDER BY d.id DESC
        LIMIT $4
    ) AS sent
    WHERE $6
    UNION
    SELECT received.id
    FROM own CROSS JOIN LATERAL (
        SELECT v.document AS id
        FROM delivery v JOIN document d ON d.id = v.document
        WHERE v.receiver = own.code AND v.document < $1
          AND ($2::text IS NULL
               OR d.search LIKE (SELECT pattern FROM wanted)
               OR (SELECT true
                   FROM (VALUES (d.sender), (v.receiver)) AS party (code)
                   JOIN agency a USING (code) LEFT JOIN agency_alias l USING (code)
                   WHERE a.search LIKE (SELECT pattern FROM wanted)
                      OR lower(l.alias) LIKE (SELECT pattern FROM wanted)
                   LIMIT 1))
          AND ($3::text IS NULL OR v.state = $3)
        ORDER BY v.document DESC
        LIMIT $4
    ) AS received
    WHERE $7
) AS found
ORDER BY id DESC
LIMIT $4

-- name: lines
-- The lines of these documents, as far as they are the viewer's.
-- $1 ids, $2 agencies, $3 everything
SELECT d.id, d.document_id, d.number, d.notation, d.subject, d.type_name, d.kind, d.priority,
       d.sender, a.name AS sender_name, d.promulgated, d.accepted_at,
       d.due, d.sha256, d.size, d.endpoint, c.subject AS certificate_subject, d.verdict,
       $3 OR d.sender = ANY ($2::text[]) AS sent,
       coalesce(seen.receivers, 0) AS receivers, coalesce(seen.states, '{}') AS states,
       few.first_receivers,
       ARRAY(
           SELECT DISTINCT f.kind
           FROM document_link k JOIN document f ON f.id = k.document
           WHERE k.target = d.id
             AND ($3 OR f.sender = ANY ($2::text[])
                  OR EXISTS (SELECT FROM delivery v
                             WHERE v.document = f.id AND v.receiver = ANY ($2::text[])))
           ORDER BY f.kind
       ) AS followed_by
FROM document d
JOIN agency a ON a.code = d.sender
JOIN certificate c ON c.fingerprint = d.certificate
CROSS JOIN LATERAL (
    SELECT sum(n)::integer AS receivers, jsonb_object_agg(state, n) AS states
    FROM (
        SELECT v.state, count(*) AS n
        FROM delivery v
        WHERE v.document = d.id
          AND ($3 OR d.sender = ANY ($2::text[]) OR v.receiver = ANY ($2::text[]))
        GROUP BY v.state
    ) AS counted
) AS seen
CROSS JOIN LATERAL (
    SELECT ARRAY(
        SELECT r.name
        FROM delivery v JOIN agency r ON r.code = v.receiver
        WHERE v.document = d.id
          AND ($3 OR d.sender = ANY ($2::text[]) OR v.receiver = ANY ($2::text[]))
        ORDER BY v.id
        LIMIT 3
    ) AS first_receivers
) AS few
WHERE d.id = ANY ($1::uuid[])
  AND ($3 OR d.sender = ANY ($2::text[])
       OR EXISTS (SELECT FROM delivery v
                  WHERE v.document = d.id AND v.receiver = ANY ($2::text[])))
ORDER BY d.id DESC

-- name: deliveries
-- The deliveries of one document that the viewer may see.
-- $1 document, $2 agencies, $3 everything
SELECT v.id, v.receiver, a.name AS receiver_name, v.named, v.endpoint, v.state, v.changed_at
FROM delivery v
JOIN document d ON d.id = v.document
JOIN agency a ON a.code = v.receiver
WHERE v.document = $1
  AND ($3 OR d.sender = ANY ($2::text[]) OR v.receiver = ANY ($2::text[]))
ORDER BY v.id

-- name: events
-- The events of one document but for its statuses. A receiver sees those about its own
-- deliveries; the receipt can be read where it is addressed to the viewer.
-- $1 document, $2 agencies, $3 everything
WITH visible AS (
    SELECT v.id, v.receiver
    FROM delivery v JOIN document d ON d.id = v.document
    WHERE v.document = $1
      AND ($3 OR d.sender = ANY ($2::text[]) OR v.receiver = ANY ($2::text[]))
),
about AS (
    SELECT x.evidence, array_agg(v.receiver ORDER BY v.id) AS receivers
    FROM visible v JOIN evidence_delivery x ON x.delivery = v.id
    GROUP BY x.evidence
)
SELECT e.id, e.event, e.at, coalesce(about.receivers, '{}') AS receivers,
       $3 OR coalesce(e.agency = ANY ($2::text[]), false) AS readable
FROM evidence e
JOIN document d ON d.id = e.document
LEFT JOIN about ON about.evidence = e.id
WHERE e.document = $1 AND e.status IS NULL
  AND ($3 OR d.sender = ANY ($2::text[]) OR about.evidence IS NOT NULL)
ORDER BY e.sequence

-- name: statuses
-- The statuses about one document: the sender sees all, a receiver those of its own delivery.
-- Of the receipts that the viewer may read, the one that proves the status comes first.
-- $1 document, $2 agencies, $3 everything
SELECT t.id, t.code, t.accepted_at, t.description, t.sender, a.name AS sender_name, v.receiver,
       (SELECT e.event FROM evidence e
        WHERE e.document = t.document AND e.status = t.id AND e.submission IS NULL
        ORDER BY e.sequence LIMIT 1) AS event,
       (SELECT e.id FROM evidence e
        WHERE e.document = t.document AND e.status = t.id
          AND ($3 OR e.agency = ANY ($2::text[]))
        ORDER BY e.submission IS NOT NULL, e.sequence LIMIT 1) AS receipt
FROM status t
JOIN document d ON d.id = t.document
JOIN delivery v ON v.id = t.delivery
JOIN agency a ON a.code = t.sender
WHERE t.document = $1
  AND ($3 OR d.sender = ANY ($2::text[])
       OR t.sender = ANY ($2::text[]) OR t.addressee = ANY ($2::text[]))
ORDER BY t.id

-- name: linked
-- Documents that this one is about (forward) or that are about it, as far as the viewer's.
-- $1 document, $2 agencies, $3 everything
SELECT d.id, d.kind, d.number, d.notation, d.subject, d.accepted_at, k.document = $1 AS forward
FROM document_link k
JOIN document d ON d.id = CASE WHEN k.document = $1 THEN k.target ELSE k.document END
WHERE (k.document = $1 OR k.target = $1)
  AND ($3 OR d.sender = ANY ($2::text[])
       OR EXISTS (SELECT FROM delivery v
                  WHERE v.document = d.id AND v.receiver = ANY ($2::text[])))
ORDER BY d.id

-- name: named
-- Ids of the viewer's documents with this DocumentId or number/notation, newest first.
-- $1 name, $2 agencies, $3 everything, $4 limit
SELECT d.id
FROM document d
WHERE (d.document_id = $1 OR left(d.number || '/' || d.notation, 200) = left($1, 200)
                             AND d.number || '/' || d.notation = $1)
  AND ($3 OR d.sender = ANY ($2::text[])
       OR EXISTS (SELECT FROM delivery v
                  WHERE v.document = d.id AND v.receiver = ANY ($2::text[])))
ORDER BY d.id DESC
LIMIT $4

-- name: refused_of_all
-- $1 older than, $2 limit
SELECT id, received_at, endpoint, sender, document_id, subject, reasons, receipt
FROM submission
WHERE outcome = 'refused' AND id < $1
ORDER BY id DESC
LIMIT $2

-- name: refused_of_agencies
-- $1 older than, $2 limit, $3 agencies
SELECT s.*
FROM (SELECT DISTINCT code FROM unnest($3::text[]) AS code) AS own
CROSS JOIN LATERAL (
    SELECT id, received_at, endpoint, sender, document_id, subject, reasons, receipt
    FROM submission
    WHERE outcome = 'refused' AND sender = own.code AND id < $1
    ORDER BY id DESC
    LIMIT $2
) AS s
ORDER BY s.id DESC
LIMIT $2

-- name: receipt
-- $1 receipt, $2 agencies, $3 everything
SELECT id, event, at, document, receipt AS xml
FROM evidence
WHERE id = $1 AND ($3 OR agency = ANY ($2::text[]))

-- name: dead_letters
-- $1 older than, $2 limit
SELECT id, at, queue, routing_key, user_id, message_id, reasons, size, sha256
FROM dead_letter
WHERE id < $1
ORDER BY id DESC
LIMIT $2

-- name: dead_letter_body
SELECT body FROM dead_letter WHERE id = $1
