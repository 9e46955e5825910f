-- name: agencies
SELECT code, name, level, parent, endpoint, valid_from, valid_to, successor
FROM agency
ORDER BY code

-- name: aliases
SELECT code, alias FROM agency_alias ORDER BY alias

-- name: endpoints
SELECT id, name FROM endpoint ORDER BY id

-- name: mandates
SELECT fingerprint, agency, capacity, kinds, act, valid_from, valid_to, revoked_at
FROM enrolment
ORDER BY fingerprint, agency, id

-- name: groups
SELECT g.code, g.name, g.level, g.below,
       ARRAY(SELECT m.agency FROM agency_group_member m WHERE m.agency_group = g.code
             ORDER BY m.agency) AS members
FROM agency_group g
ORDER BY g.code

-- name: change
-- When a version was made, where that is known.
SELECT changed_at FROM registry_change WHERE version = $1

-- name: changes
-- What led from version $1 to version $2, if it is known.
SELECT version, whole, agencies, certificates FROM registry_change
WHERE version > $1 AND version <= $2

-- name: agencies_named
SELECT code, name, level, parent, endpoint, valid_from, valid_to, successor
FROM agency
WHERE code = ANY ($1::text[])
ORDER BY code

-- name: aliases_of
SELECT code, alias FROM agency_alias WHERE code = ANY ($1::text[]) ORDER BY alias

-- name: mandates_of
SELECT fingerprint, agency, capacity, kinds, act, valid_from, valid_to, revoked_at
FROM enrolment
WHERE fingerprint = ANY ($1::text[])
ORDER BY fingerprint, agency, id

-- name: lock_registry
-- Lets one change at a time look at the registry and alter it; batches of the intake go on.
SELECT pg_advisory_xact_lock(hashtextextended('registry', 0))

-- name: version
SELECT version, changed_at FROM registry_version

-- name: held_version
-- Reads the version and holds changes back, so that all that is read after it fits together.
SELECT version, changed_at FROM registry_version FOR SHARE

-- name: raise_version
-- Tells every router that the registry has changed; waits for batches that hold the old one.
UPDATE registry_version SET version = version + 1, changed_at = now()
RETURNING version, changed_at

-- name: log_change
INSERT INTO registry_change (version, changed_at, whole, agencies, certificates)
VALUES ($1, $2, $3, $4, $5)

-- name: forget_changes
DELETE FROM registry_change WHERE version <= $1

-- name: put_groups
INSERT INTO agency_group (code, name, level, below)
SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[])
ON CONFLICT (code) DO UPDATE SET
    name = excluded.name, level = excluded.level, below = excluded.below

-- name: drop_members
DELETE FROM agency_group_member WHERE agency_group = ANY ($1::text[])

-- name: put_members
INSERT INTO agency_group_member (agency_group, agency) SELECT * FROM unnest($1::text[], $2::text[])

-- name: remove_group
DELETE FROM agency_group WHERE code = $1 RETURNING code

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

-- name: put_mandates
-- Gives certificates mandates or changes the kinds and terms of those that they have. The kinds of
-- each come as one text, because arrays of arrays must be rectangular.
INSERT INTO enrolment (id, fingerprint, agency, capacity, kinds, act, valid_from, valid_to)
SELECT id, fingerprint, agency, capacity, string_to_array(kinds, ' '), act, valid_from, valid_to
FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::date[],
            $8::date[])
     AS mandate (id, fingerprint, agency, capacity, kinds, act, valid_from, valid_to)
ON CONFLICT (fingerprint, agency, capacity, act) DO UPDATE SET
    kinds = excluded.kinds, valid_from = excluded.valid_from, valid_to = excluded.valid_to

-- name: end_mandate
-- Changes the last day of one mandate.
UPDATE enrolment SET valid_to = $5
WHERE fingerprint = $1 AND agency = $2 AND capacity = $3 AND act = $4

-- name: revoked
-- Which of these certificates have been revoked, and when first.
SELECT fingerprint, min(revoked_at) AS revoked_at FROM enrolment
WHERE fingerprint = ANY ($1::text[]) AND revoked_at IS NOT NULL
GROUP BY fingerprint

-- name: revoke
-- Ends every mandate of a certificate that is not revoked yet.
UPDATE enrolment SET revoked_at = $2 WHERE fingerprint = $1 AND revoked_at IS NULL
RETURNING agency

-- name: certificates
-- All certificates with their mandates, for lists.
SELECT c.fingerprint, c.subject, c.issuer, c.serial, c.not_before, c.not_after, e.id AS mandate,
       e.agency, a.name AS agency_name, e.capacity, coalesce(e.kinds, '{}') AS kinds,
       coalesce(e.act, '') AS act, e.valid_from, e.valid_to, e.revoked_at
FROM certificate c
LEFT JOIN enrolment e USING (fingerprint)
LEFT JOIN agency a ON a.code = e.agency
ORDER BY e.agency NULLS LAST, c.not_after DESC, e.id

-- name: certificate
SELECT der FROM certificate WHERE fingerprint = $1

-- name: audit
INSERT INTO audit (id, at, actor, action, facts) VALUES ($1, $2, $3, $4, $5)
