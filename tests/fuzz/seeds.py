"""The corpus that a fuzzer starts from: the field's samples, with small files of every kind."""

from collections.abc import Iterator
from itertools import cycle
from pathlib import Path
from typing import Final

from axis.edxml.attachments import contents
from axis.edxml.base64text import encode
from axis.edxml.files import wrap
from axis.edxml.parse import read
from axis.edxml.values import Document, Status
from axis.edxml.write import write_message
from tests.fuzz.files import FILES
from tests.fuzz.trials import Trial
from tests.fuzz.world import world
from tests.support.changing import replace
from tests.support.pdfs import sign_pdf
from tests.vectors.recipes.pdfs import PDF

VECTORS: Final = Path(__file__).parents[1] / "vectors"
CRASHES: Final = VECTORS / "crashes"

MAX_SEED_BYTES: Final = 60_000
"""Longer inputs cost time that many short ones use better."""


def seeds(target: str) -> Iterator[bytes]:
    """Yield the inputs that a target always starts from: few, and of all kinds."""
    if target == "content":
        yield from (bytes([number]) + data for number, (_, data) in enumerate(FILES))
        yield bytes([0]) + _signed_pdf()
        return
    for message in _samples(documents=target != "status", statuses=target != "admission"):
        yield from _inputs(target, message)


def more_seeds(target: str) -> Iterator[bytes]:
    """Yield inputs for a long run: every vector, and what once broke the target."""
    for folder in ("good", "bad"):
        for path in sorted((VECTORS / folder).iterdir()):
            data = path.read_bytes()
            message = read(data).message
            if target == "content":
                if isinstance(message, Document):
                    yield from (b"\0" + file.data for file in contents(message)[0])
            elif message is None or isinstance(message, Status) is (target == "status"):
                yield from _inputs(target, data)
    for path in crashes(target):
        yield path.read_bytes()


def _signed_pdf() -> bytes:
    key = world().key
    return sign_pdf(sign_pdf(PDF, key, "1"), key, "2")


def crashes(target: str) -> list[Path]:
    """Return the inputs that once broke a target."""
    return sorted(CRASHES.glob(f"{target}-*"))


def _inputs(target: str, message: bytes) -> Iterator[bytes]:
    if target == "parse":
        yield message
    else:
        yield bytes(Trial(False, message))
        yield bytes(Trial(True, message))
        yield bytes(Trial(True, message, bytes((1, 2, 3, 7, 20, 1))))


def _samples(*, documents: bool, statuses: bool) -> Iterator[bytes]:
    kinds = cycle(FILES)
    for path in sorted((VECTORS / "edxml").glob("*.edxml")):
        data = path.read_bytes()
        message = read(data).message
        if not (statuses if isinstance(message, Status) else documents):
            continue
        if len(data) <= MAX_SEED_BYTES:
            yield data
        if isinstance(message, Document) and message.attachments:
            yield write_message(_with_files(message, kinds, wrapped=True))
            yield write_message(_with_files(message, kinds, wrapped=False))


def _with_files(
    document: Document, kinds: "cycle[tuple[str, bytes]]", *, wrapped: bool
) -> Document:
    attachments = []
    for attachment in document.attachments:
        name, data = next(kinds)
        packed = wrap(data, name, "x") if wrapped else data
        attachments.append(replace(attachment, name=name, encoded=encode(packed)))
    return replace(document, attachments=tuple(attachments))
