"""References that leave out a part, or lead elsewhere; nothing is ever followed."""

from functools import partial

from axis.reasons import Reason
from tests.attacks.attack import Family
from tests.attacks.forgery import C14N, DS, ENVELOPED, SHA256
from tests.attacks.ground import Ground
from tests.attacks.surgery import part_of, signature_of, swap, written

REFERENCES = Family("reference", "Tham chiếu", "References")

_M, _F = Reason.SIGNATURE_MISPLACED, Reason.SIGNATURE_MALFORMED


def _signed_part(name: str, attribute: str, ground: Ground) -> bytes:
    start = f"<edXML:{name}>".encode()
    marked = swap(start, start[:-1] + f' {attribute}="part">'.encode(), ground.letter)
    return ground.forge(document=marked, uri="#part")


for _name in ("MessageHeader", "TraceHeaderList", "StaffInfo"):
    REFERENCES.add(
        f"part-only-{_name}",
        f"A sound signature over {_name} alone, by its Id.",
        partial(_signed_part, _name, "Id"),
        _M,
        because="#part",
    )
REFERENCES.add(
    "part-only-id", "Likewise by an attribute id.", partial(_signed_part, "StaffInfo", "id"), _M
)
REFERENCES.add(
    "part-only-xml-id", "Likewise by xml:id.", partial(_signed_part, "StaffInfo", "xml:id"), _M
)


@REFERENCES.attack(_M, because="#whole")
def whole_by_id(ground: Ground) -> bytes:
    """A sound signature over the whole document, but by the root's Id: ids can be moved."""
    marked = swap(b"<edXML xmlns", b'<edXML Id="whole" xmlns', ground.letter)
    return ground.forge(document=marked, uri="#whole")


def _doubled(first: str, second: str, ground: Ground) -> bytes:
    marked = swap(b"<edXML:From>", f'<edXML:From {first}="same">'.encode(), ground.letter)
    marked = swap(b"<edXML:To>", f'<edXML:To {second}="same">'.encode(), marked)
    return ground.forge(document=marked, uri="#same")


for _first, _second in (("Id", "Id"), ("Id", "id"), ("id", "xml:id"), ("Id", "ID")):
    REFERENCES.add(
        f"duplicate-ids-{_first}-{_second}".replace(":", "-"),
        f"The id that is signed occurs twice, as {_first} and as {_second}.",
        partial(_doubled, _first, _second),
        _M,
        because="#same",
    )


def _pointing(uri: str | None, ground: Ground) -> bytes:
    root = ground.tree()
    reference = signature_of(root).find(f".//{{{DS}}}Reference")
    assert reference is not None
    del reference.attrib["URI"]
    if uri is not None:
        reference.set("URI", uri)
    return written(root)


for _label, _uri in (
    ("missing", None),
    ("empty-fragment", "#"),
    ("xpointer-root", "#xpointer(/)"),
    ("xpointer-id", "#xpointer(id('part'))"),
    ("xpath-fragment", "#//edXML"),
    ("file", "file:///etc/passwd"),
    ("http", "http://127.0.0.1:1/"),
    ("ftp", "ftp://attacker/x"),
    ("data", "data:text/xml,<edXML/>"),
    ("cid", "cid:32f2d974-c55a-4c94-b971-648349b0b909"),
    ("relative", "document.xml"),
    ("space", " "),
    ("query", "?x"),
):
    REFERENCES.add(
        f"uri-{_label}",
        "The reference has no URI." if _uri is None else f"The reference leads to «{_uri}».",
        partial(_pointing, _uri),
        _M,
        because="Reference URI",
    )


def _counted(count: int, ground: Ground) -> bytes:
    return ground.forge(references=count)


for _count in (0, 2, 50):
    REFERENCES.add(
        f"{_count}-references",
        f"A sound signature with {_count} references.",
        partial(_counted, _count),
        _F,
        because=f"{_count} ds:Reference" if _count < 50 else "elements in ds:Signature",
    )


@REFERENCES.attack(_F)
def manifest_in_an_object(ground: Ground) -> bytes:
    """A ds:Manifest lists the document; verifiers need not check what it lists."""
    listed = (
        f'<Object><Manifest Id="m"><Reference URI=""><Transforms><Transform Algorithm="{ENVELOPED}"'
        f'/><Transform Algorithm="{C14N}"/></Transforms><DigestMethod Algorithm="{SHA256}"/>'
        "<DigestValue>AAAA</DigestValue></Reference></Manifest></Object>"
    )
    return ground.forge(objects=listed)


@REFERENCES.attack(_F)
def object_rides_along(ground: Ground) -> bytes:
    """A ds:Object, which the enveloped transform leaves out, carries other content along."""
    return ground.forge(objects="<Object>V/v điều đã không được ký</Object>")


@REFERENCES.attack(_F)
def reference_after_the_value(ground: Ground) -> bytes:
    """The reference stands in the signature, outside SignedInfo."""
    root = ground.tree()
    signature = signature_of(root)
    signature.append(signature[0][2])
    return written(root)


@REFERENCES.attack(Reason.ALTERED)
def id_added_to_the_root(ground: Ground) -> bytes:
    """An Id on the root, for a verifier that would take it for what is signed."""
    root = ground.tree()
    root.set("Id", "x")
    return written(root)


@REFERENCES.attack(Reason.ALTERED)
def xml_id_added_inside(ground: Ground) -> bytes:
    """An xml:id inside the document."""
    root = ground.tree()
    part_of(root, "Subject").set("{http://www.w3.org/XML/1998/namespace}id", "x")
    return written(root)


@REFERENCES.attack(Reason.ALTERED)
def reference_type_added(ground: Ground) -> bytes:
    """A Type that says the reference is a manifest's."""
    root = ground.tree()
    reference = signature_of(root).find(f".//{{{DS}}}Reference")
    assert reference is not None
    reference.set("Type", DS + "Manifest")
    return written(root)
