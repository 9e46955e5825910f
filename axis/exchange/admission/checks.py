"""The checks that need the registry and what is stored: authentication and authority.

Together with `axis.examination` they are the five admission checks. Everything here is
pure: what is known comes in as `Known`, findings go out.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime

from msgspec import Struct, structs

from axis.edxml.codes import DocumentKind
from axis.edxml.lines import HEADER
from axis.edxml.values import Document, Status
from axis.examination import Examination
from axis.exchange.admission import follow_ups, targets
from axis.exchange.admission.known import Known
from axis.exchange.admission.lists import MAX_DELIVERIES, crowd, receiver_places, too_many
from axis.exchange.admission.reach import Reach
from axis.exchange.stored import KnownDocument
from axis.exchange.submission import Route, Submission
from axis.exchange.versions import MAX_VERSIONS
from axis.facts import RevocationFact, Right, SignatureFacts
from axis.reasons import Reason
from axis.registry.agency import Agency
from axis.registry.directory import Directory
from axis.registry.mandates import MessageKind
from axis.registry.routing import Routing
from axis.trust.indication import sub_indication
from axis.trust.location import EDXML
from axis.verdict import FileFacts, Finding, Verdict

MAX_RECEIVERS = 1_000
"""Receivers of one document: the largest real broadcasts go to about 700 agencies."""

SENDER = f"{HEADER}/From/OrganId"
_ROUTES_OF_DOCUMENTS = (Route.DOCUMENT, Route.URGENT)


class Speaker(Struct, frozen=True):
    """Who sends, as far as endpoint, code and certificate agree on it."""

    agency: Agency | None
    findings: tuple[Finding, ...]
    right: Right | None = None
    """By what right the certificate signed for the agency."""
    revocation: tuple[RevocationFact, ...] = ()
    """What is known of the revocation of the certificates of the path, where it is judged."""


class DocumentAdmission(Struct, frozen=True):
    """What admission says about a document."""

    speaker: Speaker
    reach: Reach
    findings: tuple[Finding, ...]

    @property
    def routing(self) -> Routing:
        """Everybody to whom it goes."""
        return self.reach.routing


def check_message_id(submission: Submission) -> list[Finding]:
    """Check that the submission carries its own unique id."""
    return [] if submission.named else [Finding(Reason.NO_MESSAGE_ID)]


def check_route(message: Document | Status, routing_key: str) -> list[Finding]:
    """Check that a document came as a document and a status as a status."""
    document = isinstance(message, Document)
    if routing_key in (_ROUTES_OF_DOCUMENTS if document else (Route.STATUS,)):
        return []
    facts = {"found": "document" if document else "status", "routing_key": routing_key}
    return [Finding(Reason.WRONG_ROUTE, facts=facts)]


def check_speaker(
    message: Document | Status,
    endpoint: str | None,
    examination: Examination,
    known: Known,
    at: datetime,
) -> Speaker:
    """Check that this endpoint may send for this agency, and its certificate sign for it.

    Without an endpoint, nobody has submitted yet: any that serves the agency might. Whether the
    endpoint may is asked as of now, the right to sign as of the signing.
    """
    outcome = known.directory.sender(message.sender, endpoint, at)
    if not isinstance(outcome, Agency):
        return Speaker(None, tuple(replace(finding, place=SENDER) for finding in outcome))
    certificate = examination.certificate
    if certificate is None:
        return Speaker(outcome, ())  # the signature check has said why
    kind = _kind_of(message)
    found = known.directory.authorize(certificate, outcome, kind, examination.signed_at(at))
    findings, facts = known.standings.judge(examination, at) if known.standings else ([], ())
    if isinstance(found, Finding):
        return Speaker(outcome, (replace(found, place=EDXML.place), *findings), None, facts)
    return Speaker(outcome, tuple(findings), found.right, facts)


def facts_of(examination: Examination, speaker: Speaker | None) -> SignatureFacts | None:
    """Return what a verdict says of the signature: what it rests on, the right found, and what is
    known of revocation.
    """
    facts = examination.signature
    if facts is None or speaker is None:
        return facts
    return replace(
        facts,
        right=speaker.right,
        revocation=speaker.revocation or facts.revocation,
        sub_indication=facts.sub_indication
        or sub_indication(Verdict.of(speaker.findings), proven=facts.proven_at is not None),
    )


def admit_document(
    document: Document, endpoint: str | None, examination: Examination, known: Known, at: datetime
) -> DocumentAdmission:
    """Check sender, receivers and, for a recall, update or replacement, its targets."""
    speaker = check_speaker(document, endpoint, examination, known, at)
    findings = list(speaker.findings)
    routing = Routing()
    receivers = document.receivers
    if len(receivers) > MAX_RECEIVERS:
        facts = {"count": len(receivers), "limit": MAX_RECEIVERS}
        findings.append(Finding(Reason.TOO_MANY_RECEIVERS, f"{HEADER}/To", facts=facts))
    else:
        sender = None if speaker.agency is None else speaker.agency.code
        routing = known.directory.route(receivers, at, sender=sender)
        if routing.findings:  # only then does it matter where the receivers stand
            places = receiver_places(document)
            routing = known.directory.route(receivers, at, places, sender)
        if len(routing.resolved) > MAX_DELIVERIES:
            findings.append(too_many(len(routing.resolved), f"{HEADER}/To"))
        elif (crowded := crowd(document, known.directory, at)) is not None:
            findings.append(crowded)
    reach = Reach(routing)
    complaints: list[Finding] = []
    if speaker.agency is not None and known.stored_known:
        found, complaints = targets.find_targets(document, speaker.agency, known, at)
        reach, more = follow_ups.reach(document, found, routing, known, at)
        complaints += more
        complaints += _conflict(document, speaker.agency.code, known)
        complaints += _too_many_versions(document, speaker.agency.code, found, known)
    findings += [*reach.routing.findings, *complaints]
    return DocumentAdmission(speaker, reach, tuple(examination.lines.complete(findings)))


def awaited(verdict: Verdict) -> tuple[str, ...]:
    """Return the DocumentIds that a message has to wait for, as they are written in it."""
    return tuple(
        str(one.facts["document_id"])
        for one in verdict.findings
        if one.reason is Reason.DOCUMENT_AWAITED
    )


def given_up(verdict: Verdict) -> tuple[Finding, ...]:
    """Return the findings of a message for whose documents nobody waits any longer."""
    return tuple(
        replace(one, reason=Reason.TARGET_UNKNOWN) if one.reason is Reason.DOCUMENT_AWAITED else one
        for one in verdict.findings
    )


def name_sealers(files: Iterable[FileFacts], directory: Directory) -> tuple[FileFacts, ...]:
    """Return the facts about files with the agencies whose enrolled seals signed inside them."""
    return tuple(
        structs.replace(
            file,
            signatures=tuple(
                replace(one, agency=directory.agency_of_seal(one.fingerprint))
                for one in file.signatures
            ),
        )
        for file in files
    )


def _kind_of(message: Document | Status) -> MessageKind:
    if isinstance(message, Status):
        return MessageKind.STATUS
    return MessageKind(message.kind.label)


def _conflict(document: Document, sender: str, known: Known) -> list[Finding]:
    """A new document may not reuse a DocumentId, be it that of an update or of a recall."""
    if document.kind is not DocumentKind.NEW:
        return []
    named = known.documents.get(document.document_id, [])
    if all(earlier.sender != sender for earlier in named):
        return []
    facts = {"document_id": document.document_id}
    return [Finding(Reason.DOCUMENT_CONFLICT, f"{HEADER}/DocumentId", facts=facts)]


def _too_many_versions(
    document: Document, sender: str, found: Mapping[str, KnownDocument], known: Known
) -> list[Finding]:
    """A document may not be updated without end, under one DocumentId or under many.

    Each kind has its own limit, so that a document with all its updates can still be recalled.
    """
    named = known.documents.get(document.document_id, [])
    alike = [one for one in named if (one.sender, one.kind) == (sender, document.kind)]
    full = [document.document_id] if len(alike) >= MAX_VERSIONS else []
    if document.kind is DocumentKind.UPDATE:
        versions = {name: known.links.all_versions(target.id) for name, target in found.items()}
        full += [name for name, ids in versions.items() if len(ids) > MAX_VERSIONS]
    return [
        Finding(
            Reason.TOO_MANY_VERSIONS,
            f"{HEADER}/DocumentId",
            facts={"document_id": name, "limit": MAX_VERSIONS},
        )
        for name in full[:1]
    ]
