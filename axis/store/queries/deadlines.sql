-- name: documents
-- What the deadlines of new deliveries of older documents depend on.
SELECT id, kind, priority, due, accepted_at FROM document WHERE id = ANY ($1::uuid[])

-- name: waiting
-- What deliveries that the transaction has locked wait for, and what that depends on. A document is
-- superseded for a receiver that has an update (kind 2) or a replacement (3) of it.
SELECT v.id, v.state, v.reached, v.deadline_kind, v.deadline, v.due, v.late,
       d.kind, d.priority, d.due AS due_day, d.accepted_at,
       d.due IS NOT NULL AND EXISTS (
           SELECT FROM document_link l
           JOIN document later ON later.id = l.document AND later.kind IN (2, 3)
           JOIN delivery newer ON newer.document = later.id AND newer.receiver = v.receiver
           WHERE l.target = d.id
       ) AS superseded
FROM delivery v
JOIN document d ON d.id = v.document
WHERE v.id = ANY ($1::uuid[])

-- name: claim
-- Locks deliveries of which a deadline has passed, longest first, passing over what others hold.
SELECT id
FROM delivery
WHERE least(deadline, due) <= $1 AND id <> ALL ($3::uuid[])
ORDER BY least(deadline, due), id
LIMIT $2
FOR UPDATE SKIP LOCKED

-- name: overdue
-- What receipts about locked deliveries have to say, and what they wait for. LIMIT 1 keeps the planner
-- from starting at all submissions while a new installation has no statistics.
SELECT v.id, v.copy, v.state, v.reached, v.named, v.receiver, a.name AS receiver_name,
       v.endpoint AS at_endpoint, v.deadline_kind, v.deadline, v.due, v.late,
       d.id AS document, d.sender, d.document_id, d.kind, d.sha256, d.size,
       d.number || '/' || d.notation AS code, d.endpoint, d.priority >= 1 AS urgent,
       d.accepted_at, s.message_key, s.received_at, s.receipt, d.priority, d.due AS due_day,
       d.due IS NOT NULL AND EXISTS (
           SELECT FROM document_link l
           JOIN document later ON later.id = l.document AND later.kind IN (2, 3)
           JOIN delivery newer ON newer.document = later.id AND newer.receiver = v.receiver
           WHERE l.target = d.id
       ) AS superseded
FROM delivery v
JOIN document d ON d.id = v.document
JOIN agency a ON a.code = v.receiver
CROSS JOIN LATERAL (
    SELECT message_key, received_at, receipt FROM submission
    WHERE document = d.id AND outcome = 'accepted' AND status IS NULL
    LIMIT 1
) AS s
WHERE v.id = ANY ($1::uuid[])
ORDER BY v.id

-- name: counts
-- How many deliveries are late, by what they are late with.
SELECT kind, count(*) AS count
FROM delivery CROSS JOIN LATERAL unnest(late) AS kind
WHERE late <> '{}'
GROUP BY kind
