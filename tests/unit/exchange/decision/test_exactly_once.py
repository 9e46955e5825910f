"""Any correspondence in any order: everything ends once, is stored once, and is answered.

A machine plays agencies that submit documents, recalls, updates, replacements and statuses, early
and late, once and again, in the same bytes and in others, singly and in batches, with checks that
can be made or cannot; and routers that try again what waits. All are decided by one chain of
deciders over what is known, as the database would give it.
"""

from collections import Counter
from dataclasses import replace as replaced
from datetime import datetime, timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from axis.edxml.codes import DocumentKind, StatusCode
from axis.edxml.values import Document
from axis.evidence.events import Event
from axis.exchange.admission.known import Known
from axis.exchange.decision.case import Case, Ending
from axis.exchange.decision.holding import LONGEST_EARLY, LONGEST_WAIT
from axis.exchange.deliveries.states import RANK, DeliveryState
from axis.exchange.records import MessageType, Records, SubmissionOutcome, SubmissionRow
from axis.exchange.stored import HeldSubmission
from axis.facts import SignatureFacts
from axis.reasons import Reason
from axis.verdict import Finding
from tests.support.changing import replace
from tests.support.exchange import NOW, again, case, decided, decider, directory, document, reported

NAMES = [f"G22,2026/03/02,{number}/X" for number in range(2)]
RECEIVERS = ("G09", "H37.02")
ENDPOINTS = {"G22": "g22", "G09": "g09", "H37.02": "lgsp-h37"}
REPORTS = [code for code in StatusCode if not code.from_sender]
FINDINGS = [(), (), (), (Finding(Reason.SCANNER_AWAY),), (Finding(Reason.MALWARE),)]

names = st.sampled_from(NAMES)
receivers = st.sampled_from(RECEIVERS)


