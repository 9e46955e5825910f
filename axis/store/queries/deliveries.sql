-- name: move
-- Sets where deliveries that the transaction has locked stand now, and what they wait for. One whose
-- deadline has passed and nothing else has changed keeps the time of its last change.
UPDATE delivery d
SET state = moved.state, reached = moved.reached, changed_at = coalesce(moved.at, d.changed_at),
    reported_at = coalesce(moved.reported_at, d.reported_at),
    deadline_kind = moved.deadline_kind, deadline = moved.deadline, due = moved.due,
    late = string_to_array(moved.late, ',')
FROM unnest($1::uuid[], $2::text[], $3::text[], $4::timestamptz[], $5::timestamptz[],
            $6::text[], $7::timestamptz[], $8::timestamptz[], $9::text[])
    AS moved (id, state, reached, at, reported_at, deadline_kind, deadline, due, late)
WHERE d.id = moved.id
