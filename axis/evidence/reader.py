"""Reading XML strictly: in order, nothing twice, nothing left over."""

import re
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from lxml import etree

from axis.errors import InvalidInputError
from axis.evidence.text import clean

NAMESPACE = "urn:vn:axis:receipt:1"
SIGNATURE_TAG = "{http://www.w3.org/2000/09/xmldsig#}Signature"

MAX_RECEIPT_BYTES = 32 * 1024 * 1024
"""Over twice what `MAX_FINDINGS` findings of the greatest length take; most have 2-10 kB."""

_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}Z")
_NUMBER = re.compile(r"0|[1-9][0-9]{0,17}")
_SHA256 = re.compile(r"[0-9a-f]{64}")

_Value = TypeVar("_Value")


class UnreadableReceiptError(InvalidInputError):
    """The bytes are not a receipt of this version."""

    def __init__(self, detail: str) -> None:
        detail = clean(detail)
        super().__init__(
            f"Dữ liệu không phải biên nhận hợp lệ của trục: {detail}."
            f" / This is not a valid receipt of the axis: {detail}."
        )


class Node:
    """One element, taken apart attribute by attribute and child by child."""

    def __init__(self, element: etree._Element) -> None:
        self._element = element
        self._attributes = {str(name): str(value) for name, value in element.attrib.items()}
        self._children = list(element)

    def optional(self, name: str, read: Callable[[str], _Value]) -> _Value | None:
        """Take an attribute that may be absent."""
        value = self._attributes.pop(name, None)
        return None if value is None else self._read(name, value, read)

    def required(self, name: str, read: Callable[[str], _Value]) -> _Value:
        """Take an attribute that must be there."""
        value = self._attributes.pop(name, None)
        if value is None:
            raise UnreadableReceiptError(f"{self._name}/@{name} is missing")
        return self._read(name, value, read)

    def child(self, name: str) -> "Node | None":
        """Take the next child if it has this name."""
        if self._children and self._children[0].tag == f"{{{NAMESPACE}}}{name}":
            return Node(self._children.pop(0))
        return None

    def children(self, name: str) -> Iterator["Node"]:
        """Take the following children that have this name."""
        while (child := self.child(name)) is not None:
            yield child

    def text_of(self, name: str) -> str:
        """Take a child that must be there and has only text."""
        text = self.optional_text_of(name)
        if text is None:
            raise UnreadableReceiptError(f"{self._name}/{name} is missing")
        return text

    def optional_text_of(self, name: str) -> str | None:
        """Take a child that may be absent and has only text."""
        child = self.child(name)
        return None if child is None else child.text()

    def text(self) -> str:
        """Return the text of an element that has nothing else."""
        text = self._element.text or ""
        self._refuse_rest()
        return text

    def skip_signature(self) -> None:
        """Take the W3C signature if it is next; verifying it is not the reader's work."""
        if self._children and self._children[0].tag == SIGNATURE_TAG:
            self._children.pop(0)

    def close(self) -> None:
        """Refuse whatever was not taken."""
        between = [self._element.text, *(child.tail for child in self._element)]
        if any(text and not text.isspace() for text in between):
            raise UnreadableReceiptError(f"{self._name} has text between its elements")
        self._refuse_rest()

    @property
    def _name(self) -> str:
        return etree.QName(self._element).localname

    def _refuse_rest(self) -> None:
        for name in self._attributes:
            raise UnreadableReceiptError(f"{self._name}/@{name[:80]} is not known here")
        for child in self._children:
            # comments and processing instructions have a function in place of a name
            found = child.tag if isinstance(child.tag, str) else "a comment or instruction"
            raise UnreadableReceiptError(f"{self._name} may not hold {found[:120]} here")

    def _read(self, name: str, value: str, read: Callable[[str], _Value]) -> _Value:
        try:
            return read(value)
        except ValueError:
            raise UnreadableReceiptError(f"{self._name}/@{name} is «{value[:80]}»") from None


def parse(data: bytes) -> etree._Element:
    """Parse bytes from anywhere; raises `UnreadableReceiptError`."""
    if len(data) > MAX_RECEIPT_BYTES:
        raise UnreadableReceiptError(f"{len(data)} bytes, at most {MAX_RECEIPT_BYTES} are read")
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        recover=False,
        huge_tree=False,
    )
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError, LookupError) as error:
        # ValueError: NUL bytes; LookupError: an encoding that does not exist
        raise UnreadableReceiptError(str(error)[:200]) from None
    if root.getroottree().docinfo.internalDTD is not None:
        raise UnreadableReceiptError("it declares a DOCTYPE")
    return root


def read_uuid(text: str) -> UUID:
    """Read a UUID in its one canonical form; raises ValueError."""
    return UUID(_matching(_UUID, text))


def read_moment(text: str) -> datetime:
    """Read ``2025-10-01T02:30:00.000Z``; raises ValueError."""
    return datetime.fromisoformat(_matching(_MOMENT, text))


def read_number(text: str) -> int:
    """Read a count without sign or leading zeros; raises ValueError."""
    return int(_matching(_NUMBER, text))


def read_sha256(text: str) -> str:
    """Read a digest in lower-case hexadecimal; raises ValueError."""
    return _matching(_SHA256, text)


def _matching(pattern: re.Pattern[str], text: str) -> str:
    if pattern.fullmatch(text) is None:
        raise ValueError(text)
    return text
