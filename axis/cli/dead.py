"""`axis dead`: messages that had nobody to answer to, or that nothing could handle."""

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer

from axis.cli.files import write_private
from axis.cli.output import AsJson, print_facts, print_json, print_table, say, size
from axis.cli.running import database, run
from axis.errors import InvalidInputError
from axis.exchange.views import DeadLetterLine
from axis.reasons import reason_of_code
from axis.store.reading import PostgresReader

PAGE = 500
"""Letters looked through at a time."""

app = typer.Typer(
    name="dead",
    no_args_is_help=True,
    help="Gói tin không trả lời được cho ai · Messages that nobody could be answered for.",
)


@app.command(name="list")
def list_letters(
    limit: Annotated[int, typer.Option(min=1, max=PAGE, help="Nhiều nhất · At most.")] = 50,
    json: AsJson = False,
) -> None:
    """Liệt kê, mới nhất trước · List them, newest first."""
    letters = run(_letters(limit))
    if json:
        print_json([asdict(letter) for letter in letters])
        return
    print_table(
        (
            "Lúc · At",
            "Mã · Id",
            "Hàng đợi · Queue",
            "Tài khoản · Account",
            "Dung lượng · Size",
            "Lý do · Reasons",
        ),
        [(one.at, one.id, one.queue, one.user_id, size(one.size), one.reasons) for one in letters],
    )


@app.command()
def show(
    letter: Annotated[UUID, typer.Argument(metavar="ID")],
    save: Annotated[
        Path | None, typer.Option(help="Ghi nội dung vào tệp · Write its bytes to a file.")
    ] = None,
    json: AsJson = False,
) -> None:
    """Xem một gói tin · Show one message."""
    line, body = run(_letter(letter))
    if save is not None:
        write_private(save, body)
    if json:
        print_json(asdict(line))
        return
    print_facts(
        [
            ("Mã · Id", line.id),
            ("Lúc · At", line.at),
            ("Hàng đợi · Queue", line.queue),
            ("Khóa định tuyến · Routing key", line.routing_key),
            ("Tài khoản · Account", line.user_id),
            ("message_id", line.message_id),
            ("Dung lượng · Size", size(line.size)),
            ("SHA-256", line.sha256),
        ]
    )
    for code in line.reasons:
        say(*_explained(code))
    if save is not None:
        say(f"Nội dung nằm trong «{save}».", f"Its bytes are in «{save}».")


def _explained(code: str) -> tuple[str, str]:
    """Return what a reason code means; RabbitMQ's own reasons stand for themselves."""
    reason = reason_of_code(code)
    if reason is None:
        return f"{code}: RabbitMQ đã thôi chuyển gói tin", "the broker gave the message up"
    return f"{code}: {reason.describe_vi({})}", reason.describe_en({})


async def _letters(limit: int) -> Sequence[DeadLetterLine]:
    async with database() as pool:
        return await PostgresReader(pool).dead_letters(limit)


async def _letter(wanted: UUID) -> tuple[DeadLetterLine, bytes]:
    async with database() as pool:
        reader = PostgresReader(pool)
        body = await reader.dead_letter_body(wanted)
        # Ids sort by time, so the page before the next possible id begins with this letter.
        found = await reader.dead_letters(1, UUID(int=wanted.int + 1)) if body is not None else ()
    if body is None or not found or found[0].id != wanted:
        raise InvalidInputError(
            f"Không có gói tin nào mang mã «{wanted}». / There is no message «{wanted}»."
        )
    return found[0], body
