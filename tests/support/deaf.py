"""A TCP proxy that loses what the server says, or cuts connections, when a test wants it to."""

import asyncio
from contextlib import suppress
from types import TracebackType
from typing import Self


class DeafProxy:
    """Listens on a port of its own and passes on to a port of this machine."""

    def __init__(self, port: int) -> None:
        self._to = port
        self._tasks: set[asyncio.Task[None]] = set()
        self.deaf = False
        """While true, nothing that the server says reaches the client."""

    @property
    def port(self) -> int:
        port: int = self._server.sockets[0].getsockname()[1]
        return port

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.close()
        await self.cut()

    async def cut(self) -> None:
        """Break every open connection; new ones are served."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        server_reader, server_writer = await asyncio.open_connection("127.0.0.1", self._to)
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._pass_on(reader, server_writer, answers=False))
                group.create_task(self._pass_on(server_reader, writer, answers=True))
        except* (OSError, EOFError):
            pass
        finally:
            self._tasks.discard(task)
            for side in (writer, server_writer):
                with suppress(OSError):
                    side.transport.abort()

    async def _pass_on(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, answers: bool
    ) -> None:
        while data := await reader.read(65536):
            if not (answers and self.deaf):
                writer.write(data)
                await writer.drain()
        raise EOFError
