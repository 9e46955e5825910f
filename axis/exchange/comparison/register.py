"""An endpoint's own register (sổ văn bản đi, sổ văn bản đến), as it hands it in to be compared.

Two tables in CSV: what it says it sent, and what it says it took over. Headings are English or
Vietnamese; columns that are not known are passed over, because every system exports its own.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, TypeVar
from uuid import UUID

from axis.edxml.codes import DocumentKind, StatusCode
from axis.registry.cells import Cells
from axis.registry.problems import Problems, quoted
from axis.registry.table import Columns, read_rows

MAX_LINES: Final = 200_000
"""A province's year; a longer register is compared part by part, with a period."""

MAX_TEXT_CHARS: Final = 255
"""No id of the exchange is longer."""

_SHA256 = re.compile(r"[0-9a-f]{64}")


class Standing(StrEnum):
    """What a register says that a document is."""

    VALID = "valid"
    REFUSED = "refused"
    """The axis did not take it."""
    RECALLED = "recalled"
    REPLACED = "replaced"
    """By a replacement or an update."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """A line of the register of what was sent. None: the register does not say."""

    line: int
    message_id: str | None = None
    document_id: str | None = None
    kind: DocumentKind | None = None
    sha256: str | None = None
    receipt: str | None = None
    """Id of the receipt that ended the submission; empty: the register has none."""
    standing: Standing | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """A line of the register of what was taken over. None: the register does not say."""

    line: int
    message_id: str | None = None
    """Of the copy."""
    document: UUID | None = None
    """The axis's id of the document."""
    sender: str | None = None
    document_id: str | None = None
    kind: DocumentKind | None = None
    receiver: str | None = None
    sha256: str | None = None
    status: str | None = None
    """Code of the last status reported; empty: none was."""
    standing: Standing | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Register:
    """What an endpoint hands in; None: not handed in, and not compared."""

    sent: Sequence[Sent] | None = None
    taken: Sequence[Taken] | None = None
    with_statuses: bool = False
    """Whether `sent` lists status messages, too, as a client's journal does."""


SENT_COLUMNS: Final = Columns(
    required=(),
    any_of=("message_id", "document_id"),
    optional=("kind", "sha256", "receipt", "standing"),
    others=True,
    synonyms={
        "mã gói tin": "message_id",
        "message-id": "message_id",
        "documentid": "document_id",
        "mã văn bản": "document_id",
        "mã định danh văn bản": "document_id",
        "loại": "kind",
        "mã băm": "sha256",
        "sha-256": "sha256",
        "biên nhận": "receipt",
        "mã biên nhận": "receipt",
        "tình trạng": "standing",
        "state": "standing",
    },
)
TAKEN_COLUMNS: Final = Columns(
    required=(),
    any_of=("message_id", "document", "document_id"),
    optional=("sender", "receiver", "kind", "sha256", "status", "standing"),
    others=True,
    synonyms={
        **{
            header: column
            for header, column in (SENT_COLUMNS.synonyms or {}).items()
            if column != "receipt"
        },
        "axis-document": "document",
        "mã trên trục": "document",
        "nơi gửi": "sender",
        "mã nơi gửi": "sender",
        "nơi nhận": "receiver",
        "mã nơi nhận": "receiver",
        "trạng thái": "status",
        "mã trạng thái": "status",
    },
)

_KINDS: Final = {
    **{kind.label: kind for kind in DocumentKind},
    **{str(kind.value): kind for kind in DocumentKind},
    "mới": DocumentKind.NEW,
    "thu hồi": DocumentKind.RECALL,
    "cập nhật": DocumentKind.UPDATE,
    "thay thế": DocumentKind.REPLACE,
}
_STANDINGS: Final = {
    **{standing.value: standing for standing in Standing},
    "sent": Standing.VALID,
    "đã gửi": Standing.VALID,
    "đã nhận": Standing.VALID,
    "còn hiệu lực": Standing.VALID,
    "hiệu lực": Standing.VALID,
    "bị từ chối": Standing.REFUSED,
    "từ chối": Standing.REFUSED,
    "đã thu hồi": Standing.RECALLED,
    "thu hồi": Standing.RECALLED,
    "đã thay thế": Standing.REPLACED,
    "đã cập nhật": Standing.REPLACED,
    "updated": Standing.REPLACED,
}

