"""The signature check: one door, one verdict, and the tree of what was really signed.

signxml verifies; this module decides what may reach it and turns whatever happens into
findings. Values of a document must be read from `SignatureVerdict.signed` and nowhere else.
"""

import logging
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from lxml import etree
from signxml.algorithms import CanonicalizationMethod
from signxml.exceptions import InvalidDigest, InvalidInput, InvalidSignature
from signxml.verifier import SignatureConfiguration, VerifyResult, XMLVerifier

from axis.reasons import Reason
from axis.trust.certificates import Certificate
from axis.trust.location import EDXML, SIGNATURE_TAG, SignatureLocation
from axis.trust.paths import path_findings
from axis.trust.policy import SignaturePolicy
from axis.trust.structure import SignatureParts, read_signature
from axis.trust.usage import key_findings, purpose_findings
from axis.trust.xml import MAX_DOCUMENT_BYTES, parse, refuse_tree, relaxed_parser
from axis.verdict import Finding, Verdict

logging.getLogger("signxml").setLevel(logging.INFO)
"""At DEBUG signxml logs every document in full; content never goes to a log."""


MAX_CANDIDATES: Final = 4
"""Certificates tried as the signer's. An honest signature has one that is no authority's, and
every try reads the document anew."""


class _Verifier(XMLVerifier):
    """signxml's verifier, with SignedInfo canonicalised as a document of its own.

    lxml writes ``xmlns=""`` on inner elements when it canonicalises part of a tree whose default
    namespace is declared further up, as in ``<Signature xmlns="…">`` of .NET, so that the
    signatures of others would not match. signxml's ``excise_empty_xmlns_declarations`` is no
    remedy: it also cuts these characters out of the document's text.
    """

    def _c14n(
        self,
        nodes: etree._Element,
        algorithm: CanonicalizationMethod,
        inclusive_ns_prefixes: list[str] | None = None,
    ) -> bytes:
        if nodes.getparent() is not None:
            nodes = etree.fromstring(etree.tostring(nodes, with_tail=False), relaxed_parser())
        canonical: bytes = super()._c14n(nodes, algorithm, inclusive_ns_prefixes)
        return canonical


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

    @property
    def passed(self) -> bool:
        """True when the signature may be relied on."""
        return self.verdict.passed


def verify(
    document: bytes | etree._Element,
    policy: SignaturePolicy,
    at: datetime,
    *,
    location: SignatureLocation = EDXML,
    max_bytes: int = MAX_DOCUMENT_BYTES,
) -> SignatureVerdict:
    """Check the one enveloped signature of a document at a moment.

    ``document`` is the submitted bytes, or the root element of a tree that the caller has read
    from them with a hardened parser; the tree is not changed. ``at`` is the timezone-aware
    moment for which certificates are judged.

    Nothing in the document makes this raise: whatever goes wrong inside is a finding. A naive
    ``at`` is the caller's mistake and raises ValueError.
    """
    if at.tzinfo is None:
        raise ValueError("the moment of a signature check must carry its time zone")
    try:
        return _verify(document, policy, at, location, max_bytes)
    except Exception as error:  # noqa: BLE001
        # The one door. For malformed signatures signxml, lxml and cryptography leak TypeError,
        # AttributeError, NotImplementedError, UnsupportedAlgorithm and more.
        return _refused([_malformed(type(error).__name__, location)])


def _verify(
    document: bytes | etree._Element,
    policy: SignaturePolicy,
    at: datetime,
    location: SignatureLocation,
    max_bytes: int,
) -> SignatureVerdict:
    if isinstance(document, bytes):
        root, findings = parse(document, max_bytes=max_bytes)
        if root is None:
            return _refused(findings)
    else:
        root = document
        finding = refuse_tree(root)
        if finding is not None:
            return _refused([finding])
    signature, findings = _find_signature(root, location)
    if signature is None:
        return _refused(findings)
    parts, shape = read_signature(signature, policy, location.place)
    findings += shape
    if parts is None or findings:
        return _refused(findings)
    match = _match(document, parts, location)
    if match.certificate is None:
        return _refused(match.findings)
    others = [other for other in parts.certificates if other != match.certificate]
    place = location.place
    findings = [
        *match.findings,
        *_twin_findings(match.certificate, others, location),
        *key_findings(match.certificate, policy, place),
        *purpose_findings(match.certificate, policy, place),
        *path_findings(match.certificate, others, policy, at, place),
    ]
    verdict = Verdict.of(findings)
    signed = match.signed if not findings else None
    return SignatureVerdict(verdict, match.certificate, signed)


