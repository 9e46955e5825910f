"""`axis calendar`: the working days and hours by which deadlines are counted."""

from datetime import datetime, timedelta
from typing import Annotated

import typer

from axis.cli.output import AsJson, print_json, print_table, say
from axis.clock import VIETNAM, in_vietnam, system_clock
from axis.settings import load_settings
from axis.worktime.calendar import WorkCalendar

app = typer.Typer(
    name="calendar",
    no_args_is_help=True,
    help="Lịch làm việc · The working calendar.",
)


@app.command()
def show(
    year: Annotated[
        int | None, typer.Option(min=2000, max=2999, help="Chỉ một năm · One year only.")
    ] = None,
    json: AsJson = False,
) -> None:
    """Liệt kê ngày nghỉ và ngày làm bù · List days off and days worked in exchange."""
    calendar = _calendar()
    rows = sorted(
        [
            *(
                (one.day, "nghỉ · off", one.name, one.source, one.announced)
                for one in calendar.off.values()
            ),
            *(
                (one.day, "làm bù · worked", f"{one.instead_of:%d/%m/%Y}", one.source, True)
                for one in calendar.worked.values()
            ),
        ]
    )
    rows = [row for row in rows if year in (None, row[0].year)]
    if json:
        names = ("day", "kind", "name", "source", "announced")
        print_json([dict(zip(names, row, strict=True)) for row in rows])
        return
    print_table(
        (
            "Ngày · Day",
            "",
            "Vì · For",
            "Căn cứ · Source",
            "Đã thông báo · Announced",
        ),
        [(*row[:4], "✔" if row[4] else "chưa · not yet") for row in rows],
    )
    say(
        f"Ngày nghỉ được biết đến hết {calendar.until:%d/%m/%Y}.",
        f"Holidays are known until {calendar.until}.",
    )


@app.command(name="next")
def next_moment(
    hours: Annotated[
        float, typer.Option(min=0, max=2000, help="Số giờ làm việc · Working hours.")
    ] = 8.0,
    since: Annotated[
        datetime | None,
        typer.Option(
            "--from",
            formats=["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"],
            metavar="YYYY-MM-DDTHH:MM",
            help="Từ lúc, giờ Việt Nam; mặc định là bây giờ · From when, Việt Nam time; now.",
        ),
    ] = None,
) -> None:
    """Cho biết khi nào hết số giờ làm việc đó · Tell when so many working hours are over."""
    start = system_clock() if since is None else since.replace(tzinfo=VIETNAM)
    end = in_vietnam(_calendar().after(start, timedelta(hours=hours)))
    say(f"{end:%d/%m/%Y %H:%M}", f"{end:%Y-%m-%d %H:%M} (UTC+7)")


def _calendar() -> WorkCalendar:
    return load_settings().deadlines.policy().calendar
