"""A small axis of a few agencies on shared servers: own database, virtual host and router."""

import asyncio
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import aiohttp

from axis.local.installation import Installation
from axis.local.servers import LocalServers

ENDPOINTS = """id,name
g22,Hệ thống quản lý văn bản Văn phòng Chính phủ
lgsp-h37,Nền tảng tích hợp tỉnh Lạng Sơn
g09,Hệ thống quản lý văn bản Bộ Nội vụ
"""
AGENCIES = """code,name,level,parent,aliases,endpoint,valid_from,valid_to,successor
G22,Văn phòng Chính phủ,central,,000.00.00.G22,g22,,,
G09,Bộ Nội vụ,central,,,g09,,,
H37,Ủy ban nhân dân tỉnh Lạng Sơn,province,,,lgsp-h37,,,
H37.02,Sở Nội vụ,province,H37,000.00.02.H37,,,,
H37.101,Ủy ban nhân dân xã Thử Nghiệm,commune,H37,,,,,
H37.90,Ban đã giải thể,province,H37,,,,2025-06-30,
"""


@contextmanager
def small_axis(servers: LocalServers, *, router: bool = True) -> Iterator[Installation]:
    """Make it, run a router in it if asked, and clear everything away at the end."""
    with tempfile.TemporaryDirectory(prefix="axis-small-") as name:
        folder = Path(name)
        registry = folder / "registry"
        registry.mkdir()
        (registry / "endpoints.csv").write_text(ENDPOINTS, encoding="utf-8")
        (registry / "agencies.csv").write_text(AGENCIES, encoding="utf-8")
        axis = Installation(folder / "axis", servers)
        axis.database = axis.vhost = f"small_{uuid4().hex[:12]}"
        try:
            asyncio.run(axis.prepare(registry))
            if router:
                asyncio.run(axis.start_router())
            yield axis
        finally:
            asyncio.run(_clear(axis))


async def _clear(axis: Installation) -> None:
    router = axis.running("router")
    if router is not None:
        await router.kill()
    if axis.config.exists() and await axis.servers.postgresql.is_ready():
        await axis.servers.postgresql.drop_database(axis.database)
    rabbitmq = axis.servers.rabbitmq
    if await rabbitmq.is_ready():
        login = {"Authorization": rabbitmq.admin.basic_auth()}
        async with aiohttp.ClientSession(headers=login) as session:
            await session.delete(f"{rabbitmq.management_url}/api/vhosts/{axis.vhost}")
