"""ZIP archives: wrappings, archives attached as such, and hostile ones."""

import io
import random
import struct
import time
import tracemalloc
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from axis.content.inspection import inspect
from axis.content.policy import ContentPolicy
from axis.edxml.archives import MAX_RATIO, RATIO_COUNTS_FROM
from axis.edxml.build import File
from axis.edxml.limits import MAX_ARCHIVE_ENTRIES, MAX_FINDINGS
from axis.local.pdf import make_pdf
from tests.support import office_files as made
from tests.unit.content.conftest import letter

PDF = make_pdf(["Văn bản thử nghiệm"])
MIB = 1 << 20


def names(findings):
    return [(finding.reason.code, finding.facts["name"]) for finding in findings]


def test_every_file_of_an_archive_is_judged_and_named_with_the_archive(look):
    data = made.make_zip(
        ("1.pdf", PDF), ("thư mục/", b""), ("thư mục/2.exe", made.EXE), ("3.docx", made.docm())
    )
    inspection = look("hồ sơ.zip", data)
    assert names(inspection.findings) == [
        ("C-TYPE-NOT-ALLOWED", "hồ sơ.zip/thư mục/2.exe"),
        ("C-MACRO", "hồ sơ.zip/3.docx"),
    ]
    assert [(file.name, file.size) for file in inspection.files][:2] == [
        ("hồ sơ.zip", len(data)),
        ("hồ sơ.zip/1.pdf", len(PDF)),
    ]


def test_marking_inside_an_archive_is_found(said):
    data = made.make_zip(("1.txt", "TỐI MẬT\n".encode()), ("kế hoạch_MẬT.txt", b"x"))
    assert [found[0] for found in said("a.zip", data)] == ["C-SECRET", "C-SECRET"]


def test_archives_in_an_archive_are_opened_to_the_second_level_and_no_further(look):
    second = made.make_zip(("x.exe", made.EXE), ("y.txt", b"y"))
    assert names(look("a.zip", made.make_zip(("b.zip", second), ("c", b"c"))).findings) == [
        ("C-TYPE-NOT-ALLOWED", "a.zip/b.zip/x.exe")
    ]
    third = made.make_zip(("b.zip", made.make_zip(("c.zip", second), ("c", b"c"))), ("d", b"d"))
    (finding,) = look("a.zip", third).findings
    assert finding.reason.code == "C-TOO-COMPLEX"
    assert finding.facts["name"] == "a.zip/b.zip/c.zip"
    assert (finding.facts["count"], finding.facts["limit"]) == (3, 2)


def test_wrapping_does_not_count_as_a_level(look):
    second = made.make_zip(("x.txt", b"x"), ("y.txt", b"y"))
    data = made.make_zip(("b.zip", second), ("c", b"c"))
    assert look("a.zip", data, wrapped=True).findings == ()


@pytest.mark.parametrize(
    "entry",
    [
        *("../x.txt", "a/../../x.txt", "/etc/x.txt", "C:\\x.txt", "..\\x.txt", "a\x01.txt"),
        *("cv\u202efdp.txt", "NUL", "a/con.txt", "x.txt "),
    ],
)
@pytest.mark.parametrize("alone", [True, False])
def test_name_that_leads_out_of_an_archive_or_deceives_is_refused(said, entry, alone):
    entries = [(entry, b"x")] if alone else [(entry, b"x"), ("y.txt", b"y")]
    for name in ("a.zip", "a.txt"):
        codes = {found[0] for found in said(name, made.make_zip(*entries))}
        assert "C-BAD-NAME" in codes


def test_names_that_meet_on_a_disk_are_refused(look):
    data = made.make_zip(("a/Đơn.txt", b"1"), ("a/đơn.TXT", b"2"), ("b/đơn.txt", b"3"))
    (finding,) = look("a.zip", data).findings
    assert (finding.reason.code, finding.facts["detail"]) == ("C-BAD-NAME", "trùng · double")


def test_control_signs_of_an_entry_never_reach_a_finding_or_a_fact(look):
    inspection = look("a.zip", made.make_zip(("a\x01\x1b.exe", made.EXE), ("b", b"b")))
    shown = [str(fact) for finding in inspection.findings for fact in finding.facts.values()]
    shown += [file.name for file in inspection.files]
    assert all(text.isprintable() for text in shown)


