"""Writes what is made from the catalogue and the recipes: ``python -m tests.vectors.recipes.page``.

The page of reasons for clerks and integrators, and the vectors as files. The tests fail where one
of them is not what would be written today.
"""

import re
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Final

from axis.reasons import Check, Reason, Severity
from tests.vectors.recipes.catalogue import VECTORS, bad, files
from tests.vectors.recipes.vector import Vector

PAGE: Final = Path(__file__).parents[3] / "docs" / "reasons.md"

_INTRODUCTION: Final = """\
# Lý do · Reasons

Mọi điều trục có thể nói về một văn bản hay trạng thái: mã, hệ quả, nội dung, căn cứ. Mã không bao
giờ đổi: biên nhận nêu mã là chứng cứ nhiều năm. Chỗ ‹trong ngoặc› được điền khi báo.

Everything that the axis can say about a document or status: code, consequence, text, source. Codes
never change: receipts that quote them are evidence for many years. What stands in ‹brackets› is
filled in. The last column names test vectors: files of [tests/vectors/bad](../tests/vectors/bad),
or recipes where a message is at fault only once it is signed or in how it is sent.

This page is made from the catalogue `axis/reasons/` by `python -m tests.vectors.recipes.page`.
"""

_CHECKS: Final = {
    Check.FORMAT: "Thể thức · Format",
    Check.AUTHENTICATION: "Xác thực · Authentication",
    Check.SIGNATURE: "Ký số · Digital signature",
    Check.AUTHORITY: "Thẩm quyền · Authority",
    Check.CONTENT: "Nội dung · Content",
}
_SEVERITIES: Final = {
    Severity.REFUSE: "từ chối · refused",
    Severity.HOLD: "chưa rõ · held",
    Severity.WARN: "cảnh báo · warning",
}
_FACT: Final = re.compile(r"\{(\w+)\}")


@cache
def page() -> str:
    """Return the page of reasons."""
    return "\n".join([_INTRODUCTION, *(line for check in _CHECKS for line in _section(check))])


def vectors_of(reason: Reason) -> tuple[Vector, ...]:
    """Return the vectors that are there to show a reason."""
    return tuple(vector for vector in bad() if vector.shows is reason)


def _section(check: Check) -> Iterator[str]:
    yield f"## {_CHECKS[check]}\n"
    yield "| Mã · Code | Hệ quả | Tiếng Việt | English | Căn cứ · Source | Vectors |"
    yield "|---|---|---|---|---|---|"
    for reason in Reason:
        if reason.check is check:
            cells = (
                f"`{reason.code}`",
                _SEVERITIES[reason.severity],
                _FACT.sub(r"‹\1›", reason.value.vi),
                _FACT.sub(r"‹\1›", reason.value.en),
                reason.source,
                "<br>".join(map(_linked, vectors_of(reason))),
            )
            yield f"| {' | '.join(cells)} |"
    yield ""


def _linked(vector: Vector) -> str:
    assert vector.shows is not None
    text = vector.name.removeprefix(vector.shows.code).lstrip("-") or "·"
    path = _path(vector.name)
    return text if path is None else f"[{text}](../tests/{path.relative_to(VECTORS.parent)})"


def _path(name: str) -> Path | None:
    return next((path for path in files() if path.stem == name), None)


def write() -> None:
    """Write the page and the files, and remove files that are no vectors any more."""
    PAGE.write_text(page(), encoding="utf-8")
    for folder in ("good", "bad"):
        (VECTORS / folder).mkdir(exist_ok=True)
        for path in (VECTORS / folder).iterdir():
            if path not in files():
                path.unlink()
    for path, body in files().items():
        path.write_bytes(body)


if __name__ == "__main__":
    write()
    sys.stdout.write(f"{PAGE}\n{VECTORS}: {len(files())}\n")
