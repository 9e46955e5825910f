"""Manifest and files joined, decoded, and taken out of their wrapping archives."""

import io
import zipfile

import pytest

from axis.edxml.attachments import (
    AttachmentContent,
    contents,
    pair_up,
    plain_content_id,
)
from axis.edxml.base64text import encode
from axis.edxml.build import File, attach
from axis.edxml.values import Attachment, Document, Reference
from tests.support.changing import replace
from tests.support.office_files import zip64

PDF = b"%PDF-1.7 fictitious"


def _document(*pairs):
    return Document(
        references=tuple(reference for reference, _ in pairs if reference),
        attachments=tuple(attachment for _, attachment in pairs if attachment),
    )


def _pair(name="a.pdf", data=PDF, reference_id="1", attachment_id="1", **fields):
    return (
        Reference(content_id=reference_id, name=name, content_type="application/zip"),
        Attachment(content_id=attachment_id, name=name, encoded=encode(data), **fields),
    )


def _zip(*entries):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in entries:
            archive.writestr(name, data)
    return stream.getvalue()


def _codes(findings):
    return [finding.reason.code for finding in findings]


@pytest.mark.parametrize(
    ("name", "files"),
    [
        ("dotnet_dialect_new", [("12-STN.txt", "text/plain", 9)]),
        ("new_single_pdf", [("101-VPCP.pdf", "application/pdf", 20_000)]),
        ("recall_no_attachment", []),
        (
            "new_multi_to_4level_hoatoc_5att",
            [
                ("Phụ lục 0.pdf", "application/pdf", 5_000),
                ("Phụ lục 1.docx", "application/docx", 10_000),
                ("Phụ lục 2.pdf", "application/pdf", 15_000),
                ("Phụ lục 3.docx", "application/docx", 20_000),
                ("Phụ lục 4.pdf", "application/pdf", 25_000),
            ],
        ),
    ],
)
def test_sample_gives_its_files(document, name, files):
    found, findings = contents(document(name))
    assert findings == pair_up(document(name))[1] == []
    assert [(file.name, file.media_type, len(file.data)) for file in found] == files


def test_dotnet_sample_gives_the_text_it_carries(document):
    (file,) = contents(document("dotnet_dialect_new"))[0]
    assert file.data == "xin chào".encode()
    assert file.description == "File dinh kem 1"


@pytest.mark.parametrize("one", ["1", "cid:1", "cid:cid:1", "CID:1", " cid: 1 "])
@pytest.mark.parametrize("other", ["1", "cid:1", "cid:cid:1"])
def test_cid_on_either_side_joins(one, other):
    found, findings = contents(_document(_pair(reference_id=one, attachment_id=other)))
    assert findings == []
    assert [file.data for file in found] == [PDF]
    assert plain_content_id(one) == "1"


def test_sides_without_content_ids_join_by_name():
    found, findings = contents(_document(_pair(reference_id="", attachment_id="")))
    assert findings == []
    assert len(found) == 1


def test_files_come_in_the_order_of_the_manifest():
    one, two = _pair("1.pdf"), _pair("2.pdf", reference_id="2", attachment_id="2")
    mixed = Document(references=(one[0], two[0]), attachments=(two[1], one[1]))
    assert [file.name for file in contents(mixed)[0]] == ["1.pdf", "2.pdf"]


def test_listed_file_that_is_not_there_is_missing():
    document = _document(_pair("there.pdf"), (Reference(content_id="9", name="gone.pdf"), None))
    (finding,) = pair_up(document)[1]
    assert finding.reason.code == "C-ATTACHMENT-MISSING"
    assert finding.facts["name"] == "gone.pdf"
    assert finding.place.endswith("/Reference[2]")


def test_file_that_is_not_listed_is_named():
    document = _document(_pair("there.pdf"), (None, Attachment(content_id="9", name="extra.exe")))
    (finding,) = pair_up(document)[1]
    assert finding.reason.code == "C-ATTACHMENT-UNLISTED"
    assert finding.facts["name"] == "extra.exe"
    assert finding.place == "/edXML/AttachmentEncoded/Attachment[2]"


