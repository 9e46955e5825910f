"""Signing: one enveloped W3C XML signature over the whole document, plain or XAdES.

Canonical XML 1.0 (inclusive) and SHA-256, because every verifier of the field knows them and
inclusive canonicalisation also covers namespace declarations that only values use.
"""

import base64
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Final

from lxml import etree
from signxml.algorithms import CanonicalizationMethod, DigestAlgorithm, SignatureConstructionMethod
from signxml.signer import XMLSigner
from signxml.util import SigningSettings
from signxml.xades.xades import XAdESDataObjectFormat, XAdESSigner

import axis.libxml  # noqa: F401 - signxml compiles its schemas in whatever thread comes first
from axis.errors import InvalidInputError
from axis.facts import SignatureLevel
from axis.trust.elements import canonical, ds, xades
from axis.trust.keys import SigningKey
from axis.trust.location import DS_NAMESPACE, EDXML, SIGNATURE_TAG, SignatureLocation
from axis.trust.xml import MAX_DOCUMENT_BYTES, parse, relaxed_parser

_DECLARATION: Final = b'<?xml version="1.0" encoding="UTF-8"?>\n'


class _Signer(XMLSigner):
    """signxml's signer with our parser: its own stops at text nodes of 10 MB."""

    @property
    def parser(self) -> etree.XMLParser:
        return relaxed_parser()


class _QualifiedSigner(_Signer, XAdESSigner):
    """signxml's signer of XAdES, with a clock of our own and without what no policy asks for."""

    def __init__(self, at: datetime, **settings: Any) -> None:
        described = XAdESDataObjectFormat(Description=_DESCRIPTION, MimeType="application/xml")
        super().__init__(data_object_format=described, **settings)
        self._at = at

    def add_signing_time(
        self,
        signed_signature_properties: etree._Element,
        sig_root: etree._Element,
        signing_settings: SigningSettings,
    ) -> None:
        """State the time of signing, in UTC and whole seconds."""
        time = etree.SubElement(signed_signature_properties, xades("SigningTime"))
        time.text = self._at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

    def _add_reference_to_signed_info(
        self, sig_root: etree._Element, node_to_reference: etree._Element, **attributes: str
    ) -> None:
        """Leave KeyInfo out: the signed digest of the certificate says whose key it was."""
        if node_to_reference.tag != ds("KeyInfo"):
            super()._add_reference_to_signed_info(  # type: ignore[no-untyped-call]
                sig_root, node_to_reference, **attributes
            )


_DESCRIPTION: Final = "edXML, QCVN 102:2016/BTTTT"

Timestamper = Callable[[bytes], bytes]
"""Returns an authority's TimeStampToken (RFC 3161, DER) over the bytes that it is given; raises
AxisError when there is none to be had."""


