-- Whatever a person sees is bound to the scope: $agencies are the viewer's, $everything is true
-- for administrators. A sender sees every delivery of its documents, a receiver its own. A step is
-- a delivery's state, or that a later version counts instead (view stepped).

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
-- documents along indexes; where the text fits very many of them ($6 null), documents that fit
-- come soon when the newest are looked at one by one.
-- $1 older than, $2 text or null, $3 state or null, $4 steps or null, $5 limit, $6 matching
-- agencies or null
WITH wanted AS MATERIALIZED (SELECT '%' || search_fold($2::text) || '%' AS pattern)
SELECT id FROM (
    (SELECT d.id
     FROM document d
     WHERE d.id < $1
       AND ($2::text IS NULL
            OR d.search LIKE (SELECT pattern FROM wanted)
            OR $6::text[] IS NULL AND (
                SELECT true
                FROM (SELECT d.sender AS code
                      UNION ALL SELECT v.receiver FROM delivery v WHERE v.document = d.id) AS party
                JOIN agency a USING (code) LEFT JOIN agency_alias l USING (code)
                WHERE a.search LIKE (SELECT pattern FROM wanted)
                   OR lower(l.alias) LIKE (SELECT pattern FROM wanted)
                LIMIT 1))
       AND ($3::text IS NULL AND $4::text[] IS NULL
            OR EXISTS (SELECT FROM stepped v
                       WHERE v.document = d.id
                         AND ($3 IS NULL OR v.state = $3) AND ($4 IS NULL OR v.step = ANY ($4))))
     ORDER BY d.id DESC
     LIMIT $5)
    UNION
    SELECT sent.id
    FROM unnest($6::text[]) AS party (code) CROSS JOIN LATERAL (
        SELECT d.id
        FROM document d
        WHERE d.sender = party.code AND d.id < $1
          AND ($3::text IS NULL AND $4::text[] IS NULL
               OR EXISTS (SELECT FROM stepped v
                          WHERE v.document = d.id
                            AND ($3 IS NULL OR v.state = $3) AND ($4 IS NULL OR v.step = ANY ($4))))
        ORDER BY d.id DESC
        LIMIT $5
    ) AS sent
    UNION
    SELECT received.id
    FROM unnest($6::text[]) AS party (code) CROSS JOIN LATERAL (
        SELECT v.document AS id
        FROM delivery v
        WHERE v.receiver = party.code AND v.document < $1
          AND ($3::text IS NULL AND $4::text[] IS NULL
               OR EXISTS (SELECT FROM stepped w
                          WHERE w.document = v.document
                            AND ($3 IS NULL OR w.state = $3) AND ($4 IS NULL OR w.step = ANY ($4))))
        ORDER BY v.document DESC
        LIMIT $5
    ) AS received
) AS found
ORDER BY id DESC
LIMIT $5

-- name: found_late_of_all
-- Ids of matching documents with late deliveries for administrators, newest first. Late deliveries are
-- gone through by their documents, along an index of their own, until the page is full.
-- $1 older than, $2 text or null, $3 state or null, $4 steps or null, $5 limit, $6 matching
-- agencies, null where they are very many
WITH wanted AS MATERIALIZED (SELECT '%' || search_fold($2::text) || '%' AS pattern)
SELECT DISTINCT v.document AS id
FROM stepped v JOIN document d ON d.id = v.document
WHERE v.late <> '{}' AND v.document < $1
  AND ($3::text IS NULL OR v.state = $3)
  AND ($4::text[] IS NULL OR v.step = ANY ($4))
  AND ($2::text IS NULL
       OR d.search LIKE (SELECT pattern FROM wanted)
       OR d.sender = ANY ($6::text[]) OR v.receiver = ANY ($6)
       OR $6 IS NULL AND (
           SELECT true
           FROM (VALUES (d.sender), (v.receiver)) AS party (code)
           JOIN agency a USING (code) LEFT JOIN agency_alias l USING (code)
           WHERE a.search LIKE (SELECT pattern FROM wanted)
              OR lower(l.alias) LIKE (SELECT pattern FROM wanted)
           LIMIT 1))
ORDER BY v.document DESC
LIMIT $5

