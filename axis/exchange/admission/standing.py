"""Whether the certificates of a signature are revoked, by what is known when it is decided.

What is known was fetched in the background (`axis.revocation`) and is read in the transaction that
decides, so this costs a few look-ups in memory and never waits for a network.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from axis.examination import Examination
from axis.facts import RevocationFact
from axis.trust.certificates import Certificate
from axis.trust.location import EDXML
from axis.trust.policy import RevocationRules
from axis.trust.standing import Standing, judge_revocation
from axis.verdict import Finding


@dataclass(frozen=True, slots=True)
class Standings:
    """What is known of the certificates of a batch, and the rules that it is judged by."""

    rules: RevocationRules
    known: Mapping[str, Sequence[Standing]]
    """By fingerprint."""

    def judge(
        self, examination: Examination, at: datetime
    ) -> tuple[list[Finding], tuple[RevocationFact, ...]]:
        """Judge the proven path of a signature; nothing is said where none was proven.

        A timestamp authority is judged as of now: who has its key can write any time.
        """
        signed_at = examination.signed_at(at)
        findings, facts = self._judge(examination.path, at, signed_at)
        if examination.timestamp_path:
            more, stamped = self._judge(examination.timestamp_path, at, at)
            return [*findings, *more], (*facts, *stamped)
        return findings, facts

    def _judge(
        self, path: Sequence[Certificate], at: datetime, signed_at: datetime
    ) -> tuple[list[Finding], tuple[RevocationFact, ...]]:
        return judge_revocation(path, self.known, self.rules, at, signed_at, EDXML.place)


def asked_about(examination: Examination) -> tuple[Certificate, ...]:
    """Return the certificates on whose standing a signature rests."""
    return examination.path + examination.timestamp_path
