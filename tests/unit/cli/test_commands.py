"""The page of commands says what the program says."""

import pytest

from tests.support.command import axis_command
from tests.support.commands import PAGE, page


def test_page_of_commands_is_what_the_program_says() -> None:
    written = PAGE.read_text(encoding="utf-8")
    assert written == page(), "run: .venv/bin/python -m tests.support.commands > docs/commands.md"


def test_every_command_has_help_in_vietnamese_and_english() -> None:
    for line in page().splitlines():
        if line.startswith("  ") and not line.startswith("  `"):
            assert " · " in line, line


@pytest.mark.parametrize("noun", ["document", "status", "receipt", "agency", "cert", "account"])
def test_help_of_a_noun_ends_with_0(noun: str) -> None:
    assert axis_command(noun, "--help").code == 0


def test_client_profile_is_explained_in_help() -> None:
    shown = axis_command("document", "--help").out
    for text in ("AXIS_CLIENT_PROFILE", "password_file", "[axis]", 'agencies."H37.02"'):
        assert text in shown
