"""Receipts in XML: what is written is read again, follows the schema, and nothing else passes."""

import contextlib
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from axis.evidence.events import Event
from axis.evidence.reader import MAX_RECEIPT_BYTES, UnreadableReceiptError
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
from axis.evidence.xml import read_receipt, write_receipt
from axis.reasons import Severity
from axis.verdict import Outcome

SCHEMA_FILE = Path(__file__).parents[3] / "schemas" / "receipt.xsd"
SCHEMA = etree.XMLSchema(etree.parse(SCHEMA_FILE))
SIGNATURE = '<ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><x/></ds:Signature>'

FULL = Receipt(
    id=UUID("01998f6e-0000-7000-8000-000000000001"),
    event=Event.SUBMISSION_ACCEPTANCE,
    at=datetime(2025, 10, 1, 5, 0, 0, 250000, tzinfo=UTC),
    issuer="Trục liên thông văn bản quốc gia",
    submission=SubmissionFacts(
        endpoint="g22", message_id="m-1", received_at=datetime(2025, 10, 1, 5, tzinfo=UTC)
    ),
    subject=Subject(
        kind=SubjectKind.DOCUMENT,
        sha256="ab" * 32,
        size=4731,
        axis_id=UUID("01998f6e-0000-7000-8000-000000000002"),
        document_id="G22,2025/10/01,7816/VPCP-TTĐT",
        code="7816/VPCP-TTĐT",
        document_kind="new",
        sender="G22",
    ),
    receivers=(
        ReceiverLine(
            named=("G12", "000.00.00.G12"),
            code="G12",
            name="Bộ Tài chính",
            endpoint="g12",
            delivery=UUID("01998f6e-0000-7000-8000-000000000003"),
            state="accepted",
        ),
        ReceiverLine(named=("H99",)),
    ),
    status=StatusFacts(code="02", description="Sai thể thức"),
    verdict=VerdictFacts(
        outcome=Outcome.PASSED,
        findings=(
            FindingFacts(
                code="F-X",
                severity=Severity.WARN,
                place="/edXML",
                line=3,
                text_vi="Dài quá",
                text_en="Too long & <odd>",
            ),
        ),
    ),
)
LEAST = Receipt(
    id=UUID(int=0),
    event=Event.RELAY_FAILURE,
    at=datetime(2025, 10, 1, tzinfo=UTC),
    issuer="",
    subject=Subject(kind=SubjectKind.UNREADABLE, sha256="0" * 64, size=0),
)

texts = st.text(st.characters()) | st.text(st.characters(categories=["Cc", "Cs", "Cf", "Zs"]))
numbers = st.integers(0, 10**18 - 1)
moments = st.datetimes(min_value=datetime(1, 1, 2), timezones=st.timezones())
digests = st.binary(min_size=32, max_size=32).map(bytes.hex)


def optional(values: st.SearchStrategy[object]) -> st.SearchStrategy[object]:
    return st.none() | values


subjects = st.builds(
    Subject,
    kind=st.sampled_from(SubjectKind),
    sha256=digests,
    size=numbers,
    axis_id=optional(st.uuids()),
    document_id=optional(texts),
    code=optional(texts),
    document_kind=optional(texts),
    sender=optional(texts),
)
receivers = st.builds(
    ReceiverLine,
    named=st.lists(texts, max_size=3).map(tuple),
    code=optional(texts),
    name=optional(texts),
    endpoint=optional(texts),
    delivery=optional(st.uuids()),
    state=optional(texts),
)
findings = st.builds(
    FindingFacts,
    code=texts,
    severity=st.sampled_from(Severity),
    place=texts,
    line=optional(numbers),
    text_vi=texts,
    text_en=texts,
)
verdicts = st.builds(
    VerdictFacts,
    outcome=st.sampled_from(Outcome),
    findings=st.lists(findings, max_size=3).map(tuple),
    omitted=numbers,
)
receipts = st.builds(
    Receipt,
    id=st.uuids(),
    event=st.sampled_from(Event),
    at=moments,
    issuer=texts,
    subject=subjects,
    submission=optional(
        st.builds(SubmissionFacts, endpoint=texts, message_id=optional(texts), received_at=moments)
    ),
    receivers=st.lists(receivers, max_size=3).map(tuple),
    status=optional(st.builds(StatusFacts, code=texts, description=texts)),
    verdict=optional(verdicts),
)


@given(receipts)
def test_receipt_written_and_read_is_the_same(receipt: Receipt) -> None:
    xml = write_receipt(receipt)
    assert read_receipt(xml) == receipt
    assert write_receipt(read_receipt(xml)) == xml


@given(receipts)
def test_receipt_written_follows_the_schema_and_is_canonical(receipt: Receipt) -> None:
    xml = write_receipt(receipt)
    root = etree.fromstring(xml)
    SCHEMA.assertValid(root)
    assert etree.tostring(root, method="c14n") == xml


@pytest.mark.parametrize("receipt", [FULL, LEAST])
def test_receipt_signed_is_valid_and_reads_as_unsigned(receipt: Receipt) -> None:
    signed = write_receipt(receipt).decode().replace("</receipt>", f"{SIGNATURE}</receipt>")
    root = etree.fromstring(signed)
    SCHEMA.assertValid(root)
    assert read_receipt(root) == receipt
    assert read_receipt(signed.encode()) == receipt


