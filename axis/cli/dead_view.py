"""How dead letters are printed."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from axis.cli.output import print_facts, print_table, say, size
from axis.cli.receipt_view import state_text
from axis.exchange.dead_letters.desk import LetterLine, LetterView
from axis.reasons import reason_of_code
from axis.web.texts import TEXTS


def print_letters(lines: Sequence[LetterLine]) -> None:
    """Print a list of letters."""
    print_table(
        (
            "Lúc · At",
            "Mã · Id",
            "Loại · Kind",
            "Tình trạng · State",
            "Hàng đợi · Queue",
            "Tài khoản · Account",
            "Văn bản · Document",
            "Lý do · Reasons",
        ),
        [
            (
                one.at,
                one.id,
                _text("kind", one.kind),
                _text("state", one.state),
                one.queue,
                one.user_id,
                one.document_id,
                one.reasons,
            )
            for one in lines
        ],
    )


def letter_json(view: LetterView) -> dict[str, Any]:
    """Return a letter for machines: the fields of its line, and those beside them."""
    beside = asdict(view)
    return {**beside.pop("line"), **beside}


def print_letter(view: LetterView) -> None:
    """Print one letter with everything that is known of it."""
    line = view.line
    headers = view.properties.get("headers", {})
    print_facts(
        [
            ("Mã · Id", line.id),
            ("Loại · Kind", _text("kind", line.kind)),
            ("Tình trạng · State", _text("state", line.state)),
            ("Bởi · By", line.changed_by),
            ("Xử lý lúc · Dealt with at", line.changed_at),
            ("Ghi chú · Remark", line.remark),
            ("Lúc · At", line.at),
            ("Hàng đợi bỏ lúc · Given up at", view.died_at),
            ("Hàng đợi · Queue", line.queue),
            ("Khóa định tuyến · Routing key", line.routing_key),
            ("Tài khoản · Account", line.user_id),
            ("message_id", line.message_id),
            ("Văn bản · Document", line.document),
            ("Mã văn bản · DocumentId", line.document_id),
            ("Trích yếu · Subject", line.subject),
            ("Nơi gửi · Sender", line.sender),
            *(
                ("Nơi nhận · Receiver", f"{one.code} {one.name}: {state_text(one.state.value)}")
                for one in view.receivers
            ),
            *((name, value) for name, value in view.properties.items() if name != "headers"),
            *((f"[{name}]", value) for name, value in headers.items()),
            ("Dung lượng · Size", size(line.size)),
            ("SHA-256", line.sha256),
        ]
    )
    for code in line.reasons:
        say(*_explained(code))


def _explained(code: str) -> tuple[str, str]:
    """Return what a reason code means; RabbitMQ's own reasons stand for themselves."""
    reason = reason_of_code(code)
    if reason is None:
        return f"{code}: RabbitMQ đã thôi chuyển gói tin", "the broker gave the message up"
    return f"{code}: {reason.describe_vi({})}", reason.describe_en({})


def _text(what: str, value: str) -> str:
    return " · ".join(TEXTS[f"dead.{what}.{value}"])
