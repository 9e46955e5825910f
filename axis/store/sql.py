"""Loads the named queries of `queries/*.sql`.

A query starts with ``-- name: the_name`` and ends where the next one starts; the comment lines
under the name say what it is for.
"""

import re
from importlib.resources import files

_NAME = re.compile(r"^-- name: ([a-z_]+)$", re.MULTILINE)


def load_queries(subject: str) -> dict[str, str]:
    """Return the queries of one file, by name."""
    text = (files("axis.store") / "queries" / f"{subject}.sql").read_text(encoding="utf-8")
    parts = _NAME.split(text)[1:]
    return dict(zip(parts[::2], (body.strip() for body in parts[1::2]), strict=True))
