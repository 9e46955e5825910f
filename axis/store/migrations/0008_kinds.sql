-- Recalls, updates, replacements and answers: for whom they hold, what they answer, and copies that
-- are not to go out any more, or only behind others.

ALTER TABLE outbox ADD COLUMN cancelled_at timestamptz;
COMMENT ON COLUMN outbox.cancelled_at IS 'Since when this copy is not to be published any more.';
ALTER TABLE outbox ADD COLUMN follows uuid[];
COMMENT ON COLUMN outbox.follows IS
    'Rows behind which this one goes out: it waits until each is published or cancelled. A recall '
    'never overtakes what it recalls.';
DROP INDEX outbox_due;
CREATE INDEX outbox_due ON outbox (urgent, due_at, id)
    WHERE published_at IS NULL AND cancelled_at IS NULL;

ALTER TABLE document_link
    ADD COLUMN receivers text[] NOT NULL DEFAULT '{}',
    ADD COLUMN dropped text[] NOT NULL DEFAULT '{}';
COMMENT ON COLUMN document_link.receivers IS
    'Agencies for which it holds; empty: for all who have the target. A replacement may list them.';
COMMENT ON COLUMN document_link.dropped IS 'Agencies that an update drops as receivers.';

CREATE TABLE document_answer (
    document    uuid NOT NULL REFERENCES document (id),
    agency      text NOT NULL REFERENCES agency (code),
    document_id text NOT NULL,
    PRIMARY KEY (document, agency, document_id)
);
CREATE INDEX document_answer_named ON document_answer (agency, document_id);
COMMENT ON TABLE document_answer IS
    'What a document says that it answers: whose document, under which DocumentId. They are brought '
    'together when somebody looks, so that the two may come in any order.';
