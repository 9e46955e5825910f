"""Differences as they are written down: whole in files, the first of them on the screen."""

import csv
from pathlib import Path

import pytest

from axis.cli import reconcile_view
from axis.cli.reconcile_view import Report
from axis.errors import ConfigurationError
from axis.exchange.comparison.differences import Difference, Found


def found(document_id: str = "D-1", line: int | None = 2) -> Found:
    return Found(
        difference=Difference.SENT_UNKNOWN,
        line=line,
        message_id="m-1",
        document_id=document_id,
        document=None,
        agency=None,
        register="",
        axis="",
    )


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", "\tx"])
def test_text_that_a_spreadsheet_would_calculate_is_written_as_text(
    tmp_path: Path, text: str
) -> None:
    with Report(tmp_path / "kq.csv", json=True) as report:
        report.add(found(text))
    with (tmp_path / "kq.csv").open(encoding="utf-8-sig", newline="") as table:
        (row,) = csv.DictReader(table)
    assert row["document_id"] == f"'{text}"
    assert row["do_vi"] == Difference.SENT_UNKNOWN.words.do_vi
    assert (tmp_path / "kq.csv").stat().st_mode & 0o777 == 0o600


def test_screen_shows_the_first_and_counts_the_rest(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(reconcile_view, "MAX_SHOWN", 2)
    with Report(None, json=False) as report:
        for number in range(5):
            report.add(found(f"D-{number}"))
    out, err = capsys.readouterr()
    assert report.count == 5
    assert ("D-1" in out, "D-2" in out) == (True, False)
    assert "3" in err


def test_nothing_is_said_to_be_equal_when_the_comparison_broke_off(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(KeyError), Report(None, json=False):
        raise KeyError
    assert capsys.readouterr().out == ""


def test_file_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="missing"):
        Report(tmp_path / "missing" / "kq.csv", json=False).__enter__()
