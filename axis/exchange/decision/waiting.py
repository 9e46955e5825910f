"""Decides that a submission waits: for what its check needs, or for its document."""

from datetime import datetime, timedelta

from axis.evidence.events import Event
from axis.exchange.admission import checks
from axis.exchange.admission.standing import asked_about
from axis.exchange.changes import Postponement
from axis.exchange.decision.case import Case, Decision, Ending, Matter
from axis.exchange.decision.docket import Docket, brings, close, reasons_of
from axis.exchange.records import (
    AuthorityRow,
    HeldRow,
    SubmissionOutcome,
)
from axis.exchange.stored import HeldSubmission
from axis.reasons import Reason
from axis.verdict import Finding, Verdict


class LoadUnknownError(Exception):
    """How much waits has to be looked up before this can be decided."""


def hold(docket: Docket, matter: Matter, verdict: Verdict) -> Decision:
    """Keep a submission until what it waits for is there, or the wait has lasted too long: what
    its check needs, or the document that it speaks about.

    The first time the submitter gets a notice of it. One that finds no room is refused: given
    back to its queue it would block what comes behind it, and be a dead letter in the end. Raises
    LoadUnknownError, with nothing entered yet.
    """
    if matter.case.held is None:
        return _begin(docket, matter, verdict)
    return _go_on(docket, matter, matter.case.held, verdict)


def _begin(docket: Docket, matter: Matter, verdict: Verdict) -> Decision:
    case, load = matter.case, docket.known.held_load
    if load is None:
        raise LoadUnknownError
    _watch(docket, case)
    awaits = checks.awaited(verdict)
    end = _end_of_wait(docket, docket.at, awaits)
    size = case.examination.size
    early_at = matter.endpoint if awaits else None
    if not docket.limits.room_beside(load, size, early_at):
        waiting = load.all_early if awaits else load.checks
        full = Finding(Reason.NO_ROOM_TO_WAIT, facts={"count": waiting.count})
        return docket.refuse(matter, [full, *checks.given_up(verdict)])
    reasons = docket.tell(matter, Event.SUBMISSION_HELD, verdict, SubmissionOutcome.HELD)
    docket.records.held.append(
        HeldRow(
            submission=case.submission.id,
            body=case.submission.body,
            verdict=verdict.to_json(),
            held_since=docket.at,
            next_try_at=min(docket.limits.next_try(docket.at, 0), end),
            expires_at=end,
            endpoint=matter.endpoint,
            brings=brings(case),
            awaits=awaits,
        )
    )
    docket.known.held_load = load.plus(size, early_at)
    _hold_on(docket, case, awaits, end)
    return close(case, Ending.HELD, reasons=reasons)


def _go_on(docket: Docket, matter: Matter, held: HeldSubmission, verdict: Verdict) -> Decision:
    case = matter.case
    _watch(docket, case)
    awaits = checks.awaited(verdict)
    end = _end_of_wait(docket, held.since, awaits)
    if docket.at >= end and awaits:
        return docket.refuse(matter, checks.given_up(verdict))
    if docket.at >= end:
        hours = round(docket.limits.longest / timedelta(hours=1))
        over = Finding(Reason.WAITED_TOO_LONG, facts={"hours": hours})
        return docket.refuse(matter, [over, *verdict.findings])
    reasons = reasons_of(verdict)
    docket.records.postponed.append(
        Postponement(
            submission=case.submission.id,
            leased_until=held.leased_until,
            next_try_at=min(docket.limits.next_try(docket.at, held.attempts), end),
            expires_at=end,
            awaits=awaits,
            reasons=reasons,
            verdict=verdict.to_json(),
        )
    )
    return close(case, Ending.STILL_HELD, reasons=reasons)


def _end_of_wait(docket: Docket, since: datetime, awaits: tuple[str, ...]) -> datetime:
    if not awaits:
        return docket.limits.end(since, None)
    on_hold = docket.known.on_hold
    return docket.limits.end(since, [on_hold[name] for name in awaits if name in on_hold])


def _hold_on(docket: Docket, case: Case, awaits: tuple[str, ...], end: datetime) -> None:
    """Remember that a document waits for a check: what speaks about it waits as long."""
    name = brings(case)
    if name is not None and not awaits:
        docket.known.on_hold[name] = max(end, docket.known.on_hold.get(name, end))


def _watch(docket: Docket, case: Case) -> None:
    """Have authorities asked about of which nothing is known: a check may wait for that."""
    standings = docket.known.standings
    if standings is None:
        return
    docket.records.authorities += [
        AuthorityRow(fingerprint=one.fingerprint, der=one.der, seen_at=docket.at)
        for one in asked_about(case.examination)[1:]
        if one.fingerprint not in standings.known
    ]
