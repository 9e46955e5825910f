"""Receipts checked: which axis signed them, and whether they are about what was sent.

A receipt is proof only when its signature holds, leads to a trusted authority, and was made with
one of the certificates that the axis is known to sign receipts with: any agency's seal leads to
the same authorities. All of this is judged as of the moment that the receipt states: certificates
lapse and keys are replaced, evidence stays.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from axis.clock import iso_utc
from axis.evidence.events import Event
from axis.evidence.reader import MAX_RECEIPT_BYTES, UnreadableReceiptError
from axis.evidence.receipt import Receipt
from axis.evidence.xml import read_receipt
from axis.reasons import Reason
from axis.trust.certificates import Certificate
from axis.trust.policy import SignaturePolicy
from axis.trust.profiles import RECEIPTS
from axis.trust.receipt_certificates import ReceiptCertificate
from axis.trust.verify import verify
from axis.verdict import Finding, Verdict


@dataclass(frozen=True, slots=True)
class ReceiptTrust:
    """Whose receipts are believed."""

    policy: SignaturePolicy
    signers: Mapping[str, datetime | None]
    """Fingerprints of the certificates with which the axis signs receipts, or once signed them:
    each with the moment of its retirement."""

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
        return cls.over([ReceiptCertificate(one) for one in certificates], anchors, intermediates)

    @classmethod
    def over(
        cls,
        history: Iterable[ReceiptCertificate],
        anchors: Iterable[Certificate],
        intermediates: Iterable[Certificate] = (),
    ) -> "ReceiptTrust":
        """Trust receipts signed with these certificates while each was in use.

        Raises ConfigurationError when an anchor is no certification authority.
        """
        known = list(history)
        above = {one for term in known for one in term.authorities if one.is_authority}
        ordered = sorted(above.difference(intermediates), key=lambda one: one.fingerprint)
        return cls(
            RECEIPTS.with_trust(anchors, (*intermediates, *ordered)),
            {term.certificate.fingerprint: term.retired_at for term in known},
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
    def held(self) -> bool:
        """Whether it says that the submission waits for a check (SubmissionHeld), no answer yet."""
        return self.receipt is not None and self.receipt.event is Event.SUBMISSION_HELD

    @property
    def answers_submission(self) -> bool:
        """Whether it ends a submission: accepted or refused."""
        return self.receipt is not None and self.receipt.event in _ENDINGS


_ENDINGS = (Event.SUBMISSION_ACCEPTANCE, Event.SUBMISSION_REJECTION)


def check_receipt(xml: bytes, trust: ReceiptTrust | None, at: datetime) -> CheckedReceipt:
    """Read a receipt and check its signature as of the moment that it states.

    Never raises for any bytes. Without `trust` nothing is checked: the receipt is information,
    not proof. ``at`` is the present, by which bytes are judged that state no moment.
    """
    said = _read(xml)
    if trust is None:
        return CheckedReceipt(xml=xml, receipt=said, verdict=None)
    moment = at if said is None else said.at
    checked = verify(xml, trust.policy, moment, max_bytes=MAX_RECEIPT_BYTES)
    findings = list(checked.verdict.findings)
    receipt = None
    try:
        receipt = read_receipt(xml if checked.signed is None else checked.signed)
        if receipt.at != moment:
            raise UnreadableReceiptError("it states another moment than what was signed")
    except UnreadableReceiptError as error:
        findings.append(Finding(Reason.NOT_A_RECEIPT, facts={"detail": str(error)}))
    if checked.certificate is not None:
        findings += _signer_findings(checked.certificate, trust, moment)
    return CheckedReceipt(
        xml=xml, receipt=receipt, verdict=Verdict.of(findings), signer=checked.certificate
    )


def _signer_findings(signer: Certificate, trust: ReceiptTrust, moment: datetime) -> list[Finding]:
    """Was this the axis's certificate at that moment?"""
    place = trust.policy.location.place
    if signer.fingerprint not in trust.signers:
        return [Finding(Reason.NOT_THE_AXIS, place, facts={"subject": signer.subject})]
    retired_at = trust.signers[signer.fingerprint]
    if retired_at is None or moment <= retired_at:
        return []
    facts = {"subject": signer.subject, "date": iso_utc(moment), "retired": iso_utc(retired_at)}
    return [Finding(Reason.RECEIPT_KEY_RETIRED, place, facts=facts)]


def _read(xml: bytes) -> Receipt | None:
    try:
        return read_receipt(xml)
    except UnreadableReceiptError:
        return None
