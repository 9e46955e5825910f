-- name: account
SELECT a.id, a.name, a.display_name, a.role, a.password_hash, a.disabled_at IS NOT NULL AS disabled,
       ARRAY(SELECT g.agency FROM account_agency g WHERE g.account = a.id) AS agencies
FROM account a
WHERE a.name = $1

-- name: accounts
SELECT a.id, a.name, a.display_name, a.role, a.password_hash, a.disabled_at IS NOT NULL AS disabled,
       ARRAY(SELECT g.agency FROM account_agency g WHERE g.account = a.id) AS agencies
FROM account a
ORDER BY a.name

-- name: lock
-- What an account was before it is changed; others wait.
SELECT password_hash, disabled_at IS NOT NULL AS disabled FROM account WHERE id = $1 FOR UPDATE

-- name: put
-- $7: disabled since when, kept when it was disabled before
INSERT INTO account (id, name, display_name, role, password_hash, created_at, disabled_at)
VALUES ($1, $2, $3, $4, $5, $6, $7)
ON CONFLICT (id) DO UPDATE SET
    name = excluded.name, display_name = excluded.display_name, role = excluded.role,
    password_hash = excluded.password_hash,
    disabled_at = CASE WHEN excluded.disabled_at IS NULL THEN NULL
                       ELSE coalesce(account.disabled_at, excluded.disabled_at) END

-- name: drop_agencies
DELETE FROM account_agency WHERE account = $1

-- name: put_agencies
INSERT INTO account_agency (account, agency) SELECT $1, unnest($2::text[])

-- name: end_sessions
DELETE FROM web_session WHERE account = $1

-- name: open_session
INSERT INTO web_session (token_sha256, account, created_at, seen_at, expires_at)
VALUES ($1, $2, $3, $3, $4)

-- name: drop_expired_sessions
DELETE FROM web_session WHERE expires_at <= $1

-- name: drop_surplus_sessions
-- Keeps the newest $2 sessions of an account.
DELETE FROM web_session
WHERE account = $1 AND token_sha256 NOT IN (
    SELECT token_sha256 FROM web_session WHERE account = $1 ORDER BY created_at DESC LIMIT $2
)

-- name: session
-- The account of a session that has not expired and whose account is not disabled.
SELECT a.id, a.name, a.display_name, a.role, a.password_hash, a.disabled_at IS NOT NULL AS disabled,
       ARRAY(SELECT g.agency FROM account_agency g WHERE g.account = a.id) AS agencies,
       s.seen_at
FROM web_session s JOIN account a ON a.id = s.account
WHERE s.token_sha256 = $1 AND s.expires_at > $2 AND a.disabled_at IS NULL

-- name: seen
UPDATE web_session SET seen_at = $2 WHERE token_sha256 = $1

-- name: close_session
DELETE FROM web_session WHERE token_sha256 = $1
