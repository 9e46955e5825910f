"""The commands of `axis` as a document.

.venv/bin/python -m tests.support.commands > docs/commands.md
"""

from collections.abc import Iterator
from pathlib import Path

from typer import Context
from typer.core import TyperArgument, TyperCommand, TyperGroup, TyperOption
from typer.main import get_command

from axis.cli.main import app

PAGE = Path(__file__).parents[2] / "docs" / "commands.md"

Command = TyperCommand | TyperGroup

_HEAD = """\
# Lệnh · Commands

Trang này được sinh ra từ chương trình và được kiểm tra theo chương trình. Chi tiết: thêm `--help`
sau mỗi lệnh. Mã thoát: 0 thành công, 1 lỗi hoặc bị từ chối, 2 dùng sai; riêng `axis document
check`: 0 đạt, 1 không đạt, 2 chưa kết luận được, 3 không kiểm tra được gì; của `axis document send`
và `axis status report` thêm 3: trục còn giữ để chờ kiểm tra.

This page is made from the program and tested against it. For details add `--help` to any command.
Exit codes: 0 success, 1 error or refusal, 2 wrong usage; of `axis document check` alone: 0 passed,
1 failed, 2 indeterminate, 3 nothing could be checked; `axis document send` and `axis status report`
also end with 3: the axis still holds it for a check.
"""


def page() -> str:
    """Return the whole page."""
    root = get_command(app)
    assert isinstance(root, TyperGroup)
    parts = [_HEAD]
    context = Context(root)
    for noun in root.list_commands(context):
        command = root.get_command(context, noun)
        parts.append(f"\n## axis {noun}\n\n{_first_line(command)}\n\n")
        parts += _entries(f"axis {noun}", command)
    return "".join(parts)


def _entries(path: str, command: Command) -> Iterator[str]:
    if isinstance(command, TyperGroup) and command.commands:
        for name, below in command.commands.items():
            yield from _entries(f"{path} {name}", below)
        return
    usage = [path, *(_shown(one) for one in command.params if isinstance(one, TyperArgument))]
    options = [one for one in command.params if isinstance(one, TyperOption)]
    usage += [_shown(one) for one in options if one.required]
    rest = [f"`{_shown(one)}`" for one in options if not one.required and one.name != "help"]
    yield f"- **`{' '.join(usage)}`**<br>\n  {_first_line(command)}"
    yield f"<br>\n  {', '.join(rest)}\n" if rest else "\n"


def _shown(parameter: TyperArgument | TyperOption) -> str:
    if isinstance(parameter, TyperArgument):
        return parameter.metavar or (parameter.name or "").upper()
    name = max(parameter.opts, key=len)
    return name if getattr(parameter, "is_flag", False) else f"{name} …"


def _first_line(command: Command) -> str:
    return (command.help or "").strip().splitlines()[0]


if __name__ == "__main__":
    print(page(), end="")
