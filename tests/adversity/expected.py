"""Where a delivery may stand once everything was said, told from what was said alone.

The axis's own table of moves is not asked: this is the other opinion. Messages of different people
may have been decided in any order, so there can be more than one right answer.
"""

from dataclasses import dataclass

from axis.edxml.codes import DocumentKind, StatusCode

S = StatusCode

WAY = (
    "accepted",
    "dispatched",
    "consigned",
    "taken",
    "arrived",
    "received",
    "assigned",
    "in_progress",
    "done",
)
"""The ordinary way of a document."""

IN_THE_INBOX = frozenset({"consigned", "taken"})
"""Where a copy is that nobody has reported on."""

UNPUBLISHED = frozenset({"accepted", "dispatched"})

_REACHED = {
    S.ARRIVED: "arrived",
    S.REFUSED: "arrived",
    S.ACCEPTED: "received",
    S.ASSIGNED: "assigned",
    S.IN_PROGRESS: "in_progress",
    S.DONE: "done",
}


@dataclass(frozen=True)
class Said:
    """What was said about one delivery, and accepted."""

    reports: frozenset[StatusCode] = frozenset()
    """01 to 06."""
    asked_back: bool = False
    """By 13 or by a recall."""
    answer: StatusCode | None = None
    """15 or 16."""
    kind: DocumentKind = DocumentKind.NEW
    target_done: bool = False
    """06 was said of the document that this one recalls: what was given back is destroyed."""


def states(said: Said, reached: str, *, expired: bool = False) -> frozenset[str]:
    """Return the states in which the delivery may be, given how far the axis says it came.

    `expired`: its time for an answer was over.
    """
    if said.kind is DocumentKind.UPDATE and said.answer is not None:
        return frozenset({"received" if said.answer is S.AGREED else "declined"})
    given_back = frozenset({"agreed", "withdrawn"})
    if said.kind is DocumentKind.RECALL and said.answer is not None:
        given_back |= {"destroyed"} if said.target_done else frozenset()
        return given_back if said.answer is S.AGREED else frozenset({"declined"})
    if S.REFUSED in said.reports:
        return frozenset({"refused"})
    if not said.asked_back:
        return frozenset({reached, "expired"} if expired else {reached})
    if said.answer is None:
        return frozenset({"take_back_asked"})
    reported = frozenset(_REACHED[code] for code in said.reports)
    if said.answer is S.DISAGREED:
        return reported | {"declined"}  # it goes on with what it kept
    return given_back | ({"destroyed"} if S.DONE in said.reports else frozenset())


def ways(said: Said, state: str, *, called_off: bool) -> frozenset[str]:
    """Return how far the delivery may have come, given its state.

    The copy of one that was called off may be in the inbox all the same: a router may have died
    between publishing it and saying so.
    """
    proven = [_REACHED[code] for code in said.reports]
    if said.answer is S.DISAGREED:
        proven.append("arrived")
    if said.kind is DocumentKind.UPDATE and said.answer is S.AGREED:
        proven.append("received")
    untold = UNPUBLISHED if called_off else IN_THE_INBOX
    if state in ("withdrawn", "destroyed"):
        # What came after that counts for nothing: the answer to a recall may be decided before its
        # copy's confirm.
        untold |= UNPUBLISHED
        told = proven or said.target_done
        return untold | frozenset(WAY[WAY.index("arrived") :] if told else ())
    return frozenset({max(proven, key=WAY.index)}) if proven else untold
