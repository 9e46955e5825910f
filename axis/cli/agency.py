"""`axis agency`: the registry's agencies (cơ quan)."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from axis.cli.cert_rollover import warn_of_bare
from axis.cli.files import read_file
from axis.cli.output import AsJson, print_facts, print_json, print_table, say
from axis.cli.running import actor, administration, run
from axis.clock import system_clock
from axis.errors import InvalidInputError
from axis.registry.administration import CertificateLine
from axis.registry.agency import Agency, Level, legal_day
from axis.registry.csvfile import read_agencies
from axis.registry.directory import Directory
from axis.registry.problems import quoted
from axis.registry.table import MAX_CSV_BYTES
from axis.verdict import Finding
from axis.web.texts import TEXTS

app = typer.Typer(
    name="agency", no_args_is_help=True, help="Danh bạ cơ quan · The registry's agencies."
)


@app.command(name="import")
def import_file(
    file: Annotated[
        Path,
        typer.Argument(
            metavar="FILE.csv",
            help="Cột · Columns: code, name, level, parent, aliases (;), endpoint, valid_from, "
            "valid_to, successor.",
        ),
    ],
) -> None:
    """Nhập hoặc sửa cơ quan, tất cả hoặc không · Add or change agencies, all or none."""
    agencies = read_agencies(read_file(file, MAX_CSV_BYTES))
    warn_of_bare(run(_put(agencies)), {agency.code for agency in agencies})
    say(f"Đã nhập {len(agencies)} cơ quan.", f"{len(agencies)} agencies imported.")


@app.command(name="list")
def list_agencies(
    search: Annotated[str, typer.Option(help="Chữ trong mã hoặc tên · Text in code or name.")] = "",
    level: Annotated[Level | None, typer.Option(help="Cấp · Level.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="Nhiều nhất · At most.")] = 1000,
    json: AsJson = False,
) -> None:
    """Liệt kê cơ quan · List agencies."""
    directory = run(_directory())
    text = search.casefold()
    found = [
        agency
        for agency in directory
        if (level is None or agency.level is level)
        and any(text in part.casefold() for part in (*agency.codes, agency.name))
    ]
    if json:
        print_json([asdict(agency) for agency in found[:limit]])
        return
    print_table(
        ("Mã · Code", "Tên · Name", "Cấp · Level", "Hệ thống · Endpoint", "Đến · Until"),
        [
            (agency.code, agency.name, level_text(agency.level), agency.endpoint, agency.valid_to)
            for agency in found[:limit]
        ],
    )
    if len(found) > limit:
        rest = len(found) - limit
        say(f"… và {rest} cơ quan khác (--limit).", f"… and {rest} more (--limit).")


@app.command()
def show(
    code: Annotated[str, typer.Argument(help="Mã hiện hành hoặc mã cũ · Current or old code.")],
    json: AsJson = False,
) -> None:
    """Xem một cơ quan: nơi nhận, hệ thống, kế thừa · Show an agency and where it is served."""
    directory = run(_directory())
    agency = agency_of(directory, code)
    route = _route(directory, code)
    if json:
        print_json({**asdict(agency), "route": route})
        return
    print_facts(
        [
            ("Mã · Code", agency.code),
            ("Tên · Name", agency.name),
            ("Cấp · Level", level_text(agency.level)),
            ("Cấp trên · Parent", _named(directory, agency.parent)),
            ("Mã khác · Aliases", agency.aliases),
            ("Hệ thống riêng · Own endpoint", agency.endpoint),
            ("Từ · From", agency.valid_from),
            ("Đến · Until", agency.valid_to),
            ("Kế thừa · Successor", _named(directory, agency.successor)),
            ("Hôm nay chuyển đến · Routed today to", route),
        ]
    )


def level_text(level: Level) -> str:
    """Return a level in both languages."""
    return " · ".join(TEXTS[f"level.{level.value}"])


def agency_of(directory: Directory, code: str) -> Agency:
    """Return the agency of a code, current or old; raises InvalidInputError."""
    agency = directory.find(code)
    if agency is None:
        raise InvalidInputError(
            f"Cơ quan {quoted(code)} không có trong danh bạ; hãy tìm mã: axis agency list --search"
            f" / Agency {quoted(code)} is not in the registry; look its code up: axis agency list"
            " --search"
        )
    return agency


async def _put(agencies: list[Agency]) -> list[CertificateLine]:
    async with administration() as registry:
        await registry.put_agencies(agencies, actor())
        return await registry.certificates()


async def _directory() -> Directory:
    async with administration() as registry:
        return await registry.directory()


def _route(directory: Directory, code: str) -> str:
    found = directory.resolve(code, legal_day(system_clock()))
    if isinstance(found, Finding):
        return f"{found.text_vi()} / {found.text_en()}"
    return f"{found.agency.code} @ {found.endpoint}"


def _named(directory: Directory, code: str | None) -> str | None:
    agency = directory.find(code) if code else None
    return code if agency is None else f"{code} {agency.name}"
