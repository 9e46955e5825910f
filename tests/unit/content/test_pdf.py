"""PDF files: what opens, what starts by itself, who signed."""

import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyhanko.pdf_utils.generic import ArrayObject, NumberObject, pdf_name, pdf_string
from pyhanko.sign import signers
from pyhanko.sign.fields import MDPPerm

from axis.content.findings import Look, Subject
from axis.content.pdf import look_through_pdf
from axis.content.pdf_actions import MAX_OBJECTS
from axis.content.pdf_signatures import MAX_SIGNATURES
from axis.content.policy import ContentPolicy
from axis.local.pdf import make_pdf
from axis.local.pki import DemoPki, make_demo_pki
from axis.reasons import Severity
from axis.trust.keys import SigningKey
from tests.support import pdfs

AT = datetime(2026, 11, 20, 2, tzinfo=UTC)
SUBJECT = Subject("Công văn.pdf", "/edXML/AttachmentEncoded/Attachment")
LENIENT = ContentPolicy(active_content=Severity.WARN, broken_pdf_signatures=Severity.WARN)
PLAIN = make_pdf(["Chuyển 10 triệu đồng"])
NAMED = ArrayObject([pdf_string("a"), pdfs.dictionary()])
"""A tree of names with one member."""


def look(data: bytes, policy: ContentPolicy = ContentPolicy()) -> Look:  # noqa: B008
    return look_through_pdf(data, SUBJECT, policy)


def codes(data: bytes) -> list[tuple[str, str]]:
    return [(found.reason.code, found.severity.value) for found in look(data).findings]


@pytest.fixture(scope="module")
def pki(tmp_path_factory: pytest.TempPathFactory) -> DemoPki:
    people = [("CB01", "Trần Văn Thử"), ("G22", "Văn phòng Chính phủ")]
    return make_demo_pki(tmp_path_factory.mktemp("pki"), people, AT, rsa_agencies=("G22",))


@pytest.fixture(scope="module")
def person(pki: DemoPki) -> SigningKey:
    return pki.seal("CB01").load()


@pytest.fixture(scope="module")
def agency(pki: DemoPki) -> SigningKey:
    return pki.seal("G22").load()


@pytest.fixture(scope="module")
def signed(person: SigningKey) -> bytes:
    return pdfs.sign_pdf(PLAIN, person)


# -- opening --------------------------------------------------------------------------------------


def test_ordinary_pdf_has_no_findings_and_gives_the_text_of_its_first_page() -> None:
    found = look(PLAIN)
    assert found.findings == []
    assert found.signatures == ()
    assert "10 trieu" in found.text


def test_objects_in_object_streams_are_found() -> None:
    data = pdfs.packed(pdfs.with_catalog(OpenAction=pdfs.script()))
    assert b"/ObjStm" in data
    assert b"JavaScript" not in data
    assert codes(data) == [("C-ACTIVE-CONTENT", "refuse")]


