"""Processes of a private server: started apart from ours, found again, signalled by pid."""

import asyncio
import os
import pwd
import signal
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from axis.errors import AxisError

LOG_TAIL_BYTES = 4000
"""How much of a failed command's output an error repeats: enough for its last message."""

POLL_SECONDS = 0.05
"""Pause between two looks at something that is about to change."""

APPEAR_SECONDS = 15.0
"""From a start command (RabbitMQ's is a script) to the server's process it takes 0.2 s."""


class LocalServerError(AxisError):
    """A private server could not be installed, started or stopped."""


@dataclass(frozen=True, slots=True)
class Account:
    """The unprivileged account that the servers run under when axis itself runs as root."""

    uid: int
    gid: int


def server_account() -> Account | None:
    """Return `nobody` when we are root, or None when the servers run as ourselves.

    PostgreSQL refuses to run as root, and RabbitMQ has no need to.
    """
    if os.geteuid() != 0:
        return None
    entry = pwd.getpwnam("nobody")
    return Account(entry.pw_uid, entry.pw_gid)


def clean_environment(**extra: str) -> dict[str, str]:
    """Return an environment in which no setting meant for another server remains."""
    return {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LANG": "C.UTF-8", **extra}


async def run(
    *command: str | Path,
    cwd: Path,
    account: Account | None,
    timeout: float,
    environment: Mapping[str, str] | None = None,
) -> str:
    """Run a command to its end and return its output.

    Raises `LocalServerError` with the end of the output when it fails or takes longer than
    `timeout` seconds.
    """
    process = await asyncio.create_subprocess_exec(
        *command,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        **_where(cwd, account, environment),
    )
    try:
        output, _ = await asyncio.wait_for(process.communicate(), timeout)
    except TimeoutError:
        process.kill()
        await process.wait()
        raise LocalServerError(f"{command[0]} did not end within {timeout:g} s") from None
    text = output[-LOG_TAIL_BYTES:].decode(errors="replace")
    if process.returncode != 0:
        raise LocalServerError(f"{command[0]} failed ({process.returncode}):\n{text}")
    return text


async def spawn(
    *command: str | Path,
    cwd: Path,
    account: Account | None,
    environment: Mapping[str, str],
    log: IO[bytes],
) -> None:
    """Start a command that outlives us, in a session of its own and nobody's child.

    It is adopted by init, so that it never lingers as our zombie after a crash.
    """
    process = await asyncio.create_subprocess_exec(
        "setsid",
        "--fork",
        *command,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=log,
        stderr=log,
        **_where(cwd, account, environment),
    )
    if await process.wait() != 0:
        raise LocalServerError(f"setsid could not start {command[0]}")


def find(name: str, matches: Callable[[Sequence[str]], bool]) -> list[int]:
    """Return the pids of the processes called `name` whose arguments match.

    The arguments must hold something unique to one server, so that no other can be meant.
    Reading them needs no privilege, unlike a process's environment or working directory.
    """
    found = []
    for pid in _all_pids():
        stat = _stat(pid)
        if stat is not None and stat.name == name and matches(_arguments(pid)):
            found.append(pid)
    return found


def consecutive(*wanted: str) -> Callable[[Sequence[str]], bool]:
    """Return a test for arguments in which the wanted ones follow each other."""

    def matches(arguments: Sequence[str]) -> bool:
        starts = range(len(arguments) - len(wanted) + 1)
        return any(tuple(arguments[at : at + len(wanted)]) == wanted for at in starts)

    return matches


def with_descendants(pids: Iterable[int]) -> list[int]:
    """Return the pids and those of all their living descendants."""
    children: dict[int, list[int]] = {}
    for pid in _all_pids():
        stat = _stat(pid)
        if stat is not None:
            children.setdefault(stat.parent, []).append(pid)
    family = list(pids)
    for pid in family:
        family.extend(children.get(pid, ()))
    return family


def is_alive(pid: int) -> bool:
    """Tell whether the process still runs; a zombie that nobody has buried does not.

    A killed process is a zombie as soon as its first thread has ended. While others still end,
    it holds its files: its port is taken, its shared memory attached.
    """
    return _stat(pid) is not None or _has_threads(pid)


def send_signal(pids: Iterable[int], number: signal.Signals) -> None:
    """Send a signal to each process that is still there."""
    for pid in pids:
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            continue


async def until(condition: Callable[[], bool], timeout: float) -> bool:
    """Wait until the condition holds; False when it still does not after `timeout` seconds."""
    deadline = asyncio.get_running_loop().time() + timeout
    while not condition():
        if asyncio.get_running_loop().time() >= deadline:
            return False
        await asyncio.sleep(POLL_SECONDS)
    return True


async def wait_gone(pids: Sequence[int], timeout: float) -> bool:
    """Wait until none of the processes runs; False when some still do after `timeout` s."""
    return await until(lambda: not any(is_alive(pid) for pid in pids), timeout)


async def end(pids: Sequence[int], number: signal.Signals, timeout: float) -> None:
    """Signal the processes and wait until they are gone; SIGKILL after `timeout` seconds."""
    send_signal(pids, number)
    if await wait_gone(pids, timeout):
        return
    send_signal(pids, signal.SIGKILL)
    if not await wait_gone(pids, timeout):
        raise LocalServerError(f"processes {pids} do not end")


def log_tail(path: Path) -> str:
    """Return the end of a log file, or a note that there is none."""
    try:
        return path.read_bytes()[-LOG_TAIL_BYTES:].decode(errors="replace")
    except OSError:
        return f"(no {path})"


@dataclass(frozen=True, slots=True)
class _Stat:
    name: str
    parent: int


def _where(
    cwd: Path, account: Account | None, environment: Mapping[str, str] | None
) -> dict[str, Any]:
    place: dict[str, Any] = {"cwd": cwd, "env": dict(environment or clean_environment())}
    if account is not None:
        place |= {"user": account.uid, "group": account.gid, "extra_groups": []}
    return place


def _all_pids() -> list[int]:
    return [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit()]


def _stat(pid: int) -> _Stat | None:
    try:
        text = Path(f"/proc/{pid}/stat").read_text(errors="replace")
    except OSError:
        return None
    # "pid (name) state parent …"; the name itself may contain spaces and brackets.
    head, _, rest = text.rpartition(")")
    fields = rest.split()
    if fields[0] in "ZX":
        return None
    return _Stat(name=head.partition("(")[2], parent=int(fields[1]))


def _has_threads(pid: int) -> bool:
    try:
        return len(list(Path(f"/proc/{pid}/task").iterdir())) > 1
    except OSError:
        return False


def _arguments(pid: int) -> list[str]:
    try:
        raw = Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return [""]
    return raw.decode(errors="replace").split("\0")
