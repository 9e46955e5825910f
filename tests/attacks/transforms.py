"""Transforms that drop content, or that digest something other than what is read."""

from functools import partial

from axis.reasons import Reason
from tests.attacks.attack import Family
from tests.attacks.forgery import C14N, C14N11, DS, ENVELOPED, EXCLUSIVE
from tests.attacks.ground import Ground

TRANSFORMS = Family("transform", "Phép biến đổi", "Transforms")

_F, _ALGORITHM = Reason.SIGNATURE_MALFORMED, Reason.SIGNATURE_ALGORITHM
XPATH = "http://www.w3.org/TR/1999/REC-xpath-19991116"
FILTER2 = "http://www.w3.org/2002/06/xmldsig-filter2"
XSLT = "http://www.w3.org/TR/1999/REC-xslt-19991116"
_STYLE = (
    '<xsl:stylesheet xmlns:xsl="http://www.w3.org/1999/XSL/Transform" version="1.0">'
    '<xsl:template match="/"><a/></xsl:template></xsl:stylesheet>'
)


def _with(transforms: list[str], ground: Ground) -> bytes:
    return ground.forge(transforms=transforms)


def _step(algorithm: str, content: str = "") -> str:
    return f'<Transform Algorithm="{algorithm}">{content}</Transform>'


def _filter(kind: str, path: str) -> str:
    return f'<f:XPath xmlns:f="{FILTER2}" Filter="{kind}">{path}</f:XPath>'


for _name, _transform, _refused in (
    ("xpath", _step(XPATH, "<XPath>not(ancestor-or-self::edXMLBody)</XPath>"), (_ALGORITHM, _F)),
    ("xpath-costly", _step(XPATH, "<XPath>count(//.|//@*|//namespace::*)</XPath>"), None),
    ("xpath-empty", _step(XPATH), (_ALGORITHM,)),
    ("xpath-filter-2-subtract", _step(FILTER2, _filter("subtract", "//*")), None),
    ("xpath-filter-2-intersect", _step(FILTER2, _filter("intersect", "/*/*[1]")), None),
    ("xslt", _step(XSLT, _STYLE), None),
    ("base64", DS + "base64", (_ALGORITHM,)),
    ("decryption", "http://www.w3.org/2002/07/decrypt#XML", (_ALGORITHM,)),
    ("xpointer", "http://www.w3.org/2001/04/xmldsig-more/xptr", (_ALGORITHM,)),
    (
        "ws-security-str",
        "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-soap-message-security-1.0"
        "#STR-Transform",
        (_ALGORITHM,),
    ),
    ("xades-no-such", "urn:unknown", (_ALGORITHM,)),
    ("empty-algorithm", _step(""), (_ALGORITHM,)),
    ("no-algorithm", "<Transform/>", (_ALGORITHM,)),
):
    TRANSFORMS.add(
        _name,
        f"After the enveloped transform comes {_name.replace('-', ' ')}.",
        partial(_with, [ENVELOPED, _transform]),
        *((_ALGORITHM, _F) if _refused is None else _refused),
    )
    TRANSFORMS.add(
        f"{_name}-first",
        f"Before the enveloped transform comes {_name.replace('-', ' ')}.",
        partial(_with, [_transform, ENVELOPED]),
        _ALGORITHM,
        _F,
    )

for _name, _transforms, _about in (
    ("none", [], "No transform at all: the signature would cover itself."),
    ("no-enveloped", [C14N], "The enveloped transform is missing."),
    ("enveloped-twice", [ENVELOPED, ENVELOPED], "The enveloped transform twice."),
    ("order-changed", [C14N, ENVELOPED], "Canonicalisation before the enveloped transform."),
    ("c14n-twice", [ENVELOPED, C14N, C14N], "Canonicalisation twice."),
    ("two-kinds-of-c14n", [ENVELOPED, EXCLUSIVE, C14N11], "Two kinds of canonicalisation."),
    ("fifty", [ENVELOPED, *[C14N] * 50], "Fifty canonicalisations: each costs a pass."),
):
    TRANSFORMS.add(
        _name, _about, partial(_with, _transforms), _F, because="enveloped-signature, then one"
    )

TRANSFORMS.add(
    "parameters-of-enveloped",
    "The enveloped transform carries an XPath.",
    partial(_with, [_step(ENVELOPED, "<XPath>/</XPath>"), C14N]),
    _F,
)
TRANSFORMS.add(
    "another-element",
    "Among the transforms is an element that is none.",
    partial(_with, [_step(ENVELOPED), f'<x xmlns="urn:x" Algorithm="{C14N}"/>']),
    _F,
)
TRANSFORMS.add(
    "no-transforms-element",
    "The reference has no Transforms at all.",
    lambda ground: ground.signed.replace(
        _between(ground.signed, b"<ds:Transforms>", b"</ds:Transforms>"), b""
    ),
    _F,
)


def _between(body: bytes, start: bytes, end: bytes) -> bytes:
    return body[body.index(start) : body.index(end) + len(end)]
