"""The load generator's process, seen from the program that starts it."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import Any

from axis.errors import AxisError
from axis.local.bench.generator import READY, run_generator
from axis.local.bench.load import Load, LoadError, Observed, Progress


class GeneratorProcess:
    """A generator that is connected and waits for the word."""

    def __init__(self, pipe: Connection) -> None:
        self._pipe = pipe

    async def go(self, progress: Callable[[Progress], None]) -> Observed:
        """Carry the load out; `progress` is told how far it is.

        Raises LoadError when the run is void.
        """
        self._pipe.send("go")
        while True:
            word = await receive(self._pipe)
            if isinstance(word, Observed):
                return word
            progress(word)


@asynccontextmanager
async def generator(load: Load) -> AsyncIterator[GeneratorProcess]:
    """Start a generator and wait until it is ready; it lives until the block ends."""
    pipe, other = get_context("spawn").Pipe()
    process = get_context("spawn").Process(target=run_generator, args=(load, other), daemon=True)
    process.start()
    other.close()
    try:
        word = await receive(pipe)
        if word != READY:
            raise LoadError(f"the load generator said {word!r}")
        yield GeneratorProcess(pipe)
        pipe.send("end")
        await asyncio.to_thread(process.join)
    finally:
        pipe.close()
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await asyncio.to_thread(process.join)


async def receive(pipe: Connection) -> Any:
    """Return the next word; raises what the generator reports, or LoadError when it died."""
    try:
        word = await asyncio.to_thread(pipe.recv)
    except EOFError:
        raise LoadError("the load generator ended without a result") from None
    if isinstance(word, AxisError):
        raise word
    return word