class Correspondence(RuleBasedStateMachine):
    """What is known goes from decision to decision; what was recorded is kept."""

    def __init__(self) -> None:
        super().__init__()
        self.at: datetime = NOW
        self.known = Known(directory())
        self.records: list[Records] = []
        self.submitted: list[Case] = []
        """Each once, as it first came."""
        self.waiting: dict[object, tuple[Case, datetime, int]] = {}
        """Held submissions by id: since when, and how often they were tried."""
        self.pending: list[Case] = []
        """The next batch."""
        self.settled: list[Case] = []
        """As they were tried the last time."""

    # -- what agencies do ----------------------------------------------------------------------

    @rule(name=names, content=st.integers(0, 1), findings=st.sampled_from(FINDINGS))
    def send(self, name: str, content: int, findings: tuple[Finding, ...]) -> None:
        message = document("G22", RECEIVERS, document_id=name, subject=f"{content}")
        self._add(case(message, findings=findings), f"new {name} {content}")

    @rule(
        kind=st.sampled_from([DocumentKind.RECALL, DocumentKind.UPDATE]),
        name=names,
        content=st.integers(0, 1),
    )
    def follow(self, kind: DocumentKind, name: str, content: int) -> None:
        message = document("G22", RECEIVERS, document_id=name, kind=kind, subject=f"{content}")
        self._add(case(message), f"{kind} {name} {content}")

    @rule(old=st.lists(names, min_size=1, max_size=2, unique=True), name=st.sampled_from("ab"))
    def supersede(self, old: list[str], name: str) -> None:
        message = document(
            "G22",
            RECEIVERS,
            document_id=f"G22,2026/03/02,{name}/X",
            kind=DocumentKind.REPLACE,
            replaces=old,
        )
        self._add(case(message), f"replace {name} {old}")

    @rule(code=st.sampled_from(REPORTS), name=names, receiver=receivers, number=st.integers(0, 1))
    def report(self, code: StatusCode, name: str, receiver: str, number: int) -> None:
        about = document("G22", RECEIVERS, document_id=name)
        when = NOW + timedelta(minutes=number)
        one = reported(receiver, code, about, ENDPOINTS[receiver], at=when)
        self._add(one, f"{code} {name} {receiver} {number}")

    @rule(name=names, receiver=receivers)
    def take_back(self, name: str, receiver: str) -> None:
        about = document("G22", RECEIVERS, document_id=name)
        one = reported("G22", StatusCode.TAKE_BACK, about, "g22", to=receiver)
        self._add(one, f"13 {name} {receiver}")

    @precondition(lambda self: self.submitted)
    @rule(data=st.data(), under_another_id=st.booleans())
    def submit_again(self, data: st.DataObject, *, under_another_id: bool) -> None:
        first = data.draw(st.sampled_from(self.submitted))
        other = f"again-{len(self.submitted)}" if under_another_id else ""
        one = Case(again(first.submission, message_id=other), first.examination)
        if under_another_id:
            self.submitted.append(one)
        self.pending.append(one)

    def _add(self, one: Case, content: str) -> None:
        """Put a message into the next batch; what is signed is its content, in bytes of its own."""
        signed = SignatureFacts(policy="field", digest=content)
        examination = replace(one.examination, signature=signed)
        self.submitted.append(Case(one.submission, examination))
        self.pending.append(self.submitted[-1])

    # -- what routers do -----------------------------------------------------------------------

    @precondition(lambda self: self.pending)
    @rule()
    def take_batch(self) -> None:
        self._decide(self.pending)
        self.pending = []

    @precondition(lambda self: self.waiting)
    @rule(
        hours=st.sampled_from([0.0, 0.0, 0.0, 0.1, 0.3, 80.0]),
        count=st.integers(1, 4),
        back=st.booleans(),
    )
    def try_again(self, hours: float, count: int, *, back: bool) -> None:
        self.at += timedelta(hours=hours)
        cases = []
        for one, since, attempts in list(self.waiting.values())[:count]:
            away = [finding for finding in one.examination.findings if not back]
            examination = replace(one.examination, findings=tuple(away))
            lease = self.at + timedelta(minutes=2)
            held = HeldSubmission(one.submission, since, attempts, lease)
            cases.append(Case(one.submission, examination, held))
        self._decide(cases)

    @precondition(lambda self: self.settled)
    @rule(data=st.data())
    def try_again_too_late(self, data: st.DataObject) -> None:
        """A router whose lease is over tries what another one has settled."""
        late = data.draw(st.sampled_from(self.settled))
        deciding = decider(self.known, self.at)
        assert deciding.decide(late).ending is Ending.REPEATED
        assert deciding.records == Records()

    def _decide(self, cases: list[Case]) -> None:
        # What is on hold is looked up anew for each transaction.
        self.known.on_hold = {
            one.message.document_id: since + LONGEST_WAIT
            for one, since, _ in self.waiting.values()
            if isinstance(one.message, Document) and not one.message.target_document_ids
        }
        deciding = decider(self.known, self.at)
        decisions = decided(deciding, cases)
        for one, decision in zip(cases, decisions, strict=True):
            if decision.ending is Ending.HELD:
                self.waiting[decision.submission] = (one, self.at, 1)
            elif decision.ending is Ending.STILL_HELD:
                first, since, attempts = self.waiting[decision.submission]
                self.waiting[decision.submission] = (first, since, attempts + 1)
            elif one.held is not None:
                del self.waiting[decision.submission]
                self.settled.append(one)
        self.records.append(deciding.records)

    # -- what is always so ---------------------------------------------------------------------

    def _ended(self) -> dict[object, SubmissionRow]:
        """Each submission with its last outcome."""
        rows = [row for one in self.records for row in (*one.submissions, *one.settled)]
        return {row.id: row for row in rows}

    @invariant()
    def each_submission_is_recorded_once_and_settled_at_most_once(self) -> None:
        recorded = Counter(row.id for one in self.records for row in one.submissions)
        settled = Counter(row.id for one in self.records for row in one.settled)
        assert set(recorded.values()) | set(settled.values()) <= {1}
        keys = Counter(
            (row.endpoint, row.message_key) for one in self.records for row in one.submissions
        )
        assert set(keys.values()) <= {1}
        held = {
            row.id
            for one in self.records
            for row in one.submissions
            if row.outcome is SubmissionOutcome.HELD
        }
        assert set(settled) == held - set(self.waiting)

    @invariant()
    def no_content_is_stored_twice(self) -> None:
        documents = Counter(
            (row.sender, row.document_id, row.kind, row.verdict["signature"]["digest"])
            for one in self.records
            for row in one.documents
        )
        assert set(documents.values()) <= {1}
        new = Counter(
            row.document_id
            for one in self.records
            for row in one.documents
            if row.kind is DocumentKind.NEW
        )
        assert set(new.values()) <= {1}
        statuses = Counter(
            (row.delivery, row.code, row.content) for one in self.records for row in one.statuses
        )
        assert set(statuses.values()) <= {1}

    @invariant()
    def each_stored_message_has_one_acceptance_and_one_accepted_submission(self) -> None:
        stored = [row.id for one in self.records for row in (*one.documents, *one.statuses)]
        receipts = Counter(
            row.status or row.document
            for one in self.records
            for row in one.evidence
            if row.event is Event.SUBMISSION_ACCEPTANCE
        )
        assert receipts == Counter(stored)
        accepted = Counter(
            row.status or row.document
            for row in self._ended().values()
            if row.outcome is SubmissionOutcome.ACCEPTED
        )
        assert accepted == Counter(stored)

    @invariant()
    def each_submission_has_an_answer_and_each_answer_a_receipt(self) -> None:
        evidence = {row.id for one in self.records for row in one.evidence}
        answered = {
            (row.subject, row.correlation_id)
            for one in self.records
            for row in one.outbox
            if row.type is MessageType.RECEIPT
        }
        by_id = {one.submission.id: one.submission for one in self.submitted}
        for row in self._ended().values():
            assert row.receipt in evidence
            if row.id in by_id:
                assert (row.receipt, by_id[row.id].correlation_id) in answered
        resent = [one for records in self.records for one in records.resends]
        assert all((one.receipt, one.correlation_id) in answered for one in resent)

    @invariant()
    def each_status_is_relayed_once(self) -> None:
        stored = Counter(row.id for one in self.records for row in one.statuses)
        relayed = Counter(
            row.subject
            for one in self.records
            for row in one.outbox
            if row.type is MessageType.STATUS
        )
        assert relayed == stored

    @invariant()
    def deliveries_only_go_forward_on_their_way_and_stay_on_the_map(self) -> None:
        seen: dict[object, DeliveryState] = {}
        for records in self.records:
            for change in records.changes:
                before = seen.get(change.delivery, DeliveryState.ACCEPTED)
                assert RANK[change.position.reached] >= RANK[before]
                seen[change.delivery] = change.position.reached
        for one in self.known.deliveries.values():
            assert isinstance(one.state, DeliveryState)

    @invariant()
    def nothing_waits_longer_than_it_may(self) -> None:
        latest = {
            row.submission: row.expires_at
            for one in self.records
            for row in (*one.held, *one.postponed)
        }
        for submission, (_, since, _) in self.waiting.items():
            assert since + LONGEST_EARLY <= latest[submission]
            assert latest[submission] <= self.at + LONGEST_WAIT

    def teardown(self) -> None:
        """Whatever still waits ends once nothing more comes."""
        if self.pending:
            self.take_batch()
        for _ in range(3):
            if self.waiting:
                self.at += LONGEST_WAIT
                held = [
                    replaced_case(one, HeldSubmission(one.submission, since, attempts, self.at))
                    for one, since, attempts in self.waiting.values()
                ]
                self._decide(held)
        assert self.waiting == {}


def replaced_case(one: Case, held: HeldSubmission) -> Case:
    return replaced(one, held=held)


TestCorrespondence = Correspondence.TestCase
TestCorrespondence.settings = settings(max_examples=40, stateful_step_count=40)