def test_two_files_of_one_content_id_need_two_references():
    pair = _pair()
    document = Document(references=(pair[0],), attachments=(pair[1], pair[1]))
    assert _codes(pair_up(document)[1]) == ["C-ATTACHMENT-UNLISTED"]


@pytest.mark.parametrize(
    "other",
    ["ĐÍNH KÈM.pdf", "đính kèm.pdf", "đính kèm.PDF", "đi\u0301nh kèm.pdf", "đính kèm．ｐｄｆ"],
)
def test_names_that_a_disk_takes_for_one_are_refused(other):
    document = _document(_pair("đính kèm.pdf"), _pair(other, reference_id="2", attachment_id="2"))
    assert _codes(pair_up(document)[1]) == ["C-DUPLICATE-NAME"]


@pytest.mark.parametrize("text", ["QQ", "Q*Q=", "đ", "QQ==QQ=="])
def test_text_that_is_not_base64_is_refused_and_other_files_are_given(text):
    broken = (Reference(content_id="2", name="b"), Attachment(content_id="2", encoded=text))
    document = _document(_pair(), broken)
    found, findings = contents(document)
    assert _codes(findings) == ["C-BAD-BASE64"]
    assert [file.data for file in found] == [PDF]


@pytest.mark.parametrize(
    ("name", "entry"),
    [("a.pdf", "0f1e.pdf"), ("a.pdf", "folder/0f1e.pdf"), ("a", "0f1e"), ("a.zip", "0f1e.zip")],
)
def test_archive_of_one_entry_is_a_wrapping(name, entry):
    inner = _zip(("x", b"1"), ("y", b"2")) if name.endswith("zip") else PDF
    (file,), findings = contents(_document(_pair(name, _zip((entry, inner)))))
    assert findings == []
    assert file.data == inner
    assert file.name == name


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.zip", _zip(("report.pdf", PDF))),
        ("a.zip", _zip(("1.pdf", PDF), ("2.pdf", PDF))),
        ("a.pdf", _zip(("1.pdf", PDF), ("2.pdf", PDF))),
        ("a.zip", _zip()),
        ("many.zip", _zip(*((f"{n:050}", b"") for n in range(100)))),
    ],
)
def test_archive_that_was_attached_as_such_stays_packed(name, data):
    (file,), findings = contents(_document(_pair(name, data)))
    assert findings == []
    assert file.data == data


def test_office_file_is_not_taken_for_a_wrapping():
    data = _zip(("[Content_Types].xml", b"<Types/>"), ("word/document.xml", b"<w/>"))
    (file,), _ = contents(_document(_pair("a.docx", data)))
    assert file.data == data
    assert file.media_type.endswith("wordprocessingml.document")


@pytest.mark.parametrize(
    "spoil",
    [
        lambda data: data[:-10],
        lambda data: data[:40] + b"\xff" * 20 + data[60:],
        lambda data: b"PK\x03\x04",
        lambda data: b"PK\x03\x04" + data[40:],
    ],
)
def test_broken_archive_is_refused_by_name(spoil):
    data = spoil(_zip(("0f1e.pdf", PDF * 20)))
    found, findings = contents(_document(_pair("a.pdf", data)))
    assert found == ()
    assert _codes(findings) == ["C-BAD-ARCHIVE"]
    assert findings[0].facts["name"] == "a.pdf"


def test_file_that_only_calls_itself_an_archive_is_given_as_it_is():
    document = _document(_pair("a.bin", b"no archive", content_type="application/zip"))
    (file,), findings = contents(document)
    assert findings == []
    assert (file.data, file.media_type) == (b"no archive", "application/octet-stream")


def test_every_truncation_and_flipped_byte_of_an_archive_gives_no_exception():
    data = _zip(("0f1e.pdf", PDF))
    for position in range(len(data)):
        flipped = data[:position] + bytes([data[position] ^ 0xFF]) + data[position + 1 :]
        for spoiled in (data[:position], flipped):
            _, findings = contents(_document(_pair("a.pdf", spoiled)))
            assert set(_codes(findings)) <= {"C-BAD-ARCHIVE", "C-TOO-COMPLEX", "C-ENCRYPTED"}


