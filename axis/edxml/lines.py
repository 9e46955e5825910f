"""Where things stand in the submitted bytes: places (XPath) turned into lines.

Values are read from the signed tree, whose canonical form has other lines than what was sent; and
the checks of authority know places only. Lines always come from the tree of the sent bytes.
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
_HEADER_TAGS: Final = tuple(tag(name) for name in HEADER.split("/")[2:])
_PREFIX_CHARS: Final = len(tag(""))
_MAX_STEPS: Final = 32
"""Steps of a place that are followed; a message is no deeper."""


class Lines(Struct, frozen=True):
    """The lines of the header's own elements: small enough to leave the process with a result."""

    of_header: Sequence[tuple[str, int]] = ()
    """The children of MessageHeader: the name of each and the line on which it begins."""

    @classmethod
    def read(cls, root: etree._Element) -> "Lines":
        """Note where the children of the message header stand."""
        header = root
        for name in _HEADER_TAGS:
            for child in header:
                if child.tag == name:
                    header = child
                    break
            else:
                return cls()
        return cls(
            tuple([(str(child.tag)[_PREFIX_CHARS:], child.sourceline or 0) for child in header])
        )

    def complete(self, findings: Iterable[Finding]) -> list[Finding]:
        """Return the findings, those about the header with their lines."""
        found = list(findings)
        if not found:
            return found
        by_name: defaultdict[str, list[int]] = defaultdict(list)
        for name, line in self.of_header:
            by_name[name].append(line)
        return [_completed(finding, by_name) for finding in found]


def _completed(finding: Finding, of_header: Mapping[str, Sequence[int]]) -> Finding:
    if finding.line is not None or not finding.place.startswith(f"{HEADER}/"):
        return finding
    name, number = _step(finding.place[len(HEADER) + 1 :].partition("/")[0])
    lines = of_header.get(name, ())
    line = lines[number - 1] if number <= len(lines) else 0
    return replace(finding, line=line) if line else finding


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
