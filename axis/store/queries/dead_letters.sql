-- name: keep
-- Keeps a dead letter, unless the same one came before and its acknowledgement was lost. What lay
-- in a queue of an endpoint is known by its message_id: the outbox row that it was sent from.
-- $1 id, $2 at, $3 died at, $4 queue, $5 routing key, $6 user_id, $7 message_id, $8 reasons,
-- $9 properties, $10 size, $11 SHA-256, $12 body, $13 of an endpoint's queue, $14 outbox row or null
INSERT INTO dead_letter (id, at, died_at, queue, routing_key, user_id, message_id, reasons,
                         properties, size, sha256, body, kind, outbox)
SELECT $1::uuid, $2::timestamptz, $3::timestamptz, $4::text, $5::text, $6::text, $7::text,
       $8::text[], $9::jsonb, $10::integer, $11::text, $12::bytea,
       CASE WHEN $13::boolean THEN coalesce(o.type, 'stray') ELSE 'submission' END, o.id
FROM (VALUES (1)) AS one
LEFT JOIN outbox o ON o.id = $14::uuid AND o.queue = $4::text
ON CONFLICT DO NOTHING
RETURNING id, kind, outbox

-- name: due
-- Locks letters that are to be taken in again, passing over what other routers hold.
-- $1 now, $2 limit
SELECT id FROM dead_letter
WHERE state = 'resubmitting' AND due_at <= $1
ORDER BY due_at, id
LIMIT $2
FOR UPDATE SKIP LOCKED

-- name: hasten
-- Makes due what is leased for longer than a lease lasts: the clock was ahead when that was written.
-- $1 now, $2 the end of a lease from now, $3 how many
UPDATE dead_letter SET due_at = $1
WHERE id IN (
    SELECT id FROM dead_letter
    WHERE state = 'resubmitting' AND due_at > $2
    ORDER BY due_at DESC
    LIMIT $3
    FOR UPDATE SKIP LOCKED
)

-- name: lease
-- Moves the next try on and reads what is to be taken in; too many tries end in its reopening.
-- $1 ids, $2 leased until, $3 most tries, $4 what is noted then
WITH leased AS (
    UPDATE dead_letter SET due_at = $2, attempts = attempts + 1
    WHERE id = ANY ($1::uuid[]) AND attempts < $3
    RETURNING id, at, routing_key, user_id, message_id, body
), given_up AS (
    UPDATE dead_letter SET state = 'open', due_at = NULL, remark = $4
    WHERE id = ANY ($1::uuid[]) AND attempts >= $3
)
SELECT * FROM leased ORDER BY id

-- name: settle
-- Ends the taking in: it was dealt with, or there is still nobody to answer to.
-- $1 id, $2 at, $3 reasons, none where it was dealt with
UPDATE dead_letter
SET state = CASE WHEN cardinality($3::text[]) = 0 THEN 'republished' ELSE 'open' END,
    due_at = NULL,
    changed_at = $2,
    reasons = CASE WHEN cardinality($3::text[]) = 0 THEN reasons ELSE $3 END
WHERE id = $1 AND state = 'resubmitting'

-- name: reopen
UPDATE dead_letter SET state = 'open', due_at = NULL, remark = $2
WHERE id = $1 AND state = 'resubmitting'

-- name: open_letters
SELECT kind, count(*) AS count FROM dead_letter WHERE state = 'open' GROUP BY kind

-- name: lines
-- Letters, newest first, each with the document that it is about.
-- $1 older than, $2 limit, $3 state or null, $4 kind or null, $5 id or null
SELECT l.id, l.at, l.kind, l.state, l.queue, l.routing_key, l.user_id, l.message_id, l.reasons,
       l.size, l.sha256, l.changed_at, l.changed_by, l.remark, d.id AS document, d.sender,
       d.document_id, d.subject
FROM dead_letter l
LEFT JOIN outbox o ON o.id = l.outbox
LEFT JOIN status t ON o.type = 'status' AND t.id = o.subject
LEFT JOIN evidence e ON o.type = 'receipt' AND e.id = o.subject
LEFT JOIN document d ON d.id = CASE o.type WHEN 'document' THEN o.subject
                                           WHEN 'status' THEN t.document ELSE e.document END
WHERE l.id < $1
  AND ($3::text IS NULL OR l.state = $3)
  AND ($4::text IS NULL OR l.kind = $4)
  AND ($5::uuid IS NULL OR l.id = $5)
ORDER BY l.id DESC
LIMIT $2

-- name: details
SELECT died_at, properties, outbox FROM dead_letter WHERE id = $1

-- name: receivers
-- The deliveries that a copy carries.
SELECT v.receiver AS code, a.name, v.state
FROM delivery v JOIN agency a ON a.code = v.receiver
WHERE v.copy = $1
ORDER BY v.receiver

-- name: body
SELECT body FROM dead_letter WHERE id = $1

-- name: lock
SELECT state, kind, user_id, outbox, changed_at, changed_by FROM dead_letter WHERE id = $1
FOR UPDATE

-- name: change
-- $1 id, $2 state, $3 at, $4 by, $5 remark, $6 due at
UPDATE dead_letter
SET state = $2, changed_at = $3, changed_by = $4, remark = $5, due_at = $6, attempts = 0
WHERE id = $1

-- name: endpoint_exists
SELECT EXISTS (SELECT FROM endpoint WHERE id = $1)

-- name: carries
-- Whether a delivery still needs this copy: it may have been cancelled, made anew elsewhere, asked
-- back or ended.
SELECT EXISTS (
    SELECT FROM outbox o JOIN delivery v ON v.copy = o.id
    WHERE o.id = $1 AND o.cancelled_at IS NULL
      AND v.state NOT IN ('take_back_asked', 'agreed', 'withdrawn', 'refused', 'destroyed')
)

-- name: send_again
-- Makes a message due once more, under its own message_id; one that is on its way stays as it is. A
-- copy names only those again who have not given it back and are not asked for it.
-- $1 outbox row, $2 now
UPDATE outbox o
SET published_at = NULL, due_at = $2, attempts = 0,
    headers = CASE WHEN still.receivers IS NULL THEN o.headers
                   ELSE o.headers || jsonb_build_object('axis-to', still.receivers) END
FROM (
    SELECT string_agg(receiver, ',' ORDER BY id) AS receivers
    FROM delivery
    WHERE copy = $1 AND state NOT IN ('take_back_asked', 'agreed', 'withdrawn', 'destroyed')
) AS still
WHERE o.id = $1 AND o.published_at IS NOT NULL AND o.cancelled_at IS NULL

-- name: copies_at
-- The copies of a document that an endpoint has had, and still is to have.
-- $1 document, $2 endpoint
SELECT o.id
FROM outbox o
WHERE o.cancelled_at IS NULL AND o.id IN (
    SELECT copy FROM delivery
    WHERE document = $1 AND endpoint = $2
      AND state NOT IN ('take_back_asked', 'agreed', 'withdrawn', 'destroyed')
)
ORDER BY o.id
FOR UPDATE
