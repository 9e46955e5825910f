-- What is known of the revocation of certificates, fetched in the background from their issuers.

CREATE TABLE revocation_authority (
    fingerprint text PRIMARY KEY CHECK (fingerprint ~ '^[0-9a-f]{64}$'),
    der         bytea NOT NULL,
    seen_at     timestamptz NOT NULL
);
COMMENT ON TABLE revocation_authority IS
    'Authorities that signatures brought along and whose path to an anchor was proven: they are '
    'asked about too, and lead to anchors for certificates that name them as issuer. Timestamp '
    'authorities are among them.';

CREATE TABLE revocation_evidence (
    sha256      text PRIMARY KEY CHECK (sha256 ~ '^[0-9a-f]{64}$'),
    kind        text NOT NULL CHECK (kind IN ('crl', 'ocsp')),
    issuer      text NOT NULL,
    url         text NOT NULL,
    this_update timestamptz NOT NULL,
    next_update timestamptz,
    fetched_at  timestamptz NOT NULL,
    der         bytea NOT NULL
);
CREATE INDEX revocation_evidence_fetched ON revocation_evidence (fetched_at);
COMMENT ON TABLE revocation_evidence IS
    'Verified lists (CRL) and OCSP responses as they were fetched.';

CREATE TABLE revocation_standing (
    fingerprint text NOT NULL,
    source      text NOT NULL CHECK (source IN ('crl', 'ocsp')),
    state       text NOT NULL CHECK (state IN ('good', 'revoked')),
    this_update timestamptz NOT NULL,
    next_update timestamptz,
    number      numeric(60, 0) NOT NULL,
    revoked_at  timestamptz,
    reason      text NOT NULL,
    evidence    text NOT NULL REFERENCES revocation_evidence (sha256),
    known_at    timestamptz NOT NULL,
    reviewed_at timestamptz,
    PRIMARY KEY (fingerprint, source)
);
CREATE INDEX revocation_standing_evidence ON revocation_standing (evidence);
CREATE INDEX revocation_standing_unreviewed ON revocation_standing (fingerprint)
    WHERE state = 'revoked' AND reviewed_at IS NULL;
COMMENT ON TABLE revocation_standing IS
    'The newest that each source says of a certificate. A change for the worse waits for the '
    'batches of the intake that are under way (they hold registry_version), so it counts from the '
    'next document on.';
COMMENT ON COLUMN revocation_standing.known_at IS
    'Since when the axis has known this state; newer information that says the same leaves it.';
COMMENT ON COLUMN revocation_standing.reviewed_at IS
    'When the documents accepted since revoked_at were listed; null: still to be done.';

CREATE TABLE revocation_review (
    document    uuid NOT NULL REFERENCES document (id),
    fingerprint text NOT NULL,
    revoked_at  timestamptz NOT NULL,
    known_at    timestamptz NOT NULL,
    PRIMARY KEY (document, fingerprint)
);
CREATE INDEX revocation_review_fingerprint ON revocation_review (fingerprint, document);
-- Documents lie in the order of their acceptance: a block range index finds those since a moment
-- and costs new ones next to nothing.
CREATE INDEX document_accepted ON document USING brin (accepted_at) WITH (autosummarize = on);
COMMENT ON TABLE revocation_review IS
    'Documents accepted after a certificate of their signature''s path was revoked and before the '
    'axis knew of it; people have to look at them.';
