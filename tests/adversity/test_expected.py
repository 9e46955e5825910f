"""What the reconciliation expects of a delivery agrees with the axis's own table of moves."""

from hypothesis import given
from hypothesis import strategies as some

from axis.edxml.codes import DocumentKind, StatusCode
from axis.exchange.deliveries.reports import event_of
from axis.exchange.deliveries.states import DeliveryEvent, Position, move
from tests.adversity.expected import Said, states, ways

E = DeliveryEvent
S = StatusCode

REPORTS = (S.ARRIVED, S.ACCEPTED, S.ASSIGNED, S.IN_PROGRESS, S.DONE)


@some.composite
def stories(draw: some.DrawFn) -> tuple[Said, tuple[StatusCode | None, ...]]:
    """What clerks say about a delivery, and in which order; None is the sender's question."""
    refused = draw(some.booleans())
    asked = draw(some.booleans())
    answer = None
    if asked and not refused:
        answer = draw(some.sampled_from([None, S.AGREED, S.DISAGREED]))
    reports = draw(some.sets(some.sampled_from([S.ARRIVED] if refused else REPORTS)))
    order: list[StatusCode | None] = draw(some.permutations([*reports, *([None] * asked)]))
    if refused:  # who refuses has no more to report
        after_reports = max((order.index(code) + 1 for code in reports), default=0)
        order.insert(draw(some.integers(after_reports, len(order))), S.REFUSED)
    if answer is not None:
        order.insert(draw(some.integers(order.index(None) + 1, len(order))), answer)
    told = frozenset(reports | ({S.REFUSED} if refused else set()))
    return Said(told, asked_back=asked, answer=answer), tuple(order)


@given(stories(), some.booleans())
def test_expectation_holds_for_whatever_order_statuses_come_in(
    story: tuple[Said, tuple[StatusCode | None, ...]], taken: bool
) -> None:
    said, order = story
    position = move(Position(), E.CONFIRMED)
    if taken:
        position = move(position, E.INBOX_EMPTIED)
    for code in order:
        event = E.BACK_ASKED if code is None else event_of(code, said.kind, position.state)
        position = move(position, event)

    assert position.state in states(said, position.reached)
    assert position.reached in ways(said, position.state, called_off=False)


@given(some.sampled_from([S.AGREED, S.DISAGREED]))
def test_expectation_holds_for_answers_to_an_update(answer: StatusCode) -> None:
    said = Said(answer=answer, kind=DocumentKind.UPDATE)
    position = move(Position(), E.CONFIRMED)
    position = move(position, event_of(answer, said.kind, position.state))

    assert position.state in states(said, position.reached)
    assert position.reached in ways(said, position.state, called_off=False)


def test_expectation_is_no_more_than_what_was_said() -> None:
    received = Said(frozenset({S.ACCEPTED}))

    assert states(received, "received") == {"received"}
    assert ways(received, "received", called_off=False) == {"received"}
    assert states(Said(asked_back=True), "consigned") == {"take_back_asked"}
    assert ways(Said(), "consigned", called_off=False) == {"consigned", "taken"}
    assert ways(Said(), "take_back_asked", called_off=True) == {"accepted", "dispatched"}
