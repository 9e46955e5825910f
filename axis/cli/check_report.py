"""The report of a check as people read it: Vietnamese first, English below."""

import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.text import Text

from axis.cli.output import console, print_json, printable, shown, size
from axis.edxml.values import Document, Message
from axis.exchange.preview import Preview, addressees
from axis.reasons import Severity
from axis.verdict import FileFacts, FileSignature, Finding, Outcome, Verdict

MAX_SUBJECT_CHARS = 300
"""How much of a subject is shown; hostile ones have no end."""

MAX_NAMED_RECEIVERS = 20
"""A broadcast has hundreds."""

MAX_SHOWN_FILES = 50
"""Files of one document that are listed."""

MIN_COLUMNS = 20
"""Narrower than any terminal; keeps texts readable where none says how wide it is."""

UNREADABLE = "FILE-UNREADABLE"
"""No code of the catalogue: it says something about this machine, nothing about a document."""

_OUTCOMES = {
    Outcome.PASSED: ("✔", "green", "ĐẠT", "PASSED"),
    Outcome.FAILED: ("✘", "red", "KHÔNG ĐẠT", "FAILED"),
    Outcome.INDETERMINATE: ("?", "yellow", "CHƯA KẾT LUẬN", "INDETERMINATE"),
}
_SEVERITIES = {
    Severity.REFUSE: ("✘", "red"),
    Severity.HOLD: ("?", "yellow"),
    Severity.WARN: ("!", "cyan"),
}


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A file whose bytes could not be had."""

    file: str
    detail: str

    def to_json(self) -> dict[str, Any]:
        """Return the shape that previews have."""
        reason = {
            "code": UNREADABLE,
            "severity": Severity.REFUSE.value,
            "place": "",
            "line": None,
            "facts": {"file": self.file, "detail": self.detail},
            "text_vi": self.text_vi(),
            "text_en": self.text_en(),
        }
        return {"verdict": Outcome.FAILED.value, "reasons": [reason]}

    def text_vi(self) -> str:
        """Return in Vietnamese what is wrong."""
        return f"Không đọc được tệp «{self.file}» ({self.detail})."

    def text_en(self) -> str:
        """Return in English what is wrong."""
        return f"File «{self.file}» cannot be read ({self.detail})."


Result = Preview | Unreadable


def outcome_of(result: Result) -> Outcome:
    """Return how the check of a file ended; one that cannot be read is not fit to be sent."""
    return Outcome.FAILED if isinstance(result, Unreadable) else result.verdict.outcome


def file_name(file: Path) -> str:
    """Return a file's name as text, whatever bytes it is made of."""
    return os.fsencode(file).decode("utf-8", errors="replace")


def print_report(page: Console, name: str, result: Result, *, brief: bool = False) -> None:
    """Print what the axis would say of one file; `brief` leaves out the facts of what passed."""
    _print_header(page, name, outcome_of(result))
    if isinstance(result, Unreadable):
        _print_reason(page, Severity.REFUSE, UNREADABLE, "", result.text_vi(), result.text_en())
    else:
        if not (brief and result.verdict.passed):
            _print_facts(page, result)
        _print_findings(page, result.verdict.findings)
        if not (brief and result.verdict.passed):
            _print_files(page, result.verdict.files)
    if not brief:
        page.print()


def print_refused(file: Path, verdict: Verdict, *, json: bool) -> None:
    """Print why a file was not sent."""
    name = file_name(file)
    if json:
        reasons = [finding.to_json() for finding in verdict.findings]
        print_json({"file": name, "verdict": verdict.outcome.value, "reasons": reasons})
        return
    page = console()
    _print_header(page, name, verdict.outcome)
    _print_findings(page, verdict.findings)
    _line(page, "Chưa gửi gì. · Nothing was sent.", "bold")


def print_summary(page: Console, counts: Mapping[Outcome, int]) -> None:
    """Print how many files ended how, where there were several."""
    total = sum(counts.values())
    if total < 2:
        return
    vi, en = [], []
    for outcome, (_, _, in_vietnamese, in_english) in _OUTCOMES.items():
        if counts[outcome]:
            vi.append(f"{counts[outcome]} {in_vietnamese.lower()}")
            en.append(f"{counts[outcome]} {in_english.lower()}")
    _line(page, f"{total} tệp: {', '.join(vi)} · {total} files: {', '.join(en)}", "bold")


def print_notes(page: Console, notes: Iterable[tuple[str, str]]) -> None:
    """Print what the check could not take into account."""
    for vi, en in notes:
        _line(page, f"{vi} · {en}", "dim")


