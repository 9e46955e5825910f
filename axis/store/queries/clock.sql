-- name: now
-- The moment at which the server answers, not the one at which a transaction began.
SELECT clock_timestamp()
