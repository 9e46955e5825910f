"""Named queries: each file loads, and the program knows every name in it."""

import re
from importlib.resources import files
from pathlib import Path

import pytest

from axis.store.sql import load_queries

FOLDER = Path(str(files("axis.store"))) / "queries"
SUBJECTS = sorted(file.stem for file in FOLDER.glob("*.sql"))


@pytest.mark.parametrize("subject", SUBJECTS)
def test_queries_of_a_file_have_each_a_name_of_their_own_and_a_text(subject: str) -> None:
    text = (FOLDER / f"{subject}.sql").read_text(encoding="utf-8")
    names = re.findall(r"^-- name: (.*)$", text, re.MULTILINE)
    queries = load_queries(subject)
    assert list(queries) == names
    for query in queries.values():
        words = r"WITH|SELECT|INSERT|UPDATE|DELETE|LOCK|SAVEPOINT|ROLLBACK|RELEASE"
        assert re.search(rf"^({words})\b", query, re.MULTILINE)


def test_query_ends_where_the_next_one_starts() -> None:
    assert load_queries("registry")["version"] == "SELECT version, changed_at FROM registry_version"
