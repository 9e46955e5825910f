"""Timestamps (dấu thời gian, RFC 3161) on a signature: they prove that it existed at a moment.

rfc3161-client verifies a token; here it is decided over what, by whose certificate and with which
algorithms. A timestamp that contradicts its signature is a false claim and refuses. One whose
authority is not trusted is as good as none (EN 319 102-1, 5.5.4): the signature then stands for
itself, as of the moment of the check.
"""

import dataclasses
import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from asn1crypto import cms, tsp
from rfc3161_client import (
    TimeStampResponse,
    VerifierBuilder,
    decode_timestamp_response,
)
from signxml.algorithms import DigestAlgorithm

from axis.facts import SignatureLevel
from axis.reasons import Reason, Severity
from axis.trust.certificates import Certificate
from axis.trust.paths import Proof, prove_path
from axis.trust.policy import SignaturePolicy
from axis.trust.revocation import revocation_of
from axis.trust.usage import key_findings
from axis.trust.xades import Stamp
from axis.verdict import Finding

_DIGESTS: Final = {
    "2.16.840.1.101.3.4.2.1": DigestAlgorithm.SHA256,
    "2.16.840.1.101.3.4.2.2": DigestAlgorithm.SHA384,
    "2.16.840.1.101.3.4.2.3": DigestAlgorithm.SHA512,
}
"""By object identifier."""

_NO_PATH: Final = "certificate verify error"
"""What OpenSSL, inside rfc3161-client, says where it is only the authority's certificate or path
that is not good enough: no root above it, or not issued for timestamps."""


@dataclass(frozen=True, slots=True)
class Proven:
    """What the timestamps of a signature prove."""

    findings: tuple[Finding, ...] = ()
    at: datetime | None = None
    """The earliest moment at which the signature is proven to have existed; None without proof."""
    authority: Certificate | None = None
    """Whose timestamp that is."""
    path: tuple[Certificate, ...] = ()
    """The authority's path, its own certificate first, without the trust anchor."""


def judge_stamps(
    stamps: Sequence[Stamp], policy: SignaturePolicy, at: datetime, place: str
) -> Proven:
    """Verify the timestamps of a signature at a moment; the earliest that holds counts."""
    judged = [_Judge(policy, at, place).judge(stamp) for stamp in stamps]
    best = min((one for one in judged if one.at is not None), key=_moment, default=Proven())
    findings = tuple(finding for one in judged for finding in one.findings)
    return dataclasses.replace(best, findings=findings)


def _moment(proven: Proven) -> datetime:
    assert proven.at is not None
    return proven.at


@dataclass(frozen=True, slots=True)
class _Token:
    """A timestamp token as the libraries read it."""

    response: TimeStampResponse
    signer: Certificate
    others: tuple[Certificate, ...]
    imprint: bytes
    digests: tuple[str, str]
    """Digest algorithms (object identifiers) of the imprint and of the authority's signature."""
    at: datetime


