"""The messages that recipes change: a letter, what refers to it, and a status about it."""

import datetime
from collections.abc import Sequence
from itertools import count
from typing import Any, Final
from uuid import UUID

from axis.clock import VIETNAM
from axis.edxml.build import File, new_document, status_for
from axis.edxml.codes import DocumentKind, StatusCode
from axis.edxml.values import Document, Status
from axis.edxml.write import write_message
from tests.support.changing import replace
from tests.vectors.recipes.pdfs import PDF

DAY: Final = datetime.date(2026, 3, 2)
SENT: Final = datetime.datetime(2026, 3, 2, 7, 30, tzinfo=VIETNAM)
FILE: Final = File("101-VPCP.pdf", PDF, "Văn bản chính")


def letter(
    sender: str = "G22",
    to: Sequence[str] = ("G09",),
    *,
    number: str = "101",
    files: Sequence[File] = (FILE,),
    changes: dict[str, Any] | None = None,
    **facts: Any,
) -> Document:
    """Return a sound document of an agency; `changes` go past the checks of building."""
    ids = (str(UUID(int=number, version=4)) for number in count(1))
    facts = {"notation": "VPCP-TTĐT", "subject": "V/v thử nghiệm liên thông văn bản", **facts}
    document = new_document(
        sender=sender,
        receivers=to,
        number=number,
        date=DAY,
        place="Hà Nội",
        at=SENT,
        files=files,
        new_content_id=lambda: next(ids),
        **facts,
    )
    return replace(document, **(changes or {}))


def following(
    kind: DocumentKind, first: Document, to: Sequence[str] = ("G09",), **facts: Any
) -> Document:
    """Return a recall, an update or a replacement of a document."""
    if kind is DocumentKind.REPLACE:
        facts = {"number": "102", "replaces": [first.document_id], **facts}
    else:
        facts = {"own_id": first.document_id, "files": (), **facts}
    return letter(first.sender, to, kind=kind, **facts)


def report(
    code: StatusCode, reporter: str, about: Document, *, to: str = "", **facts: Any
) -> Status:
    """Return a status about a document, as if anybody might report anything."""
    right = about.sender if code.from_sender else about.receivers[0]
    status = status_for(
        about, code, reporter=right, at=SENT, addressee=to or about.receivers[0], **facts
    )
    answered = replace(status.response_for, organ_id=to or status.addressee)
    return replace(status, from_=replace(status.from_, organ_id=reporter), response_for=answered)


def xml(message: Document | Status, *swaps: tuple[str | bytes, str | bytes]) -> bytes:
    """Return a message's unsigned bytes with texts exchanged, each of which must be there."""
    data = write_message(message)
    for old, new in swaps:
        sought, put = _bytes(old), _bytes(new)
        assert sought in data, old
        data = data.replace(sought, put, 1)
    return data


def field(name: str, text: str) -> str:
    """Return an element of the header as the Java producer writes it."""
    return f"<edXML:{name}>{text}</edXML:{name}>"


def _bytes(text: str | bytes) -> bytes:
    return text.encode() if isinstance(text, str) else text
