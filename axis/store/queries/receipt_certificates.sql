-- name: enter
-- Nothing comes back for a certificate that is retired.
INSERT INTO receipt_certificate AS known (fingerprint, der, chain, first_used_at, last_used_at)
VALUES ($1, $2, $3, $4, $4)
ON CONFLICT (fingerprint) DO UPDATE SET
    chain = excluded.chain,
    last_used_at = greatest(known.last_used_at, excluded.last_used_at)
WHERE known.retired_at IS NULL
RETURNING xmax = 0 AS added

-- name: history
SELECT der, chain, first_used_at, last_used_at, retired_at
FROM receipt_certificate
ORDER BY first_used_at, fingerprint

-- name: lock
SELECT last_used_at, retired_at FROM receipt_certificate WHERE fingerprint = $1 FOR UPDATE

-- name: retire
UPDATE receipt_certificate SET retired_at = $2 WHERE fingerprint = $1
