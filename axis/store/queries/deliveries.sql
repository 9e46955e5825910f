-- name: move
-- Sets the new state of deliveries that the transaction has locked.
UPDATE delivery d SET state = moved.state, changed_at = moved.at
FROM unnest($1::uuid[], $2::text[], $3::timestamptz[]) AS moved (id, state, at)
WHERE d.id = moved.id
