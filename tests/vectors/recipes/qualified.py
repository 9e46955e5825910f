"""Vectors of XAdES: qualifying properties and timestamps, sound ones and others."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial
from typing import Final

from lxml import etree

from axis.facts import SignatureLevel
from axis.local.pki_config import Flaw
from axis.trust.keys import SigningKey
from axis.trust.sign import sign
from tests.support.qualified import XADES, find, resigned, token
from tests.vectors.recipes.messages import letter, xml
from tests.vectors.recipes.vector import Sending, Trust, Vector
from tests.vectors.recipes.workshop import AT, Workshop

_BODY: Final = xml(letter())
_HOUR: Final = timedelta(hours=1)

Edit = Callable[[etree._Element], object]
Stamp = Callable[[Workshop, bytes], bytes]


def qualified_vectors() -> Iterator[Vector]:
    """Yield at least one vector for each reason that only XAdES can give."""
    yield _vector("S-LEVEL-plain", _plain, "S-LEVEL", trust=Trust.STAMPED)
    yield _vector("S-LEVEL-without-timestamp", _basic, "S-LEVEL", trust=Trust.STAMPED)
    yield _edited("S-PROPERTIES-no-signing-time", _drop("SigningTime"), "S-PROPERTIES")
    yield _edited("S-PROPERTIES-no-certificate", _drop("SigningCertificateV2"), "S-PROPERTIES")
    yield _vector("S-PROPERTIES-unsigned-time", _unsigned_time, "S-PROPERTIES")
    yield _edited("S-SIGNING-CERTIFICATE", _name_another, "S-SIGNING-CERTIFICATE")
    yield _vector("S-SIGNING-TIME-tomorrow", partial(_basic, after=24 * _HOUR), "S-SIGNING-TIME")
    yield _vector(
        "S-TIMESTAMP-ORDER-before-the-signature",
        partial(_stamped, stamp=partial(_by_the_authority, after=-_HOUR)),
        "S-TIMESTAMP-ORDER",
    )
    yield _vector(
        "S-TIMESTAMP-ORDER-tomorrow",
        partial(_stamped, stamp=partial(_by_the_authority, after=24 * _HOUR)),
        "S-TIMESTAMP-ORDER",
    )
    yield _vector(
        "S-TIMESTAMP-MISMATCH",
        partial(_stamped, stamp=lambda workshop, _: _by_the_authority(workshop, b"another")),
        "S-TIMESTAMP-MISMATCH",
    )
    yield _vector(
        "S-TIMESTAMP-BROKEN-cut-off",
        partial(_stamped, stamp=lambda *given: _by_the_authority(*given)[:-1]),
        "S-TIMESTAMP-BROKEN",
    )
    yield _vector(
        "S-TIMESTAMP-BROKEN-value-changed",
        partial(_stamped, stamp=_with_another_value),
        "S-TIMESTAMP-BROKEN",
    )
    yield _vector(
        "S-TIMESTAMP-UNTRUSTED-by-a-stranger",
        partial(_stamped, stamp=lambda workshop, data: _by(workshop, Flaw.OTHER_ROOT, data)),
        "S-TIMESTAMP-UNTRUSTED",
    )
    yield _vector(
        "S-TIMESTAMP-UNTRUSTED-by-an-agency",
        partial(_stamped, stamp=lambda workshop, data: _by(workshop, "H37.02", data)),
        "S-TIMESTAMP-UNTRUSTED",
    )


def good_qualified_vectors() -> Iterator[Vector]:
    """Yield XAdES signatures that pass."""
    yield _vector("signed-xades-b", _basic)
    yield _vector("signed-xades-t", _stamped)
    yield _vector("signed-xades-t-where-it-is-needed", _stamped, trust=Trust.STAMPED)


def _vector(
    name: str,
    make: Callable[[Workshop], bytes],
    *expected: str,
    trust: Trust = Trust.ANCHORS,
) -> Vector:
    return Vector(
        name=name,
        sending=lambda workshop: Sending(body=make(workshop), seal=None),
        trust=trust,
        expected=expected,
    )


def _edited(name: str, edit: Edit, *expected: str) -> Vector:
    """Change the properties before the agency itself signs them."""

    def make(workshop: Workshop) -> bytes:
        root = etree.fromstring(_basic(workshop))
        edit(root)
        return resigned(root, _key(workshop))

    return _vector(name, make, *expected)


def _key(workshop: Workshop) -> SigningKey:
    return workshop.key("G22")


def _plain(workshop: Workshop) -> bytes:
    return sign(_BODY, _key(workshop))


def _basic(workshop: Workshop, after: timedelta = timedelta(0)) -> bytes:
    return sign(_BODY, _key(workshop), level=SignatureLevel.BASIC, at=AT + after)


def _stamped(workshop: Workshop, stamp: Stamp | None = None) -> bytes:
    return sign(
        _BODY,
        _key(workshop),
        level=SignatureLevel.TIMESTAMPED,
        at=AT,
        timestamp=partial(stamp or _by_the_authority, workshop),
    )


def _by_the_authority(workshop: Workshop, data: bytes, after: timedelta = timedelta(0)) -> bytes:
    return token(data, workshop.pki.timestamps.load(), AT + after)


def _by(workshop: Workshop, whose: str | Flaw, data: bytes) -> bytes:
    return token(data, workshop.key(whose), AT)


def _with_another_value(workshop: Workshop, data: bytes) -> bytes:
    """Change the authority's signature, which stands at the end of its token."""
    found = bytearray(_by_the_authority(workshop, data))
    found[-1] ^= 0x01
    return bytes(found)


def _drop(name: str) -> Edit:
    def edit(root: etree._Element) -> None:
        element = find(root, name)
        parent = element.getparent()
        assert parent is not None
        parent.remove(element)

    return edit


def _name_another(root: etree._Element) -> None:
    """Name the issuing authority's certificate as the signer's."""
    named = find(root, "SigningCertificateV2")
    named.append(named[0])


def _unsigned_time(workshop: Workshop) -> bytes:
    """Put a time into the signature that nobody signed."""
    root = etree.fromstring(_basic(workshop))
    unsigned = etree.SubElement(find(root, "QualifyingProperties"), f"{XADES}UnsignedProperties")
    inner = etree.SubElement(unsigned, f"{XADES}UnsignedSignatureProperties")
    etree.SubElement(inner, f"{XADES}SigningTime").text = "2026-01-01T00:00:00Z"
    return etree.tostring(root)
