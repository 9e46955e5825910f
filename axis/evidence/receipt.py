"""A receipt as a value: which event, about what, from whom, to whom, when, with which verdict.

Receipts state facts for many years: they carry names and texts as they were on the day, and
depend on no catalogue or registry to be read.
"""

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from axis.evidence.events import Event
from axis.evidence.text import Clean
from axis.reasons import Severity
from axis.verdict import Finding, Outcome, Verdict

MAX_FINDINGS = 1000
"""More than a broadcast with every receiver wrong; further findings are counted."""


class SubjectKind(StrEnum):
    """What kind of message a receipt is about."""

    DOCUMENT = "document"
    """Văn bản: an edXML document."""
    STATUS = "status"
    """Trạng thái: an edXML status message."""
    UNREADABLE = "unreadable"
    """Nothing that could be read; known by its digest only."""


class SubmissionFacts(Clean, frozen=True, kw_only=True):
    """How the message came in."""

    endpoint: str
    """The endpoint that handed it in, in the broker's word."""
    message_id: str | None
    """Its AMQP ``message_id``; None when it had none that could be used."""
    received_at: datetime
    """When the axis took it."""


class Subject(Clean, frozen=True, kw_only=True):
    """The message that a receipt is about; what could not be read is None."""

    kind: SubjectKind
    sha256: str
    """Digest of the submitted bytes, lower-case hexadecimal."""
    size: int
    """Length of the submitted bytes."""
    axis_id: UUID | None = None
    """The axis's id of the accepted message."""
    document_id: str | None = None
    """DocumentId; for a status, of the document that it is about."""
    code: str | None = None
    """Số, ký hiệu: ``7816/VPCP-TTĐT``."""
    document_kind: str | None = None
    """``new``, ``recall``, ``update`` or ``replace``."""
    sender: str | None = None
    """Code of the sending agency as the message names it."""


class ReceiverLine(Clean, frozen=True, kw_only=True):
    """One receiving agency."""

    named: tuple[str, ...]
    """Its codes as the document names them: the current one, an old one, a predecessor's."""
    code: str | None = None
    """Its code in the registry; None when the named code leads nowhere."""
    name: str | None = None
    endpoint: str | None = None
    delivery: UUID | None = None
    copy: UUID | None = None
    """In `Event.DELIVERY_WITHDRAWN`: the AMQP ``message_id`` of the copy that is withdrawn."""
    state: str | None = None
    """State of the delivery once the event had happened."""


class StatusFacts(Clean, frozen=True, kw_only=True):
    """What a status message says."""

    code: str
    """``01`` … ``16``."""
    description: str = ""


class FindingFacts(Clean, frozen=True, kw_only=True):
    """One finding, in words that need no catalogue."""

    code: str
    """Stable reason code, for example ``F-NOT-XML``."""
    severity: Severity
    place: str
    """XPath of the element concerned; empty for the message as a whole."""
    line: int | None
    text_vi: str
    text_en: str

    @classmethod
    def of(cls, finding: Finding) -> "FindingFacts":
        """Take a finding down as it reads today."""
        return cls(
            code=finding.reason.code,
            severity=finding.severity,
            place=finding.place,
            line=finding.line,
            text_vi=finding.text_vi(),
            text_en=finding.text_en(),
        )


class VerdictFacts(Clean, frozen=True, kw_only=True):
    """The outcome of admission and what led to it."""

    outcome: Outcome
    findings: tuple[FindingFacts, ...] = ()
    omitted: int = 0
    """Findings beyond `MAX_FINDINGS`, the least severe ones."""

    @classmethod
    def of(cls, verdict: Verdict) -> "VerdictFacts":
        """Take a verdict down, refusals first."""
        findings = Verdict.of(verdict.findings).findings
        return cls(
            outcome=verdict.outcome,
            findings=_taken_down(findings[:MAX_FINDINGS]),
            omitted=len(findings[MAX_FINDINGS:]),
        )


class Receipt(Clean, frozen=True, kw_only=True):
    """Evidence of one event (biên nhận)."""

    id: UUID
    event: Event
    at: datetime
    """When the event happened."""
    issuer: str
    """Name of the axis that states it."""
    subject: Subject
    submission: SubmissionFacts | None = None
    """How the subject came in; None where the event is not about a submission."""
    receivers: tuple[ReceiverLine, ...] = ()
    """The agencies concerned by this event."""
    status: StatusFacts | None = None
    """The status that is, or that caused, the event."""
    verdict: VerdictFacts | None = None
    """The verdict of admission; None where nothing was admitted or refused."""


def _taken_down(findings: Iterable[Finding]) -> tuple[FindingFacts, ...]:
    return tuple(FindingFacts.of(finding) for finding in findings)