def test_receipt_events_of_code_and_schema_are_the_same() -> None:
    names = etree.parse(SCHEMA_FILE).xpath(
        "//xs:simpleType[@name='event']//xs:enumeration/@value",
        namespaces={"xs": "http://www.w3.org/2001/XMLSchema"},
    )
    assert names == list(Event)


def test_receipt_in_full_reads_as_people_expect() -> None:
    xml = write_receipt(FULL).decode()
    assert xml.startswith(
        '<receipt xmlns="urn:vn:axis:receipt:1" at="2025-10-01T05:00:00.250Z"'
        ' event="SubmissionAcceptance" id="01998f6e-0000-7000-8000-000000000001">'
        "<issuer>Trục liên thông văn bản quốc gia</issuer>"
    )
    assert "<named>G12</named><named>000.00.00.G12</named><code>G12</code>" in xml
    assert "<textEn>Too long &amp; &lt;odd&gt;</textEn>" in xml


ISSUER = "<issuer>Trục"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('<receipt xmlns="urn:vn:axis:receipt:1"', '<receipt xmlns="urn:vn:axis:receipt:2"'),
        ('<receipt xmlns="urn:vn:axis:receipt:1"', "<receipt"),
        (ISSUER, f"<!-- -->{ISSUER}"),
        (ISSUER, f"<?go now?>{ISSUER}"),
        (ISSUER, "<issuer>Tr<!-- -->ục"),
        (ISSUER, f"text{ISSUER}"),
        (ISSUER, f"<issuer/>{ISSUER}"),
        (ISSUER, f"<extra/>{ISSUER}"),
        (ISSUER, f"{SIGNATURE}{ISSUER}"),
        (ISSUER, '<issuer lang="vi">Trục'),
        ("</receipt>", f"{SIGNATURE}{SIGNATURE}</receipt>"),
        ("</receipt>", f"{SIGNATURE}text</receipt>"),
        ("</receipt>", '<subject xmlns="urn:other"/></receipt>'),
        ('event="SubmissionAcceptance"', 'event="Submission"'),
        ('event="SubmissionAcceptance"', ""),
        ('id="0', 'x="" id="0'),
        ('id="0', 'id="{0'),
        ("05:00:00.250Z", "05:00:00Z"),
        ("2025-10-01T05:00:00.250Z", "2025-02-30T05:00:00.250Z"),
        ("05:00:00.250Z", "05:00:00.250+07:00"),
        ('size="4731"', 'size="-1"'),
        ('size="4731"', 'size="٤"'),
        ('sha256="abab', 'sha256="ABAB'),
        ('sha256="abab', 'sha256="ab'),
        ('severity="warn"', 'severity="fatal"'),
        ('outcome="PASSED"', 'outcome="passed"'),
        ("<place>/edXML</place>", ""),
        ("<description>", "<reason>"),
    ],
)
def test_receipt_altered_is_refused(old: str, new: str) -> None:
    xml = write_receipt(FULL).decode()
    assert old in xml
    with pytest.raises(UnreadableReceiptError) as caught:
        read_receipt(xml.replace(old, new).encode())
    assert "không phải biên nhận hợp lệ" in caught.value.diagnostics()


def test_receipt_without_subject_is_refused() -> None:
    with pytest.raises(UnreadableReceiptError, match="receipt/subject is missing"):
        read_receipt(
            b'<receipt xmlns="urn:vn:axis:receipt:1" id="00000000-0000-0000-0000-000000000000"'
            b' event="RelayFailure" at="2025-10-01T05:00:00.000Z"><issuer/></receipt>'
        )


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x00",
        "biên nhận".encode(),
        b'<?xml version="1.0" encoding="no-such"?><receipt/>',
        b"<!DOCTYPE receipt><receipt xmlns='urn:vn:axis:receipt:1'/>",
        b"<!DOCTYPE r [<!ENTITY a 'b'>]><receipt xmlns='urn:vn:axis:receipt:1'>&a;</receipt>",
        b"<!DOCTYPE r SYSTEM 'file:///etc/passwd'><receipt xmlns='urn:vn:axis:receipt:1'/>",
        b"<" + b"a>" + b"<a>" * 500,
        bytes(MAX_RECEIPT_BYTES + 1),
    ],
)
def test_receipt_of_hostile_bytes_is_refused(data: bytes) -> None:
    with pytest.raises(UnreadableReceiptError):
        read_receipt(data)


def test_receipt_refusal_repeats_no_control_characters() -> None:
    with pytest.raises(UnreadableReceiptError) as caught:
        read_receipt("<a\u009b/>".encode())
    assert all(letter.isprintable() for letter in caught.value.diagnostics())


@given(st.binary(max_size=200), st.integers(0, 2000), st.integers(0, 50))
def test_receipt_with_random_damage_is_read_or_refused(noise: bytes, at: int, cut: int) -> None:
    xml = write_receipt(FULL)
    with contextlib.suppress(UnreadableReceiptError):
        assert isinstance(read_receipt(xml[:at] + noise + xml[at + cut :]), Receipt)