@dataclass(frozen=True, slots=True)
class _Judge:
    policy: SignaturePolicy
    at: datetime
    place: str

    def judge(self, stamp: Stamp) -> Proven:
        """Return the moment that a timestamp proves, or the finding that says why it does not."""
        try:
            token = _read(stamp.token)
        except MemoryError:
            raise
        except Exception as error:  # noqa: BLE001
            # Hostile ASN.1 leaks ValueError, TypeError, KeyError and more out of both libraries.
            return self._refuse(Reason.TIMESTAMP_BROKEN, detail=type(error).__name__)
        for oid in token.digests:
            used = _DIGESTS.get(oid)
            if used not in self.policy.digest_algorithms:
                name = oid if used is None else used.name
                return self._refuse(Reason.SIGNATURE_ALGORITHM, algorithm=f"RFC 3161: {name}")
        digest = hashlib.new(_DIGESTS[token.digests[0]].name, stamp.data).digest()
        if digest != token.imprint:
            return self._refuse(Reason.TIMESTAMP_MISMATCH, time=_text(token.at))
        if token.at > self.at + self.policy.clock_tolerance:
            detail = f"{_text(token.at)} > {_text(self.at)}"
            return self._refuse(Reason.TIMESTAMP_ORDER, detail=detail)
        proof, why = self._path(token)
        if proof is None:
            return self._untrusted(token.signer, why)
        try:
            _verify(token, proof, digest)
        except MemoryError:
            raise
        except Exception as error:  # noqa: BLE001 - as above, and VerificationError
            if _NO_PATH in str(error):
                return self._untrusted(token.signer, _detail(error))
            return self._refuse(Reason.TIMESTAMP_BROKEN, detail=str(error).partition(":")[0])
        return Proven((), token.at, token.signer, (token.signer, *proof.authorities))

    def _path(self, token: _Token) -> tuple[Proof | None, str]:
        """Prove the authority's path at the moment of its timestamp; say why if there is none.

        Whether it is revoked counts as of the check: nothing proves when the timestamp was made
        but the timestamp itself.
        """
        policy = dataclasses.replace(self.policy, anchors=self.policy.timestamp_anchors)
        proof, findings = prove_path(token.signer, token.others, policy, token.at, self.place)
        findings += key_findings(token.signer, policy, self.place)
        if proof is not None and policy.judges_revocation:
            path = (token.signer, *proof.authorities, proof.anchor)
            found, _ = revocation_of(path, policy, self.at, self.at, self.place)
            findings += [one for one in found if one.severity is not Severity.WARN]
        if proof is None or findings:
            first = findings[0]
            return None, f"{first.reason.code} {first.facts.get('detail', '')}".strip()
        return proof, ""

    def _untrusted(self, signer: Certificate, detail: str) -> Proven:
        """Say that the timestamp proves nothing; without it a level that the policy asks for lacks.

        EN 319 102-1 leaves a timestamp that cannot be validated out of account, and answers
        INDETERMINATE where it was needed: the authority may be trusted another day.
        """
        needed = SignatureLevel.BASIC not in self.policy.levels
        return Proven(
            (
                Finding(
                    Reason.TIMESTAMP_UNTRUSTED,
                    self.place,
                    facts={"subject": signer.subject, "detail": detail},
                    ruled=Severity.HOLD if needed else None,
                ),
            )
        )

    def _refuse(self, reason: Reason, **facts: str) -> Proven:
        return Proven((Finding(reason, self.place, facts=facts),))


def _read(der: bytes) -> _Token:
    """Read a token; raises whatever the libraries do, and ValueError for what is not ours."""
    content = cms.ContentInfo.load(der, strict=True)
    # rfc3161-client reads answers of an authority, in which a token is wrapped.
    answer = tsp.TimeStampResp({"status": {"status": "granted"}, "time_stamp_token": content})
    response = decode_timestamp_response(answer.dump())
    (signer_info,) = content["content"]["signer_infos"]
    (signed_by,) = response.signed_data.signer_infos
    certificates = [Certificate.from_der(der) for der in response.signed_data.certificates]
    (signer,) = (
        one
        for one in certificates
        if one.serial == signed_by.serial_number and one.parsed().issuer == signed_by.issuer
    )
    imprint = response.tst_info.message_imprint
    return _Token(
        response=response,
        signer=signer,
        others=tuple(one for one in certificates if one != signer),
        imprint=imprint.message,
        digests=(
            imprint.hash_algorithm.dotted_string,
            signer_info["digest_algorithm"]["algorithm"].dotted,
        ),
        at=response.tst_info.gen_time,
    )


def _verify(token: _Token, proof: Proof, digest: bytes) -> None:
    """Verify the authority's signature and its right to timestamp; raises VerificationError."""
    VerifierBuilder(
        tsa_certificate=token.signer.parsed(),
        intermediates=[one.parsed() for one in proof.authorities],
        roots=[proof.anchor.parsed()],
    ).build().verify(token.response, digest)


def _detail(error: Exception) -> str:
    """Return OpenSSL's words for what is wrong with a certificate."""
    found = re.search(r"Verify error: ?([^\"\]]+)", str(error))
    return _NO_PATH if found is None else found[1]


def _text(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds")
