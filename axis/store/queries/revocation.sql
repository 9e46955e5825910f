-- name: standings_of
-- What is known of these certificates, for the intake.
SELECT fingerprint, source, state, this_update, next_update, number, revoked_at, reason
FROM revocation_standing
WHERE fingerprint = ANY ($1::text[])

-- name: standings
SELECT fingerprint, source, state, this_update, next_update, number, revoked_at, reason
FROM revocation_standing

-- name: locked_standings
-- $1 fingerprints
SELECT fingerprint, source, state, this_update, next_update, number, revoked_at, reason
FROM revocation_standing
WHERE fingerprint = ANY ($1::text[])
ORDER BY fingerprint, source
FOR UPDATE

-- name: remember_authorities
-- In one order for all, so that routers can't deadlock on each other.
INSERT INTO revocation_authority (fingerprint, der, seen_at)
SELECT * FROM unnest($1::text[], $2::bytea[], $3::timestamptz[]) AS seen (fingerprint, der, seen_at)
ORDER BY fingerprint
ON CONFLICT (fingerprint) DO NOTHING

-- name: mark
-- Changes whenever a certificate may have joined those that are asked about.
SELECT r.version, (SELECT count(*) FROM revocation_authority) AS authorities
FROM registry_version r

-- name: certificates
-- Certificates in the registry that have not expired. Also those that may not sign any more: what
-- they signed before may have to be looked at again.
SELECT der FROM certificate WHERE not_after > $1 ORDER BY fingerprint

-- name: authorities
SELECT der FROM revocation_authority ORDER BY fingerprint

-- name: lead
-- One router at a time keeps the information; the lock ends with its connection.
SELECT pg_try_advisory_lock(hashtextextended('revocation', 0))

-- name: put_evidence
INSERT INTO revocation_evidence (sha256, kind, issuer, url, this_update, next_update, fetched_at,
                                 der)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
ON CONFLICT (sha256) DO NOTHING

-- name: put_standings
-- Who calls has compared them with what was there. What is known anew is to be reviewed anew.
INSERT INTO revocation_standing AS s (fingerprint, source, state, this_update, next_update, number,
                                      revoked_at, reason, evidence, known_at)
SELECT fingerprint, source, state, this_update, next_update, number, revoked_at, reason, evidence,
       $10
FROM unnest($1::text[], $2::text[], $3::text[], $4::timestamptz[], $5::timestamptz[],
            $6::numeric[], $7::timestamptz[], $8::text[], $9::text[])
    AS new (fingerprint, source, state, this_update, next_update, number, revoked_at, reason,
            evidence)
ON CONFLICT (fingerprint, source) DO UPDATE SET
    state = excluded.state, this_update = excluded.this_update,
    next_update = excluded.next_update, number = excluded.number,
    revoked_at = excluded.revoked_at, reason = excluded.reason, evidence = excluded.evidence,
    known_at = CASE WHEN (s.state, s.revoked_at) IS NOT DISTINCT FROM
                         (excluded.state, excluded.revoked_at)
               THEN s.known_at ELSE excluded.known_at END,
    reviewed_at = CASE WHEN (s.state, s.revoked_at) IS NOT DISTINCT FROM
                            (excluded.state, excluded.revoked_at)
                  THEN s.reviewed_at END

-- name: hold_intake
-- Waits for the batches of the intake that are under way, and holds the next ones back until this
-- transaction ends: none decides by what is no longer true.
LOCK TABLE registry_version IN ROW EXCLUSIVE MODE

-- name: prune_evidence
-- Deletes evidence fetched before a moment, unless it is the newest or says that one is revoked.
DELETE FROM revocation_evidence e
WHERE e.fetched_at < $1
  AND NOT EXISTS (SELECT 1 FROM revocation_standing s WHERE s.evidence = e.sha256)

-- name: unreviewed
SELECT fingerprint, source, revoked_at, known_at, reason
FROM revocation_standing
WHERE state = 'revoked' AND reviewed_at IS NULL
ORDER BY fingerprint, source
LIMIT 1
FOR UPDATE

-- name: stretch
-- Where a stretch of so many documents ends.
-- $1 after, $2 how many
SELECT id FROM (SELECT id FROM document WHERE id > $1 ORDER BY id LIMIT $2) AS ahead
ORDER BY id DESC
LIMIT 1

-- name: list_documents
-- Lists the documents of a stretch whose signature rests on a certificate and was not proven to be
-- older than its revocation.
-- $1 fingerprint, $2 revoked at, $3 known at, $4 after, $5 up to
INSERT INTO revocation_review (document, fingerprint, revoked_at, known_at)
SELECT d.id, $1, $2, $3
FROM document d
WHERE d.id > $4 AND d.id <= $5 AND d.accepted_at >= $2
  AND (d.certificate = $1
       OR d.verdict @> jsonb_build_object('signature', jsonb_build_object('path',
              jsonb_build_array(jsonb_build_object('fingerprint', $1::text)))))
  AND coalesce((d.verdict #>> '{signature,proven_at}')::timestamptz, d.accepted_at) >= $2
ON CONFLICT (document, fingerprint) DO UPDATE SET
    revoked_at = least(revocation_review.revoked_at, excluded.revoked_at)
RETURNING document

-- name: reviewed
UPDATE revocation_standing SET reviewed_at = $3 WHERE fingerprint = $1 AND source = $2

-- name: review
-- Documents to look at, the newest first, with who sent them and who got them.
-- $1 fingerprint of the revoked or of the signing certificate, or null; $2 limit
SELECT v.fingerprint, c.subject, v.revoked_at, v.known_at, d.id, d.document_id,
       d.number || '/' || d.notation AS code, d.sender, a.name AS sender_name, d.accepted_at,
       ARRAY(SELECT y.receiver FROM delivery y WHERE y.document = d.id ORDER BY y.receiver)
           AS receivers
FROM revocation_review v
JOIN document d ON d.id = v.document
JOIN agency a ON a.code = d.sender
LEFT JOIN certificate c ON c.fingerprint = v.fingerprint
WHERE $1::text IS NULL OR v.fingerprint = $1 OR d.certificate = $1
ORDER BY d.id DESC
LIMIT $2