@pytest.mark.parametrize(
    "data",
    [
        b"%PDF-1.7",
        b"%PDF-1.7\n" + bytes(range(256)) * 20,
        PLAIN[: len(PLAIN) // 2],
        PLAIN.replace(b"/Root 1 0 R", b"/Root 7 0 R"),
        PLAIN.replace(b"/Kids [3 0 R] /Count 1", b"/Kids [] /Count 0      "),
        PLAIN.replace(b"/Kids [3 0 R]", b"/Kids [2 0 R]"),
        PLAIN.replace(b"startxref\n", b"startxref\n9"),
        PLAIN.replace(b"/Contents", b"/Contents" + b"[" * 5_000),
    ],
)
def test_pdf_that_cannot_be_read_is_refused(data: bytes) -> None:
    assert ("C-BAD-PDF", "refuse") in codes(data)


def test_pdf_that_asks_for_a_password_is_refused() -> None:
    assert codes(pdfs.encrypted("mật khẩu", "chủ")) == [("C-ENCRYPTED", "refuse")]


def test_pdf_that_only_restricts_changes_is_looked_through() -> None:
    found = look(pdfs.encrypted("", "chủ"))
    assert found.findings == []
    assert "Noi dung" in found.text


# -- active content -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "named"),
    [
        (pdfs.with_catalog(OpenAction=pdfs.script()), "JavaScript"),
        (pdfs.with_catalog(AA=pdfs.dictionary(WC=pdfs.script())), "JavaScript"),
        (
            pdfs.with_catalog(Names=pdfs.dictionary(JavaScript=pdfs.dictionary(Names=NAMED))),
            "JavaScript",
        ),
        (pdfs.with_catalog(OpenAction=pdfs.action("Named", Next=pdfs.script())), "JavaScript"),
        (
            pdfs.with_catalog(
                OpenAction=pdfs.action("Named", Next=ArrayObject([pdfs.script()])),
            ),
            "JavaScript",
        ),
        (
            pdfs.with_catalog(
                Outlines=pdfs.dictionary(First=pdfs.dictionary(A=pdfs.action("Launch")))
            ),
            "Launch",
        ),
        (
            pdfs.with_catalog(
                AcroForm=pdfs.dictionary(
                    Fields=ArrayObject([pdfs.dictionary(AA=pdfs.dictionary(K=pdfs.script()))])
                )
            ),
            "JavaScript",
        ),
        (pdfs.with_annotation(Subtype=pdf_name("/Link"), A=pdfs.action("Launch")), "Launch"),
        (pdfs.with_annotation(Subtype=pdf_name("/RichMedia")), "RichMedia"),
        (
            pdfs.with_annotation(Subtype=pdf_name("/Screen"), AA=pdfs.dictionary(PV=pdfs.script())),
            "JavaScript",
        ),
    ],
)
def test_content_that_starts_by_itself_is_refused_by_its_name(data: bytes, named: str) -> None:
    (finding,) = look(data).findings
    assert (finding.reason.code, finding.severity) == ("C-ACTIVE-CONTENT", Severity.REFUSE)
    assert finding.facts["detail"] == named
    assert look(data, LENIENT).findings[0].severity is Severity.WARN


@pytest.mark.parametrize(
    ("data", "named"),
    [
        (
            pdfs.with_catalog(Names=pdfs.dictionary(EmbeddedFiles=pdfs.dictionary(Names=NAMED))),
            "EmbeddedFiles",
        ),
        (pdfs.with_catalog(AcroForm=pdfs.dictionary(XFA=ArrayObject())), "XFA"),
        (pdfs.with_annotation(Subtype=pdf_name("/FileAttachment")), "FileAttachment"),
        (pdfs.with_annotation(A=pdfs.action("SubmitForm")), "SubmitForm"),
        (pdfs.with_annotation(A=pdfs.action("Rendition")), "Rendition"),
    ],
)
def test_content_that_asks_first_is_only_warned_of(data: bytes, named: str) -> None:
    (finding,) = look(data).findings
    assert (finding.reason.code, finding.severity) == ("C-ACTIVE-CONTENT", Severity.WARN)
    assert finding.facts["detail"] == named


@pytest.mark.parametrize("kind", ["GoTo", "URI", "Named"])
def test_everyday_links_are_silent(kind: str) -> None:
    assert look(pdfs.with_annotation(A=pdfs.action(kind))).findings == []
    assert look(pdfs.with_catalog(OpenAction=ArrayObject([NumberObject(0)]))).findings == []


def test_name_in_another_spelling_is_the_same_name() -> None:
    data = pdfs.with_catalog(OpenAction=pdfs.action("JavaScript??"))
    data = data.replace(b"/JavaScript??", b"/J#61vaScript")
    assert b"JavaScript" not in data
    assert codes(data) == [("C-ACTIVE-CONTENT", "refuse")]


