"""A sound signature that stands elsewhere, or a document with more than one of anything."""

from copy import deepcopy

from lxml import etree

from axis.reasons import Reason
from axis.trust.location import SIGNATURE_TAG
from tests.attacks.attack import Family
from tests.attacks.forgery import DS
from tests.attacks.ground import Ground
from tests.attacks.surgery import (
    Q,
    bare,
    envelope_of,
    evil,
    header_of,
    part_of,
    signature_of,
    written,
)

MOVES = Family("move", "Dời chữ ký, nhân đôi", "Moved and doubled")

_M, _A = Reason.SIGNATURE_MISPLACED, Reason.ALTERED


@MOVES.attack(_M, because="edXML inside edXML")
def signed_document_inside_the_attackers(ground: Ground) -> bytes:
    """The signed document, signature included, is the last child of the attacker's."""
    attacker = evil(ground.tree())
    attacker.append(ground.tree())
    return written(attacker)


@MOVES.attack(_M, because="edXML inside edXML")
def signature_moved_up(ground: Ground) -> bytes:
    """The signature moves into the attacker's header; the document it covers goes below."""
    root = ground.tree()
    attacker = evil(root)
    header_of(attacker).append(signature_of(root))
    attacker.append(root)
    return written(attacker)


@MOVES.attack(_M)
def signature_moved_down(ground: Ground) -> bytes:
    """The signature moves below the part of the header that it follows."""
    root = ground.tree()
    part_of(root, "MessageHeader").append(signature_of(root))
    return written(root)


for _place in (
    "TraceHeaderList",
    "TraceHeader",
    "AttachmentEncoded",
    "Attachment",
    "ContentTransferEncoded",
    "edXMLBody",
    "edXMLManifest",
    "edXMLEnvelope",
):

    def _moved(ground: Ground, place: str = _place) -> bytes:
        root = ground.tree()
        part_of(root, place).append(signature_of(root))
        return written(root)

    MOVES.add(f"moved-into-{_place}", f"The signature stands in {_place}.", _moved, _M)

    def _signed_there(ground: Ground, place: str = _place) -> bytes:
        return ground.forge(parent=f".//{Q}{place}")

    MOVES.add(f"signed-in-{_place}", f"The signature was made in {_place}.", _signed_there, _M)


@MOVES.attack(_M)
def signed_beside_the_envelope(ground: Ground) -> bytes:
    """The signature was made as a child of the root."""
    return ground.forge(parent=".")


@MOVES.attack(_M)
def original_hidden_in_the_trace_list(ground: Ground) -> bytes:
    """The attacker's document keeps the signature; the signed one is in its TraceHeaderList."""
    root = ground.tree()
    attacker = evil(root)
    header_of(attacker).append(deepcopy(signature_of(root)))
    part_of(attacker, "TraceHeaderList").append(bare(root))
    return written(attacker)


@MOVES.attack(_M)
def original_hidden_in_an_attachment(ground: Ground) -> bytes:
    """The attacker's document keeps the signature; the signed one is in its attachment part."""
    root = ground.tree()
    attacker = evil(root)
    header_of(attacker).append(deepcopy(signature_of(root)))
    part_of(attacker, "Attachment").append(bare(root))
    return written(attacker)


@MOVES.attack(_A)
def original_as_text_of_an_attachment(ground: Ground) -> bytes:
    """The attacker's document keeps the signature; the signed bytes are an attachment's text."""
    root = ground.tree()
    attacker = evil(root)
    header_of(attacker).append(deepcopy(signature_of(root)))
    part_of(attacker, "ContentTransferEncoded").text = etree.CDATA(ground.signed.decode())
    return written(attacker)


@MOVES.attack(_M, because="0 × edXML/edXMLEnvelope")
def root_in_a_foreign_root(ground: Ground) -> bytes:
    """An envelope of SOAP stands around the signed document; its own root is not edXML."""
    outer = etree.Element("{http://schemas.xmlsoap.org/soap/envelope/}Envelope")
    outer.append(ground.tree())
    return written(outer)


