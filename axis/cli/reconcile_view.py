"""How differences between registers are written: a table, a CSV file, JSON."""

import csv
import os
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

from axis.cli.output import note, print_json_line, print_table, say
from axis.errors import ConfigurationError
from axis.exchange.comparison.differences import Found

MAX_SHOWN: Final = 200
"""Differences that the table shows; all of them are in the file or the JSON that is asked for."""

_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet would calculate; a DocumentId is its sender's own text."""

_COLUMNS: Final = (
    "difference",
    "line",
    "message_id",
    "document_id",
    "document",
    "agency",
    "register",
    "axis",
    "vi",
    "en",
    "do_vi",
    "do_en",
)


class Report:
    """Writes differences as they are found."""

    def __init__(self, file: Path | None, *, json: bool) -> None:
        self.count = 0
        self._file = file
        self._json = json
        self._first: list[Found] = []
        self._stack = ExitStack()
        self._rows: Any = None

    def __enter__(self) -> Self:
        if self._file is not None:
            flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
            try:
                descriptor = os.open(self._file, flags, 0o600)
            except OSError as error:
                raise ConfigurationError(
                    f"Không ghi được «{self._file}» ({error.strerror})."
                    f" / «{self._file}» cannot be written ({error.strerror})."
                ) from error
            stream = os.fdopen(descriptor, "w", encoding="utf-8-sig", newline="")
            self._rows = csv.writer(self._stack.enter_context(stream))
            self._rows.writerow(_COLUMNS)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stack.close()
        if kind is None and not self._json:
            self._print()

    def add(self, found: Found) -> None:
        """Write one difference."""
        self.count += 1
        if self._json:
            print_json_line(_facts(found))
        elif len(self._first) < MAX_SHOWN:
            self._first.append(found)
        if self._rows is not None:
            facts = _facts(found)
            self._rows.writerow([_cell(facts[name]) for name in _COLUMNS])

    def _print(self) -> None:
        if not self.count:
            say("Hai sổ khớp nhau.", "The registers are equal.")
            return
        print_table(
            (
                "Dòng · Line",
                "Khác biệt · Difference",
                "Văn bản · Document",
                "Sổ · Register",
                "Trục · Axis",
                "Cần làm · To do",
            ),
            [
                (
                    one.line,
                    f"{one.difference.words.vi} · {one.difference.words.en} [{one.difference}]",
                    one.document_id or one.message_id,
                    one.register,
                    one.axis,
                    f"{one.difference.words.do_vi} · {one.difference.words.do_en}",
                )
                for one in self._first
            ],
        )
        left = self.count - len(self._first)
        if left:
            note(f"… và {left} khác biệt nữa (--csv, --json).", f"… and {left} more.")


def _facts(found: Found) -> dict[str, Any]:
    return {**asdict(found), **asdict(found.difference.words)}


def _cell(value: object) -> str:
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(_FORMULA) else text
