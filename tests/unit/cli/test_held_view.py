"""What people read about a submission that waits: for what, since when, until when."""

from datetime import timedelta

import pytest

from axis.cli.held_view import print_held_line
from axis.exchange.views.submissions import HeldLine
from axis.ids import new_id
from axis.reasons import Reason
from axis.verdict import Finding, Verdict
from tests.support.exchange import NOW

NAME = "G22,2026/03/02,7/X"


def line(*findings: Finding, awaits: tuple[str, ...] = ()) -> HeldLine:
    return HeldLine(
        id=new_id(),
        received_at=NOW,
        endpoint="g09",
        message_id="m-1",
        sender="G09",
        document_id=NAME,
        subject=None,
        reasons=tuple(one.reason.code for one in findings),
        awaits=awaits,
        receipt=new_id(),
        sha256="0" * 64,
        size=1_000,
        verdict=Verdict.of(findings).to_json(),
        held_since=NOW,
        next_try_at=NOW + timedelta(seconds=5),
        attempts=0,
        expires_at=NOW + timedelta(minutes=15),
        refusal=None,
    )


def test_early_status_names_the_document_that_it_waits_for(
    capsys: pytest.CaptureFixture[str],
) -> None:
    awaited = Finding(Reason.DOCUMENT_AWAITED, facts={"document_id": NAME})
    print_held_line(line(awaited, awaits=(NAME,)))
    out = capsys.readouterr().out
    assert "Đang chờ văn bản · Waiting for a document" in out
    assert any("Waits for" in row and NAME in row for row in out.splitlines())
    assert "A-DOCUMENT-AWAITED" in out


def test_document_that_waits_for_its_check_names_no_other(
    capsys: pytest.CaptureFixture[str],
) -> None:
    print_held_line(line(Finding(Reason.SCANNER_AWAY)))
    out = capsys.readouterr().out
    assert "Đang chờ kiểm tra · Waiting for a check" in out
    assert "Waits for" not in out