def _print_header(page: Console, name: str, outcome: Outcome) -> None:
    mark, colour, vi, en = _OUTCOMES[outcome]
    header = Text(f"{mark} {vi} · {en}", style=f"bold {colour}")
    _indented(page, header.append(f"  {printable(name)}", style="default"), 0)


def _print_facts(page: Console, result: Preview) -> None:
    message = result.message
    if message is None:
        return
    sender = _named(message.sender, result.sender.name if result.sender else "")
    _fact(page, "Nơi gửi · From", sender)
    _fact(page, "Nơi nhận · To", ", ".join(_receivers(message, result)))
    if isinstance(message, Document):
        _fact(page, "Nghiệp vụ · Kind", f"{message.kind.name_vi} · {message.kind.label}")
        _fact(page, "Số · Number", str(message.code))
        _fact(page, "Trích yếu · Subject", message.subject)
    else:
        status = message.code
        _fact(page, "Trạng thái · Status", f"{status.value} {status.name_vi} · {status.name_en}")
    _fact(page, "DocumentId", message.document_id)
    _fact(page, "SHA-256", result.sha256)


def _receivers(message: Message, result: Preview) -> Iterator[str]:
    codes = addressees(message)
    for code in codes[:MAX_NAMED_RECEIVERS]:
        found = result.receivers.get(code)
        if found is None:
            yield code
        elif found.agency.code == code:
            yield _named(code, found.agency.name)
        else:
            yield f"{code} → {_named(found.agency.code, found.agency.name)}"
    if len(codes) > MAX_NAMED_RECEIVERS:
        yield f"… +{len(codes) - MAX_NAMED_RECEIVERS}"


def _named(code: str, name: str) -> str:
    return f"{code} {name}" if name else code


def _fact(page: Console, name: str, value: str) -> None:
    if value:
        text = Text(f"{name}: ", style="dim")
        text.append(printable(_cut(value)), style="default")
        _indented(page, text, 2)


def _print_findings(page: Console, findings: Iterable[Finding]) -> None:
    for finding in findings:
        place = finding.place
        if finding.line is not None:
            place = f"{place}  (dòng · line {finding.line})"
        vi, en = finding.text_vi(), finding.text_en()
        _print_reason(page, finding.severity, finding.reason.code, place, vi, en)


def _print_reason(
    page: Console, severity: Severity, code: str, place: str, vi: str, en: str
) -> None:
    mark, colour = _SEVERITIES[severity]
    head = Text(f"{mark} {code}", style=f"bold {colour}")
    if place.strip():
        head.append(f"  {printable(place.strip())}", style="dim")
    _indented(page, head, 2)
    _indented(page, Text(printable(vi)), 4)
    _indented(page, Text(printable(en), style="dim"), 4)


def _print_files(page: Console, files: tuple[FileFacts, ...]) -> None:
    for file in files[:MAX_SHOWN_FILES]:
        line = Text("▪ ", style="dim")
        line.append(printable(_cut(file.name)), style="bold")
        line.append(f"  {printable(file.media_type)}  {size(file.size)}", style="default")
        _indented(page, line, 2)
        for signature in file.signatures:
            _print_signature(page, signature)
    if len(files) > MAX_SHOWN_FILES:
        more = len(files) - MAX_SHOWN_FILES
        _indented(page, Text(f"… +{more}", style="dim"), 2)


def _print_signature(page: Console, signature: FileSignature) -> None:
    if not signature.intact:
        state, colour = "✘ không còn nguyên vẹn · broken", "red"
    elif not signature.whole:
        state, colour = "! có phần thêm sau khi ký · content added after it", "yellow"
    else:
        state, colour = "✔ nguyên vẹn · intact", "green"
    whose = f"cơ quan · agency {signature.agency}: " if signature.agency else ""
    line = Text(f"{state}  ", style=colour)
    line.append(f"ký số · signed by {whose}{printable(_cut(signature.signer))}", style="default")
    if signature.signed_at is not None:
        line.append(f"  {shown(signature.signed_at)}", style="dim")
    _indented(page, line, 6)


def _line(page: Console, text: str, style: str) -> None:
    _indented(page, Text(printable(text), style=style), 0)


def _indented(page: Console, text: Text, columns: int) -> None:
    """Print a text with all its lines indented, and nothing behind them."""
    width = max(page.width - columns, MIN_COLUMNS)
    for line in text.wrap(page, width, overflow="fold"):
        line.rstrip()
        page.print(Text(" " * columns) + line, highlight=False, soft_wrap=True)


def _cut(text: str) -> str:
    return text if len(text) <= MAX_SUBJECT_CHARS else f"{text[:MAX_SUBJECT_CHARS]}…"
