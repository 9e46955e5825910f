-- Dead letters that people deal with: what each is, what became of it, by whom and why.

ALTER TABLE dead_letter
    ADD COLUMN kind text NOT NULL DEFAULT 'submission'
        CHECK (kind IN ('submission', 'document', 'status', 'receipt', 'stray')),
    ADD COLUMN outbox uuid,
    ADD COLUMN died_at timestamptz,
    ADD COLUMN properties jsonb NOT NULL DEFAULT '{}',
    ADD COLUMN state text NOT NULL DEFAULT 'open'
        CHECK (state IN ('open', 'resubmitting', 'republished', 'discarded')),
    ADD COLUMN changed_at timestamptz,
    ADD COLUMN changed_by text,
    ADD COLUMN remark text,
    ADD COLUMN due_at timestamptz,
    ADD COLUMN attempts smallint NOT NULL DEFAULT 0;
COMMENT ON COLUMN dead_letter.kind IS
    'A submission nobody could be answered about, or what an endpoint''s queue gave up on: a copy '
    'of a document, a status, a receipt; stray: something there that the axis never sent.';
COMMENT ON COLUMN dead_letter.outbox IS 'The message of the axis that came back.';
COMMENT ON COLUMN dead_letter.died_at IS
    'When its queue gave it up, in the broker''s word: the same message may die more than once.';
COMMENT ON COLUMN dead_letter.due_at IS
    'When a router takes it in again; whoever does moves this on first, so that no other does.';

UPDATE dead_letter d
SET kind = coalesce(o.type, 'stray'), outbox = o.id
FROM dead_letter l
LEFT JOIN outbox o ON o.id::text = l.message_id AND o.queue = l.queue
WHERE d.id = l.id AND (l.queue LIKE 'inbox.%' OR l.queue LIKE 'answers.%');

DROP INDEX dead_letter_once;
CREATE UNIQUE INDEX dead_letter_once ON dead_letter (sha256, md5(
    queue || E'\n' || routing_key || E'\n' || coalesce(user_id, '') || E'\n'
    || coalesce(message_id, '')
), coalesce(died_at, '-infinity'::timestamptz))
WHERE state IN ('open', 'resubmitting') OR died_at IS NOT NULL;
COMMENT ON INDEX dead_letter_once IS
    'One that comes again after a router died is the same letter; one that dies again after it was '
    'dealt with is another, which somebody must see. md5 only keeps the entry short.';
CREATE INDEX dead_letter_state ON dead_letter (state, id DESC);
CREATE INDEX dead_letter_due ON dead_letter (due_at) WHERE state = 'resubmitting';

-- What an endpoint's register may name by its DocumentId alone; few submissions are refused.
CREATE INDEX submission_refused_document_id ON submission (document_id) WHERE outcome = 'refused';
