-- Destruction that nobody confirms is late, too. What was agreed before was promised no deadline and
-- moves no more until its 06 comes, so it gets one here: a week from now, whatever its urgency.

ALTER TABLE delivery
    DROP CONSTRAINT delivery_deadline_kind_check,
    ADD CONSTRAINT delivery_deadline_kind_check CHECK (
        deadline_kind IN ('consignment', 'handover', 'answer', 'consent', 'destruction')
    );
COMMENT ON COLUMN delivery.late IS
    'Steps still owed after their deadline: consignment, handover, answer, consent, destruction, due.';

UPDATE delivery
SET deadline_kind = 'destruction', deadline = date_trunc('minute', now()) + interval '7 days'
WHERE state = 'agreed';
