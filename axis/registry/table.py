"""A CSV file as spreadsheets really write it, read into rows of named, cleaned cells.

Accepted: a byte order mark, CRLF, quoted newlines, blank lines, missing cells at a line's end,
and the comma, the semicolon (what a Vietnamese Excel writes) or the tab between cells.
"""

import csv
import io
import unicodedata
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from itertools import zip_longest
from typing import TYPE_CHECKING

from axis.registry.problems import Problems, quoted

if TYPE_CHECKING:
    import _csv

MAX_CSV_BYTES = 64 * 1024 * 1024
"""Three times a full directory: 111,000 agencies are about 20 MB."""

_DELIMITERS = (",", ";", "\t")


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table."""

    line: int
    """Line of the file where the row starts, counted from 1."""
    cells: Mapping[str, str]
    """Column → text, white space folded, Unicode composed (NFC); every column is present."""
    given: frozenset[str]
    """The columns that the file has."""


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns that a file has to have and may have."""

    required: tuple[str, ...]
    optional: tuple[str, ...] = ()
    synonyms: Mapping[str, str] | None = None
    """Other header → column."""
    any_of: tuple[str, ...] = ()
    """Of these, one at least."""
    others: bool = False
    """Whether further columns are passed over; else they are refused, as they may be misspelt."""

    @property
    def all(self) -> tuple[str, ...]:
        """Every known column."""
        return self.required + self.any_of + self.optional

    def named(self, header: str) -> str:
        """Return the column that a header cell means."""
        name = _clean(header).casefold()
        return (self.synonyms or {}).get(name, name)

    def fit(self, header: Collection[str]) -> bool:
        """Tell whether a header line has the columns that must be there."""
        names = {self.named(cell) for cell in header}
        return names.issuperset(self.required) and (
            not self.any_of or not names.isdisjoint(self.any_of)
        )


def read_rows(data: bytes, columns: Columns, problems: Problems) -> Iterator[Row]:
    """Yield the rows; what can't be read is added to ``problems``, never raised."""
    if not _readable(data, problems):
        return
    delimiter = next((d for d in _DELIMITERS if columns.fit(_header(data, d))), None)
    if delimiter is None:
        wanted = ", ".join((*columns.required, *filter(None, (" | ".join(columns.any_of),))))
        problems.add(
            f"Dòng tiêu đề thiếu cột; cần có: {wanted}.",
            f"The header line lacks columns; needed: {wanted}.",
            1,
        )
        return
    header = [columns.named(cell) for cell in _header(data, delimiter)]
    if _header_is_wrong(header, columns, problems):
        return
    yield from _rows(data, delimiter, header, columns, problems)


def _readable(data: bytes, problems: Problems) -> bool:
    if len(data) > MAX_CSV_BYTES:
        problems.add(
            f"Tệp dài {len(data)} byte, vượt giới hạn {MAX_CSV_BYTES} byte. Hãy chia nhỏ tệp.",
            f"The file is {len(data)} bytes, over the limit of {MAX_CSV_BYTES}. Split it.",
        )
        return False
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        problems.add(
            "Tệp không phải UTF-8. Trong Excel hãy lưu dạng «CSV UTF-8».",
            "The file is not UTF-8. In Excel, save it as “CSV UTF-8”.",
            line,
        )
        return False
    return True


def _header(data: bytes, delimiter: str) -> list[str]:
    try:
        return next(_reader(data, delimiter), [])
    except csv.Error:
        return []


def _header_is_wrong(header: list[str], columns: Columns, problems: Problems) -> bool:
    """Refuse unknown columns: a misspelt ``succesor`` would lose every successor silently."""
    wrong = [name for name in header if name and name not in columns.all and not columns.others]
    doubled = [name for name in columns.all if header.count(name) > 1]
    for name in wrong:
        known = ", ".join(columns.all)
        problems.add(
            f"Cột {quoted(name)} không có trong mẫu; các cột được dùng: {known}.",
            f"Column {quoted(name)} is not known; the columns are: {known}.",
            1,
        )
    for name in doubled:
        problems.add(f"Cột «{name}» lặp lại.", f"Column «{name}» occurs twice.", 1)
    return bool(wrong or doubled)


def _rows(
    data: bytes, delimiter: str, header: list[str], columns: Columns, problems: Problems
) -> Iterator[Row]:
    reader = _reader(data, delimiter)
    given = frozenset(header).intersection(columns.all)
    line = 1
    try:
        for position, cells in enumerate(reader):
            start, line = line, reader.line_num + 1
            if position == 0 or not any(cell.strip() for cell in cells):
                continue
            found = dict.fromkeys(columns.all, "")
            for name, cell in zip_longest(header, cells, fillvalue=""):
                if name in given:
                    found[name] = _clean(cell)
                elif cell.strip() and not name:
                    problems.add(
                        f"Ô {quoted(cell)} nằm ngoài các cột của dòng tiêu đề.",
                        f"Cell {quoted(cell)} lies outside the columns of the header line.",
                        start,
                    )
            yield Row(start, found, given)
    except csv.Error as error:
        problems.add(
            f"Không đọc được: {error}. Hãy kiểm tra dấu ngoặc kép.",
            f"Cannot be read: {error}. Check the quotation marks.",
            line,
        )


def _reader(data: bytes, delimiter: str) -> "_csv.Reader":
    # decoded piece by piece: a whole text in memory takes four bytes a character
    text = io.TextIOWrapper(io.BytesIO(data), encoding="utf-8-sig", newline="")
    return csv.reader(text, delimiter=delimiter, strict=True)


def _clean(cell: str) -> str:
    return unicodedata.normalize("NFC", " ".join(cell.split()))