-- name: found_of_agencies
-- Ids of matching documents that these agencies sent or received, newest first. What a receiver
-- may not see does not match either: the other receivers, their number and their states.
-- $1 older than, $2 text or null, $3 state or null, $4 steps or null, $5 limit, $6 agencies,
-- $7 sent, $8 received, $9 only late ones
WITH wanted AS MATERIALIZED (SELECT '%' || search_fold($2::text) || '%' AS pattern),
own AS (SELECT DISTINCT code FROM unnest($6::text[]) AS code)
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
          AND ($3::text IS NULL AND $4::text[] IS NULL AND NOT $9
               OR EXISTS (SELECT FROM stepped v
                          WHERE v.document = d.id
                            AND ($3 IS NULL OR v.state = $3) AND ($4 IS NULL OR v.step = ANY ($4))
                            AND (NOT $9 OR v.late <> '{}')))
        ORDER BY d.id DESC
        LIMIT $5
    ) AS sent
    WHERE $7
    UNION
    SELECT received.id
    FROM own CROSS JOIN LATERAL (
        SELECT v.document AS id
        FROM stepped v JOIN document d ON d.id = v.document
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
          AND ($4::text[] IS NULL OR v.step = ANY ($4))
          AND (NOT $9 OR v.late <> '{}')
        ORDER BY v.document DESC
        LIMIT $5
    ) AS received
    WHERE $8
) AS found
ORDER BY id DESC
LIMIT $5

-- name: lines
-- The lines of these documents, as far as they are the viewer's.
-- $1 ids, $2 agencies, $3 everything
SELECT d.id, d.document_id, d.number, d.notation, d.subject, d.type_name, d.kind, d.priority,
       d.sender, a.name AS sender_name, d.promulgated, d.accepted_at,
       d.due, d.reason, d.sha256, d.size, d.endpoint, c.subject AS certificate_subject, d.verdict,
       $3 OR d.sender = ANY ($2::text[]) AS sent,
       coalesce(seen.receivers, 0) AS receivers, coalesce(seen.states, '{}') AS states,
       coalesce(seen.late, 0) AS late, few.first_receivers, few.groups,
       ARRAY(
           SELECT DISTINCT f.kind
           FROM document_link k JOIN document f ON f.id = k.document
           WHERE k.target = d.id
             AND ($3 OR k.receivers = '{}' OR k.receivers && $2::text[]
                  OR d.sender = ANY ($2::text[]))
             AND ($3 OR f.sender = ANY ($2::text[])
                  OR EXISTS (SELECT FROM delivery v
                             WHERE v.document = f.id AND v.receiver = ANY ($2::text[])))
           ORDER BY f.kind
       ) AS followed_by,
       EXISTS (
           SELECT FROM document_answer w JOIN document f ON f.id = w.document
           WHERE w.agency = d.sender AND w.document_id = d.document_id AND d.kind <> 1
             AND ($3 OR f.sender = ANY ($2::text[])
                  OR EXISTS (SELECT FROM delivery v
                             WHERE v.document = f.id AND v.receiver = ANY ($2::text[])))
       ) AS answered
FROM document d
JOIN agency a ON a.code = d.sender
JOIN certificate c ON c.fingerprint = d.certificate
CROSS JOIN LATERAL (
    SELECT sum(n)::integer AS receivers, jsonb_object_agg(state, n) AS states,
           sum(late)::integer AS late
    FROM (
        SELECT v.state, count(*) AS n, count(*) FILTER (WHERE v.late <> '{}') AS late
        FROM delivery v
        WHERE v.document = d.id
          AND ($3 OR d.sender = ANY ($2::text[]) OR v.receiver = ANY ($2::text[]))
        GROUP BY v.state
    ) AS counted
) AS seen
CROSS JOIN LATERAL (
    SELECT coalesce(array_agg(r.name ORDER BY v.id), '{}') AS first_receivers,
           ARRAY(
               SELECT g.name FROM agency_group g
               WHERE g.code = ANY (string_to_array(string_agg(v.named, ' '), ' '))
               ORDER BY g.code
           ) AS groups
    FROM (
        SELECT v.id, v.receiver, array_to_string(v.named, ' ') AS named
        FROM delivery v
        WHERE v.document = d.id
          AND ($3 OR d.sender = ANY ($2::text[]) OR v.receiver = ANY ($2::text[]))
        ORDER BY v.id
        LIMIT 3
    ) AS v
    JOIN agency r ON r.code = v.receiver
) AS few
WHERE d.id = ANY ($1::uuid[])
  AND ($3 OR d.sender = ANY ($2::text[])
       OR EXISTS (SELECT FROM delivery v
                  WHERE v.document = d.id AND v.receiver = ANY ($2::text[])))
ORDER BY d.id DESC

