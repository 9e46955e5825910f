"""A story of documents and statuses decided without servers: what was sent, what became of it."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from axis.edxml.codes import StatusCode
from axis.edxml.values import Document
from axis.evidence.events import Event
from axis.evidence.receipt import Receipt
from axis.evidence.xml import read_receipt
from axis.exchange.admission.known import Known
from axis.exchange.decision.case import Decision, Ending
from axis.exchange.decision.decider import Decider
from axis.exchange.deliveries.states import DeliveryState as S
from axis.exchange.records import DeliveryRow, DocumentRow, MessageType, OutboxRow
from axis.registry.agency import Agency
from tests.support.exchange import REPORTED_AT, case, decider, directory, reported, submission

AT = {"G22": "g22", "G09": "g09", "H37": "lgsp-h37", "H37.02": "lgsp-h37", "H37.101": "lgsp-h37"}
"""Where agencies are served."""


@dataclass
class World:
    """A decider, and the messages of a story."""

    deciding: Decider = field(default_factory=decider)

    def send(self, message: Document, endpoint: str = "g22", sealed_by: str = "") -> Decision:
        return self.deciding.decide(
            case(message, submission(endpoint), sealed_by=sealed_by or message.sender)
        )

    def accept(self, message: Document, endpoint: str = "g22") -> DocumentRow:
        decision = self.send(message, endpoint)
        assert (decision.ending, decision.reasons) == (Ending.ACCEPTED, ())
        return self.deciding.records.documents[-1]

    def report(
        self,
        sender: str,
        code: StatusCode,
        about: Document,
        to: str = "",
        *,
        endpoint: str = "",
        at: datetime = REPORTED_AT,
    ) -> Decision:
        where = endpoint or AT[sender]
        return self.deciding.decide(
            reported(sender, code, about, where, to=to, description="Lý do", at=at)
        )

    def states(self, row: DocumentRow) -> dict[str, S]:
        found = self.deciding.known.deliveries
        return {code: one.state for (about, code), one in found.items() if about == row.id}

    def copies(self, row: DocumentRow) -> dict[str, OutboxRow]:
        outbox = self.deciding.records.outbox
        return {
            one.queue: one
            for one in outbox
            if one.type is MessageType.DOCUMENT and one.subject == row.id
        }

    def deliveries(self, row: DocumentRow) -> dict[str, DeliveryRow]:
        found = self.deciding.records.deliveries
        return {one.receiver: one for one in found if one.document == row.id}

    def receipts(self, event: Event) -> list[Receipt]:
        found = self.deciding.records.evidence
        return [read_receipt(one.receipt) for one in found if one.event is event]

    def notices(self) -> list[tuple[str, UUID | None, list[str | None]]]:
        """To which endpoint it was told of which document that it is withdrawn for whom."""
        return [
            (one.receivers[0].endpoint or "", one.subject.axis_id, [r.code for r in one.receivers])
            for one in self.receipts(Event.DELIVERY_WITHDRAWN)
        ]


def moving(*agencies: Agency) -> Known:
    return Known(directory(*agencies))
