"""Taking signed documents apart, as bytes and as trees."""

import base64
import re
from collections.abc import Callable
from typing import Final

from lxml import etree

from axis.trust.location import EDXML, SIGNATURE_TAG
from tests.attacks.ground import Ground

Q: Final = "{http://www.mic.gov.vn/TBT/QCVN_102_2016}"
"""Before the local name of an element of edXML."""


def swap(old: bytes, new: bytes, body: bytes) -> bytes:
    """Return other bytes; the old ones must be there."""
    assert old in body, old
    return body.replace(old, new, 1)


def swapped(old: bytes, new: bytes) -> Callable[[Ground], bytes]:
    """Return an attack that exchanges bytes of the signed document."""
    return lambda ground: swap(old, new, ground.signed)


def inside(name: str, edit: Callable[[bytes], bytes], body: bytes) -> bytes:
    """Return the document with another content of one element of the signature."""
    changed, count = re.subn(
        rf"(<(?:ds:)?{name}>)([^<]*)(</)".encode(),
        lambda found: found[1] + edit(found[2]) + found[3],
        body,
        count=1,
    )
    assert count == 1, name
    return changed


def content(name: str, body: bytes) -> bytes:
    """Return what an element of the signature holds, out of its base64."""
    found = re.search(rf"<(?:ds:)?{name}>([^<]*)<".encode(), body)
    assert found is not None
    return base64.b64decode(found[1])


def signature_of(root: etree._Element) -> etree._Element:
    """Return the signature."""
    signature = root.find(f".//{SIGNATURE_TAG}")
    assert signature is not None
    return signature


def header_of(root: etree._Element) -> etree._Element:
    """Return the header, in which the signature belongs."""
    (header,) = EDXML.parents(root)
    return header


def envelope_of(root: etree._Element) -> etree._Element:
    """Return the envelope: header and manifest."""
    envelope = root.find(f"{Q}edXMLEnvelope")
    assert envelope is not None
    return envelope


def part_of(root: etree._Element, name: str) -> etree._Element:
    """Return the first element of a name."""
    found = root.find(f".//{Q}{name}")
    assert found is not None, name
    return found


def bare(root: etree._Element) -> etree._Element:
    """Return a copy without its signature."""
    copy = etree.fromstring(etree.tostring(root))
    signature = signature_of(copy)
    parent = signature.getparent()
    assert parent is not None
    parent.remove(signature)
    return copy


def evil(root: etree._Element) -> etree._Element:
    """Return what the attacker would like to have signed: another subject, no signature."""
    copy = bare(root)
    part_of(copy, "Subject").text = "V/v điều đã không được ký"
    return copy


def written(root: etree._Element) -> bytes:
    """Return the bytes of a tree."""
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True)
