"""Writes what is submitted under adversity; the same seed gives the same mix."""

import itertools
from collections.abc import Sequence
from enum import Enum
from random import Random

from msgspec.structs import replace

from axis.clock import system_clock
from axis.edxml.build import File, new_document, recall_of
from axis.edxml.codes import DocumentKind, Priority, StatusCode
from axis.edxml.values import Document, Organization, ResponseFor
from axis.edxml.write import write_document
from axis.reasons import Reason
from tests.adversity.contents import AGENCIES, Content
from tests.support.offices import Offices

SIZES = ((300, 70), (72_000, 25), (730_000, 5))
"""Bytes of the attached file and how often: messages of about 6 KB, 100 KB and 1 MB."""

REASONS = (
    Reason.UNSIGNED,
    Reason.RECEIVER_UNKNOWN,
    Reason.ALTERED,
    Reason.NOT_XML,
    Reason.NOT_ORIGINAL_SENDER,
    Reason.DOCUMENT_CONFLICT,
)
"""What bad messages are refused for."""


class Sort(Enum):
    """What a step of the load submits, with its share in percent.

    What follows from a document (recalls, statuses, answers) comes on top: see `clerks`.
    """

    NEW = 75
    DUPLICATE = 8
    """The bytes of an earlier message under a new message_id."""
    REPEAT = 7
    """An earlier submission once more: same bytes, same message_id."""
    REFUSED = 10


class Author:
    """Writes contents."""

    def __init__(self, offices: Offices, random: Random) -> None:
        self._offices = offices
        self._random = random
        self._statuses = itertools.count(1)

    def sort(self) -> Sort:
        """Choose what the next step submits."""
        sorts = list(Sort)
        return self._random.choices(sorts, [sort.value for sort in sorts])[0]

    def document(self) -> Content:
        """Write a new document."""
        sender, receivers = self._parties()
        return self._sealed(self._letter(sender, receivers))

    def answer(self, to: Content, author: str) -> Content:
        """Write a receiver's answer to a document (ResponseFor)."""
        first = _document(to)
        answered = ResponseFor(
            organ_id=first.sender,
            code=str(first.code),
            document_id=first.document_id,
            promulgation_date=first.promulgation.date,
        )
        letter = self._letter(author, [first.sender])
        return self._sealed(replace(letter, responses=(answered,)))

    def recall(self, target: Content) -> Content:
        """Write the recall of a document, to all its receivers."""
        recall = recall_of(_document(target), reason="Ban hành nhầm", at=system_clock())
        return self._sealed(recall, target)

    def update(self, target: Content) -> Content:
        """Write a new version of a document, to all its receivers."""
        first = _document(target)
        letter = self._letter(first.sender, first.receivers)
        update = new_document(
            sender=first.sender,
            receivers=first.receivers,
            number=first.code.number,
            notation=first.code.notation,
            date=first.promulgation.date or system_clock().date(),
            at=system_clock(),
            subject=f"{first.subject} (cập nhật)",
            priority=first.priority,
            files=[File("cap-nhat.txt", letter.subject.encode())],
            kind=DocumentKind.UPDATE,
            own_id=first.document_id,
        )
        return self._sealed(update, target)

    def replacement(self, *targets: Content) -> Content:
        """Write a document that replaces others of the same sender, to anybody."""
        sender = _document(targets[0]).sender
        _, receivers = self._parties(sender)
        letter = self._letter(sender, receivers)
        replacement = new_document(
            sender=sender,
            receivers=receivers,
            number=letter.code.number,
            notation=letter.code.notation,
            date=letter.promulgation.date or system_clock().date(),
            at=system_clock(),
            subject=letter.subject,
            files=[File("thay-the.txt", letter.subject.encode())],
            kind=DocumentKind.REPLACE,
            replaces=[_document(target).document_id for target in targets],
        )
        return self._sealed(replacement)

    def refused(self, known: Sequence[Content]) -> Content:
        """Write something that has to be refused; `known` are accepted new documents."""
        sender, receivers = self._parties()
        letter = self._letter(sender, receivers)
        reason = self._random.choice(REASONS if known else REASONS[:4])
        if reason is Reason.UNSIGNED:
            body = write_document(letter)
        elif reason is Reason.RECEIVER_UNKNOWN:
            body = self._offices.seal(self._letter(sender, [*receivers, "X99"]))
        elif reason is Reason.ALTERED:
            body = self._offices.seal(letter).replace(b"V/v ", b"V/V ")
        elif reason is Reason.NOT_XML:
            body = self._offices.seal(letter)[:-20]
        else:
            first = _document(self._random.choice(known))
            if reason is Reason.NOT_ORIGINAL_SENDER:
                sender = first.receivers[0]
                others = [code for code in first.receivers if code != sender] or [first.sender]
                forged = replace(
                    first,
                    from_=Organization(organ_id=sender),
                    to=tuple(Organization(organ_id=code) for code in others),
                )
                letter = recall_of(forged, reason="Thu hồi hộ", at=system_clock())
            else:
                sender = first.sender
                letter = replace(
                    self._letter(sender, first.receivers), document_id=first.document_id
                )
            body = self._offices.seal(letter)
        return Content(body, AGENCIES[sender], "document", reason=reason)

    def status(self, about: Content, code: StatusCode, receiver: str) -> Content:
        """Write a receiver's status about a document, or the sender's demand for it (13).

        Each says something else: two that say the same within a second are one.
        """
        document = _document(about)
        reporter = document.sender if code.from_sender else receiver
        return Content(
            self._offices.status(
                document,
                code,
                reporter,
                addressee=receiver,
                description=f"Lần thứ {next(self._statuses)}",
            ),
            AGENCIES[reporter],
            "status",
            about=about,
            status=code,
            receiver=receiver,
            told=AGENCIES[receiver] if code.from_sender else about.endpoint,
        )

    def _sealed(self, letter: Document, target: Content | None = None) -> Content:
        copies: dict[str, list[str]] = {}
        for receiver in letter.receivers:
            copies.setdefault(AGENCIES[receiver], []).append(receiver)
        return Content(
            self._offices.seal(letter),
            AGENCIES[letter.sender],
            "document.urgent" if letter.priority.urgent else "document",
            document=letter,
            copies=copies,
            target=target,
        )

    def _parties(self, sender: str = "") -> tuple[str, Sequence[str]]:
        sender = sender or self._random.choice(list(AGENCIES))
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


def _document(content: Content) -> Document:
    assert content.document is not None
    return content.document
