-- name: withdraw
-- Cancels copies that have not gone out, unless they carry deliveries that nobody has asked back:
-- then they go out naming those alone.
-- $1 outbox ids, $2 now
WITH free AS (
    SELECT id FROM outbox
    WHERE id = ANY ($1::uuid[]) AND published_at IS NULL AND cancelled_at IS NULL
    ORDER BY id
    FOR UPDATE SKIP LOCKED
), remaining AS (
    SELECT free.id, string_agg(v.receiver, ',' ORDER BY v.id) AS receivers
    FROM free
    LEFT JOIN delivery v
        ON v.copy = free.id AND v.state NOT IN ('take_back_asked', 'withdrawn', 'agreed')
    GROUP BY free.id
)
UPDATE outbox o
SET cancelled_at = CASE WHEN r.receivers IS NULL THEN $2::timestamptz END,
    headers = CASE WHEN r.receivers IS NULL THEN o.headers
                   ELSE o.headers || jsonb_build_object('axis-to', r.receivers) END
FROM remaining r
WHERE o.id = r.id
