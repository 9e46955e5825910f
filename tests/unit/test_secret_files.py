"""Secrets come only from closed files."""

from pathlib import Path

import pytest

from axis.errors import ConfigurationError
from axis.secret_files import read_secret, with_password


def test_secret_open_to_others_is_refused_with_advice(tmp_path: Path) -> None:
    file = tmp_path / "password"
    file.write_text("secret\n")
    file.chmod(0o640)
    with pytest.raises(ConfigurationError, match="chmod 600"):
        read_secret(file)
    file.chmod(0o600)
    assert read_secret(file) == "secret"


def test_password_of_a_file_is_put_into_an_address_quoted(tmp_path: Path) -> None:
    file = tmp_path / "password"
    file.write_text("a/b@c:d")
    file.chmod(0o600)
    assert with_password("amqp://me@host:1/v", file) == "amqp://me:a%2Fb%40c%3Ad@host:1/v"
    assert with_password("amqp://me@host:1/v", None) == "amqp://me@host:1/v"
