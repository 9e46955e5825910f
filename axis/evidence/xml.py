"""Receipts in XML (schemas/receipt.xsd): written canonically, read strictly.

What is read is exactly what was written; an element that this version does not know is refused,
because a proof must not be half understood. A later version has a namespace of its own.
"""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from lxml import etree

from axis.clock import iso_utc
from axis.evidence.events import Event
from axis.evidence.reader import (
    NAMESPACE,
    Node,
    UnreadableReceiptError,
    parse,
    read_moment,
    read_number,
    read_sha256,
    read_uuid,
)
from axis.evidence.receipt import (
    FindingFacts,
    Receipt,
    ReceiverLine,
    StatusFacts,
    Subject,
    SubjectKind,
    SubmissionFacts,
    VerdictFacts,
)
from axis.reasons import Severity
from axis.verdict import Outcome

_Attribute = str | StrEnum | UUID | datetime | int | None


def write_receipt(receipt: Receipt) -> bytes:
    """Write the receipt, unsigned, as canonical XML (C14N 1.0) in UTF-8."""
    root = etree.Element(f"{{{NAMESPACE}}}receipt", nsmap={None: NAMESPACE})
    _set(root, id=receipt.id, event=receipt.event, at=receipt.at)
    _text(root, "issuer", receipt.issuer)
    _write_submission(root, receipt.submission)
    _write_subject(root, receipt.subject)
    for receiver in receipt.receivers:
        _write_receiver(root, receiver)
    if receipt.status is not None:
        _text(
            _element(root, "status", code=receipt.status.code),
            "description",
            receipt.status.description,
        )
    _write_verdict(root, receipt.verdict)
    return etree.tostring(root, method="c14n")


def read_receipt(source: bytes | etree._Element) -> Receipt:
    """Read a receipt from bytes, or from the tree that its signature was verified on.

    A signature as the last child is passed over, not verified. Raises `UnreadableReceiptError`
    (an `InvalidInputError`) for everything that `write_receipt` could not have written.
    """
    element = parse(source) if isinstance(source, bytes) else source
    if element.tag != f"{{{NAMESPACE}}}receipt":
        raise UnreadableReceiptError(f"the root element is {str(element.tag)[:120]}")
    root = Node(element)
    receipt = Receipt(
        id=root.required("id", read_uuid),
        event=root.required("event", Event),
        at=root.required("at", read_moment),
        issuer=root.text_of("issuer"),
        submission=_read_submission(root.child("submission")),
        subject=_read_subject(root.child("subject")),
        receivers=tuple(_read_receiver(node) for node in root.children("receiver")),
        status=_read_status(root.child("status")),
        verdict=_read_verdict(root.child("verdict")),
    )
    root.skip_signature()
    root.close()
    return receipt


def _write_submission(root: etree._Element, submission: SubmissionFacts | None) -> None:
    if submission is None:
        return
    element = _element(
        root, "submission", endpoint=submission.endpoint, receivedAt=submission.received_at
    )
    _text(element, "messageId", submission.message_id)


def _read_submission(node: Node | None) -> SubmissionFacts | None:
    if node is None:
        return None
    submission = SubmissionFacts(
        endpoint=node.required("endpoint", str),
        received_at=node.required("receivedAt", read_moment),
        message_id=node.optional_text_of("messageId"),
    )
    node.close()
    return submission


def _write_subject(root: etree._Element, subject: Subject) -> None:
    element = _element(
        root,
        "subject",
        kind=subject.kind,
        sha256=subject.sha256,
        size=subject.size,
        axisId=subject.axis_id,
        documentKind=subject.document_kind,
    )
    _text(element, "documentId", subject.document_id)
    _text(element, "code", subject.code)
    _text(element, "sender", subject.sender)


def _read_subject(node: Node | None) -> Subject:
    if node is None:
        raise UnreadableReceiptError("receipt/subject is missing")
    subject = Subject(
        kind=node.required("kind", SubjectKind),
        sha256=node.required("sha256", read_sha256),
        size=node.required("size", read_number),
        axis_id=node.optional("axisId", read_uuid),
        document_kind=node.optional("documentKind", str),
        document_id=node.optional_text_of("documentId"),
        code=node.optional_text_of("code"),
        sender=node.optional_text_of("sender"),
    )
    node.close()
    return subject


def _write_receiver(root: etree._Element, receiver: ReceiverLine) -> None:
    element = _element(
        root,
        "receiver",
        endpoint=receiver.endpoint,
        delivery=receiver.delivery,
        copy=receiver.copy,
        state=receiver.state,
    )
    for named in receiver.named:
        _text(element, "named", named)
    _text(element, "code", receiver.code)
    _text(element, "name", receiver.name)


def _read_receiver(node: Node) -> ReceiverLine:
    receiver = ReceiverLine(
        endpoint=node.optional("endpoint", str),
        delivery=node.optional("delivery", read_uuid),
        copy=node.optional("copy", read_uuid),
        state=node.optional("state", str),
        named=tuple(named.text() for named in node.children("named")),
        code=node.optional_text_of("code"),
        name=node.optional_text_of("name"),
    )
    node.close()
    return receiver


def _read_status(node: Node | None) -> StatusFacts | None:
    if node is None:
        return None
    status = StatusFacts(code=node.required("code", str), description=node.text_of("description"))
    node.close()
    return status


def _write_verdict(root: etree._Element, verdict: VerdictFacts | None) -> None:
    if verdict is None:
        return
    element = _element(root, "verdict", outcome=verdict.outcome, omitted=verdict.omitted)
    for finding in verdict.findings:
        line = _element(
            element, "finding", code=finding.code, severity=finding.severity, line=finding.line
        )
        _text(line, "place", finding.place)
        _text(line, "textVi", finding.text_vi)
        _text(line, "textEn", finding.text_en)


def _read_verdict(node: Node | None) -> VerdictFacts | None:
    if node is None:
        return None
    verdict = VerdictFacts(
        outcome=node.required("outcome", Outcome),
        omitted=node.required("omitted", read_number),
        findings=tuple(_read_finding(finding) for finding in node.children("finding")),
    )
    node.close()
    return verdict


def _read_finding(node: Node) -> FindingFacts:
    finding = FindingFacts(
        code=node.required("code", str),
        severity=node.required("severity", Severity),
        line=node.optional("line", read_number),
        place=node.text_of("place"),
        text_vi=node.text_of("textVi"),
        text_en=node.text_of("textEn"),
    )
    node.close()
    return finding


def _element(parent: etree._Element, name: str, **attributes: _Attribute) -> etree._Element:
    element = etree.SubElement(parent, f"{{{NAMESPACE}}}{name}")
    _set(element, **attributes)
    return element


def _set(element: etree._Element, **attributes: _Attribute) -> None:
    for name, value in attributes.items():
        if value is not None:
            element.set(name, iso_utc(value) if isinstance(value, datetime) else str(value))


def _text(parent: etree._Element, name: str, text: str | None) -> None:
    if text is not None:
        etree.SubElement(parent, f"{{{NAMESPACE}}}{name}").text = text
