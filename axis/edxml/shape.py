"""How values stand in XML: the vocabulary in which `axis.edxml.shapes` describes the dialect."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from axis.edxml.codecs import TEXT, Codec
from axis.edxml.identity import Naming
from axis.edxml.limits import MAX_FIELD_CHARS, MAX_REPEATS
from axis.edxml.xml import tag


@dataclass(frozen=True, slots=True)
class Leaf:
    """An element with a text: one value."""

    attribute: str
    name: str
    codec: Codec = TEXT
    advised: int = MAX_FIELD_CHARS
    """Characters above which a warning is due."""
    limit: int | None = MAX_FIELD_CHARS
    """Characters above which the message is refused; None for a file's base64."""
    own_prefix: bool = False
    """The Java producer binds the prefix again on this element (ContentTransferEncoded)."""
    naming: Naming | None = None
    """Set where the text names something (`axis.edxml.identity`)."""


@dataclass(frozen=True, slots=True)
class Part:
    """An element with elements: one value of its own."""

    attribute: str
    name: str
    shape: "Shape"
    optional: bool = False
    """The field is None when the element is absent; else it has a default that says nothing."""


@dataclass(frozen=True, slots=True)
class Parts:
    """An element with elements that may be repeated: a tuple of values."""

    attribute: str
    name: str
    shape: "Shape"
    limit: int = MAX_REPEATS


@dataclass(frozen=True, slots=True)
class Listing:
    """An element that wraps repeated ones: a tuple of texts or of values."""

    attribute: str
    name: str
    item: str
    shape: "Shape | None" = None
    """None: the items are texts, read as `leaf` says."""
    limit: int = MAX_REPEATS
    repeatable: bool = False
    """Whether messages may have several of these wrappers; their items are read as one list."""
    naming: Naming | None = None
    """Set where the texts name something."""
    leaf: Leaf = field(init=False, compare=False)
    """How an item that is a text is read."""

    item_tag: str = field(init=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "leaf", Leaf("", self.item, naming=self.naming))
        object.__setattr__(self, "item_tag", tag(self.item))


Slot = Leaf | Part | Parts | Listing


Step = tuple[str, int, bool, Callable[[str], Any] | None, Slot]
"""What reading an element needs to know first, because a tuple is quickest to take apart: the
field, the characters that a leaf's text may have without a look (-1: no leaf), whether the text is
a name, what reads it where it is more than a text, and the slot itself."""


@dataclass(frozen=True, slots=True)
class Shape:
    """How one kind of value stands in XML."""

    type: type[Any]
    slots: tuple[Slot, ...]
    xml_attributes: tuple[tuple[str, str], ...] = ()
    """Pairs of field and XML attribute name."""
    counted: bool = True
    """Whether the schema refuses repeated children (``xs:all``); else the reader does, because
    XSD 1.0 cannot count where the order is free and some children may repeat."""
    foreign: frozenset[str] = frozenset()
    """Names of elements that the schema lets stand here, but in another kind of message."""
    attributes: dict[str, str] = field(init=False, compare=False)
    """XML attribute name → field, for reading."""
    steps: dict[str, Step] = field(init=False, compare=False)
    """By element name, for reading."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "attributes", {name: own for own, name in self.xml_attributes})
        object.__setattr__(self, "steps", {tag(slot.name): _step(slot) for slot in self.slots})


def _step(slot: Slot) -> Step:
    if not isinstance(slot, Leaf):
        return (slot.attribute, -1, False, None, slot)
    read = None if slot.codec is TEXT else slot.codec.read
    return (slot.attribute, slot.advised, slot.naming is not None, read, slot)
