"""Parts of the check before sending: examined in this process, on a store that holds nothing."""

import asyncio
from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from axis.examination import Examination, Rules, examine
from axis.exchange.stored import HeldLoad
from axis.registry.directory import Directory


@dataclass
class Bench:
    """A workbench without workers; `gate` holds checks up, `fault` breaks them."""

    rules: Rules
    gate: asyncio.Event = field(default_factory=asyncio.Event)
    fault: Exception | None = None
    taken: list[bytes] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.gate.set()

    async def examine(self, bodies: Sequence[bytes], at: datetime) -> list[Examination]:
        self.taken += bodies
        await self.gate.wait()
        if self.fault is not None:
            raise self.fault
        return [examine(body, self.rules, at) for body in bodies]

    async def sign(self, receipts: Sequence[bytes]) -> list[bytes]:
        raise AssertionError("a check signs nothing")


@dataclass
class EmptyStore:
    """A registry, and nothing sent yet."""

    directory: Directory

    @asynccontextmanager
    async def intake(self) -> AsyncIterator[Any]:
        yield _Work(self.directory)

    def dispatch(self) -> Any:
        raise AssertionError("a check sends nothing")


class _Work:
    def __init__(self, directory: Directory) -> None:
        self._directory = directory

    async def directory(self) -> Directory:
        return self._directory

    async def earlier_submissions(self, keys: Collection[Any]) -> dict[Any, Any]:
        return {}

    async def held_load(self) -> HeldLoad:
        return HeldLoad()

    async def _nothing(self, *wanted: Collection[Any]) -> list[Any]:
        return []

    documents_named = deliveries_of = statuses_of = held = _nothing
