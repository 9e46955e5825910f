"""The states of a delivery (one document to one receiver) and how statuses move them.

A status that comes late or twice is stored and passed on, but never moves a delivery backwards.
"""

from enum import StrEnum

from axis.edxml.codes import StatusCode


class DeliveryState(StrEnum):
    """Where one receiver's copy is."""

    ACCEPTED = "accepted"
    """Committed by the axis, not yet confirmed in the receiver's inbox."""
    CONSIGNED = "consigned"
    """In the inbox of the receiver's endpoint, confirmed by the broker."""
    ARRIVED = "arrived"
    """01 đã đến."""
    REFUSED = "refused"
    """02 từ chối tiếp nhận."""
    RECEIVED = "received"
    """03 đã tiếp nhận."""
    ASSIGNED = "assigned"
    """04 phân công."""
    IN_PROGRESS = "in_progress"
    """05 đang xử lý."""
    DONE = "done"
    """06 hoàn thành."""
    TAKE_BACK_ASKED = "take_back_asked"
    """13 lấy lại: the sender asks for the document back."""
    AGREED = "agreed"
    """15 đồng ý with the take-back, recall or update."""
    DECLINED = "declined"
    """16 từ chối the take-back, recall or update."""


_PROGRESS = {
    DeliveryState.ACCEPTED: 0,
    DeliveryState.CONSIGNED: 1,
    DeliveryState.ARRIVED: 2,
    DeliveryState.RECEIVED: 3,
    DeliveryState.ASSIGNED: 4,
    DeliveryState.IN_PROGRESS: 5,
    DeliveryState.DONE: 6,
}
"""The ordinary way of a document; a delivery only goes forward on it."""

_REPORTED = {
    StatusCode.ARRIVED: DeliveryState.ARRIVED,
    StatusCode.ACCEPTED: DeliveryState.RECEIVED,
    StatusCode.ASSIGNED: DeliveryState.ASSIGNED,
    StatusCode.IN_PROGRESS: DeliveryState.IN_PROGRESS,
    StatusCode.DONE: DeliveryState.DONE,
}

_ANSWERS = {
    StatusCode.AGREED: DeliveryState.AGREED,
    StatusCode.DISAGREED: DeliveryState.DECLINED,
}

_FINAL = frozenset({DeliveryState.AGREED, DeliveryState.REFUSED})
"""Nothing moves a delivery on that the receiver refused or gave back."""


def consigned(state: DeliveryState) -> DeliveryState:
    """Return the state after the broker confirmed the copy in the inbox."""
    return DeliveryState.CONSIGNED if state is DeliveryState.ACCEPTED else state


def after_status(state: DeliveryState, status: StatusCode) -> DeliveryState:
    """Return the state that a status leads to; the same state when it changes nothing.

    Covers the reports 01-06 and the sender's request 13; the answers 15 and 16 only make sense
    where something was asked, see `after_answer`.
    """
    if state in _FINAL:
        return state
    if status is StatusCode.TAKE_BACK:
        return DeliveryState.TAKE_BACK_ASKED
    if status is StatusCode.REFUSED:
        return state if state is DeliveryState.DONE else DeliveryState.REFUSED
    reported = _REPORTED.get(status, state)
    if state is DeliveryState.TAKE_BACK_ASKED:
        return state  # the question stays open until it is answered with 15 or 16
    if state is DeliveryState.DECLINED:
        # the document stays with the receiver, who goes on with it; it has long arrived
        return state if status is StatusCode.ARRIVED else reported
    return max(state, reported, key=_PROGRESS.__getitem__)


def after_answer(state: DeliveryState, answer: StatusCode) -> DeliveryState:
    """Return the state after 15 or 16 answered a take-back, a recall or an update."""
    return state if state in _FINAL else _ANSWERS[answer]
