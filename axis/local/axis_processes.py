"""The processes of an axis in a folder: routers and web views, started, found again, stopped."""

import asyncio
import os
import signal
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import aiohttp

from axis.errors import AxisError
from axis.local.ports import free_port, port_is_free
from axis.local.processes import (
    POLL_SECONDS,
    consecutive,
    end,
    find,
    is_alive,
    log_tail,
    spawn,
    until,
    with_descendants,
)

_PYTHON = Path(sys.executable).name

START_SECONDS = 10.0
"""A process shows up in the process list within milliseconds."""

READY_SECONDS = 60.0
"""A router starts in two seconds, and far slower beside a full test run."""

LANES = {
    "router-urgent": {"AXIS_ROUTER__LANES": '["urgent"]', "AXIS_ROUTER__WORKERS": "1"},
    "router": {"AXIS_ROUTER__LANES": '["ordinary"]', "AXIS_ROUTER__NICENESS": "5"},
}
"""A router for each lane, by name; for urgent documents a single worker is plenty, and the ordinary
lane stands back a little: measured, urgent ones then take 1.4 times their idle time at p95, not
2.2."""

STOP_SECONDS = 20.0
"""A process that does not end by then is killed; nothing is lost by it."""


class InstallationError(AxisError):
    """The installation could not be made or did not start."""


@dataclass(frozen=True, slots=True)
class ProcessHandle:
    """A running process of the axis; it outlives the program that started it."""

    pid: int
    url: str
    """Where it shows health and metrics, and the web view its pages."""
    log: Path

    @property
    def running(self) -> bool:
        """Whether it still runs."""
        return is_alive(self.pid)

    def pids(self) -> list[int]:
        """Return its pid and those of its workers."""
        return with_descendants([self.pid])

    async def stop(self) -> None:
        """End it in an orderly way."""
        await end([self.pid], signal.SIGTERM, STOP_SECONDS)

    async def kill(self) -> None:
        """End it at once with SIGKILL, as a crash would; its workers notice and leave."""
        await end([self.pid], signal.SIGKILL, STOP_SECONDS)


class AxisProcesses:
    """Routers and web views that read one settings file; they outlive who started them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder.absolute()

    @property
    def config(self) -> Path:
        """The settings file that every process reads, and is known by."""
        return self.folder / "axis.toml"

    def running(self, name: str) -> ProcessHandle | None:
        """Return the process that was started under this name, if it runs."""
        pids = find(_PYTHON, consecutive("--config", str(self.config), *_command(name)))
        if not pids:
            return None
        port = int(self._port_file(name).read_text())
        return ProcessHandle(pids[0], f"http://127.0.0.1:{port}", self._log(name))

    async def start_router(self, name: str = "router", **settings: str) -> ProcessHandle:
        """Start a router unless one of this name runs, and wait until it is ready.

        `settings` are environment variables of the settings tree, such as
        ``AXIS_ROUTER__WORKERS``.
        """
        return await self._start(name, "AXIS_ROUTER__METRICS_PORT", settings)

    async def start_routers(self) -> list[ProcessHandle]:
        """Start a router for each lane, as a site has them, and wait until they are ready."""
        starting = [self.start_router(name, **settings) for name, settings in LANES.items()]
        return await asyncio.gather(*starting)

    async def start_web(self, name: str = "web", **settings: str) -> ProcessHandle:
        """Start the web view unless one of this name runs, and wait until it is ready."""
        return await self._start(name, "AXIS_WEB__PORT", settings)

    async def stop_processes(self) -> None:
        """End every process in an orderly way."""
        await end(self._processes(), signal.SIGTERM, STOP_SECONDS)

    async def kill_processes(self) -> None:
        """End every process at once."""
        await end(self._processes(), signal.SIGKILL, STOP_SECONDS)

    def routers(self) -> list[int]:
        """Return the pids of all its routers and of their workers."""
        wanted = consecutive("--config", str(self.config), "router", "run")
        return with_descendants(find(_PYTHON, wanted))

    def _processes(self) -> list[int]:
        pids = find(_PYTHON, consecutive("--config", str(self.config)))
        return [pid for pid in pids if pid != os.getpid()]

    async def _start(
        self, name: str, port_variable: str, settings: Mapping[str, str]
    ) -> ProcessHandle:
        found = self.running(name)
        if found is not None:
            return found
        self._log(name).parent.mkdir(parents=True, exist_ok=True)
        port = self._port(name)
        with self._log(name).open("ab") as log:
            await spawn(
                sys.executable,
                "-m",
                "axis",
                "--config",
                str(self.config),
                *_command(name),
                cwd=Path("/"),
                account=None,
                environment={**os.environ, port_variable: str(port), **settings},
                log=log,
            )
        if not await until(lambda: self.running(name) is not None, START_SECONDS):
            raise InstallationError(f"{name} did not start:\n{log_tail(self._log(name))}")
        handle = self.running(name)
        assert handle is not None
        await _wait_ready(name, handle)
        return handle

    def _log(self, name: str) -> Path:
        return self.folder / "log" / f"{name}.log"

    def _port(self, name: str) -> int:
        """Return the port that this process had, so that its address stays, or a free one."""
        file = self._port_file(name)
        if not file.exists() or not port_is_free(int(file.read_text())):
            file.write_text(str(free_port()))
        return int(file.read_text())

    def _port_file(self, name: str) -> Path:
        return self.folder / "log" / f"{name}.port"


def _command(name: str) -> tuple[str, ...]:
    """Return the command that runs a process of this name: ``web…`` or ``router…``."""
    noun = "web" if name.startswith("web") else "router"
    return noun, "run", "--name", name


async def _wait_ready(name: str, handle: ProcessHandle) -> None:
    async with aiohttp.ClientSession() as session:
        try:
            async with asyncio.timeout(READY_SECONDS):
                while not await _is_ready(session, handle.url):
                    if not handle.running:
                        break
                    await asyncio.sleep(POLL_SECONDS)
                else:
                    return
        except TimeoutError:
            await handle.kill()
    raise InstallationError(f"{name} did not get ready:\n{log_tail(handle.log)}")


async def _is_ready(session: aiohttp.ClientSession, url: str) -> bool:
    try:
        async with session.get(f"{url}/readyz") as response:
            return response.status == 200
    except aiohttp.ClientError:
        return False
