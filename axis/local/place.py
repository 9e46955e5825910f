"""The folder of a private server: what is remembered, what is secret, where its data lies."""

import fcntl
import json
import os
import secrets
import shutil
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from axis.local.processes import (
    Account,
    LocalServerError,
    clean_environment,
    run,
    server_account,
    spawn,
    until,
)

ROOT_HOMES = Path("/var/lib/axis-local")
"""Where root's servers live when their account cannot reach the folder (below /root)."""

LOCK_SECONDS = 180.0
"""How long one start or stop waits for another one in the same folder."""

MKDIR_SECONDS = 30.0
"""Far more than a few folders take, on a disk that is busy."""

MAX_OUTPUT_BYTES = 10_000_000
"""From here on a start begins a new output file: a demonstration may run for months."""


@dataclass(slots=True)
class State:
    """What a server's folder remembers from one start to the next."""

    name: str
    """Unique name of this server, seen in its process's arguments and in the data folder."""
    home: str
    """Where its files lie: "." is the folder itself (which may move), else an absolute path."""
    first_port: int | None = None
    """First port of its block at the last start."""


class Place:
    """The folder of one private server.

    `folder` holds `state.json`, `lock` and secrets, readable by its owner only; `home` the
    configuration, and in `data` everything that the server writes, owned by the account that
    it runs under. `home` is the folder itself, or lies elsewhere where that account cannot
    reach the folder, or where RabbitMQ cannot: it fails on letters outside ASCII in a path.
    """

    def __init__(self, folder: Path, kind: str) -> None:
        self.folder = folder.absolute()
        self.kind = kind
        self.account: Account | None = server_account()

    @property
    def exists(self) -> bool:
        """True once `prepare` has been carried out."""
        return self._state_file.exists()

    @property
    def state(self) -> State:
        """What is remembered; raises `LocalServerError` before the first start."""
        try:
            return State(**json.loads(self._state_file.read_text()))
        except FileNotFoundError:
            raise LocalServerError(
                f"Chưa khởi động {self.kind} trong {self.folder}; hãy chạy `axis local up`. ·"
                f" {self.kind} was not started in {self.folder}; run `axis local up`."
            ) from None
        except (ValueError, TypeError) as error:
            raise LocalServerError(
                f"Tệp {self._state_file} bị hỏng. · {self._state_file} is damaged: {error}"
            ) from error

    @property
    def home(self) -> Path:
        """Folder of the server's configuration; ours, so that the server cannot change it."""
        return self.folder / self.state.home

    @property
    def data(self) -> Path:
        """Folder that the server writes to."""
        return self.home / "data"

    @property
    def output(self) -> Path:
        """What the server wrote to its standard output and error."""
        return self.home / "output.log"

    def remember_port(self, first: int) -> None:
        """Keep the first port of the block, so that the address stays over a restart."""
        state = self.state
        state.first_port = first
        self._write_state(state)

    async def prepare(self, *directories: str) -> None:
        """Make the folders, `directories` of the data among them, and the state, if missing."""
        self.folder.mkdir(parents=True, exist_ok=True)
        if self.account is not None:
            # The server's account passes through; the secrets inside are files of mode 600.
            self.folder.chmod(0o711)
        if not self.exists:
            name = f"axis-{secrets.token_hex(4)}"
            usable = str(self.folder).isascii() and await self._reachable()
            home = "." if usable else str(self._elsewhere() / f"{self.kind}-{name}")
            self._write_state(State(name=name, home=home))
        if not self.data.exists():
            self.home.mkdir(mode=0o711, parents=True, exist_ok=True)
            self.data.mkdir(mode=0o700)
            if self.account is not None:
                os.chown(self.data, self.account.uid, self.account.gid)
        # Made by the server's account itself: what it owns is never followed as root.
        await self.run("mkdir", "-p", "-m", "700", ".", *directories, timeout=MKDIR_SECONDS)

    async def run(
        self,
        *command: str | Path,
        timeout: float,
        environment: Mapping[str, str] | None = None,
    ) -> str:
        """Run a command to its end as the server's account, in its data folder."""
        return await run(
            *command,
            cwd=self.data,
            account=self.account,
            timeout=timeout,
            environment=environment,
        )

    async def spawn(self, *command: str | Path, environment: Mapping[str, str]) -> None:
        """Start a server process as its account, in its data folder, writing to `output`."""
        if self.output.exists() and self.output.stat().st_size > MAX_OUTPUT_BYTES:
            self.output.unlink()
        with self.output.open("ab") as log:
            await spawn(
                *command, cwd=self.data, account=self.account, environment=environment, log=log
            )

    def write(self, name: str, text: str) -> Path:
        """Write a file of mode 600 into `home` that only the server's account can read."""
        path = self.home / name
        _write_private(path, text, self.account)
        return path

    def secret(self, name: str) -> str:
        """Return the secret kept in the folder's file `name`; made at the first call."""
        path = self.folder / name
        if not path.exists():
            _write_private(path, secrets.token_hex(24) + "\n")
        return path.read_text().strip()

    @asynccontextmanager
    async def exclusive(self) -> AsyncIterator[None]:
        """Let nobody else start or stop this server meanwhile, in any process."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / "lock").open("w") as lock:
            if not await until(lambda: _try_lock(lock.fileno()), LOCK_SECONDS):
                raise LocalServerError(
                    f"Lệnh khác vẫn đang khởi động hoặc dừng {self.kind} trong {self.folder}. ·"
                    f" {self.folder} stays locked by another start or stop."
                )
            yield

    def delete(self) -> None:
        """Delete the folder and the data, wherever it lies."""
        if self.exists:
            shutil.rmtree(self.home, ignore_errors=True)
        shutil.rmtree(self.folder, ignore_errors=True)

    @property
    def _state_file(self) -> Path:
        return self.folder / "state.json"

    def _write_state(self, state: State) -> None:
        _write_private(self._state_file, json.dumps(asdict(state), indent=2) + "\n")

    def _elsewhere(self) -> Path:
        if self.account is not None:
            return ROOT_HOMES
        # The XDG base directory specification's folder for what must outlive a restart.
        state = os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state"
        return Path(state) / "axis-local"

    async def _reachable(self) -> bool:
        if self.account is None:
            return True
        try:
            await run(
                *("/usr/bin/test", "-x", self.folder),
                cwd=Path("/"),
                account=self.account,
                timeout=10,
                environment=clean_environment(),
            )
        except LocalServerError:
            return False
        return True


def _try_lock(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _write_private(path: Path, text: str, owner: Account | None = None) -> None:
    """Write a file of mode 600 in one step: never half written, never readable by others."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.unlink(missing_ok=True)
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
        if owner is not None:
            os.fchown(descriptor, owner.uid, owner.gid)
    draft.replace(path)
