"""A small registry and the values that the exchange works on, made directly: no XML, no keys."""

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any

from axis.clock import VIETNAM
from axis.edxml.codes import DocumentKind, Priority, ReceiverType, StatusCode
from axis.edxml.values import (
    Business,
    Code,
    Document,
    DocumentType,
    DocumentUpdate,
    Organization,
    OtherInfo,
    PromulgationInfo,
    ReceiverChange,
    Replacement,
    ResponseFor,
    Status,
    TraceHeaderList,
)
from axis.examination import Examination
from axis.exchange.admission.known import Known
from axis.exchange.decision.case import Case, Decision
from axis.exchange.decision.decider import Decider, in_turn
from axis.exchange.decision.holding import HoldLimits
from axis.exchange.outgoing.receipts import Notary
from axis.exchange.stored import HeldSubmission
from axis.exchange.submission import Submission
from axis.ids import new_id
from axis.registry.agency import Agency, Endpoint, Level
from axis.registry.directory import Directory
from axis.registry.groups import Group
from axis.registry.mandates import Mandate
from axis.trust.certificates import Certificate
from axis.verdict import Finding
from tests.support import changing

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
ISSUER = "Trục thử nghiệm"

ENDPOINTS = ("g22", "g09", "lgsp-h37")

AGENCIES = (
    Agency("G22", "Văn phòng Chính phủ", Level.CENTRAL, aliases=("000.00.00.G22",), endpoint="g22"),
    Agency("G09", "Bộ Nội vụ", Level.CENTRAL, aliases=("000.00.00.G09",), endpoint="g09"),
    Agency("G05", "Bộ đã sáp nhập", Level.CENTRAL, valid_to=date(2025, 2, 28), successor="G09"),
    Agency("H37", "Ủy ban nhân dân tỉnh Lạng Sơn", Level.PROVINCE, endpoint="lgsp-h37"),
    Agency("H37.02", "Sở Nội vụ", Level.PROVINCE, parent="H37", aliases=("000.00.02.H37",)),
    Agency("H37.101", "Ủy ban nhân dân xã Thử Nghiệm", Level.COMMUNE, parent="H37"),
    Agency("H37.90", "Ban đã giải thể", Level.PROVINCE, "H37", valid_to=date(2025, 6, 30)),
    Agency("H37.99", "Sở sắp lập", Level.PROVINCE, parent="H37", valid_from=date(2027, 1, 1)),
    Agency("K10", "Cơ quan chưa kết nối", Level.PROVINCE),
)

_numbers = count(1)


def fingerprint(code: str) -> str:
    """Fingerprint of the seal certificate of an agency."""
    return hashlib.sha256(code.encode()).hexdigest()


def directory(
    *extra: Agency,
    version: int = 1,
    revoked: Sequence[str] = (),
    endpoints: Sequence[str] = (),
    groups: Sequence[Group] = (),
) -> Directory:
    """The registry; every agency has a seal, those of `revoked` no longer."""
    agencies = (*AGENCIES, *extra)
    return Directory(
        agencies,
        [Endpoint(name, f"Hệ thống {name}") for name in (*ENDPOINTS, *endpoints)],
        [
            Mandate(
                fingerprint(agency.code),
                agency.code,
                revoked_at=NOW - timedelta(days=1) if agency.code in revoked else None,
            )
            for agency in agencies
        ],
        version,
        groups,
    )


def certificate(code: str) -> Certificate:
    """The seal certificate of an agency, without a key."""
    return Certificate(
        der=code.encode(),
        fingerprint=fingerprint(code),
        subject=f"CN={code}",
        issuer="CN=CA",
        serial=1,
        not_before=NOW - timedelta(days=365),
        not_after=NOW + timedelta(days=365),
        common_name=code,
        organization_identifier=code,
        is_authority=False,
    )


def document(
    sender: str = "G22",
    to: Sequence[str] = ("G09",),
    *,
    document_id: str = "",
    kind: DocumentKind = DocumentKind.NEW,
    priority: Priority = Priority.NORMAL,
    target: str = "",
    replaces: Sequence[str] = (),
    subject: str = "V/v thử nghiệm",
) -> Document:
    """A document as it was read; each has another DocumentId unless one is given."""
    business = Business(
        document_id=target,
        kind=kind,
        replacements=tuple(Replacement(document_id=name) for name in replaces),
    )
    return Document(
        from_=Organization(organ_id=sender),
        to=tuple(Organization(organ_id=code) for code in to),
        document_id=document_id or f"{sender},2026/03/02,{next(_numbers)}/VPCP-TTĐT",
        code=Code("101", "VPCP-TTĐT"),
        promulgation=PromulgationInfo(place="Hà Nội", date=date(2026, 3, 2)),
        type=DocumentType(name="Công văn"),
        subject=subject,
        other=OtherInfo(priority=priority),
        trace=TraceHeaderList(business=business),
    )


