"""`axis group`: groups of agencies (nhóm cơ quan) that one code stands for."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from axis.cli.agency import level_text
from axis.cli.files import read_file
from axis.cli.output import AsJson, print_facts, print_json, print_table, say
from axis.cli.running import actor, administration, run
from axis.clock import system_clock
from axis.errors import InvalidInputError
from axis.registry.agency import Level, legal_day
from axis.registry.csvfile import read_groups
from axis.registry.directory import Directory
from axis.registry.groups import Group
from axis.registry.problems import quoted
from axis.registry.table import MAX_CSV_BYTES

app = typer.Typer(
    name="group",
    no_args_is_help=True,
    help="Nhóm cơ quan nhận chung một mã · Groups of agencies under one code.",
)

Code = Annotated[
    str, typer.Argument(metavar="CODE", help="Mã nhóm, ví dụ NHOM.TINH · Code of the group.")
]


@app.command()
def add(
    code: Code,
    name: Annotated[str, typer.Option(help="Tên nhóm · Name of the group.")],
    level: Annotated[
        Level | None,
        typer.Option(help="Quy tắc: các cơ quan đứng đầu cấp này · Rule: the heads of a level."),
    ] = None,
    below: Annotated[
        str | None, typer.Option(help="… thuộc cơ quan này · … below this agency.")
    ] = None,
    member: Annotated[
        list[str] | None, typer.Option(help="Mã một thành viên · Code of a member; repeatable.")
    ] = None,
) -> None:
    """Thêm hoặc sửa một nhóm · Add a group, or change it."""
    _put([Group(code, name, level, below, tuple(member or ()))])
    say(f"Đã ghi nhóm {quoted(code)}.", f"Group {quoted(code)} is kept.")


@app.command(name="import")
def import_file(
    file: Annotated[
        Path,
        typer.Argument(
            metavar="FILE.csv", help="Cột · Columns: code, name, level, below, members (;)."
        ),
    ],
) -> None:
    """Thêm hoặc sửa nhiều nhóm, tất cả hoặc không · Add or change groups, all or none."""
    groups = read_groups(read_file(file, MAX_CSV_BYTES))
    _put(groups)
    say(f"Đã nhập {len(groups)} nhóm.", f"{len(groups)} groups imported.")


@app.command(name="list")
def list_groups(json: AsJson = False) -> None:
    """Liệt kê nhóm · List groups."""
    directory = run(_directory())
    groups = list(directory.groups)
    if json:
        print_json([asdict(group) for group in groups])
        return
    today = legal_day(system_clock())
    print_table(
        ("Mã · Code", "Tên · Name", "Quy tắc · Rule", "Nêu tên · Named", "Hôm nay · Today"),
        [
            (
                group.code,
                group.name,
                _rule(group),
                len(group.members) or None,
                len(directory.members(group, today).reached),
            )
            for group in groups
        ],
    )


@app.command()
def show(code: Code, json: AsJson = False) -> None:
    """Xem thành viên hôm nay của một nhóm · Show today's members of a group."""
    directory = run(_directory())
    group = directory.group(code)
    if group is None:
        raise InvalidInputError(
            f"Không có nhóm {quoted(code)}. / There is no group {quoted(code)}."
        )
    members = directory.members(group, legal_day(system_clock()))
    reached = [(one.agency.code, one.agency.name, one.endpoint) for one in members.reached]
    if json:
        lines = [{"code": one, "name": name, "endpoint": at} for one, name, at in reached]
        print_json({**asdict(group), "reached": lines, "unreached": members.unreached})
        return
    print_facts(
        [
            ("Mã · Code", group.code),
            ("Tên · Name", group.name),
            ("Quy tắc · Rule", _rule(group)),
            ("Thêm · Members named", group.members),
            ("Nhận được · Reached today", str(len(reached))),
            ("Chưa kết nối · Not connected", members.unreached),
        ]
    )
    print_table(("Mã · Code", "Tên · Name", "Hệ thống · Endpoint"), reached)


@app.command()
def remove(code: Code) -> None:
    """Bỏ một nhóm; văn bản đã gửi giữ nguyên · Take a group away; what was sent stays."""
    run(_remove(code))
    say(f"Đã bỏ nhóm {quoted(code)}.", f"Group {quoted(code)} is gone.")


def _put(groups: list[Group]) -> None:
    async def work() -> None:
        async with administration() as registry:
            await registry.put_groups(groups, actor())

    run(work())


async def _remove(code: str) -> None:
    async with administration() as registry:
        await registry.remove_group(code, actor())


async def _directory() -> Directory:
    async with administration() as registry:
        return await registry.directory()


def _rule(group: Group) -> str | None:
    if group.level is None:
        return None
    rule = level_text(group.level)
    return rule if group.below is None else f"{rule}, thuộc · below {group.below}"
