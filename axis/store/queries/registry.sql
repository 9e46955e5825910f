-- name: agencies
SELECT code, name, level, parent, endpoint, valid_from, valid_to, successor
FROM agency
ORDER BY code

-- name: aliases
SELECT code, alias FROM agency_alias ORDER BY alias

-- name: endpoints
SELECT id, name FROM endpoint ORDER BY id

-- name: enrolments
SELECT e.fingerprint, e.agency, c.subject, e.valid_from, e.valid_to, e.revoked_at
FROM enrolment e JOIN certificate c USING (fingerprint)
ORDER BY e.fingerprint, e.agency

-- name: lock_registry
-- Lets one change at a time look at the registry and alter it; batches of the intake go on.
SELECT pg_advisory_xact_lock(hashtextextended('registry', 0))

-- name: version
SELECT version FROM registry_version

-- name: held_version
-- Reads the version and holds changes back, so that all that is read after it fits together.
SELECT version FROM registry_version FOR SHARE

-- name: raise_version
-- Tells every router that the registry has changed; waits for batches that hold the old one.
UPDATE registry_version SET version = version + 1, changed_at = now() RETURNING version

-- name: put_endpoints
-- Adds endpoints or renames them; the passwords of those that exist stay as they are. Tells
-- which are new.
INSERT INTO endpoint (id, name, password_hash)
SELECT * FROM unnest($1::text[], $2::text[], $3::text[])
ON CONFLICT (id) DO UPDATE SET name = excluded.name
RETURNING id, xmax = 0 AS added

-- name: set_password
UPDATE endpoint SET password_hash = $2 WHERE id = $1 RETURNING id

-- name: accounts
-- What the broker needs to know about every endpoint.
SELECT id, name, password_hash FROM endpoint ORDER BY id

-- name: account
SELECT id, name, password_hash FROM endpoint WHERE id = $1

-- name: put_agencies
INSERT INTO agency (code, name, level, parent, endpoint, valid_from, valid_to, successor)
SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::date[],
                     $7::date[], $8::text[])
ON CONFLICT (code) DO UPDATE SET
    name = excluded.name, level = excluded.level, parent = excluded.parent,
    endpoint = excluded.endpoint, valid_from = excluded.valid_from,
    valid_to = excluded.valid_to, successor = excluded.successor

-- name: drop_aliases
DELETE FROM agency_alias WHERE code = ANY ($1::text[])

-- name: put_aliases
INSERT INTO agency_alias (alias, code) SELECT * FROM unnest($1::text[], $2::text[])

-- name: put_certificates
INSERT INTO certificate (fingerprint, der, subject, issuer, serial, not_before, not_after,
                         organization_identifier)
SELECT * FROM unnest($1::text[], $2::bytea[], $3::text[], $4::text[], $5::text[],
                     $6::timestamptz[], $7::timestamptz[], $8::text[])
ON CONFLICT (fingerprint) DO NOTHING

-- name: put_enrolments
-- Binds certificates to agencies or changes the terms of their bindings.
INSERT INTO enrolment (fingerprint, agency, valid_from, valid_to)
SELECT * FROM unnest($1::text[], $2::text[], $3::date[], $4::date[])
ON CONFLICT (fingerprint, agency) DO UPDATE SET
    valid_from = excluded.valid_from, valid_to = excluded.valid_to

-- name: revoked
-- Which of these certificates have been revoked, and when first.
SELECT fingerprint, min(revoked_at) AS revoked_at FROM enrolment
WHERE fingerprint = ANY ($1::text[]) AND revoked_at IS NOT NULL
GROUP BY fingerprint

-- name: revoke
-- Revokes every binding of a certificate that is not revoked yet.
UPDATE enrolment SET revoked_at = $2 WHERE fingerprint = $1 AND revoked_at IS NULL
RETURNING agency

-- name: certificates
-- All certificates with their bindings, for lists.
SELECT c.fingerprint, c.subject, c.issuer, c.serial, c.not_before, c.not_after,
       e.agency, a.name AS agency_name, e.valid_from, e.valid_to, e.revoked_at
FROM certificate c
LEFT JOIN enrolment e USING (fingerprint)
LEFT JOIN agency a ON a.code = e.agency
ORDER BY e.agency NULLS LAST, c.not_after DESC

-- name: certificate
SELECT der FROM certificate WHERE fingerprint = $1

-- name: audit
INSERT INTO audit (id, at, actor, action, facts) VALUES ($1, $2, $3, $4, $5)
