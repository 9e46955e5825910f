"""Compares a ledger with what the axis stored, byte by byte. Pure: it can be tested itself."""

from collections import Counter, defaultdict
from uuid import UUID

from axis.evidence.events import Event
from tests.adversity.compare_documents import compare_deliveries, compare_documents
from tests.adversity.compare_statuses import compare_statuses
from tests.adversity.ledger import ENDINGS, Ledger, Submission, Taken
from tests.adversity.outcome import Outcome
from tests.adversity.stored import Stored, StoredSubmission


def compare(ledger: Ledger, stored: Stored) -> Outcome:
    """Return everything that is lost, doubled or wrong."""
    outcome = Outcome()
    outcome.wrong += [f"{what}: came again with other contents" for what in ledger.altered]
    _submissions(ledger, stored, outcome)
    compare_documents(ledger, stored, outcome)
    compare_deliveries(ledger, stored, outcome)
    compare_statuses(ledger, stored, outcome)
    _evidence(ledger, stored, outcome)
    outcome.equal("messages waiting in the outbox", stored.waiting, 0)
    outcome.equal("dead letters", stored.dead, 0)
    outcome.equal("messages left in queues", stored.left, ())
    for name in ("messages taken", "of them again", "repeated submissions", "sends again"):
        outcome.counts[name] = ledger.counts[name]
    return outcome


def _submissions(ledger: Ledger, stored: Stored, outcome: Outcome) -> None:
    """Every message_id has one decision, the right one, and one distinct receipt."""
    decided: dict[str, list[StoredSubmission]] = defaultdict(list)
    for row in stored.submissions:
        decided[row.message_id].append(row)
    for message_id in decided.keys() - ledger.submissions.keys():
        outcome.wrong.append(f"decision about {message_id}, which nobody submitted")
    answers: dict[str, list[Taken]] = defaultdict(list)
    for taken in ledger.taken.values():
        if taken.type == "receipt" and taken.correlation_id:
            answers[taken.correlation_id].append(taken)
    outcomes: dict[str, Counter[str]] = defaultdict(Counter)
    receipts: dict[str, set[bytes]] = defaultdict(set)
    for message_id, submission in ledger.submissions.items():
        found = decided[message_id]
        outcome.exactly_one(f"decision about submission {message_id}", len(found))
        for row in found[:1]:
            _decision(submission, row, outcome)
            outcomes[submission.content.sha256][row.outcome] += 1
        for taken in _answers(submission, answers[message_id], ledger, outcome):
            receipts[submission.content.sha256].add(taken.body)
    for sha256, counted in outcomes.items():
        if ledger.contents[sha256].reason is None:
            outcome.exactly_one(f"acceptance of {sha256[:12]}", counted["accepted"])
            outcome.equal(f"refusals of {sha256[:12]}", counted["refused"], 0)
            outcome.equal(f"receipts' contents for {sha256[:12]}", len(receipts[sha256]), 1)
    outcome.counts["submissions"] = len(ledger.submissions)
    for name in ("accepted", "duplicate", "refused"):
        outcome.counts[name] = sum(counted[name] for counted in outcomes.values())


def _decision(submission: Submission, row: StoredSubmission, outcome: Outcome) -> None:
    content = submission.content
    what = f"submission {submission.message_id}"
    outcome.equal(f"{what}: endpoint", row.endpoint, content.endpoint)
    outcome.equal(f"{what}: digest", row.sha256, content.sha256)
    outcome.equal(f"{what}: still held", row.outcome == "held", False)
    if content.reason is not None:
        outcome.equal(f"{what}: outcome", row.outcome, "refused")
        outcome.equal(f"{what}: {content.reason.code}", content.reason.code in row.reasons, True)
    elif row.outcome == "refused":
        outcome.wrong.append(f"{what}: refused for {row.reasons}")


def _answers(
    submission: Submission, answers: list[Taken], ledger: Ledger, outcome: Outcome
) -> list[Taken]:
    """Return the one receipt that ends a submission, if it is there."""
    content = submission.content
    what = f"submission {submission.message_id}"
    by_event = defaultdict(list)
    for taken in answers:
        by_event[ledger.receipts[taken.queue, taken.message_id].event].append(taken)
    notices = by_event[Event.SUBMISSION_HELD]
    outcome.counts["held meanwhile"] += len(notices)
    if len(notices) > 1:
        outcome.doubled.append(f"notice about {what}: {len(notices)}")
    endings = [taken for event in ENDINGS for taken in by_event[event]]
    outcome.exactly_one(f"receipt about {what}", len(endings))
    for taken in endings[:1]:
        receipt = ledger.receipts[taken.queue, taken.message_id]
        wanted = (
            Event.SUBMISSION_ACCEPTANCE if content.reason is None else Event.SUBMISSION_REJECTION
        )
        outcome.equal(f"{what}: event", receipt.event, wanted)
        outcome.equal(f"{what}: receipt's digest", receipt.subject.sha256, content.sha256)
        outcome.equal(f"{what}: queue", taken.queue, f"answers.{content.endpoint}")
    return endings[:1]


def _evidence(ledger: Ledger, stored: Stored, outcome: Outcome) -> None:
    """No receipt was stored without being sent, none was sent without being stored."""
    sent: dict[UUID, bytes] = {}
    for key, receipt in ledger.receipts.items():
        body = ledger.taken[key].body
        outcome.equal(f"receipt {receipt.id}: bytes", sent.setdefault(receipt.id, body), body)
    outcome.counts["receipts"] = len(stored.evidence)
    for identity, body in stored.evidence:
        if identity not in sent:
            outcome.lost.append(f"receipt {identity} was stored and not sent")
        elif sent.pop(identity) != body:
            outcome.wrong.append(f"receipt {identity} was sent with other bytes")
    outcome.wrong += [f"receipt {identity} was sent and not stored" for identity in sent]
