"""The demonstration that the README promises, on servers of its own."""

import asyncio
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import aiohttp
import pytest

from axis.local.installation import Installation
from axis.local.pki_config import CRL_PATH, INTERMEDIATE
from tests.acceptance.conftest import FOLDER_PREFIX


def demo(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "axis", "demo", *arguments],
        capture_output=True,
        text=True,
        timeout=500,
        env={**os.environ, "COLUMNS": "180"},
    )


@pytest.fixture
def folder() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix=f"{FOLDER_PREFIX}{os.getpid()}-"))
    folder.chmod(0o711)
    yield folder
    asyncio.run(Installation(folder).delete())


async def test_demo_once_shows_every_receipt_and_leaves_nothing_running(folder: Path) -> None:
    shown = await asyncio.to_thread(demo, "up", "--once", "--folder", str(folder))
    assert shown.returncode == 0, shown.stdout + shown.stderr
    for expected in (
        "trung ương",
        "tỉnh",
        "huyện",
        "xã",
        "000.00.00.G12 = G12",
        "H37.51 (huyện) → H37.101",
        "A.1 Trục đã nhận văn bản",
        "A.2 Trục từ chối văn bản",
        "S-ALTERED",
        "A-RECEIVER-UNKNOWN",
        "A-RECEIVER-CLOSED",
        "15 đồng ý",
        "16 từ chối",
        "10 văn bản, đủ mọi biên nhận",
    ):
        assert expected in shown.stdout
    installation = Installation(folder)
    assert installation.running("router") is None
    assert installation.running("router-urgent") is None
    assert installation.running("web") is None
    assert not installation.responders.running
    assert not any(server.ready for server in await installation.servers.status())


async def test_demo_again_keeps_running_processes_and_down_stops_them(folder: Path) -> None:
    first = await asyncio.to_thread(demo, "up", "--folder", str(folder))
    assert first.returncode == 0, first.stdout + first.stderr
    installation = Installation(folder)
    router, web = installation.running("router"), installation.running("web")
    assert router is not None
    assert web is not None
    async with aiohttp.ClientSession() as session, session.get(web.url) as page:
        assert page.status == 200
    assert web.url in first.stdout
    async with aiohttp.ClientSession() as session:
        place = installation.responders.url + CRL_PATH.format(authority=INTERMEDIATE)
        async with session.get(place) as revoked:
            assert revoked.status == 200
    again = await asyncio.to_thread(demo, "up", "--folder", str(folder))
    assert again.returncode == 0, again.stdout + again.stderr
    assert installation.running("router") == router
    down = await asyncio.to_thread(demo, "down", "--folder", str(folder))
    assert down.returncode == 0
    assert installation.running("router") is None
    assert installation.running("router-urgent") is None
    assert not installation.responders.running
    assert not any(server.ready for server in await installation.servers.status())
