-- With which certificates this axis has signed receipts: kept for ever, so that old receipts verify.

CREATE TABLE receipt_certificate (
    fingerprint   text PRIMARY KEY CHECK (fingerprint ~ '^[0-9a-f]{64}$'),
    der           bytea NOT NULL,
    chain         bytea[] NOT NULL,
    first_used_at timestamptz NOT NULL,
    last_used_at  timestamptz NOT NULL CHECK (last_used_at >= first_used_at),
    retired_at    timestamptz CHECK (retired_at >= last_used_at)
);
COMMENT ON TABLE receipt_certificate IS
    'Entered by the first router that signs with it; a receipt dated after retired_at is no proof.';
COMMENT ON COLUMN receipt_certificate.chain IS 'The authorities above it, from its issuer up.';
COMMENT ON COLUMN receipt_certificate.last_used_at IS
    'Renewed by each running router; one that is in use cannot be retired.';

CREATE TRIGGER receipt_certificate_kept
    BEFORE DELETE OR TRUNCATE OR UPDATE OF fingerprint, der, first_used_at ON receipt_certificate
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
