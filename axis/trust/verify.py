"""The signature check: one door, one verdict, and the tree of what was really signed.

signxml verifies; this module decides what may reach it and turns whatever happens into
findings. Values of a document must be read from `SignatureVerdict.signed` and nowhere else.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from typing import Any

from lxml import etree

from axis.facts import PathStep, RevocationFact, SignatureFacts, SignatureLevel
from axis.reasons import Reason
from axis.trust import quick
from axis.trust.certificates import MAX_REMEMBERED, Certificate
from axis.trust.claims import read_claims, time_findings
from axis.trust.elements import Reader, decoded
from axis.trust.engine import Match, malformed, match, twin_findings
from axis.trust.indication import sub_indication
from axis.trust.location import SIGNATURE_TAG, SignatureLocation
from axis.trust.paths import Proof, prove_path
from axis.trust.policy import SignaturePolicy
from axis.trust.revocation import revocation_of
from axis.trust.structure import SignatureParts, read_signature
from axis.trust.timestamp import Proven, judge_stamps
from axis.trust.usage import key_findings, phase_out_findings, purpose_findings
from axis.trust.xml import MAX_DOCUMENT_BYTES, parse, refuse_tree
from axis.verdict import Finding, Outcome, Verdict


@dataclass(frozen=True, slots=True)
class SignatureVerdict:
    """What the signature check found (kết quả kiểm tra chữ ký số).

    Holds an lxml tree, so it stays in the process that made it.
    """

    verdict: Verdict
    certificate: Certificate | None = None
    """The certificate whose key made the signature; None when no key verified it."""
    signed: etree._Element | None = None
    """The root of the document as it was signed: without signature and comments. Only this may
    be read as the sender's word. None when the verdict is FAILED."""
    facts: SignatureFacts | None = None
    """What the verdict rests on; None when there was no signature to look at."""
    path: tuple[Certificate, ...] = ()
    """The proven path, the signer's certificate first, without the trust anchor."""
    timestamp_path: tuple[Certificate, ...] = ()
    """Likewise that of the timestamp authority whose word proves the time. Its standing counts as
    of the check: who has its key can write any time into a timestamp."""

    @property
    def passed(self) -> bool:
        """True when the signature may be relied on."""
        return self.verdict.passed


def verify(
    document: bytes | etree._Element,
    policy: SignaturePolicy,
    at: datetime,
    *,
    source: bytes | None = None,
    max_bytes: int = MAX_DOCUMENT_BYTES,
) -> SignatureVerdict:
    """Check the one enveloped signature of a document at a moment.

    ``document`` is the submitted bytes, or the root element of a tree that the caller has read
    from them with a hardened parser; the tree is not changed. ``source`` are those bytes, where
    the caller has them still: knowing them saves time. ``at`` is the timezone-aware
    moment for which certificates are judged.

    Nothing in the document makes this raise: whatever goes wrong inside is a finding. A naive
    ``at`` is the caller's mistake and raises ValueError; MemoryError says that the process may
    not have more.
    """
    if at.tzinfo is None:
        raise ValueError("the moment of a signature check must carry its time zone")
    try:
        return _verify(document, policy, at, source, max_bytes)
    except MemoryError:
        raise  # says nothing about the signature: the process may not have more
    except Exception as error:  # noqa: BLE001
        # The one door. For malformed signatures signxml, lxml and cryptography leak TypeError,
        # AttributeError, NotImplementedError, UnsupportedAlgorithm and more.
        return _refused([malformed(type(error).__name__, policy.location)], _facts(policy))


def _verify(
    document: bytes | etree._Element,
    policy: SignaturePolicy,
    at: datetime,
    source: bytes | None,
    max_bytes: int,
) -> SignatureVerdict:
    if isinstance(document, bytes):
        root, findings = parse(document, max_bytes=max_bytes)
        if root is None:
            return _refused(findings)
    else:
        root = document
        finding = refuse_tree(root, source)
        if finding is not None:
            return _refused([finding])
    signature, findings = _find_signature(root, policy.location)
    if signature is None:
        several = findings[0].reason is Reason.SEVERAL_SIGNATURES
        return _refused(findings, _facts(policy) if several else None)
    place = policy.location.place
    plain = SignatureLevel.PLAIN in policy.levels
    accepted = quick.accept(signature, policy) if policy.quick and plain and not findings else None
    if accepted is None:
        parts, shape = read_signature(signature, policy, place)
        findings += shape
        if parts is None or findings:
            return _refused(findings, _facts(policy))
        matched = match(document, parts, policy.location)
    else:
        parts = accepted.parts
        matched = Match([], accepted.certificate, accepted.signed)
    digest = "" if matched.signed is None else _digest(signature)
    return _judge(parts, matched, policy, at, digest)


def _digest(signature: etree._Element) -> str:
    """Return the digest of the signed content: the first reference's, which is the document's.

    The signature's shape was judged: SignedInfo's third child is that reference, its last child the
    digest.
    """
    return (decoded(signature[0][2][-1].text) or b"").hex()