def recall(first: Document, to: Sequence[str], document_id: str = "", **more: Any) -> Document:
    """The recall of a document, under the same DocumentId unless another is given."""
    return document(
        "G22",
        to,
        document_id=document_id or first.document_id,
        kind=DocumentKind.RECALL,
        target=first.document_id,
        **more,
    )


def replacement(
    to: Sequence[str], *items: tuple[Document, Sequence[str]], document_id: str = ""
) -> Document:
    """A document instead of others, each with the receivers for whom it is replaced."""
    message = document("G22", to, kind=DocumentKind.REPLACE, document_id=document_id)
    assert message.business is not None
    replaced = tuple(
        Replacement(document_id=first.document_id, organ_ids=tuple(codes)) for first, codes in items
    )
    changed = changing.replace(message.business, replacements=replaced)
    return changing.replace(message, trace=changing.replace(message.trace, business=changed))


def update(
    first: Document,
    to: Sequence[str],
    *,
    adds: Sequence[str] = (),
    drops: Sequence[str] = (),
    document_id: str = "",
) -> Document:
    """An update of a document that adds and drops receivers."""
    changes = [ReceiverChange(organ_id=code, type=ReceiverType.ADDED) for code in adds]
    changes += [ReceiverChange(organ_id=code, type=ReceiverType.DROPPED) for code in drops]
    message = document(
        "G22",
        to,
        document_id=document_id or first.document_id,
        kind=DocumentKind.UPDATE,
        target=first.document_id,
    )
    assert message.business is not None
    changed = changing.replace(
        message.business, updates=(DocumentUpdate(receivers=tuple(changes)),)
    )
    return changing.replace(message, trace=changing.replace(message.trace, business=changed))


REPORTED_AT = datetime(2026, 3, 2, 8, 30, tzinfo=VIETNAM)
"""When reporters say that they did what they report."""


def status(
    sender: str,
    code: StatusCode,
    about: Document,
    *,
    to: str = "",
    description: str = "",
    at: datetime = REPORTED_AT,
) -> Status:
    """A status about a document, addressed to its sender unless another party is given."""
    return Status(
        from_=Organization(organ_id=sender),
        response_for=ResponseFor(
            organ_id=to or about.sender, code=str(about.code), document_id=about.document_id
        ),
        code=code,
        description=description,
        timestamp=at,
    )


def submission(
    endpoint: str | None = "g22",
    *,
    message_id: str | None = "",
    routing_key: str = "document",
    body: bytes = b"",
) -> Submission:
    """A message as it was taken; each has other bytes and another id unless they are given."""
    number = next(_numbers)
    return Submission(
        id=new_id(),
        body=body or f"<edXML>{number}</edXML>".encode(),
        routing_key=routing_key,
        user_id=endpoint,
        message_id=f"m-{number}" if message_id == "" else message_id,
        received_at=NOW - timedelta(seconds=1),
    )


def again(first: Submission, *, message_id: str | None = "", endpoint: str = "") -> Submission:
    """The same bytes once more: as the broker redelivers them, or under another message_id."""
    return replace(
        first,
        id=new_id(),
        message_id=message_id or first.message_id,
        user_id=endpoint or first.user_id,
    )


def case(
    message: Document | Status | None,
    submitted: Submission | None = None,
    *,
    sealed_by: str | None = "",
    findings: Sequence[Finding] = (),
) -> Case:
    """A submission with what its bytes say; sealed by the sender unless said otherwise."""
    route = "status" if isinstance(message, Status) else "document"
    submitted = submitted or submission(routing_key=route)
    sealer = (message.sender if message else None) if sealed_by == "" else sealed_by
    examination = Examination(
        submitted.sha256,
        len(submitted.body),
        message,
        None if sealer is None else certificate(sealer),
        tuple(findings),
    )
    return Case(submitted, examination)


def reported(
    reporter: str,
    code: StatusCode,
    about: Document,
    endpoint: str,
    *,
    to: str = "",
    body: bytes = b"",
    description: str = "",
    at: datetime = REPORTED_AT,
) -> Case:
    """A sealed status as an endpoint hands it in."""
    message = status(reporter, code, about, to=to, description=description, at=at)
    return case(message, submission(endpoint, routing_key="status", body=body))


def decider(
    known: Known | None = None, at: datetime = NOW, limits: HoldLimits | None = None
) -> Decider:
    """A decider that knows the small registry and what it decides itself."""
    return Decider(known or Known(directory()), Notary(ISSUER), at, limits)


def decided(deciding: Decider, cases: Sequence[Case]) -> list[Decision]:
    """Decide the cases of a batch and return the decisions in the batch's order."""
    by_number = {number: deciding.decide(cases[number]) for number in in_turn(cases)}
    return [by_number[number] for number in range(len(cases))]


def claimed(first: Submission, *, attempts: int = 1, since: datetime = NOW) -> HeldSubmission:
    """A held submission as a router has it that tries it again."""
    return HeldSubmission(first, since, attempts, NOW + timedelta(minutes=2))
