"""What a private PostgreSQL runs on and is told, without starting one."""

from pathlib import Path

import pytest

from axis.local import postgresql_setup
from axis.local.postgresql_setup import configuration, programs
from axis.local.processes import LocalServerError


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An installation of PostgreSQL 9 and 15, with 16 only half removed."""
    monkeypatch.setattr(postgresql_setup, "INSTALLED", tmp_path)
    for version in ("9", "15", "16", "tools"):
        (tmp_path / version / "bin").mkdir(parents=True)
    for version in ("9", "15"):
        (tmp_path / version / "bin" / "initdb").touch()
    return tmp_path


def test_new_data_gets_the_newest_version_that_is_whole(installed: Path) -> None:
    assert programs(None) == installed / "15" / "bin"


def test_existing_data_keeps_the_version_that_wrote_it(installed: Path) -> None:
    (installed / "16" / "bin" / "initdb").touch()

    assert programs("15") == installed / "15" / "bin"


def test_data_of_a_version_that_is_gone_is_named(installed: Path) -> None:
    with pytest.raises(LocalServerError, match="needs PostgreSQL 14"):
        programs("14")


def test_too_old_versions_alone_are_as_good_as_none(installed: Path) -> None:
    (installed / "15" / "bin" / "initdb").unlink()

    with pytest.raises(LocalServerError, match="or newer is not installed"):
        programs(None)


def test_path_with_a_quote_stays_one_value() -> None:
    text = configuration(Path("/a'b/cluster"), 24000)

    assert "include = '/a''b/cluster/postgresql.conf'" in text
