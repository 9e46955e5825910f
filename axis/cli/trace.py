"""A document's trip as a clerk reads it: what it is, who has it, what happened when."""

from collections.abc import Sequence
from uuid import UUID

from rich.markup import escape

from axis.cli.output import console, print_facts, print_table, print_title, shown, size
from axis.cli.receipt_view import state_text
from axis.cli.running import database, run
from axis.errors import InvalidInputError
from axis.exchange.views import DocumentView, HeldFilter, HeldLine, Scope, TimelineEntry
from axis.registry.problems import quoted
from axis.store.reading import PostgresReader

MAX_NAMED_RECEIVERS = 5
"""Receivers that one line of the timeline names; a broadcast has hundreds."""


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


def print_trace(view: DocumentView) -> None:
    """Print one document with its receivers and its timeline, oldest first."""
    line, page = view.line, console()
    print_title(f"{line.number}/{line.notation}  {line.subject}")
    print_facts(
        [
            ("Nơi gửi · Sender", f"{line.sender} {line.sender_name}"),
            ("Loại · Type", line.type_name),
            ("Nghiệp vụ · Kind", f"{line.kind.name_vi} · {line.kind.label}"),
            ("Độ khẩn · Priority", line.priority.name_vi if line.priority.urgent else ""),
            ("Ngày ban hành · Issued", line.promulgated),
            ("Hạn xử lý · Due", view.due),
            ("Mã văn bản · DocumentId", line.document_id),
            ("Mã trên trục · Axis id", line.id),
            ("Ký số · Signed by", view.certificate_subject),
            ("Dung lượng · Size", size(view.size)),
            ("SHA-256", view.sha256),
            ("Lưu ý · Warnings", [finding.get("text_vi", "") for finding in view.warnings]),
        ]
    )
    print_table(
        ("Nơi nhận · Receiver", "Tên · Name", "Trạng thái · State", "Từ lúc · Since"),
        [
            (
                _named(delivery.receiver, delivery.named),
                delivery.receiver_name,
                state_text(delivery.state.value),
                delivery.changed_at,
            )
            for delivery in view.deliveries
        ],
    )
    page.print("[bold]Diễn biến · Timeline[/]")
    for entry in view.timeline:
        for text in _lines(entry):
            page.print(text, highlight=False, soft_wrap=True)
    for linked, how in ((view.targets, "→"), (view.acted_on_by, "←")):
        for other in linked:
            page.print(
                escape(
                    f"{how} {other.kind.name_vi} · {other.kind.label}: {other.number}/"
                    f"{other.notation} {shown(other.subject)} ({other.id})"
                ),
                highlight=False,
                soft_wrap=True,
            )


def _lines(entry: TimelineEntry) -> list[str]:
    if entry.status is not None:
        what = f"{entry.status.value} {entry.status.name_vi} · {entry.status.name_en}"
    elif entry.event is not None:
        what = f"{entry.event.text_vi} · {entry.event.text_en}"
    else:
        what = ""
    who = f"{entry.agency} {entry.agency_name or ''}".strip() if entry.agency else "Trục · Axis"
    lines = [f"{shown(entry.at)}  [bold]{escape(what)}[/]", f"    {escape(who)}{_to(entry)}"]
    if entry.description:
        lines.append(f"    «{escape(shown(entry.description))}»")
    if entry.receipt is not None:
        lines.append(f"    [dim]Biên nhận · Receipt {entry.receipt}[/]")
    return lines


def _to(entry: TimelineEntry) -> str:
    if not entry.receivers or entry.receivers == (entry.agency,):
        return ""
    rest = len(entry.receivers) - MAX_NAMED_RECEIVERS
    names = ", ".join(entry.receivers[:MAX_NAMED_RECEIVERS])
    return escape(f" → {names}" + (f" +{rest}" if rest > 0 else ""))


def _named(receiver: str, named: tuple[str, ...]) -> str:
    return receiver if named == (receiver,) else f"{receiver} ({', '.join(named)})"


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
