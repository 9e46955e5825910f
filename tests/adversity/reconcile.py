"""Compares what was submitted with what was stored, delivered and receipted, byte by byte."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import asyncpg
from rich.table import Table

from axis.edxml.codes import StatusCode
from axis.evidence.events import Event
from axis.local.bench.amqp import LightConnection
from axis.local.installation import Installation
from tests.adversity.contents import AGENCIES, Content
from tests.adversity.load import Ledger
from tests.adversity.systems import Taken, queues_of

PROOFS = {
    StatusCode.ARRIVED: Event.CONTENT_HANDOVER,
    StatusCode.ACCEPTED: Event.CONSIGNMENT_ACCEPTANCE,
}


@dataclass
class Reconciliation:
    """What was found; `lost`, `doubled` and `wrong` have to be empty."""

    counts: Counter[str] = field(default_factory=Counter)
    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    @property
    def clean(self) -> bool:
        return not (self.lost or self.doubled or self.wrong)

    def table(self, title: str, facts: Mapping[str, object]) -> Table:
        """Return the figures, and the first of each kind of fault."""
        table = Table(title=title, title_justify="left", show_header=False)
        table.add_column()
        table.add_column(justify="right")
        for name, value in [*facts.items(), *self.counts.items()]:
            table.add_row(name, str(value))
        for name, faults in (
            ("lost", self.lost),
            ("doubled", self.doubled),
            ("wrong", self.wrong),
        ):
            table.add_row(name, "\n".join([str(len(faults)), *faults[:5]]))
        return table

    def exactly_one(self, what: str, found: int) -> None:
        """Note a fault unless there is exactly one."""
        if found == 0:
            self.lost.append(what)
        elif found > 1:
            self.doubled.append(f"{what}: {found}")

    def equal(self, what: str, found: object, wanted: object) -> None:
        """Note a fault unless both are equal."""
        if found != wanted:
            self.wrong.append(f"{what}: {found!r:.200} instead of {wanted!r:.200}")


async def reconcile(ledger: Ledger, installation: Installation) -> Reconciliation:
    """Compare the ledger with the database and the broker."""
    outcome = Reconciliation()
    outcome.wrong += [f"{what}: came again with other contents" for what in ledger.altered]
    connection = await asyncpg.connect(installation.dsn)
    try:
        await _submissions(ledger, connection, outcome)
        await _documents(ledger, connection, outcome)
        await _statuses(ledger, connection, outcome)
        await _evidence(ledger, connection, outcome)
        await _nothing_left(connection, installation, outcome)
    finally:
        await connection.close()
    outcome.counts["messages taken"] = ledger.counts["deliveries taken"]
    outcome.counts["of them again (same message_id)"] = ledger.counts["repeated deliveries"]
    return outcome


async def _submissions(
    ledger: Ledger, connection: asyncpg.Connection, outcome: Reconciliation
) -> None:
    """Every message_id has one decision, the right one, and one distinct receipt."""
    rows = await connection.fetch(
        "SELECT endpoint, message_key, sha256, outcome, reasons FROM submission"
    )
    decided = defaultdict(list)
    for row in rows:
        decided[row["message_key"].removeprefix("id:")].append(row)
    outcome.counts["submissions"] = len(ledger.submissions)
    outcome.counts["repeated on purpose"] = ledger.counts["repeated submissions"]
    outcome.counts["sent again for want of a confirm"] = ledger.counts["sends again"]
    for message_id in decided.keys() - ledger.submissions.keys():
        outcome.wrong.append(f"decision about {message_id}, which nobody submitted")
    answers = defaultdict(list)
    for (queue, _), taken in ledger.taken.items():
        if taken.type == "receipt":
            answers[taken.correlation_id].append((queue, taken))
    accepted: dict[str, Counter[str]] = defaultdict(Counter)
    contents: dict[str, set[bytes]] = defaultdict(set)
    for message_id, submission in ledger.submissions.items():
        content = submission.content
        what = f"submission {message_id}"
        found = decided[message_id]
        outcome.exactly_one(f"decision about {what}", len(found))
        for row in found[:1]:
            outcome.equal(f"{what}: endpoint", row["endpoint"], content.endpoint)
            outcome.equal(f"{what}: digest", row["sha256"], content.sha256)
            outcome.equal(f"{what}: still held", row["outcome"] == "held", False)
            if content.reason is not None:
                outcome.equal(f"{what}: outcome", row["outcome"], "refused")
                outcome.equal(f"{what}: reason", content.reason.code in row["reasons"], True)
            accepted[content.sha256][row["outcome"]] += 1
        events = {Event.SUBMISSION_ACCEPTANCE, Event.SUBMISSION_REJECTION}
        receipts = [
            taken
            for queue, taken in answers[message_id]
            if ledger.receipts[queue, taken.message_id].event in events
        ]
        outcome.exactly_one(f"receipt about {what}", len(receipts))
        notices = [
            taken.message_id
            for queue, taken in answers[message_id]
            if ledger.receipts[queue, taken.message_id].event is Event.SUBMISSION_HELD
        ]
        outcome.counts["of them held meanwhile"] += len(notices)
        if len(notices) > 1:
            outcome.doubled.append(f"notice about {what}: {len(notices)}")
        for taken in receipts[:1]:
            receipt = ledger.receipts[taken.queue, taken.message_id]
            wanted = (
                Event.SUBMISSION_ACCEPTANCE
                if content.reason is None
                else Event.SUBMISSION_REJECTION
            )
            outcome.equal(f"{what}: event", receipt.event, wanted)
            outcome.equal(f"{what}: receipt's digest", receipt.subject.sha256, content.sha256)
            outcome.equal(f"{what}: queue", taken.queue, f"answers.{content.endpoint}")
            contents[content.sha256].add(taken.body)
    for sha256, outcomes in accepted.items():
        if ledger.contents[sha256].reason is None:
            outcome.exactly_one(f"acceptance of {sha256[:12]}", outcomes["accepted"])
            outcome.equal(f"refusals of {sha256[:12]}", outcomes["refused"], 0)
            outcome.equal(f"receipts' contents for {sha256[:12]}", len(contents[sha256]), 1)
    for name in ("accepted", "duplicate", "refused"):
        total = sum(outcomes[name] for outcomes in accepted.values())
        outcome.counts[f"of them {name}"] = total


async def _documents(
    ledger: Ledger, connection: asyncpg.Connection, outcome: Reconciliation
) -> None:
    """Every accepted document is stored once, and each endpoint has its one copy of it."""
    good = {sha256: content for sha256, content in ledger.contents.items() if content.document}
    stored: dict[str, list[asyncpg.Record]] = defaultdict(list)
    async with connection.transaction():
        async for row in connection.cursor("SELECT id, sha256, body FROM document", prefetch=50):
            stored[row["sha256"]].append(row["id"])
            content = good.get(row["sha256"])
            if content is None or row["body"] != content.body:
                outcome.wrong.append(f"document {row['id']} was not submitted like this")
    copies: dict[tuple[str, str], list[Taken]] = defaultdict(list)
    for taken in ledger.taken.values():
        if taken.type == "document":
            endpoint = taken.queue.split(".")[1]
            copies[str(taken.headers.get("axis-sha256")), endpoint].append(taken)
    outcome.counts["documents"] = len(good)
    outcome.counts["megabytes"] = sum(len(content.body) for content in good.values()) // 1_000_000
    for sha256, content in good.items():
        what = f"document {sha256[:12]}"
        outcome.exactly_one(what, len(stored[sha256]))
        for endpoint, receivers in content.copies.items():
            found = copies.pop((sha256, endpoint), [])
            outcome.counts["copies"] += len(found)
            outcome.exactly_one(f"copy of {what} for {endpoint}", len(found))
            for taken in found[:1]:
                urgent = ".urgent" if content.urgent else ""
                outcome.equal(f"{what}: inbox", taken.queue, f"inbox.{endpoint}{urgent}")
                if taken.body != content.body:
                    outcome.wrong.append(f"copy of {what} for {endpoint} was altered")
                outcome.equal(
                    f"{what}: receivers", set(taken.headers["axis-to"].split(",")), set(receivers)
                )
    outcome.wrong += [f"copy for {endpoint} that nobody sent" for _, endpoint in copies]
    await _deliveries(ledger, connection, outcome, good)


async def _deliveries(
    ledger: Ledger,
    connection: asyncpg.Connection,
    outcome: Reconciliation,
    good: Mapping[str, Content],
) -> None:
    """Every receiver has one delivery, in the right state, proven consigned exactly once."""
    rows = await connection.fetch(
        "SELECT sha256, receiver, v.id, state FROM delivery v JOIN document d ON d.id = v.document"
    )
    outcome.counts["deliveries"] = len(rows)
    proven = Counter(
        line.delivery
        for receipt in ledger.receipts.values()
        if receipt.event is Event.CONTENT_CONSIGNMENT
        for line in receipt.receivers
    )
    reported = {
        (content.about.sha256, content.reporter)
        for content in ledger.contents.values()
        if content.about is not None and content.status is StatusCode.ACCEPTED
    }
    found = Counter((row["sha256"], row["receiver"]) for row in rows)
    for sha256, content in good.items():
        for receivers in content.copies.values():
            for receiver in receivers:
                what = f"delivery of {sha256[:12]} to {receiver}"
                outcome.exactly_one(what, found.pop((sha256, receiver), 0))
    outcome.wrong += [f"delivery to {receiver} that nobody asked for" for _, receiver in found]
    for row in rows:
        what = f"delivery {row['id']}"
        outcome.exactly_one(f"consignment receipt of {what}", proven[row["id"]])
        wanted = "received" if (row["sha256"], row["receiver"]) in reported else "consigned"
        outcome.equal(f"{what}: state", row["state"], wanted)


async def _statuses(
    ledger: Ledger, connection: asyncpg.Connection, outcome: Reconciliation
) -> None:
    """Every status is stored once, reached the document's sender once, and proves its event."""
    sent = {sha256: one for sha256, one in ledger.contents.items() if one.status is not None}
    stored = Counter[str]()
    for row in await connection.fetch("SELECT sha256, body FROM status"):
        stored[row["sha256"]] += 1
        content = sent.get(row["sha256"])
        if content is None or row["body"] != content.body:
            outcome.wrong.append(f"status {row['sha256'][:12]} was not submitted like this")
    told: dict[str, list[Taken]] = defaultdict(list)
    for taken in ledger.taken.values():
        if taken.type == "status":
            told[str(taken.headers.get("axis-sha256"))].append(taken)
    events = Counter(
        (receipt.event, receipt.subject.sha256, receipt.receivers[0].code)
        for receipt in ledger.receipts.values()
        if receipt.event in PROOFS.values()
    )
    outcome.counts["statuses"] = len(sent)
    for sha256, content in sent.items():
        assert content.about is not None
        assert content.status is not None
        what = f"status {sha256[:12]}"
        outcome.exactly_one(what, stored[sha256])
        found = told.pop(sha256, [])
        outcome.exactly_one(f"{what} at the document's sender", len(found))
        for taken in found[:1]:
            outcome.equal(f"{what}: queue", taken.queue, f"answers.{content.about.endpoint}")
            outcome.equal(f"{what}: body", taken.body, content.body)
        proof = (PROOFS[content.status], content.about.sha256, content.reporter)
        outcome.exactly_one(f"{proof[0]} receipt of {what}", events.pop(proof, 0))
    outcome.wrong += [f"status {sha256[:12]} that nobody sent" for sha256 in told]
    outcome.wrong += [f"{event} receipt without its status" for event, _, _ in events]


