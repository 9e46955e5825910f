-- The first schema: registry, documents and their deliveries, evidence, outbox, accounts.
-- Names are the field's; every time is timestamptz in UTC; ids are UUIDv7 made by the program.

-- Registry ------------------------------------------------------------------------------------

CREATE TABLE registry_version (
    one        boolean PRIMARY KEY DEFAULT true CHECK (one),
    version    bigint NOT NULL,
    changed_at timestamptz NOT NULL DEFAULT now()
);
INSERT INTO registry_version (version) VALUES (1);
COMMENT ON TABLE registry_version IS
    'Raised by every registry change; routers compare it inside the transaction of each batch, so '
    'a revoked certificate or a closed agency counts from the next document on.';

CREATE TABLE endpoint (
    id            text PRIMARY KEY CHECK (id ~ '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$'),
    name          text NOT NULL,
    password_hash text NOT NULL,
    created_at    timestamptz NOT NULL DEFAULT now()
);
COMMENT ON COLUMN endpoint.password_hash IS
    'RabbitMQ''s salted SHA-256 of a random 32-byte password: the broker is rebuilt from it.';

CREATE TABLE agency (
    code       text PRIMARY KEY,
    name       text NOT NULL,
    level      text NOT NULL CHECK (level IN ('central', 'province', 'district', 'commune')),
    parent     text REFERENCES agency (code) DEFERRABLE INITIALLY DEFERRED,
    endpoint   text REFERENCES endpoint (id),
    valid_from date,
    valid_to   date,
    successor  text REFERENCES agency (code) DEFERRABLE INITIALLY DEFERRED
);

CREATE TABLE agency_alias (
    alias text PRIMARY KEY,
    code  text NOT NULL REFERENCES agency (code) ON DELETE CASCADE
);
CREATE INDEX agency_alias_code ON agency_alias (code);

