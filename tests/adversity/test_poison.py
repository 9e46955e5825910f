"""Documents that kill the worker that checks them: they are refused, and the others go on."""

import asyncio
from uuid import uuid4

import pytest

from axis.reasons import Reason
from tests.adversity.contents import ENDPOINTS, Content
from tests.adversity.disturbed import DEADLY
from tests.adversity.ground import Ground
from tests.adversity.withstanding import BETWEEN
from tests.support.deadly import DEVOURS, DIES, RAISES

LENGTHS = (DIES, DIES, RAISES, DEVOURS)
"""Two in a row that kill their worker, one that it stumbles over, one that takes all memory."""

pytestmark = pytest.mark.timeout(1200)


async def test_poison_under_load_is_refused_and_costs_no_other_document_anything(
    ground: Ground,
) -> None:
    poison = [bait(length, endpoint) for length in LENGTHS for endpoint in ENDPOINTS[:2]]
    async with ground.routers(**{DEADLY: "yes"}) as fleet, ground.load() as load:
        await load.progress(BETWEEN)
        await asyncio.gather(*(load.submit(content) for content in poison))
        await load.progress(BETWEEN)
        running = fleet.running
    outcome = await ground.reconcile("poison that kills workers", len(poison))
    assert outcome.clean, f"seed {ground.seed}\n{outcome.faults}"
    assert running, "the routers must outlive it"


def bait(length: int, endpoint: str) -> Content:
    """Return a body of this length, another one each time."""
    body = uuid4().hex.encode().ljust(length, b"x")
    return Content(body, endpoint, "document", reason=Reason.UNCHECKABLE)
