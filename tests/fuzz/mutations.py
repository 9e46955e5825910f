"""Mutations that know edXML, so that the fuzzer gets behind the parser.

Bytes changed at random break an XML document nearly always. So most mutations here move, copy, drop
and fill elements, and change attached files where they are base64 of an archive of a file.
"""

import io
import random
import unicodedata
import zipfile
from collections.abc import Callable
from copy import deepcopy
from typing import Final

from lxml import etree

from axis.edxml import shapes
from axis.edxml.base64text import decode, encode
from axis.edxml.files import wrap
from axis.edxml.shape import Listing, Part, Parts, Shape
from axis.edxml.xml import NAMESPACE, XLINK, tag
from tests.fuzz.files import FILES
from tests.fuzz.trials import Trial
from tests.support.office_files import make_zip

Bytes = Callable[[bytes, int], bytes]
"""libFuzzer's own mutation: the bytes and the greatest length."""

Mutation = Callable[[bytes, int, int, Bytes], bytes]
"""An input, the greatest length, what chance begins with, libFuzzer's own mutation."""

_FILE: Final = tag("ContentTransferEncoded")
_MOST_STEPS: Final = 4

TEXTS: Final = (
    "",
    " ",
    "0",
    "1",
    "-1",
    "2",
    "4",
    "999999999",
    "1e3",
    "２",
    "true",
    "2025/10/01",
    "2014/02/30",
    "1944/12/31",
    "2999/12/31",
    "2025/10/01 08:15:00",
    "2025/10/01 24:00:00",
    "01",
    "03",
    "13",
    "15",
    "16",
    "G22",
    "G09",
    "G05",
    "H26",
    "H26.12",
    "H37.02",
    "000.00.00.G22",
    "000.00.02.H37",
    "X99",
    "\u041d26",
    "G\u200b22",
    "G22\u00a0",
    "H26\u201112",
    "G22,2025/10/01,101/VPCP-KSTT",
    "G09,2025/10/05,9/BNV-VP",
    "G22,2025/10/01,101/VPCP\u2013KSTT",
    "Công văn",
    "Quyết định",
    unicodedata.normalize("NFD", "Quyết định số 1"),
    "15/QĐ-BNV",
    "7816",
    "QĐ-BNV",
    "MẬT",
    "TỐI MẬT",
    "TUYỆT MẬT",
    "Độ mật: Tối mật",
    "cid:1",
    "cid:cid:1",
    "CID: cid:1",
    "a.pdf",
    "A.PDF",
    "a.docx",
    "a.zip",
    "a.exe",
    "../a.pdf",
    "a\u202efdp.exe",
    "con.pdf",
    "{name}",
    "{0.__class__}",
    "\ufffd",
    "\U0001f4dc",
    "\u0301",
    "x" * 501,
    "đ" * 10_001,
    "application/zip",
    "application/pdf",
    "image/png; x=y",
)
"""Texts on the edges of what fields may hold."""


def _names(shape: Shape) -> set[str]:
    found: set[str] = set()
    for slot in shape.slots:
        found.add(slot.name)
        if isinstance(slot, Part | Parts):
            found |= _names(slot.shape)
        elif isinstance(slot, Listing):
            found.add(slot.item)
            found |= _names(slot.shape) if slot.shape else set()
    return found


_ATTACHMENT_NAMES: Final = _names(shapes.ATTACHMENT) - {_FILE}
NAMES: Final = sorted(
    _names(shapes.DOCUMENT_HEADER)
    | _names(shapes.STATUS_HEADER)
    | _names(shapes.TRACE)
    | _names(shapes.REFERENCE)
    | _ATTACHMENT_NAMES
    | {"edXML", "edXMLEnvelope", "edXMLHeader", "edXMLBody", "edXMLManifest", "MessageHeader"}
    | {"TraceHeaderList", "AttachmentEncoded", "Attachment", "Reference", "Signature"}
    | {"DigitalSignature", "SignReference", "Bussiness"}
)
"""Every element of edXML."""


