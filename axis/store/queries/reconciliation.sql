-- Both directions are read along primary keys, which sort by time, a bounded stretch at a time: no
-- index more is kept up to date for every document because somebody compares registers some day.

-- name: sent_stretch
-- Where a stretch of so many submissions ends.
-- $1 after, $2 before, $3 how many
SELECT id FROM (
    SELECT id FROM submission WHERE id > $1 AND id < $2 ORDER BY id LIMIT $3
) AS ahead
ORDER BY id DESC
LIMIT 1

-- name: sent_within
-- $1 endpoint, $2 after, $3 up to, $4 status messages, too
SELECT s.id
FROM submission s
WHERE s.id > $2 AND s.id <= $3 AND s.endpoint = $1
  AND ($4 OR s.routing_key <> 'status' AND s.status IS NULL)

-- name: sent_like
-- Submissions with one of these keys, or of a document with one of these DocumentIds.
-- $1 endpoint, $2 message keys, $3 DocumentIds
SELECT id FROM submission WHERE endpoint = $1 AND message_key = ANY ($2::text[])
UNION
SELECT s.id
FROM document d JOIN submission s ON s.document = d.id
WHERE d.document_id = ANY ($3::text[]) AND s.endpoint = $1 AND s.status IS NULL
UNION
SELECT id FROM submission
WHERE outcome = 'refused' AND document_id = ANY ($3::text[]) AND endpoint = $1
  AND routing_key <> 'status'
UNION
SELECT s.id
FROM held_submission h JOIN submission s ON s.id = h.submission
WHERE h.brings = ANY ($3::text[]) AND s.endpoint = $1

-- name: sent_facts
-- $1 ids
SELECT s.id, s.message_key, s.sha256, s.outcome, s.receipt::text, s.received_at, s.document,
       CASE WHEN s.routing_key <> 'status' AND s.status IS NULL
            THEN coalesce(d.document_id, s.document_id) END AS document_id,
       d.kind,
       (SELECT min(CASE WHEN f.kind = 1 THEN 1 ELSE 2 END)
        FROM document_link l JOIN document f ON f.id = l.document
        WHERE l.target = s.document AND s.status IS NULL AND f.kind > 0) AS ended
FROM submission s LEFT JOIN document d ON d.id = s.document AND s.status IS NULL
WHERE s.id = ANY ($1::uuid[])
ORDER BY s.id

-- name: taken_stretch
-- $1 after, $2 before, $3 how many
SELECT id FROM (
    SELECT id FROM delivery WHERE id > $1 AND id < $2 ORDER BY id LIMIT $3
) AS ahead
ORDER BY id DESC
LIMIT 1

-- name: taken_within
-- $1 endpoint, $2 after, $3 up to
SELECT id FROM delivery WHERE id > $2 AND id <= $3 AND endpoint = $1

-- name: taken_like
-- Deliveries by one of these copies, of one of these documents, or under one of these DocumentIds.
-- $1 endpoint, $2 copies, $3 documents, $4 DocumentIds
SELECT id FROM delivery WHERE copy = ANY ($2::uuid[]) AND endpoint = $1
UNION
SELECT id FROM delivery WHERE document = ANY ($3::uuid[]) AND endpoint = $1
UNION
SELECT v.id
FROM document d JOIN delivery v ON v.document = d.id
WHERE d.document_id = ANY ($4::text[]) AND v.endpoint = $1

-- name: taken_facts
-- $1 ids
SELECT v.id, v.copy::text, v.document, d.document_id, d.kind, d.sha256, v.state, v.reached,
       ARRAY[d.sender] || ARRAY(SELECT alias FROM agency_alias WHERE code = d.sender) AS senders,
       ARRAY[v.receiver] || ARRAY(SELECT alias FROM agency_alias WHERE code = v.receiver)
           || v.named AS receivers,
       ARRAY(SELECT t.code FROM status t
             WHERE t.delivery = v.id AND t.sender = v.receiver ORDER BY t.id) AS statuses,
       EXISTS (SELECT FROM document_link l JOIN document f ON f.id = l.document
               WHERE l.target = v.document AND f.kind IN (2, 3)
                 AND (l.receivers = '{}' OR v.receiver = ANY (l.receivers))) AS replaced
FROM delivery v JOIN document d ON d.id = v.document
WHERE v.id = ANY ($1::uuid[])
ORDER BY v.id

-- name: endpoint_exists
SELECT EXISTS (SELECT FROM endpoint WHERE id = $1)
