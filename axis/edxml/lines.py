"""Where things stand in the submitted bytes: places (XPath) turned into lines.

Values are read from the signed tree, whose canonical form has other lines than what was sent; and
the checks of authority know places only. Lines always come from the bytes as they were sent.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Final

from lxml import etree
from msgspec import Struct

from axis.edxml.xml import tag
from axis.verdict import Finding

HEADER: Final = "/edXML/edXMLEnvelope/edXMLHeader/MessageHeader"
_HEADER_TAG: Final = tag("MessageHeader")
_HEADER_NAME: Final = b"MessageHeader"
_MAX_HEAD_BYTES: Final = 1024 * 1024
"""Bytes in which a header is looked for; one with 1,000 receivers and addresses has 500 KB."""

_MAX_STEPS: Final = 32
"""Steps of a place that are followed; a message is no deeper."""


class Lines(Struct, frozen=True):
    """Where the header's own elements stand, for findings that are made without the tree.

    Hardly any document has such findings. So this holds the bytes in which the header stands, and
    they are looked at when a finding asks; the files behind them never are.
    """

    head: bytes = b""
    """The submitted bytes as far as the end of the header; empty when it was not found."""

    @classmethod
    def of(cls, body: bytes) -> "Lines":
        """Keep of submitted bytes what says where the children of the message header stand."""
        begin = body.find(_HEADER_NAME, 0, _MAX_HEAD_BYTES)
        end = body.find(_HEADER_NAME, begin + 1, _MAX_HEAD_BYTES) if begin > 0 else -1
        return cls(body[:end]) if end > 0 else cls()

    def complete(self, findings: Iterable[Finding]) -> list[Finding]:
        """Return the findings, those about the header with their lines."""
        found = list(findings)
        if not any(map(_asks, found)):
            return found
        lines = _lines_of_header(self.head)
        return [_completed(finding, lines) if _asks(finding) else finding for finding in found]


def _asks(finding: Finding) -> bool:
    return finding.line is None and finding.place.startswith(f"{HEADER}/")


def _completed(finding: Finding, lines: Mapping[str, Sequence[int]]) -> Finding:
    name, number = _step(finding.place[len(HEADER) + 1 :].partition("/")[0])
    alike = lines.get(name, ())
    line = alike[number - 1] if number <= len(alike) else 0
    return replace(finding, line=line) if line else finding


def _lines_of_header(head: bytes) -> Mapping[str, Sequence[int]]:
    """Return the lines on which the header's children begin, by their names.

    These bytes were a whole message once, and in that the parser found nothing wrong.
    """
    parser = etree.XMLPullParser(("start",), resolve_entities=False, no_network=True)
    try:
        parser.feed(head)
    except etree.XMLSyntaxError:
        return {}
    header: etree._Element | None = None
    found: defaultdict[str, list[int]] = defaultdict(list)
    for _, element in parser.read_events():
        if header is None and element.tag == _HEADER_TAG:
            header = element
        elif header is not None and element.getparent() is header:
            found[_local_name(element)].append(element.sourceline or 0)
    return found


def located(findings: Iterable[Finding], root: etree._Element) -> list[Finding]:
    """Return the findings, those without a line with the one that their place has in a tree.

    A place that is not there, such as a missing element's, gets the line of the nearest element
    above it that is.
    """
    return [
        replace(finding, line=_line(root, finding.place))
        if finding.place and finding.line is None
        else finding
        for finding in findings
    ]


def _line(root: etree._Element, place: str) -> int | None:
    element = root
    for step in place.split("/")[2 : _MAX_STEPS + 2]:
        name, number = _step(step)
        alike = [child for child in element if _local_name(child) == name]
        if number > len(alike):
            break
        element = alike[number - 1]
    return element.sourceline


def _step(step: str) -> tuple[str, int]:
    """Take ``To[2]`` apart; a step without a number means the first, a prefix says nothing."""
    name, bracket, rest = step.partition("[")
    name = name.rpartition(":")[2]
    digits = rest.rstrip("]")
    return name, max(int(digits), 1) if bracket and digits.isdecimal() and digits.isascii() else 1


def _local_name(element: etree._Element) -> str:
    return str(element.tag).rpartition("}")[2]
