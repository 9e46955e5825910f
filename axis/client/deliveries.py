"""Documents as they come in: urgent ones first, each shown once, acknowledged by the receiver."""

import asyncio
import hashlib
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING

from aio_pika.abc import AbstractIncomingMessage

from axis.client.connection import broker_faults
from axis.client.errors import AxisUnreachableError
from axis.client.journal import DeliveryRecord
from axis.edxml.attachments import AttachmentContent, contents
from axis.edxml.parse import Reading, read, read_message
from axis.edxml.values import Document
from axis.errors import InvalidInputError
from axis.trust.certificates import Certificate
from axis.trust.policy import SignaturePolicy
from axis.trust.verify import verify
from axis.verdict import Finding, Verdict

if TYPE_CHECKING:
    from axis.client.inbox import Inbox


class UnreadableDeliveryError(InvalidInputError):
    """What was delivered is not an edXML document; the findings are in the text."""

    def __init__(self, findings: tuple[Finding, ...]) -> None:
        texts = [f"{finding.text_vi()} / {finding.text_en()}" for finding in findings]
        super().__init__(
            "\n".join(texts)
            or "Gói nhận được không phải văn bản edXML. / What was delivered is no edXML document."
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedDocument:
    """A delivered document with what its sender's signature is worth."""

    verdict: Verdict
    certificate: Certificate | None
    """Whose key made the signature."""
    document: Document | None
    """What was signed, read from the signed bytes alone; None unless the verdict is PASSED."""


class Delivery:
    """One copy of a document for this endpoint, until it is acknowledged."""

    def __init__(self, message: AbstractIncomingMessage, inbox: "Inbox") -> None:
        self.message_id = message_id_of(message)
        """Stable over redelivery: the same copy, the same id."""
        self.body = message.body
        """The sender's bytes, signature included."""
        self.redelivered = bool(message.redelivered)
        """Whether the broker had given it to somebody before, who did not acknowledge it."""
        headers = {
            name: str(value)
            for name, value in message.headers.items()
            if isinstance(value, str | int)
        }
        self.axis_id = headers.get("axis-document")
        """The axis's id of the document: what a clerk asks the axis's operators with."""
        self.sender = headers.get("axis-from", "")
        self.receivers = _listed(headers, "axis-to")
        """The agencies at this endpoint that it is for."""
        self.targets = _listed(headers, "axis-targets")
        """The axis's ids of the documents that a recall, update or replacement is about."""
        self.withdrawn_here = False
        """Whether this is a recall of what was never shown here: it was withdrawn before."""
        self.kind = headers.get("axis-kind", "")
        """``new``, ``recall``, ``update`` or ``replace``."""
        self.priority = int(headers["axis-priority"]) if _number(headers) else 0
        self.expected_sha256 = headers.get("axis-sha256", "")
        self._copies = [message]
        self._inbox = inbox

    @cached_property
    def sha256(self) -> str:
        """Digest of the bytes, lower-case hexadecimal."""
        return hashlib.sha256(self.body).hexdigest()

    @property
    def intact(self) -> bool:
        """Whether the bytes are those that the axis accepted."""
        return self.sha256 == self.expected_sha256

    @cached_property
    def reading(self) -> Reading:
        """What the bytes say, with everything that is wrong with them."""
        return read(self.body)

    @property
    def document(self) -> Document:
        """The document; raises UnreadableDeliveryError.

        Read from the bytes as they came. Where it matters who says so, use `verify`.
        """
        message = self.reading.message
        if not isinstance(message, Document):
            raise UnreadableDeliveryError(self.reading.findings)
        return message

    @property
    def attachments(self) -> tuple[AttachmentContent, ...]:
        """The files that can be opened, decoded; raises UnreadableDeliveryError without a document.

        What is wrong with the others is in `attachment_findings`.
        """
        return self._files[0]

    @property
    def attachment_findings(self) -> tuple[Finding, ...]:
        """What is wrong with the files."""
        return tuple(self._files[1])

    @cached_property
    def _files(self) -> tuple[tuple[AttachmentContent, ...], list[Finding]]:
        return contents(self.document)

    def verify(self, policy: SignaturePolicy, at: datetime) -> CheckedDocument:
        """Check the sender's signature, as QĐ 28/2018/QĐ-TTg asks before a document is accepted.

        Takes milliseconds a megabyte of processor time: call it with `asyncio.to_thread` for large
        documents. Never raises for any bytes.
        """
        checked = verify(self.body, policy, at)
        message = None
        if checked.passed and checked.signed is not None:
            message, _ = read_message(checked.signed)
        return CheckedDocument(
            verdict=checked.verdict,
            certificate=checked.certificate,
            document=message if isinstance(message, Document) else None,
        )

    async def acknowledge(self) -> bool:
        """Take the document over: it is not shown again, to no process with this journal.

        It counts once it is in the journal; the broker is told afterwards. Returns False when
        another process of this endpoint had taken the same copy over before.
        """
        first = await self._inbox.taken_over(self)
        await self._settle()
        self._inbox.let_go(self)
        return first

    async def pass_over(self) -> None:
        """Acknowledge what is withdrawn, without anybody having seen it."""
        self._inbox.let_go(self)
        await self._settle()

    async def release(self) -> None:
        """Give the document back to the broker: another process, or this one, gets it again."""
        self._inbox.let_go(self)
        while self._copies:
            message = self._copies.pop()
            # A lost connection gives it back by itself.
            with suppress(AxisUnreachableError), broker_faults():
                await message.nack(requeue=True)

    def record(self, at: datetime) -> DeliveryRecord:
        """Return what the journal keeps of the delivery once it is acknowledged."""
        message = self.reading.message
        document = message if isinstance(message, Document) else Document()
        return DeliveryRecord(
            message_id=self.message_id,
            document=self.axis_id,
            sha256=self.sha256,
            sender=document.sender,
            receivers=self.receivers,
            document_id=document.document_id,
            number=document.code.number,
            notation=document.code.notation,
            promulgated=document.promulgation.date,
            acknowledged_at=at,
        )

    async def _settle(self) -> None:
        """Tell the broker that it may forget this; the journal knows it if it comes again."""
        while self._copies:
            message = self._copies.pop()
            with suppress(AxisUnreachableError), broker_faults():
                await message.ack()

    def add_copy(self, message: AbstractIncomingMessage) -> None:
        """Remember another message with the same id, to be settled with this delivery."""
        self._copies.append(message)

    def drop_copies(self) -> None:
        """Forget the messages of a channel that is gone; the broker gives them again."""
        self._copies.clear()

    async def prepare(self) -> None:
        """Read the bytes off the event loop, so that `document` is there at once."""
        await asyncio.to_thread(lambda: self.reading)


def _listed(headers: dict[str, str], name: str) -> tuple[str, ...]:
    return tuple(filter(None, headers.get(name, "").split(",")))


def message_id_of(message: AbstractIncomingMessage) -> str:
    """Return a message's id; one without (never the axis's) is known by its digest."""
    return message.message_id or f"sha256:{hashlib.sha256(message.body).hexdigest()}"


def _number(headers: dict[str, str]) -> bool:
    text = headers.get("axis-priority", "")
    return text.isascii() and text.isdigit()
