"""How statuses that came to an endpoint are printed."""

from collections.abc import Sequence
from typing import Any

from axis.cli.output import print_table, say
from axis.cli.receipt_view import status_text
from axis.client.statuses import CheckedStatus


def print_statuses(statuses: Sequence[CheckedStatus]) -> None:
    """Print a list of statuses; of one whose signature fails, only what the axis said of it."""
    print_table(
        (
            "Đến lúc · Came",
            "Trạng thái · Status",
            "Nơi báo · From",
            "Gửi cho · To",
            "Mã văn bản · DocumentId",
            "Nội dung · Description",
            "Chữ ký · Signature",
        ),
        [_row(one) for one in statuses],
    )
    for finding in {
        finding.reason: finding
        for one in statuses
        if not one.verdict.passed
        for finding in one.verdict.findings
    }.values():
        say(f"{finding.reason.code}: {finding.text_vi()}", finding.text_en())


def status_json(one: CheckedStatus) -> dict[str, Any]:
    """Return a status for machines; what it says is null where its signature fails."""
    status = one.status
    return {
        "message_id": one.record.message_id,
        "received_at": one.record.received_at,
        "axis_id": one.record.document,
        "status": status.code.value if status else None,
        "sender": status.sender if status else None,
        "addressee": status.addressee if status else None,
        "document_id": status.document_id if status else None,
        "code": str(status.response_for.code) if status else None,
        "description": status.description if status else None,
        "reported_at": status.timestamp if status else None,
        "signature": one.verdict.to_json(),
    }


def _row(one: CheckedStatus) -> tuple[object, ...]:
    status = one.status
    if status is None:
        return (one.record.received_at, "", "", "", one.record.document, "", _signature(one))
    return (
        one.record.received_at,
        status_text(status.code.value),
        status.sender,
        status.addressee,
        status.document_id,
        status.description,
        _signature(one),
    )


def _signature(one: CheckedStatus) -> str:
    if one.verdict.passed:
        return "hợp lệ · valid"
    codes = ", ".join(finding.reason.code for finding in one.verdict.findings)
    return f"KHÔNG HỢP LỆ · FAILS: {codes}"