def dictionary() -> str:
    """Return words for libFuzzer's own mutations, in its format."""
    words = [
        *NAMES,
        *(text for text in TEXTS if 1 < len(text) < 40),
        NAMESPACE,
        XLINK,
        "<!DOCTYPE",
        "<!ENTITY",
        "<![CDATA[",
        "]]>",
        "<!--",
        "<?",
        "&#x0;",
        "&#10;",
        ' xmlns=""',
        ' encoding="UTF-16"',
        "%PDF-",
        "/Encrypt",
        "/ByteRange",
        "/OpenAction",
        "/JavaScript",
        "/Launch",
        "/EmbeddedFiles",
        "/ObjStm",
        "/XRef",
        "/FlateDecode",
        "/Prev",
        " 0 R",
        " obj",
        "endobj",
        "stream\n",
        "trailer",
        "startxref",
        "TargetMode",
        "macroEnabled",
        "PK\x03\x04",
        "PK\x05\x06",
    ]
    lines = (
        "".join(f"\\x{byte:02x}" for byte in word.encode("utf-8", "surrogatepass"))
        for word in words
    )
    return "".join(f'"{line}"\n' for line in lines)


def mutate_message(data: bytes, max_size: int, seed: int, mutate_bytes: Bytes) -> bytes:
    """Return another message like this one."""
    chance = random.Random(seed)
    if chance.random() < 0.2:
        return mutate_bytes(data, max_size)
    root = _parse(data)
    if root is None:
        return mutate_bytes(data, max_size)
    for _ in range(chance.randint(1, _MOST_STEPS)):
        chance.choice(_STEPS)(root, chance, mutate_bytes)
    changed = etree.tostring(root, encoding="UTF-8", xml_declaration=chance.random() < 0.9)
    return changed if len(changed) <= max_size else mutate_bytes(data, max_size)


def mutate_trial(data: bytes, max_size: int, seed: int, mutate_bytes: Bytes) -> bytes:
    """Return another trial like this one: the document, its signing or the edits changed."""
    chance, trial = random.Random(seed), Trial.of(data)
    room = max_size - len(trial.edits) - 2
    if chance.random() < 0.15 and trial.signed:
        edits = mutate_bytes(trial.edits or b"\1\1\1", 24)
        changed = Trial(True, trial.document, edits)
    else:
        edits = b"" if chance.random() < 0.5 else trial.edits
        document = mutate_message(trial.document, room, seed, mutate_bytes)
        changed = Trial(chance.random() < 0.8, document, edits)
    return bytes(changed)[:max_size]


def mutate_file(data: bytes, max_size: int, seed: int, mutate_bytes: Bytes) -> bytes:
    """Return another file like this one: changed inside its archive if it is one."""
    chance = random.Random(seed)
    name = bytes([chance.randrange(256)]) if chance.random() < 0.05 else data[:1] or b"\0"
    inner = _unwrapped(data[1:], chance) if chance.random() < 0.7 else None
    if inner is None:
        return name + mutate_bytes(data[1:], max_size - 1)
    pack, entry = inner
    changed = name + pack(mutate_bytes(entry, len(entry) + 64))
    return changed if len(changed) <= max_size else name + mutate_bytes(data[1:], max_size - 1)


def _parse(data: bytes) -> etree._Element | None:
    parser = etree.XMLParser(recover=True, resolve_entities=False, no_network=True)
    try:
        return etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError):
        return None


def _any(root: etree._Element, chance: random.Random) -> etree._Element:
    return chance.choice(list(root.iter(etree.Element)))


def _fill(root: etree._Element, chance: random.Random, mutate_bytes: Bytes) -> None:
    leaves = [one for one in root.iter(etree.Element) if not len(one) and one.tag != _FILE]
    if not leaves:
        return
    leaf = chance.choice(leaves)
    text = chance.choice(TEXTS)
    if chance.random() < 0.3:
        text = _text(mutate_bytes((leaf.text or "").encode(), 200))
    elif chance.random() < 0.3:
        text = (leaf.text or "") + text
    leaf.text = text


