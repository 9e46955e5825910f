-- Deadlines of deliveries: what has to happen next, by when, and what is late. Deliveries from before
-- get theirs when they move next: nobody was promised any for them.

ALTER TABLE delivery
    ADD COLUMN deadline_kind text
        CHECK (deadline_kind IN ('consignment', 'handover', 'answer', 'consent')),
    ADD COLUMN deadline timestamptz,
    ADD COLUMN due timestamptz,
    ADD COLUMN late text[] NOT NULL DEFAULT '{}';
COMMENT ON COLUMN delivery.deadline_kind IS 'The step that is due next.';
COMMENT ON COLUMN delivery.deadline IS 'By when; null once that has passed and was told.';
COMMENT ON COLUMN delivery.due IS
    'When the document''s own date ends (document.due); null once that was told, or is not asked.';
COMMENT ON COLUMN delivery.late IS
    'Steps that are still owed after their deadline: consignment, handover, answer, consent, due.';

CREATE INDEX delivery_deadline ON delivery (least(deadline, due), id)
    WHERE least(deadline, due) IS NOT NULL;
CREATE INDEX delivery_late ON delivery (id) WHERE late <> '{}';
CREATE INDEX delivery_in_inbox ON delivery (endpoint, id) WHERE reached = 'consigned';
COMMENT ON INDEX delivery_in_inbox IS
    'Copies that their inbox has, as far as is known: what an inbox that is seen empty proves.';
