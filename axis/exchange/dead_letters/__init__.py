"""Dead letters (gói tin lạc): messages that nobody could be answered about, and messages that an
endpoint's queue gave up on after its delivery limit.

Each is kept with its bytes until an administrator re-publishes or discards it. A document's copy
that comes back makes its deliveries undeliverable and its sender gets evidence of that, in the
transaction that keeps the letter. Nobody but the axis may publish in an endpoint's name (RabbitMQ
holds ``user_id`` to the connection), so a submission is taken in again by a router, as if its
endpoint had just handed it in, and a copy goes out again under its own ``message_id``.
"""