def _text(data: bytes) -> str:
    """Return what XML can carry of some bytes."""
    decoded = data.decode("utf-8", "ignore")
    return "".join(char for char in decoded if char >= " " and char not in "\ufffe\uffff")


def _drop(root: etree._Element, chance: random.Random, _: Bytes) -> None:
    element = _any(root, chance)
    if (parent := element.getparent()) is not None:
        parent.remove(element)


def _double(root: etree._Element, chance: random.Random, _: Bytes) -> None:
    element = _any(root, chance)
    if element is not root:
        for _ in range(chance.choice((1, 1, 1, 2, 20))):
            element.addnext(deepcopy(element))


def _shuffle(root: etree._Element, chance: random.Random, _: Bytes) -> None:
    parent = _any(root, chance)
    children = list(parent)
    chance.shuffle(children)
    parent[:] = children


def _transplant(root: etree._Element, chance: random.Random, _: Bytes) -> None:
    element, target = _any(root, chance), _any(root, chance)
    if element is not root and target is not element and element not in target.iterancestors():
        target.append(deepcopy(element))


def _rename(root: etree._Element, chance: random.Random, _: Bytes) -> None:
    _any(root, chance).tag = tag(chance.choice(NAMES))


def _grow(root: etree._Element, chance: random.Random, _: Bytes) -> None:
    child = etree.SubElement(_any(root, chance), tag(chance.choice(NAMES)))
    child.text = chance.choice(TEXTS)


def _attribute(root: etree._Element, chance: random.Random, _: Bytes) -> None:
    names = ("version", "id", "Id", f"{{{XLINK}}}href", "{urn:x}type", "actor")
    _any(root, chance).set(chance.choice(names), chance.choice(TEXTS))


def _split(root: etree._Element, chance: random.Random, _: Bytes) -> None:
    """Put a comment, an instruction or an element into a text."""
    element = _any(root, chance)
    odd = chance.choice(
        (etree.Comment("x"), etree.ProcessingInstruction("x"), etree.Element(tag("Place")))
    )
    odd.tail, element.text = element.text, chance.choice(TEXTS)
    element.insert(0, odd)


def _attach(root: etree._Element, chance: random.Random, mutate_bytes: Bytes) -> None:
    """Exchange an attached file for another kind of file."""
    files = list(root.iter(_FILE))
    if not files:
        return
    name, data = chance.choice(FILES)
    if chance.random() < 0.5:
        data = wrap(data, name, "x")
    element = chance.choice(files)
    element.text = encode(data)
    parent = element.getparent()
    named = None if parent is None else parent.find(tag("AttachmentName"))
    if named is not None and chance.random() < 0.9:
        named.text = name


def _spoil(root: etree._Element, chance: random.Random, mutate_bytes: Bytes) -> None:
    """Change bytes of an attached file, inside its archive if it is in one."""
    files = list(root.iter(_FILE))
    if not files:
        return
    element = chance.choice(files)
    try:
        data = decode((element.text or "").strip())
    except ValueError:
        return
    inner = _unwrapped(data, chance)
    if inner is not None and chance.random() < 0.7:
        pack, entry = inner
        data = pack(mutate_bytes(entry, len(entry) + 64))
    else:
        data = mutate_bytes(data, len(data) + 64)
    element.text = encode(data)


def _unwrapped(data: bytes, chance: random.Random) -> tuple[Callable[[bytes], bytes], bytes] | None:
    """Return one entry of an archive, and what packs it again; None if there is no archive."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = [(name, archive.read(name)) for name in archive.namelist()[:20]]
        place = chance.randrange(len(entries))
    except Exception:  # noqa: BLE001 - whatever is wrong with it, it is not to be unwrapped
        return None

    def pack(changed: bytes) -> bytes:
        return make_zip(*entries[:place], (entries[place][0], changed), *entries[place + 1 :])

    return pack, entries[place][1]


_STEPS: Final = (
    _fill,
    _fill,
    _fill,
    _drop,
    _double,
    _shuffle,
    _transplant,
    _rename,
    _grow,
    _attribute,
    _split,
    _attach,
    _spoil,
    _spoil,
)