@pytest.mark.parametrize(
    ("name", "data", "code"),
    [
        ("a.pdf", made.encrypted_zip("x.pdf", PDF), "C-ENCRYPTED"),
        ("a.zip", made.encrypted_zip("x.pdf", PDF), "C-ENCRYPTED"),
        ("a.zip", made.symlink_zip("x", "/etc/passwd"), "C-BAD-ARCHIVE"),
        ("a.pdf", made.forged_size_zip("x.pdf", PDF, 10), "C-BAD-ARCHIVE"),
        ("a.pdf", made.forged_size_zip("x.pdf", PDF, len(PDF) + 1), "C-BAD-ARCHIVE"),
        ("a.pdf", made.forged_size_zip("x.pdf", PDF, 0xFFFFFFFE), "C-TOO-COMPLEX"),
        ("a.zip", made.overlap_zip(50, 1_000), "C-BAD-ARCHIVE"),
        ("a.zip", made.overlap_zip(5_000, 1_000_000), "C-TOO-COMPLEX"),
        ("a.zip", made.zip64(("a", b"1"), ("b", b"2"), directory_bytes=1 << 50), "C-TOO-COMPLEX"),
        ("a.zip", made.zip64(("a", b"1"), ("b", b"2"), directory_bytes=1 << 20), "C-BAD-ARCHIVE"),
        ("a.txt", made.zip64(("a", b"1"), directory_at=2**64 - 1), "C-BAD-ARCHIVE"),
        ("a.zip", made.make_zip(("a", b"1"), ("b", b"2"))[:-30], "C-BAD-ARCHIVE"),
        ("a.docx", made.make_zip(("a", b"1"), ("b", b"2"))[:-30], "C-BAD-OFFICE"),
        ("a.pdf", b"PK\x03\x04", "C-BAD-ARCHIVE"),
    ],
)
def test_hostile_archive_is_refused(said, name, data, code):
    assert [found[:2] for found in said(name, data)] == [(code, "refuse")]


def test_wrong_checksum_is_refused(said):
    data = bytearray(made.make_zip(("x.txt", b"xin" * 100)))
    data[data.rindex(b"PK\x01\x02") + 16] ^= 1
    assert [found[0] for found in said("a.txt", bytes(data))] == ["C-BAD-ARCHIVE"]


def test_method_that_needs_unknown_memory_is_refused(said):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_LZMA) as archive:
        archive.writestr("x.txt", b"x" * 1_000)
    assert said("a.txt", stream.getvalue()) == [("C-BAD-ARCHIVE", "refuse", "method 14")]


def test_sound_archive_of_the_zip64_kind_is_opened(said):
    assert said("a.zip", made.zip64(("1.pdf", PDF), ("2.txt", b"x"))) == []


def test_empty_archive_is_a_warning(said):
    assert [found[:2] for found in said("a.zip", made.make_zip())] == [("C-EMPTY-FILE", "warn")]


def test_bomb_is_refused_by_its_ratio_before_it_is_unpacked(look):
    bomb = made.make_zip(("x.txt", b" " * (RATIO_COUNTS_FROM + MIB)))
    (finding,) = look("a.txt", bomb).findings
    assert finding.reason.code == "C-TOO-COMPLEX"
    assert finding.facts["limit"] == MAX_RATIO
    assert finding.facts["count"] > 900


def test_small_file_that_shrinks_a_thousandfold_is_no_bomb(said):
    assert said("a.txt", made.make_zip(("x.txt", b" " * (4 * MIB)))) == []


def test_too_many_entries_are_refused_before_any_is_opened(look):
    data = made.make_zip(*((f"{n}.txt", b"x") for n in range(MAX_ARCHIVE_ENTRIES + 1)))
    (finding,) = look("a.zip", data).findings
    assert finding.reason.code == "C-TOO-COMPLEX"
    assert finding.facts["count"] == MAX_ARCHIVE_ENTRIES + 1


