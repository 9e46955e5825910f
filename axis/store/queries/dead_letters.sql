-- name: add
-- Keeps a dead letter, unless the same one came before and its acknowledgement was lost.
INSERT INTO dead_letter (id, at, queue, routing_key, user_id, message_id, reasons, size, sha256,
                         body)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
ON CONFLICT DO NOTHING
