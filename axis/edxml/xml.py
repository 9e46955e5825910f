"""The door for untrusted bytes: a hardened XML parse with limits, and places for findings.

Nothing here expands entities, reads a DTD or opens a connection. Limits are checked on the
raw bytes first, because a tree can cost a hundred times its text.
"""

import re
from typing import Final

from lxml import etree

from axis.edxml.limits import (
    MAX_ATTRIBUTES,
    MAX_DEPTH,
    MAX_DOCUMENT_BYTES,
    MAX_EQUALS,
    MAX_MARKUP,
    MAX_NAMESPACES,
    MAX_PLACE_CHARS,
)
from axis.reasons import Reason
from axis.verdict import MAX_FACT_CHARS, Finding

NAMESPACE: Final = "http://www.mic.gov.vn/TBT/QCVN_102_2016"
"""The one namespace of edXML, QCVN 102:2016/BTTTT."""

XLINK: Final = "http://www.w3.org/1999/xlink"
"""Namespace of the attributes that the .NET producer puts on References."""

XMLDSIG: Final = "http://www.w3.org/2000/09/xmldsig#"
"""Namespace of the W3C XML signature."""

_LIBXML2_TEXT_LIMIT = 10_000_000
"""A longer text node needs ``huge_tree``, which also lifts libxml2's other guards: so it is
asked for only when the message is that long, and our own limits hold in both cases."""

_SMALL = min(MAX_MARKUP, MAX_EQUALS)
"""A message of no more bytes cannot hold more signs than the limits allow."""

_FEW_EQUALS = min(MAX_ATTRIBUTES, MAX_NAMESPACES)
"""No element of a message with no more signs of equality has too many of either."""

_DTD = (b"<!DOCTYPE", b"<!ENTITY")
_DECLARATION_BYTES = 256
_ENCODING = re.compile(rb"encoding\s*=\s*[\"']([^\"']*)[\"']")
_ENCODINGS = (b"utf-8", b"us-ascii")
_USUAL_DECLARATIONS = tuple(
    b'<?xml version="1.0" encoding="%s"?>' % name for name in (b"UTF-8", b"utf-8")
)
_BOM = b"\xef\xbb\xbf"

_ROOT = f"{{{NAMESPACE}}}edXML"

_TOO_DEEP = etree.XPath("boolean(" + "/*" * (MAX_DEPTH + 1) + ")")
_TOO_MANY_ATTRIBUTES = etree.XPath(f"boolean(//*[@*[{MAX_ATTRIBUTES + 1}]])")
_INSTRUCTIONS = etree.XPath("/*//processing-instruction()")
_SPLIT_VALUES = etree.XPath(
    "//*[not(*)][text()[normalize-space()]][comment() or count(text()[normalize-space()]) > 1]"
)


def hardened_parser(*, huge: bool = False) -> etree.XMLParser:
    """Return a new parser for untrusted bytes.

    Comments are dropped while parsing, so that they never split a text; what canonicalisation
    without comments covers is then exactly what is read. `huge` allows text nodes over 10 MB
    and is safe only behind the limits of `parse_tree`.
    """
    return etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        recover=False,
        huge_tree=huge,
        remove_comments=True,
    )


_PARSER: Final = hardened_parser()
"""For all messages without a huge text; one parser may serve many threads."""


def parse_tree(
    data: bytes, *, max_bytes: int = MAX_DOCUMENT_BYTES
) -> tuple[etree._Element | None, list[Finding]]:
    """Parse an edXML message; return its root, or None with the findings that refuse it.

    Never raises for any bytes. Accepted is UTF-8 with or without a byte order mark, without a
    DTD, whose root is ``edXML`` of QCVN 102:2016/BTTTT.
    """
    finding = _refuse_bytes(data, max_bytes)
    if finding:
        return None, [finding]
    parser = _PARSER if len(data) <= _LIBXML2_TEXT_LIMIT else hardened_parser(huge=True)
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        return None, [_not_xml(error.msg or "", line=error.lineno or None)]
    finding = _refuse_tree(root, data)
    return (None, [finding]) if finding else (root, [])


def tag(name: str) -> str:
    """Return an edXML element's name as lxml writes it: ``{namespace}name``."""
    return f"{{{NAMESPACE}}}{name}"


def name_of(element: etree._Element) -> str:
    """Return an element's full name; lxml's type for it is wider than what a parse gives."""
    return str(element.tag)


def finding_at(element: etree._Element, reason: Reason, **facts: str | int) -> Finding:
    """Return a finding about an element, with its place and line; facts are cut to size."""
    bounded = {
        name: fact if isinstance(fact, int) else fact[:MAX_FACT_CHARS]
        for name, fact in facts.items()
    }
    return Finding(reason, place=place_of(element), line=element.sourceline, facts=bounded)


def place_of(element: etree._Element) -> str:
    """Return an element's place as XPath, the names standing for those of its namespace.

    A position is given where siblings share the name: ``/edXML/…/To[2]/OrganId``.
    """
    steps: list[str] = []
    node: etree._Element | None = element
    while node is not None:
        parent = node.getparent()
        step = etree.QName(node).localname
        if parent is not None:
            name = name_of(node)
            before = len(list(node.itersiblings(name, preceding=True)))
            if before or next(node.itersiblings(name), None) is not None:
                step += f"[{before + 1}]"
        steps.append(step)
        node = parent
    return ("/" + "/".join(reversed(steps)))[-MAX_PLACE_CHARS:]


