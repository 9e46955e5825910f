"""A receiving process that is killed at any point: every document is saved, none is shown twice."""

import asyncio
import json
import sys
from pathlib import Path

from axis.client import AgencySystem
from axis.local.installation import Installation
from tests.integration.cli.conftest import Profile
from tests.support.offices import Offices

DOCUMENTS = 5


async def test_killed_receiver_saves_every_document_and_shows_none_twice(
    axis: Installation, offices: Offices, profile: Profile, tmp_path: Path
) -> None:
    folder, receiver = tmp_path / "saved", profile("g09")
    bodies = [offices.seal(offices.letter("G22", ["G09"])) for _ in range(DOCUMENTS)]
    async with AgencySystem.connect(
        axis.endpoint_url("g22"), "g22", journal=tmp_path / "journal"
    ) as g22:
        for body in bodies:
            assert (await (await g22.submit(body)).receipt()).accepted
    shown: list[str] = []
    # A document that is not saved yet is shown by the next run, so each run has a first line.
    while set(bodies) - set(await asyncio.to_thread(_saved, folder)):
        shown += await _receive_until_killed(receiver, folder)
    saved = await asyncio.to_thread(_saved, folder)
    assert sorted(body for body in saved if body in bodies) == sorted(bodies)
    assert len(shown) == len(set(shown))


async def _receive_until_killed(profile: Path, folder: Path) -> list[str]:
    """Run a receiver, kill it when it has shown a document, return the ids of what it showed."""
    command = ("-m", "axis", "document", "receive", "--follow", "--json")
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *(*command, "--profile", str(profile), "--save", str(folder)),
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    try:
        first = await process.stdout.readline()
    finally:
        process.kill()
    rest = await process.stdout.read()
    await process.wait()
    # The last line may have been cut off by the kill.
    lines = [line for line in [first, *rest.splitlines(keepends=True)] if line.endswith(b"\n")]
    return [json.loads(line)["message_id"] for line in lines]


def _saved(folder: Path) -> list[bytes]:
    return [file.read_bytes() for file in folder.glob("*/document.edxml")]
