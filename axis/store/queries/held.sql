-- name: due
-- Locks submissions that are due for another try, passing over what other routers hold.
-- $1 now, $2 limit
SELECT submission, size FROM held_submission
WHERE next_try_at <= $1
ORDER BY next_try_at, submission
LIMIT $2
FOR UPDATE SKIP LOCKED

-- name: hasten
-- Makes due what was put off beyond every pause: the clock was ahead when that was written.
-- $1 now, $2 the end of the longest pause from now, $3 how many
UPDATE held_submission SET next_try_at = $1
WHERE submission IN (
    SELECT submission FROM held_submission
    WHERE next_try_at > $2
    ORDER BY next_try_at DESC
    LIMIT $3
    FOR UPDATE SKIP LOCKED
)

-- name: lease
-- Moves the next try on, so that nobody else tries these meanwhile, and reads them.
-- $1 ids, $2 leased until
WITH leased AS (
    UPDATE held_submission SET next_try_at = $2, attempts = attempts + 1
    WHERE submission = ANY ($1::uuid[])
    RETURNING submission, body, attempts, held_since
)
SELECT s.id, l.body, s.routing_key, s.endpoint, s.message_key, s.received_at, l.attempts,
       l.held_since
FROM leased l JOIN submission s ON s.id = l.submission
ORDER BY s.id

-- name: load
-- What waits for a check (early_at is null), and what waits for documents, by endpoint: each read from
-- its own index, so that the verdicts between them are passed over.
SELECT NULL AS early_at, count(*) AS count, coalesce(sum(size), 0)::bigint AS size,
       min(held_since) AS oldest
FROM held_submission
WHERE awaits IS NULL
UNION ALL
SELECT endpoint, count(*), sum(size)::bigint, NULL
FROM held_submission
WHERE awaits IS NOT NULL
GROUP BY endpoint

-- name: on_hold
-- Of these DocumentIds, those under which a document waits for a check, and until when.
SELECT brings, max(expires_at) AS expires_at
FROM held_submission
WHERE brings = ANY ($1::text[]) AND awaits IS NULL
GROUP BY brings

-- name: lock
-- Locks these, and what waits for one of the documents, in one order for all, so that routers and
-- whoever wakes can't deadlock on each other.
-- $1 ids, $2 DocumentIds
SELECT submission FROM held_submission
WHERE submission IN (
    SELECT unnest($1::uuid[])
    UNION
    SELECT submission FROM held_submission WHERE awaits IS NOT NULL AND awaits && $2::text[]
)
ORDER BY submission
FOR UPDATE

-- name: postpone
-- Puts off what was tried in vain; what was woken meanwhile stays due.
-- $1 id, $2 leased until, $3 next try, $4 until when, $5 awaited DocumentIds, $6 verdict
UPDATE held_submission
SET next_try_at = CASE WHEN next_try_at = $2 THEN $3 ELSE next_try_at END,
    expires_at = $4, awaits = $5, verdict = $6
WHERE submission = $1

-- name: give_reasons
UPDATE submission SET reasons = $2 WHERE id = $1 AND outcome = 'held' AND reasons <> $2

-- name: settle
-- Ends a held submission: it waits no longer.
WITH ended AS (
    DELETE FROM held_submission WHERE submission = $1 RETURNING submission
)
UPDATE submission s
SET outcome = $2, document = $3, status = $4, receipt = $5, sender = $6, document_id = $7,
    subject = $8, reasons = $9
FROM ended
WHERE s.id = ended.submission AND s.outcome = 'held'
RETURNING s.id

-- name: make_due
-- All at the same moment: what is due at once is tried in the order in which it came.
UPDATE held_submission SET next_try_at = $1 WHERE awaits IS NOT NULL AND awaits && $2::text[]

-- name: wake
-- Makes everything due that waits for this reason.
-- $1 now, $2 reason
UPDATE held_submission SET next_try_at = $1
WHERE submission IN (
    SELECT h.submission
    FROM held_submission h JOIN submission s ON s.id = h.submission
    WHERE h.next_try_at > $1 AND $2 = ANY (s.reasons)
    ORDER BY h.submission
    FOR UPDATE OF h
)

-- name: key
SELECT s.endpoint, s.message_key
FROM held_submission h JOIN submission s ON s.id = h.submission
WHERE h.submission = $1

-- name: want_refused
-- $1 id, $2 now, $3 reason
UPDATE held_submission SET refusal = $3, next_try_at = least(next_try_at, $2)
WHERE submission = $1
RETURNING submission

-- name: lines
-- Held submissions, newest first.
-- $1 older than, $2 limit, $3 agencies, $4 everything, $5 id or null, $6 DocumentId or null
SELECT s.id, s.received_at, s.endpoint, s.message_key, s.sender, s.document_id, s.subject,
       s.reasons, h.awaits, s.receipt, s.sha256, h.size, h.verdict, h.held_since, h.next_try_at,
       h.attempts, h.expires_at, h.refusal
FROM held_submission h JOIN submission s ON s.id = h.submission
WHERE h.submission < $1
  AND ($4 OR s.sender = ANY ($3::text[]))
  AND ($5::uuid IS NULL OR h.submission = $5)
  AND ($6::text IS NULL OR s.document_id = $6)
ORDER BY h.submission DESC
LIMIT $2
