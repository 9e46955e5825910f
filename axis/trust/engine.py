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
from signxml.xades.xades import XAdESProcessor

import axis.libxml  # noqa: F401 - signxml compiles its schemas in whatever thread comes first
from axis.reasons import Reason
from axis.trust.certificates import MAX_REMEMBERED, Certificate
from axis.trust.location import SignatureLocation
from axis.trust.structure import SignatureParts
from axis.trust.xades import SIGNED_PROPERTIES
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


class _QualifiedVerifier(_Verifier):
    """The same for XAdES: the signature's schema is that of ETSI too.

    Not signxml's XAdESVerifier: what it makes of signed properties does not tell a certificate that
    is another's from a document that was altered.
    """

    schema_files = XAdESProcessor.schema_files


@dataclass(frozen=True, slots=True)
class Match:
    """The outcome of the mathematics: whose key, and what it covers."""

    findings: list[Finding]
    certificate: Certificate | None = None
    signed: etree._Element | None = None
    """The document's root, without the signature."""
    properties: etree._Element | None = None
    """The signed properties of XAdES."""


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
            signed, *properties = _signxml(document, certificate, parts, location)
        except InvalidDigest:
            return Match([Finding(Reason.ALTERED, location.place)], certificate)
        except InvalidSignature:
            continue
        except (InvalidInput, etree.DocumentInvalid) as error:
            # A key value of another key than the certificate's; a break of the W3C schema.
            return Match([malformed(str(error).partition(". ")[0], location)])
        if _name(signed) != location.root_tag:
            return Match([malformed("signed data", location)])
        if any(_name(one) != SIGNED_PROPERTIES for one in properties):
            return Match([malformed("signed properties", location)])
        return Match([], certificate, signed, *properties)
    return Match([Finding(Reason.ALTERED, location.place)])


def _name(element: etree._Element | None) -> str | None:
    return None if element is None else str(element.tag)


def _signxml(
    document: bytes | etree._Element,
    certificate: Certificate,
    parts: SignatureParts,
    location: SignatureLocation,
) -> list[etree._Element | None]:
    """Verify against one pinned certificate, with a new verifier: it keeps state.

    Returns what was signed, the document and the properties, read anew from the canonical form.

    The certificate's validity is judged by the path check at the caller's moment; signxml is
    given a moment at which the certificate is valid, whatever it is.
    """
    qualified = parts.qualifying is not None
    configuration = SignatureConfiguration(
        require_x509=True,
        location=location.signxml_location,
        expect_references=2 if qualified else 1,
        signature_methods=frozenset({parts.signature_method}),
        digest_algorithms=frozenset(parts.digest_algorithms),
        ignore_ambiguous_key_info=False,
        verification_time=certificate.not_before,
        default_reference_c14n_method=_DEFAULT_CANONICALIZATION,
    )
    verifier = _QualifiedVerifier() if qualified else _Verifier()
    result = verifier.verify(
        document,
        x509_cert=certificate.parsed(),
        parser=relaxed_parser(),
        expect_config=configuration,
    )
    results = [result] if isinstance(result, VerifyResult) else result
    if len(results) != configuration.expect_references:
        raise TypeError("signxml returned another number of results than of references")
    return [one.signed_xml for one in results]


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
