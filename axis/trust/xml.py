"""Reading untrusted XML for the signature check, and nothing more."""

from typing import Final

from lxml import etree

from axis.reasons import Reason
from axis.verdict import Finding

MAX_DOCUMENT_BYTES: Final = 64 * 1024 * 1024
"""Largest document signed or verified: 50 MB of attachments (what integrators allow) in base64
with room for the envelope. Callers with a smaller limit pass theirs."""

_LIBXML2_MAX_TEXT: Final = 10_000_000
"""Longest text node that libxml2 reads without ``huge_tree`` (XML_MAX_TEXT_LENGTH)."""

_MAX_PROLOG_BYTES: Final = 64 * 1024
"""A large document's root element starts within this; a real prolog is one line."""


def relaxed_parser() -> etree.XMLParser:
    """Return a parser for documents already known to be bounded and free of a DTD.

    ``huge_tree`` lifts libxml2's limit on text nodes, and with it the limit on entity
    expansion: never give this parser bytes that `parse` has not let through.
    """
    return _parser(huge_tree=True)


def parse(data: bytes, *, max_bytes: int) -> tuple[etree._Element | None, list[Finding]]:
    """Read bytes into a tree without comments, entities, network or DTD.

    Comments go because canonical XML leaves them out: what is read is what can be signed.
    Returns the root, or None and the finding that says why not. Never raises for bad bytes.
    """
    if len(data) > max_bytes:
        facts = {"size": len(data), "limit": max_bytes}
        return None, [Finding(Reason.TOO_LARGE, facts=facts)]
    try:
        huge = len(data) > _LIBXML2_MAX_TEXT
        if huge and _prolog_has_dtd(data):
            return None, [Finding(Reason.DTD_PRESENT)]
        root = etree.fromstring(data, _parser(huge_tree=huge))
    except (etree.XMLSyntaxError, ValueError, LookupError) as error:
        # ValueError: NUL bytes; LookupError: an encoding that does not exist.
        if b"<!DOCTYPE" in data[:_MAX_PROLOG_BYTES]:
            return None, [Finding(Reason.DTD_PRESENT)]
        line = getattr(error, "lineno", None)
        return None, [Finding(Reason.NOT_XML, line=line, facts={"detail": str(error)})]
    if has_dtd(root):
        return None, [Finding(Reason.DTD_PRESENT)]
    return root, []


def has_dtd(root: etree._Element) -> bool:
    """Tell whether the document declares a DOCTYPE or keeps an unresolved entity."""
    info = root.getroottree().docinfo
    if info.internalDTD is not None or info.externalDTD is not None:
        return True
    return next(root.iter(etree.Entity), None) is not None


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


def _prolog_has_dtd(data: bytes) -> bool:
    """Look for a DOCTYPE before the root element, under libxml2's own expansion limits."""
    parser = etree.XMLPullParser(
        events=("start",), resolve_entities=False, no_network=True, load_dtd=False
    )
    parser.feed(data[:_MAX_PROLOG_BYTES])
    for _, element in parser.read_events():
        if isinstance(element, etree._Element):
            return element.getroottree().docinfo.internalDTD is not None
    raise ValueError(f"no root element within {_MAX_PROLOG_BYTES} bytes")
