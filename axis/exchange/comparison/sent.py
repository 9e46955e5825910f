"""Compares what an endpoint's register says it sent with what the axis has of that; pure.

The book is given every line of the register with what the axis has under its keys, then every
submission of the period. It remembers ids only, so the axis's side may be of any size.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from axis.edxml.codes import DocumentKind
from axis.exchange.comparison.differences import Difference, Found
from axis.exchange.comparison.register import Sent, Standing
from axis.exchange.records import SubmissionOutcome

_Key = tuple[object, ...]
"""What makes two lines of a register the same."""

_PREFERRED: Final = (
    SubmissionOutcome.ACCEPTED,
    SubmissionOutcome.DUPLICATE,
    SubmissionOutcome.HELD,
    SubmissionOutcome.REFUSED,
)
"""Which of several submissions of one document a line is about."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SentFact:
    """A submission, as the axis has it."""

    id: UUID
    message_id: str | None
    document_id: str | None
    """Of a document; a status has none of its own."""
    kind: DocumentKind | None
    """None where it was refused."""
    sha256: str
    outcome: SubmissionOutcome
    receipt: str
    received_at: datetime
    document: UUID | None
    ended: Standing | None
    """Recalled or replaced."""


class SentBook:
    """What the endpoint sent."""

    def __init__(self) -> None:
        self._lines: dict[_Key, int] = {}
        self._seen: set[UUID] = set()
        self._named: dict[str, set[DocumentKind | None]] = {}

    def compare(self, entry: Sent, known: Sequence[SentFact]) -> Iterator[Found]:
        """Yield what is wrong with a line; `known` has its message_id or its DocumentId."""
        if entry.document_id is not None:
            self._named.setdefault(entry.document_id, set()).add(entry.kind)
        facts = _sent_as(entry, known)
        self._seen.update(fact.id for fact in facts)
        key: _Key = (entry.message_id,)
        if entry.message_id is None:
            key = (entry.document_id, entry.kind, entry.sha256)
        first = self._lines.setdefault(key, entry.line)
        if first != entry.line:
            yield _of_sent(Difference.SENT_TWICE, entry, None, str(entry.line), str(first))
            return
        if not facts:
            yield _of_sent(Difference.SENT_UNKNOWN, entry, None, "", "")
            return
        fact = facts[0]
        if entry.sha256 not in (None, fact.sha256):
            yield _of_sent(Difference.SENT_DIGEST, entry, fact, entry.sha256, fact.sha256)
        yield from _ending(entry, fact)
        yield from _validity(entry, fact)

    def missing(self, fact: SentFact) -> Iterator[Found]:
        """Yield what is wrong with a submission that no line was about."""
        kinds = self._named.get(fact.document_id or "", set())
        named = bool(kinds) and (fact.kind is None or not kinds.isdisjoint({None, fact.kind}))
        if fact.id not in self._seen and not named:
            outcome = fact.outcome.value
            yield _of_sent(Difference.SENT_NOT_REGISTERED, None, fact, "", outcome)


def _sent_as(entry: Sent, known: Sequence[SentFact]) -> list[SentFact]:
    """Return the submissions that a line is about, the most telling first."""
    facts = [one for one in known if one.message_id and one.message_id == entry.message_id]
    if not facts and entry.document_id is not None:
        facts = [
            one
            for one in known
            if one.document_id == entry.document_id
            and (None in (entry.kind, one.kind) or entry.kind is one.kind)
        ]
    return sorted(
        facts,
        key=lambda one: (
            entry.sha256 not in (None, one.sha256),
            _PREFERRED.index(one.outcome),
            one.kind or DocumentKind.NEW,
            one.received_at,
        ),
    )


def _ending(entry: Sent, fact: SentFact) -> Iterator[Found]:
    """Compare how the submission ended, and the proof of that."""
    refused = fact.outcome is SubmissionOutcome.REFUSED
    said = "" if entry.standing is None else entry.standing.value
    if refused and entry.standing is not Standing.REFUSED:
        yield _of_sent(Difference.SENT_REFUSED, entry, fact, said, fact.outcome.value)
    elif not refused and entry.standing is Standing.REFUSED:
        yield _of_sent(Difference.SENT_NOT_REFUSED, entry, fact, said, fact.outcome.value)
    elif fact.outcome is not SubmissionOutcome.HELD and entry.receipt not in (None, fact.receipt):
        difference = Difference.RECEIPT_OTHER if entry.receipt else Difference.RECEIPT_MISSING
        yield _of_sent(difference, entry, fact, entry.receipt, fact.receipt)


def _validity(entry: Sent, fact: SentFact) -> Iterator[Found]:
    if entry.standing is Standing.VALID and fact.ended is not None:
        yield _of_sent(Difference.SENT_ENDED, entry, fact, entry.standing, fact.ended)
    elif entry.standing in (Standing.RECALLED, Standing.REPLACED) and fact.ended is None:
        yield _of_sent(Difference.SENT_NOT_ENDED, entry, fact, entry.standing, "")


def _of_sent(
    difference: Difference,
    entry: Sent | None,
    fact: SentFact | None,
    register: str | None,
    axis: str,
) -> Found:
    about = entry or fact
    named = about and (about.document_id or (fact and fact.document_id))
    return Found(
        difference=difference,
        line=None if entry is None else entry.line,
        message_id=about.message_id if about else None,
        document_id=named or None,
        document=None if fact is None else fact.document,
        agency=None,
        register=str(register or ""),
        axis=str(axis),
    )
