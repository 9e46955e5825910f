"""Processes are found by what only they say, and ended by pid."""

import asyncio
import os
import signal
import socket
import sys
from contextlib import closing
from pathlib import Path

import pytest

from axis.local.ports import port_is_free
from axis.local.processes import (
    LocalServerError,
    clean_environment,
    consecutive,
    end,
    find,
    is_alive,
    log_tail,
    run,
    spawn,
    until,
    with_descendants,
)

SLEEPER = "import time; time.sleep(600)"
LEADERLESS = """
import ctypes, pathlib, threading, time
threading.Thread(target=time.sleep, args=(600,)).start()
while not pathlib.Path("end").exists():
    time.sleep(0.01)
ctypes.CDLL(None).pthread_exit(None)
"""
"""The first thread ends as soon as it is told to, the second goes on."""
LISTENER = """
import socket, threading, time
for _ in range(40):
    threading.Thread(target=time.sleep, args=(600,)).start()
server = socket.create_server(("127.0.0.1", {port}))
time.sleep(600)
"""
"""Threads to end before the kernel closes the port."""
NAME = Path(sys.executable).resolve().name


async def sleeper(marker: str, folder: Path, program: str = SLEEPER) -> int:
    with (folder / "log").open("ab") as log:
        await spawn(
            *(sys.executable, "-c", program, "-axis", marker),
            cwd=folder,
            account=None,
            environment=clean_environment(),
            log=log,
        )
    found: list[int] = []

    def appeared() -> bool:
        found[:] = [pid for pid in _candidates(marker) if is_alive(pid)]
        return bool(found)

    assert await until(appeared, 10)
    return found[0]


def _candidates(marker: str) -> list[int]:
    name = Path("/proc/self/comm").read_text().strip()
    names = {name, NAME, Path(sys.executable).name}
    return [pid for each in names for pid in find(each, consecutive("-axis", marker))]


async def test_spawned_process_is_found_and_ended(tmp_path: Path) -> None:
    pid = await sleeper(tmp_path.name, tmp_path)

    await end([pid], signal.SIGTERM, 10)

    assert not is_alive(pid)
    assert _candidates(tmp_path.name) == []


async def test_process_whose_first_thread_alone_has_ended_is_alive(tmp_path: Path) -> None:
    pid = await sleeper(tmp_path.name, tmp_path, LEADERLESS)

    (tmp_path / "end").touch()
    assert await until(lambda: " Z " in Path(f"/proc/{pid}/stat").read_text(), 10)
    assert is_alive(pid)
    await end([pid], signal.SIGKILL, 10)
    assert not is_alive(pid)


async def test_killed_process_that_is_gone_holds_its_port_no_more(tmp_path: Path) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as probe:
        port = probe.getsockname()[1]
    pid = await sleeper(tmp_path.name, tmp_path, LISTENER.format(port=port))
    assert await until(lambda: not port_is_free(port), 10)

    os.kill(pid, signal.SIGKILL)
    while is_alive(pid):  # without a pause, which would give the kernel time to close its files
        pass

    assert port_is_free(port)


async def test_process_that_ignores_the_signal_is_killed(tmp_path: Path) -> None:
    pid = await sleeper(tmp_path.name, tmp_path)

    await end([pid], signal.SIGCONT, 0.2)

    assert not is_alive(pid)


async def test_spawned_process_belongs_to_no_one(tmp_path: Path) -> None:
    pid = await sleeper(tmp_path.name, tmp_path)
    try:
        assert pid not in with_descendants([os.getpid()])
    finally:
        await end([pid], signal.SIGKILL, 10)


async def test_command_that_fails_is_reported_with_its_output(tmp_path: Path) -> None:
    with pytest.raises(LocalServerError, match=r"failed \(3\):\nwhat went wrong"):
        await run(
            *("sh", "-c", "echo what went wrong >&2; exit 3"),
            cwd=tmp_path,
            account=None,
            timeout=10,
        )


async def test_command_that_hangs_is_ended_at_its_time_limit(tmp_path: Path) -> None:
    with pytest.raises(LocalServerError, match="did not end within"):
        await run("sleep", "600", cwd=tmp_path, account=None, timeout=0.1)


async def test_command_sees_no_setting_of_other_servers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RABBITMQ_NODENAME", "production")
    monkeypatch.setenv("PGPORT", "5432")

    output = await run("env", cwd=tmp_path, account=None, timeout=10)

    assert "production" not in output
    assert "PGPORT" not in output


async def test_until_a_condition_that_never_holds_gives_up() -> None:
    assert not await asyncio.wait_for(until(lambda: False, 0.1), 10)


@pytest.mark.parametrize(
    ("arguments", "matches"),
    [
        (["beam", "-axis", "axis-1"], True),
        (["beam", "-axis", "axis-12"], False),
        (["beam", "axis-1", "-axis"], False),
        (["-axis"], False),
        ([""], False),
    ],
)
def test_arguments_match_when_the_wanted_ones_follow_each_other(
    arguments: list[str], matches: bool
) -> None:
    assert consecutive("-axis", "axis-1")(arguments) is matches


def test_log_tail_of_a_missing_file_says_so(tmp_path: Path) -> None:
    assert "no " in log_tail(tmp_path / "absent.log")
