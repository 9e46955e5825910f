"""Comments, instructions, CDATA sections and references that make two readers read two things."""

from functools import partial

from axis.reasons import Reason
from tests.attacks.attack import Family
from tests.attacks.ground import Ground
from tests.attacks.surgery import inside, swap, swapped

INJECTION = Family("injection", "Chèn chú thích, chỉ thị", "Injected markup")

_SPLIT = (Reason.SCHEMA,)
"""Canonical XML leaves comments out, so the signature stays sound; but what the axis relays is
read by others, of whom some read a value up to the first comment only."""

for _name, _old, _new, _about in (
    ("code", b"<edXML:OrganId>G22<", b"<edXML:OrganId>G2<!-- -->2<", "An agency's code"),
    ("code-at-the-start", b"<edXML:OrganId>G22<", b"<edXML:OrganId><!-- -->G22<", "The same code"),
    ("receiver", b"<edXML:OrganId>G09<", b"<edXML:OrganId>G<!---->09<", "A receiver's code"),
    ("subject", b"<edXML:Subject>V/v ", b"<edXML:Subject>V/v<!-- x --> ", "The subject"),
    ("date", b">2025/12/31<", b">2025/12/3<!-- -->1<", "The due date"),
):
    INJECTION.add(
        f"comment-in-{_name}",
        f"{_about} is split by a comment after signing.",
        swapped(_old, _new),
        stopped=_SPLIT,
    )
INJECTION.add(
    "cdata-in-code",
    "A code is split by a CDATA section after signing.",
    swapped(b"<edXML:OrganId>G22<", b"<edXML:OrganId>G2<![CDATA[2]]><"),
    stopped=_SPLIT,
)
INJECTION.add(
    "cdata-twice-in-code",
    "A code is written as two CDATA sections after signing.",
    swapped(b"<edXML:OrganId>G22<", b"<edXML:OrganId><![CDATA[G2]]><![CDATA[2]]><"),
    stopped=_SPLIT,
)


def _split(name: str, node: bytes, ground: Ground) -> bytes:
    return inside(name, lambda text: text[:9] + node + text[9:], ground.signed)


for _name in ("SignatureValue", "DigestValue", "X509Certificate"):
    INJECTION.add(
        f"comment-in-{_name}",
        f"{_name} is split by a comment.",
        partial(_split, _name, b"<!-- AAAA -->"),
        stopped=_SPLIT,
    )
    INJECTION.add(
        f"cdata-in-{_name}",
        f"{_name} is split by a CDATA section that ends it.",
        partial(_split, _name, b"<![CDATA[]]>"),
        stopped=_SPLIT,
    )
    INJECTION.add(
        f"instruction-in-{_name}",
        f"{_name} is split by a processing instruction.",
        partial(_split, _name, b"<?x y?>"),
        Reason.SIGNATURE_MALFORMED,
        because="processing instruction",
    )
    INJECTION.add(
        f"element-in-{_name}",
        f"{_name} is split by an element.",
        partial(_split, _name, b"<x/>"),
        Reason.SIGNATURE_MALFORMED,
    )


@INJECTION.attack()
def comment_between_elements(ground: Ground) -> bytes:
    """A comment between elements: splits nothing."""
    return swap(b"<edXML:To>", b"<!-- x --><edXML:To>", ground.signed)


@INJECTION.attack()
def comment_outside_the_root(ground: Ground) -> bytes:
    """A comment before the root: splits nothing."""
    return swap(b"<edXML ", b"<!-- x --><edXML ", ground.signed)


@INJECTION.attack(Reason.ALTERED)
def comment_hides_an_element(ground: Ground) -> bytes:
    """A whole element is commented out."""
    body = swap(b"<edXML:DueDate>", b"<!--<edXML:DueDate>", ground.signed)
    return swap(b"</edXML:DueDate>", b"</edXML:DueDate>-->", body)


@INJECTION.attack(Reason.ALTERED)
def instruction_in_a_value(ground: Ground) -> bytes:
    """A code is split by a processing instruction: canonical XML keeps those."""
    return swap(b"<edXML:OrganId>G22<", b"<edXML:OrganId>G2<?x?>2<", ground.signed)


@INJECTION.attack(Reason.ALTERED)
def instruction_between_elements(ground: Ground) -> bytes:
    """A processing instruction between elements."""
    return swap(b"<edXML:To>", b"<?x?><edXML:To>", ground.signed)


@INJECTION.attack(Reason.DTD_PRESENT)
def entity_in_a_value(ground: Ground) -> bytes:
    """A code is an entity that a DTD declares."""
    body = swap(b"<edXML ", b'<!DOCTYPE edXML [<!ENTITY a "G22">]><edXML ', ground.signed)
    return swap(b"<edXML:OrganId>G22<", b"<edXML:OrganId>&a;<", body)


@INJECTION.attack(Reason.DTD_PRESENT)
def default_attribute_of_a_dtd(ground: Ground) -> bytes:
    """A DTD gives every Subject an attribute, which canonical XML would cover for some readers."""
    dtd = b'<!DOCTYPE edXML [<!ATTLIST edXML:Subject x CDATA "y">]><edXML '
    return swap(b"<edXML ", dtd, ground.signed)


@INJECTION.attack(Reason.NOT_XML)
def undeclared_entity(ground: Ground) -> bytes:
    """A code is an entity that nobody declares."""
    return swap(b"<edXML:OrganId>G22<", b"<edXML:OrganId>G2&nbsp;<", ground.signed)


@INJECTION.attack()
def character_reference(ground: Ground) -> bytes:
    """A code is spelled with a character reference: every reader reads the same."""
    return swap(b"<edXML:OrganId>G22<", b"<edXML:OrganId>G&#50;2<", ground.signed)


@INJECTION.attack(Reason.ALTERED)
def character_reference_escaped_twice(ground: Ground) -> bytes:
    """A code is spelled with a character reference that is itself escaped."""
    return swap(b"<edXML:OrganId>G22<", b"<edXML:OrganId>G&amp;#50;2<", ground.signed)


@INJECTION.attack(Reason.NOT_XML)
def overlong_utf_8(ground: Ground) -> bytes:
    """A letter is spelled with more bytes than UTF-8 allows."""
    return swap(b"<edXML:OrganId>G22<", b"<edXML:OrganId>G\xc0\xb22<", ground.signed)


@INJECTION.attack(Reason.ALTERED)
def letters_decomposed(ground: Ground) -> bytes:
    """Vietnamese letters are decomposed: no reader sees it, the signature does."""
    return swap("Văn phòng".encode(), "Va\u0306n phòng".encode(), ground.signed)


@INJECTION.attack(Reason.NOT_XML)
def declared_as_utf_16(ground: Ground) -> bytes:
    """The declaration names another encoding than the bytes are in."""
    return swap(b'encoding="UTF-8"', b'encoding="UTF-16"', ground.signed)