_Line = TypeVar("_Line")
_Value = TypeVar("_Value")


def read_sent(data: bytes) -> list[Sent]:
    """Read the register of what was sent; raises RegistryFileError with every problem's line."""
    return _read(data, SENT_COLUMNS, _sent)


def read_taken(data: bytes) -> list[Taken]:
    """Read the register of what was taken over; raises RegistryFileError likewise."""
    return _read(data, TAKEN_COLUMNS, _taken)


def _read(data: bytes, columns: Columns, make: Callable[[Cells], _Line]) -> list[_Line]:
    problems = Problems()
    lines: list[_Line] = []
    for row in read_rows(data, columns, problems):
        cells = Cells(row, problems)
        if len(lines) == MAX_LINES:
            cells.refuse(
                f"Sổ có hơn {MAX_LINES} dòng; hãy chia theo thời gian (--since, --until).",
                f"The register has more than {MAX_LINES} lines; split it by time"
                " (--since, --until).",
            )
            break
        if not any(row.cells[key] for key in columns.any_of):
            names = ", ".join(columns.any_of)
            cells.refuse(f"Dòng không có mã nào trong: {names}.", f"The line has none of: {names}.")
        lines.append(make(cells))
    problems.raise_if_any()
    return lines


def _sent(cells: Cells) -> Sent:
    return Sent(
        line=cells.row.line,
        message_id=_text(cells, "message_id") or None,
        document_id=_text(cells, "document_id") or None,
        kind=_choice(cells, "kind", _KINDS),
        sha256=_digest(cells),
        receipt=_text(cells, "receipt") if "receipt" in cells.row.given else None,
        standing=_standing(cells),
    )


def _taken(cells: Cells) -> Taken:
    return Taken(
        line=cells.row.line,
        message_id=_text(cells, "message_id") or None,
        document=_uuid(cells),
        sender=cells.code("sender") or None,
        document_id=_text(cells, "document_id") or None,
        kind=_choice(cells, "kind", _KINDS),
        receiver=cells.code("receiver") or None,
        sha256=_digest(cells),
        status=_status(cells) if "status" in cells.row.given else None,
        standing=_standing(cells),
    )


def _text(cells: Cells, column: str) -> str:
    return cells.text(column, MAX_TEXT_CHARS, required=False)


def _uuid(cells: Cells) -> UUID | None:
    text = cells.row.cells["document"]
    try:
        return UUID(text) if text else None
    except ValueError:
        _refuse(cells, "document", text)
        return None


def _digest(cells: Cells) -> str | None:
    text = cells.row.cells["sha256"].casefold()
    if text and _SHA256.fullmatch(text) is None:
        _refuse(cells, "sha256", text)
    return text or None


def _status(cells: Cells) -> str:
    """Return a status code; spreadsheets take the zero of ``01`` away."""
    text = cells.row.cells["status"]
    code = text.zfill(2) if text else ""
    if code and code not in set(StatusCode):
        _refuse(cells, "status", text)
    return code


def _standing(cells: Cells) -> Standing | None:
    """Return what the register says; an empty cell of the column means that all is well."""
    if "standing" not in cells.row.given:
        return None
    return _choice(cells, "standing", _STANDINGS) or Standing.VALID


def _choice(cells: Cells, column: str, choices: dict[str, _Value]) -> _Value | None:
    text = cells.row.cells[column].casefold()
    if text and text not in choices:
        _refuse(cells, column, text)
    return choices.get(text)


def _refuse(cells: Cells, column: str, text: str) -> None:
    cells.refuse(
        f"Giá trị {quoted(text)} ở cột «{column}» không hợp lệ.",
        f"Value {quoted(text)} in column «{column}» is not valid.",
    )
