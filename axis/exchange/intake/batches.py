"""The intake's use case: a batch of submissions in, one committed transaction out.

The order is the guarantee. Nothing is acknowledged before `handle` returns; it returns after the
commit. Dying anywhere before leaves nothing behind, dying after leaves the truth, and a batch that
comes again is recognised by its idempotency keys.
"""

import asyncio
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from itertools import repeat
from typing import Protocol
from uuid import UUID

from axis.clock import Clock
from axis.edxml.codes import DocumentKind, StatusCode
from axis.edxml.values import Document, Status
from axis.exchange.admission import follow_ups, targets
from axis.exchange.admission import statuses as about
from axis.exchange.admission.known import Known
from axis.exchange.admission.standing import Standings, asked_about
from axis.exchange.changes import Resubmitted
from axis.exchange.decision.case import Case, Decision, Ending
from axis.exchange.decision.decider import Decider, in_turn
from axis.exchange.decision.holding import HoldLimits
from axis.exchange.decision.waiting import LoadUnknownError
from axis.exchange.lanes import Lane
from axis.exchange.outgoing.receipts import Notary
from axis.exchange.pace import Walk
from axis.exchange.ports import IntakeWork, Store, Workbench
from axis.exchange.stored import HeldSubmission
from axis.exchange.submission import Submission
from axis.registry.directory import Directory
from axis.trust.policy import RevocationMode, RevocationRules


class IntakeObserver(Protocol):
    """Is told what was decided, after it was committed: logs, metrics, the dispatch's wake-up."""

    def decided(self, decisions: Sequence[Decision], lanes: Collection[Lane]) -> None:
        """Take note of committed decisions, and of the lanes that have something to send now."""

    def woken(self) -> None:
        """Take note that something which waited is due now."""


class Intake:
    """Handles batches; any number of batches and routers may run at once."""

    def __init__(
        self,
        store: Store,
        workbench: Workbench,
        notary: Notary,
        observer: IntakeObserver,
        clock: Clock,
        limits: HoldLimits | None = None,
        revocation: RevocationRules | None = None,
    ) -> None:
        self._store = store
        self._workbench = workbench
        self._notary = notary
        self._observer = observer
        self._clock = clock
        self._limits = limits or HoldLimits()
        self._revocation = revocation

    async def handle(self, submissions: Sequence[Submission]) -> None:
        """Check, decide and commit a batch.

        Raises StoreUnavailableError when nothing could be committed, or it is unknown whether it
        was; the same batch may then be handled again.
        """
        await self._settle(submissions, repeat(None))

    async def try_again(self, held: Sequence[HeldSubmission]) -> None:
        """Check, decide and commit submissions that were held, as of now.

        One that somebody else has settled in the meantime is left alone. Raises as `handle` does.
        """
        await self._settle([one.submission for one in held], held)

    async def _settle(
        self, submissions: Sequence[Submission], held: Iterable[HeldSubmission | None]
    ) -> None:
        examinations = await self._workbench.examine(
            [submission.body for submission in submissions], self._clock()
        )
        cases = [Case(*facts) for facts in zip(submissions, examinations, held, strict=False)]
        async with self._store.intake() as work:
            directory = await work.directory()
            await work.lock({key for case in cases for key in case.locks})
            at = self._clock()
            known = await look_up(work, directory, cases, at, self._revocation)
            known.held_load = None  # read only where something has to wait
            decider = Decider(known, self._notary, at, self._limits)
            decisions = await _decided(decider, cases, work)
            records = decider.records
            records.resubmitted += [
                Resubmitted(decided.letter, at)
                for decided, decision in zip(submissions, decisions, strict=True)
                if decided.letter is not None and decision.ending is not Ending.DEAD
            ]
            receipts = await self._workbench.sign([row.receipt for row in records.evidence])
            woken = await work.save(records.with_signed(receipts))
        self._observer.decided(decisions, records.lanes)
        if woken:
            self._observer.woken()


