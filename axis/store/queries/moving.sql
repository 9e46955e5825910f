-- name: in_inboxes
-- Whose copies wait in which endpoints' inboxes.
SELECT DISTINCT receiver, endpoint FROM delivery
WHERE reached = 'consigned' AND state IN ('consigned', 'expired')

-- name: claim
-- Locks deliveries that wait in inboxes for these (receiver, endpoint) pairs, oldest first, passing
-- over what others hold.
SELECT v.id
FROM delivery v
JOIN unnest($1::text[], $2::text[]) AS moved (receiver, endpoint) USING (receiver, endpoint)
WHERE v.reached = 'consigned' AND v.state IN ('consigned', 'expired') AND v.id <> ALL ($4::uuid[])
ORDER BY v.id
LIMIT $3
FOR UPDATE OF v SKIP LOCKED

-- name: waiting
-- What is to be known of locked deliveries and of the copies that carry them. LIMIT 1 keeps the
-- planner from starting at all submissions while a new installation has no statistics.
SELECT v.id, v.copy, v.state, v.reached, v.named, v.receiver, a.name AS receiver_name,
       v.endpoint AS at_endpoint,
       d.id AS document, d.sender, d.document_id, d.kind, d.sha256, d.size,
       d.number || '/' || d.notation AS code, d.endpoint, d.priority >= 1 AS urgent,
       d.accepted_at, s.message_key, s.received_at, s.receipt,
       o.queue, o.urgent AS copy_urgent, o.headers, o.created_at
FROM delivery v
JOIN document d ON d.id = v.document
JOIN agency a ON a.code = v.receiver
JOIN outbox o ON o.id = v.copy
CROSS JOIN LATERAL (
    SELECT message_key, received_at, receipt FROM submission
    WHERE document = d.id AND outcome = 'accepted' AND status IS NULL
    LIMIT 1
) AS s
WHERE v.id = ANY ($1::uuid[])
ORDER BY v.id

-- name: reroute
UPDATE delivery d SET endpoint = moved.endpoint, copy = moved.copy
FROM unnest($1::uuid[], $2::text[], $3::uuid[]) AS moved (id, endpoint, copy)
WHERE d.id = moved.id

-- name: follow
-- What waits for a former copy to go out waits for the new one, too.
UPDATE outbox o
SET follows = o.follows || ARRAY(
    SELECT moved.copy FROM unnest($1::uuid[], $2::uuid[]) AS moved (former, copy)
    WHERE moved.former = ANY (o.follows)
)
WHERE o.published_at IS NULL AND o.cancelled_at IS NULL AND o.follows && $1::uuid[]

-- name: narrow
-- Leaves an unpublished copy these receivers; one that has none left does not go out.
UPDATE outbox o
SET cancelled_at = CASE WHEN left_over.receivers = '' THEN left_over.at END,
    headers = CASE WHEN left_over.receivers = '' THEN o.headers
                   ELSE o.headers || jsonb_build_object('axis-to', left_over.receivers) END
FROM unnest($1::uuid[], $2::text[], $3::timestamptz[]) AS left_over (id, receivers, at)
WHERE o.id = left_over.id AND o.published_at IS NULL
