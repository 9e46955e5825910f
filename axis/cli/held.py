"""`axis held`: submissions that wait for a check that cannot be made now, or for the document that
they speak about.
"""

from collections.abc import Sequence
from typing import Annotated
from uuid import UUID

import typer

from axis.cli.held_view import print_held_line
from axis.cli.output import AsJson, print_json, print_table, say
from axis.cli.running import actor, clock_at, database, run
from axis.errors import InvalidInputError
from axis.exchange.views.scope import Scope
from axis.exchange.views.submissions import HeldFilter, HeldLine
from axis.store.holding import MAX_REFUSAL_CHARS, PostgresHolding
from axis.store.reading import PostgresReader

PAGE = 500
"""Submissions looked through at a time."""

app = typer.Typer(
    name="held",
    no_args_is_help=True,
    help="Gói tin đang chờ kiểm tra · Messages that wait for a check.",
)

HeldId = Annotated[UUID, typer.Argument(metavar="ID")]


@app.command(name="list")
def list_held(
    limit: Annotated[int, typer.Option(min=1, max=PAGE, help="Nhiều nhất · At most.")] = 50,
    json: AsJson = False,
) -> None:
    """Liệt kê, mới nhất trước · List them, newest first."""
    lines = run(_held(HeldFilter(limit=limit)))
    if json:
        print_json(lines)
        return
    print_table(
        (
            "Chờ từ · Since",
            "Mã · Id",
            "Nơi gửi · Sender",
            "Mã văn bản · DocumentId",
            "Chờ vì · Waits for",
            "Thử lại lúc · Next try",
        ),
        [
            (
                one.held_since,
                one.id,
                one.sender,
                one.document_id,
                (*one.reasons, *one.awaits),
                one.next_try_at,
            )
            for one in lines
        ],
    )


@app.command()
def show(submission: HeldId, json: AsJson = False) -> None:
    """Xem một gói tin đang chờ · Show one message that waits."""
    found = run(_held(HeldFilter(id=submission)))
    if not found:
        raise InvalidInputError(
            f"Không có gói tin nào mang mã «{submission}» đang chờ."
            f" / No message «{submission}» is waiting."
        )
    if json:
        print_json(found[0])
    else:
        print_held_line(found[0])


@app.command()
def refuse(
    submission: HeldId,
    reason: Annotated[
        str, typer.Option(help="Lý do, bên gửi đọc được · Why; its sender reads it.")
    ],
) -> None:
    """Từ chối, không chờ nữa · Refuse one instead of waiting on.

    Bộ định tuyến thực hiện ngay và gửi biên nhận từ chối. · A router carries it out at once and
    sends the rejection receipt.
    """
    text = " ".join(reason.split())
    if not 0 < len(text) <= MAX_REFUSAL_CHARS or not text.isprintable():
        raise InvalidInputError(
            f"Lý do phải có từ 1 đến {MAX_REFUSAL_CHARS} ký tự in được."
            f" / The reason must have 1 to {MAX_REFUSAL_CHARS} printable characters."
        )
    run(_refuse(submission, text))
    say(
        f"Gói tin {submission} sẽ bị từ chối ở lần thử ngay sau đây.",
        "It is refused at the next try, which is due now.",
    )


async def _held(wanted: HeldFilter) -> Sequence[HeldLine]:
    async with database() as pool:
        return await PostgresReader(pool).held(Scope(everything=True), wanted)


async def _refuse(submission: UUID, reason: str) -> None:
    async with database() as pool:
        await PostgresHolding(pool, await clock_at(pool)).refuse(submission, reason, actor())
