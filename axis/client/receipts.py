"""Receipts checked: which axis signed them, and whether they are about what was sent.

A receipt is proof only when its signature holds, leads to a trusted authority, and was made with
one of the certificates that the axis is known to sign receipts with: any agency's seal leads to
the same authorities.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from axis.evidence.events import Event
from axis.evidence.reader import MAX_RECEIPT_BYTES, UnreadableReceiptError
from axis.evidence.receipt import Receipt
from axis.evidence.xml import read_receipt
from axis.reasons import Reason
from axis.trust.certificates import Certificate
from axis.trust.policy import SignaturePolicy
from axis.trust.profiles import RECEIPTS
from axis.trust.verify import verify
from axis.verdict import Finding, Verdict


@dataclass(frozen=True, slots=True)
class ReceiptTrust:
    """Whose receipts are believed."""

    policy: SignaturePolicy
    signers: frozenset[str]
    """Fingerprints of the certificates with which the axis signs receipts."""

    @classmethod
    def of(
        cls,
        certificates: Iterable[Certificate],
        anchors: Iterable[Certificate],
        intermediates: Iterable[Certificate] = (),
    ) -> "ReceiptTrust":
        """Trust receipts signed with these certificates, below these anchors.

        Raises ConfigurationError when an anchor is no certification authority.
        """
        return cls(
            RECEIPTS.with_trust(anchors, intermediates),
            frozenset(certificate.fingerprint for certificate in certificates),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedReceipt:
    """A receipt with what its signature is worth."""

    xml: bytes
    """The bytes as they came: what is kept and shown to others as proof."""
    receipt: Receipt | None
    """What it says, be it true or not; None when it cannot be read."""
    verdict: Verdict | None
    """What the signature check found; None when no certificates of the axis were given."""
    signer: Certificate | None = None

    @property
    def proof(self) -> bool:
        """Whether the receipt may be relied on."""
        return self.receipt is not None and self.verdict is not None and self.verdict.passed

    @property
    def accepted(self) -> bool:
        """Whether it says that the axis took the submission (SubmissionAcceptance)."""
        return self.receipt is not None and self.receipt.event is Event.SUBMISSION_ACCEPTANCE

    @property
    def answers_submission(self) -> bool:
        """Whether it ends a submission: accepted or refused."""
        return self.receipt is not None and self.receipt.event in _ENDINGS


_ENDINGS = (Event.SUBMISSION_ACCEPTANCE, Event.SUBMISSION_REJECTION)


def check_receipt(xml: bytes, trust: ReceiptTrust | None, at: datetime) -> CheckedReceipt:
    """Read a receipt and check its signature as of a moment.

    Never raises for any bytes. Without `trust` nothing is checked: the receipt is information,
    not proof.
    """
    if trust is None:
        return CheckedReceipt(xml=xml, receipt=_read(xml), verdict=None)
    checked = verify(xml, trust.policy, at, max_bytes=MAX_RECEIPT_BYTES)
    findings = list(checked.verdict.findings)
    if checked.certificate is not None and checked.certificate.fingerprint not in trust.signers:
        facts = {"subject": checked.certificate.subject}
        place = trust.policy.location.place
        findings.append(Finding(Reason.NOT_THE_AXIS, place, facts=facts))
    receipt = None
    try:
        receipt = read_receipt(xml if checked.signed is None else checked.signed)
    except UnreadableReceiptError as error:
        findings.append(Finding(Reason.NOT_A_RECEIPT, facts={"detail": str(error)}))
    return CheckedReceipt(
        xml=xml, receipt=receipt, verdict=Verdict.of(findings), signer=checked.certificate
    )


def _read(xml: bytes) -> Receipt | None:
    try:
        return read_receipt(xml)
    except UnreadableReceiptError:
        return None
