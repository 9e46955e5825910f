"""Help and wrong usage speak both languages, and say where to look."""

from collections.abc import Iterator
from typing import Any

import pytest
from typer import Context
from typer.main import get_command

from axis.cli.main import app
from tests.support.command import axis_command


def commands() -> Iterator[tuple[str, Any]]:
    """Yield every command with its words, `axis` itself first."""
    root: Any = get_command(app)
    waiting = [("axis", root)]
    while waiting:
        path, command = waiting.pop()
        yield path, command
        if path == "axis":
            below = {noun: root.get_command(Context(root), noun) for noun in _nouns(root)}
        else:
            below = getattr(command, "commands", {})
        waiting += [(f"{path} {name}", one) for name, one in below.items()]


def _nouns(root: Any) -> list[str]:
    names: list[str] = root.list_commands(Context(root))
    return names


def test_help_of_every_command_has_headings_and_options_in_both_languages() -> None:
    for path, command in commands():
        for one in command.get_params(Context(command)):
            assert " · " in one.rich_help_panel, path
            assert one.name != "help" or " · " in one.help, path


def test_help_of_every_command_is_broken_by_the_terminal_alone() -> None:
    for path, command in commands():
        if not getattr(command, "commands", None) and path != "axis":
            assert "\n" not in command.help.replace("\n\n", ""), path


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("nope",), "không có lệnh này. · No such command 'nope'"),
        (("deadlines", "--nope"), "Không có tùy chọn này. · No such option: --nope"),
        (("deadlines", "--owner", "x"), "Giá trị không dùng được. · Invalid value for '--owner'"),
        (("dead", "discard", "--reason", "vì thế"), "Còn thiếu. · Missing argument 'ID'"),
        (("reconcile", "h26"), "Hãy cho --sent, --taken hoặc cả hai"),
    ],
)
def test_wrong_usage_is_said_in_both_languages_with_where_to_look(
    arguments: tuple[str, ...], said: str
) -> None:
    ended = axis_command(*arguments)
    assert ended.code == 2
    assert said in ended.err
    assert "Value error" not in ended.err
    assert ended.err.splitlines()[-1].startswith("Xem · See: ")
    assert ended.out == ""


def test_noun_alone_shows_its_help_and_nothing_else() -> None:
    ended = axis_command("calendar")
    assert ended.code == 2
    assert "Lịch làm việc" in ended.out + ended.err
    assert "Xem · See" not in ended.err


def test_control_characters_in_wrong_usage_do_not_reach_the_terminal() -> None:
    assert "\x1b" not in axis_command("deadlines", "--owner", "\x1b]0;x\x07").err