@MOVES.attack(Reason.NOT_XML)
def second_root(ground: Ground) -> bytes:
    """The attacker's document follows the signed one: two roots."""
    return ground.signed + etree.tostring(evil(ground.tree()))


@MOVES.attack(_M, because="2 ×")
def second_header(ground: Ground) -> bytes:
    """The attacker's header follows the signed one in the same envelope."""
    root = ground.tree()
    envelope_of(root).append(header_of(evil(root)))
    return written(root)


@MOVES.attack(_M, because="2 ×")
def second_header_under_the_signature(ground: Ground) -> bytes:
    """Two headers, both signed: which of them speaks would be the reader's choice."""
    root = etree.fromstring(ground.letter)
    envelope_of(root).append(deepcopy(header_of(root)))
    return ground.forge(document=written(root))


@MOVES.attack(_A)
def message_header_before_the_signed_one(ground: Ground) -> bytes:
    """The attacker's MessageHeader stands before the signed one in the same header."""
    root = ground.tree()
    part_of(root, "MessageHeader").addprevious(part_of(evil(root), "MessageHeader"))
    return written(root)


@MOVES.attack(Reason.SEVERAL_SIGNATURES)
def second_signature(ground: Ground) -> bytes:
    """The same signature twice."""
    root = ground.tree()
    header_of(root).append(deepcopy(signature_of(root)))
    return written(root)


@MOVES.attack(Reason.SEVERAL_SIGNATURES)
def second_signature_of_another_agency(ground: Ground) -> bytes:
    """A sound signature of another agency's document beside the document's own."""
    root = ground.tree()
    header_of(root).append(signature_of(etree.fromstring(ground.foreign)))
    return written(root)


@MOVES.attack(Reason.SEVERAL_SIGNATURES)
def signature_inside_the_signature(ground: Ground) -> bytes:
    """A signature in a ds:Object of the signature."""
    root = ground.tree()
    outer = signature_of(root)
    inner = deepcopy(outer)
    etree.SubElement(outer, f"{{{DS}}}Object").append(inner)
    return written(root)


@MOVES.attack(Reason.SEVERAL_SIGNATURES)
def empty_signature_deep_in_the_content(ground: Ground) -> bytes:
    """The sound signature also covers an empty one, which a verifier might find first."""
    root = etree.fromstring(ground.letter)
    etree.SubElement(part_of(root, "From"), SIGNATURE_TAG)
    return ground.forge(document=written(root))


@MOVES.attack(_M, because="processing instruction")
def instruction_before_the_root(ground: Ground) -> bytes:
    """A style sheet before the root would change what a person sees; no signature covers it."""
    return ground.signed.replace(
        b"<edXML ", b'<?xml-stylesheet href="http://attacker/"?><edXML ', 1
    )


@MOVES.attack(_M, because="processing instruction")
def instruction_after_the_root(ground: Ground) -> bytes:
    """An instruction after the root, likewise."""
    return ground.signed + b'<?xml-stylesheet href="http://attacker/"?>'


@MOVES.attack(_A)
def signature_of_another_document(ground: Ground) -> bytes:
    """The sound signature of another document of the same agency."""
    root = ground.tree()
    signature_of(root).getparent().replace(  # type: ignore[union-attr]
        signature_of(root), signature_of(etree.fromstring(ground.another))
    )
    return written(root)


@MOVES.attack(Reason.UNSIGNED)
def signature_taken_off(ground: Ground) -> bytes:
    """The document without its signature."""
    return written(bare(ground.tree()))


@MOVES.attack(Reason.UNSIGNED)
def signature_in_another_namespace(ground: Ground) -> bytes:
    """The signature's namespace ends with a slash: to a careless eye it is signed."""
    return ground.signed.replace(DS.encode(), DS[:-1].encode() + b"/")
