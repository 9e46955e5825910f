"""Documents to submit, signed before any clock starts, kept in one file.

Senders and receivers change from document to document by a seeded choice, so that two runs with
one seed submit the same mix.
"""

import hashlib
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from multiprocessing import get_context
from pathlib import Path
from random import Random
from typing import Final

from axis.clock import VIETNAM
from axis.edxml.build import File, new_document
from axis.edxml.codes import Priority
from axis.edxml.values import Document, Organization
from axis.edxml.write import write_document
from axis.local.pdf import make_pdf
from axis.trust.keys import SigningKey
from axis.trust.sign import sign

FEW_RECEIVERS: Final = 3
MANY_RECEIVERS: Final = 4
MANY_EVERY: Final = 10
"""Every tenth document goes to four endpoints, the others to three: 3.1 on average."""

_CHUNK: Final = 16
"""Documents signed by one call of a worker."""


@dataclass(frozen=True, slots=True)
class Party:
    """An agency with its own endpoint and its own seal."""

    endpoint: str
    code: str
    name: str
    key: SigningKey


@dataclass(frozen=True, slots=True)
class Entry:
    """One document of a corpus: where its bytes are, and what must become of it."""

    message_id: str
    sender: str
    """The endpoint that submits it."""
    receivers: tuple[str, ...]
    """The endpoints that must get a copy."""
    sha256: str
    offset: int
    size: int


@dataclass(frozen=True, slots=True)
class Corpus:
    """Signed documents in a file."""

    file: Path
    entries: tuple[Entry, ...]

    @property
    def mean_size(self) -> float:
        """Mean length of a document in bytes."""
        return sum(entry.size for entry in self.entries) / len(self.entries)

    @property
    def mean_receivers(self) -> float:
        """Mean number of endpoints a document goes to."""
        return sum(len(entry.receivers) for entry in self.entries) / len(self.entries)

    def body(self, index: int) -> bytes:
        """Return the bytes of one document."""
        entry = self.entries[index]
        with self.file.open("rb") as stream:
            stream.seek(entry.offset)
            return stream.read(entry.size)


@dataclass(frozen=True, slots=True)
class Recipe:
    """What a corpus is made of."""

    run: str
    """Part of every id, so that no two runs submit the same document."""
    parties: tuple[Party, ...]
    size: int
    """Bytes of a whole signed message; a small one is as small as the dialect allows."""
    at: datetime
    seed: int
    priority: Priority = Priority.NORMAL


def make_corpus(
    file: Path, recipe: Recipe, count: int, workers: int, progress: Callable[[int], None]
) -> Corpus:
    """Compose and sign `count` documents; `progress` is told how many are done."""
    entries: list[Entry] = []
    offset = 0
    with (
        file.open("wb") as stream,
        ProcessPoolExecutor(
            workers, mp_context=get_context("spawn"), initializer=_prepare, initargs=(recipe,)
        ) as pool,
    ):
        starts = range(0, count, _CHUNK)
        ends = [min(start + _CHUNK, count) for start in starts]
        for start, bodies in zip(starts, pool.map(_signed, starts, ends), strict=True):
            for index, body in enumerate(bodies, start):
                sender, receivers = parties_of(recipe, index)
                stream.write(body)
                entries.append(
                    Entry(
                        message_id=f"bench-{recipe.run}-{index}",
                        sender=sender.endpoint,
                        receivers=tuple(party.endpoint for party in receivers),
                        sha256=hashlib.sha256(body).hexdigest(),
                        offset=offset,
                        size=len(body),
                    )
                )
                offset += len(body)
            progress(len(entries))
    return Corpus(file, tuple(entries))


def parties_of(recipe: Recipe, index: int) -> tuple[Party, Sequence[Party]]:
    """Return the sender and the receivers of one document."""
    sender = recipe.parties[index % len(recipe.parties)]
    others = [party for party in recipe.parties if party is not sender]
    many = index % MANY_EVERY == MANY_EVERY - 1
    random = Random(f"{recipe.seed} {index}")  # noqa: S311 - a repeatable mix, no secret
    return sender, random.sample(others, MANY_RECEIVERS if many else FEW_RECEIVERS)


def compose(recipe: Recipe, index: int, content: bytes) -> Document:
    """Return one unsigned document with `content` as its one attached file."""
    sender, receivers = parties_of(recipe, index)
    return new_document(
        sender=Organization(organ_id=sender.code, name=sender.name),
        receivers=[Organization(organ_id=party.code, name=party.name) for party in receivers],
        number=index,
        notation=f"BENCH-{recipe.run}",
        date=recipe.at.astimezone(VIETNAM).date(),
        at=recipe.at,
        place="Hà Nội",
        subject="V/v đo hiệu năng trục liên thông văn bản",
        priority=recipe.priority,
        files=[File(f"{index}.pdf", content)],
    )


_recipe: Recipe
_content_size: int


def _prepare(recipe: Recipe) -> None:
    """Find out, once a worker, how long an attachment fills a message up to the wanted size."""
    global _recipe, _content_size
    _recipe = recipe
    bare = max(len(_sign(index, _content(index, 0))) for index in range(len(recipe.parties)))
    _content_size = max(recipe.size - bare, 0) * 3 // 4


def _signed(start: int, end: int) -> list[bytes]:
    return [_sign(index, _content(index, _content_size)) for index in range(start, end)]


def _sign(index: int, content: bytes) -> bytes:
    sender, _ = parties_of(_recipe, index)
    return sign(write_document(compose(_recipe, index, content)), sender.key)


def _content(index: int, size: int) -> bytes:
    """Return a PDF that does not compress."""
    random = Random(f"{_recipe.seed} {_recipe.run} {index}")  # noqa: S311 - filling, no secret
    return make_pdf([f"{index}"], filling=random.randbytes(size))
