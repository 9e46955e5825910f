"""The check before submitting: what the axis would say of the bytes alone.

The same code as the axis's own format, signature and content checks. Who may send what to whom is
in the registry, which only the axis and `axis document check` know.
"""

import hashlib
from datetime import datetime
from typing import Final

from axis.client.errors import CheckFailedError
from axis.clock import system_clock
from axis.content.policy import ContentPolicy
from axis.edxml.values import Message
from axis.examination import Examination, Rules, examine
from axis.reasons import Reason, Severity
from axis.trust.policy import SignaturePolicy
from axis.trust.profiles import FIELD
from axis.verdict import Finding, Outcome, Verdict

TOLERANT: Final = ContentPolicy(
    macros=Severity.WARN, active_content=Severity.WARN, broken_pdf_signatures=Severity.WARN
)
"""What one axis refuses and another lets pass is for the axis to say; before submitting only what
every axis refuses counts."""


def check(
    message: bytes,
    policy: SignaturePolicy | None = None,
    *,
    content: ContentPolicy | None = None,
    at: datetime | None = None,
) -> Verdict:
    """Check a signed document or status as the axis would; never raises for any bytes.

    `policy` brings the trust anchors (`FIELD.with_trust(…)`). Without it no certificate is judged,
    and a message in order is INDETERMINATE with S-NOT-CHECKED. `content` is what the axis asks of
    attached files, by default what it asks unless set otherwise; `at` is now unless given. Takes
    some milliseconds, for the largest documents seconds: call it in a thread.
    """
    rules = Rules(policy or FIELD, content or ContentPolicy())
    examination = _examined(message, rules, at or system_clock())
    return Verdict.of(examination.findings, examination.files)


def fit_to_submit(message: bytes, at: datetime) -> Message | None:
    """Return what a message says; raises CheckFailedError for what every axis would refuse."""
    examination = _examined(message, Rules(FIELD, TOLERANT), at)
    # whose certificates count, the axis says; that nobody has judged them here is no news
    findings = [one for one in examination.findings if one.reason is not Reason.SIGNER_NOT_CHECKED]
    verdict = Verdict.of(findings, examination.files)
    if verdict.outcome is Outcome.FAILED:
        raise CheckFailedError(verdict)
    return examination.message


def _examined(message: bytes, rules: Rules, at: datetime) -> Examination:
    try:
        return examine(message, rules, at)
    except Exception as error:  # noqa: BLE001 - as at the axis: what a check fails on is refused
        finding = Finding(Reason.UNCHECKABLE, facts={"detail": type(error).__name__})
        digest = hashlib.sha256(message).hexdigest()
        return Examination(digest, len(message), None, None, (finding,))
