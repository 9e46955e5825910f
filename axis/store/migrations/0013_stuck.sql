-- Deliveries that cannot be made wait for an administrator, however old they are: few, and looked
-- at on every visit of the start page.

CREATE INDEX delivery_undeliverable ON delivery (id) WHERE state = 'undeliverable';
