-- What is new and what a queue has not taken before are claimed apart: however much waits for an
-- endpoint whose queue is full, others' messages do not wait behind it.

DROP INDEX outbox_due;
CREATE INDEX outbox_fresh ON outbox (urgent, due_at, id)
    WHERE published_at IS NULL AND cancelled_at IS NULL AND attempts = 0;
CREATE INDEX outbox_tried ON outbox (urgent, due_at, id)
    WHERE published_at IS NULL AND cancelled_at IS NULL AND attempts > 0;

-- What is late is counted every few seconds: from the index alone.
DROP INDEX delivery_late;
CREATE INDEX delivery_late ON delivery (id) INCLUDE (late) WHERE late <> '{}';

-- A server that takes over without the last changes gives their numbers to others: the time of each
-- tells a router that it has another history in hand.
ALTER TABLE registry_change ADD COLUMN changed_at timestamptz;
