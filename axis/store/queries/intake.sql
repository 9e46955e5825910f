-- name: lock_keys
-- Waits for and takes the advisory locks of this batch's keys, in one order for all routers.
SELECT pg_advisory_xact_lock(key) FROM (
    SELECT DISTINCT hashtextextended(text, 0) AS key FROM unnest($1::text[]) AS text ORDER BY 1
) AS keys

-- name: hold_registry
-- Holds registry changes back until the batch is committed. A lock on the table and not on its
-- row: waiting for a row is not fair, and a change would wait as long as batches overlap.
LOCK TABLE registry_version IN SHARE MODE

-- name: before_registry
-- Where the transaction goes back to when it lets the registry go. Rows are locked before.
SAVEPOINT registry

-- name: let_go
ROLLBACK TO SAVEPOINT registry

-- name: hold_on
-- Rows that the transaction has locked and a subtransaction changes cost a multixact each.
RELEASE SAVEPOINT registry

-- name: earlier_submissions
-- What was decided before under these (endpoint, key) pairs, or is held.
SELECT s.endpoint, s.message_key, s.sha256, s.receipt, length(e.receipt) AS receipt_size,
       s.outcome = 'held' AS held, h.refusal
FROM unnest($1::text[], $2::text[]) AS wanted (endpoint, message_key)
JOIN submission s USING (endpoint, message_key)
JOIN evidence e ON e.id = s.receipt
LEFT JOIN held_submission h ON h.submission = s.id

