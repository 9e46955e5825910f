"""The receivers of a document as `axis document trace` tells them: a group in one line."""

from collections.abc import Collection, Iterable

from rich.markup import escape
from rich.padding import Padding

from axis.cli.output import console, say, shown
from axis.cli.receipt_view import state_text
from axis.exchange.deliveries.next_step import NextStep, Owner
from axis.exchange.views.document import DeliveryLine
from axis.exchange.views.receivers import STUCK, ReceiverGroup, reached_before
from axis.exchange.views.rollup import RollUp
from axis.web.texts import TEXTS

MAX_LINES = 12
"""Receivers that are told one by one before the others are only counted, unless all are asked for;
of a group only those that need somebody."""


def print_receivers(groups: Iterable[ReceiverGroup], *, everything: bool) -> None:
    """Print all receivers of a document, those that need somebody first."""
    console().print("\n[bold]Nơi nhận · Receivers[/]")
    for group in groups:
        lines = list(group.deliveries)
        if group.rollup is not None:
            _print_rollup(group.name, group.rollup)
            if not everything:
                lines = [one for one in lines if one.late or one.state in STUCK]
        told = lines if everything else lines[:MAX_LINES]
        for one in told:
            _print_line(one, () if group.rollup is None else (group.rollup.group,))
        left = len(group.deliveries) - len(told)
        if left and told:
            say(
                f"  … và {left} nơi nhận khác; xem hết: thêm --all",
                f"{left} more; --all shows them",
            )
        elif left:
            say("  Xem từng nơi nhận: thêm --all", "--all shows each")


def _print_rollup(name: str, rollup: RollUp) -> None:
    late = f", [red]{rollup.late} trễ[/]" if rollup.late else ""
    late_en = f", {rollup.late} late" if rollup.late else ""
    page = console()
    page.print(
        f"  [bold]{escape(shown(name))}[/] ({escape(shown(rollup.group))}): "
        f"{rollup.taken}/{rollup.total} đã lấy{late} · {rollup.taken} taken{late_en}",
        highlight=False,
        soft_wrap=True,
    )
    stages = [f"{TEXTS[f'stage.{one}'][0]} {count}" for one, count in rollup.stages.items()]
    page.print(f"    [dim]{escape(', '.join(stages))}[/]", highlight=False, soft_wrap=True)


def _print_line(one: DeliveryLine, known: Collection[str]) -> None:
    others = [code for code in one.named if code != one.receiver and code not in known]
    named = f" ({', '.join(others)})" if others else ""
    step = one.step
    page = console()
    page.print(
        f"  {escape(shown(one.receiver + named))} {escape(shown(one.receiver_name))}",
        highlight=False,
        soft_wrap=True,
    )
    state = f"[bold]{state_text(one.state.value)}[/]"
    lines = [f"{state}  [dim]từ · since {shown(one.changed_at)}[/]"]
    before = reached_before(one)
    if before is not None:
        lines.append(f"trước đó · before that: {state_text(before.value)}")
    lines += [f"[red]{' · '.join(TEXTS[f'late.{kind}'])}[/]" for kind in one.late]
    if step.owner is not Owner.NOBODY:
        by = f" (hạn · by {shown(one.deadline)})" if one.deadline and not one.late else ""
        vi, en = (f"{owner}: {what}" for owner, what in _both(step))
        lines.append(f"→ {vi} · {en}{by}")
    elif one.superseded:
        later = one.later
        named = "" if later is None else f" {later.number}/{later.notation} [{later.id}]"
        lines.append(f"→ {step.vi} · {step.en}{escape(shown(named))}")
    for line in lines:
        page.print(Padding(line, (0, 0, 0, 4)), highlight=False)


def _both(step: NextStep) -> tuple[tuple[str, str], tuple[str, str]]:
    return (step.owner.name_vi, step.vi), (step.owner.name_en, step.en)
