"""What holding a register against the axis's costs: `axis reconcile`, as people start it, on a
database of full size that is made for it and dropped.
"""

import asyncio
import os
import re
import secrets
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from string import Template
from typing import Final

import asyncpg
from rich.table import Table

from axis.local.bench.load import LoadError
from axis.local.postgresql import PrivatePostgreSQL
from axis.store.migrate import migrate

DOCUMENTS: Final = 500_000
"""With four receivers each: two million deliveries, a hundred thousand of them one endpoint's."""

ENDPOINT: Final = "e3"

_LINES: Final = {
    "sent": """
        SELECT substr(message_key, 4) AS message_id, document_id, 'new' AS kind, sha256,
               receipt, 'valid' AS state
        FROM submission WHERE endpoint = $1 AND routing_key = 'document'""",
    "taken": """
        SELECT v.copy AS message_id, v.document, d.document_id, d.sender, v.receiver, 'new' AS kind,
               d.sha256, CASE v.state WHEN 'received' THEN '03' ELSE '' END AS status,
               'valid' AS state
        FROM delivery v JOIN document d ON d.id = v.document WHERE v.endpoint = $1""",
}
"""The registers as the endpoint would hand them in."""


@dataclass(frozen=True, slots=True)
class RegisterCost:
    """What one comparison costs."""

    side: str
    lines: int
    differences: int
    seconds: float
    """From start to end of the command."""
    cpu_seconds: float
    """Of the command itself, without PostgreSQL's."""
    peak_megabytes: float
    """The most memory that it had."""


async def measure_registers(
    postgresql: PrivatePostgreSQL, documents: int, done: Callable[[int], None]
) -> list[RegisterCost]:
    """Stock a scratch database and compare registers of one line and of all lines with it.

    `done` is told the steps done, of `STEPS`.
    """
    name = f"bench_{secrets.token_hex(6)}"
    dsn = await postgresql.create_database(name)
    steps = iter(range(1, STEPS + 1))
    try:
        connection = await asyncpg.connect(dsn)
        try:
            await migrate(connection)
            for statements in _stock(documents):
                async with connection.transaction():
                    await connection.execute(statements)
                done(next(steps))
            await connection.execute("VACUUM ANALYZE")
            with tempfile.TemporaryDirectory() as folder:
                costs = []
                for side in _LINES:
                    for limit in (1, documents):
                        file = Path(folder) / f"{side}.csv"
                        query = f"{_LINES[side]} ORDER BY 1 LIMIT {limit}"
                        await connection.copy_from_query(
                            query, ENDPOINT, output=file, format="csv", header=True
                        )
                        costs.append(await asyncio.to_thread(_compare, dsn, side, file))
                        done(next(steps))
                return costs
        finally:
            await connection.close()
    finally:
        await postgresql.drop_database(name)


def register_table(costs: list[RegisterCost]) -> Table:
    """Return the figures as a table."""
    table = Table(title="axis reconcile")
    table.add_column("Sổ · Register")
    for heading in ("Dòng · Lines", "Khác biệt · Differences", "s", "CPU s", "MB"):
        table.add_column(heading, justify="right")
    for cost in costs:
        table.add_row(
            cost.side,
            f"{cost.lines:,}",
            f"{cost.differences:,}",
            f"{cost.seconds:.1f}",
            f"{cost.cpu_seconds:.1f}",
            f"{cost.peak_megabytes:.0f}",
        )
    return table


def _stock(documents: int) -> Iterator[str]:
    """Yield what makes the database, a part a transaction."""
    text = (files("axis.local.bench") / "registers.sql").read_text(encoding="utf-8")
    text = Template(text.replace("$$", "$$$$")).substitute(documents=documents)
    yield from re.split(r"\n\n(?=-- )", text)


STEPS: Final = 5 + 2 * len(_LINES)


def _compare(dsn: str, side: str, register: Path) -> RegisterCost:
    lines = register.read_bytes().count(b"\n") - 1
    command = [sys.executable, "-m", "axis", "reconcile", ENDPOINT]
    command += [f"--{side}", str(register), "--json"]
    environment = {**os.environ, "AXIS_STORE__DSN": dsn}
    started = time.perf_counter()
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE) as process:  # noqa: S603 - our own command
        assert process.stdout is not None
        found = sum(1 for _ in process.stdout)
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in (0, 1):
        raise LoadError(f"axis reconcile: {process.returncode}")
    return RegisterCost(
        side=side,
        lines=lines,
        differences=found,
        seconds=time.perf_counter() - started,
        cpu_seconds=used.ru_utime + used.ru_stime,
        peak_megabytes=used.ru_maxrss / 1024,
    )
