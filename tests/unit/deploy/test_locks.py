"""The lock files say exactly what is installed, and nothing of where it was made."""

import configparser
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
REQUIREMENTS = ROOT / "deploy" / "requirements"
LOCKS = ["installer.lock", "runtime.lock", "test.lock"]

PIN = re.compile(r"^(?P<name>[a-z0-9._-]+)==(?P<version>[^ ;\\]+)", re.MULTILINE)


def pins(lock: str) -> dict[str, str]:
    text = (REQUIREMENTS / lock).read_text()
    return {match["name"]: match["version"] for match in PIN.finditer(text)}


@pytest.mark.parametrize("lock", LOCKS)
def test_every_pin_carries_hashes(lock: str) -> None:
    blocks = re.split(r"\n(?=[a-z])", (REQUIREMENTS / lock).read_text())

    assert all("--hash=sha256:" in block for block in blocks)


@pytest.mark.parametrize("lock", LOCKS)
def test_lock_names_no_address_and_no_absolute_path(lock: str) -> None:
    text = (REQUIREMENTS / lock).read_text()

    assert "://" not in text
    assert not re.search(r"(^|[\s(])/\w", text)


def test_tests_run_on_the_versions_that_are_installed() -> None:
    assert pins("runtime.lock").items() <= pins("test.lock").items()


def test_every_declared_dependency_is_locked() -> None:
    settings = configparser.ConfigParser()
    settings.read(ROOT / "setup.cfg")
    declared = re.findall(r"^[a-z0-9._-]+", settings["options"]["install_requires"], re.MULTILINE)
    tools = re.findall(r"^[a-z0-9._-]+", (REQUIREMENTS / "test.in").read_text(), re.MULTILINE)

    assert set(declared) <= pins("runtime.lock").keys()
    assert {tool for tool in tools if not tool.startswith("-")} <= pins("test.lock").keys()
