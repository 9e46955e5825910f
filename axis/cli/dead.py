"""`axis dead`: messages that had nobody to answer to, or that an endpoint's queue gave up on."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer

from axis.cli.dead_view import letter_json, print_letter, print_letters
from axis.cli.files import write_private
from axis.cli.output import AsJson, print_json, say
from axis.cli.running import actor, clock_at, database, run
from axis.errors import InvalidInputError
from axis.exchange.dead_letters.desk import (
    MIN_REASON_CHARS,
    LetterFilter,
    LetterKind,
    LetterState,
    LetterView,
)
from axis.store.dead_letters import PostgresDeadLetters

PAGE = 500
"""Letters looked through at a time."""

app = typer.Typer(
    name="dead",
    no_args_is_help=True,
    help="Gói tin lạc: không trả lời được cho ai, hoặc không ai nhận nổi · Messages that nobody"
    " could be answered for, or that nobody could take.",
)

LetterId = Annotated[UUID, typer.Argument(metavar="ID")]


@app.command(name="list")
def list_letters(
    limit: Annotated[int, typer.Option(min=1, max=PAGE, help="Nhiều nhất · At most.")] = 50,
    state: Annotated[
        LetterState,
        typer.Option(case_sensitive=False, help="Tình trạng cần xem · The state to list."),
    ] = LetterState.OPEN,
    every: Annotated[
        bool, typer.Option("--all", help="Mọi tình trạng · Whatever the state.")
    ] = False,
    kind: Annotated[
        LetterKind | None,
        typer.Option(case_sensitive=False, help="Chỉ loại này · Of this kind only."),
    ] = None,
    json: AsJson = False,
) -> None:
    """Liệt kê gói tin chưa xử lý, mới nhất trước · List open ones, newest first."""
    wanted = LetterFilter(state=None if every else state, kind=kind, limit=limit)

    async def work() -> None:
        async with _desk() as desk:
            lines = await desk.lines(wanted)
        if json:
            print_json(lines)
        else:
            print_letters(lines)

    run(work())


@app.command()
def show(
    letter: LetterId,
    save: Annotated[
        Path | None, typer.Option(help="Ghi nội dung vào tệp · Write its bytes to a file.")
    ] = None,
    json: AsJson = False,
) -> None:
    """Xem một gói tin · Show one message."""
    view, body = run(_look(letter))
    if save is not None:
        write_private(save, body)
    if json:
        print_json(letter_json(view))
        return
    print_letter(view)
    if save is not None:
        say(f"Nội dung nằm trong «{save}».", f"Its bytes are in «{save}».")


@app.command()
def republish(letter: LetterId) -> None:
    """Gửi lại đúng gói tin đó · Send the very same message once more.

    Gói tin gửi đến trục được tiếp nhận lại dưới tên hệ thống đã gửi; bản gửi cho nơi nhận đi lại
    với message_id cũ. · What was sent to the axis is taken in again for the endpoint that sent it;
    a copy for a receiver goes out again under its own message_id.
    """

    async def work() -> LetterState:
        async with _desk() as desk:
            return await desk.republish(letter, actor())

    if run(work()) is LetterState.RESUBMITTING:
        say(
            "Bộ định tuyến sẽ tiếp nhận lại ngay; bên gửi nhận biên nhận.",
            "A router takes it in again at once; its sender gets the receipt.",
        )
    else:
        say("Gói tin đang được gửi lại.", "The message is on its way again.")


@app.command()
def discard(
    letter: LetterId,
    reason: Annotated[
        str,
        typer.Option(
            help=f"Lý do, ít nhất {MIN_REASON_CHARS} ký tự, được lưu · Why, at least"
            f" {MIN_REASON_CHARS} characters; it is kept."
        ),
    ],
) -> None:
    """Bỏ gói tin, có lý do · Leave it at that, with a reason. Its bytes are kept."""

    async def work() -> None:
        async with _desk() as desk:
            await desk.discard(letter, reason, actor())

    run(work())
    say("Đã bỏ gói tin; nội dung và lý do vẫn được lưu.", "Discarded; bytes and reason are kept.")


async def _look(letter: UUID) -> tuple[LetterView, bytes]:
    async with _desk() as desk:
        view, body = await desk.look(letter), await desk.body(letter)
    if view is None or body is None:
        raise InvalidInputError(
            f"Không có gói tin nào mang mã «{letter}». / There is no message «{letter}»."
        )
    return view, body


@asynccontextmanager
async def _desk() -> AsyncIterator[PostgresDeadLetters]:
    async with database() as pool:
        yield PostgresDeadLetters(pool, await clock_at(pool))
