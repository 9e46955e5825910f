"""`axis reconcile`: an endpoint's own register held against the axis's."""

from datetime import datetime, time, timedelta
from itertools import count
from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer

from axis.cli.days import day_option
from axis.cli.files import read_file
from axis.cli.journal_file import existing_journal
from axis.cli.output import AsJson
from axis.cli.reconcile_view import Report
from axis.cli.running import database, run
from axis.client.register import SentLine, TakenLine, sent_lines, taken_lines
from axis.clock import VIETNAM
from axis.errors import InvalidInputError
from axis.exchange.comparison.register import Register, Sent, Standing, Taken, read_sent, read_taken
from axis.registry.table import MAX_CSV_BYTES
from axis.store.reconciliation import Period, PostgresReconciliation

app = typer.Typer(name="reconcile", help="Đối chiếu sổ · Compare registers.")


@app.command(rich_help_panel="Cho người vận hành trục · For operators of the axis")
def reconcile(
    endpoint: Annotated[str, typer.Argument(metavar="ENDPOINT", help="Hệ thống · The endpoint.")],
    sent: Annotated[
        Path | None, typer.Option(help="Sổ văn bản đi, CSV · Register of what was sent.")
    ] = None,
    taken: Annotated[
        Path | None, typer.Option(help="Sổ văn bản đến, CSV · Register of what was received.")
    ] = None,
    journal: Annotated[
        Path | None,
        typer.Option(help="Nhật ký của axis.client, thay cho CSV · A client's journal instead."),
    ] = None,
    since: Annotated[datetime | None, day_option("--since", "Từ ngày · First day.")] = None,
    until: Annotated[datetime | None, day_option("--until", "Đến hết ngày · Last day.")] = None,
    csv: Annotated[
        Path | None, typer.Option("--csv", help="Ghi kết quả vào tệp CSV · Write a CSV file.")
    ] = None,
    json: AsJson = False,
) -> None:
    """Đối chiếu sổ của một hệ thống với trục · Hold an endpoint's register against the axis's.

    Mã thoát 0 khi khớp, 1 khi có khác biệt hoặc lỗi; --json in mỗi khác biệt một dòng. · Exit code
    0 when equal, 1 when anything differs or fails; --json prints one difference a line.

    Cột của sổ đi · columns of --sent: message_id (mã gói tin), document_id (mã văn bản), ít nhất
    một trong hai · one at least; kind (loại), sha256 (mã băm), receipt (mã biên nhận), state (tình
    trạng: valid, refused, recalled, replaced). Sổ đến · --taken: message_id, document (mã trên
    trục), document_id, sender (nơi gửi), receiver (nơi nhận), kind, sha256, status (trạng thái 01 …
    16), state. Cột khác được bỏ qua; phẩy hoặc chấm phẩy, UTF-8. · Other columns are passed over;
    comma or semicolon, UTF-8.

    Sổ xuất từ axis.client: axis document register. · What axis.client has: axis document register.
    """
    if (journal is None) == (sent is None and taken is None):
        raise typer.BadParameter(
            "Hãy cho --sent, --taken hoặc cả hai, hoặc chỉ --journal."
            " · Give --sent, --taken or both, or --journal alone."
        )
    register = run(_of_journal(journal)) if journal is not None else _of_files(sent, taken)
    with Report(csv, json=json) as report:
        run(_compare(endpoint, register, _period(since, until), report))
    if report.count:
        raise typer.Exit(1)


async def _compare(endpoint: str, register: Register, period: Period, report: Report) -> None:
    async with database() as pool:
        async for found in PostgresReconciliation(pool).differences(endpoint, register, period):
            report.add(found)


def _period(since: datetime | None, until: datetime | None) -> Period:
    """Return the period between two of Việt Nam's days, both included."""
    first = since and datetime.combine(since.date(), time(), VIETNAM)
    end = until and datetime.combine(until.date() + timedelta(days=1), time(), VIETNAM)
    if first and end and end <= first:
        raise InvalidInputError(
            "Ngày cuối (--until) trước ngày đầu (--since)."
            " / The last day (--until) is before the first (--since)."
        )
    return Period(first, end)


def _of_files(sent: Path | None, taken: Path | None) -> Register:
    return Register(
        sent=None if sent is None else read_sent(read_file(sent, MAX_CSV_BYTES)),
        taken=None if taken is None else read_taken(read_file(taken, MAX_CSV_BYTES)),
    )


async def _of_journal(file: Path) -> Register:
    lines = count(1)
    async with existing_journal(file) as journal:
        return Register(
            sent=[_sent(next(lines), one) async for one in sent_lines(journal)],
            taken=[_taken(next(lines), one) async for one in taken_lines(journal)],
            with_statuses=True,
        )


def _sent(line: int, one: SentLine) -> Sent:
    return Sent(
        line=line,
        message_id=one.message_id,
        document_id=one.document_id,
        sha256=one.sha256,
        receipt=one.receipt,
        standing=Standing.REFUSED if one.refused else None,
    )


def _taken(line: int, one: TakenLine) -> Taken:
    try:
        document = UUID(one.document or "")
    except ValueError:
        document = None
    return Taken(
        line=line,
        message_id=one.message_id,
        document=document,
        document_id=one.document_id,
        sha256=one.sha256,
    )