-- name: deliveries
-- The deliveries of one document that the viewer may see, and the newest version that a receiver
-- works by instead. That day is due by which that one says.
-- $1 document, $2 agencies, $3 everything
WITH newest AS (
    SELECT receiver, (max(by::text))::uuid AS by
    FROM superseded WHERE document = $1 GROUP BY receiver
)
SELECT v.id, v.receiver, a.name AS receiver_name, v.named, v.endpoint, v.state, v.reached,
       v.changed_at, v.late, n.by IS NOT NULL AS superseded,
       CASE WHEN n.by IS NULL THEN least(v.deadline, v.due) ELSE v.deadline END AS deadline,
       later.id AS later, later.number AS later_number, later.notation AS later_notation
FROM delivery v
JOIN document d ON d.id = v.document
JOIN agency a ON a.code = v.receiver
LEFT JOIN newest n ON n.receiver = v.receiver
    AND v.state IN ('received', 'assigned', 'in_progress')
LEFT JOIN document later ON later.id = n.by
    AND ($3 OR later.sender = ANY ($2::text[]) OR v.receiver = ANY ($2::text[]))
WHERE v.document = $1
  AND ($3 OR d.sender = ANY ($2::text[]) OR v.receiver = ANY ($2::text[]))
ORDER BY v.id

-- name: groups
-- Names of the groups among these codes.
SELECT code, name FROM agency_group WHERE code = ANY ($1::text[])

-- name: open_steps_of_all
-- How many deliveries are at each step, and late, of the newest and of those that are stuck.
-- $1 how many of each at most
WITH looked_at AS MATERIALIZED (
    (SELECT id FROM delivery ORDER BY id DESC LIMIT $1)
    UNION
    (SELECT id FROM delivery WHERE late <> '{}' ORDER BY id DESC LIMIT $1)
    UNION
    (SELECT id FROM delivery WHERE state = 'undeliverable' ORDER BY id DESC LIMIT $1)
)
SELECT step, late <> '{}' AS late, false AS received, false AS sent, count(*)::integer AS n
FROM looked_at JOIN stepped USING (id)
GROUP BY 1, 2

-- name: open_steps_of_agencies
-- The same for deliveries that these agencies sent or receive, by which of both they did.
-- $1 how many of each agency at most, $2 agencies
WITH own AS (SELECT DISTINCT code FROM unnest($2::text[]) AS code),
looked_at AS MATERIALIZED (
    SELECT id, bool_or(received) AS received, bool_or(sent) AS sent
    FROM (
        SELECT received.*
        FROM own CROSS JOIN LATERAL (
            SELECT id, true AS received, false AS sent FROM delivery
            WHERE receiver = own.code ORDER BY document DESC LIMIT $1
        ) AS received
        UNION ALL
        SELECT sent.*
        FROM own CROSS JOIN LATERAL (
            SELECT v.id, v.receiver = ANY ($2) AS received, true AS sent
            FROM (SELECT id FROM document WHERE sender = own.code ORDER BY id DESC LIMIT $1) AS d
            JOIN delivery v ON v.document = d.id
            ORDER BY d.id DESC LIMIT $1
        ) AS sent
    ) AS each
    GROUP BY id
)
SELECT step, late <> '{}' AS late, received, sent, count(*)::integer AS n
FROM looked_at JOIN stepped USING (id)
GROUP BY 1, 2, 3, 4

-- name: events
-- The events of one document but for its own statuses. A receiver sees those about its own
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
WHERE e.document = $1
  AND (e.status IS NULL
       OR NOT EXISTS (SELECT FROM status t WHERE t.id = e.status AND t.document = e.document))
  AND ($3 OR d.sender = ANY ($2::text[]) OR about.evidence IS NOT NULL)
ORDER BY e.sequence

-- name: statuses
-- The statuses about one document, and the answers to recalls of it and to updates that drop their
-- receiver: the sender sees all, a receiver those of its own delivery.
-- Of the receipts that the viewer may read, the one that proves the status comes first.
-- $1 document, $2 agencies, $3 everything
WITH told AS (
    SELECT e.status,
           (array_agg(e.event ORDER BY e.sequence) FILTER (WHERE e.submission IS NULL))[1] AS event,
           (array_agg(e.id ORDER BY e.submission IS NOT NULL, e.sequence)
            FILTER (WHERE $3 OR e.agency = ANY ($2::text[])))[1] AS receipt
    FROM evidence e
    WHERE (e.document = $1 OR e.document IN (
               SELECT k.document
               FROM document_link k JOIN document f ON f.id = k.document
               WHERE k.target = $1 AND f.kind IN (1, 2)))
      AND e.status IS NOT NULL
    GROUP BY e.status
)
SELECT t.id, t.code, t.accepted_at, t.description, t.sender, a.name AS sender_name, v.receiver,
       told.event, told.receipt