def _judge(
    parts: SignatureParts, matched: Match, policy: SignaturePolicy, at: datetime, digest: str
) -> SignatureVerdict:
    """Judge who signed, and when: as of the proven moment of signing, else as of the check."""
    place, signer = policy.location.place, matched.certificate
    if signer is None:
        return _refused(matched.findings, _facts(policy, parts))
    others = [other for other in parts.certificates if other != signer]
    claimed, claims = _claims(parts, matched, others, policy)
    stamps = () if parts.qualifying is None else parts.qualifying.stamps
    proven = judge_stamps(stamps, policy, at, place) if stamps else Proven()
    moment = proven.at or at
    proof, unproven = prove_path(signer, others, policy, moment, place)
    path = () if proof is None else (signer, *proof.authorities)
    revoked: list[Finding] = []
    revocation: tuple[RevocationFact, ...] = ()
    if proof is not None and policy.judges_revocation:
        revoked, revocation = revocation_of((*path, proof.anchor), policy, at, moment, place)
    verdict = Verdict.of(
        [
            *matched.findings,
            *twin_findings(signer, others, policy.location),
            *key_findings(signer, policy, place),
            *purpose_findings(signer, policy, place),
            *phase_out_findings(parts, policy, moment, place),
            *claims,
            *proven.findings,
            *time_findings(claimed, signer, proven.at, policy, at),
            *unproven,
            *revoked,
        ]
    )
    facts = _facts(
        policy,
        parts,
        signer,
        proof,
        digest=digest,
        level=_level(parts, proven),
        claimed_at=claimed,
        proven_at=proven.at,
        timestamped_by=None if proven.authority is None else proven.authority.subject,
        judged_at=moment,
        revocation=revocation,
        sub_indication=sub_indication(verdict, proven=proven.at is not None),
    )
    signed = None if verdict.outcome is Outcome.FAILED else matched.signed
    return SignatureVerdict(verdict, signer, signed, facts, path, proven.path)


def _claims(
    parts: SignatureParts, matched: Match, others: list[Certificate], policy: SignaturePolicy
) -> tuple[datetime | None, list[Finding]]:
    """Read what signed properties say, where there are any; returns the claimed time."""
    if parts.qualifying is None or matched.properties is None or matched.certificate is None:
        return None, []
    reader = Reader(policy, policy.location.place)
    signing_time = read_claims(
        matched.properties, parts.qualifying, matched.certificate, others, reader
    )
    return signing_time, reader.findings


def _level(parts: SignatureParts, proven: Proven) -> SignatureLevel:
    """Return what the signature does prove, which is not always what it is meant to."""
    if parts.claimed_level is SignatureLevel.TIMESTAMPED and proven.at is None:
        return SignatureLevel.BASIC
    return parts.claimed_level


def _facts(
    policy: SignaturePolicy,
    parts: SignatureParts | None = None,
    signer: Certificate | None = None,
    proof: Proof | None = None,
    **judged: Any,
) -> SignatureFacts:
    """Tell what is known of a signature, as far as it could be read and judged."""
    if parts is not None:
        judged["algorithm"] = parts.signature_method.name
        judged["unread"] = () if parts.qualifying is None else parts.qualifying.unread
    if signer is not None:
        above = () if proof is None else (*proof.authorities, proof.anchor)
        judged["signer"] = signer.subject
        judged["fingerprint"] = signer.fingerprint
        judged["organization"] = signer.organization_identifier
        judged["path"] = tuple([_step(certificate) for certificate in (signer, *above)])
    return SignatureFacts(policy=policy.name, **judged)


@lru_cache(maxsize=MAX_REMEMBERED)
def _step(certificate: Certificate) -> PathStep:
    return PathStep(
        subject=certificate.subject,
        fingerprint=certificate.fingerprint,
        not_before=certificate.not_before,
        not_after=certificate.not_after,
    )


def _find_signature(
    root: etree._Element, location: SignatureLocation
) -> tuple[etree._Element | None, list[Finding]]:
    """Find the only signature of the document; it must stand at the place of the profile."""
    sound = location.sound_signature(root)
    if sound is not None:
        return sound, []
    place = location.place
    signatures = list(root.iter(SIGNATURE_TAG))
    if not signatures:
        return None, [Finding(Reason.UNSIGNED, place)]
    if len(signatures) > 1:
        facts = {"count": len(signatures)}
        return None, [Finding(Reason.SEVERAL_SIGNATURES, place, facts=facts)]
    (signature,) = signatures
    faults = location.faults(root)
    if not location.holds(signature):
        faults.append(root.getroottree().getelementpath(signature))
    line = signature.sourceline
    return signature, [
        Finding(Reason.SIGNATURE_MISPLACED, place, line, {"detail": fault}) for fault in faults
    ]


def _refused(findings: list[Finding], facts: SignatureFacts | None = None) -> SignatureVerdict:
    """Refuse a signature by no key that could be told."""
    verdict = Verdict.of(findings)
    if facts is not None:
        facts = replace(facts, sub_indication=sub_indication(verdict, signer_known=False))
    return SignatureVerdict(verdict, facts=facts)