def test_entries_of_all_archives_are_counted_together():
    data = made.make_zip(*((f"{n}.txt", b"x") for n in range(MAX_ARCHIVE_ENTRIES // 2)))
    files = [File(f"{n}.zip", data) for n in range(3)]
    assert names(inspect(letter(*files), ContentPolicy()).findings) == [("C-TOO-COMPLEX", "2.zip")]


def test_budget_holds_for_all_files_together_nested_ones_included(look):
    noise = random.Random(1).randbytes(300_000).hex().encode()
    data = made.make_zip(("b.zip", made.make_zip(("1.txt", noise), ("2.txt", noise))), ("c", b"c"))
    assert look("a.zip", data).findings == ()
    (finding,) = look("a.zip", data, ContentPolicy(max_unpacked_bytes=1_500_000)).findings
    assert (finding.reason.code, finding.facts["limit"]) == ("C-TOO-COMPLEX", 1_500_000)
    assert finding.facts["name"] == "a.zip/b.zip/2.txt"


def test_archive_attached_as_such_counts_by_what_it_holds(look):
    noise = random.Random(1).randbytes(99).hex().encode()
    data = made.make_zip(("1.txt", noise), ("2.txt", noise))
    assert look("a.zip", data, ContentPolicy(max_unpacked_bytes=396)).findings == ()
    assert len(look("a.zip", data, ContentPolicy(max_unpacked_bytes=395)).findings) == 1


@pytest.mark.parametrize(
    ("claimed", "reason"), [(16 * MIB, "C-TOO-COMPLEX"), (1_000, "C-BAD-ARCHIVE")]
)
def test_no_more_than_the_budget_is_ever_in_memory(look, claimed, reason):
    noise = random.Random(1).randbytes(MIB // 16)
    bomb = made.forged_size_zip("x.txt", noise + b"xin chao " * (16 * MIB // 9), claimed)
    tracemalloc.start()
    inspection = look("a.txt", bomb, ContentPolicy(max_unpacked_bytes=2 * MIB))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert [finding.reason.code for finding in inspection.findings] == [reason]
    assert inspection.findings[0].facts.get("limit", 2 * MIB) == 2 * MIB
    assert peak < 2 * MIB


def test_directory_of_tens_of_thousands_of_entries_is_refused_before_it_is_read(look):
    entry = struct.pack("<4s6H3L5H2L", b"PK\x01\x02", *[0] * 9, 1, *[0] * 6) + b"x"
    data = b"PK\x03\x04" + entry * 60_000
    end = struct.pack("<4sHHHHLLH", b"PK\x05\x06", 0, 0, 60_000, 60_000, len(data) - 4, 4, 0)
    (finding,) = look("a.zip", data + end).findings
    assert finding.reason.code == "C-TOO-COMPLEX"


def test_two_hundred_archives_of_archives_are_judged_in_seconds():
    inner = made.make_zip(*((f"{n}.txt", b"xin " * 50_000) for n in range(50)))
    outer = made.make_zip(*((f"{n}.zip", inner) for n in range(20)))
    document = letter(*(File(f"{n}.zip", outer) for n in range(200)))
    start = time.perf_counter()
    inspection = inspect(document, ContentPolicy())
    assert time.perf_counter() - start < 10
    assert len(inspection.findings) == MAX_FINDINGS
    assert {finding.reason.code for finding in inspection.findings} == {"C-TOO-COMPLEX"}


NESTED = made.make_zip(
    ("b.zip", made.make_zip(("1.pdf", PDF), ("2.docx", made.docx("x")))), ("c.txt", b"c")
)


@settings(max_examples=300)
@given(st.lists(st.tuples(st.integers(0, len(NESTED) - 1), st.integers(0, 255)), max_size=8))
def test_any_spoiled_archive_is_judged(changes):
    spoiled = bytearray(NESTED)
    for position, byte in changes:
        spoiled[position] = byte
    for name in ("a.zip", "a.pdf"):
        inspect(letter(File(name, bytes(spoiled))), ContentPolicy())


@settings(max_examples=100)
@given(st.lists(st.tuples(st.text(max_size=12), st.binary(max_size=40)), max_size=4))
def test_archive_of_any_names_and_bytes_is_judged(entries):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, data in {name: data for name, data in entries if name.isprintable()}.items():
            archive.writestr(name or "x", data)
    inspect(letter(File("a.zip", stream.getvalue())), ContentPolicy())