FROM status t
JOIN document d ON d.id = t.document
JOIN delivery v ON v.id = t.delivery
JOIN agency a ON a.code = t.sender
LEFT JOIN told ON told.status = t.id
WHERE (t.document = $1
       OR t.code IN ('15', '16') AND t.document IN (
           SELECT k.document
           FROM document_link k JOIN document f ON f.id = k.document
           WHERE k.target = $1 AND (f.kind = 1 OR v.receiver = ANY (k.dropped))))
  AND ($3 OR d.sender = ANY ($2::text[])
       OR t.sender = ANY ($2::text[]) OR t.addressee = ANY ($2::text[]))
ORDER BY t.id

-- name: linked
-- Documents that this one is about or answers, and those that are about it or answer it, as far as
-- the viewer's. A recall of an earlier version recalls this one, too. What holds for some receivers
-- only is told the sender and those, as is who was dropped. The reason is the acting document's. At
-- most the newest $4 of them.
-- $1 document, $2 agencies, $3 everything, $4 limit, $5 steps to earlier versions
WITH RECURSIVE version AS (
    SELECT $1::uuid AS id, 0 AS step
    UNION
    SELECT k.target, version.step + 1
    FROM version
    JOIN document_link k ON k.document = version.id
    JOIN document d ON d.id = k.document
    JOIN document t ON t.id = k.target
    WHERE version.step < $5 AND (d.kind = 2 OR d.kind = 3 AND d.document_id = t.document_id)
), tie AS (
    SELECT k.target AS id, k.receivers, k.dropped,
           CASE d.kind WHEN 1 THEN 'recalls' WHEN 2 THEN 'updates' ELSE 'replaces' END AS relation
    FROM document_link k JOIN document d ON d.id = k.document
    WHERE k.document = $1
    UNION
    SELECT k.document, k.receivers, k.dropped,
           CASE d.kind WHEN 1 THEN 'recalled_by' WHEN 2 THEN 'updated_by' ELSE 'replaced_by' END
    FROM document_link k JOIN document d ON d.id = k.document
    WHERE k.target = $1
    UNION
    SELECT k.document, k.receivers, k.dropped, 'recalled_by'
    FROM version
    JOIN document_link k ON k.target = version.id
    JOIN document d ON d.id = k.document
    WHERE d.kind = 1 AND d.id > $1
    UNION
    SELECT d.id, '{}', '{}', 'answers'
    FROM document_answer a JOIN document d ON d.sender = a.agency AND d.document_id = a.document_id
    WHERE a.document = $1 AND d.kind <> 1
    UNION
    SELECT a.document, '{}', '{}', 'answered_by'
    FROM document d JOIN document_answer a ON a.agency = d.sender AND a.document_id = d.document_id
    WHERE d.id = $1 AND d.kind <> 1
)
SELECT d.id, tie.relation, tie.receivers,
       CASE WHEN $3 OR own.sender = ANY ($2::text[]) THEN tie.dropped
            ELSE ARRAY(SELECT unnest(tie.dropped) INTERSECT SELECT unnest($2::text[])) END AS dropped,
       CASE WHEN tie.relation IN ('recalls', 'updates', 'replaces') THEN own.reason
            WHEN tie.relation NOT LIKE 'answer%' THEN d.reason END AS reason,
       d.kind, d.number, d.notation, d.subject, d.accepted_at
FROM tie
JOIN document d ON d.id = tie.id
JOIN document own ON own.id = $1
WHERE ($3 OR d.sender = ANY ($2::text[])
       OR EXISTS (SELECT FROM delivery v
                  WHERE v.document = d.id AND v.receiver = ANY ($2::text[])))
  AND ($3 OR tie.receivers = '{}' OR tie.receivers && $2::text[]
       OR own.sender = ANY ($2::text[]))
ORDER BY d.id DESC, tie.relation
LIMIT $4

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

-- name: status
-- The signed bytes of one status, for both sides of it and the sender of what it is about.
-- $1 status, $2 agencies, $3 everything
SELECT t.body
FROM status t JOIN document d ON d.id = t.document
WHERE t.id = $1
  AND ($3 OR d.sender = ANY ($2::text[])
       OR t.sender = ANY ($2::text[]) OR t.addressee = ANY ($2::text[]))

-- name: receipt
-- $1 receipt, $2 agencies, $3 everything
SELECT id, event, at, document, receipt AS xml
FROM evidence
WHERE id = $1 AND ($3 OR agency = ANY ($2::text[]))
