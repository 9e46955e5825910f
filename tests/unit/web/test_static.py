"""Vendored web assets are exactly what was taken over: Pico CSS 2.1.1 and its licence."""

import hashlib
from pathlib import Path

import pytest

STATIC = Path(__file__).parents[3] / "axis" / "web" / "static"
SUMS = {
    name: digest
    for digest, name in (line.split() for line in (STATIC / "SHA256SUMS").read_text().splitlines())
}


@pytest.mark.parametrize("name", sorted(SUMS))
def test_vendored_file_matches_its_checksum(name: str) -> None:
    assert hashlib.sha256((STATIC / name).read_bytes()).hexdigest() == SUMS[name]


def test_vendored_style_sheet_comes_with_its_licence_and_loads_nothing() -> None:
    assert {"pico.min.css", "pico.LICENSE.md"} <= set(SUMS)
    style = (STATIC / "pico.min.css").read_text(encoding="utf-8")
    assert "v2.1.1" in style
    assert "@import" not in style
    assert all(part.lstrip("\"'").startswith("data:") for part in style.split("url(")[1:])
