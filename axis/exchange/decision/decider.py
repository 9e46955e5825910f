"""Decides a batch: what is stored, what goes out, what every sender is told.

Pure: everything known comes in, records come out. Receipts are still unsigned XML here.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from axis.edxml.values import Document, Status
from axis.exchange.admission import checks
from axis.exchange.admission.known import Known
from axis.exchange.decision.case import Case, Decision, Ending, Matter
from axis.exchange.decision.docket import Docket, close
from axis.exchange.decision.documents import decide_document
from axis.exchange.decision.holding import HoldLimits
from axis.exchange.decision.statuses import decide_status
from axis.exchange.outgoing.receipts import Notary
from axis.exchange.pace import Walk, in_one_go
from axis.exchange.records import Records
from axis.exchange.stored import EarlierSubmission
from axis.reasons import Reason
from axis.verdict import Finding


def in_turn(cases: Sequence[Case]) -> Sequence[int]:
    """Return the places in a batch of its cases in the order in which they are to be decided.

    New documents go first: others of the batch may speak about them.
    """
    return sorted(range(len(cases)), key=lambda one: cases[one].speaks_of_others)


class Decider:
    """Decides the cases of one batch, one after the other, into one set of records."""

    def __init__(
        self, known: Known, notary: Notary, at: datetime, limits: HoldLimits | None = None
    ) -> None:
        self._docket = Docket(known, notary, at, limits or HoldLimits())

    @property
    def known(self) -> Known:
        """What is known by now; the cases decided so far are in it."""
        return self._docket.known

    @property
    def records(self) -> Records:
        """What the cases decided so far add."""
        return self._docket.records

    def decide(self, case: Case) -> Decision:
        """Decide one case in one go; raises as `walk` does."""
        return in_one_go(self.walk(case))

    def walk(self, case: Case) -> Walk[Decision]:
        """Decide one case, with a pause now and then where thousands of receivers are concerned.

        The next case begins when this one has ended. Raises LoadUnknownError where it may have to
        wait and it is not known how much does. Nothing is entered then; it can be decided once that
        is known.
        """
        docket, endpoint = self._docket, case.submission.user_id
        if endpoint is None:
            return docket.bury(case, Finding(Reason.NO_USER_ID))
        if docket.known.directory.endpoint(endpoint) is None:
            facts = {"endpoint": endpoint}
            return docket.bury(case, Finding(Reason.UNKNOWN_ENDPOINT, facts=facts))
        earlier = docket.known.submissions.get((endpoint, case.message_key))
        if case.held is not None:
            return (yield from self._again(Matter(case, endpoint, case.message_key), earlier))
        if earlier is None:
            return (yield from self._judge(Matter(case, endpoint, case.message_key)))
        if earlier.sha256 == case.examination.sha256:
            return docket.repeat_answer(case, endpoint, earlier)
        reused = docket.known.submissions.get((endpoint, case.reuse_key))
        if reused is not None:
            return docket.repeat_answer(case, endpoint, reused)
        facts = {"message_id": case.submission.message_id or ""}
        return docket.refuse(
            Matter(case, endpoint, case.reuse_key),
            [Finding(Reason.MESSAGE_ID_REUSED, facts=facts)],
        )

    def _again(self, matter: Matter, earlier: EarlierSubmission | None) -> Walk[Decision]:
        """Try a held submission again; nothing happens where another router has settled it."""
        if earlier is None or not earlier.held:
            return close(matter.case, Ending.REPEATED)
        if earlier.refusal is not None:
            wanted = Finding(Reason.REFUSED_BY_OPERATOR, facts={"reason": earlier.refusal})
            matter = replace(matter, findings=(wanted,))
        return (yield from self._judge(matter))

    def _judge(self, matter: Matter) -> Walk[Decision]:
        case = matter.case
        if isinstance(case.message, Document):
            return (yield from decide_document(self._docket, matter, case.message))
        if isinstance(case.message, Status):
            return decide_status(self._docket, matter, case.message)
        findings = [
            *matter.findings,
            *checks.check_message_id(case.submission),
            *case.examination.findings,
        ]
        return self._docket.refuse(matter, findings)