-- name: documents_named
-- Stored documents with these DocumentIds, each with its first receipt: new ones first, for routers'
-- clocks differ and what follows from a document may seem older than it, then the oldest. LIMIT 1
-- tells the planner what the unique index promises, so that it starts at the documents even while a
-- new installation has no statistics.
SELECT d.id, d.sender, d.document_id, d.kind, d.sha256, d.size,
       d.number || '/' || d.notation AS code, d.endpoint, d.priority >= 1 AS urgent,
       d.priority, d.accepted_at, s.receipt, length(e.receipt) AS receipt_size,
       coalesce(d.verdict #>> '{signature,digest}', '') AS content
FROM document d
CROSS JOIN LATERAL (
    SELECT receipt FROM submission
    WHERE document = d.id AND outcome = 'accepted' AND status IS NULL
    LIMIT 1
) AS s
JOIN evidence e ON e.id = s.receipt
WHERE d.document_id = ANY ($1::text[])
ORDER BY d.kind <> 0, d.accepted_at, d.id

-- name: documents_by_id
-- As above, by the axis's ids.
SELECT d.id, d.sender, d.document_id, d.kind, d.sha256, d.size,
       d.number || '/' || d.notation AS code, d.endpoint, d.priority >= 1 AS urgent,
       d.priority, d.accepted_at, s.receipt, length(e.receipt) AS receipt_size,
       coalesce(d.verdict #>> '{signature,digest}', '') AS content
FROM document d
CROSS JOIN LATERAL (
    SELECT receipt FROM submission
    WHERE document = d.id AND outcome = 'accepted' AND status IS NULL
    LIMIT 1
) AS s
JOIN evidence e ON e.id = s.receipt
WHERE d.id = ANY ($1::uuid[])
ORDER BY d.kind <> 0, d.accepted_at, d.id

-- name: family
-- The links that tie these documents to the versions before and after them and to the recalls of
-- them all: up to what they are versions of, then down, at every step the newest $3, over $2 steps.
WITH RECURSIVE up AS (
    SELECT id, 0 AS step FROM unnest($1::uuid[]) AS id
    UNION
    SELECT l.target, up.step + 1
    FROM up
    JOIN document_link l ON l.document = up.id
    JOIN document d ON d.id = l.document
    JOIN document t ON t.id = l.target
    WHERE up.step < $2 AND (d.kind IN (1, 2) OR d.kind = 3 AND d.document_id = t.document_id)
), down AS (
    SELECT DISTINCT NULL::uuid AS target, id, 0 AS step FROM up
    UNION
    SELECT down.id, next.id, down.step + 1
    FROM down CROSS JOIN LATERAL (
        SELECT d.id
        FROM document_link l
        JOIN document d ON d.id = l.document
        JOIN document t ON t.id = l.target
        WHERE l.target = down.id
          AND (d.kind IN (1, 2) OR d.kind = 3 AND d.document_id = t.document_id)
        ORDER BY d.id DESC
        LIMIT $3
    ) AS next
    WHERE down.step < $2
)
SELECT l.document, l.target, d.kind, d.kind IN (2, 3) AS later, l.receivers, l.dropped
FROM (SELECT DISTINCT target, id FROM down WHERE target IS NOT NULL) AS tie
JOIN document_link l ON l.document = tie.id AND l.target = tie.target
JOIN document d ON d.id = l.document
ORDER BY l.document, l.target

-- name: lock_deliveries
-- Locks the deliveries of these (document, receiver) pairs and all of whole documents ($3). One
-- statement in one order for all, so that nobody can deadlock.
SELECT d.id
FROM delivery d
WHERE d.id IN (
    SELECT v.id
    FROM unnest($1::uuid[], $2::text[]) AS wanted (document, receiver)
    JOIN delivery v USING (document, receiver)
    UNION
    SELECT v.id FROM delivery v WHERE v.document = ANY ($3::uuid[])
)
ORDER BY d.id
FOR UPDATE OF d

-- name: deliveries
-- Locked deliveries, with the lane of their copies and whether those are still to go out. Read once
-- they are locked: in the statement that waits for them, a copy that somebody has made anew meanwhile
-- would seem to be none.
SELECT d.id, d.document, d.receiver, d.endpoint, d.state, d.reached, d.reported_at, d.named, d.copy,
       coalesce(o.urgent, false) AS urgent,
       o.id IS NOT NULL AND o.published_at IS NULL AND o.cancelled_at IS NULL AS waiting
FROM delivery d
LEFT JOIN outbox o ON o.id = d.copy
WHERE d.id = ANY ($1::uuid[])
ORDER BY d.id

-- name: gone
-- Of these copies, those that have left their inbox: a receiver of one has reported it.
SELECT DISTINCT copy FROM delivery
WHERE copy = ANY ($1::uuid[]) AND reached NOT IN ('accepted', 'dispatched', 'consigned')

-- name: reached
-- Who got these documents by these codes, itself or with a later version: receivers with such a code or,
-- if $5, those whom the document named by it. A later version is an update (kind 2), or a replacement (3)
-- that goes on under its DocumentId, or a later version of such a one, over $4 steps. At each step the
-- newest $3 are sought, once: MATERIALIZED keeps the planner of a database without statistics from
-- seeking them again for every pair. Plans are made for each call, so the half not asked for costs nothing.
WITH RECURSIVE wanted AS (
    SELECT document, code FROM unnest($1::uuid[], $2::text[]) AS pair (document, code)
), walk AS (
    SELECT document, document AS version, 0 AS step
    FROM (SELECT DISTINCT document FROM wanted) AS target
    UNION
    SELECT walk.document, later.id, walk.step + 1
    FROM walk CROSS JOIN LATERAL (
        SELECT v.id
        FROM document_link l
        JOIN document v ON v.id = l.document
        JOIN document t ON t.id = l.target
        WHERE l.target = walk.version
          AND (v.kind = 2 OR v.kind = 3 AND v.document_id = t.document_id)
        ORDER BY v.id DESC LIMIT $3
    ) AS later
    WHERE walk.step < $4
), version AS MATERIALIZED (
    SELECT DISTINCT document, version FROM walk
)
SELECT DISTINCT w.document, w.code, d.receiver
FROM wanted w
JOIN version v USING (document)
JOIN delivery d ON d.document = v.version AND d.receiver = w.code
WHERE NOT $5::boolean
UNION ALL
SELECT DISTINCT w.document, w.code, d.receiver
FROM wanted w
JOIN version v USING (document)
JOIN delivery d ON d.document = v.version AND w.code = ANY (d.named)
WHERE $5::boolean

-- name: statuses_of
-- Statuses stored for these deliveries in these bytes or with this signed content ($2: digests of
-- either), each with its reporter's first receipt.
SELECT t.document, d.priority >= 1 AS urgent, t.sha256, s.receipt,
       length(e.receipt) AS receipt_size, t.endpoint, t.content
FROM status t
JOIN document d ON d.id = t.document
CROSS JOIN LATERAL (
    SELECT receipt FROM submission WHERE status = t.id AND outcome = 'accepted' LIMIT 1
) AS s
JOIN evidence e ON e.id = s.receipt
WHERE t.delivery = ANY ($1::uuid[])
  AND (t.sha256 = ANY ($2::text[]) OR t.content = ANY ($2::text[]))

-- name: resend
-- Makes the answer to one submission due again. One that is still waiting, or is being published
-- at this moment, is left alone: it is on its way, and waiting for the dispatch, which may wait for
-- a delivery that this transaction holds, could block both.
UPDATE outbox SET published_at = NULL, due_at = $4
WHERE subject = $1 AND queue = $2 AND correlation_id IS NOT DISTINCT FROM $3
  AND published_at IS NOT NULL