async def _decided(decider: Decider, cases: Sequence[Case], work: IntakeWork) -> Sequence[Decision]:
    """Decide a batch, giving everybody else a turn after each case, and on the way where one
    concerns thousands of receivers.
    """
    by_number: dict[int, Decision] = {}
    for number in in_turn(cases):
        try:
            by_number[number] = await _in_turns(decider.walk(cases[number]))
        except LoadUnknownError:
            decider.known.held_load = await work.held_load()
            by_number[number] = await _in_turns(decider.walk(cases[number]))
        await asyncio.sleep(0)
    return [by_number[number] for number in range(len(cases))]


async def _in_turns(walk: Walk[Decision]) -> Decision:
    """Let others have the turn whenever a walk pauses; return its result."""
    while True:
        try:
            next(walk)
        except StopIteration as end:
            decision: Decision = end.value
            return decision
        await asyncio.sleep(0)


async def look_up(
    work: IntakeWork,
    directory: Directory,
    cases: Sequence[Case],
    at: datetime,
    revocation: RevocationRules | None = None,
) -> Known:
    """Read all that judging these cases at this moment needs; revocation by rules, or not at all.

    Who decides them holds their locks by now, so that it stays true.
    """
    known = Known(directory)
    message_keys = {key for case in cases for key in case.message_keys}
    known.submissions.update(await work.earlier_submissions(message_keys))
    document_ids = {name for case in cases for name in case.named_documents}
    for document in await work.documents_named(document_ids):
        known.add_document(document)
    if revocation is not None and revocation.mode is RevocationMode.REQUIRED:
        asked = {one.fingerprint for case in cases for one in asked_about(case.examination)}
        known.standings = Standings(revocation, await work.standings(asked))
    spoken_of = {name for case in cases if case.speaks_of_others for name in case.named_documents}
    if spoken_of:
        known.on_hold.update(await work.on_hold(spoken_of))
    messages = [case.examination.message for case in cases]
    documents = [one for one in messages if isinstance(one, Document)]
    statuses = [one for one in messages if isinstance(one, Status)]
    roots = {one.id for document in documents for one in targets.targets_of(document, known, at)}
    roots |= {one for status in statuses for one in about.roots_of(status, known, at)}
    if roots:
        known.add_family(await work.family_of(roots))
    await _look_up_holders(work, known, documents, at)
    await _look_up_deliveries(work, known, documents, statuses, at)
    await _look_up_repeated(work, known, cases, at)
    return known


async def _look_up_holders(
    work: IntakeWork, known: Known, documents: Sequence[Document], at: datetime
) -> None:
    names = {name for document in documents for name in targets.names_of(document, known, at)}
    if names:
        known.add_addressed(await work.addressed(names))
    pairs = {pair for document in documents for pair in targets.pairs_of(document, known, at)}
    if pairs:
        known.held.update(await work.held(pairs))


async def _look_up_deliveries(
    work: IntakeWork,
    known: Known,
    documents: Sequence[Document],
    statuses: Sequence[Status],
    at: datetime,
) -> None:
    pairs = {pair for status in statuses for pair in about.pairs_of(status, known, at)}
    whole: set[UUID] = set()
    for document in documents:
        more, all_of = follow_ups.needed(document, known, at)
        pairs |= more
        whole |= all_of
    if not pairs and not whole:
        return
    for delivery in await work.deliveries_of(pairs, whole):
        known.deliveries[delivery.document, delivery.receiver] = delivery
    asking = any(one.kind in (DocumentKind.RECALL, DocumentKind.UPDATE) for one in documents)
    if asking or any(one.code is StatusCode.TAKE_BACK for one in statuses):
        there = {
            one.copy
            for one in known.deliveries.values()
            if one.position.untaken and one.copy is not None
        }
        known.gone.update(await work.gone(there))


async def _look_up_repeated(
    work: IntakeWork, known: Known, cases: Sequence[Case], at: datetime
) -> None:
    """Look up which of these statuses are stored already, about deliveries that are locked now."""
    locked, digests = set[UUID](), set[str]()
    for examination in (case.examination for case in cases):
        if not isinstance(examination.message, Status):
            continue
        digests |= {examination.sha256, examination.content} - {""}
        for pair in about.pairs_of(examination.message, known, at):
            if pair in known.deliveries:
                locked.add(known.deliveries[pair].id)
    for status in await work.statuses_of(locked, digests) if locked else ():
        known.add_status(status)
