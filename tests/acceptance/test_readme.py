"""The README's blocks work as they stand."""

import ast
import asyncio
import re
import shlex
import subprocess
import sys
from pathlib import Path

from axis.local.installation import Installation

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def blocks(language: str) -> list[str]:
    return [text for name, text in BLOCK.findall(README) if name == language]


def test_readme_shows_the_two_commands_and_they_explain_themselves() -> None:
    shown = blocks("bash")[:2]
    assert [text.strip() for text in shown] == ["deploy/quickstart", "deploy/test"]
    for command in shown:
        assert (ROOT / command.strip()).stat().st_mode & 0o111
    help_text = subprocess.run(
        [ROOT / "deploy" / "quickstart", "--help"], capture_output=True, text=True, check=True
    ).stdout
    for option in ("--once", "--down"):
        assert option in README
        assert option in help_text


async def test_readme_axis_commands_succeed_on_a_running_installation(
    installation: Installation,
) -> None:
    commands = [line for text in blocks("bash")[2:] for line in text.splitlines() if line]
    assert commands
    for command in commands:
        program, *words = shlex.split(command.replace(".axis/", f"{installation.folder}/"))
        assert program == ".venv/bin/axis"
        done = await asyncio.to_thread(
            subprocess.run,
            [sys.executable, "-m", "axis", *words],
            capture_output=True,
            text=True,
            timeout=300,
            cwd=ROOT,
        )
        assert done.returncode == 0, command + done.stdout + done.stderr


def test_readme_nouns_of_commands_exist() -> None:
    named = set(re.findall(r"`axis ([a-z]+)(?: [a-z]+)?[`\s]", README))
    done = subprocess.run(
        [sys.executable, "-m", "axis", "--help"], capture_output=True, text=True, check=True
    )
    assert named
    for noun in named:
        assert re.search(rf"\b{noun}\b", done.stdout), noun


def test_readme_python_example_imports_and_awaits_what_exists() -> None:
    (example,) = blocks("python")
    names: dict[str, object] = {}
    exec(compile(ast.parse(example), "README.md", "exec"), names)
    assert asyncio.iscoroutinefunction(names["exchange"])


def test_readme_links_and_pictures_exist() -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", README):
        assert (ROOT / target).exists(), target
