"""The reconciliation itself: what is lost, doubled or wrong is found, and nothing else.

No server is needed: a small ledger that is in order, and what the axis stored about it, each time
with one thing changed.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from uuid import UUID, uuid4

import pytest

from axis.edxml.codes import StatusCode
from axis.evidence.events import Event
from axis.evidence.receipt import Receipt, ReceiverLine, Subject, SubjectKind
from axis.reasons import Reason
from tests.adversity.compare import compare
from tests.adversity.contents import Content
from tests.adversity.ledger import Ledger, Taken
from tests.adversity.outcome import Outcome
from tests.adversity.stored import Stored, StoredDelivery, StoredSubmission
from tests.support.exchange import NOW, document

LETTER = Content(
    b"van ban", "g22", "document", document=document("G22", ["G09"]), copies={"g09": ["G09"]}
)
ARRIVED = Content(
    b"01", "g09", "status", about=LETTER, status=StatusCode.ARRIVED, receiver="G09", told="g22"
)
BAD = Content(b"<", "g12", "document", reason=Reason.NOT_XML)

DELIVERY = UUID(int=1)


@dataclass
class Books:
    """A ledger and what is stored, both in order until something is changed."""

    ledger: Ledger = field(default_factory=Ledger)
    stored: Stored = field(default_factory=Stored)

    def submit(self, content: Content, outcome: str, message_id: str, receipt: bytes = b"") -> None:
        """Note a submission with its decision and its receipt."""
        self.ledger.submission(content, message_id)
        reasons = () if content.reason is None else (content.reason.code,)
        row = StoredSubmission(message_id, content.endpoint, content.sha256, outcome, reasons)
        self.stored = replace(self.stored, submissions=(*self.stored.submissions, row))
        refused = content.reason is not None
        event = Event.SUBMISSION_REJECTION if refused else Event.SUBMISSION_ACCEPTANCE
        body = receipt or f"receipt {message_id}".encode()
        self.prove(event, content, f"answers.{content.endpoint}", body, message_id)

    def prove(
        self, event: Event, content: Content, queue: str, body: bytes, message_id: str | None = None
    ) -> None:
        """Note a receipt that was stored and taken."""
        known = {one[1]: one[0] for one in self.stored.evidence}
        subject = Subject(kind=SubjectKind.DOCUMENT, sha256=content.sha256, size=1)
        line = ReceiverLine(named=("G09",), code="G09", delivery=DELIVERY)
        receipt = Receipt(
            id=known.get(body, uuid4()),
            event=event,
            at=NOW,
            issuer="axis",
            subject=subject,
            receivers=(line,),
        )
        if body not in known:
            self.stored = replace(self.stored, evidence=(*self.stored.evidence, (receipt.id, body)))
        taken = Taken(queue, str(uuid4()), "receipt", message_id, {}, body)
        self.ledger.taken[queue, taken.message_id] = taken
        self.ledger.receipts[queue, taken.message_id] = receipt

    def relay(self, content: Content, queue: str, type_: str) -> None:
        """Note a copy, or a status that was passed on."""
        headers = {"axis-sha256": content.sha256, "axis-to": "G09"}
        self.ledger.note(Taken(queue, str(uuid4()), type_, None, headers, content.body))

    def in_queue(self, queue: str, type_: str) -> list[tuple[str, str]]:
        """Return the keys of what was taken like this."""
        return [
            key
            for key, taken in self.ledger.taken.items()
            if key[0] == queue and taken.type == type_
        ]


@pytest.fixture
def books() -> Books:
    """A document with one receiver that says 01, a duplicate of it, and a refused message."""
    books = Books()
    books.submit(LETTER, "accepted", "m-1", b"accepted")
    books.submit(LETTER, "duplicate", "m-2", b"accepted")
    books.submit(ARRIVED, "accepted", "m-3")
    books.submit(BAD, "refused", "m-4")
    books.relay(LETTER, "inbox.g09", "document")
    books.relay(ARRIVED, "answers.g22", "status")
    books.prove(Event.CONTENT_CONSIGNMENT, LETTER, "answers.g22", b"consigned")
    books.prove(Event.CONTENT_HANDOVER, LETTER, "answers.g22", b"handed over")
    books.stored = replace(
        books.stored,
        documents=((LETTER.sha256, LETTER.body),),
        statuses=((ARRIVED.sha256, ARRIVED.body),),
        deliveries=(StoredDelivery(DELIVERY, LETTER.sha256, "G09", "arrived", "arrived"),),
    )
    return books


def test_books_in_order_show_nothing(books: Books) -> None:
    outcome = compare(books.ledger, books.stored)

    assert outcome.clean, outcome.faults
    assert outcome.counts["submissions"] == 4
    assert outcome.counts["receipts"] == 5


def changed(**fields: object) -> Callable[[Books], None]:
    def change(books: Books) -> None:
        books.stored = replace(books.stored, **fields)

    return change


def forget(queue: str, type_: str) -> Callable[[Books], None]:
    def change(books: Books) -> None:
        for key in books.in_queue(queue, type_):
            del books.ledger.taken[key]
            books.ledger.receipts.pop(key, None)

    return change


def unsubmitted(books: Books) -> None:
    del books.ledger.submissions["m-4"]


def undecided(books: Books) -> None:
    books.stored = replace(books.stored, submissions=books.stored.submissions[1:])


LOST = {
    "a document that is not stored": changed(documents=()),
    "a delivery that is not stored": changed(deliveries=()),
    "a status that is not stored": changed(statuses=()),
    "a submission without a decision": undecided,
    "a copy that never came": forget("inbox.g09", "document"),
    "a status that was not passed on": forget("answers.g22", "status"),
    "a receipt that was not sent": forget("answers.g12", "receipt"),
}


@pytest.mark.parametrize("change", LOST.values(), ids=LOST.keys())
def test_what_is_missing_is_lost(books: Books, change: Callable[[Books], None]) -> None:
    change(books)

    assert compare(books.ledger, books.stored).lost


def second_decision(books: Books) -> None:
    rows = books.stored.submissions
    books.stored = replace(books.stored, submissions=(*rows, rows[0]))


def second_acceptance(books: Books) -> None:
    first, second, *rest = books.stored.submissions
    books.stored = replace(
        books.stored, submissions=(first, replace(second, outcome="accepted"), *rest)
    )


DOUBLED: dict[str, Callable[[Books], None]] = {
    "a document stored twice": changed(documents=2 * ((LETTER.sha256, LETTER.body),)),
    "a status stored twice": changed(statuses=2 * ((ARRIVED.sha256, ARRIVED.body),)),
    "a submission decided twice": second_decision,
    "bytes accepted twice": second_acceptance,
    "a copy under another message_id": lambda books: books.relay(LETTER, "inbox.g09", "document"),
    "a status passed on twice": lambda books: books.relay(ARRIVED, "answers.g22", "status"),
    "two receipts for a submission": lambda books: books.prove(
        Event.SUBMISSION_REJECTION, BAD, "answers.g12", b"another", "m-4"
    ),
    "consigned twice": lambda books: books.prove(
        Event.CONTENT_CONSIGNMENT, LETTER, "answers.g22", b"consigned again"
    ),
}


@pytest.mark.parametrize("change", DOUBLED.values(), ids=DOUBLED.keys())
def test_what_has_an_effect_twice_is_doubled(books: Books, change: Callable[[Books], None]) -> None:
    change(books)

    assert compare(books.ledger, books.stored).doubled


def delivery(**fields: object) -> Callable[[Books], None]:
    def change(books: Books) -> None:
        (one,) = books.stored.deliveries
        books.stored = replace(books.stored, deliveries=(replace(one, **fields),))

    return change


def altered_copy(books: Books) -> None:
    (key,) = books.in_queue("inbox.g09", "document")
    books.ledger.taken[key] = replace(books.ledger.taken[key], body=b"van ban khac")


def altered_receipt(books: Books) -> None:
    (identity, _), *rest = books.stored.evidence
    books.stored = replace(books.stored, evidence=((identity, b"other"), *rest))


def came_again_otherwise(books: Books) -> None:
    ((queue, message_id),) = books.in_queue("inbox.g09", "document")
    headers = {"axis-sha256": LETTER.sha256, "axis-to": "G12"}
    books.ledger.note(Taken(queue, message_id, "document", None, headers, LETTER.body))


def refused_for(reason: Reason) -> Callable[[Books], None]:
    def change(books: Books) -> None:
        *rest, bad = books.stored.submissions
        bad = replace(bad, reasons=(reason.code,))
        books.stored = replace(books.stored, submissions=(*rest, bad))

    return change


def wrongly_refused(books: Books) -> None:
    first, *rest = books.stored.submissions
    books.stored = replace(books.stored, submissions=(replace(first, outcome="refused"), *rest))


WRONG: dict[str, Callable[[Books], None]] = {
    "a stored document that differs in a byte": changed(documents=((LETTER.sha256, b"van bam"),)),
    "a stored status that differs in a byte": changed(statuses=((ARRIVED.sha256, b"02"),)),
    "a copy that differs in a byte": altered_copy,
    "a receipt that differs from its record": altered_receipt,
    "a message that came again with other headers": came_again_otherwise,
    "a decision about what nobody submitted": unsubmitted,
    "a refusal for another reason": refused_for(Reason.UNSIGNED),
    "a good document refused": wrongly_refused,
    "a copy in an inbox that has no business with it": lambda books: books.relay(
        LETTER, "inbox.g12", "document"
    ),
    "a state that nobody reported": delivery(state="done"),
    "a state that the axis has no word for": delivery(state="lost"),
    "a way shorter than what was reported": delivery(reached="consigned"),
    "a way longer than what was reported": delivery(state="received", reached="received"),
    "a copy called off that nobody recalled": delivery(called_off=True),
    "a message still in the outbox": changed(waiting=1),
    "a dead letter": changed(dead=1),
    "a message left in a queue": changed(left=(("inbox.g09", 1),)),
}


@pytest.mark.parametrize("change", WRONG.values(), ids=WRONG.keys())
def test_what_is_not_as_submitted_is_wrong(books: Books, change: Callable[[Books], None]) -> None:
    change(books)

    assert compare(books.ledger, books.stored).wrong


def test_receipt_that_was_sent_and_not_stored_is_wrong(books: Books) -> None:
    books.stored = replace(books.stored, evidence=books.stored.evidence[1:])

    assert compare(books.ledger, books.stored).wrong


def test_same_message_again_is_counted_and_no_fault(books: Books) -> None:
    (key,) = books.in_queue("inbox.g09", "document")
    books.ledger.note(books.ledger.taken[key])

    outcome: Outcome = compare(books.ledger, books.stored)

    assert outcome.clean, outcome.faults
    assert outcome.counts["of them again"] == 1
