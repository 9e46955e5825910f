"""The report of a check reads well on any terminal, and nothing in a document drives it."""

import io
from datetime import UTC, datetime

from rich.console import Console

from axis.cli.check_report import Unreadable, print_notes, print_report, print_summary
from axis.exchange.admission.known import Known
from axis.exchange.intake.preview import Grounds, Preview, preview
from axis.reasons import Reason
from axis.registry.agency import Level
from axis.registry.groups import Group
from axis.verdict import FileFacts, FileSignature, Finding, Outcome
from tests.support.changing import replace
from tests.support.exchange import NOW, case, directory, document, replacement, update

GROUNDS = Grounds(Known(directory(), stored_known=False))
SIGNATURE = FileSignature(
    signer="CN=Văn phòng Chính phủ",
    fingerprint="00",
    agency="G22",
    signed_at=datetime(2026, 3, 2, 1, 0, tzinfo=UTC),
    intact=True,
    whole=True,
)


def seen(*findings: Finding, to: str = "000.00.02.H37", subject: str = "V/v thử nghiệm") -> Preview:
    message = document("G22", [to], subject=subject)
    return preview(case(message, findings=findings).examination, GROUNDS, NOW)


def printed(result: Preview | Unreadable, width: int = 80, *, brief: bool = False) -> str:
    page = Console(file=io.StringIO(), width=width)
    print_report(page, "thư.edxml", result, brief=brief)
    return page.file.getvalue()  # type: ignore[attr-defined]


def test_report_names_verdict_parties_and_subject() -> None:
    text = printed(seen())
    for part in (
        "✔ ĐẠT · PASSED  thư.edxml",
        "G22 Văn phòng Chính phủ",
        "000.00.02.H37 → H37.02 Sở Nội vụ",
        "V/v thử nghiệm",
    ):
        assert part in text


def test_report_names_whom_an_update_adds_and_drops_and_for_whom_a_replacement_holds() -> None:
    groups = [Group("NHOM.TINH", "Các tỉnh", Level.PROVINCE)]
    grounds = Grounds(Known(directory(groups=groups), stored_known=False))
    first = document("G22", ["G09"], document_id="D-1")
    changed = update(first, ["G09"], adds=["NHOM.TINH"], drops=["000.00.02.H37", "G09"])
    text = printed(preview(case(changed).examination, grounds, NOW), 200)
    assert "Thêm nơi nhận · Adds: NHOM.TINH Các tỉnh" in text
    assert "Bỏ nơi nhận · Drops: 000.00.02.H37 → H37.02 Sở Nội vụ, G09 Bộ Nội vụ" in text
    instead = replacement(["H37"], (first, ["NHOM.TINH"]), document_id="D-2")
    text = printed(preview(case(instead).examination, grounds, NOW), 200)
    assert "Thay D-1 cho · Replaces it for: NHOM.TINH Các tỉnh" in text


def test_reason_is_told_with_code_place_line_and_both_languages() -> None:
    finding = Finding(Reason.DTD_PRESENT, "/edXML", 3)
    text = printed(seen(finding))
    for part in (
        "✘ KHÔNG ĐẠT · FAILED",
        "✘ F-DTD /edXML (dòng · line 3)",
        finding.text_vi(),
        finding.text_en(),
    ):
        assert part in " ".join(text.split())
    assert "? CHƯA KẾT LUẬN · INDETERMINATE" in printed(seen(Finding(Reason.SCANNER_AWAY)))


def test_report_fits_a_narrow_terminal_and_leaves_no_spaces_behind() -> None:
    place = "/edXML/edXMLEnvelope/edXMLHeader/MessageHeader/DocumentId" * 3
    subject = "Về việc tăng cường kiểm tra thể thức văn bản điện tử " * 5
    text = printed(seen(Finding(Reason.NOT_XML, place, 1), subject=subject), width=60)
    for line in text.splitlines():
        assert len(line) <= 60
        assert line == line.rstrip()


def test_control_characters_of_a_document_do_not_reach_the_terminal() -> None:
    hostile = "\x1b]0;x\x07\x1b[31m\u202e[bold]"
    finding = Finding(Reason.NOT_XML, hostile, facts={"detail": hostile})
    file = FileFacts(
        name=hostile,
        media_type="application/pdf",
        size=1,
        sha256="",
        signatures=(replace(SIGNATURE, signer=hostile, agency=None),),
    )
    result = seen(finding, to=hostile, subject=hostile)
    result = replace(result, verdict=replace(result.verdict, files=(file,)))
    text = printed(result)
    assert not {"\x1b", "\x07", "\u202e"} & set(text)
    assert "[bold]" in text


def test_files_are_listed_with_their_signatures() -> None:
    signatures = (
        SIGNATURE,
        replace(SIGNATURE, agency=None, signer="CN=Nguyễn Văn A", whole=False),
        replace(SIGNATURE, intact=False),
    )
    file = FileFacts(
        name="1.pdf", media_type="application/pdf", size=2048, sha256="", signatures=signatures
    )
    result = seen()
    text = printed(replace(result, verdict=replace(result.verdict, files=(file,))))
    for part in (
        "1.pdf  application/pdf  2.0 KB",
        "✔ nguyên vẹn · intact",
        "agency G22",
        "! có phần thêm sau khi ký",
        "CN=Nguyễn Văn A",
        "✘ không còn nguyên vẹn · broken",
        "02/03/2026 08:00:00",
    ):
        assert part in text


def test_endless_lists_are_cut() -> None:
    message = document("G22", [f"X{number}" for number in range(700)])
    found = preview(case(message).examination, GROUNDS, NOW)
    files = tuple(
        FileFacts(name=f"{n}.pdf", media_type="application/pdf", size=1, sha256="")
        for n in range(200)
    )
    text = printed(replace(found, verdict=replace(found.verdict, findings=(), files=files)))
    assert "… +680" in text
    assert "… +150" in text


def test_brief_report_of_what_passed_is_one_line() -> None:
    assert len(printed(seen(), brief=True).splitlines()) == 1


def test_file_that_cannot_be_read_says_why() -> None:
    text = printed(Unreadable("thư.edxml", "Permission denied"))
    assert "✘ KHÔNG ĐẠT" in text
    assert "Permission denied" in text


def test_summary_counts_and_notes_follow() -> None:
    page = Console(file=io.StringIO(), width=100)
    print_summary(page, {Outcome.PASSED: 2, Outcome.FAILED: 1, Outcome.INDETERMINATE: 0})
    print_notes(page, [("Chưa xét", "Not consulted")])
    text = page.file.getvalue()  # type: ignore[attr-defined]
    assert "3 tệp: 2 đạt, 1 không đạt · 3 files: 2 passed, 1 failed" in text
    assert "Chưa xét · Not consulted" in text
    print_summary(page, {Outcome.PASSED: 1, Outcome.FAILED: 0, Outcome.INDETERMINATE: 0})
    assert page.file.getvalue() == text  # type: ignore[attr-defined]


def test_report_can_be_made_into_a_picture() -> None:
    page = Console(record=True, file=io.StringIO(), width=80)
    print_report(page, "thư.edxml", seen())
    assert "PASSED" in page.export_svg(title="axis document check").replace("&#160;", " ")
