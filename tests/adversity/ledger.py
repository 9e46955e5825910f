"""The ledger of a load: everything that was submitted and everything that was taken."""

import asyncio
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from axis.evidence.events import Event
from axis.evidence.receipt import Receipt
from axis.evidence.xml import read_receipt
from tests.adversity.contents import Content

ENDINGS = (Event.SUBMISSION_ACCEPTANCE, Event.SUBMISSION_REJECTION)
"""What ends a submission; the notice that it is held does not."""


@dataclass(frozen=True)
class Taken:
    """One delivery as a system took it."""

    queue: str
    message_id: str
    type: str
    correlation_id: str | None
    headers: dict[str, Any]
    body: bytes

    @property
    def endpoint(self) -> str:
        return self.queue.split(".")[1]

    @property
    def sha256(self) -> str:
        """What its header says of the relayed message."""
        return str(self.headers.get("axis-sha256"))


@dataclass(eq=False)
class Submission:
    """One message_id and the bytes submitted under it."""

    message_id: str
    content: Content
    answered: asyncio.Event = field(default_factory=asyncio.Event)


class Ledger:
    """Everything submitted and everything taken, message by message."""

    def __init__(self) -> None:
        self.contents: dict[str, Content] = {}
        self.submissions: dict[str, Submission] = {}
        self.taken: dict[tuple[str, str], Taken] = {}
        """By queue and message_id: the first delivery of each message."""
        self.receipts: dict[tuple[str, str], Receipt] = {}
        self.altered: list[str] = []
        """Messages that came again with other contents."""
        self.counts: Counter[str] = Counter()
        self.arrived: Callable[[Content, Taken], None] = lambda content, taken: None
        """Is told of the first delivery of each document and status."""

    def submission(self, content: Content, message_id: str) -> Submission:
        """Note that a content is going to be submitted."""
        self.contents.setdefault(content.sha256, content)
        found = Submission(message_id, content)
        self.submissions[message_id] = found
        return found

    def note(self, taken: Taken) -> None:
        """Note a delivery; called before it is acknowledged."""
        content = self.contents.get(taken.sha256)
        if content is not None and content.body == taken.body:
            taken = replace(taken, body=content.body)  # the same bytes need no second place
        key = (taken.queue, taken.message_id)
        first = self.taken.setdefault(key, taken)
        self.counts["messages taken"] += 1
        if first is not taken:
            self.counts["of them again"] += 1
            if first != taken:
                self.altered.append(f"{taken.queue} {taken.message_id}")
        elif taken.type == "receipt":
            self._note_receipt(key, taken)
        elif content is not None:
            self.arrived(content, taken)

    def _note_receipt(self, key: tuple[str, str], taken: Taken) -> None:
        receipt = read_receipt(taken.body)
        self.receipts[key] = receipt
        submission = self.submissions.get(taken.correlation_id or "")
        if receipt.event not in ENDINGS or submission is None:
            return
        if not submission.answered.is_set():
            submission.answered.set()
            self.counts["answered"] += 1