def _refuse_bytes(data: bytes, max_bytes: int) -> Finding | None:
    if len(data) > max_bytes:
        return Finding(Reason.TOO_LARGE, facts={"size": len(data), "limit": max_bytes})
    if b"\0" in data:
        return _not_xml("NUL byte or UTF-16; edXML is UTF-8")
    head = data[: _DECLARATION_BYTES + len(_BOM)].removeprefix(_BOM)
    if not head.startswith(b"<"):
        return _not_xml("does not begin with <", line=1)
    encoding = _declared_encoding(head)
    if encoding not in _ENCODINGS:
        shown = encoding.decode("ascii", "replace")
        return _not_xml(f"encoding {shown}; edXML is UTF-8", line=1)
    return _refuse_markup(data)


def _refuse_markup(data: bytes) -> Finding | None:
    """Count what a tree would cost, and refuse a DTD.

    Before parsing, because libxml2 expands entities inside attributes in any case. Searching
    from sign to sign passes over attachments ten times as fast as counting does.
    """
    if len(data) <= _SMALL:
        return Finding(Reason.DTD_PRESENT) if _DTD[0] in data else None
    for sign, limit in ((b"<", MAX_MARKUP), (b"=", MAX_EQUALS)):
        position = data.find(sign)
        count = 0
        while position >= 0:
            count += 1
            if count > limit:
                return _too_complex(f"«{sign.decode()}»", count, limit)
            if data.startswith(_DTD, position):
                return Finding(Reason.DTD_PRESENT)
            position = data.find(sign, position + 1)
    return None


def _declared_encoding(head: bytes) -> bytes:
    """Return the encoding that the XML declaration names, in lower case; UTF-8 if none."""
    if head.startswith(_USUAL_DECLARATIONS) or not head.startswith(b"<?xml"):
        return _ENCODINGS[0]
    declaration, end, _ = head.partition(b"?>")
    if not end:
        return b"?"
    named = _ENCODING.search(declaration)
    return named[1].lower() if named else _ENCODINGS[0]


def _refuse_tree(root: etree._Element, data: bytes) -> Finding | None:
    """Look for what may not be in a tree.

    Looking for a sign in the bytes costs less than looking at the tree; so what takes a sign that
    the bytes do not have is not looked for.
    """
    marked = b"!" in data
    if (marked or b"&" in data) and _has_entities(root):
        return Finding(Reason.DTD_PRESENT)
    if root.tag != _ROOT:
        return finding_at(root, Reason.WRONG_ROOT, found=name_of(root))
    if _TOO_DEEP(root):
        return _too_complex("levels", MAX_DEPTH + 1, MAX_DEPTH)
    finding = None
    # The declaration has two of these signs; most bytes are passed over faster than counted.
    if data.find(b"?", _DECLARATION_BYTES) > 0 or data.count(b"?", 0, _DECLARATION_BYTES) > 2:
        finding = _refuse_instructions(root)
    if finding is None and data.count(b"=") > _FEW_EQUALS:
        finding = _refuse_attributes(root)
    if finding is None and marked and (b"<!--" in data or b"<![CDATA[" in data):
        finding = _refuse_split_values(data)
    return finding


def _has_entities(root: etree._Element) -> bool:
    declared = root.getroottree().docinfo.internalDTD is not None
    return declared or next(root.iter(etree.Entity), None) is not None


def _refuse_instructions(root: etree._Element) -> Finding | None:
    instructions = _INSTRUCTIONS(root)
    if isinstance(instructions, list) and instructions:
        return Finding(Reason.SCHEMA, facts={"detail": "processing instruction"})
    return None


def _refuse_attributes(root: etree._Element) -> Finding | None:
    """Refuse elements with too many attributes or namespaces; each needs a sign of its own."""
    if _TOO_MANY_ATTRIBUTES(root):
        return _too_complex("attributes", MAX_ATTRIBUTES + 1, MAX_ATTRIBUTES)
    for element in root.iter(etree.Element):
        if (count := len(element.nsmap)) > MAX_NAMESPACES:
            return _too_complex("namespaces", count, MAX_NAMESPACES)
    return None


def _refuse_split_values(data: bytes) -> Finding | None:
    """Refuse a value that a comment or a CDATA section splits.

    No signature covers either, so whoever carries a signed document could put one in. We would read
    the same as before; but the bytes go on unchanged, and readers that take an element's first node
    for its value would read half of it, or the comment.
    """
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        strip_cdata=False,
        huge_tree=len(data) > _LIBXML2_TEXT_LIMIT,
    )
    values = _SPLIT_VALUES(etree.fromstring(data, parser))
    if isinstance(values, list) and values and isinstance(values[0], etree._Element):
        detail = "comment or CDATA section inside a value"
        return finding_at(values[0], Reason.SCHEMA, detail=detail)
    return None


def _not_xml(detail: str, line: int | None = None) -> Finding:
    return Finding(Reason.NOT_XML, line=line, facts={"detail": detail})


def _too_complex(what: str, count: int, limit: int) -> Finding:
    return Finding(Reason.TOO_COMPLEX, facts={"what": what, "count": count, "limit": limit})
