"""What the axis would say of a document or status, without taking it in.

The same checks in the same order, for whoever asks before sending: a clerk with a
file, an agency's system, the web view. What is not at hand is held, never passed over in silence.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from itertools import islice
from typing import Any

from msgspec.structs import replace

from axis.edxml.values import Document, Message
from axis.examination import Examination
from axis.exchange.admission import checks
from axis.exchange.admission.checks import Speaker
from axis.exchange.admission.known import Known
from axis.exchange.admission.lists import Named, listed
from axis.exchange.admission.statuses import admit_status
from axis.exchange.decision.case import Case
from axis.exchange.intake.batches import look_up
from axis.exchange.ports import Store
from axis.exchange.submission import Route, Submission
from axis.ids import new_id
from axis.reasons import Reason
from axis.registry.agency import Agency
from axis.registry.directory import Directory
from axis.registry.routing import Resolved
from axis.trust.policy import RevocationRules
from axis.verdict import Finding, Verdict


@dataclass(frozen=True, slots=True)
class Grounds:
    """What is known beside the bytes, and in whose name they would be submitted."""

    known: Known | None
    """The registry and what is stored; None when nobody gave a registry."""
    endpoint: str | None = None
    """The endpoint that would submit; None: any that may."""
    lacking: tuple[str, ...] = ()
    """What the judgement of authority has to do without, as whoever can give it calls it."""
    certificates: bool = True
    """Whether the registry's certificates are known; without them no seal can be judged."""
    of_signature: bool = False
    """Whether it is asked what the signature is worth at the moment: then that is said of a message
    which the axis has taken in before, too, and would answer with its first receipt."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """What the axis would say, and of what."""

    sha256: str
    size: int
    message: Message | None
    """The header's values; None when nothing could be read."""
    verdict: Verdict
    sender: Agency | None = None
    """The agency that the sender's code names in the registry."""
    receivers: Mapping[str, Resolved] = field(default_factory=dict)
    """Every code of a receiver that resolved, in To and in the message's own lists."""
    groups: Mapping[str, str] = field(default_factory=dict)
    """Every code there that is a group's, with the group's name."""

    def to_json(self) -> dict[str, Any]:
        """Return the stable JSON shape of reports: verdict, reasons, and what they are about."""
        message = self.message
        document = message if isinstance(message, Document) else None
        return {
            "verdict": self.verdict.outcome.value,
            "reasons": [finding.to_json() for finding in self.verdict.findings],
            "sha256": self.sha256,
            "size": self.size,
            "message": message_kind(message),
            "document_id": message.document_id if message else None,
            "code": str(document.code) if document else None,
            "subject": document.subject if document else None,
            "sender": _sender(message, self.sender),
            "receivers": [self._receiver(code) for code in addressees(message)],
            "lists": [
                {
                    "document_id": one.document_id,
                    "change": None if one.change is None else one.change.name.lower(),
                    **self._receiver(one.code),
                }
                for one in lists_of(message)
            ],
            "files": [file.to_json() for file in self.verdict.files],
            "signature": None if self.verdict.signature is None else asdict(self.verdict.signature),
        }

    def _receiver(self, code: str) -> dict[str, str | None]:
        found = self.receivers.get(code)
        return {
            "code": code,
            "agency": found.agency.code if found else None,
            "name": found.agency.name if found else self.groups.get(code),
        }


def preview(examination: Examination, grounds: Grounds, at: datetime) -> Preview:
    """Judge what was found in the bytes, as admission would at this moment."""
    known, message = grounds.known, examination.message
    findings = list(examination.findings)
    files = examination.files
    sender: Agency | None = None
    speaker: Speaker | None = None
    receivers: Mapping[str, Resolved] = {}
    groups: Mapping[str, str] = {}
    if known is not None:
        files = checks.name_sealers(files, known.directory)
    if grounds.lacking:
        facts = {"what": ", ".join(grounds.lacking)}
        findings.append(Finding(Reason.REGISTRY_NOT_GIVEN, facts=facts))
    if known is not None and message is not None:
        sender = known.directory.find(message.sender)
        if not _repeats(examination, grounds, known, at):
            speaker, found = _authority(examination, message, grounds, known, at)
            findings += found
        else:
            speaker = checks.check_speaker(message, grounds.endpoint, examination, known, at)
            findings += speaker.findings if grounds.of_signature else ()
        if isinstance(message, Document):
            receivers, groups = _called(message, known.directory, at)
    return Preview(
        sha256=examination.sha256,
        size=examination.size,
        message=message,
        verdict=Verdict.of(findings, files, checks.facts_of(examination, speaker)),
        sender=sender,
        receivers=receivers,
        groups=groups,
    )


