"""The state machine of a delivery: one document on its way to one receiver.

A delivery has a `state` and, beside it, what it has `reached` on the ordinary way: a question of
the sender (take it back) or a deadline that passed says nothing about how far the receiver has got.
What comes late or twice never moves a delivery backwards, and reports settle alike in whatever
order they come. `TABLE` is the machine; the picture in ARCHITECTURE.md is drawn from it.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from msgspec import Struct


class DeliveryState(StrEnum):
    """Where one receiver's copy is."""

    ACCEPTED = "accepted"
    """Committed by the axis, not yet published."""
    DISPATCHED = "dispatched"
    """Published, but the broker gave it back; it is published again."""
    CONSIGNED = "consigned"
    """In the inbox of the receiver's endpoint, confirmed by the broker."""
    TAKEN = "taken"
    """The endpoint's system has taken it out of its inbox, and has not reported on it yet."""
    ARRIVED = "arrived"
    """01 đã đến."""
    RECEIVED = "received"
    """03 đã tiếp nhận."""
    ASSIGNED = "assigned"
    """04 phân công."""
    IN_PROGRESS = "in_progress"
    """05 đang xử lý."""
    DONE = "done"
    """06 hoàn thành."""
    REFUSED = "refused"
    """02 từ chối tiếp nhận."""
    TAKE_BACK_ASKED = "take_back_asked"
    """The sender asks for it back: 13 lấy lại, a recall (thu hồi), or an update that drops the
    receiver."""
    AGREED = "agreed"
    """15 đồng ý: the receiver gives it back, and is still to confirm that its copy is destroyed."""
    DECLINED = "declined"
    """16 từ chối: the receiver keeps it."""
    WITHDRAWN = "withdrawn"
    """Given back before the receiver had reported it: it never reached a clerk."""
    DESTROYED = "destroyed"
    """06 after 15: the receiver confirms that its copy is destroyed."""
    EXPIRED = "expired"
    """Neither accepted (03) nor refused (02) in time."""
    UNDELIVERABLE = "undeliverable"
    """No inbox took it in time, its inbox gave it up, or no way leads to the receiver any more."""


class DeliveryEvent(StrEnum):
    """What can happen to a delivery."""

    RETURNED = "returned"
    """The broker did not take the copy."""
    CONFIRMED = "confirmed"
    """The broker confirmed the copy in the inbox."""
    INBOX_EMPTIED = "inbox_emptied"
    """The inbox was seen empty after the copy had been confirmed in it."""
    REROUTED = "rerouted"
    """The receiver is served elsewhere now: the copy is made anew for that endpoint."""
    NOT_DELIVERABLE = "not_deliverable"
    """No inbox took it in time, the inbox gave it up, or no way leads there."""
    NOT_ANSWERED = "not_answered"
    """The time for accepting or refusing it is over."""
    REPORTED_ARRIVED = "01"
    REPORTED_REFUSED = "02"
    REPORTED_RECEIVED = "03"
    REPORTED_ASSIGNED = "04"
    REPORTED_IN_PROGRESS = "05"
    REPORTED_DONE = "06"
    WORK_DONE = "06_before_15"
    """06 that was written before the 15: of the work, and no word that the copy is destroyed."""
    BACK_ASKED = "back_asked"
    """13, a recall, or an update that drops the receiver."""
    GIVEN_BACK = "given_back"
    """15 to that question, or a recall's own answer."""
    KEPT = "kept"
    """16 to that question, or to a recall or an update itself."""
    CONSENTED = "consented"
    """15 to an update itself: the receiver takes it in."""
    NOTHING_LEFT = "nothing_left"
    """What a recall asked back was given back before any clerk had it: nothing to be destroyed."""


class Position(Struct, frozen=True):
    """Where a delivery stands."""

    state: DeliveryState = DeliveryState.ACCEPTED
    reached: DeliveryState = DeliveryState.ACCEPTED
    """How far it is known to have come on the ordinary way; see `WAY`."""

    @property
    def untaken(self) -> bool:
        """Whether nothing says that the copy has left its inbox."""
        return RANK[self.reached] <= RANK[DeliveryState.CONSIGNED]


_S = DeliveryState
_E = DeliveryEvent

WAY: Final = (
    _S.ACCEPTED,
    _S.DISPATCHED,
    _S.CONSIGNED,
    _S.TAKEN,
    _S.ARRIVED,
    _S.RECEIVED,
    _S.ASSIGNED,
    _S.IN_PROGRESS,
    _S.DONE,
)
"""The ordinary way of a document, in its order; a delivery only goes forward on it."""

RANK: Final[Mapping[DeliveryState, int]] = {state: rank for rank, state in enumerate(WAY)}

FINAL: Final = frozenset({_S.REFUSED, _S.WITHDRAWN, _S.DESTROYED})
"""Nothing moves a delivery on that was refused, or given back for good. One exception: who reports
a document that was given back unread had it after all, whichever message the axis took first."""

_PROVES: Final[Mapping[DeliveryEvent, DeliveryState]] = {
    _E.RETURNED: _S.DISPATCHED,
    _E.CONFIRMED: _S.CONSIGNED,
    _E.INBOX_EMPTIED: _S.TAKEN,
    _E.REPORTED_ARRIVED: _S.ARRIVED,
    _E.REPORTED_REFUSED: _S.ARRIVED,
    _E.REPORTED_RECEIVED: _S.RECEIVED,
    _E.REPORTED_ASSIGNED: _S.ASSIGNED,
    _E.REPORTED_IN_PROGRESS: _S.IN_PROGRESS,
    _E.REPORTED_DONE: _S.DONE,
    _E.WORK_DONE: _S.DONE,
    _E.KEPT: _S.ARRIVED,
    _E.CONSENTED: _S.RECEIVED,
}
"""How far the copy must have come for the event to be possible."""

