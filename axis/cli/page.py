"""How reports of checks are laid out; every text from outside is made printable."""

from collections.abc import Iterable

from rich.console import Console
from rich.text import Text

from axis.cli.output import printable
from axis.reasons import Severity
from axis.verdict import Finding, Outcome

MAX_FACT_CHARS = 300
"""How much of a subject or name is shown; hostile ones have no end."""

MIN_COLUMNS = 20
"""Narrower than any terminal; keeps texts readable where none says how wide it is."""

OUTCOMES = {
    Outcome.PASSED: ("✔", "green", "ĐẠT", "PASSED"),
    Outcome.FAILED: ("✘", "red", "KHÔNG ĐẠT", "FAILED"),
    Outcome.INDETERMINATE: ("?", "yellow", "CHƯA KẾT LUẬN", "INDETERMINATE"),
}
"""Mark, colour and words of each outcome."""

_SEVERITIES = {
    Severity.REFUSE: ("✘", "red"),
    Severity.HOLD: ("?", "yellow"),
    Severity.WARN: ("!", "cyan"),
}


def print_header(page: Console, name: str, outcome: Outcome) -> None:
    """Print what became of a file."""
    mark, colour, vi, en = OUTCOMES[outcome]
    header = Text(f"{mark} {vi} · {en}", style=f"bold {colour}")
    print_indented(page, header.append(f"  {printable(name)}", style="default"), 0)


def print_fact(page: Console, name: str, value: str) -> None:
    """Print a named fact; nothing for an empty one."""
    if value:
        text = Text()
        text.append(f"{name}: ", style="dim")
        text.append(printable(cut(value)))
        print_indented(page, text, 2)


def print_findings(page: Console, findings: Iterable[Finding]) -> None:
    """Print findings with their places, in their order."""
    for finding in findings:
        place = finding.place
        if finding.line is not None:
            place = f"{place}  (dòng · line {finding.line})"
        vi, en = finding.text_vi(), finding.text_en()
        print_reason(page, finding.severity, finding.reason.code, place, vi, en)


def print_reason(
    page: Console, severity: Severity, code: str, place: str, vi: str, en: str
) -> None:
    """Print one reason: its code, its place, its texts."""
    mark, colour = _SEVERITIES[severity]
    head = Text(f"{mark} {code}", style=f"bold {colour}")
    if place.strip():
        head.append(f"  {printable(place.strip())}", style="dim")
    print_indented(page, head, 2)
    print_indented(page, Text(printable(vi)), 4)
    print_indented(page, Text(printable(en), style="dim"), 4)


def print_line(page: Console, text: str, style: str) -> None:
    """Print a line at the margin."""
    print_indented(page, Text(printable(text), style=style), 0)


def print_indented(page: Console, text: Text, columns: int) -> None:
    """Print a text with all its lines indented, and nothing behind them."""
    width = max(page.width - columns, MIN_COLUMNS)
    for line in text.wrap(page, width, overflow="fold"):
        line.rstrip()
        page.print(Text(" " * columns) + line, highlight=False, soft_wrap=True)


def cut(text: str) -> str:
    """Return a text, a very long one cut off."""
    return text if len(text) <= MAX_FACT_CHARS else f"{text[:MAX_FACT_CHARS]}…"