def test_kind_of_action_behind_a_reference_is_found() -> None:
    data = pdfs.with_page(
        b"", b"/Launch", entries=b"/Annots [<< /Subtype /Link /A << /S 5 0 R >> >>]"
    )
    (finding,) = look(data).findings
    assert (finding.reason.code, finding.facts["detail"]) == ("C-ACTIVE-CONTENT", "Launch")


def test_empty_trees_of_names_that_programs_write_into_every_file_are_silent() -> None:
    empty = pdfs.dictionary(Names=ArrayObject())
    data = pdfs.with_catalog(Names=pdfs.dictionary(JavaScript=empty, EmbeddedFiles=empty))
    assert look(data).findings == []


def test_script_text_in_a_page_is_no_script() -> None:
    assert look(make_pdf(["/OpenAction << /S /JavaScript /JS (x) >>"])).findings == []


# -- signatures -----------------------------------------------------------------------------------


def test_signature_is_read_as_a_fact(signed: bytes, person: SigningKey) -> None:
    found = look(signed)
    assert found.findings == []
    (signature,) = found.signatures
    assert signature.signer == person.certificate.subject
    assert signature.fingerprint == person.certificate.fingerprint
    assert signature.organization == "CB01"
    assert (signature.intact, signature.whole) == (True, True)
    assert signature.signed_at is not None
    assert signature.signed_at.tzinfo is UTC


def test_agency_signing_after_the_person_leaves_both_signatures_good(
    signed: bytes, agency: SigningKey
) -> None:
    found = look(pdfs.sign_pdf(signed, agency, "ChuKy2"))
    assert found.findings == []
    assert [(one.organization, one.intact, one.whole) for one in found.signatures] == [
        ("CB01", True, False),
        ("G22", True, True),
    ]


def test_change_of_signed_bytes_breaks_the_signature(signed: bytes) -> None:
    altered = pdfs.alter_signed(signed)
    (finding,) = look(altered).findings
    assert (finding.reason.code, finding.severity) == ("C-PDF-SIGNATURE-BROKEN", Severity.REFUSE)
    assert "Trần Văn Thử" in str(finding.facts["signer"])
    assert look(altered).signatures[0].intact is False
    assert look(altered, LENIENT).findings[0].severity is Severity.WARN


def test_page_added_after_the_signature_is_warned_of(signed: bytes) -> None:
    added = pdfs.add_page(signed)
    assert codes(added) == [("C-PDF-CHANGED", "warn")]
    assert [(one.intact, one.whole) for one in look(added).signatures] == [(True, False)]


def test_malformed_signature_is_broken_and_nobodys(signed: bytes) -> None:
    start = signed.index(b"/Contents <") + len(b"/Contents <")
    spoilt = signed[:start] + b"00" * 200 + signed[start + 400 :]
    (signature,) = look(spoilt).signatures
    assert (signature.signer, signature.intact) == ("?", False)
    assert codes(spoilt) == [("C-PDF-SIGNATURE-BROKEN", "refuse")]


def test_byte_range_that_leaves_out_more_than_the_signature_is_broken(signed: bytes) -> None:
    start = signed.index(b"/ByteRange")
    end = signed.index(b"]", start)
    first, second = b"[0 ", signed[start:end].split()[2]
    narrowed = signed[start:end].replace(first + second, first + str(int(second) - 9).encode())
    spoilt = signed[:start] + narrowed.ljust(end - start) + signed[end:]
    assert codes(spoilt) == [("C-PDF-SIGNATURE-BROKEN", "refuse")]


def test_kind_of_signature_that_cannot_be_judged_is_not_called_broken(signed: bytes) -> None:
    old = signed.replace(b"/adbe.pkcs7.detached", b"/adbe.x509.rsa_sha1 ")
    assert old != signed
    found = look(old)
    assert found.findings == []
    assert [one.intact for one in found.signatures] == [None]


