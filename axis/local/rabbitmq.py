"""A private RabbitMQ in a folder: own node, cookie, epmd and ports, all on loopback."""

import asyncio
import base64
import signal
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import aiohttp

from axis.local.place import Place
from axis.local.ports import port_is_free, reserved_block
from axis.local.processes import (
    APPEAR_SECONDS,
    POLL_SECONDS,
    LocalServerError,
    consecutive,
    end,
    find,
    log_tail,
    until,
    with_descendants,
)
from axis.local.rabbitmq_setup import (
    ADVANCED,
    DATA_FOLDERS,
    LOG_FILE,
    PLUGINS,
    RabbitPorts,
    configuration,
    environment,
)

# Debian's /usr/sbin/rabbitmq-server changes user and directory and drops the environment.
SERVER = Path("/usr/lib/rabbitmq/bin/rabbitmq-server")
CONTROL = SERVER.with_name("rabbitmqctl")

START_SECONDS = 120.0
"""A start takes 6 s on an idle machine, and far longer beside a full test run."""
CONTROL_SECONDS = 180.0
"""Starting the tool, an Erlang node itself, takes 2 s, and far longer beside other tests."""
STOP_SECONDS = 60.0
"""A node with many quorum queues closes them one by one; then it is killed."""

VHOST = "axis"
"""The virtual host of the AMQP contract; made with the node."""
ADMIN = "axis-admin"
"""The only account of a new node: an administrator with a random password, no `guest`."""


@dataclass(frozen=True, slots=True)
class Credentials:
    """An account of the broker."""

    user: str
    password: str

    def basic_auth(self) -> str:
        """Return the value of an HTTP Authorization header."""
        return "Basic " + base64.b64encode(f"{self.user}:{self.password}".encode()).decode()


