"""Shows a performance as a table that a clerk can read."""

from collections.abc import Iterable, Mapping
from textwrap import indent

from rich.console import Console
from rich.table import Table

from axis.evidence.events import Event
from axis.local.demo.stage import Played
from axis.registry.agency import Level
from axis.registry.directory import Directory

_LEVELS = {
    Level.CENTRAL: "trung ương · central",
    Level.PROVINCE: "tỉnh · province",
    Level.DISTRICT: "huyện · district",
    Level.COMMUNE: "xã · commune",
}

_SHOWN = (
    Event.SUBMISSION_ACCEPTANCE,
    Event.SUBMISSION_REJECTION,
    Event.CONTENT_CONSIGNMENT,
    Event.CONTENT_HANDOVER,
    Event.CONSIGNMENT_ACCEPTANCE,
    Event.CONSIGNMENT_REJECTION,
    Event.DESTRUCTION_CONFIRMED,
)

_WIDE = 120
"""Columns of a terminal from which every fact has a column of its own; below, two share them."""

_TITLE = "Văn bản, nơi nhận, biên nhận · Documents, receivers, receipts"


def show(played: Iterable[Played], directory: Directory, console: Console) -> None:
    """Print documents, receivers, receipts and statuses."""
    table = Table(title=_TITLE, show_lines=True)
    wide = console.width >= _WIDE
    columns: Mapping[str, int] = _IN_SIX if wide else _IN_TWO
    for name, ratio in columns.items():
        table.add_column(name, ratio=ratio, overflow="fold")
    for one in played:
        cells = (
            f"[b]{one.document.code}[/]\n[dim]{_kind(one)}[/]\n{one.document.subject}",
            _agency(one.act.sender, directory, "\n" if wide else " "),
            "\n".join(_receiver(code, one, directory) for code in one.act.receivers),
            _result(one),
            "\n".join(
                f"{event.code} {event.text_vi} ×{one.concerned(event)}"
                for event in _SHOWN
                if one.concerned(event)
            ),
            "\n".join(
                f"{code.value} {code.name_vi} ×{count}"
                for code, count in sorted(one.statuses.items())
            ),
        )
        table.add_row(*(cells if wide else _in_two(*cells)))
    console.print(table)


_IN_SIX = {
    "Văn bản · Document": 3,
    "Từ · From": 2,
    "Đến · To": 3,
    "Kết quả · Result": 2,
    "Biên nhận có chữ ký · Signed receipts": 4,
    "Trạng thái · Statuses": 2,
}
"""Columns and their shares of a wide terminal."""

_IN_TWO = {"Văn bản · Document": 1, "Kết quả, biên nhận, trạng thái · What came of it": 1}


def _in_two(
    document: str, sender: str, receivers: str, result: str, receipts: str, statuses: str
) -> tuple[str, str]:
    told = "\n".join(filter(None, (result, receipts, statuses)))
    return f"{document}\nTừ · From {sender}\nĐến · To\n{indent(receivers, '  ')}", told


def _kind(played: Played) -> str:
    document = played.document
    urgency = f" · {document.priority.name_vi}" if document.priority.urgent else ""
    return document.kind.name_vi + urgency


def _agency(code: str, directory: Directory, mark: str) -> str:
    agency = directory.find(code)
    return f"{code}{mark}[dim]{_LEVELS[agency.level]}[/]" if agency else code


def _receiver(code: str, played: Played, directory: Directory) -> str:
    group = directory.group(code)
    if group is not None:
        return f"{group.name} [dim]({code})[/] → {len(played.receivers)}"
    agency = directory.find(code)
    if agency is None:
        return f"{code} [red]không có trong danh bạ · unknown[/]"
    found = next(
        (line for line in played.receivers if code in (line.named, line.agency.code)), None
    )
    level = _LEVELS[agency.level].partition(" · ")[0]
    if found is not None and found.agency.code != agency.code:
        return f"{code} [dim]({level})[/] → {found.agency.code}"
    if code != agency.code:
        return f"{code} [dim]= {agency.code}[/]"
    return f"{code} [dim]({level})[/]"


def _result(played: Played) -> str:
    if not played.complete:
        return "[red]thiếu · missing:[/]\n" + "\n".join(played.missing)
    if played.act.refused_for:
        return "[red]từ chối · refused[/]\n" + "\n".join(sorted(played.refused_for))
    return "[green]đã chuyển · delivered[/]"
