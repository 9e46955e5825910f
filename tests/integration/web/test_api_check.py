"""POST /api/v1/check on a real database: what stored documents say, and to whom."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from typing import Any

import aiohttp
import pytest
from aiohttp import encode_basic_auth
from aiohttp.test_utils import TestServer

from axis.edxml.values import Document
from axis.edxml.write import write_document
from axis.local.installation import Installation
from axis.local.servers import LocalServers
from axis.trust.sign import sign
from axis.web.api import CHECK
from tests.integration.web.conftest import Enter
from tests.support.changing import replace
from tests.support.desk import password_of
from tests.support.offices import Offices
from tests.support.small import small_axis
from tests.support.stage import Stage


@dataclass(frozen=True)
class Asking:
    """Asks the web view of a stage."""

    stage: Stage
    url: str

    async def as_endpoint(self, endpoint: str, body: bytes) -> dict[str, Any]:
        login = encode_basic_auth(endpoint, password_of(endpoint), encoding="utf-8")
        headers = {"Authorization": login, "Content-Type": "application/edxml+xml"}
        async with aiohttp.ClientSession() as session:
            answer = await session.post(self.url + CHECK, data=body, headers=headers)
            assert answer.status == 200, await answer.text()
            found: dict[str, Any] = await answer.json()
            return found

    def sealed(self, document: Document) -> bytes:
        key = self.stage.desk.pki.seal(document.sender).load()
        return sign(write_document(document), key)


@pytest.fixture
async def asking(stage: Stage) -> AsyncIterator[Asking]:
    async with TestServer(stage.app()) as server:
        yield Asking(stage, str(server.make_url("")))


def codes(found: dict[str, Any]) -> list[str]:
    return [reason["code"] for reason in found["reasons"]]


async def count(stage: Stage, table: str) -> int:
    async with stage.pool.acquire() as connection:
        found: int = await connection.fetchval(f"SELECT count(*) FROM {table}")
        return found


async def test_new_document_passes_and_nothing_is_kept(asking: Asking) -> None:
    before = [await count(asking.stage, one) for one in ("document", "submission", "outbox")]
    letter = asking.stage.desk.letter("G22", ["G09", "000.00.00.H37"], "Văn bản mới")
    found = await asking.as_endpoint("g22", asking.sealed(letter))
    assert (found["verdict"], codes(found)) == ("PASSED", [])
    assert [one["agency"] for one in found["receivers"]] == ["G09", "H37"]
    after = [await count(asking.stage, one) for one in ("document", "submission", "outbox")]
    assert after == before


async def test_used_document_id_is_a_conflict_and_the_same_content_is_none(asking: Asking) -> None:
    desk = asking.stage.desk
    letter = desk.letter("G22", ["G09"], "Văn bản đã gửi")
    body = asking.sealed(letter)
    await desk.submit(body, "g22", "document")
    assert (await asking.as_endpoint("g22", body))["verdict"] == "PASSED"
    again = asking.sealed(letter)  # every ECDSA signature is another
    assert (await asking.as_endpoint("g22", again))["verdict"] == "PASSED"
    other = asking.sealed(replace(letter, subject="Văn bản khác"))
    assert "A-CONFLICT" in codes(await asking.as_endpoint("g22", other))


async def test_endpoint_of_another_agency_learns_nothing_of_what_is_stored(
    asking: Asking,
) -> None:
    desk = asking.stage.desk
    sent, unsent = (desk.letter("G22", ["G09"], "Văn bản của nơi khác") for _ in range(2))
    await desk.submit(asking.sealed(sent), "g22", "document")
    known = await asking.as_endpoint("g09", asking.sealed(sent))
    unknown = await asking.as_endpoint("g09", asking.sealed(unsent))
    assert codes(known) == codes(unknown) == ["A-SENDER-NOT-AT-ENDPOINT"]


async def test_clerk_learns_of_stored_documents_of_own_agencies_only(
    asking: Asking, enter: Enter
) -> None:
    desk = asking.stage.desk
    letter = desk.letter("G22", ["G09"], "Văn bản đã gửi")
    await desk.send(letter, "g22")
    other = write_document(letter)  # the same DocumentId in other bytes, unsigned
    own = {"Sec-Fetch-Site": "same-origin", "Content-Type": "application/edxml+xml"}
    found = {}
    for name in ("vanthu.g22", "vanthu.h37", "quantri"):
        visitor = await enter(name)
        answer = await visitor.client.post(CHECK, data=other, headers=own)
        assert answer.status == 200
        found[name] = "A-CONFLICT" in codes(await answer.json())
    assert found == {"vanthu.g22": True, "vanthu.h37": False, "quantri": True}


# -- as a process ----------------------------------------------------------------------------------
@pytest.fixture(scope="module")
def axis(servers: LocalServers) -> Iterator[Installation]:
    with small_axis(servers, router=False) as axis:
        yield axis


async def test_web_view_of_an_installation_checks_with_the_password_of_the_broker(
    axis: Installation,
) -> None:
    web = await axis.start_web()
    try:
        offices = Offices(axis)
        body = offices.seal(offices.letter("G22", ["H37.02"]))
        async with aiohttp.ClientSession() as session:
            for password, status in ((axis.passwords()["g22"], 200), ("guess", 401)):
                headers = {"Authorization": encode_basic_auth("g22", password)}
                answer = await session.post(web.url + CHECK, data=body, headers=headers)
                assert answer.status == status
                if status == 200:
                    assert (await answer.json())["verdict"] == "PASSED"
    finally:
        await web.stop()
