"""A real browser in front of the web view with the scene behind it."""

from collections.abc import AsyncIterator

import pytest_asyncio
from aiohttp.test_utils import TestServer
from playwright.async_api import Browser, Page, async_playwright

from axis.local.servers import LocalServers
from tests.support.scene import PASSWORD
from tests.support.stage import Played, Stage, copied, played

__all__ = ["played"]

CHROMIUM = "/usr/bin/chromium"
FLAGS = [
    "--no-sandbox",  # the tests may run as root, in a container
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
TIMEOUT_MS = 15_000


@pytest_asyncio.fixture(loop_scope="session")
async def stage(servers: LocalServers, played: Played) -> AsyncIterator[Stage]:
    """A copy of the scene, on the loop that the browser lives on."""
    async with copied(servers, played) as stage:
        yield stage


@pytest_asyncio.fixture(loop_scope="session")
async def site(stage: Stage) -> AsyncIterator[str]:
    """Address of a running web view."""
    async with TestServer(stage.app()) as server:
        yield str(server.make_url("")).rstrip("/")


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    """Debian's Chromium without a window, started once: it takes seconds."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        await browser.close()


@pytest_asyncio.fixture(loop_scope="session")
async def page(browser: Browser, site: str) -> AsyncIterator[Page]:
    """A fresh tab that fails the test on anything the Content-Security-Policy stops."""
    context = await browser.new_context(base_url=site, viewport={"width": 1360, "height": 900})
    context.set_default_timeout(TIMEOUT_MS)
    tab = await context.new_page()
    complaints: list[str] = []
    tab.on("console", lambda message: complaints.append(message.text))
    tab.on("pageerror", lambda error: complaints.append(str(error)))
    yield tab
    await context.close()
    assert [text for text in complaints if "Content Security Policy" in text] == []


async def sign_in(page: Page, name: str) -> None:
    """Sign in as one of the scene's people."""
    await page.goto("/sign-in")
    await page.get_by_label("Tên tài khoản").fill(name)
    await page.get_by_label("Mật khẩu").fill(PASSWORD)
    await page.get_by_role("button", name="Đăng nhập").click()
    await page.wait_for_url("**/documents")