class PrivateRabbitMQ:
    """One RabbitMQ node of our own; it touches no other RabbitMQ on the machine."""

    def __init__(self, folder: Path) -> None:
        self.place = Place(folder, "rabbitmq")

    async def start(self) -> None:
        """Start the node unless it runs already, and wait until it serves.

        Raises `LocalServerError` when RabbitMQ is not installed or does not come up.
        """
        async with self.place.exclusive():
            await self.place.prepare(*DATA_FOLDERS)
            if self._node():
                await self._wait_ready()
                return
            _require_installed()
            await self._end_epmd()
            with reserved_block(self.place.state.first_port) as first:
                self.place.remember_port(first)
                self._configure()
                await self._start_epmd()
                await self._spawn(SERVER)
                try:
                    await self._wait_ready()
                except LocalServerError:
                    await end(self.pids(), signal.SIGKILL, STOP_SECONDS)
                    raise

    async def stop(self) -> None:
        """Stop the node in an orderly way, then its epmd; nothing happens when it is down."""
        async with self.place.exclusive():
            if self.place.exists:
                await end(self._node(), signal.SIGTERM, STOP_SECONDS)
                await self._end_epmd()

    async def kill(self) -> None:
        """End everything at once with SIGKILL, as a crash would."""
        async with self.place.exclusive():
            if self.place.exists:
                await end(with_descendants(self.pids()), signal.SIGKILL, STOP_SECONDS)

    async def restart(self) -> None:
        """Stop and start."""
        await self.stop()
        await self.start()

    async def control(self, *arguments: str) -> str:
        """Tell the running node something with rabbitmqctl, and return what it says.

        Raises `LocalServerError` when it refuses.
        """
        node = f"{self.place.state.name}@localhost"
        return await self.place.run(
            CONTROL,
            "--quiet",
            "--node",
            node,
            *arguments,
            timeout=CONTROL_SECONDS,
            environment=self._environment,
        )

    async def is_ready(self) -> bool:
        """Tell whether the node answers an AMQP handshake and its administrator over HTTP."""
        if not self._node():
            return False
        return await self._speaks_amqp() and await self._knows_admin()

    def pids(self) -> list[int]:
        """Return the pids of the node and its epmd: what its CPU time is counted over."""
        return with_descendants(self._node() + self._epmd()) if self.place.exists else []

    @property
    def admin(self) -> Credentials:
        """The administrator, for the management API."""
        return Credentials(ADMIN, self.place.secret("admin.password"))

    @property
    def port(self) -> int:
        """Port of AMQP on 127.0.0.1."""
        return self._ports.amqp

    @property
    def management_url(self) -> str:
        """Address of the management HTTP API, without a slash at the end."""
        return f"http://127.0.0.1:{self._ports.management}"

    @property
    def metrics_url(self) -> str:
        """Address of the node's Prometheus figures."""
        return f"http://127.0.0.1:{self._ports.metrics}/metrics"

    @property
    def log(self) -> Path:
        """The node's log file."""
        return self.place.data / "log" / LOG_FILE

    def amqp_url(self, vhost: str = VHOST, account: Credentials | None = None) -> str:
        """Return the AMQP address of a virtual host for an account (the administrator)."""
        account = account or self.admin
        login = f"{quote(account.user, safe='')}:{quote(account.password, safe='')}"
        return f"amqp://{login}@127.0.0.1:{self.port}/{quote(vhost, safe='')}"

    # -- processes ---------------------------------------------------------------------------

    def _node(self) -> list[int]:
        return find("beam.smp", consecutive("-axis", self.place.state.name))

    def _epmd(self) -> list[int]:
        if self.place.state.first_port is None:
            return []
        return find("epmd", consecutive("-port", str(self._ports.epmd)))

    async def _start_epmd(self) -> None:
        await self._spawn("epmd", "-port", str(self._ports.epmd), "-address", "127.0.0.1")

    async def _end_epmd(self) -> None:
        await end(self._epmd(), signal.SIGTERM, STOP_SECONDS)
        if self.place.state.first_port is None:
            return
        port = self._ports.epmd
        # A node whose epmd went away starts another, which says nothing of itself in its
        # arguments. Asking over its port reaches only the epmd of this server.
        if not port_is_free(port):
            await self.place.run("epmd", "-port", str(port), "-kill", timeout=STOP_SECONDS)

    async def _spawn(self, *command: str | Path) -> None:
        await self.place.spawn(*command, environment=self._environment)

    async def _wait_ready(self) -> None:
        # The start script runs first; a node that does not follow it never will.
        if not await until(lambda: bool(self._node()), APPEAR_SECONDS):
            raise self._failure("RabbitMQ không khởi động. · RabbitMQ did not start.")
        try:
            async with asyncio.timeout(START_SECONDS):
                while not await self.is_ready():
                    if not self._node():
                        raise self._failure(
                            "RabbitMQ dừng khi đang khởi động. · RabbitMQ ended while starting."
                        )
                    await asyncio.sleep(POLL_SECONDS)
        except TimeoutError:
            raise self._failure(
                f"RabbitMQ chưa sẵn sàng sau {START_SECONDS:g} giây. ·"
                f" RabbitMQ was not ready after {START_SECONDS:g} s."
            ) from None

    def _failure(self, what: str) -> LocalServerError:
        logs = [log_tail(self.place.output), log_tail(self.log)]
        return LocalServerError("\n".join([what, *logs]))

    async def _speaks_amqp(self) -> bool:
        try:
            reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        except OSError:
            return False
        try:
            writer.write(b"AMQP\x00\x00\x09\x01")
            # The first byte of Connection.Start, a method frame.
            return await asyncio.wait_for(reader.read(1), START_SECONDS) == b"\x01"
        except OSError:
            return False
        finally:
            writer.close()

    async def _knows_admin(self) -> bool:
        headers = {"Authorization": self.admin.basic_auth()}
        try:
            async with (
                aiohttp.ClientSession(headers=headers) as session,
                session.get(f"{self.management_url}/api/whoami") as answer,
            ):
                return answer.status == 200
        except aiohttp.ClientError:
            return False

    # -- configuration -------------------------------------------------------------------------

    @property
    def _environment(self) -> dict[str, str]:
        place = self.place
        return environment(self._ports, name=place.state.name, home=place.home, data=place.data)

    @property
    def _ports(self) -> RabbitPorts:
        first = self.place.state.first_port
        if first is None:
            raise LocalServerError(
                "RabbitMQ chưa từng được khởi động trong thư mục này. ·"
                " RabbitMQ has not been started in this folder."
            )
        return RabbitPorts(first)

    def _configure(self) -> None:
        self.place.write("enabled_plugins", PLUGINS)
        self.place.write("advanced.config", ADVANCED)
        text = configuration(self._ports, admin=ADMIN, password=self.admin.password, vhost=VHOST)
        self.place.write("rabbitmq.conf", text)


def _require_installed() -> None:
    if not SERVER.exists():
        raise LocalServerError(
            "Chưa cài RabbitMQ; hãy chạy deploy/install. ·"
            " RabbitMQ is not installed; run deploy/install."
        )