def sign(
    document: bytes,
    key: SigningKey,
    *,
    level: SignatureLevel = SignatureLevel.PLAIN,
    at: datetime | None = None,
    timestamp: Timestamper | None = None,
    location: SignatureLocation = EDXML,
    max_bytes: int = MAX_DOCUMENT_BYTES,
) -> bytes:
    """Return the document with its signature as the last child of the location's element.

    The result is UTF-8 and is what must be sent, byte for byte. Apart from the signature it
    says what the input says; comments, which canonical XML does not cover, are dropped, and
    CRLF becomes LF as XML prescribes. An empty placeholder in the document's own namespace
    stays where it is.

    XAdES-B and XAdES-T state ``at`` (timezone-aware) as the time of signing, and name the
    certificate; XAdES-T adds what ``timestamp`` answers. ValueError without either is the caller's
    mistake.

    Raises InvalidInputError when the input is not well-formed, is signed already, has no place for
    the signature, has names outside ASCII or a namespace that is no absolute URI.
    """
    signer = _signer(key, level, at)
    if level is SignatureLevel.TIMESTAMPED and timestamp is None:
        raise ValueError(f"{level} needs a timestamp authority")
    root, findings = parse(document, max_bytes=max_bytes)
    if root is None:
        texts = [f"{finding.text_vi()} / {finding.text_en()}" for finding in findings]
        raise InvalidInputError("\n".join(texts))
    if next(root.iter(SIGNATURE_TAG), None) is not None:
        raise InvalidInputError(
            "Văn bản đã có chữ ký XML; hãy ký từ bản chưa ký."
            " / The document is signed already; sign a copy without a signature."
        )
    if root.get("Id") is not None or root.get("ID") is not None:
        # signxml would reference the root by this id; the profile wants the whole document.
        raise InvalidInputError(
            "Phần tử gốc mang thuộc tính Id; hãy bỏ thuộc tính này trước khi ký."
            " / The root element carries an Id attribute; remove it before signing."
        )
    if faults := location.faults(root):
        raise InvalidInputError(
            f"Chữ ký không thể phủ đúng toàn bộ văn bản ({'; '.join(faults)})."
            f" / A signature could not cover the whole document ({'; '.join(faults)})."
        )
    _append_placeholder(location.parents(root)[0])
    try:
        signed = signer.sign(
            root,
            key=key.private,
            cert=[certificate.parsed() for certificate in (key.certificate, *key.authorities)],
            always_add_key_value=False,
        )
    except (etree.XMLSyntaxError, etree.C14NError):
        # signxml copies the tree through ASCII, in which a name outside it cannot be spelled; and
        # canonical XML is not defined for namespaces that are relative URIs.
        raise InvalidInputError(
            "Không ký được: tên phần tử hoặc thuộc tính có chữ ngoài ASCII, hoặc có không gian tên"
            " (xmlns) không phải URI tuyệt đối."
            " / This cannot be signed: an element or attribute has a name outside ASCII, or a"
            " namespace (xmlns) is no absolute URI."
        ) from None
    if timestamp is not None and level is SignatureLevel.TIMESTAMPED:
        _add_timestamp(next(signed.iter(SIGNATURE_TAG)), timestamp)
    return _DECLARATION + etree.tostring(signed, encoding="UTF-8", xml_declaration=False)


def _signer(key: SigningKey, level: SignatureLevel, at: datetime | None) -> XMLSigner:
    """Return a signer for one signature.

    Never exclusive canonicalisation with XAdES: signxml then makes digests of the properties that
    it, and xmlsec, refuse.
    """
    settings: dict[str, Any] = {
        "method": SignatureConstructionMethod.enveloped,
        "signature_algorithm": key.method,
        "digest_algorithm": DigestAlgorithm.SHA256,
        "c14n_algorithm": CanonicalizationMethod.CANONICAL_XML_1_0,
    }
    if level is SignatureLevel.PLAIN:
        return _Signer(**settings)
    if at is None or at.tzinfo is None:
        raise ValueError(f"{level} states a time of signing, which must carry its time zone")
    return _QualifiedSigner(at, **settings)


def _add_timestamp(signature: etree._Element, timestamp: Timestamper) -> None:
    """Have the signature's value timestamped, in its place: the namespaces in scope count."""
    (value,) = signature.iterfind(ds("SignatureValue"))
    token = timestamp(canonical(value, CanonicalizationMethod.CANONICAL_XML_1_0))
    (qualifying,) = signature.iter(xades("QualifyingProperties"))
    element = qualifying
    for name in (
        "UnsignedProperties",
        "UnsignedSignatureProperties",
        "SignatureTimeStamp",
        "EncapsulatedTimeStamp",
    ):
        element = etree.SubElement(element, xades(name))
    element.text = base64.b64encode(token).decode()


def _append_placeholder(parent: etree._Element) -> None:
    """Mark the signature's place for signxml, indented like the children before it."""
    placeholder = etree.SubElement(
        parent, SIGNATURE_TAG, {"Id": "placeholder"}, nsmap={"ds": DS_NAMESPACE}
    )
    before = placeholder.getprevious()
    if before is not None and parent.text is not None and not parent.text.strip():
        before.tail, placeholder.tail = parent.text, before.tail
