"""Who judges an attack: the signature check alone, and the axis as a whole."""

from dataclasses import dataclass, replace

from axis.edxml.parse import read_message
from axis.examination import Rules, examine
from axis.exchange.admission.known import Known
from axis.exchange.intake.preview import Grounds, preview
from axis.reasons import Reason
from axis.trust.verify import SignatureVerdict, verify
from axis.verdict import Outcome, Verdict
from tests.attacks.attack import Attack
from tests.attacks.ground import Ground
from tests.vectors.recipes.workshop import AT


@dataclass(frozen=True, slots=True)
class Judged:
    """What was said of an attack."""

    result: SignatureVerdict
    """By the signature check alone."""
    axis: Verdict
    """By the axis as a whole: format, signature, content and authority."""
    unchanged: bool
    """Whether what would be believed is what an honest agency signed, value by value."""

    @property
    def refused(self) -> set[Reason]:
        """The signature check's reasons."""
        return {finding.reason for finding in self.result.verdict.findings}

    @property
    def stopped(self) -> set[Reason]:
        """What the axis says beside."""
        return {finding.reason for finding in self.axis.findings} - self.refused

    @property
    def codes(self) -> tuple[str, ...]:
        """All reasons, the most important first."""
        return tuple(dict.fromkeys(finding.reason.code for finding in self.axis.findings))

    @property
    def sub_indication(self) -> str | None:
        """Why the signature is not PASSED, in the words of EN 319 102-1."""
        return None if self.result.facts is None else self.result.facts.sub_indication

    @property
    def outcome(self) -> Outcome:
        """The verdict on the attack."""
        return self.axis.outcome

    @property
    def details(self) -> str:
        """The facts of the signature check's findings."""
        findings = self.result.verdict.findings
        return " ".join(str(fact) for finding in findings for fact in finding.facts.values())


def judge(ground: Ground, attack: Attack) -> Judged:
    """Let the signature check and the axis judge an attack."""
    body = attack.make(ground)
    policy = ground.policy if attack.policy is None else attack.policy(ground)
    result = verify(body, replace(policy, quick=False), AT)
    quick = verify(body, replace(policy, quick=True), AT)
    assert quick.verdict == result.verdict, "the engines judge differently"
    examination = examine(body, Rules(policy), AT)
    known = Known(ground.directory, stored_known=False)
    verdict = preview(examination, Grounds(known), AT).verdict
    signed = result.signed
    unchanged = signed is not None and read_message(signed)[0] in ground.values
    return Judged(result, verdict, unchanged)
