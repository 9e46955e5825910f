"""The scripts of deploy/: what they accept and refuse, before they do anything."""

import os
import stat
import subprocess
from pathlib import Path

import pytest

DEPLOY = Path(__file__).parents[3] / "deploy"
SCRIPTS = ["fuzz", "install", "lock", "packages", "quickstart", "test"]


def call(
    script: str, *arguments: str, cwd: Path, path: str | None = None
) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PATH": path or os.environ["PATH"]}
    return subprocess.run(
        [DEPLOY / script, *arguments],
        cwd=cwd,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
    )


@pytest.mark.parametrize("script", SCRIPTS)
def test_script_is_executable_and_valid_bash(script: str) -> None:
    assert (DEPLOY / script).stat().st_mode & stat.S_IXUSR
    subprocess.run(["bash", "-n", DEPLOY / script], check=True)


@pytest.mark.parametrize("option", ["--help", "-h"])
def test_quickstart_help_tells_in_both_languages_from_any_folder(
    option: str, tmp_path: Path
) -> None:
    result = call("quickstart", option, cwd=tmp_path)

    assert result.returncode == 0
    for text in ("--once", "--down", "mã thoát 0", "exit code 0"):
        assert text in result.stdout


@pytest.mark.parametrize(
    ("script", "arguments"),
    [
        ("quickstart", ["--onec"]),
        ("quickstart", ["--once", "--down"]),
        ("quickstart", [""]),
        ("install", ["--tests"]),
        ("fuzz", []),
        ("fuzz", ["--minutes", "1"]),
    ],
)
def test_unknown_option_is_refused_before_anything_is_installed(
    script: str, arguments: list[str], tmp_path: Path
) -> None:
    result = call(script, *arguments, cwd=tmp_path)

    assert result.returncode == 2
    assert "deploy/" in result.stdout + result.stderr


def test_install_without_a_new_enough_python_says_what_is_needed(tmp_path: Path) -> None:
    tools = tmp_path / "bin"
    tools.mkdir()
    for tool in ("bash", "dirname", "env"):
        (tools / tool).symlink_to(f"/usr/bin/{tool}")

    result = call("install", cwd=tmp_path, path=str(tools))

    assert result.returncode == 1
    assert "Cần Python 3.11 trở lên" in result.stderr