def _find_signature(
    root: etree._Element, location: SignatureLocation
) -> tuple[etree._Element | None, list[Finding]]:
    """Find the only signature of the document; it must stand at the place of the profile."""
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


@dataclass(frozen=True, slots=True)
class _Match:
    """The outcome of the mathematics: whose key, and the document it covers."""

    findings: list[Finding]
    certificate: Certificate | None = None
    signed: etree._Element | None = None


def _match(
    document: bytes | etree._Element, parts: SignatureParts, location: SignatureLocation
) -> _Match:
    """Find the certificate whose key made the signature, and check the document's digest.

    Certificates that cannot be the signer's by their kind of key are not tried; authorities
    are tried last, because they are normally there for the path.
    """
    fitting = [certificate for certificate in parts.certificates if _fits(certificate, parts)]
    if not fitting:
        return _Match([_malformed("no certificate with a key of this algorithm", location)])
    fitting.sort(key=lambda candidate: candidate.is_authority)
    for certificate in fitting[:MAX_CANDIDATES]:
        try:
            result = _signxml(document, certificate, parts, location)
        except InvalidDigest:
            return _Match([Finding(Reason.ALTERED, location.place)], certificate)
        except InvalidSignature:
            continue
        except (InvalidInput, etree.DocumentInvalid) as error:
            # A key value of another key than the certificate's; a break of the W3C schema.
            return _Match([_malformed(str(error).partition(". ")[0], location)])
        if result.signed_xml is None or result.signed_xml.tag != location.root_tag:
            return _Match([_malformed("signed data", location)])
        return _Match([], certificate, result.signed_xml)
    return _Match([Finding(Reason.ALTERED, location.place)])


def _signxml(
    document: bytes | etree._Element,
    certificate: Certificate,
    parts: SignatureParts,
    location: SignatureLocation,
) -> VerifyResult:
    """Verify against one pinned certificate, with a new verifier: it keeps state.

    The certificate's validity is judged by the path check at the caller's moment; signxml is
    given a moment at which the certificate is valid, whatever it is.
    """
    configuration = SignatureConfiguration(
        require_x509=True,
        location=location.signxml_location,
        expect_references=1,
        signature_methods=frozenset({parts.signature_method}),
        digest_algorithms=frozenset({parts.digest_algorithm}),
        ignore_ambiguous_key_info=False,
        verification_time=certificate.not_before,
        default_reference_c14n_method=_DEFAULT_CANONICALIZATION,
    )
    result = _Verifier().verify(
        document,
        x509_cert=certificate.parsed(),
        parser=relaxed_parser(),
        expect_config=configuration,
    )
    if not isinstance(result, VerifyResult):
        raise TypeError("signxml returned several results for one reference")
    return result


_DEFAULT_CANONICALIZATION: Final = CanonicalizationMethod.CANONICAL_XML_1_0
"""What W3C XML Signature 4.4.3.2 prescribes where a reference names none."""


def _fits(certificate: Certificate, parts: SignatureParts) -> bool:
    key = certificate.parsed().public_key()
    if parts.signature_method.name.startswith("ECDSA_"):
        return isinstance(key, ec.EllipticCurvePublicKey)
    return isinstance(key, rsa.RSAPublicKey)


def _twin_findings(
    certificate: Certificate, others: list[Certificate], location: SignatureLocation
) -> list[Finding]:
    """Refuse a second certificate of the signing key: which of the two signed is open."""
    key = _public_key(certificate)
    if any(_public_key(other) == key for other in others):
        return [_malformed("several certificates of the signing key", location)]
    return []


def _public_key(certificate: Certificate) -> bytes:
    key = certificate.parsed().public_key()
    return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def _malformed(detail: str, location: SignatureLocation) -> Finding:
    return Finding(Reason.SIGNATURE_MALFORMED, location.place, facts={"detail": detail})


def _refused(findings: list[Finding]) -> SignatureVerdict:
    return SignatureVerdict(Verdict.of(findings))
