"""The edXML schema, compiled once a process from the project's own file.

The schema says which elements may stand where. Texts that break a simple type are left to the
reader, which names them with their value (`F-BAD-VALUE`) instead of twice.
"""

import re
from functools import cache
from importlib.resources import files
from threading import Lock
from typing import Final

from lxml import etree

import axis.libxml  # noqa: F401 - schemas may be compiled in several threads at once
from axis.edxml.limits import MAX_FINDINGS
from axis.edxml.xml import NAMESPACE, finding_at
from axis.errors import ConfigurationError
from axis.reasons import Reason
from axis.verdict import Finding

_XS: Final = "{http://www.w3.org/2001/XMLSchema}"
_REFERS: Final = tuple(f"{_XS}{name}" for name in ("import", "include", "redefine", "override"))

_VALUE_ERRORS: Final = frozenset(
    (
        "SCHEMAV_CVC_PATTERN_VALID",
        "SCHEMAV_CVC_DATATYPE_VALID_1_2_1",
        "SCHEMAV_CVC_TYPE_3_1_3",
    )
)
"""What libxml2 reports of a text that breaks a simple type."""

_STEP: Final = re.compile(r"/(?:[^/\[\]:*]+:)?([^/\[\]*]+)")
_NAME: Final = re.compile(re.escape(f"{{{NAMESPACE}}}"))

_lock = Lock()
"""lxml keeps the errors of the last validation on the schema, which threads share."""


@cache
def compile_schema() -> etree.XMLSchema:
    """Return the compiled schema; call it when a process starts, so that it fails there.

    Raises ConfigurationError when the file is missing, is no schema, or refers to another file:
    libxml2 would ignore one that it cannot reach, and accept what it should refuse.
    """
    source = files("axis") / "schemas" / "edxml.xsd"
    try:
        root = etree.fromstring(source.read_bytes(), etree.XMLParser(no_network=True))
        if next(root.iter(*_REFERS), None) is not None:
            raise ConfigurationError(f"{source}: the edXML schema must not refer to other files")
        return etree.XMLSchema(root)
    except (OSError, etree.XMLSyntaxError, etree.XMLSchemaParseError) as error:
        raise ConfigurationError(f"{source}: the edXML schema cannot be used: {error}") from error


def validate(root: etree._Element) -> list[Finding]:
    """Return a finding for every element that stands where it may not."""
    schema = compile_schema()
    with _lock:
        if schema.validate(root):
            return []
        entries = [
            (entry.message, entry.line, _path_of(entry))
            for entry in schema.error_log
            if entry.type_name not in _VALUE_ERRORS
        ]
    findings: dict[str, Finding] = {}
    for message, line, path in entries:
        if len(findings) == MAX_FINDINGS:
            break
        finding = _finding(root, message, line, path)
        findings.setdefault(finding.place or message, finding)
    return list(findings.values())


def _path_of(entry: etree._LogEntry) -> str:
    try:
        return entry.path or ""
    except UnicodeDecodeError:
        return ""  # libxml2 cuts a long path off, be it within a letter


def _finding(root: etree._Element, message: str, line: int, path: str) -> Finding:
    detail = _NAME.sub("", message)
    element = _element_at(root, path) if path else None
    if element is not None:
        return finding_at(element, Reason.SCHEMA, detail=detail)
    return Finding(Reason.SCHEMA, line=line or None, facts={"detail": detail})


def _element_at(root: etree._Element, path: str) -> etree._Element | None:
    """Find the element that libxml2 names by a path with the document's own prefixes."""
    below = path[1:].partition("/")[2]
    if not below:
        return root
    try:
        found = root.xpath("." + _STEP.sub(r"/*[local-name()='\1']", f"/{below}"))
    except etree.XPathError:
        # A name with signs of XPath in it; the finding then has its line only.
        return None
    first = found[0] if isinstance(found, list) and found else None
    return first if isinstance(first, etree._Element) else None
