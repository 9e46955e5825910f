"""A document's trip as a clerk reads it: what it is, who has it, what happened when."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from rich.markup import escape
from rich.padding import Padding

from axis.cli.output import console, print_facts, print_title, say, shown, size
from axis.cli.running import database, run
from axis.cli.trace_receivers import print_receivers
from axis.edxml.codes import Priority
from axis.errors import InvalidInputError
from axis.exchange.views.document import DocumentView, TimelineEntry
from axis.exchange.views.links import LinkedDocument
from axis.exchange.views.reasons import explanation
from axis.exchange.views.receivers import ReceiverGroup, addressees, receiver_groups
from axis.exchange.views.scope import Scope
from axis.exchange.views.submissions import HeldFilter, HeldLine
from axis.exchange.views.timeline import TimelineGroup, grouped, remark, wording
from axis.registry.problems import quoted
from axis.store.reading import PostgresReader
from axis.web.texts import TEXTS

MAX_NAMED_RECEIVERS = 5
"""Receivers that one line of the timeline names; a broadcast has hundreds."""

MAX_REASON = 400
"""Characters of why another document acts on this one, unless all are asked for."""

MAX_ENTRIES = 100
"""Newest entries of a timeline, unless all are asked for: some screens."""


def traced(wanted: str) -> tuple[Sequence[DocumentView], Sequence[HeldLine]]:
    """Return the documents that an id, DocumentId or number names, and what is held of them.

    Raises InvalidInputError when there is neither.
    """
    views, held = run(_find(wanted))
    if not views and not held:
        raise InvalidInputError(
            f"Trục không có văn bản nào mang mã {quoted(wanted)}."
            f" / The axis has no document {quoted(wanted)}."
        )
    return views, held


def print_trace(view: DocumentView, *, everything: bool = False) -> None:
    """Print one document with its receivers and its timeline, oldest first.

    Without `everything`, what would fill screens is counted instead.
    """
    line, page = view.line, console()
    groups = receiver_groups(view)
    print_title(f"{line.number}/{line.notation}  {line.subject}")
    print_facts(
        [
            ("Nơi gửi · Sender", f"{line.sender} {line.sender_name}"),
            ("Loại · Type", line.type_name),
            ("Nghiệp vụ · Kind", f"{line.kind.name_vi} · {line.kind.label}"),
            ("Độ khẩn · Priority", _priority(line.priority)),
            ("Ngày ban hành · Issued", line.promulgated),
            ("Hạn xử lý · Due", view.due),
            ("Mã văn bản · DocumentId", line.document_id),
            ("Mã trên trục · Axis id", line.id),
            ("Ký số · Signed by", view.certificate_subject),
            ("Dung lượng · Size", size(view.size)),
            ("SHA-256", view.sha256),
            *(("Lưu ý · Warning", _both(finding)) for finding in view.warnings),
        ]
    )
    for other in (*view.targets, *view.acted_on_by):
        page.print(_linked(other, groups), highlight=False, soft_wrap=True)
        if not other.relation.forward:
            why = explanation(other.reason, other.kind)
            _print_reason(why if everything or len(why) <= MAX_REASON else f"{why[:MAX_REASON]}…")
    _print_reason(explanation(view.reason, line.kind))
    print_receivers(groups, everything=everything)
    page.print("\n[bold]Diễn biến · Timeline[/]")
    timeline = grouped(view.timeline)
    told = timeline if everything else timeline[-MAX_ENTRIES:]
    if len(told) < len(timeline):
        left = len(timeline) - len(told)
        say(f"… {left} mục trước đó; xem hết: thêm --all", f"{left} earlier; --all shows them")
    for group in told:
        for text in _lines(group, groups, everything=everything):
            page.print(text, highlight=False, soft_wrap=True)


def _print_reason(reason: str) -> None:
    if reason:
        line = Padding(f"Lý do · Reason: {escape(shown(reason))}", (0, 0, 0, 4))
        console().print(line, highlight=False)


def _priority(priority: Priority) -> str:
    return " · ".join(TEXTS[f"priority.{priority.value}"]) if priority.urgent else ""


def _both(finding: Mapping[str, object]) -> str:
    return f"{finding.get('text_vi', '')} · {finding.get('text_en', '')}"


def _linked(other: LinkedDocument, groups: Sequence[ReceiverGroup]) -> str:
    relation = f"{other.relation.name_vi} · {other.relation.name_en}"
    told = ", ".join(addressees(other.receivers, groups))
    whom = f" (cho · for {told})" if told else ""
    known = {one.receiver for group in groups for one in group.deliveries}
    gone = [code for code in other.dropped if code in known]
    if gone:
        whom += f" (bỏ nơi nhận · drops {', '.join(gone)})"
    named = f"{other.number}/{other.notation} {other.subject} [{other.id}]{whom}"
    return f"{'→' if other.relation.forward else '←'} [bold]{relation}[/] {escape(shown(named))}"


def _lines(group: TimelineGroup, groups: Sequence[ReceiverGroup], *, everything: bool) -> list[str]:
    entry = group.first
    what = " · ".join(wording(entry))
    if entry.status is not None:
        what = f"{entry.status.value} {what}"
    title = f"{shown(entry.at)}  [bold]{escape(what)}[/]"
    if len(group.entries) == 1:
        return [title, *_one(entry, groups)]
    count = len(group.receivers)
    title += f"  {count} nơi nhận · receivers, → {shown(group.last.at)}"
    if not everything:
        return [title, f"    {_to(group.receivers, groups)}"]
    one_by_one = [f"    [dim]{shown(one.at)}[/]{_one(one, groups)[0]}" for one in group.entries]
    return [title, *one_by_one]


def _one(entry: TimelineEntry, groups: Sequence[ReceiverGroup]) -> list[str]:
    who = f"{entry.agency} {entry.agency_name or ''}".strip() if entry.agency else "Trục · Axis"
    others = () if entry.receivers == (entry.agency,) else entry.receivers
    lines = [f"    {escape(shown(who))}{' → ' if others else ''}{_to(others, groups)}"]
    if remark(entry):
        lines.append(f"    «{escape(shown(remark(entry)))}»")
    if entry.receipt is not None:
        lines.append(f"    [dim]Biên nhận · Receipt {entry.receipt}[/]")
    lines += [
        f"    [dim]Biên nhận của nơi nhận · Receiver's receipt {copy}[/]"
        for copy in entry.copies[:MAX_NAMED_RECEIVERS]
    ]
    return lines


def _to(receivers: Sequence[str], groups: Sequence[ReceiverGroup]) -> str:
    told = addressees(receivers, groups)
    rest = len(told) - MAX_NAMED_RECEIVERS
    names = ", ".join(told[:MAX_NAMED_RECEIVERS])
    return escape(shown(names + (f" +{rest}" if rest > 0 else "")))


async def _find(wanted: str) -> tuple[Sequence[DocumentView], Sequence[HeldLine]]:
    everything = Scope(everything=True)
    async with database() as pool:
        reader = PostgresReader(pool)
        try:
            ids: Sequence[UUID] = [UUID(wanted)]
            named = HeldFilter(id=ids[0])
        except ValueError:
            ids = await reader.find(everything, wanted)
            named = HeldFilter(document_id=wanted)
        found = [await reader.document(everything, one) for one in ids]
        held = await reader.held(everything, named)
    return [view for view in found if view is not None], held