async def _evidence(
    ledger: Ledger, connection: asyncpg.Connection, outcome: Reconciliation
) -> None:
    """No receipt was stored without being sent, none was sent without being stored."""
    sent: dict[Any, bytes] = {}
    for key, receipt in ledger.receipts.items():
        body = ledger.taken[key].body
        outcome.equal(f"receipt {receipt.id}: bytes", sent.setdefault(receipt.id, body), body)
    rows = await connection.fetch("SELECT id, receipt FROM evidence")
    outcome.counts["receipts"] = len(rows)
    for row in rows:
        if row["id"] not in sent:
            outcome.lost.append(f"receipt {row['id']} was stored and not sent")
        elif sent.pop(row["id"]) != row["receipt"]:
            outcome.wrong.append(f"receipt {row['id']} was sent with other bytes")
    outcome.wrong += [f"receipt {identity} was sent and not stored" for identity in sent]


async def _nothing_left(
    connection: asyncpg.Connection, installation: Installation, outcome: Reconciliation
) -> None:
    """Nothing waits to be published, nothing is dead, no queue holds anything."""
    due = await connection.fetchval("SELECT count(*) FROM outbox WHERE published_at IS NULL")
    dead = await connection.fetchval("SELECT count(*) FROM dead_letter")
    outcome.equal("messages waiting in the outbox", due, 0)
    outcome.equal("dead letters", dead, 0)
    depths = await queue_depths(installation, _all_queues())
    outcome.equal("messages left in queues", {k: v for k, v in depths.items() if v}, {})


async def queue_depths(installation: Installation, queues: Iterable[str]) -> dict[str, int]:
    """Return how many messages each queue holds."""
    connection = LightConnection()
    admin = installation.servers.rabbitmq.amqp_url(installation.vhost)
    await connection.open(admin, "reconciliation")
    depths = {name: (await connection.queue_state(name)).messages for name in queues}
    await connection.close()
    return depths


def _all_queues() -> list[str]:
    intake = ["intake.document", "intake.document.urgent", "intake.status", "axis.dead"]
    return [*intake, *queues_of(sorted(set(AGENCIES.values())))]
