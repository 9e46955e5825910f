"""What the signature check costs: one document after the other, in this process, with no server.

Each figure is compared with the least that any verifier does in the same run: parsing the bytes,
canonicalising document and SignedInfo, the digest and the key's operation.
"""

import dataclasses
import hashlib
import tempfile
from base64 import b64decode
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from lxml import etree

from axis.clock import system_clock
from axis.edxml.write import write_document
from axis.facts import RevocationState
from axis.local.bench.admission import SENDER, Kind, alternating, bench_document
from axis.local.bench.load import LoadError
from axis.local.pki import make_demo_pki
from axis.trust.certificates import Certificate
from axis.trust.keys import SigningKey
from axis.trust.location import EDXML, SIGNATURE_TAG
from axis.trust.policy import SignaturePolicy
from axis.trust.sign import sign
from axis.trust.standing import Source, Standing, judge_revocation
from axis.trust.verify import verify
from axis.trust.xml import relaxed_parser


@dataclass(frozen=True, slots=True)
class SignatureCost:
    """What checking one kind of signed document costs; CPU milliseconds, medians of one run."""

    label: str
    document_bytes: int
    bare_ms: float
    """Parse, canonicalise, digest and verify with the bare libraries (RSA-2048, SHA-256)."""
    record_ms: float
    """The whole check with signxml, the verifier of record; revocation by what is known."""
    quick_ms: float
    """The whole check with the second engine where it serves."""

    @property
    def record_ratio(self) -> float:
        """The check with signxml as a multiple of the bare minimum."""
        return self.record_ms / self.bare_ms

    @property
    def quick_ratio(self) -> float:
        """The check with the second engine as a multiple of the bare minimum."""
        return self.quick_ms / self.bare_ms


def measure_signatures(
    kinds: Sequence[Kind], seconds: float, progress: Callable[[int], None]
) -> list[SignatureCost]:
    """Measure every kind for so many seconds at the most; `progress` is told how many are done.

    Raises LoadError when a document does not verify: its figures would mean nothing.
    """
    at = system_clock()
    with tempfile.TemporaryDirectory() as folder:
        pki = make_demo_pki(Path(folder), [(SENDER, "Bên gửi")], at, rsa_agencies=(SENDER,))
        key, policy = pki.seal(SENDER).load(), pki.policy()
    costs = []
    for kind in kinds:
        costs.append(_measure(kind, key, policy, at, seconds))
        progress(len(costs))
    return costs


def _measure(
    kind: Kind, key: SigningKey, policy: SignaturePolicy, at: datetime, seconds: float
) -> SignatureCost:
    body = sign(write_document(bench_document(kind, at)), key)
    record = dataclasses.replace(policy, quick=False)
    quick = dataclasses.replace(policy, quick=True)
    public = key.certificate.parsed().public_key()
    if not isinstance(public, rsa.RSAPublicKey):
        raise LoadError("the key is not RSA")
    for one in (record, quick):
        if verify(body, one, at).verdict.findings:
            raise LoadError(f"{kind.label}: the document does not verify")
    known = _standings(verify(body, record, at).path, at)
    bare, of_record, with_quick = alternating(
        [
            lambda: _bare(body, public),
            lambda: _whole(body, record, at, known),
            lambda: _whole(body, quick, at, known),
        ],
        seconds,
    )
    return SignatureCost(
        label=kind.label,
        document_bytes=len(body),
        bare_ms=bare,
        record_ms=of_record,
        quick_ms=with_quick,
    )


def _standings(path: Sequence[Certificate], at: datetime) -> dict[str, tuple[Standing, ...]]:
    """Return what the axis knows of the certificates of a path while their lists are current."""
    return {
        one.fingerprint: (
            Standing(
                fingerprint=one.fingerprint,
                state=RevocationState.GOOD,
                source=Source.CRL,
                this_update=at - timedelta(hours=1),
                next_update=at + timedelta(days=1),
            ),
        )
        for one in path
    }


def _whole(
    body: bytes,
    policy: SignaturePolicy,
    at: datetime,
    known: Mapping[str, Sequence[Standing]],
) -> None:
    """Check a signature as worker and router do: the path is remembered, revocation is known."""
    path = verify(body, policy, at).path
    findings, _ = judge_revocation(path, known, policy.revocation, at, at, EDXML.place)
    if findings:
        raise LoadError("the certificates are not known to be good")


def _bare(body: bytes, public: rsa.RSAPublicKey) -> None:
    root = etree.fromstring(body, relaxed_parser())
    header = EDXML.parents(root)[0]
    signature = header.find(SIGNATURE_TAG)
    assert signature is not None
    signed_info = etree.tostring(signature[0], method="c14n")
    value = b64decode(signature[1].text or "")
    digest = b64decode(signature[0][2][2].text or "")
    before = signature.getprevious()
    assert before is not None
    before.tail = (before.tail or "") + (signature.tail or "")
    header.remove(signature)
    if hashlib.sha256(etree.tostring(root, method="c14n")).digest() != digest:
        raise LoadError("the document was changed")
    public.verify(value, signed_info, padding.PKCS1v15(), hashes.SHA256())
