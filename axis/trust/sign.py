"""Signing: one enveloped W3C XML signature over the whole document.

Canonical XML 1.0 (inclusive) and SHA-256, because every verifier of the field knows them and
inclusive canonicalisation also covers namespace declarations that only values use.
"""

from typing import Final

from lxml import etree
from signxml.algorithms import CanonicalizationMethod, DigestAlgorithm, SignatureConstructionMethod
from signxml.signer import XMLSigner

import axis.libxml  # noqa: F401 - signxml compiles its schemas in whatever thread comes first
from axis.errors import InvalidInputError
from axis.trust.keys import SigningKey
from axis.trust.location import DS_NAMESPACE, EDXML, SIGNATURE_TAG, SignatureLocation
from axis.trust.xml import MAX_DOCUMENT_BYTES, parse, relaxed_parser

_DECLARATION: Final = b'<?xml version="1.0" encoding="UTF-8"?>\n'


class _Signer(XMLSigner):
    """signxml's signer with our parser: its own stops at text nodes of 10 MB."""

    @property
    def parser(self) -> etree.XMLParser:
        return relaxed_parser()


def sign(
    document: bytes,
    key: SigningKey,
    *,
    location: SignatureLocation = EDXML,
    max_bytes: int = MAX_DOCUMENT_BYTES,
) -> bytes:
    """Return the document with its signature as the last child of the location's element.

    The result is UTF-8 and is what must be sent, byte for byte. Apart from the signature it
    says what the input says; comments, which canonical XML does not cover, are dropped, and
    CRLF becomes LF as XML prescribes. An empty placeholder in the document's own namespace
    stays where it is.

    Raises InvalidInputError when the input is not well-formed, is signed already, has no place for
    the signature, has names outside ASCII or a namespace that is no absolute URI.
    """
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
        signed = _signer(key).sign(
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
    return _DECLARATION + etree.tostring(signed, encoding="UTF-8", xml_declaration=False)


def _signer(key: SigningKey) -> XMLSigner:
    return _Signer(
        method=SignatureConstructionMethod.enveloped,
        signature_algorithm=key.method,
        digest_algorithm=DigestAlgorithm.SHA256,
        c14n_algorithm=CanonicalizationMethod.CANONICAL_XML_1_0,
    )


def _append_placeholder(parent: etree._Element) -> None:
    """Mark the signature's place for signxml, indented like the children before it."""
    placeholder = etree.SubElement(
        parent, SIGNATURE_TAG, {"Id": "placeholder"}, nsmap={"ds": DS_NAMESPACE}
    )
    before = placeholder.getprevious()
    if before is not None and parent.text is not None and not parent.text.strip():
        before.tail, placeholder.tail = parent.text, before.tail
