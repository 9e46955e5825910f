"""Reading untrusted XML for the signature check, and nothing more.

Canonicalisation takes time by the product of elements and namespaces (25 kB can cost seconds), so
a document is measured before it is touched.
"""

import re
from typing import Final

from lxml import etree

from axis.reasons import Reason
from axis.verdict import Finding

MAX_DOCUMENT_BYTES: Final = 72 * 1024 * 1024
"""Largest document signed or verified: 50 MB of attachments (what integrators allow) in base64
with room for the envelope. A default: callers pass their own."""

MAX_ELEMENTS: Final = 100_000
"""A broadcast to 1,000 receivers has 9,000; 100,000 cost about a second."""

MAX_NAMESPACES: Final = 32
"""Namespaces in scope at one element; real documents have four."""

MAX_ATTRIBUTES: Final = 64
"""Attributes of one element; canonicalisation sorts them slowly."""

MAX_DEPTH: Final = 128
"""Levels of elements; a signed edXML message has 14."""

_LIBXML2_MAX_TEXT: Final = 10_000_000
"""Longest text node that libxml2 reads without ``huge_tree`` (XML_MAX_TEXT_LENGTH)."""

_DECLARED_ENCODING: Final = re.compile(
    rb"(?:\xef\xbb\xbf)?<\?xml[^>]{0,100}?encoding\s*=\s*[\"']([^\"']{0,100})"
)
_HEAD: Final = 256
"""Bytes among which a declaration that the pattern finds names its encoding."""

_ENCODINGS: Final = (b"utf-8", b"us-ascii")
"""In these, markup is found by looking at bytes."""

_TOO_DEEP: Final = etree.XPath("boolean(" + "/*" * (MAX_DEPTH + 1) + ")")
_TOO_MANY_ATTRIBUTES: Final = etree.XPath(f"boolean(//*[@*[{MAX_ATTRIBUTES + 1}]])")
_COUNT: Final = etree.XPath("count(//*)")


def relaxed_parser() -> etree.XMLParser:
    """Return a parser for documents already known to be bounded and free of a DTD.

    ``huge_tree`` lifts libxml2's limit on text nodes, and with it the limit on entity
    expansion: never give this parser bytes that `parse` has not let through.
    """
    return _parser(huge_tree=True)


def parse(data: bytes, *, max_bytes: int) -> tuple[etree._Element | None, list[Finding]]:
    """Read UTF-8 bytes into a tree without comments, entities, network or DTD.

    Comments go because canonical XML leaves them out: what is read is what can be signed.
    Returns the root, or None and the finding that says why not. Never raises for bad bytes.
    """
    finding = _refuse_bytes(data, max_bytes)
    if finding is not None:
        return None, [finding]
    try:
        root = etree.fromstring(data, _HUGE if len(data) > _LIBXML2_MAX_TEXT else _USUAL)
    except etree.XMLSyntaxError as error:
        return None, [_not_xml(error.msg or "", error.lineno)]
    finding = refuse_tree(root, data)
    return (root, []) if finding is None else (None, [finding])


def refuse_tree(root: etree._Element, data: bytes | None = None) -> Finding | None:
    """Say why a tree must not be canonicalised: a DTD, or more of something than is sound.

    ``data`` are the bytes that it was read from, where they are at hand: what they hold few signs
    of needs no walk through the tree.
    """
    if data is not None and _is_small(data):
        return None
    info = root.getroottree().docinfo
    if info.internalDTD is not None or info.externalDTD is not None:
        return Finding(Reason.DTD_PRESENT)
    if next(root.iter(etree.Entity), None) is not None:
        return Finding(Reason.DTD_PRESENT)
    if _COUNT(root) > MAX_ELEMENTS:
        return _too_complex("elements", MAX_ELEMENTS)
    if _TOO_DEEP(root):
        return _too_complex("levels", MAX_DEPTH)
    if _TOO_MANY_ATTRIBUTES(root):
        return _too_complex("attributes", MAX_ATTRIBUTES)
    in_scope = 0
    for event, _ in etree.iterwalk(root, events=("start-ns", "end-ns")):
        in_scope += 1 if event == "start-ns" else -1
        if in_scope > MAX_NAMESPACES:
            return _too_complex("namespaces", MAX_NAMESPACES)
    return None


def _is_small(data: bytes) -> bool:
    """Tell whether bytes hold too few signs of each kind for a tree that must be refused."""
    return (
        data.count(b"<") <= MAX_ELEMENTS
        and data.count(b"</") <= MAX_DEPTH
        and data.count(b"=") <= MAX_ATTRIBUTES
        and data.count(b"xmlns") <= MAX_NAMESPACES
        and b"<!DOCTYPE" not in data
    )


def _refuse_bytes(data: bytes, max_bytes: int) -> Finding | None:
    if len(data) > max_bytes:
        return Finding(Reason.TOO_LARGE, facts={"size": len(data), "limit": max_bytes})
    if b"\0" in data:
        return _not_xml("NUL byte or UTF-16; UTF-8 is needed", 1)
    declared = _DECLARED_ENCODING.match(data) if b"encoding" in data[:_HEAD] else None
    if declared is not None and declared[1].lower() not in _ENCODINGS:
        return _not_xml(f"encoding {declared[1].decode('ascii', 'replace')}", 1)
    # Before parsing, because libxml2 expands entities inside attributes in any case.
    if b"<!DOCTYPE" in data:
        return Finding(Reason.DTD_PRESENT)
    if data.count(b"<") > 2 * MAX_ELEMENTS:
        return _too_complex("elements", MAX_ELEMENTS)
    return None


def _parser(*, huge_tree: bool) -> etree.XMLParser:
    return etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        attribute_defaults=False,
        recover=False,
        remove_comments=True,
        collect_ids=False,
        huge_tree=huge_tree,
    )


def _not_xml(detail: str, line: int | None) -> Finding:
    return Finding(Reason.NOT_XML, line=line, facts={"detail": detail})


def _too_complex(what: str, limit: int) -> Finding:
    return Finding(Reason.TOO_COMPLEX, facts={"what": what, "count": limit + 1, "limit": limit})


_USUAL: Final = _parser(huge_tree=False)
_HUGE: Final = _parser(huge_tree=True)
"""Made once: making one takes as long as reading a small document. Threads may share them."""
