"""All vectors, and the files that they are kept in."""

from functools import cache
from pathlib import Path
from typing import Final

from tests.vectors.recipes.authority import authority_vectors
from tests.vectors.recipes.contents import content_vectors, waiting_vectors
from tests.vectors.recipes.form import format_vectors
from tests.vectors.recipes.good import good_vectors
from tests.vectors.recipes.qualified import good_qualified_vectors, qualified_vectors
from tests.vectors.recipes.sealing import signature_vectors
from tests.vectors.recipes.vector import Sending, Vector, Way

VECTORS: Final = Path(__file__).parents[1]

MAX_FILE_BYTES: Final = 32 * 1024
"""Larger messages, which only show a limit, are made when they are needed."""


@cache
def bad() -> tuple[Vector, ...]:
    """Return the vectors that show reasons, as the catalogue orders the checks."""
    return (
        *format_vectors(),
        *authority_vectors(),
        *signature_vectors(),
        *qualified_vectors(),
        *content_vectors(),
        *waiting_vectors(),
    )


@cache
def good() -> tuple[Vector, ...]:
    """Return the vectors that pass."""
    return (*good_vectors(), *good_qualified_vectors())


@cache
def files() -> dict[Path, bytes]:
    """Return the messages that are kept as files, unsigned, each once.

    What is wrong with a message only once it is signed, or in how it is sent, is in its recipe.
    """
    kept: dict[bytes, Path] = {}
    for folder, vectors in (("good", good()), ("bad", bad())):
        for vector in vectors:
            sending = vector.sending
            if not isinstance(sending, Sending) or len(sending.body) > MAX_FILE_BYTES:
                continue
            kind = "xml" if vector.way is Way.AGENCY else "edxml"
            kept.setdefault(sending.body, VECTORS / folder / f"{vector.name}.{kind}")
    return {path: body for body, path in kept.items()}
