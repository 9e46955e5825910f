"""Reads answers about revocation in a worker: a list may be long, and comes over plain HTTP."""

from collections.abc import Sequence
from datetime import datetime

from axis.exchange.faults import WorkbenchUnavailableError
from axis.revocation.ports import ResponderError
from axis.revocation.questions import Question, Subject, find_subjects
from axis.trust.certificates import Certificate
from axis.trust.policy import SignaturePolicy
from axis.trust.standing import Standing
from axis.workers.workbench import ProcessWorkbench
from axis.workers.worker import WorkerLateError, WorkerLostError


class ProcessReader:
    """Implements `axis.revocation.ports.Reader` with a workbench of its own.

    It is not the router's: reading must keep no document from being examined or receipt from being
    signed. A workbench starts its workers when there is work, so that only the keeper has one.
    """

    def __init__(self, workbench: ProcessWorkbench, policy: SignaturePolicy) -> None:
        self._workbench = workbench
        self._policy = policy

    async def find(
        self, certificates: Sequence[Certificate], authorities: Sequence[Certificate], at: datetime
    ) -> Sequence[Subject]:
        """Return whom to ask about these certificates."""
        try:
            found = await self._workbench.call(
                find_subjects, certificates, authorities, self._policy, at
            )
        except (WorkerLostError, WorkerLateError) as error:
            raise WorkbenchUnavailableError(f"certificates: {error}") from error
        if found.error is not None:
            raise WorkbenchUnavailableError(f"certificates: {found.error}")
        subjects: list[Subject] = found.value
        return subjects

    async def read(
        self, question: Question, answer: bytes, nonce: bytes | None
    ) -> Sequence[Standing]:
        """Return what an answer says, verified."""
        try:
            said = await self._workbench.call(question.read, answer, self._policy, nonce)
        except (WorkerLostError, WorkerLateError) as error:
            raise ResponderError(str(error)) from error
        if said.error is not None:
            raise ResponderError(said.error)
        standings: list[Standing] = said.value
        return standings
