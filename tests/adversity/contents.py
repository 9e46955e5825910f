"""What is submitted under adversity: a seeded mix of good, refused and repeated messages."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum
from random import Random

from axis.edxml.codes import Priority, StatusCode
from axis.edxml.values import Document
from axis.edxml.write import write_document
from axis.reasons import Reason
from tests.support.offices import Offices

AGENCIES = {
    "G22": "g22",
    "G09": "g09",
    "G12": "g12",
    "G06": "g06",
    "H26": "h26",
    "H26.102": "h26",
    "H37": "lgsp-h37",
    "H37.02": "lgsp-h37",
    "H37.101": "lgsp-h37",
    "H37.09": "h37-yte",
}
"""Agencies that send and receive, with the endpoints that serve them."""

SIZES = ((300, 70), (72_000, 25), (730_000, 5))
"""Bytes of the attached file and how often: messages of about 6 KB, 100 KB and 1 MB."""


class Sort(Enum):
    """What a step of the load submits, with its share in percent."""

    NEW = 75
    DUPLICATE = 8
    """The bytes of an earlier document under a new message_id."""
    REPEAT = 7
    """An earlier submission once more: same bytes, same message_id."""
    REFUSED = 10


@dataclass(eq=False)
class Content:
    """Distinct bytes, and what the axis owes to them."""

    body: bytes
    endpoint: str
    """Where they are submitted."""
    routing_key: str
    document: Document | None = None
    """The good document; None for a status and for what is refused."""
    copies: dict[str, list[str]] = field(default_factory=dict)
    """Receiving agencies by endpoint."""
    urgent: bool = False
    reason: Reason | None = None
    """Why it is refused."""
    about: "Content | None" = None
    """The document that a status is about."""
    status: StatusCode | None = None
    reporter: str = ""

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.body).hexdigest()


class Author:
    """Writes contents; the same seed gives the same mix."""

    def __init__(self, offices: Offices, random: Random) -> None:
        self._offices = offices
        self._random = random

    def sort(self) -> Sort:
        """Choose what the next step submits."""
        sorts = list(Sort)
        return self._random.choices(sorts, [sort.value for sort in sorts])[0]

    def document(self) -> Content:
        """Write a good document."""
        sender, receivers = self._parties()
        letter = self._letter(sender, receivers)
        copies: dict[str, list[str]] = {}
        for receiver in receivers:
            copies.setdefault(AGENCIES[receiver], []).append(receiver)
        return Content(
            self._offices.seal(letter),
            AGENCIES[sender],
            "document.urgent" if letter.priority.urgent else "document",
            document=letter,
            copies=copies,
            urgent=letter.priority.urgent,
        )

    def refused(self) -> Content:
        """Write something that has to be refused."""
        sender, receivers = self._parties()
        letter = self._letter(sender, receivers)
        reason = self._random.choice(
            [Reason.UNSIGNED, Reason.RECEIVER_UNKNOWN, Reason.ALTERED, Reason.NOT_XML]
        )
        if reason is Reason.UNSIGNED:
            body = write_document(letter)
        elif reason is Reason.RECEIVER_UNKNOWN:
            body = self._offices.seal(self._letter(sender, [*receivers, "X99"]))
        elif reason is Reason.ALTERED:
            body = self._offices.seal(letter).replace(b"V/v ", b"V/V ")
        else:
            body = self._offices.seal(letter)[:-20]
        return Content(body, AGENCIES[sender], "document", reason=reason)

    def status(self, about: Content, code: StatusCode, reporter: str) -> Content:
        """Write a receiver's status about a document."""
        assert about.document is not None
        return Content(
            self._offices.status(about.document, code, reporter),
            AGENCIES[reporter],
            "status",
            about=about,
            status=code,
            reporter=reporter,
        )

    def _parties(self) -> tuple[str, Sequence[str]]:
        sender = self._random.choice(list(AGENCIES))
        others = [code for code, endpoint in AGENCIES.items() if endpoint != AGENCIES[sender]]
        return sender, self._random.sample(others, self._random.randint(1, 5))

    def _letter(self, sender: str, receivers: Sequence[str]) -> Document:
        sizes, shares = zip(*SIZES, strict=True)
        return self._offices.letter(
            sender,
            receivers,
            priority=self._random.choices(list(Priority), [80, 5, 5, 5, 5])[0],
            size=self._random.choices(sizes, shares)[0],
        )
