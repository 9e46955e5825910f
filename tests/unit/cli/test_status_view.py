"""Statuses that came, as people and machines read them."""

from datetime import UTC, datetime

import pytest

from axis.cli.status_view import print_statuses, status_json
from axis.client.journal import AnswerRecord
from axis.client.statuses import CheckedStatus
from axis.edxml.codes import StatusCode
from axis.edxml.values import Organization, ResponseFor, Status
from axis.reasons import Reason
from axis.verdict import Finding, Verdict

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
RECORD = AnswerRecord(
    message_id="s-1",
    type="status",
    correlation_id=None,
    document="0198-id",
    body=b"<edXML/>",
    received_at=NOW,
)
SOUND = CheckedStatus(
    record=RECORD,
    verdict=Verdict(),
    certificate=None,
    status=Status(
        from_=Organization(organ_id="G22"),
        response_for=ResponseFor(organ_id="H37.02", document_id="H37.02,2026/03/02,1/SNV"),
        code=StatusCode.REFUSED,
        description="Gửi nhầm \x1b[31m",
    ),
)
ALTERED = CheckedStatus(
    record=RECORD, verdict=Verdict((Finding(Reason.ALTERED),)), certificate=None, status=None
)


def test_status_is_shown_with_its_name_and_nothing_that_drives_a_terminal(
    capsys: pytest.CaptureFixture[str],
) -> None:
    print_statuses([SOUND])
    shown = capsys.readouterr().out
    for text in ("02/03/2026 08:00:00", "02 từ chối", "G22", "1/SNV", "Gửi nhầm", "hợp lệ · valid"):
        assert text in shown, text
    assert "\x1b[31m" not in shown
    facts = status_json(SOUND)
    assert (facts["status"], facts["sender"], facts["addressee"]) == ("02", "G22", "H37.02")
    assert facts["signature"]["outcome"] == "PASSED"


def test_status_whose_signature_fails_is_marked_with_the_reason_and_says_nothing(
    capsys: pytest.CaptureFixture[str],
) -> None:
    print_statuses([ALTERED])
    shown = capsys.readouterr().out
    assert "KHÔNG HỢP LỆ · FAILS" in shown
    assert Reason.ALTERED.code in shown
    facts = status_json(ALTERED)
    assert (facts["axis_id"], facts["status"], facts["sender"]) == ("0198-id", None, None)
    assert facts["signature"]["outcome"] == "FAILED"
