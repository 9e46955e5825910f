"""A proxy that cuts connections in the middle of frames, at any byte, in either direction."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from random import Random
from urllib.parse import urlsplit, urlunsplit

SMALLEST_EXPONENT = 1.0
LARGEST_EXPONENT = 6.3
"""A connection is cut after 10 to 2,000,000 bytes of one direction: in its greeting, in the middle
of a method, a header or a body. Each power of ten is as likely as the others."""

CHUNK = 65_536


class CuttingProxy:
    """Passes bytes on both ways; while it cuts, no connection lasts."""

    def __init__(self, port: int, random: Random) -> None:
        self._to = port
        self._random = random
        self._tasks: set[asyncio.Task[None]] = set()
        self.cutting = False
        self.cuts: Counter[str] = Counter()
        """How often what went to or came from the broker was cut."""

    @property
    def port(self) -> int:
        port: int = self._server.sockets[0].getsockname()[1]
        return port

    async def start(self) -> None:
        """Listen on a port of its own."""
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)

    async def stop(self) -> None:
        """End, and every connection with it."""
        self._server.close()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        try:
            there, back = await asyncio.open_connection("127.0.0.1", self._to)
        except OSError:
            writer.transport.abort()
            return
        ways = [
            asyncio.create_task(self._pass_on(reader, back, "to the broker")),
            asyncio.create_task(self._pass_on(there, writer, "from the broker")),
        ]
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for way in ways:
                way.cancel()
            await asyncio.gather(*ways, return_exceptions=True)
            for one in (writer, back):
                one.transport.abort()

    async def _pass_on(
        self, source: asyncio.StreamReader, sink: asyncio.StreamWriter, way: str
    ) -> None:
        exponent = self._random.uniform(SMALLEST_EXPONENT, LARGEST_EXPONENT)
        left = int(10**exponent)
        try:
            while data := await source.read(CHUNK):
                if self.cutting and left < len(data):
                    sink.write(data[:left])
                    await sink.drain()
                    self.cuts[way] += 1
                    return
                left -= len(data) if self.cutting else 0
                sink.write(data)
                await sink.drain()
        except OSError:
            return


@asynccontextmanager
async def cut_short(url: str, random: Random) -> AsyncIterator[tuple[str, CuttingProxy]]:
    """The same address through a proxy that can cut, and the proxy."""
    parts = urlsplit(url)
    assert parts.port is not None
    proxy = CuttingProxy(parts.port, random)
    await proxy.start()
    login, _, _ = parts.netloc.rpartition("@")
    try:
        yield urlunsplit(parts._replace(netloc=f"{login}@127.0.0.1:{proxy.port}")), proxy
    finally:
        await proxy.stop()
