"""The process that answers for the demo PKI (CRL, OCSP, timestamps): started, found, stopped."""

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from axis.local.pki import DemoPki
from axis.local.pki_services import DEFAULT_VALIDITY
from axis.local.ports import port_is_free
from axis.local.processes import (
    APPEAR_SECONDS,
    POLL_SECONDS,
    LocalServerError,
    consecutive,
    end,
    find,
    log_tail,
    spawn,
    until,
)

READY_SECONDS: Final = 30.0
"""It takes one second, and far longer beside a full test run."""

STOP_SECONDS: Final = 10.0
"""A process that does not end by then is killed; it keeps nothing but what is on the disk."""


class Responders:
    """The responders of one PKI: a process that outlives who started it.

    It answers at the address that the PKI's certificates name; while it is stopped, nothing does.
    `validity` is how long its lists and OCSP responses are good for.
    """

    def __init__(self, pki: DemoPki, validity: timedelta = DEFAULT_VALIDITY) -> None:
        self._folder = pki.folder.absolute()
        self._pki = pki
        self._validity = validity

    @property
    def url(self) -> str:
        """Where they answer; raises LocalServerError for a PKI whose certificates say nowhere."""
        address = self._pki.address
        if address is None:
            raise LocalServerError(
                f"Chứng thư của PKI trong {self._folder} không ghi địa chỉ tra cứu; hãy tạo PKI"
                f" với một cổng. · Certificates of the PKI in {self._folder} name no responders;"
                " make it with a port."
            )
        return address

    @property
    def log(self) -> Path:
        """What the process wrote."""
        return self._folder / "responders.log"

    @property
    def running(self) -> bool:
        """Whether the process runs."""
        return bool(self.pids())

    def pids(self) -> list[int]:
        """Return the pid of the process, if it runs."""
        wanted = consecutive(*self._command())
        return find(Path(sys.executable).name, wanted)

    async def start(self) -> None:
        """Start unless it runs, and wait until it answers; raises LocalServerError."""
        if self.running:
            return
        port = urlsplit(self.url).port
        assert port is not None
        if not port_is_free(port):
            raise LocalServerError(
                f"Cổng {port}, nơi các chứng thư trong {self._folder} trỏ tới, đang bị chiếm. ·"
                f" Port {port}, which certificates in {self._folder} name, is in use."
            )
        minutes = self._validity / timedelta(minutes=1)
        with self.log.open("ab") as log:
            await spawn(
                *(sys.executable, "-m", "axis", *self._command()),
                *("--validity", str(minutes)),
                cwd=Path("/"),
                account=None,
                environment=os.environ,
                log=log,
            )
        appeared = await until(lambda: self.running, APPEAR_SECONDS)
        if not appeared or not await self._answers(port):
            await self.stop()
            raise LocalServerError(f"responders did not start:\n{log_tail(self.log)}")

    async def stop(self) -> None:
        """End it in an orderly way; harmless when it doesn't run."""
        await end(self.pids(), signal.SIGTERM, STOP_SECONDS)

    async def kill(self) -> None:
        """End it at once."""
        await end(self.pids(), signal.SIGKILL, STOP_SECONDS)

    async def _answers(self, port: int) -> bool:
        """Wait until it takes connections; False when it ended, or `READY_SECONDS` have passed."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(READY_SECONDS):
                while self.running:
                    try:
                        _, writer = await asyncio.open_connection(urlsplit(self.url).hostname, port)
                    except OSError:
                        await asyncio.sleep(POLL_SECONDS)
                        continue
                    writer.close()
                    await writer.wait_closed()
                    return True
        return False

    def _command(self) -> Sequence[str]:
        return "pki", "serve", "--folder", str(self._folder)
