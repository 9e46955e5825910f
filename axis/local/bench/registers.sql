-- A database as it is after years: $documents from 20 agencies, each with an endpoint of its own, to
-- four of the others, a document a minute. Bodies and receipts are short; reconciling reads none.

CREATE FUNCTION pg_temp.id(ms bigint, n bigint) RETURNS uuid LANGUAGE sql IMMUTABLE AS $$
    SELECT (lpad(to_hex(ms), 12, '0') || '7' || lpad(to_hex(n % 4096), 3, '0')
            || '8' || lpad(to_hex(n), 15, '0'))::uuid
$$;
SET synchronous_commit = off;
INSERT INTO endpoint (id, name, password_hash)
SELECT 'e' || n, 'Hệ thống ' || n, 'none' FROM generate_series(0, 19) AS n;
INSERT INTO agency (code, name, level, endpoint)
SELECT 'A' || n, 'Cơ quan ' || n, 'central', 'e' || n FROM generate_series(0, 19) AS n;
INSERT INTO certificate (fingerprint, der, subject, issuer, serial, not_before, not_after)
VALUES (repeat('0', 64), '', 'CN=bench', 'CN=bench', '1', now(), now());
CREATE TEMP TABLE made AS
SELECT n, 1735689600000::bigint + n::bigint * 60000 AS ms, to_timestamp(1735689600 + n * 60.0) AS at,
       'A' || n % 20 AS sender, 'e' || n % 20 AS endpoint, 'A' || n % 20 || '.2025.' || n AS name,
       encode(sha256(n::text::bytea), 'hex') AS sha256
FROM generate_series(1, $documents) AS n;

-- documents
INSERT INTO document (id, sender, document_id, kind, sha256, size, body, priority, number, notation,
                      subject, type_name, endpoint, certificate, verdict, accepted_at)
SELECT pg_temp.id(ms, n), sender, name, 0, sha256, 40000, '', 0, n::text, 'VP', 'V/v ' || n,
       'Công văn', endpoint, repeat('0', 64), jsonb_build_object('pad', repeat(sha256, 16)), at
FROM made ORDER BY n;

-- submissions
INSERT INTO evidence (id, event, at, endpoint, agency, submission, document, receipt)
SELECT pg_temp.id(ms + 1, n), 'SubmissionAcceptance', at, endpoint, sender, pg_temp.id(ms + 2, n),
       pg_temp.id(ms, n), ''
FROM made ORDER BY n;
INSERT INTO submission (id, endpoint, message_key, routing_key, sha256, size, received_at, outcome,
                        document, receipt, sender, document_id, reasons)
SELECT pg_temp.id(ms + 2, n), endpoint, 'id:' || n, 'document', sha256, 40000, at, 'accepted',
       pg_temp.id(ms, n), pg_temp.id(ms + 1, n), sender, name, '{}'
FROM made ORDER BY n;

-- deliveries
INSERT INTO delivery (id, document, named, receiver, endpoint, copy, state, reached, changed_at)
SELECT pg_temp.id(ms + 4, n * 4 + k), pg_temp.id(ms, n), ARRAY['A' || (n + k) % 20],
       'A' || (n + k) % 20, 'e' || (n + k) % 20, pg_temp.id(ms + 3, n * 4 + k),
       CASE k WHEN 1 THEN 'received' ELSE 'taken' END, CASE k WHEN 1 THEN 'received' ELSE 'taken' END,
       at
FROM made CROSS JOIN generate_series(1, 4) AS k ORDER BY n, k;

-- statuses
INSERT INTO status (id, document, delivery, code, sender, addressee, description, sha256, body,
                    endpoint, certificate, accepted_at)
SELECT pg_temp.id(ms + 60, n), pg_temp.id(ms, n), pg_temp.id(ms + 4, n * 4 + 1), '03',
       'A' || (n + 1) % 20, sender, '', sha256, '', 'e' || (n + 1) % 20, repeat('0', 64), at
FROM made ORDER BY n;
INSERT INTO evidence (id, event, at, endpoint, agency, submission, document, status, receipt)
SELECT pg_temp.id(ms + 61, n), 'SubmissionAcceptance', at, 'e' || (n + 1) % 20,
       'A' || (n + 1) % 20, pg_temp.id(ms + 62, n), pg_temp.id(ms, n), pg_temp.id(ms + 60, n), ''
FROM made ORDER BY n;
INSERT INTO submission (id, endpoint, message_key, routing_key, sha256, size, received_at, outcome,
                        document, status, receipt, sender, document_id, reasons)
SELECT pg_temp.id(ms + 62, n), 'e' || (n + 1) % 20, 'id:s' || n, 'status', sha256, 4000, at,
       'accepted', pg_temp.id(ms, n), pg_temp.id(ms + 60, n), pg_temp.id(ms + 61, n),
       'A' || (n + 1) % 20, name, '{}'
FROM made ORDER BY n;
