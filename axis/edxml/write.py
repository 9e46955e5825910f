"""Writes messages in exactly the dialect of the Java producer, byte for byte.

Readers in the field compare prefixes literally: so the ``edXML:`` prefix, its second binding on
ContentTransferEncoded, the order of elements, two spaces of indentation, CRLF and the space in
empty tags are all as they have always been there. Messages are written unsigned.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from axis.edxml import shapes
from axis.edxml.base64text import is_base64
from axis.edxml.codecs import XML_SPACE
from axis.edxml.shape import Leaf, Listing, Part, Parts, Shape, Slot
from axis.edxml.values import Document, Message, Status
from axis.edxml.xml import NAMESPACE, XLINK
from axis.errors import InvalidInputError

_PREFIX: Final = "edXML:"
_BINDING: Final = ("xmlns:edXML", NAMESPACE)
_LINE_END: Final = "\r\n"
_INDENT: Final = "  "
_ILLEGAL: Final = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that XML 1.0 cannot carry in any spelling."""
_IN_TEXT: Final = {"&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#xD;", "\n": _LINE_END}
_IN_ATTRIBUTE: Final = {
    "&": "&amp;",
    "<": "&lt;",
    ">": "&gt;",
    '"': "&quot;",
    "\r": "&#xD;",
    "\n": "&#xA;",
    "\t": "&#x9;",
}
_TEXT_TABLE: Final = str.maketrans(_IN_TEXT)
_ATTRIBUTE_TABLE: Final = str.maketrans(_IN_ATTRIBUTE)


@dataclass(slots=True)
class _Node:
    """An element to write: with a text or with children, never both."""

    name: str
    text: str = ""
    children: tuple["_Node", ...] = ()
    attributes: tuple[tuple[str, str], ...] = ()


def write_message(message: Message) -> bytes:
    """Return the message as unsigned edXML bytes.

    Raises InvalidInputError when a text holds a character that XML cannot carry.
    """
    return write_document(message) if isinstance(message, Document) else write_status(message)


def write_document(document: Document) -> bytes:
    """Return a document as unsigned edXML bytes.

    Raises InvalidInputError when a text holds a character that XML cannot carry.
    """
    header = [_element(document, shapes.DOCUMENT_HEADER, "MessageHeader")]
    if document.trace != shapes.TRACE.type():
        header.append(_element(document.trace, shapes.TRACE, "TraceHeaderList"))
    manifest = _Node(
        f"{_PREFIX}edXMLManifest",
        children=tuple(_slot(document, shapes.MANIFEST_REFERENCES, _PREFIX)),
        attributes=(("version", _clean(document.manifest_version)),),
    )
    envelope = _envelope(
        _Node(f"{_PREFIX}edXMLHeader", children=tuple(header)),
        _Node(f"{_PREFIX}edXMLBody", children=(manifest,)),
    )
    files = tuple(_slot(document, shapes.ATTACHMENTS, ""))
    return _write(envelope, _Node("AttachmentEncoded", children=files))


def write_status(status: Status) -> bytes:
    """Return a status as unsigned edXML bytes: a header only, as the field sends it.

    Raises InvalidInputError when a text holds a character that XML cannot carry.
    """
    header = _element(status, shapes.STATUS_HEADER, "MessageHeader")
    return _write(_envelope(_Node(f"{_PREFIX}edXMLHeader", children=(header,))))


def _envelope(*children: _Node) -> _Node:
    return _Node(f"{_PREFIX}edXMLEnvelope", children=children, attributes=(_BINDING,))


def _write(*children: _Node) -> bytes:
    root = _Node("edXML", children=children, attributes=(("xmlns", NAMESPACE),))
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', *_lines(root, ""), ""]
    # Encoded one by one: one letter outside Latin-1 would double or quadruple 50 MB of base64.
    return _LINE_END.encode().join(line.encode() for line in lines)


def _element(value: Any, shape: Shape, name: str, prefix: str = _PREFIX) -> _Node:
    attributes = tuple(
        (_attribute_name(name), text)
        for attribute, name in shape.xml_attributes
        if (text := _clean(getattr(value, attribute)))
    )
    if any(name.startswith("xlink:") for name, _ in attributes):
        attributes = (("xmlns:xlink", XLINK), *attributes)
    children = tuple(child for slot in shape.slots for child in _slot(value, slot, prefix))
    return _Node(f"{prefix}{name}", children=children, attributes=attributes)


def _attribute_name(name: str) -> str:
    return name.replace(f"{{{XLINK}}}", "xlink:")


def _slot(value: Any, slot: Slot, prefix: str) -> Iterator[_Node]:
    """Yield the elements of one field; none where it says nothing."""
    content = getattr(value, slot.attribute)
    if isinstance(slot, Leaf):
        text = "" if content is None else _leaf_text(slot, content)
        if text and slot.own_prefix:
            yield _Node(f"{_PREFIX}{slot.name}", text, attributes=(_BINDING,))
        elif text:
            yield _Node(f"{prefix}{slot.name}", text)
    elif isinstance(slot, Part):
        # An optional part is None when absent; the others have a default that says nothing.
        if content is not None and (slot.optional or content != slot.shape.type()):
            yield _element(content, slot.shape, slot.name, prefix)
    elif isinstance(slot, Parts):
        for item in content:
            yield _element(item, slot.shape, slot.name, prefix)
    elif items := tuple(_items(content, slot, prefix)):
        yield _Node(f"{prefix}{slot.name}", children=items)


def _items(content: tuple[Any, ...], slot: Listing, prefix: str) -> Iterator[_Node]:
    for item in content:
        if slot.shape is not None:
            yield _element(item, slot.shape, slot.item, prefix)
        elif text := _clean(item):
            yield _Node(f"{prefix}{slot.item}", text)


def _leaf_text(slot: Leaf, content: Any) -> str:
    text = slot.codec.write(content)
    # Base64 has nothing to escape, and 70 MB of it are not worth three more passes.
    return text.strip(XML_SPACE) if slot.limit is None and is_base64(text) else _clean(text)


def _clean(text: str) -> str:
    illegal = _ILLEGAL.search(text)
    if illegal:
        raise InvalidInputError(
            f"ký tự U+{ord(illegal[0]):04X} không thể có trong XML /"
            f" character U+{ord(illegal[0]):04X} cannot stand in XML: {text[:80]!r}"
        )
    return text.strip(XML_SPACE)


def _lines(node: _Node, indent: str) -> Iterator[str]:
    attributes = "".join(
        f' {name}="{text.translate(_ATTRIBUTE_TABLE)}"' for name, text in node.attributes
    )
    start = f"{indent}<{node.name}{attributes}"
    if node.children:
        yield f"{start}>"
        for child in node.children:
            yield from _lines(child, indent + _INDENT)
        yield f"{indent}</{node.name}>"
    elif node.text:
        yield f"{start}>{_escape(node.text)}</{node.name}>"
    else:
        yield f"{start} />"


def _escape(text: str) -> str:
    return text.translate(_TEXT_TABLE) if any(char in text for char in _IN_TEXT) else text