async def known_about(
    store: Store,
    examinations: Sequence[Examination],
    at: datetime,
    revocation: RevocationRules | None = None,
) -> Known:
    """Return what the axis knows about these messages; nothing is locked for longer than that.

    Raises StoreUnavailableError.
    """
    cases = [Case(_nobodys(at), examination) for examination in examinations]
    async with store.intake() as work:
        return await look_up(work, await work.directory(), cases, at, revocation)


def message_kind(message: Message | None) -> str | None:
    """Return ``document`` or ``status``; None when nothing could be read."""
    if message is None:
        return None
    return "document" if isinstance(message, Document) else "status"


def addressees(message: Message | None) -> tuple[str, ...]:
    """Return the codes that a message names as its receivers, each once."""
    if message is None:
        return ()
    named = message.receivers if isinstance(message, Document) else (message.addressee,)
    return tuple(dict.fromkeys(_some(named)))


def lists_of(message: Message | None) -> tuple[Named, ...]:
    """Return whom an update adds and drops, and for whom a replacement holds; a bounded number."""
    found = listed(message) if isinstance(message, Document) else ()
    return tuple(islice(found, checks.MAX_RECEIVERS))


def _called(
    document: Document, directory: Directory, at: datetime
) -> tuple[dict[str, Resolved], dict[str, str]]:
    """Return the agencies that receive under the codes named, and the names of the groups."""
    codes = _some(document.receivers)
    receivers = dict(directory.route(codes, at).named)
    own = {one.code for one in lists_of(document)}
    for code in own.difference(receivers):
        outcome = directory.resolve(code, at)
        if isinstance(outcome, Resolved):
            receivers[code] = outcome
    found = map(directory.group, {*codes, *own})
    return receivers, {group.code: group.name for group in found if group is not None}


def _nobodys(at: datetime) -> Submission:
    """Stand in for the submission that a check is not."""
    return Submission(new_id(), b"", Route.DOCUMENT, None, None, at)


def _authority(
    examination: Examination, message: Message, grounds: Grounds, known: Known, at: datetime
) -> tuple[Speaker | None, tuple[Finding, ...]]:
    endpoint = grounds.endpoint
    if endpoint is not None and known.directory.endpoint(endpoint) is None:
        return None, (Finding(Reason.UNKNOWN_ENDPOINT, facts={"endpoint": endpoint}),)
    if not grounds.certificates:
        examination = replace(examination, certificate=None)
    if isinstance(message, Document):
        document = checks.admit_document(message, endpoint, examination, known, at)
        return document.speaker, document.findings
    status = admit_status(message, endpoint, examination, known, at)
    return status.speaker, status.findings


def _repeats(examination: Examination, grounds: Grounds, known: Known, at: datetime) -> bool:
    """Return whether the axis has this very message and would answer with its first receipt."""
    message = examination.message
    sender = known.directory.find(message.sender) if message is not None else None
    if message is None or sender is None:
        return False
    first = (
        known.same_document(sender.code, message.document_id, message.kind, examination)
        if isinstance(message, Document)
        else known.same_status(examination)
    )
    if first is None or grounds.endpoint is None:
        return first is not None
    return known.may_hear(grounds.endpoint, message.sender, first, at)


def _sender(message: Message | None, agency: Agency | None) -> dict[str, str | None] | None:
    if message is None:
        return None
    return {"code": message.sender, "name": agency.name if agency else None}


def _some(codes: Sequence[str]) -> Sequence[str]:
    """No more than a document may name: nobody reads more, and each takes time."""
    return codes[: checks.MAX_RECEIVERS]
