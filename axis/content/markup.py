"""XML inside attached files, read as a stream: no tree, no entities, no DTD, bounded depth.

expat calls back for what is asked and keeps nothing, so that a file costs time but no memory.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Final
from xml.parsers import expat

MAX_DEPTH: Final = 256
"""Levels of elements. Office documents reach some forty."""

MAX_XML_BYTES: Final = 16 * 1024 * 1024
"""Bytes of an attached XML file. Data files have kilobytes to a few megabytes; expat takes half a
second for this many bytes of tags."""

_DTD: Final = "DTD"
_DEPTH: Final = "> 256 levels"

_ACTIVE_NAMESPACES: Final = {
    "http://www.w3.org/1999/xhtml": "HTML",
    "http://www.w3.org/2000/svg": "SVG",
    "http://schemas.microsoft.com/office/word/2003/wordml": "Word XML",
    "urn:schemas-microsoft-com:office:spreadsheet": "Excel XML",
    "http://schemas.microsoft.com/office/2006/xmlPackage": "Office XML",
    "urn:oasis:names:tc:opendocument:xmlns:office:1.0": "OpenDocument XML",
}
"""Vocabularies that browsers and office programs run scripts and macros from. A browser does so
wherever in a file they stand."""

_ACTIVE_ROOTS: Final = {"html": "HTML", "svg": "SVG"}

_PARAGRAPHS: Final = frozenset(("p", "h"))
_TEXTS: Final = frozenset(("t", "h", "p", "span"))
"""Word keeps text in ``w:t``, OpenDocument in ``text:p``, ``text:h`` and ``text:span``."""
_BREAKS: Final = frozenset(("tab", "br", "s", "line-break"))


class MarkupError(Exception):
    """The XML cannot be read; the text says why."""


class RefusedMarkupError(MarkupError):
    """The XML could be read, but not without harm."""


@dataclass(slots=True)
class XmlLook:
    """What an attached XML file is."""

    active: str | None = None
    """What to call it when programs run it."""
    stylesheet: bool = False
    """Whether it names a stylesheet, which may hold scripts."""
    well_formed: bool = True


def look_through_xml(data: bytes) -> XmlLook:
    """Read an XML file to its end or its first fault; what stands before one is looked at."""
    look = XmlLook()
    root: str | None = None
    parser = _parser()

    def namespace(_prefix: str | None, uri: str) -> None:
        look.active = look.active or _ACTIVE_NAMESPACES.get(uri)

    def instruction(target: str, _data: str) -> None:
        look.stylesheet = look.stylesheet or target == "xml-stylesheet"

    def start(name: str, _attributes: dict[str, str]) -> None:
        nonlocal root
        if root is None:
            root = name
            look.active = look.active or _ACTIVE_ROOTS.get(_local(name).lower())

    parser.StartNamespaceDeclHandler = namespace
    parser.ProcessingInstructionHandler = instruction
    _bound_depth(parser, start)
    try:
        _parse(parser, data, whole=True)
    except RefusedMarkupError as error:
        look.active = look.active or f"XML ({error})"
    except MarkupError:
        look.well_formed = False
    return look


def elements(data: bytes) -> Iterator[tuple[str, Mapping[str, str]]]:
    """Return the elements of a small part, by local name with attributes; raises MarkupError."""
    found: list[tuple[str, Mapping[str, str]]] = []
    parser = _parser()

    def start(name: str, attributes: dict[str, str]) -> None:
        found.append((_local(name), attributes))

    _bound_depth(parser, start)
    _parse(parser, data, whole=True)
    return iter(found)


def paragraphs(start_of_part: bytes) -> str:
    """Return the first text of an office document's main part, one paragraph a line.

    The part may end anywhere. Never raises: what cannot be read says nothing.
    """
    pieces: list[str] = []
    parser = _parser()
    texts = 0

    def start(name: str, _attributes: dict[str, str]) -> None:
        nonlocal texts
        local = _local(name)
        if local in _TEXTS:
            texts += 1
        elif local in _BREAKS:
            pieces.append(" ")

    def end(name: str) -> None:
        nonlocal texts
        local = _local(name)
        if local in _TEXTS:
            texts -= 1
        if local in _PARAGRAPHS:
            pieces.append("\n")

    def text(characters: str) -> None:
        if texts > 0:
            pieces.append(characters)

    _bound_depth(parser, start, end)
    parser.CharacterDataHandler = text
    with suppress(MarkupError):
        _parse(parser, start_of_part, whole=False)
    return "".join(pieces)


def _parser() -> expat.XMLParserType:
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartDoctypeDeclHandler = _refuse_dtd
    return parser


def _refuse_dtd(_name: str, _system: str | None, _public: str | None, internal: bool) -> None:
    """Refuse entities; a DTD that is only named is not fetched, and old OpenDocument names one."""
    if internal:
        raise RefusedMarkupError(_DTD)


def _bound_depth(
    parser: expat.XMLParserType,
    start: Callable[[str, dict[str, str]], None],
    end: Callable[[str], None] | None = None,
) -> None:
    depth = 0

    def started(name: str, attributes: dict[str, str]) -> None:
        nonlocal depth
        depth += 1
        if depth > MAX_DEPTH:
            raise RefusedMarkupError(_DEPTH)
        start(name, attributes)

    def ended(name: str) -> None:
        nonlocal depth
        depth -= 1
        if end is not None:
            end(name)

    parser.StartElementHandler = started
    parser.EndElementHandler = ended


def _parse(parser: expat.XMLParserType, data: bytes, *, whole: bool) -> None:
    try:
        parser.Parse(data, whole)
    except expat.ExpatError as error:
        raise MarkupError(f"{expat.ErrorString(error.code)}, line {error.lineno}") from None
    except (ValueError, LookupError, UnicodeError) as error:
        # An encoding that Python does not know, or that takes several bytes a sign.
        raise MarkupError(str(error)) from None


def _local(name: str) -> str:
    return name.rpartition(" ")[2]
