"""Which lanes nobody serves, from what the broker says of the intake's queues."""

from axis.broker.lanes import QueueState, missing
from axis.broker.topology import INTAKE, INTAKE_STATUSES, INTAKE_URGENT, QUEUES
from axis.exchange.lanes import Lane


def states(**consumers: int) -> dict[str, QueueState]:
    served = {queue: QueueState(0, 1) for queues in INTAKE.values() for queue in queues}
    return served | {queue: QueueState(9, count) for queue, count in consumers.items()}


def test_every_queue_of_the_intake_belongs_to_one_lane() -> None:
    assert set(INTAKE) == set(Lane)
    assert sorted(queue for queues in INTAKE.values() for queue in queues) == sorted(
        queue.name for queue in QUEUES
    )


def test_no_lane_is_missing_while_every_queue_has_a_consumer() -> None:
    assert missing(states()) == []


def test_lane_with_one_queue_that_nobody_takes_from_is_missing() -> None:
    assert missing(states(**{INTAKE_URGENT: 0})) == [Lane.URGENT]
    assert missing(states(**{INTAKE_STATUSES: 0})) == [Lane.ORDINARY]
    assert missing(states(**{INTAKE_URGENT: 0, INTAKE_STATUSES: 0})) == list(Lane)


def test_nothing_is_missing_while_the_broker_says_nothing() -> None:
    assert missing({}) == []
