"""The content check as a whole: manifest, names, facts, scanner, bounds."""

import hashlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from axis.content.inspection import inspect
from axis.content.policy import ContentPolicy
from axis.content.scanner import ScannerAwayError, UnscannableError
from axis.edxml.build import File
from axis.edxml.codes import DocumentKind
from axis.edxml.limits import MAX_FINDINGS
from axis.edxml.values import Attachment, Business, Document, Reference, TraceHeaderList
from axis.local.pdf import make_pdf
from axis.reasons import Severity
from tests.support import office_files as made
from tests.support.changing import replace
from tests.unit.content.conftest import letter

PDF = make_pdf(["Văn bản thử nghiệm"])
POLICY = ContentPolicy()


class Detector:
    """A scanner that knows one malware by its bytes, or answers to nothing."""

    def __init__(self, *, away: bool = False) -> None:
        self.away = away
        self.seen: list[bytes] = []

    def scan(self, data: bytes) -> str | None:
        self.seen.append(data)
        if self.away:
            raise ScannerAwayError("away")
        return "Thu.Nghiem" if b"malware" in data else None


def codes(document, policy=POLICY, scanner=None):
    return [finding.reason.code for finding in inspect(document, policy, scanner).findings]


def of_kind(document, kind):
    return replace(document, trace=TraceHeaderList(business=Business(kind=kind)))


def test_sound_document_has_facts_about_each_file_in_the_order_of_the_manifest():
    files = [File("2.pdf", PDF), File("1.txt", "xin chào".encode())]
    inspection = inspect(letter(*files, wrapped=True), POLICY)
    assert inspection.findings == ()
    assert [(file.name, file.media_type, file.size, file.sha256) for file in inspection.files] == [
        ("2.pdf", "application/pdf", len(PDF), hashlib.sha256(PDF).hexdigest()),
        ("1.txt", "text/plain", 9, hashlib.sha256("xin chào".encode()).hexdigest()),
    ]


def test_findings_are_placed_at_the_attachment():
    inspection = inspect(letter(File("1.pdf", PDF), File("2.exe", made.EXE)), POLICY)
    (finding,) = inspection.findings
    assert finding.place == "/edXML/AttachmentEncoded/Attachment[2]"
    assert finding.facts["name"] == "2.exe"


@pytest.mark.parametrize("kind", [DocumentKind.NEW, DocumentKind.REPLACE])
def test_document_without_a_file_is_a_warning(kind):
    (finding,) = inspect(of_kind(Document(), kind), POLICY).findings
    assert (finding.reason.code, finding.severity) == ("C-NO-FILE", Severity.WARN)


@pytest.mark.parametrize("kind", [DocumentKind.RECALL, DocumentKind.UPDATE])
def test_message_about_an_earlier_document_needs_no_file(kind):
    assert codes(of_kind(Document(), kind)) == []


def test_manifest_and_files_are_held_together():
    document = Document(
        references=(Reference(content_id="1", name="gone.pdf"),),
        attachments=(Attachment(content_id="2", name="extra.pdf"),),
    )
    assert codes(document) == ["C-ATTACHMENT-MISSING", "C-ATTACHMENT-UNLISTED"]


@pytest.mark.parametrize("other", ["tờ trình.PDF", "TỜ TRÌNH.pdf", "tờ trình．pdf"])
def test_two_files_that_a_disk_takes_for_one_are_refused(other):
    assert codes(letter(File("tờ trình.pdf", PDF), File(other, PDF))) == ["C-DUPLICATE-NAME"]


@pytest.mark.parametrize("text", ["Q", "Q*Q=", "đ", "QQ==QQ==", "%PDF-1.7"])
def test_text_that_is_not_base64_is_refused(text):
    document = Document(
        references=(Reference(content_id="1", name="a.pdf"),),
        attachments=(Attachment(content_id="1", name="a.pdf", encoded=text),),
    )
    assert codes(document) == ["C-BAD-BASE64"]


def test_empty_file_is_a_warning():
    (finding,) = inspect(letter(File("a.pdf", b"")), POLICY).findings
    assert (finding.reason.code, finding.severity) == ("C-EMPTY-FILE", Severity.WARN)


