"""What is printed: Vietnamese first, nothing that could drive a terminal."""

import contextlib
import io
import json
from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest

from axis.cli import main as command
from axis.cli.output import print_facts, print_json, print_table, say, shown, size
from axis.edxml.values import Code, ResponseFor
from axis.errors import InvalidInputError
from tests.support.command import axis_command


def printed(work: Callable[[], None]) -> str:
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        work()
    return out.getvalue()


def test_moment_is_shown_on_the_clock_of_viet_nam() -> None:
    assert shown(datetime(2026, 3, 1, 20, 30, tzinfo=UTC)) == "02/03/2026 03:30:00"
    assert shown(date(2026, 3, 2)) == "02/03/2026"


def test_values_of_a_message_are_objects_in_json() -> None:
    about = ResponseFor(organ_id="G22", code=Code("1", "VPCP"))
    found = json.loads(printed(lambda: print_json([about])))
    assert (found[0]["organ_id"], found[0]["code"]["notation"]) == ("G22", "VPCP")


@pytest.mark.parametrize(
    ("value", "text"), [(None, ""), (0, "0"), (("a", "b"), "a, b"), ("\x1b[31mđỏ", "�[31mđỏ")]
)
def test_value_is_shown_without_what_drives_a_terminal(value: object, text: str) -> None:
    assert shown(value) == text


def test_size_is_shown_in_the_unit_that_fits() -> None:
    assert [size(1023), size(2048), size(5 * 1024 * 1024)] == ["1023 byte", "2.0 KB", "5.0 MB"]


def test_markup_of_a_document_stays_text() -> None:
    text = "[bold]đậm[/bold] [link=file:///etc/passwd]x[/link]"
    assert text in printed(lambda: print_table(("Cột",), [(text,)]))
    assert text in printed(lambda: print_facts([("Tên", text)]))
    assert text in printed(lambda: say(text, "en"))


def test_table_on_a_narrow_terminal_tells_rows_one_below_the_other(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    columns = ("Mã · Id", "Loại · Kind", "Tình trạng · State", "Hàng đợi · Queue", "Lý do · Why")
    rows = [("m-1", "biên nhận", "chưa xử lý", "answers.g22", None), ("m-2", *"abcd")]
    monkeypatch.setenv("COLUMNS", "60")
    lines = [
        line.split("  ")[0] for line in printed(lambda: print_table(columns, rows)).split("\n")
    ]
    assert lines == [*columns[:4], "", *columns, "", ""]
    monkeypatch.setenv("COLUMNS", "100")
    assert "m-1" in printed(lambda: print_table(columns, rows)).splitlines()[3]


def test_table_without_rows_says_so() -> None:
    assert printed(lambda: print_table(("Mã · Id",), [])).startswith("Không có gì để liệt kê. · ")


def test_empty_fact_is_left_out() -> None:
    assert "Trống" not in printed(lambda: print_facts([("Trống", None), ("Có", 1)]))


def test_error_of_hostile_text_is_printed_harmless(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(**_: object) -> None:
        raise InvalidInputError("dòng một \x1b]0;x\x07\ndòng hai / line two")

    monkeypatch.setattr(command, "app", fail)
    ended = axis_command()
    assert ended.code == 1
    assert ended.err == "dòng một �]0;x�\ndòng hai / line two\n"


def test_error_of_the_system_is_printed_without_a_traceback(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail(**_: object) -> None:
        raise OSError(28, "No space left on device", "/full")

    monkeypatch.setattr(command, "app", fail)
    ended = axis_command()
    assert ended.code == 1
    assert "No space left on device: '/full'" in ended.err