def test_zip_bomb_is_unpacked_to_the_limit_and_no_further():
    bomb = _zip(("0f1e.pdf", bytes(20_000_000)))
    assert len(bomb) < 30_000
    found, findings = contents(_document(_pair("a.pdf", bomb)), max_bytes=1_000_000)
    assert found == ()
    assert _codes(findings) == ["C-TOO-COMPLEX"]


def test_limit_holds_for_all_files_together():
    bombs = [
        _pair(f"{n}.pdf", _zip(("x.pdf", bytes(400_000))), f"{n}", f"{n}") for n in range(1, 5)
    ]
    found, findings = contents(_document(*bombs), max_bytes=1_000_000)
    assert len(found) == 2
    assert _codes(findings) == ["C-TOO-COMPLEX"] * 2


def test_file_that_is_no_archive_counts_towards_the_limit_too():
    found, findings = contents(_document(_pair("a.pdf", PDF)), max_bytes=len(PDF) - 1)
    assert found == ()
    assert _codes(findings) == ["C-TOO-COMPLEX"]


def test_archive_of_the_zip64_kind_is_unwrapped():
    (file,), findings = contents(_document(_pair("a.pdf", zip64(("0f1e.pdf", PDF)))))
    assert findings == []
    assert file.data == PDF


def test_archive_with_a_forged_size_does_not_deceive_the_limit():
    bomb = bytearray(_zip(("0f1e.pdf", bytes(5_000_000))))
    directory = bomb.rindex(b"PK\x01\x02")
    bomb[directory + 24 : directory + 28] = (10).to_bytes(4, "little")
    found, findings = contents(_document(_pair("a.pdf", bytes(bomb))), max_bytes=1_000_000)
    assert found == ()
    assert _codes(findings) == ["C-BAD-ARCHIVE"]


@pytest.mark.parametrize(
    ("data", "name", "declared", "expected"),
    [
        (PDF, "a.doc", "application/msword", "application/pdf"),
        (b"\x89PNG\r\n\x1a\n", "a.pdf", "application/pdf", "image/png"),
        (b"\xff\xd8\xff\xe0", "a", "", "image/jpeg"),
        (b"\xd0\xcf\x11\xe0", "a.xls", "", "application/vnd.ms-excel"),
        (b"text", "a.txt", "text/plain", "text/plain"),
        (b"text", "a.txt", "TEXT/Plain", "text/plain"),
        (b"text", "a.txt", "text/html\r\nX: y", "application/octet-stream"),
        (b"text", "a.txt", "", "application/octet-stream"),
    ],
)
def test_type_is_decided_by_the_first_bytes_then_by_the_attachment(data, name, declared, expected):
    reference, attachment = _pair(name, data, content_type=declared)
    reference = replace(reference, content_type="")
    (file,), _ = contents(_document((reference, attachment)))
    assert file.media_type == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Phụ lục 1.docx", "Phụ lục 1.docx"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Windows\\a.pdf", "a.pdf"),
        ("a\x00\r\nb.pdf", "ab.pdf"),
        ("..", "attachment"),
        ("", "attachment"),
        ("x" * 300 + ".pdf", "x" * 196 + ".pdf"),
    ],
)
def test_file_name_is_safe_on_a_disk(name, expected):
    assert AttachmentContent(name, "application/pdf", b"").file_name == expected


@pytest.mark.parametrize("wrapped", [True, False])
def test_attached_file_is_found_again(wrapped):
    pair = attach(File("Báo cáo.pdf", PDF, "Báo cáo"), wrapped=wrapped, new_content_id=lambda: "7")
    (file,), findings = contents(_document(pair))
    assert findings == []
    assert file == AttachmentContent("Báo cáo.pdf", "application/pdf", PDF, "Báo cáo")
