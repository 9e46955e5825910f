-- The state machine of deliveries: beside its state, how far a delivery has come on the ordinary way,
-- whatever was asked or missed meanwhile.

ALTER TABLE delivery ADD COLUMN reached text NOT NULL DEFAULT 'accepted';
ALTER TABLE delivery ADD COLUMN reported_at timestamptz;
UPDATE delivery SET reached = CASE
    WHEN state IN ('refused', 'declined', 'agreed') THEN 'arrived'
    WHEN state = 'take_back_asked' THEN 'consigned'
    ELSE state
END;
COMMENT ON COLUMN delivery.reached IS
    'The furthest of accepted, dispatched, consigned, taken, arrived, received, assigned, '
    'in_progress, done that is known of it.';
COMMENT ON COLUMN delivery.reported_at IS
    'When the receiver says that it did what moved the delivery last: the status''s own time.';
