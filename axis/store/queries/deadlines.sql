-- name: documents
-- What the deadlines of new deliveries of older documents depend on.
SELECT id, kind, priority, due, accepted_at FROM document WHERE id = ANY ($1::uuid[])

-- name: waiting
-- What deliveries that the transaction has locked wait for, and what that depends on.
SELECT v.id, v.state, v.reached, v.deadline_kind, v.deadline, v.due, v.late,
       d.kind, d.priority, d.due AS due_day, d.accepted_at,
       d.due IS NOT NULL AND EXISTS (
           SELECT FROM superseded s WHERE s.document = d.id AND s.receiver = v.receiver
       ) AS superseded
FROM delivery v
JOIN document d ON d.id = v.document
WHERE v.id = ANY ($1::uuid[])

-- name: freed
-- Of deliveries past their document's due date, those that a version which some others carry has
-- just superseded. Nobody is waited for: what somebody else moves just now stays late until it
-- moves again.
-- $1 deliveries that have moved
SELECT v.id
FROM delivery newer
JOIN document d ON d.id = newer.document AND d.kind IN (2, 3)
JOIN superseded s ON s.by = newer.document AND s.receiver = newer.receiver
JOIN delivery v ON v.document = s.document AND v.receiver = s.receiver
WHERE newer.id = ANY ($1::uuid[]) AND v.id <> ALL ($1::uuid[]) AND 'due' = ANY (v.late)
FOR NO KEY UPDATE OF v SKIP LOCKED

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
           SELECT FROM superseded s WHERE s.document = d.id AND s.receiver = v.receiver
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
SELECT kind, sum(n)::bigint AS count
FROM (SELECT late, count(*) AS n FROM delivery WHERE late <> '{}' GROUP BY late) AS alike
CROSS JOIN LATERAL unnest(late) AS kind
GROUP BY kind

-- name: lines
-- Deliveries that are late, the oldest first, then those that fall due next. The day by which a
-- document is due is not that of a receiver that works by a later version. What an agency received and
-- what it sent are sought apart: with one OR the planner would go through everybody's.
-- $1 agency or null, $2 steps (view stepped) or null, $3 only late ones, $4 limit
WITH chosen AS (
    (SELECT v.id, v.step, 0 AS part, NULL::timestamptz AS moment
     FROM stepped v
     WHERE v.late <> '{}'
       AND ($1::text IS NULL OR v.receiver = $1)
       AND ($2::text[] IS NULL OR v.step = ANY ($2))
     ORDER BY v.id
     LIMIT $4)
    UNION
    (SELECT v.id, v.step, 0 AS part, NULL::timestamptz AS moment
     FROM stepped v JOIN document d ON d.id = v.document
     WHERE v.late <> '{}'
       AND d.sender = $1
       AND ($2::text[] IS NULL OR v.step = ANY ($2))
     ORDER BY v.id
     LIMIT $4)
    UNION
    (SELECT v.id, v.step, 1 AS part, least(v.deadline, v.due) AS moment
     FROM stepped v
     WHERE NOT $3 AND v.late = '{}' AND least(v.deadline, v.due) IS NOT NULL
       AND ($1::text IS NULL OR v.receiver = $1)
       AND ($2::text[] IS NULL OR v.step = ANY ($2))
       AND v.step <> 'superseded'
     ORDER BY least(v.deadline, v.due), v.id
     LIMIT $4)
    UNION
    (SELECT v.id, v.step, 1 AS part, least(v.deadline, v.due) AS moment
     FROM stepped v JOIN document d ON d.id = v.document
     WHERE NOT $3 AND v.late = '{}' AND least(v.deadline, v.due) IS NOT NULL
       AND d.sender = $1
       AND ($2::text[] IS NULL OR v.step = ANY ($2))
       AND v.step <> 'superseded'
     ORDER BY least(v.deadline, v.due), v.id
     LIMIT $4)
)
SELECT v.id AS delivery, v.document, d.document_id, d.subject, d.priority, d.sender, v.receiver,
       a.name AS receiver_name, v.endpoint, v.state, chosen.step, v.deadline_kind AS awaited, v.deadline, v.due,
       v.late
FROM chosen
JOIN delivery v USING (id)
JOIN document d ON d.id = v.document
JOIN agency a ON a.code = v.receiver
ORDER BY chosen.part, chosen.moment, v.id
LIMIT $4