CREATE TABLE certificate (
    fingerprint             text PRIMARY KEY CHECK (fingerprint ~ '^[0-9a-f]{64}$'),
    der                     bytea NOT NULL,
    subject                 text NOT NULL,
    issuer                  text NOT NULL,
    serial                  text NOT NULL,
    not_before              timestamptz NOT NULL,
    not_after               timestamptz NOT NULL,
    organization_identifier text,
    added_at                timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE enrolment (
    fingerprint text NOT NULL REFERENCES certificate (fingerprint),
    agency      text NOT NULL REFERENCES agency (code),
    valid_from  date,
    valid_to    date,
    revoked_at  timestamptz,
    PRIMARY KEY (fingerprint, agency)
);
COMMENT ON TABLE enrolment IS 'Which certificate seals for which agency, and since when no more.';

-- Documents -----------------------------------------------------------------------------------

CREATE TABLE document (
    id            uuid PRIMARY KEY,
    sender        text NOT NULL REFERENCES agency (code),
    document_id   text NOT NULL,
    kind          smallint NOT NULL CHECK (kind BETWEEN 0 AND 3),
    sha256        text NOT NULL,
    size          integer NOT NULL,
    body          bytea NOT NULL,
    priority      smallint NOT NULL,
    number        text NOT NULL,
    notation      text NOT NULL,
    subject       text NOT NULL,
    type_name     text NOT NULL,
    promulgated   date,
    due           date,
    endpoint      text NOT NULL REFERENCES endpoint (id),
    certificate   text NOT NULL REFERENCES certificate (fingerprint),
    verdict       jsonb NOT NULL,
    accepted_at   timestamptz NOT NULL,
    CONSTRAINT document_once UNIQUE (sender, document_id, kind, sha256)
);
ALTER TABLE document ALTER COLUMN body SET STORAGE EXTERNAL; -- base64 does not compress
CREATE UNIQUE INDEX document_new_once ON document (sender, document_id) WHERE kind = 0;
CREATE INDEX document_document_id ON document (document_id);

CREATE TABLE document_link (
    document uuid NOT NULL REFERENCES document (id),
    target   uuid NOT NULL REFERENCES document (id),
    PRIMARY KEY (document, target)
);
CREATE INDEX document_link_target ON document_link (target);
COMMENT ON TABLE document_link IS
    'A recall, update or replacement and the document it is about; the kind is the document''s.';

CREATE TABLE delivery (
    id         uuid PRIMARY KEY,
    document   uuid NOT NULL REFERENCES document (id),
    named      text[] NOT NULL,
    receiver   text NOT NULL REFERENCES agency (code),
    endpoint   text NOT NULL REFERENCES endpoint (id),
    copy       uuid NOT NULL,
    state      text NOT NULL,
    changed_at timestamptz NOT NULL,
    UNIQUE (document, receiver)
);
CREATE INDEX delivery_copy ON delivery (copy);
COMMENT ON COLUMN delivery.named IS 'The codes as the sender wrote them: old codes, predecessors.';
COMMENT ON COLUMN delivery.copy IS 'The outbox row (and AMQP message_id) of the endpoint''s copy.';

CREATE TABLE status (
    id          uuid PRIMARY KEY,
    document    uuid NOT NULL REFERENCES document (id),
    delivery    uuid NOT NULL REFERENCES delivery (id),
    code        text NOT NULL,
    sender      text NOT NULL REFERENCES agency (code),
    addressee   text NOT NULL REFERENCES agency (code),
    description text NOT NULL,
    reported_at timestamptz,
    sha256      text NOT NULL,
    body        bytea NOT NULL,
    endpoint    text NOT NULL REFERENCES endpoint (id),
    certificate text NOT NULL REFERENCES certificate (fingerprint),
    accepted_at timestamptz NOT NULL,
    UNIQUE (delivery, code, sha256)
);
CREATE INDEX status_document ON status (document);

CREATE TABLE submission (
    id           uuid PRIMARY KEY,
    endpoint     text NOT NULL REFERENCES endpoint (id),
    message_key  text NOT NULL,
    routing_key  text NOT NULL,
    sha256       text NOT NULL,
    size         integer NOT NULL,
    received_at  timestamptz NOT NULL,
    outcome      text NOT NULL CHECK (outcome IN ('accepted', 'duplicate', 'refused')),
    document     uuid REFERENCES document (id),
    status       uuid REFERENCES status (id),
    receipt      uuid NOT NULL,
    sender       text REFERENCES agency (code),
    document_id  text,
    subject      text,
    reasons      text[] NOT NULL,
    UNIQUE (endpoint, message_key)
);
CREATE INDEX submission_document ON submission (document);
CREATE INDEX submission_status ON submission (status);
CREATE UNIQUE INDEX submission_document_accepted ON submission (document)
    WHERE outcome = 'accepted' AND status IS NULL;
CREATE UNIQUE INDEX submission_status_accepted ON submission (status) WHERE outcome = 'accepted';

-- Evidence: append-only -----------------------------------------------------------------------

CREATE TABLE evidence (
    id         uuid PRIMARY KEY,
    sequence   bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
    event      text NOT NULL,
    at         timestamptz NOT NULL,
    endpoint   text NOT NULL REFERENCES endpoint (id),
    agency     text REFERENCES agency (code),
    submission uuid REFERENCES submission (id) DEFERRABLE INITIALLY DEFERRED,
    document   uuid REFERENCES document (id),
    status     uuid REFERENCES status (id),
    receipt    bytea NOT NULL
);
CREATE INDEX evidence_document ON evidence (document);
CREATE INDEX evidence_agency ON evidence (agency, sequence DESC);
COMMENT ON COLUMN evidence.agency IS 'Whom the receipt is addressed to; null: only the endpoint.';
ALTER TABLE submission ADD FOREIGN KEY (receipt) REFERENCES evidence (id)
    DEFERRABLE INITIALLY DEFERRED;

CREATE TABLE evidence_delivery (
    evidence uuid NOT NULL REFERENCES evidence (id),
    delivery uuid NOT NULL REFERENCES delivery (id),
    PRIMARY KEY (delivery, evidence)
);

CREATE TABLE audit (
    id     uuid PRIMARY KEY,
    at     timestamptz NOT NULL,
    actor  text NOT NULL,
    action text NOT NULL,
    facts  jsonb NOT NULL
);
CREATE INDEX audit_at ON audit (at DESC);

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER evidence_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON evidence
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER evidence_delivery_append_only
    BEFORE UPDATE OR DELETE OR TRUNCATE ON evidence_delivery
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER audit_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Outbox and dead letters ---------------------------------------------------------------------

CREATE TABLE outbox (
    id             uuid PRIMARY KEY,
    queue          text NOT NULL,
    urgent         boolean NOT NULL,
    type           text NOT NULL CHECK (type IN ('document', 'status', 'receipt')),
    subject        uuid NOT NULL,
    size           integer NOT NULL,
    correlation_id text,
    headers        jsonb NOT NULL,
    created_at     timestamptz NOT NULL,
    due_at         timestamptz NOT NULL,
    attempts       smallint NOT NULL DEFAULT 0,
    published_at   timestamptz
);
CREATE INDEX outbox_due ON outbox (urgent, due_at, id) WHERE published_at IS NULL;
CREATE INDEX outbox_subject ON outbox (subject);
COMMENT ON COLUMN outbox.subject IS 'The document, status or evidence row whose bytes are sent.';

CREATE TABLE dead_letter (
    id          uuid PRIMARY KEY,
    at          timestamptz NOT NULL,
    queue       text NOT NULL,
    routing_key text NOT NULL,
    user_id     text,
    message_id  text,
    reasons     text[] NOT NULL,
    size        integer NOT NULL,
    sha256      text NOT NULL,
    body        bytea NOT NULL
);
CREATE INDEX dead_letter_at ON dead_letter (at DESC);
CREATE UNIQUE INDEX dead_letter_once ON dead_letter (sha256, md5(
    queue || E'\n' || routing_key || E'\n' || coalesce(user_id, '') || E'\n'
    || coalesce(message_id, '')
));
COMMENT ON INDEX dead_letter_once IS
    'A dead letter has no id that anybody vouches for. One that comes again after a router died is '
    'the same; md5 only keeps the entry short.';

-- People --------------------------------------------------------------------------------------

CREATE TABLE account (
    id            uuid PRIMARY KEY,
    name          text NOT NULL UNIQUE,
    display_name  text NOT NULL,
    role          text NOT NULL CHECK (role IN ('clerk', 'admin')),
    password_hash text NOT NULL,
    disabled_at   timestamptz,
    created_at    timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE account_agency (
    account uuid NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    agency  text NOT NULL REFERENCES agency (code),
    PRIMARY KEY (account, agency)
);

CREATE TABLE web_session (
    token_sha256 bytea PRIMARY KEY,
    account      uuid NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    created_at   timestamptz NOT NULL,
    seen_at      timestamptz NOT NULL,
    expires_at   timestamptz NOT NULL
);
CREATE INDEX web_session_account ON web_session (account);

