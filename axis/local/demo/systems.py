"""Simulated agency systems: they do what a real one has to, through `axis.client` alone."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager

from axis.client import AgencySystem, Answer, Delivery, ReceiptTrust
from axis.clock import system_clock
from axis.edxml.codes import DocumentKind, StatusCode
from axis.edxml.values import Document
from axis.local.installation import Installation
from axis.local.pki import DemoPki


class Agencies:
    """All endpoints of the demonstration, connected; each receives for its agencies."""

    def __init__(
        self,
        pki: DemoPki,
        turns_down: Callable[[str, str], bool],
        keeps: Callable[[str, str], bool],
        heard: Callable[[Answer], None],
    ) -> None:
        self._pki = pki
        self._turns_down = turns_down
        self._keeps = keeps
        self._heard = heard
        self._systems: dict[str, AgencySystem] = {}

    def at(self, endpoint: str) -> AgencySystem:
        """Return the system of an endpoint."""
        return self._systems[endpoint]

    @classmethod
    @asynccontextmanager
    async def connect(
        cls,
        installation: Installation,
        turns_down: Callable[[str, str], bool],
        keeps: Callable[[str, str], bool],
        heard: Callable[[Answer], None],
    ) -> AsyncIterator["Agencies"]:
        """Connect every endpoint.

        `turns_down(receiver, document_id)` says which documents a receiver refuses, `keeps` which
        recalls it declines; `heard` is told of every receipt and status that comes back.
        """
        pki = installation.pki
        agencies = cls(pki, turns_down, keeps, heard)
        trust = ReceiptTrust.of([pki.receipts.certificate], pki.anchors)
        journals = installation.folder / "journals"
        journals.mkdir(mode=0o700, exist_ok=True)
        async with AsyncExitStack() as stack:
            for endpoint in installation.passwords():
                agencies._systems[endpoint] = await stack.enter_async_context(
                    AgencySystem.connect(
                        installation.endpoint_url(endpoint),
                        endpoint,
                        journal=journals / f"{endpoint}.journal",
                        trust=trust,
                    )
                )
            yield agencies

    async def work(self) -> None:
        """Receive and listen at every endpoint until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            for system in self._systems.values():
                tasks.create_task(self._receive(system))
                tasks.create_task(self._listen(system))

    async def _receive(self, system: AgencySystem) -> None:
        """Take documents as a receiving system must: verify first, then register and report."""
        policy = self._pki.policy()
        async for delivery in system.deliveries():
            checked = await asyncio.to_thread(delivery.verify, policy, system_clock())
            for code in delivery.receivers:
                if checked.document is None:
                    await self._report(system, delivery, code, StatusCode.REFUSED, "Chữ ký sai")
                elif checked.document.kind is DocumentKind.RECALL:
                    await self._answer_recall(system, delivery, code, checked.document)
                elif self._turns_down(code, checked.document.document_id):
                    await self._report(system, delivery, code, StatusCode.ARRIVED)
                    await self._report(
                        system, delivery, code, StatusCode.REFUSED, "Thiếu bảng kê hóa đơn kèm theo"
                    )
                else:
                    await self._report(system, delivery, code, StatusCode.ARRIVED)
                    await self._report(system, delivery, code, StatusCode.ACCEPTED)
            await delivery.acknowledge()

    async def _answer_recall(
        self, system: AgencySystem, delivery: Delivery, receiver: str, recall: Document
    ) -> None:
        if self._keeps(receiver, recall.document_id):
            await self._report(
                system, delivery, receiver, StatusCode.DISAGREED, "Đã dùng số liệu để báo cáo"
            )
            return
        await self._report(system, delivery, receiver, StatusCode.AGREED, "Đồng ý thu hồi")
        await self._report(system, delivery, receiver, StatusCode.DONE, "Đã hủy bản nhận")

    async def _report(
        self,
        system: AgencySystem,
        delivery: Delivery,
        receiver: str,
        code: StatusCode,
        description: str = "",
    ) -> None:
        key = self._pki.seal(receiver).load()
        sent = await system.report(
            delivery, code, as_agency=receiver, key=key, description=description
        )
        await sent.receipt()

    async def _listen(self, system: AgencySystem) -> None:
        async for answer in system.answers():
            self._heard(answer)
            await answer.acknowledge()
