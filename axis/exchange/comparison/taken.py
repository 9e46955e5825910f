"""Compares what an endpoint's register says it took over with what the axis delivered; pure.

The book is given every line of the register with what the axis has under its keys, then every
delivery of the period. It remembers ids only, so the axis's side may be of any size.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from axis.edxml.codes import DocumentKind
from axis.exchange.comparison.differences import Difference, Found
from axis.exchange.comparison.register import Standing, Taken
from axis.exchange.deliveries.states import RANK, DeliveryState

_Key = tuple[object, ...]
"""What makes two lines of a register the same."""

_S = DeliveryState
_TAKEN: Final = RANK[_S.TAKEN]
_GIVEN_BACK: Final = frozenset({_S.AGREED, _S.WITHDRAWN, _S.DESTROYED})
_WAITING: Final = frozenset({_S.CONSIGNED, _S.EXPIRED})
_NOT_OWED: Final = frozenset({_S.ACCEPTED, _S.DISPATCHED, _S.REFUSED, *_GIVEN_BACK})
"""States in which no register has to show a document."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenFact:
    """A delivery, as the axis has it."""

    id: UUID
    copy: str
    """The copy's message_id."""
    document: UUID
    document_id: str
    kind: DocumentKind
    sha256: str
    senders: tuple[str, ...]
    """The sender's code, then its other codes."""
    receivers: tuple[str, ...]
    """The receiver's code, then its other codes."""
    state: DeliveryState
    reached: DeliveryState
    statuses: tuple[str, ...]
    """Codes that the receiver reported, oldest first."""
    replaced: bool

    @property
    def untaken(self) -> bool:
        """Whether nothing says that the endpoint has it."""
        return RANK[self.reached] < _TAKEN and self.state not in _GIVEN_BACK | {_S.REFUSED}

    @property
    def ended(self) -> Standing | None:
        """Whether the document was given back or superseded here."""
        if self.state in _GIVEN_BACK:
            return Standing.RECALLED
        return Standing.REPLACED if self.replaced else None


class TakenBook:
    """What the endpoint took over."""

    def __init__(self) -> None:
        self._lines: dict[_Key, int] = {}
        self._seen: set[UUID] = set()

    def compare(self, entry: Taken, known: Sequence[TakenFact]) -> Iterator[Found]:
        """Yield what is wrong with a line; `known` has one of its ids."""
        facts = _taken_as(entry, known)
        self._seen.update(fact.id for fact in facts)
        key: _Key = (entry.message_id, entry.document, entry.receiver)
        if entry.message_id is None and entry.document is None:
            key = (entry.sender, entry.document_id, entry.kind, entry.receiver)
        first = self._lines.setdefault(key, entry.line)
        if first != entry.line:
            yield _of_taken(Difference.TAKEN_TWICE, entry, (), str(entry.line), str(first))
            return
        if not facts:
            yield _of_taken(Difference.TAKEN_UNKNOWN, entry, (), "", "")
            return
        sha256 = facts[0].sha256
        if entry.sha256 not in (None, sha256):
            yield _of_taken(Difference.TAKEN_DIGEST, entry, facts, entry.sha256, sha256)
        untaken = [fact for fact in facts if fact.untaken]
        if untaken:
            state = untaken[0].state.value
            yield _of_taken(Difference.NOT_TAKEN, entry, untaken, "", state)
        yield from _statuses(entry, facts)
        yield from _validity_here(entry, facts)

    def missing(self, fact: TakenFact) -> Iterator[Found]:
        """Yield what is wrong with a delivery that no line was about."""
        if fact.id in self._seen or fact.state in _NOT_OWED:
            return
        difference = Difference.TAKEN_LOST
        if fact.state is _S.UNDELIVERABLE:
            difference = Difference.UNDELIVERABLE
        elif fact.untaken:
            if fact.state not in _WAITING:
                return  # it is being taken back
            difference = Difference.IN_INBOX
        yield _of_taken(difference, None, [fact], "", fact.state.value)


def _taken_as(entry: Taken, known: Sequence[TakenFact]) -> list[TakenFact]:
    """Return the deliveries of the one document that a line is about."""
    facts = [one for one in known if one.copy == entry.message_id]
    if not facts:
        facts = [one for one in known if one.document == entry.document]
    if not facts and entry.document_id is not None:
        facts = [
            one
            for one in known
            if one.document_id == entry.document_id
            and entry.kind in (None, one.kind)
            and (entry.sender is None or entry.sender in one.senders)
        ]
    if entry.receiver is not None:
        facts = [one for one in facts if entry.receiver in one.receivers]
    facts.sort(key=lambda one: (entry.sha256 not in (None, one.sha256), one.kind, one.id))
    return [one for one in facts if one.document == facts[0].document]


def _statuses(entry: Taken, facts: Sequence[TakenFact]) -> Iterator[Found]:
    if entry.status is None:
        return
    codes = [code for fact in facts for code in fact.statuses]
    last = {fact.statuses[-1] for fact in facts if fact.statuses}
    if entry.status and entry.status not in codes:
        said = ", ".join(sorted(last))
        yield _of_taken(Difference.STATUS_UNKNOWN, entry, facts, entry.status, said)
    elif last and entry.status not in last:
        said = ", ".join(sorted(last))
        yield _of_taken(Difference.STATUS_NOT_REGISTERED, entry, facts, entry.status, said)


def _validity_here(entry: Taken, facts: Sequence[TakenFact]) -> Iterator[Found]:
    ended = [fact for fact in facts if fact.ended is not None]
    if entry.standing is Standing.VALID and len(ended) == len(facts):
        said = ended[0].ended or ""
        yield _of_taken(Difference.TAKEN_ENDED, entry, ended, entry.standing, said)
    elif entry.standing in (Standing.RECALLED, Standing.REPLACED) and not ended:
        yield _of_taken(Difference.TAKEN_NOT_ENDED, entry, facts, entry.standing, "")


def _of_taken(
    difference: Difference,
    entry: Taken | None,
    facts: Sequence[TakenFact],
    register: str | None,
    axis: str,
) -> Found:
    receivers = [one.receivers[0] for one in facts]
    if not facts and entry is not None:
        message_id, document_id, document = entry.message_id, entry.document_id, entry.document
        receivers = [entry.receiver] if entry.receiver else []
    else:
        fact = facts[0]
        message_id, document_id, document = fact.copy, fact.document_id, fact.document
    return Found(
        difference=difference,
        line=None if entry is None else entry.line,
        message_id=message_id,
        document_id=document_id,
        document=document,
        agency=", ".join(receivers) or None,
        register=str(register or ""),
        axis=str(axis),
    )
