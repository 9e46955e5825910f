"""The report of a check as people read it: Vietnamese first, English below."""

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.text import Text

from axis.cli.output import console, print_json, printable, shown, size
from axis.cli.page import (
    OUTCOMES,
    cut,
    print_fact,
    print_findings,
    print_header,
    print_indented,
    print_line,
    print_reason,
)
from axis.edxml.codes import ReceiverType
from axis.edxml.values import Document
from axis.exchange.intake.preview import Preview, addressees, lists_of
from axis.reasons import Severity
from axis.verdict import FileFacts, FileSignature, Outcome, Verdict

MAX_NAMED_RECEIVERS = 20
"""A broadcast has hundreds."""

MAX_LISTS = 10
"""Replaced documents whose receivers are listed."""

MAX_SHOWN_FILES = 50
"""Files of one document that are listed."""

UNREADABLE = "FILE-UNREADABLE"
"""No code of the catalogue: it says something about this machine, nothing about a document."""


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
    print_header(page, name, outcome_of(result))
    if isinstance(result, Unreadable):
        print_reason(page, Severity.REFUSE, UNREADABLE, "", result.text_vi(), result.text_en())
    else:
        if not (brief and result.verdict.passed):
            print_subject(page, result)
        print_findings(page, result.verdict.findings)
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
    print_header(page, name, verdict.outcome)
    print_findings(page, verdict.findings)
    print_line(page, "Chưa gửi gì. · Nothing was sent.", "bold")


def print_summary(page: Console, counts: Mapping[Outcome, int]) -> None:
    """Print how many files ended how, where there were several."""
    total = sum(counts.values())
    if total < 2:
        return
    vi, en = [], []
    for outcome, (_, _, in_vietnamese, in_english) in OUTCOMES.items():
        if counts[outcome]:
            vi.append(f"{counts[outcome]} {in_vietnamese.lower()}")
            en.append(f"{counts[outcome]} {in_english.lower()}")
    print_line(page, f"{total} tệp: {', '.join(vi)} · {total} files: {', '.join(en)}", "bold")


def print_notes(page: Console, notes: Iterable[tuple[str, str]]) -> None:
    """Print what the check could not take into account."""
    for vi, en in notes:
        print_line(page, f"{vi} · {en}", "dim")


def print_subject(page: Console, result: Preview) -> None:
    """Print what a message says of itself."""
    message = result.message
    if message is None:
        return
    sender = _named(message.sender, result.sender.name if result.sender else "")
    print_fact(page, "Nơi gửi · From", sender)
    print_fact(page, "Nơi nhận · To", ", ".join(_receivers(addressees(message), result)))
    if isinstance(message, Document):
        _print_lists(page, message, result)
        print_fact(page, "Nghiệp vụ · Kind", f"{message.kind.name_vi} · {message.kind.label}")
        print_fact(page, "Số · Number", str(message.code))
        print_fact(page, "Trích yếu · Subject", message.subject)
    else:
        status = message.code
        texts = f"{status.value} {status.name_vi} · {status.name_en}"
        print_fact(page, "Trạng thái · Status", texts)
    print_fact(page, "DocumentId", message.document_id)
    print_fact(page, "SHA-256", result.sha256)


def _print_lists(page: Console, message: Document, result: Preview) -> None:
    """Print whom an update adds and drops, and for whom a replacement holds."""
    lists: dict[str, list[str]] = {}
    for one in lists_of(message):
        if one.change is None:
            label = f"Thay {printable(cut(one.document_id))} cho · Replaces it for"
        elif one.change is ReceiverType.ADDED:
            label = "Thêm nơi nhận · Adds"
        else:
            label = "Bỏ nơi nhận · Drops"
        lists.setdefault(label, []).append(one.code)
    for label, codes in islice(lists.items(), MAX_LISTS):
        print_fact(page, label, ", ".join(_receivers(codes, result)))
    if len(lists) > MAX_LISTS:
        print_indented(page, Text(f"… +{len(lists) - MAX_LISTS}", style="dim"), 2)


def _receivers(codes: Sequence[str], result: Preview) -> Iterator[str]:
    for code in codes[:MAX_NAMED_RECEIVERS]:
        found = result.receivers.get(code)
        if found is None:
            yield _named(code, result.groups.get(code, ""))
        elif found.agency.code == code:
            yield _named(code, found.agency.name)
        else:
            yield f"{code} → {_named(found.agency.code, found.agency.name)}"
    if len(codes) > MAX_NAMED_RECEIVERS:
        yield f"… +{len(codes) - MAX_NAMED_RECEIVERS}"


def _named(code: str, name: str) -> str:
    return f"{code} {name}" if name else code


def _print_files(page: Console, files: tuple[FileFacts, ...]) -> None:
    for file in files[:MAX_SHOWN_FILES]:
        line = Text("▪ ", style="dim")
        line.append(printable(cut(file.name)), style="bold")
        line.append(f"  {printable(file.media_type)}  {size(file.size)}", style="default")
        print_indented(page, line, 2)
        for signature in file.signatures:
            _print_signature(page, signature)
    if len(files) > MAX_SHOWN_FILES:
        more = len(files) - MAX_SHOWN_FILES
        print_indented(page, Text(f"… +{more}", style="dim"), 2)


def _print_signature(page: Console, signature: FileSignature) -> None:
    if not signature.intact:
        state, colour = "✘ không còn nguyên vẹn · broken", "red"
    elif not signature.whole:
        state, colour = "! có phần thêm sau khi ký · content added after it", "yellow"
    else:
        state, colour = "✔ nguyên vẹn · intact", "green"
    whose = f"cơ quan · agency {signature.agency}: " if signature.agency else ""
    line = Text(f"{state}  ", style=colour)
    line.append(f"ký số · signed by {whose}{printable(cut(signature.signer))}", style="default")
    if signature.signed_at is not None:
        line.append(f"  {shown(signature.signed_at)}", style="dim")
    print_indented(page, line, 6)
