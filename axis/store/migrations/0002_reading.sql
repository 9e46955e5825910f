-- What the web view needs to find things: folded text to search in, and indexes for its lists.

CREATE FUNCTION search_fold(text) RETURNS text
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    AS $$
    SELECT lower(translate(
        regexp_replace(normalize($1, NFD), E'[\u0300-\u036F]', '', 'g'), 'Đđ', 'Dd'))
    $$;
COMMENT ON FUNCTION search_fold IS
    'Text without case and diacritics: «Báo cáo» and «bao cao» find each other, whatever the '
    'locale of the database and the normal form of the text. All Vietnamese letters but đ '
    'decompose into ASCII and combining marks.';

-- The line breaks keep a phrase from matching across two fields.
ALTER TABLE document ADD COLUMN search text NOT NULL GENERATED ALWAYS AS (search_fold(
    number || '/' || notation || E'\n' || document_id || E'\n' || subject || E'\n' || type_name
)) STORED;
ALTER TABLE agency ADD COLUMN search text NOT NULL GENERATED ALWAYS AS (search_fold(
    code || E'\n' || name
)) STORED;
ALTER TABLE certificate ADD COLUMN search text NOT NULL GENERATED ALWAYS AS (search_fold(
    subject || E'\n' || issuer || E'\n' || serial || E'\n' || fingerprint
)) STORED;

-- Lists are ordered by id, which is a UUIDv7: newest first is the order of the index.
CREATE INDEX document_sender_id ON document (sender, id DESC);
-- Real numbers have under 40 characters; ones of thousands are let in, but fit no index.
CREATE INDEX document_code ON document (left(number || '/' || notation, 200));
CREATE INDEX delivery_receiver_document ON delivery (receiver, document DESC);
CREATE INDEX submission_refused_sender_id ON submission (sender, id DESC)
    WHERE outcome = 'refused';
CREATE INDEX submission_refused_id ON submission (id DESC) WHERE outcome = 'refused';
CREATE INDEX agency_parent ON agency (parent);
CREATE INDEX enrolment_agency ON enrolment (agency, fingerprint);
CREATE INDEX web_session_expiry ON web_session (expires_at);
