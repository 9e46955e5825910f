"""Compares statuses with what is stored, passed on and proven."""

from collections import Counter, defaultdict

from axis.edxml.codes import StatusCode
from axis.evidence.events import Event
from tests.adversity.ledger import Ledger, Taken
from tests.adversity.outcome import Outcome
from tests.adversity.stored import Stored

PROOFS = {
    StatusCode.ARRIVED: Event.CONTENT_HANDOVER,
    StatusCode.REFUSED: Event.CONSIGNMENT_REJECTION,
    StatusCode.ACCEPTED: Event.CONSIGNMENT_ACCEPTANCE,
}
"""Statuses that are evidence of their own."""


def compare_statuses(ledger: Ledger, stored: Stored, outcome: Outcome) -> None:
    """Every status is stored once, reached the other side once, and proves its event."""
    sent = {sha256: one for sha256, one in ledger.contents.items() if one.status is not None}
    found = Counter(sha256 for sha256, _ in stored.statuses)
    for sha256, body in stored.statuses:
        content = sent.get(sha256)
        if content is None or body != content.body:
            outcome.wrong.append(f"status {sha256[:12]} was not submitted like this")
    told: dict[str, list[Taken]] = defaultdict(list)
    for taken in ledger.taken.values():
        if taken.type == "status":
            told[taken.sha256].append(taken)
    distinct = {receipt.id: receipt for receipt in ledger.receipts.values()}
    events = Counter(
        (receipt.event, receipt.subject.sha256, receipt.receivers[0].code)
        for receipt in distinct.values()
        if receipt.event in PROOFS.values()
    )
    outcome.counts["statuses"] = len(sent)
    for sha256, content in sent.items():
        assert content.about is not None
        assert content.status is not None
        what = f"status {content.status.value} {sha256[:12]}"
        outcome.exactly_one(what, found[sha256])
        passed_on = told.pop(sha256, [])
        outcome.exactly_one(f"{what} at {content.told}", len(passed_on))
        for taken in passed_on[:1]:
            outcome.equal(f"{what}: queue", taken.queue, f"answers.{content.told}")
            outcome.equal(f"{what}: altered", taken.body != content.body, False)
        event = PROOFS.get(content.status)
        if event is not None:
            proof = (event, content.about.sha256, content.receiver)
            outcome.exactly_one(f"{event} receipt of {what}", events.pop(proof, 0))
    outcome.wrong += [f"status {sha256[:12]} that nobody sent" for sha256 in told]
    outcome.wrong += [f"{event} receipt without its status" for event, _, _ in events]