@pytest.mark.parametrize("name", ["a/b.pdf", "cv\u202efdp.pdf", "nul.pdf", "a.pdf "])
def test_name_that_deceives_is_refused_and_the_file_looked_at_all_the_same(name):
    found = codes(letter(File(name, made.EXE)))
    assert found == ["C-BAD-NAME", "C-TYPE-NOT-ALLOWED"]


def test_bytes_declared_an_archive_that_are_nothing_are_a_broken_archive():
    document = letter(File("a.dat", bytes(range(256))))
    attachment = replace(document.attachments[0], content_type="application/zip")
    assert codes(replace(document, attachments=(attachment,))) == ["C-BAD-ARCHIVE"]


@pytest.mark.parametrize(
    "document",
    [
        letter(File("a.txt", b"x"), subject="MẬT - Kế hoạch thử nghiệm"),
        letter(File("a.txt", b"x"), content="Độ mật: Tối mật"),
        letter(File("Kế hoạch - TỐI MẬT.txt", b"x")),
        letter(File("a.txt", b"x", "Kế hoạch thử nghiệm (Mật)")),
        letter(File("a.txt", "BỘ THỬ NGHIỆM\nMẬT\nSố: 1".encode())),
        letter(File("a.txt", "MẬT\r\n".encode("utf-16"))),
        letter(File("a.docx", made.docx("MẬT"))),
        letter(File("a.zip", made.make_zip(("b.docx", made.docx("MẬT")), ("c.txt", b"c")))),
    ],
)
def test_marking_is_found_wherever_it_stands(document):
    findings = inspect(document, POLICY).findings
    assert findings
    assert {finding.reason.code for finding in findings} == {"C-SECRET"}
    assert all(finding.facts["where"] and finding.place for finding in findings)


def test_each_file_is_scanned_as_its_receiver_will_have_it():
    scanner = Detector()
    archive = made.make_zip(("b.txt", b"malware"), ("c.txt", b"c"))
    document = letter(File("1.pdf", PDF), File("a.zip", archive), wrapped=True)
    (finding,) = inspect(document, POLICY, scanner).findings
    assert finding.reason.code == "C-MALWARE"
    assert finding.facts == {"name": "a.zip/b.txt", "detail": "Thu.Nghiem"}
    assert scanner.seen == [PDF, archive, b"malware", b"c"]


def test_file_beyond_the_scanners_limits_is_refused_and_the_others_are_looked_through():
    class Short(Detector):
        def scan(self, data: bytes) -> str | None:
            if data == b"long":
                raise UnscannableError
            return super().scan(data)

    document = letter(File("a.txt", b"long"), File("b.txt", b"malware"))
    assert codes(document, scanner=Short()) == ["C-UNSCANNABLE", "C-MALWARE"]


def test_scanner_that_is_away_holds_the_document_and_is_asked_once():
    scanner = Detector(away=True)
    document = letter(File("1.pdf", PDF), File("2.pdf", PDF))
    (finding,) = inspect(document, POLICY, scanner).findings
    assert (finding.reason.code, finding.severity) == ("C-SCANNER-AWAY", Severity.HOLD)
    assert len(scanner.seen) == 1


def test_findings_are_bounded_and_refusals_kept_before_warnings():
    files = [File(f"{n}.docx", PDF) for n in range(150)] + [File("x.exe", made.EXE)]
    findings = inspect(letter(*files), POLICY).findings
    assert len(findings) == MAX_FINDINGS
    assert findings[0].reason.code == "C-TYPE-NOT-ALLOWED"


@settings(max_examples=200)
@given(
    st.text(max_size=20),
    st.one_of(
        st.binary(max_size=300),
        st.tuples(
            st.sampled_from(
                [
                    *(b"%PDF-1.7\n", b"PK\x03\x04", b"PK\x05\x06", b"<?xml ", b"<a", b"\xff\xfe"),
                    *(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"BM", b"RIFF", b"{\\rtf", b""),
                ]
            ),
            st.binary(max_size=600),
        ).map(b"".join),
    ),
)
def test_any_name_and_bytes_are_judged(name, data):
    assert inspect(letter(File(name, data)), POLICY).findings is not None
