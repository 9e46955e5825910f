"""Router processes within a quarter of a second: forked off a process that has the program loaded.

What a start costs is loading libraries, some seconds of a processor; a router that is killed in
the middle of that holds nothing yet. In the nursery they are loaded, for routers and their workers;
then each router is `axis router run` from the reading of its settings to its death: a process of
its own, with workers, connections and transactions of its own, which SIGKILL ends like any other.
"""

import asyncio
import json
import multiprocessing.forkserver
import os
import signal
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from axis import app
from axis.edxml.schema import compile_schema
from axis.local.installation import Installation
from axis.settings import CONFIG_VARIABLE, load_settings
from tests.adversity.disturbed import disturb

ROOT = Path(__file__).resolve().parents[2]

END_SECONDS = 20.0
"""Far longer than a process takes to notice that nobody will order any more."""

_COMMAND = f"from {__name__} import main; main()"
"""Not ``-m``: every worker would import the main module again, with all that it imports."""


class Nursery:
    """The process that routers are forked off, seen from the tests."""

    def __init__(self, log: Path, process: asyncio.subprocess.Process) -> None:
        self._log = log
        self._process = process
        self._lock = asyncio.Lock()

    @classmethod
    @asynccontextmanager
    async def of(
        cls, installation: Installation, environment: Mapping[str, str]
    ) -> AsyncIterator["Nursery"]:
        """Run a nursery for an installation; its routers outlive it until they are killed.

        They have its environment: ours and this, which may name what a process starts with.
        """
        log = installation.folder / "log" / "nursery.log"
        log.parent.mkdir(exist_ok=True)
        with log.open("ab") as file:
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-c", _COMMAND, "--config", str(installation.config)),
                cwd=ROOT,
                env={**os.environ, **environment},
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=file,
            )
        nursery = cls(log.parent, process)
        try:
            await nursery._answer()
            yield nursery
        finally:
            await _end(process)

    async def fork(self, name: str) -> int:
        """Start a router and return its pid; it is on its way, not ready."""
        order = {"name": name, "log": str(self._log / f"{name}.log")}
        async with self._lock:
            assert self._process.stdin is not None
            self._process.stdin.write(json.dumps(order).encode() + b"\n")
            return int(await self._answer())

    async def _answer(self) -> bytes:
        assert self._process.stdout is not None
        line = await self._process.stdout.readline()
        assert line, "the nursery has ended"
        return line


async def _end(process: asyncio.subprocess.Process) -> None:
    """Let it end by itself, so that what it has in shared memory goes with it."""
    assert process.stdin is not None
    process.stdin.close()
    try:
        async with asyncio.timeout(END_SECONDS):
            await process.wait()
    except TimeoutError:
        process.kill()
        await process.wait()


def main() -> None:
    """Fork a router for each line of the standard input, and answer with its pid."""
    os.environ[CONFIG_VARIABLE] = sys.argv[2]
    compile_schema()
    forks: Any = multiprocessing.forkserver._forkserver  # type: ignore[attr-defined]
    multiprocessing.set_forkserver_preload([*forks._preload_modules, "tests.adversity.sturdy"])
    forks.ensure_running()
    # It asks whether its child still lives; for a fork it is no child, and lives as long as any.
    forks.ensure_running = lambda: None
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # who is killed leaves no zombie
    print("ready", flush=True)
    for line in sys.stdin:
        order = json.loads(line)
        pid = os.fork()
        if pid == 0:
            _become_router(**order)
        print(pid, flush=True)


def _become_router(name: str, log: str) -> None:
    status = 1
    try:
        os.setsid()
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        with Path(log).open("ab") as file:
            for stream in (1, 2):
                os.dup2(file.fileno(), stream)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        disturb(app)
        app.run_router(load_settings(), name)
        status = 0
    finally:
        os._exit(status)
