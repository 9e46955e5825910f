"""What the fuzzer's inputs mean: a document, how it is signed, and what is done to it afterwards.

Inputs hold no signatures, so they mean the same whatever keys a run has made: what makes one crash
is still there when the test suite replays it.
"""

from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass
from typing import Final

from lxml import etree

from axis.errors import InvalidInputError
from axis.trust.keys import SigningKey
from axis.trust.sign import sign

UNSIGNED: Final = b"-"
SIGNED: Final = b"+"
"""First byte of an input: whether the document is signed before it is submitted."""

_EDITS: Final = b"\0"
"""Parts the document from the edits; no XML contains it."""

_OPERATION_BYTES: Final = 3
_MAX_OPERATIONS: Final = 8


@dataclass(frozen=True, slots=True)
class Trial:
    """One input of the fuzzer, taken apart."""

    signed: bool
    document: bytes
    edits: bytes = b""
    """Three bytes an operation: which, on which element, with which other element."""

    @classmethod
    def of(cls, data: bytes) -> "Trial":
        """Take an input apart; every input means something."""
        document, _, edits = data[1:].partition(_EDITS)
        return cls(data[:1] != UNSIGNED, document, edits)

    def __bytes__(self) -> bytes:
        head = (SIGNED if self.signed else UNSIGNED) + self.document
        return head + _EDITS + self.edits if self.edits else head


@dataclass(frozen=True, slots=True)
class Submitted:
    """What comes of a trial."""

    body: bytes
    original: bytes | None
    """What the key signed, before the edits; None when nothing was signed."""


def submitted(trial: Trial, key: SigningKey) -> Submitted:
    """Return the bytes to submit: signed where that can be, then edited."""
    if not trial.signed:
        return Submitted(trial.document, None)
    try:
        signed = sign(trial.document, key)
    except InvalidInputError:
        return Submitted(trial.document, None)
    return Submitted(_edited(signed, trial.edits) if trial.edits else signed, signed)


def _edited(body: bytes, edits: bytes) -> bytes:
    root = etree.fromstring(body)
    for start in range(0, min(len(edits), _OPERATION_BYTES * _MAX_OPERATIONS), _OPERATION_BYTES):
        operation, first, second = edits[start : start + _OPERATION_BYTES].ljust(3, b"\0")
        elements = list(root.iter(etree.Element))
        # Signatures stand late in a message and are counted from its end.
        element = elements[first % len(elements)]
        other = elements[-1 - second % len(elements)]
        _OPERATIONS[operation % len(_OPERATIONS)](element, other)
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True)


def _delete(element: etree._Element, _: etree._Element) -> None:
    parent = element.getparent()
    if parent is not None:
        parent.remove(element)


def _copy_beside(element: etree._Element, other: etree._Element) -> None:
    if other.getparent() is not None:
        other.addprevious(deepcopy(element))


def _copy_into(element: etree._Element, other: etree._Element) -> None:
    other.append(deepcopy(element))


def _copy_other_into(element: etree._Element, other: etree._Element) -> None:
    element.insert(0, deepcopy(other))


def _move(element: etree._Element, other: etree._Element) -> None:
    if element not in other.iterancestors() and element is not other:
        other.append(element)


def _take_text(element: etree._Element, other: etree._Element) -> None:
    element.text = other.text


def _take_name(element: etree._Element, other: etree._Element) -> None:
    element.tag = other.tag


def _take_attributes(element: etree._Element, other: etree._Element) -> None:
    for name, value in other.attrib.items():
        element.set(name, value)


def _name(element: etree._Element, _: etree._Element) -> None:
    element.set("Id", "placeholder")


def _comment(element: etree._Element, _: etree._Element) -> None:
    element.insert(0, etree.Comment("x"))


def _instruct(element: etree._Element, _: etree._Element) -> None:
    element.addprevious(etree.ProcessingInstruction("xml-stylesheet", "href='x'"))


def _indent(element: etree._Element, _: etree._Element) -> None:
    element.tail = " \n"


_OPERATIONS: Final[tuple[Callable[[etree._Element, etree._Element], None], ...]] = (
    _delete,
    _copy_beside,
    _copy_into,
    _copy_other_into,
    _move,
    _take_text,
    _take_name,
    _take_attributes,
    _name,
    _comment,
    _instruct,
    _indent,
)
