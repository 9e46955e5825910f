-- name: claim
-- Locks due messages of one lane, oldest first, passing over what other routers hold, and what
-- follows others that are still to go out. What was never tried goes first, up to $3; what a queue
-- has not taken before fills the rest up to $4, so that a full queue holds up no other.
-- $1 urgent, $2 now, $3 untried at the most, $4 in all
WITH fresh AS (
    SELECT o.* FROM outbox o
    WHERE published_at IS NULL AND cancelled_at IS NULL AND attempts = 0
      AND urgent = $1 AND due_at <= $2
      AND (follows IS NULL
           OR NOT EXISTS (SELECT FROM outbox f
                          WHERE f.id = ANY (o.follows)
                            AND f.published_at IS NULL AND f.cancelled_at IS NULL))
    ORDER BY due_at, id
    LIMIT $3
    FOR UPDATE OF o SKIP LOCKED
), tried AS (
    SELECT o.* FROM outbox o
    WHERE published_at IS NULL AND cancelled_at IS NULL AND attempts > 0
      AND urgent = $1 AND due_at <= $2
      AND (follows IS NULL
           OR NOT EXISTS (SELECT FROM outbox f
                          WHERE f.id = ANY (o.follows)
                            AND f.published_at IS NULL AND f.cancelled_at IS NULL))
    ORDER BY due_at, id
    LIMIT $4 - (SELECT count(*) FROM fresh)
    FOR UPDATE OF o SKIP LOCKED
)
SELECT id, queue, urgent, type, subject, size, correlation_id, headers, created_at, attempts
FROM (SELECT * FROM fresh UNION ALL SELECT * FROM tried) AS due
ORDER BY due_at, id

-- name: hasten
-- Makes due what was never tried and is due later, or was put off beyond every pause: the clock of its
-- router was ahead when it wrote that, or ours is behind. Each is found at one end of an index.
-- $1 urgent, $2 now, $3 the end of the longest pause from now, $4 how many of each
WITH early AS (
    SELECT id FROM outbox
    WHERE published_at IS NULL AND cancelled_at IS NULL AND attempts = 0
      AND urgent = $1 AND due_at > $2
    ORDER BY due_at, id
    LIMIT $4
    FOR UPDATE SKIP LOCKED
), late AS (
    SELECT id FROM outbox
    WHERE published_at IS NULL AND cancelled_at IS NULL AND attempts > 0
      AND urgent = $1 AND due_at > $3
    ORDER BY due_at, id
    LIMIT $4
    FOR UPDATE SKIP LOCKED
)
UPDATE outbox SET due_at = $2
WHERE id IN (SELECT id FROM early UNION ALL SELECT id FROM late)

-- name: document_bodies
SELECT id, body FROM document WHERE id = ANY ($1::uuid[])

-- name: status_bodies
SELECT id, body FROM status WHERE id = ANY ($1::uuid[])

-- name: receipt_bodies
SELECT id, receipt AS body FROM evidence WHERE id = ANY ($1::uuid[])

-- name: confirm
-- Marks messages that the broker has confirmed in their queues.
UPDATE outbox SET published_at = $2 WHERE id = ANY ($1::uuid[])

-- name: postpone
-- Counts a failed attempt; the count stops where smallint does not.
UPDATE outbox SET due_at = $2, attempts = least(attempts + 1, 30000) WHERE id = ANY ($1::uuid[])

-- name: copies_of
-- Locks the deliveries that these copies carry, with what their receipt has to say. LIMIT 1 keeps the
-- planner from starting at all submissions while a new installation has no statistics.
SELECT v.id, v.copy, v.state, v.reached, v.named, v.receiver, a.name AS receiver_name, v.endpoint AS at_endpoint,
       d.id AS document, d.sender, d.document_id, d.kind, d.sha256, d.size,
       d.number || '/' || d.notation AS code, d.endpoint, d.priority >= 1 AS urgent,
       d.accepted_at, s.message_key, s.received_at, s.receipt
FROM delivery v
JOIN document d ON d.id = v.document
JOIN agency a ON a.code = v.receiver
CROSS JOIN LATERAL (
    SELECT message_key, received_at, receipt FROM submission
    WHERE document = d.id AND outcome = 'accepted' AND status IS NULL
    LIMIT 1
) AS s
WHERE v.copy = ANY ($1::uuid[])
ORDER BY v.id
FOR UPDATE OF v
