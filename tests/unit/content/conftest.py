"""Documents with files, and what the content check says of them."""

from collections.abc import Callable

import pytest

from axis.content.inspection import Inspection, inspect
from axis.content.policy import ContentPolicy
from axis.edxml.build import File, attach
from axis.edxml.values import Document


def letter(*files: File, wrapped: bool = False, **fields: object) -> Document:
    """Return a document that carries these files."""
    pairs = [attach(file, wrapped=wrapped) for file in files]
    return Document(
        references=tuple(reference for reference, _ in pairs),
        attachments=tuple(attachment for _, attachment in pairs),
        **fields,
    )


@pytest.fixture
def look() -> Callable[..., Inspection]:
    """Inspect one file by its name and bytes."""

    def inspect_one(
        name: str, data: bytes, policy: ContentPolicy | None = None, *, wrapped: bool = False
    ) -> Inspection:
        return inspect(letter(File(name, data), wrapped=wrapped), policy or ContentPolicy())

    return inspect_one


@pytest.fixture
def said(look: Callable[..., Inspection]) -> Callable[..., list[tuple[str, str, str]]]:
    """Return code, severity and the telling fact of each finding about one file."""

    def say(*args: object, **kwargs: object) -> list[tuple[str, str, str]]:
        return [
            (
                finding.reason.code,
                finding.severity.value,
                str(finding.facts.get("type") or finding.facts.get("detail") or ""),
            )
            for finding in look(*args, **kwargs).findings
        ]

    return say
