"""The file of new passwords: for its owner, never half a line, never somebody else's file."""

import os
import stat
from pathlib import Path

import pytest

from axis.cli.secrets_file import passwords_file
from axis.errors import ConfigurationError


def test_file_is_made_for_its_owner_with_a_header(tmp_path: Path) -> None:
    file = tmp_path / "passwords.csv"
    with passwords_file(file) as writer:
        writer.write({"g22": "one", "g09": "two"})
    assert file.read_text() == "endpoint,password\ng22,one\ng09,two\n"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_existing_file_is_appended_to(tmp_path: Path) -> None:
    file = tmp_path / "passwords.csv"
    for password in ("one", "two"):
        with passwords_file(file) as writer:
            writer.write({"g22": password})
    assert file.read_text() == "endpoint,password\ng22,one\ng22,two\n"


def test_file_without_a_password_does_not_stay(tmp_path: Path) -> None:
    file = tmp_path / "passwords.csv"
    with passwords_file(file):
        pass
    with pytest.raises(ZeroDivisionError), passwords_file(file):
        raise ZeroDivisionError
    assert not file.exists()


def test_link_is_not_followed(tmp_path: Path) -> None:
    link = tmp_path / "link.csv"
    link.symlink_to(tmp_path / "target")
    with pytest.raises(ConfigurationError), passwords_file(link):
        pass
    assert not (tmp_path / "target").exists()


def test_folder_pipe_and_open_file_are_refused(tmp_path: Path) -> None:

    pipe, readable = tmp_path / "pipe", tmp_path / "readable"
    os.mkfifo(pipe)
    readable.write_text("endpoint,password\n")
    readable.chmod(0o640)
    for file in (tmp_path, pipe, readable):
        with pytest.raises(ConfigurationError, match=file.name), passwords_file(file):
            pass
    assert readable.read_text() == "endpoint,password\n"
