"""The typed cells of a registry file's row, with every wrong one named."""

import re
from datetime import date

from axis.facts import Capacity
from axis.registry.agency import (
    MAX_CODE_CHARS,
    MAX_ENDPOINT_ID_CHARS,
    Level,
    is_agency_code,
    is_endpoint_id,
)
from axis.registry.mandates import ALL_KINDS, MessageKind
from axis.registry.problems import Problems, quoted
from axis.registry.table import Row

MAX_ALIASES = 50
"""Mergers leave an agency a handful of older codes; more is a slip of the spreadsheet."""

_ISO_DATE = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
_VIETNAMESE_DATE = re.compile(r"([0-9]{1,2})/([0-9]{1,2})/([0-9]{4})")


class Cells:
    """Reads the typed cells of one row; a wrong cell becomes a problem and a harmless value."""

    def __init__(self, row: Row, problems: Problems) -> None:
        self.row = row
        self.wrong = False
        """Whether a cell of this row was refused."""
        self._problems = problems

    def refuse(self, vi: str, en: str) -> None:
        """Add a problem of this row; its value will not be used."""
        self.wrong = True
        self._problems.add(vi, en, self.row.line)

    def text(self, column: str, limit: int, *, required: bool = True) -> str:
        """Return a text of bounded length without control characters."""
        value = self.row.cells[column]
        if not value:
            if required:
                self._refuse_missing(column)
        elif len(value) > limit:
            self.refuse(
                f"Cột «{column}» dài {len(value)} ký tự, vượt giới hạn {limit}.",
                f"Column «{column}» has {len(value)} characters, over the limit of {limit}.",
            )
        elif not value.isprintable():
            self.refuse(
                f"Cột «{column}» chứa ký tự điều khiển: {quoted(value)}.",
                f"Column «{column}» contains control characters: {quoted(value)}.",
            )
        return value

    def code(self, column: str, *, required: bool = False) -> str:
        """Return an agency code, or an empty text where none is needed."""
        value = self.row.cells[column]
        if value:
            self._check_code(column, value)
        elif required:
            self._refuse_missing(column)
        return value

    def codes(self, column: str, limit: int) -> list[str]:
        """Return the agency codes of a column, separated by ``;``, each once."""
        parts = [part.strip() for part in self.row.cells[column].split(";")]
        found = [part for part in dict.fromkeys(parts) if part]
        if len(found) > limit:
            self.refuse(
                f"Cột «{column}» có {len(found)} mã, vượt giới hạn {limit}.",
                f"Column «{column}» has {len(found)} codes, over the limit of {limit}.",
            )
            return []
        for code in found:
            self._check_code(column, code)
        return found

    def endpoint(self, column: str, *, required: bool = False) -> str:
        """Return an endpoint id, or an empty text where none is needed."""
        value = self.row.cells[column]
        if not value:
            if required:
                self._refuse_missing(column)
        elif not is_endpoint_id(value):
            self.refuse(
                f"Mã hệ thống {quoted(value)} không hợp lệ: chỉ dùng chữ thường không dấu, chữ số,"
                f" gạch nối, tối đa {MAX_ENDPOINT_ID_CHARS} ký tự; trừ «guest», «axis», «axis-…».",
                f"Endpoint id {quoted(value)} is not valid: lower-case letters, digits, hyphens,"
                f" at most {MAX_ENDPOINT_ID_CHARS}; not «guest», «axis» or «axis-…».",
            )
        return value

    def level_if_any(self) -> Level | None:
        """Return the level of agencies, or None where the cell is empty."""
        return self.level() if self.row.cells["level"] else None

    def level(self) -> Level:
        """Return the agency's level."""
        value = self.row.cells["level"].casefold()
        if value in set(Level):
            return Level(value)
        names = ", ".join(Level)
        self.refuse(
            f"Cấp {quoted(value)} không hợp lệ; dùng: {names}.",
            f"Level {quoted(value)} is not valid; use: {names}.",
        )
        return Level.CENTRAL

    def capacity(self) -> Capacity:
        """Return in which capacity a certificate signs; the agency's own seal unless said."""
        value = self.row.cells["capacity"].casefold() or Capacity.SEAL.value
        if value in set(Capacity):
            return Capacity(value)
        names = ", ".join(Capacity)
        self.refuse(
            f"Tư cách ký {quoted(value)} không hợp lệ; dùng: {names}.",
            f"Capacity {quoted(value)} is not valid; use: {names}.",
        )
        return Capacity.SEAL

    def kinds(self) -> frozenset[MessageKind]:
        """Return the kinds that may be signed, separated by ``;``; all unless said."""
        parts = [part.strip().casefold() for part in self.row.cells["kinds"].split(";")]
        named = {part for part in parts if part}
        wrong = sorted(named - set(MessageKind))
        if wrong:
            names = ", ".join(MessageKind)
            self.refuse(
                f"Loại văn bản {quoted(wrong[0])} không hợp lệ; dùng: {names}.",
                f"Kind {quoted(wrong[0])} is not valid; use: {names}.",
            )
            return ALL_KINDS
        return frozenset(map(MessageKind, named)) or ALL_KINDS

    def term(self) -> tuple[date | None, date | None]:
        """Return first and last day: ``2025-06-30``, or ``30/06/2025`` as spreadsheets write it."""
        first, last = self._date("valid_from"), self._date("valid_to")
        if first and last and last < first:
            self.refuse(
                f"Ngày kết thúc {last} trước ngày bắt đầu {first}.",
                f"valid_to {last} is before valid_from {first}.",
            )
        return first, last

    def _date(self, column: str) -> date | None:
        value = self.row.cells[column]
        if not value:
            return None
        try:
            if match := _ISO_DATE.fullmatch(value):
                year, month, day = map(int, match.groups())
                return date(year, month, day)
            if match := _VIETNAMESE_DATE.fullmatch(value):
                day, month, year = map(int, match.groups())
                return date(year, month, day)
        except ValueError:
            pass  # a day that no calendar has: the same answer as a text that is no date
        self.refuse(
            f"Ngày {quoted(value)} ở cột «{column}» không hợp lệ; viết 2025-06-30 hoặc 30/06/2025.",
            f"Date {quoted(value)} in column «{column}» is not valid; write 2025-06-30 or"
            " 30/06/2025.",
        )
        return None

    def _check_code(self, column: str, value: str) -> None:
        if not is_agency_code(value):
            self.refuse(
                f"Mã {quoted(value)} ở cột «{column}» không hợp lệ: tối đa {MAX_CODE_CHARS} chữ cái"
                " không dấu và chữ số, các nhóm cách nhau bằng dấu chấm.",
                f"Code {quoted(value)} in column «{column}» is not valid: at most"
                f" {MAX_CODE_CHARS} letters and digits in groups separated by dots.",
            )

    def _refuse_missing(self, column: str) -> None:
        self.refuse(f"Thiếu giá trị ở cột «{column}».", f"Column «{column}» is empty.")
