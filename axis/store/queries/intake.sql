-- name: lock_keys
-- Waits for and takes the advisory locks of this batch's keys, in one order for all routers.
SELECT pg_advisory_xact_lock(key) FROM (
    SELECT DISTINCT hashtextextended(text, 0) AS key FROM unnest($1::text[]) AS text ORDER BY 1
) AS keys

-- name: hold_registry
-- Holds registry changes back until the batch is committed. A lock on the table and not on its
-- row: waiting for a row is not fair, and a change would wait as long as batches overlap.
LOCK TABLE registry_version IN SHARE MODE

-- name: registry_version
SELECT version FROM registry_version

-- name: earlier_submissions
-- What was decided before under these (endpoint, key) pairs, or is held.
SELECT s.endpoint, s.message_key, s.sha256, s.receipt, length(e.receipt) AS receipt_size,
       s.outcome = 'held' AS held, h.refusal
FROM unnest($1::text[], $2::text[]) AS wanted (endpoint, message_key)
JOIN submission s USING (endpoint, message_key)
JOIN evidence e ON e.id = s.receipt
LEFT JOIN held_submission h ON h.submission = s.id

-- name: documents_named
-- Stored documents with these DocumentIds, oldest first, each with its first receipt. LIMIT 1 tells
-- the planner what the unique index promises, so that it starts at the documents even while a new
-- installation has no statistics.
SELECT d.id, d.sender, d.document_id, d.kind, d.sha256, d.size,
       d.number || '/' || d.notation AS code, d.endpoint, d.priority >= 1 AS urgent,
       d.accepted_at, s.receipt, length(e.receipt) AS receipt_size,
       coalesce(d.verdict #>> '{signature,digest}', '') AS content
FROM document d
CROSS JOIN LATERAL (
    SELECT receipt FROM submission
    WHERE document = d.id AND outcome = 'accepted' AND status IS NULL
    LIMIT 1
) AS s
JOIN evidence e ON e.id = s.receipt
WHERE d.document_id = ANY ($1::text[])
ORDER BY d.accepted_at, d.id

-- name: deliveries_of
-- Locks the deliveries of these (document, receiver) pairs.
SELECT d.id, d.document, d.receiver, d.endpoint, d.state, d.reached, d.reported_at
FROM delivery d
JOIN unnest($1::uuid[], $2::text[]) AS wanted (document, receiver)
    ON d.document = wanted.document AND d.receiver = wanted.receiver
ORDER BY d.id
FOR UPDATE OF d

-- name: held
-- Of these (document, receiver) pairs, those where the receiver got the document: itself, or with
-- a later version. That is an update of it (kind 2), or a replacement (3) that goes on under its
-- DocumentId. Each document's versions, the newest $3 of them, are sought once: MATERIALIZED keeps
-- the planner of a database without statistics from seeking them again for every pair.
WITH wanted AS (
    SELECT document, receiver FROM unnest($1::uuid[], $2::text[]) AS pair (document, receiver)
), version AS MATERIALIZED (
    SELECT target.document, later.version
    FROM (SELECT DISTINCT document FROM wanted) AS target
    JOIN document t ON t.id = target.document
    CROSS JOIN LATERAL (
        SELECT t.id AS version
        UNION ALL
        (SELECT v.id FROM document_link l JOIN document v ON v.id = l.document
         WHERE l.target = t.id
           AND (v.kind = 2 OR v.kind = 3 AND v.document_id = t.document_id)
         ORDER BY v.id DESC LIMIT $3)
    ) AS later
)
SELECT DISTINCT w.document, w.receiver
FROM wanted w
JOIN version v USING (document)
JOIN delivery d ON d.document = v.version AND d.receiver = w.receiver

-- name: statuses_of
-- Statuses stored for these deliveries, each with its reporter's first receipt.
SELECT t.document, d.priority >= 1 AS urgent, t.sha256, s.receipt,
       length(e.receipt) AS receipt_size
FROM status t
JOIN document d ON d.id = t.document
CROSS JOIN LATERAL (
    SELECT receipt FROM submission WHERE status = t.id AND outcome = 'accepted' LIMIT 1
) AS s
JOIN evidence e ON e.id = s.receipt
WHERE t.delivery = ANY ($1::uuid[])

-- name: resend
-- Makes the answer to one submission due again; one that is still waiting is left alone.
UPDATE outbox SET published_at = NULL, due_at = $4
WHERE subject = $1 AND queue = $2 AND correlation_id IS NOT DISTINCT FROM $3
  AND published_at IS NOT NULL
