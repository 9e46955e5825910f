"""A sound signature over content that is not the one that is read (XML signature wrapping).

XSW1 to XSW8 as Somorovsky and others name them, with edXML for the response and its envelope for
the assertion. The profile's signature covers the whole document (``URI=""``); the second series
begins with the signature of a careless producer that covers the envelope by its id.
"""

from collections.abc import Callable
from copy import deepcopy
from functools import partial

from lxml import etree

from axis.reasons import Reason
from tests.attacks.attack import Family
from tests.attacks.forgery import DS, ENVELOPED, EXCLUSIVE
from tests.attacks.ground import Ground
from tests.attacks.surgery import (
    bare,
    envelope_of,
    evil,
    header_of,
    part_of,
    signature_of,
    written,
)

WRAPPING = Family("wrapping", "Bọc chữ ký (XSW)", "Signature wrapping")

Wrap = Callable[[etree._Element], etree._Element]


def xsw1(root: etree._Element) -> etree._Element:
    """The attacker's document keeps the signature; the signed one hides inside the signature."""
    attacker, signature = evil(root), deepcopy(signature_of(root))
    signature.append(bare(root))
    header_of(attacker).append(signature)
    return attacker


def xsw2(root: etree._Element) -> etree._Element:
    """The attacker's document keeps the signature; the signed one stands just before it."""
    attacker = evil(root)
    header_of(attacker).extend([bare(root), deepcopy(signature_of(root))])
    return attacker


def xsw3(root: etree._Element) -> etree._Element:
    """The attacker's envelope stands before the signed one."""
    envelope_of(root).addprevious(envelope_of(evil(root)))
    return root


def xsw4(root: etree._Element) -> etree._Element:
    """The attacker's envelope stands around the signed one."""
    attacker = envelope_of(evil(root))
    signed = envelope_of(root)
    signed.addprevious(attacker)
    attacker.append(signed)
    return root


def xsw5(root: etree._Element) -> etree._Element:
    """The signed envelope is changed where it stands; its original goes to the end, unsigned."""
    original = envelope_of(bare(root))
    part_of(root, "Subject").text = "V/v điều đã không được ký"
    root.append(original)
    return root


def xsw6(root: etree._Element) -> etree._Element:
    """The signed envelope is changed where it stands; its original hides inside the signature."""
    original = envelope_of(bare(root))
    part_of(root, "Subject").text = "V/v điều đã không được ký"
    signature_of(root).append(original)
    return root


def xsw7(root: etree._Element) -> etree._Element:
    """The attacker's envelope stands inside an extension before the signed one."""
    extension = etree.Element("{urn:extension}Extensions")
    extension.append(envelope_of(evil(root)))
    envelope_of(root).addprevious(extension)
    return root


def xsw8(root: etree._Element) -> etree._Element:
    """The signed envelope is changed where it stands; its original hides in a ds:Object."""
    original = envelope_of(bare(root))
    part_of(root, "Subject").text = "V/v điều đã không được ký"
    etree.SubElement(signature_of(root), f"{{{DS}}}Object").append(original)
    return root


def _of_whole(wrap: Wrap, ground: Ground) -> bytes:
    return written(wrap(ground.tree()))


def _of_part(wrap: Wrap, ground: Ground) -> bytes:
    careless = ground.forge(
        document=ground.letter.replace(b"<edXML:edXMLEnvelope", b'<edXML:edXMLEnvelope Id="env"'),
        uri="#env",
        transforms=[ENVELOPED, EXCLUSIVE],
    )
    return written(wrap(etree.fromstring(careless)))


_M, _F, _A = Reason.SIGNATURE_MISPLACED, Reason.SIGNATURE_MALFORMED, Reason.ALTERED

for _wrap, _whole, _part in (
    (xsw1, (_M, _F), (_M, _F)),
    (xsw2, (_M,), (_M,)),
    (xsw3, (_M,), (_M,)),
    (xsw4, (_M,), (_M,)),
    (xsw5, (_M,), (_M,)),
    (xsw6, (_F,), (_F,)),
    (xsw7, (_A,), (_M,)),
    (xsw8, (_F,), (_F,)),
):
    _about = (_wrap.__doc__ or "").strip()
    WRAPPING.add(_wrap.__name__, _about, partial(_of_whole, _wrap), *_whole)
    WRAPPING.add(
        f"{_wrap.__name__}-by-id", f"{_about} Signed by id.", partial(_of_part, _wrap), *_part
    )
