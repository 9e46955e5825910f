"""signxml behind our rules: whose key made a signature, and what exactly it covers."""

import logging
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from lxml import etree
from signxml.algorithms import CanonicalizationMethod
from signxml.exceptions import InvalidDigest, InvalidInput, InvalidSignature
from signxml.verifier import SignatureConfiguration, VerifyResult, XMLVerifier

import axis.libxml  # noqa: F401 - signxml compiles its schemas in whatever thread comes first
from axis.reasons import Reason
from axis.trust.certificates import MAX_REMEMBERED, Certificate
from axis.trust.location import SignatureLocation
from axis.trust.structure import SignatureParts
from axis.trust.xml import relaxed_parser
from axis.verdict import Finding

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
class Match:
    """The outcome of the mathematics: whose key, and the document it covers."""

    findings: list[Finding]
    certificate: Certificate | None = None
    signed: etree._Element | None = None


def match(
    document: bytes | etree._Element, parts: SignatureParts, location: SignatureLocation
) -> Match:
    """Find the certificate whose key made the signature, and check the document's digest.

    Certificates that cannot be the signer's by their kind of key are not tried; authorities
    are tried last, because they are normally there for the path.
    """
    fitting = [certificate for certificate in parts.certificates if _fits(certificate, parts)]
    if not fitting:
        return Match([malformed("no certificate with a key of this algorithm", location)])
    fitting.sort(key=lambda candidate: candidate.is_authority)
    for certificate in fitting[:MAX_CANDIDATES]:
        try:
            result = _signxml(document, certificate, parts, location)
        except InvalidDigest:
            return Match([Finding(Reason.ALTERED, location.place)], certificate)
        except InvalidSignature:
            continue
        except (InvalidInput, etree.DocumentInvalid) as error:
            # A key value of another key than the certificate's; a break of the W3C schema.
            return Match([malformed(str(error).partition(". ")[0], location)])
        if result.signed_xml is None or result.signed_xml.tag != location.root_tag:
            return Match([malformed("signed data", location)])
        return Match([], certificate, result.signed_xml)
    return Match([Finding(Reason.ALTERED, location.place)])


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


def twin_findings(
    certificate: Certificate, others: list[Certificate], location: SignatureLocation
) -> list[Finding]:
    """Refuse a second certificate of the signing key: which of the two signed is open."""
    if any(_public_key(other) == _public_key(certificate) for other in others):
        return [malformed("several certificates of the signing key", location)]
    return []


@lru_cache(maxsize=MAX_REMEMBERED)
def _public_key(certificate: Certificate) -> bytes:
    key = certificate.parsed().public_key()
    return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def malformed(detail: str, location: SignatureLocation) -> Finding:
    """Return the finding that a signature is malformed."""
    return Finding(Reason.SIGNATURE_MALFORMED, location.place, facts={"detail": detail})
