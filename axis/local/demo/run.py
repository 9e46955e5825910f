"""Puts the demonstration together: servers, axis, agencies, one performance, the result."""

import asyncio
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from axis.clock import system_clock
from axis.local.demo.board import show
from axis.local.demo.people import invite
from axis.local.demo.scenario import ACTS
from axis.local.demo.stage import Stage
from axis.local.demo.systems import Agencies
from axis.local.installation import Installation
from axis.local.servers import DEFAULT_FOLDER
from axis.store.pool import open_pool
from axis.store.registry import PostgresAdministration


async def demonstrate(folder: Path, *, once: bool, console: Console) -> bool:
    """Run the demonstration; True when everything came back that had to.

    With `once` everything that this started is stopped again.
    """
    installation = Installation(folder)
    try:
        with console.status("") as status:
            status.update("Khởi động RabbitMQ và PostgreSQL riêng · Starting private servers")
            await installation.servers.start()
            status.update("Tạo PKI mẫu, nạp danh bạ · Making the test PKI, loading the registry")
            await installation.prepare(responders=True)
            status.update("Khởi động trục · Starting the axis")
            await installation.responders.start()
            await installation.start_routers()
            web = await installation.start_web()
            await installation.until_informed()
            pool = await open_pool(installation.dsn, max_size=2)
            async with pool:
                administration = PostgresAdministration(pool, system_clock)
                directory = await administration.directory()
                passwords = await invite(installation, pool)
        stage = Stage(installation, directory)
        await _perform(installation, stage, console)
        show(stage.played, directory, console)
        complete, total = stage.progress
        console.print(_summary(complete, total))
        if not once:
            _invite(web.url, passwords, stage, console)
            console.print(f"Dừng tất cả · Stop everything: {_stop_command(folder)}", soft_wrap=True)
        return complete == total
    finally:
        if once:
            await installation.stop()


async def take_down(folder: Path) -> None:
    """Stop everything that a demonstration started."""
    await Installation(folder).stop()


async def _perform(installation: Installation, stage: Stage, console: Console) -> None:
    progress = Progress(
        TextColumn("Gửi, nhận, báo trạng thái · Sending, receiving, reporting"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=console,
    )
    with progress:
        bar = progress.add_task("", total=len(ACTS))

        async def follow() -> None:
            while True:
                progress.update(bar, completed=stage.progress[0])
                await asyncio.sleep(0.1)

        async with Agencies.connect(
            installation, stage.turns_down, stage.keeps, stage.heard
        ) as agencies:
            await _first_to_end(stage.play(agencies), agencies.work(), follow())
        progress.update(bar, completed=stage.progress[0])


async def _first_to_end(*works: Coroutine[Any, Any, None]) -> None:
    """Run all until one ends, end the others, and raise what went wrong in any."""
    tasks = [asyncio.create_task(work) for work in works]
    await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    for task in tasks:
        task.cancel()
    for result in await asyncio.gather(*tasks, return_exceptions=True):
        if isinstance(result, Exception):
            raise result


def _summary(complete: int, total: int) -> str:
    if complete == total:
        return (
            f"[green]✓[/] {total} văn bản, đủ mọi biên nhận."
            f" · {total} documents, every expected receipt came."
        )
    return (
        f"[red]✗[/] {total - complete} trên {total} văn bản còn thiếu biên nhận."
        f" · {total - complete} of {total} documents lack receipts."
    )


def _invite(url: str, passwords: dict[str, str], stage: Stage, console: Console) -> None:
    console.print()
    console.print(f"Trang web · Web view: [b]{url}[/]")
    for name, password in passwords.items():
        console.print(f"  {name:<16} {password}", markup=False, highlight=False)
    first = stage.played[0]
    console.print()
    console.print("Hành trình một văn bản · The trip of a document:")
    console.print(
        f"  .venv/bin/axis --config {stage.config} document trace {first.axis_id}",
        markup=False,
        highlight=False,
        soft_wrap=True,
    )


def _stop_command(folder: Path) -> str:
    if folder == DEFAULT_FOLDER:
        return "deploy/quickstart --down"
    return f".venv/bin/axis demo down --folder {folder}"
