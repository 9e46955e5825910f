-- name: lead
-- One router at a time looks at inboxes; the lock ends with its connection.
SELECT pg_try_advisory_lock(hashtextextended('taking', 0))

-- name: waiting
-- Inboxes with copies that nothing is known to have taken. One step an endpoint and urgency, however
-- many copies wait: each is found by its index.
WITH RECURSIVE holder AS (
    (SELECT endpoint FROM delivery WHERE reached = 'consigned' ORDER BY endpoint LIMIT 1)
    UNION ALL
    SELECT (SELECT d.endpoint FROM delivery d
            WHERE d.reached = 'consigned' AND d.endpoint > h.endpoint
            ORDER BY d.endpoint LIMIT 1)
    FROM holder h WHERE h.endpoint IS NOT NULL
)
SELECT endpoint FROM holder WHERE endpoint IS NOT NULL

-- name: in_inboxes
-- Locks deliveries whose copies were confirmed in these queues before a moment and of which nothing
-- else is known, passing over what others hold: they are met again. Inbox by inbox, the oldest first,
-- so that no more is read than is taken: || '' keeps the planner from delivery_movable, which has no
-- such order, LIMIT 1 from reading the whole outbox.
-- $1 endpoints, $2 queues, $3 moments, $4 limit
SELECT found.id, found.state, found.reached
FROM unnest($1::text[], $2::text[], $3::timestamptz[]) AS emptied (endpoint, queue, before)
CROSS JOIN LATERAL (
    SELECT v.id, v.state, v.reached
    FROM delivery v
    CROSS JOIN LATERAL (SELECT queue, published_at FROM outbox WHERE id = v.copy LIMIT 1) AS o
    WHERE v.endpoint = emptied.endpoint AND v.reached = 'consigned'
      AND v.state || '' IN ('consigned', 'expired')
      AND o.queue = emptied.queue AND o.published_at < emptied.before
    ORDER BY v.id
    LIMIT $4
    FOR UPDATE OF v SKIP LOCKED
) AS found
LIMIT $4
