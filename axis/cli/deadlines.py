"""`axis deadlines`: which deliveries are late, what falls due next, and whose step it is."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Annotated, Final

import typer

from axis.cli.agency import agency_of
from axis.cli.output import AsJson, note, print_json, print_table
from axis.cli.receipt_view import state_text
from axis.cli.running import database, run
from axis.clock import system_clock
from axis.exchange.deliveries.deadlines import DeadlineKind
from axis.exchange.deliveries.next_step import Owner
from axis.exchange.views.lateness import DeadlineFilter, DeadlineLine
from axis.settings import Settings, load_settings
from axis.store.lateness import deadline_lines
from axis.store.registry import PostgresAdministration

MAX_LINES: Final = 1_000

CALENDAR_WARNING: Final = timedelta(days=60)
"""So long before the calendar's end people are told to bring a newer one."""

_STEPS: Final = {
    DeadlineKind.CONSIGNMENT: "vào hộp nhận · inbox",
    DeadlineKind.HANDOVER: "lấy văn bản · handover",
    DeadlineKind.ANSWER: "trả lời · answer",
    DeadlineKind.CONSENT: "trả lời đề nghị trả lại · 15/16",
    DeadlineKind.DESTRUCTION: "xác nhận hủy · destruction",
    DeadlineKind.DUE: "hạn xử lý · due date",
}

app = typer.Typer(
    name="deadlines", help="Văn bản trễ hạn và sắp đến hạn · What is late and what falls due."
)


@app.command(rich_help_panel="Cho người vận hành trục · For operators of the axis")
def deadlines(
    agency: Annotated[
        str | None,
        typer.Option(metavar="CODE", help="Nơi gửi hoặc nơi nhận · It sends or receives."),
    ] = None,
    owner: Annotated[Owner | None, typer.Option(help="Việc của ai · Whose step it is.")] = None,
    late: Annotated[
        bool, typer.Option("--late", help="Chỉ những gì trễ · Only late ones.")
    ] = False,
    limit: Annotated[int, typer.Option(min=1, max=MAX_LINES, help="Nhiều nhất · At most.")] = 50,
    json: AsJson = False,
) -> None:
    """Liệt kê: trễ trước, rồi sắp đến hạn · List them: late ones first, then what falls due."""
    settings = load_settings()
    wanted = DeadlineFilter(agency=agency, owner=owner, late=late, limit=limit)
    lines = run(_lines(settings, wanted))
    _warn(settings)
    if json:
        print_json(lines)
        return
    print_table(
        (
            "Trễ · Late with",
            "Hạn · Next by",
            "Mã văn bản · DocumentId",
            "Nơi gửi · From",
            "Nơi nhận · To",
            "Trạng thái · State",
            "Việc của · Owner",
            "Phải làm · Next step",
        ),
        [_row(line) for line in lines],
    )


def _row(line: DeadlineLine) -> tuple[object, ...]:
    step = line.step
    moments = [moment for moment in (line.deadline, line.due) if moment is not None]
    return (
        [_STEPS[kind] for kind in line.late],
        min(moments, default=None),
        line.document_id,
        line.sender,
        line.receiver,
        state_text(line.state.value),
        f"{step.owner.name_vi} · {step.owner.name_en}",
        f"{step.vi} · {step.en}",
    )


async def _lines(settings: Settings, wanted: DeadlineFilter) -> Sequence[DeadlineLine]:
    async with database(settings) as pool:
        if wanted.agency is not None:
            directory = await PostgresAdministration(pool, system_clock).directory()
            wanted = replace(wanted, agency=agency_of(directory, wanted.agency).code)
        return await deadline_lines(pool, wanted)


def _warn(settings: Settings) -> None:
    calendar = settings.deadlines.policy().calendar
    if not calendar.knows(system_clock() + CALENDAR_WARNING):
        note(
            f"Lịch làm việc chỉ biết ngày nghỉ đến {calendar.until:%d/%m/%Y}; sau đó mọi ngày trong"
            " tuần làm việc đều được tính. Hãy đặt deadlines.calendar.",
            f"The working calendar knows holidays until {calendar.until} only; every weekday counts"
            " after that. Set deadlines.calendar.",
        )
