-- What speaks about a document that is not there yet waits for it; statuses are known by what is
-- signed, too, not only by their bytes.

ALTER TABLE held_submission
    ADD COLUMN endpoint text REFERENCES endpoint (id),
    ADD COLUMN brings text,
    ADD COLUMN awaits text[];
UPDATE held_submission h
SET endpoint = s.endpoint, brings = CASE WHEN s.routing_key <> 'status' THEN s.document_id END
FROM submission s WHERE s.id = h.submission;
ALTER TABLE held_submission ALTER COLUMN endpoint SET NOT NULL;
COMMENT ON COLUMN held_submission.brings IS 'DocumentId of the document that waits; null: a status.';
COMMENT ON COLUMN held_submission.awaits IS
    'DocumentIds that it speaks about and waits for; null: it waits for its own check.';
CREATE INDEX held_submission_awaits ON held_submission USING gin (awaits)
    WHERE awaits IS NOT NULL;
CREATE INDEX held_submission_brings ON held_submission (brings)
    WHERE brings IS NOT NULL AND awaits IS NULL;

ALTER TABLE status ADD COLUMN content text NOT NULL DEFAULT '';
COMMENT ON COLUMN status.content IS
    'Digest of the signed content; empty for statuses of before it was kept.';
CREATE UNIQUE INDEX status_content_once ON status (delivery, code, content) WHERE content <> '';