_FORWARD: Final = {
    event: _PROVES[event]
    for event in (
        _E.RETURNED,
        _E.CONFIRMED,
        _E.INBOX_EMPTIED,
        _E.REPORTED_ARRIVED,
        _E.REPORTED_RECEIVED,
        _E.REPORTED_ASSIGNED,
        _E.REPORTED_IN_PROGRESS,
        _E.REPORTED_DONE,
        _E.CONSENTED,
    )
}
"""Events that only say how far it has come: they move nothing that has come that far already."""

_REPORTS: Final = {
    event: state for event, state in _FORWARD.items() if RANK[state] >= RANK[_S.ARRIVED]
}

_BACK_TO_START: Final = {_E.REROUTED: _S.CONSIGNED, _E.NOT_DELIVERABLE: _S.TAKEN}
"""After these no inbox has the copy: events, and how far it may have come at most. An inbox that
gave a copy up was emptied by that, which looks as if it had been taken until the letter comes."""


def _on_the_way(state: DeliveryState) -> dict[DeliveryEvent, DeliveryState]:
    """Return where a delivery on the ordinary way can go."""
    rank = RANK[state]
    moves = {event: to for event, to in _FORWARD.items() if RANK[to] > rank}
    if state is not _S.DONE:
        moves[_E.REPORTED_REFUSED] = _S.REFUSED
    if rank <= RANK[_S.TAKEN]:
        moves[_E.NOT_DELIVERABLE] = _S.UNDELIVERABLE
    if RANK[_S.ACCEPTED] < rank <= RANK[_S.CONSIGNED]:
        moves[_E.REROUTED] = _S.ACCEPTED
    if RANK[_S.CONSIGNED] <= rank <= RANK[_S.ARRIVED]:
        moves[_E.NOT_ANSWERED] = _S.EXPIRED
    return {
        **moves,
        _E.BACK_ASKED: _S.TAKE_BACK_ASKED,
        _E.GIVEN_BACK: _S.AGREED,
        _E.KEPT: _S.DECLINED,
    }


TABLE: Final[Mapping[DeliveryState, Mapping[DeliveryEvent, DeliveryState]]] = {
    **{state: _on_the_way(state) for state in WAY},
    _S.EXPIRED: {
        **_REPORTS,
        _E.REPORTED_REFUSED: _S.REFUSED,
        _E.NOT_DELIVERABLE: _S.UNDELIVERABLE,
        _E.REROUTED: _S.ACCEPTED,
        _E.BACK_ASKED: _S.TAKE_BACK_ASKED,
        _E.GIVEN_BACK: _S.AGREED,
        _E.KEPT: _S.DECLINED,
    },
    _S.UNDELIVERABLE: {
        **_REPORTS,
        _E.CONFIRMED: _S.CONSIGNED,
        _E.REPORTED_REFUSED: _S.REFUSED,
        _E.REROUTED: _S.ACCEPTED,
        _E.BACK_ASKED: _S.TAKE_BACK_ASKED,
        _E.GIVEN_BACK: _S.AGREED,
        _E.KEPT: _S.DECLINED,
    },
    _S.TAKE_BACK_ASKED: {
        _E.REPORTED_REFUSED: _S.REFUSED,
        _E.GIVEN_BACK: _S.AGREED,
        _E.KEPT: _S.DECLINED,
    },
    _S.DECLINED: {
        **_REPORTS,
        _E.REPORTED_REFUSED: _S.REFUSED,
        _E.BACK_ASKED: _S.TAKE_BACK_ASKED,
        _E.GIVEN_BACK: _S.AGREED,
    },
    _S.AGREED: {_E.REPORTED_DONE: _S.DESTROYED, _E.NOTHING_LEFT: _S.WITHDRAWN},
    _S.REFUSED: {},
    _S.WITHDRAWN: {
        _E.REPORTED_ARRIVED: _S.AGREED,
        _E.REPORTED_RECEIVED: _S.AGREED,
        _E.REPORTED_ASSIGNED: _S.AGREED,
        _E.REPORTED_IN_PROGRESS: _S.AGREED,
        _E.WORK_DONE: _S.AGREED,
        _E.REPORTED_DONE: _S.DESTROYED,
    },
    _S.DESTROYED: {},
}
"""The moves; an event that a state does not name leaves it as it is. One exception is `move`'s:
what is given back before anybody reported it has the state WITHDRAWN instead of AGREED."""


def move(position: Position, event: DeliveryEvent) -> Position:
    """Return where an event leads; the same position when it changes nothing."""
    state, reached = position.state, position.reached
    before_15 = event is _E.WORK_DONE and state is not _S.AGREED
    if event not in TABLE[state] and (state in FINAL or before_15):
        return position
    if event in _BACK_TO_START:
        to = TABLE[state].get(event)
        too_far = RANK[reached] > RANK[_BACK_TO_START[event]]
        return position if to is None or too_far else Position(to, _S.ACCEPTED)
    proven = _proven(position, event)
    to = TABLE[state].get(event, state)
    if event in _FORWARD and to in RANK and proven is reached:
        return position  # it has come that far already
    if state is _S.TAKE_BACK_ASKED and event is _E.GIVEN_BACK and position.untaken:
        to = _S.WITHDRAWN
    return Position(to, proven)


def _proven(position: Position, event: DeliveryEvent) -> DeliveryState:
    """Return how far a copy has come in the light of an event."""
    state, reached = position.state, position.reached
    if state in (_S.TAKE_BACK_ASKED, _S.UNDELIVERABLE) and event is _E.INBOX_EMPTIED:
        return reached  # it may have left the inbox to be withdrawn, or was never in it
    return max(reached, _PROVES.get(event, reached), key=RANK.__getitem__)
