-- name: move
-- Sets where deliveries that the transaction has locked stand now.
UPDATE delivery d
SET state = moved.state, reached = moved.reached, changed_at = moved.at,
    reported_at = coalesce(moved.reported_at, d.reported_at)
FROM unnest($1::uuid[], $2::text[], $3::text[], $4::timestamptz[], $5::timestamptz[])
    AS moved (id, state, reached, at, reported_at)
WHERE d.id = moved.id
