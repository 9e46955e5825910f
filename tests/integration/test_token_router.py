"""A router that signs with a key in a token, which goes away and comes back."""

import asyncio
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import asyncpg
import pytest

from axis.client import AgencySystem, ReceiptTrust
from axis.clock import system_clock
from axis.local.installation import Installation
from axis.local.servers import LocalServers
from axis.tokens import make_token_key
from tests.support.eventually import until
from tests.support.offices import Offices
from tests.support.small import small_axis
from tests.support.softhsm import (
    LABEL,
    MODULE,
    PIN,
    SoftToken,
    certificate_for,
    chain_file,
    soft_token,
)


class Site:
    """An axis whose receipt key is in a token; its router is not started yet."""

    def __init__(self, axis: Installation, token: SoftToken, folder: Path) -> None:
        self.axis = axis
        self.token = token
        self.issued = certificate_for(make_token_key(token.key()), axis.pki, system_clock())
        self.offices = Offices(axis)
        self._folder = folder
        chain = chain_file(folder / "axis.pem", self.issued)
        lines = axis.config.read_text(encoding="utf-8").splitlines()
        kept = [line for line in lines if not line.startswith(("key_file", "certificate_file"))]
        kept[kept.index("[receipts]")] = f'[receipts]\ncertificate_file = "{chain}"'
        kept += [
            "[receipts.token]",
            f'module = "{MODULE}"',
            f'token_label = "{LABEL}"',
            'key_label = "receipts"',
            f'pin_file = "{token.pin_file}"',
        ]
        axis.config.write_text("\n".join(kept), encoding="utf-8")

    @property
    def log(self) -> str:
        return (self.axis.folder / "log" / "router.log").read_text(encoding="utf-8")

    def system(self) -> AgencySystem:
        """The system of endpoint g22, which believes the token's certificate only."""
        return AgencySystem.connect(
            self.axis.endpoint_url("g22"),
            "g22",
            journal=self._folder / "g22",
            trust=ReceiptTrust.of(self.issued[:1], self.axis.pki.anchors),
        )


@pytest.fixture
async def site(
    servers: LocalServers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Site]:
    token = soft_token(tmp_path / "hsm", monkeypatch.setenv)
    axis = small_axis(servers, router=False)
    with token as held:
        installation = await asyncio.to_thread(axis.__enter__)
        try:
            yield Site(installation, held, tmp_path)
        finally:
            await asyncio.to_thread(axis.__exit__, None, None, None)


async def test_receipts_are_signed_by_the_token_and_wait_while_it_is_away(site: Site) -> None:
    await site.axis.start_router()
    async with site.system() as g22:
        first = await g22.submit(site.offices.seal(site.offices.letter("G22", ["H37.02"])))
        receipt = await first.receipt()
        assert receipt.proof
        assert receipt.signer == site.issued[0]
        router = site.axis.running("router")
        assert router is not None
        workers = set(site.axis.routers())

        site.token.take_out()
        second = await g22.submit(site.offices.seal(site.offices.letter("G22", ["H37.02"])))

        async def waits() -> bool:
            return "batch.waits" in site.log

        await until(waits)
        assert await g22.receipt_of(second.message_id) is None
        assert set(site.axis.routers()) == workers  # no process died of it

        site.token.put_back()
        receipt = await second.receipt()
        assert receipt.proof
        assert receipt.accepted

    connection = await asyncpg.connect(site.axis.dsn)
    try:
        assert await connection.fetchval("SELECT count(*) FROM document") == 2
        assert await connection.fetchval("SELECT count(*) FROM dead_letter") == 0
        (entered,) = await connection.fetch("SELECT fingerprint FROM receipt_certificate")
    finally:
        await connection.close()
    assert entered["fingerprint"] == site.issued[0].fingerprint
    assert PIN not in site.log


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        (lambda site: site.token.set_pin("1111"), "not that of token"),
        (lambda site: site.token.take_out(), "cannot be used"),
        (
            lambda site: site.axis.config.write_text(
                site.axis.config.read_text().replace(str(MODULE), "/nowhere.so")
            ),
            "cannot be loaded",
        ),
    ],
    ids=["pin", "token", "module"],
)
async def test_router_does_not_start_without_its_token_and_says_why(
    site: Site, fault: Callable[[Site], object], told: str
) -> None:
    fault(site)
    router = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "axis", "--config", str(site.axis.config), "router", "run"),
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )
    _, words = await router.communicate()

    assert router.returncode == 1
    assert told in words.decode()
    assert "Traceback" not in words.decode()
    assert "1111" not in words.decode()