def test_page_replaced_under_a_signature_whose_lengths_fit_is_broken(signed: bytes) -> None:
    forged = pdfs.forge_revision(signed)
    assert "90 trieu" in look(forged).text
    assert codes(forged) == [("C-PDF-SIGNATURE-BROKEN", "refuse")]
    assert [(one.intact, one.whole) for one in look(forged).signatures] == [(False, False)]


def test_signature_under_names_in_another_spelling_is_read(signed: bytes) -> None:
    start = signed.index(b"/ByteRange")
    end = signed.index(b"/", start + 1)
    numbers = signed[start:end].partition(b"[")[2].strip()
    spelled = signed[:start] + (b"/ByteR#61nge[" + numbers).ljust(end - start) + signed[end:]
    assert len(spelled) == len(signed)
    assert b"/ByteRange" not in spelled
    assert codes(spelled) == [("C-PDF-SIGNATURE-BROKEN", "refuse")]


def test_signature_after_one_that_permits_no_change_is_warned_of(
    person: SigningKey, agency: SigningKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Sign as programs do that take no notice of what is permitted; pyHanko would not.
    monkeypatch.setattr(signers.PdfSigner, "_enforce_certification_constraints", lambda *_: None)
    certified = pdfs.sign_pdf(PLAIN, person, permits=MDPPerm.NO_CHANGES)
    assert codes(certified) == []
    assert codes(pdfs.sign_pdf(certified, agency, "ChuKy2")) == [("C-PDF-CHANGED", "warn")]
    open_to_others = pdfs.sign_pdf(PLAIN, person, permits=MDPPerm.FILL_FORMS)
    assert codes(pdfs.sign_pdf(open_to_others, agency, "ChuKy2")) == []


def test_too_many_signatures_are_refused_before_any_is_read() -> None:
    value = pdfs.dictionary(ByteRange=ArrayObject())
    fields = ArrayObject(pdfs.dictionary(V=value) for _ in range(MAX_SIGNATURES + 1))
    data = pdfs.with_catalog(AcroForm=pdfs.dictionary(Fields=fields))
    assert codes(data) == [("C-TOO-COMPLEX", "refuse")]


def test_signatures_that_a_page_only_speaks_of_are_not_counted() -> None:
    data = make_pdf(["x"], filling=b"/ByteRange " * (MAX_SIGNATURES + 1))
    assert look(data).findings == []


# -- hostile --------------------------------------------------------------------------------------


def test_stream_of_references_that_unpacks_to_hundreds_of_megabytes_is_refused_unopened() -> None:
    data = pdfs.bomb(256 << 20)
    assert len(data) < 2_000_000
    started = time.process_time()
    assert codes(data) == [("C-BAD-PDF", "refuse")]
    assert time.process_time() - started < 10


@pytest.mark.parametrize(
    ("index", "widths"),
    [
        (b"[0 9999999999]", b"[0 0 0]"),
        (b"[0 9999999999]", b"[1 4 2]"),
        (b"[0 9999999999]", b"[1 -4 2]"),
        (b"[0 1]", b"[1 999999999999 2]"),
    ],
)
def test_references_that_are_only_announced_are_refused_at_once(
    index: bytes, widths: bytes
) -> None:
    started = time.process_time()
    assert codes(pdfs.announcing(index, widths)) == [("C-BAD-PDF", "refuse")]
    assert time.process_time() - started < 2


@pytest.mark.parametrize(
    "data",
    [
        pdfs.with_page(b"0 0 m 1 1 l S\n" * (40 << 20 >> 4)),
        pdfs.forms_of_forms(12),
        pdfs.form_that_shows_itself(),
        pdfs.with_page(
            b"BT /F 9 Tf (x) Tj ET",
            b"<< /Type /Font /Subtype /Type3 /CharProcs << /x 6 0 R >> >>",
            pdfs.stream(b"0 0 m 1 1 l S\n" * 100_000),
            entries=b"/Resources << /Font << /F 5 0 R >> >>",
        ),
    ],
    ids=["packed operators", "forms of forms", "form of itself", "letters that are drawings"],
)
def test_page_heavier_than_any_letter_is_opened_and_not_read(data: bytes) -> None:
    started = time.process_time()
    found = look(data)
    assert (found.findings, found.text) == ([], "")
    assert time.process_time() - started < 2


def test_forms_of_a_usual_number_do_not_hide_the_text() -> None:
    form = pdfs.stream(b"0 0 m 9 9 l S", b"/Type /XObject /Subtype /Form /BBox [0 0 9 9]")
    data = pdfs.with_page(
        b"/X Do " * 100 + b"BT /F1 12 Tf 72 700 Td (Noi dung) Tj ET",
        form,
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        entries=b"/Resources << /XObject << /X 5 0 R >> /Font << /F1 6 0 R >> >>",
    )
    assert "Noi dung" in look(data).text


def test_fields_that_name_each_other_many_times_are_visited_once() -> None:
    levels = [b"<< /T (a) /Kids [%d 0 R %d 0 R] >>" % (6 + level, 6 + level) for level in range(60)]
    data = pdfs.with_page(
        b"",
        *levels,
        b"<< /T (b) /FT /Sig /V << /SubFilter /ETSI.CAdES.detached /ByteRange [0 1 2 3] >> >>",
        catalog=b"/AcroForm << /Fields [5 0 R] >>",
    )
    started = time.process_time()
    assert codes(data) == [("C-PDF-SIGNATURE-BROKEN", "refuse")]
    assert time.process_time() - started < 5


def test_more_objects_than_any_document_has_are_refused() -> None:
    kids = ArrayObject([pdfs.dictionary() for _ in range(MAX_OBJECTS + 1)])
    data = pdfs.with_catalog(AcroForm=pdfs.dictionary(Fields=kids))
    assert codes(data) == [("C-TOO-COMPLEX", "refuse")]


def test_actions_in_a_circle_end() -> None:
    data = PLAIN.replace(b"/Type /Catalog", b"/OpenAction 1 0 R /Next 1 0 R /S /URI /Type /Catalog")
    table = data.rindex(b"startxref")
    shifted = len(data) - len(PLAIN)
    offsets = bytearray(data)
    for number in range(2, 6):
        old = b"%010d" % PLAIN.index(b"%d 0 obj" % number)
        offsets[:] = offsets.replace(old, b"%010d" % (int(old) + shifted))
    end = int(PLAIN[PLAIN.rindex(b"startxref") :].split()[1]) + shifted
    data = bytes(offsets)[:table] + b"startxref\n%d\n%%%%EOF\n" % end
    assert look(data).findings == []


@pytest.fixture(scope="module")
def seeds(signed: bytes) -> list[bytes]:
    return [
        PLAIN,
        signed,
        pdfs.packed(PLAIN),
        pdfs.with_annotation(A=pdfs.action("URI", URI=pdf_string("https://example.gov.vn"))),
        pdfs.encrypted("", "chủ"),
    ]


@given(data=st.data())
@settings(max_examples=150)
def test_mutated_pdf_never_raises(seeds: list[bytes], data: st.DataObject) -> None:
    body = data.draw(st.sampled_from(seeds))
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(body)))
        stop = start + data.draw(st.integers(0, 30))
        piece = data.draw(
            st.binary(max_size=8)
            | st.sampled_from(
                [b"<<", b">>", b"[", b"]", b"1 0 R", b"/Kids", b"stream", b"-1", b"obj"]
            )
        )
        body = body[:start] + piece + body[stop:]
    for finding in look(body).findings:
        assert finding.text_vi()
        assert finding.text_en()


def test_importing_the_check_loads_neither_library() -> None:
    script = (
        "import axis.content.inspection, sys; print({'pyhanko', 'pypdfium2'} & set(sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, cwd=Path.cwd(), check=True
    )
    assert done.stdout.strip() == "set()"
