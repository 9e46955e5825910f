"""Describes the machine and the programs that a figure belongs to."""

import os
import platform
import statistics
import time
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

import aiohttp
import asyncpg

from axis import __version__
from axis.clock import system_clock
from axis.local.bench.report import Machine
from axis.local.servers import LocalServers

_WRITES: Final = 100
_BLOCK: Final = bytes(4096)


async def describe(servers: LocalServers, folder: Path) -> Machine:
    """Return what this machine is; `folder` lies on the disk whose speed is asked for."""
    return Machine(
        processor=_first("/proc/cpuinfo", "model name") or platform.machine(),
        cores=len(os.sched_getaffinity(0)),
        memory_gigabytes=os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9,
        fdatasync_ms=_fdatasync_ms(folder),
        system=f"{platform.freedesktop_os_release().get('PRETTY_NAME', '')}, "
        f"Linux {platform.release()}",
        versions={
            "axis": __version__,
            "Python": platform.python_version(),
            "RabbitMQ": await _rabbitmq_version(servers),
            "PostgreSQL": await _postgresql_version(servers),
        },
    )


def running_since(pids: Sequence[int]) -> datetime:
    """Return when the oldest of these processes started: the code that it runs is not younger."""
    # Field 22 of proc(5), in ticks since the machine started.
    ticks = min(
        int(Path(f"/proc/{pid}/stat").read_text(errors="replace").rpartition(")")[2].split()[19])
        for pid in pids
    )
    age = float(Path("/proc/uptime").read_text().split()[0]) - ticks / os.sysconf("SC_CLK_TCK")
    return system_clock() - timedelta(seconds=round(age))


async def _rabbitmq_version(servers: LocalServers) -> str:
    rabbitmq = servers.rabbitmq
    headers = {"Authorization": rabbitmq.admin.basic_auth()}
    async with (
        aiohttp.ClientSession(headers=headers, raise_for_status=True) as session,
        session.get(f"{rabbitmq.management_url}/api/overview") as response,
    ):
        overview = await response.json()
    return f"{overview['rabbitmq_version']} (Erlang {overview['erlang_version']})"


async def _postgresql_version(servers: LocalServers) -> str:
    connection = await asyncpg.connect(servers.postgresql.dsn())
    try:
        return str(await connection.fetchval("SHOW server_version"))
    finally:
        await connection.close()


def _fdatasync_ms(folder: Path) -> float:
    file = folder / ".fdatasync"
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        return statistics.median(_write_times(descriptor)) * 1000
    finally:
        os.close(descriptor)
        file.unlink()


def _write_times(descriptor: int) -> Sequence[float]:
    times = []
    for _ in range(_WRITES):
        started = time.perf_counter()
        os.write(descriptor, _BLOCK)
        os.fdatasync(descriptor)
        times.append(time.perf_counter() - started)
    return times


def _first(path: str, name: str) -> str:
    for line in Path(path).read_text(errors="replace").splitlines():
        key, _, value = line.partition(":")
        if key.strip() == name:
            return value.strip()
    return ""
