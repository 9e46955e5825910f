"""Reads elements into values along the shapes, collecting what is wrong on the way."""

from collections.abc import Iterable
from typing import Any, Final

from lxml import etree

from axis.edxml.codecs import TEXT, XML_SPACE
from axis.edxml.identity import Naming, is_plain, read_identity
from axis.edxml.limits import MAX_FINDINGS
from axis.edxml.shape import Leaf, Listing, Part, Parts, Shape, Slot
from axis.edxml.xml import finding_at
from axis.reasons import Reason
from axis.verdict import Finding

_NOTHING: Final = object()
"""Stands for an element that is there and says nothing."""


class Reader:
    """One reading of one message. Unknown elements are the schema's business, not the reader's."""

    def __init__(self) -> None:
        self.findings: list[Finding] = []

    def note(self, element: etree._Element, reason: Reason, **facts: str | int) -> None:
        """Add a finding about an element, as long as the list is not full."""
        if len(self.findings) < MAX_FINDINGS:
            self.findings.append(finding_at(element, reason, **facts))

    def sections(
        self, parent: etree._Element, tags: tuple[str, ...], *, counted: bool
    ) -> Iterable[etree._Element | None]:
        """Return a parent's children of these names, each or None; a second one is a finding.

        `counted` says that the schema refuses a second one already.
        """
        found: dict[str, etree._Element | None] = dict.fromkeys(tags)
        for child in parent:
            name = child.tag
            if name in found:
                if found[name] is None:
                    found[name] = child
                elif not counted:
                    self._repeated(child)
        return found.values()

    def value(self, element: etree._Element, shape: Shape) -> Any:
        """Read an element into a value of the shape's type."""
        return shape.type(**self.fields(element, shape))

    def fields(self, element: etree._Element, shape: Shape) -> dict[str, Any]:
        """Read an element's attributes and children into the fields of the shape's type.

        Absent and empty elements leave their field out, so that its default applies. The hot
        path of admission: nearly every child is a leaf with a short text and nothing unusual.
        """
        found: dict[str, Any] = {}
        if shape.xml_attributes:
            for name, text in element.items():
                if (attribute := shape.attributes.get(name)) and (text := text.strip(XML_SPACE)):
                    found[attribute] = text
        steps, complete = shape.steps, True
        repeated: list[Parts] = []
        for child in element:
            step = steps.get(child.tag)  # type: ignore[arg-type]
            if step is None:
                if child.tag in shape.foreign:
                    self._foreign(child)
                continue
            attribute, at_ease, named, read, slot = step
            if attribute in found:
                self._again(child, slot, shape, found)
            elif at_ease >= 0:
                text = _whole_text(child) if len(child) else child.text or ""
                value: Any = text.strip(XML_SPACE)
                if not value or len(value) > at_ease or (named and not is_plain(value)):
                    value = self._leaf(child, slot, value)  # type: ignore[arg-type]
                elif read is not None:
                    try:
                        value = read(value)
                    except ValueError:
                        value = self._leaf(child, slot, value)  # type: ignore[arg-type]
                if value is None:
                    value, complete = _NOTHING, False
                found[attribute] = value
            elif type(slot) is Part:
                found[attribute] = slot.shape.type(**self.fields(child, slot.shape))
            elif type(slot) is Parts:
                found[attribute] = [child]
                repeated.append(slot)
            elif type(slot) is Listing:
                found[attribute] = self._items(child, slot)
        for slot in repeated:
            found[slot.attribute] = self._parts(found[slot.attribute], slot)
        if complete:
            return found
        return {name: value for name, value in found.items() if value is not _NOTHING}

    def _again(
        self, child: etree._Element, slot: Slot, shape: Shape, found: dict[str, Any]
    ) -> None:
        """Take in, pass over or refuse a child whose name has occurred before."""
        if type(slot) is Parts:
            found[slot.attribute].append(child)
        elif type(slot) is Listing and slot.repeatable:
            found[slot.attribute] += self._items(child, slot)
        elif not shape.counted:
            self._repeated(child)

    def _parts(self, children: list[etree._Element], slot: Parts) -> tuple[Any, ...]:
        make, shape = slot.shape.type, slot.shape
        children = self._bounded(children, slot)
        return tuple([make(**self.fields(child, shape)) for child in children])

    def _items(self, element: etree._Element, slot: Listing) -> tuple[Any, ...]:
        children = self._bounded(list(element.iterchildren(slot.item_tag)), slot)
        if slot.shape is not None:
            return tuple(self.value(child, slot.shape) for child in children)
        texts = (
            self._leaf(child, slot.leaf, _whole_text(child).strip(XML_SPACE)) for child in children
        )
        return tuple(text for text in texts if text is not None)

    def _bounded(
        self, children: list[etree._Element], slot: Parts | Listing
    ) -> list[etree._Element]:
        if len(children) <= slot.limit:
            return children
        facts = {"count": len(children), "limit": slot.limit}
        if slot.name == "To":
            self.note(children[slot.limit], Reason.TOO_MANY_RECEIVERS, **facts)
        else:
            what = slot.item if isinstance(slot, Listing) else slot.name
            self.note(children[slot.limit], Reason.TOO_COMPLEX, what=what, **facts)
        return children[: slot.limit]

    def _leaf(self, element: etree._Element, slot: Leaf, text: str) -> Any:
        """Return what a leaf's text means; None when it is empty or cannot be read."""
        if not text or (len(text) > slot.advised and self._too_long(element, slot, len(text))):
            return None
        if slot.naming is not None and not is_plain(text):
            text = self._identity(element, slot, slot.naming, text)
        if slot.codec is TEXT:
            return text
        try:
            return slot.codec.read(text)
        except ValueError:
            expected = slot.codec.expected
            self.note(element, Reason.BAD_VALUE, field=slot.name, value=text, expected=expected)
            return None

    def _too_long(self, element: etree._Element, slot: Leaf, length: int) -> bool:
        """Say whether a long text must be refused; note it in any case, unless it has no limit."""
        if slot.limit is None:
            return False
        over = length > slot.limit
        self.note(
            element,
            Reason.FIELD_TOO_LONG if over else Reason.FIELD_LONG,
            field=slot.name,
            length=length,
            limit=slot.limit if over else slot.advised,
        )
        return over

    def _identity(self, element: etree._Element, slot: Leaf, naming: Naming, text: str) -> str:
        """Return a naming text as it is to be read, with what is odd about it noted."""
        identity = read_identity(text, naming)
        shown = identity.text
        if identity.invisible:
            self.note(element, Reason.INVISIBLE, field=slot.name, character=identity.invisible)
        elif identity.foreign:
            self.note(
                element,
                Reason.CONFUSABLE,
                field=slot.name,
                value=shown,
                character=identity.foreign,
            )
        elif shown != text:
            self.note(element, Reason.NORMALISED, field=slot.name, value=shown)
        return shown

    def _foreign(self, element: etree._Element) -> None:
        """Refuse a status's field in a document or the reverse: the schema knows one header."""
        detail = f"{etree.QName(element).localname}: StatusCode + To"
        self.note(element, Reason.SCHEMA, detail=detail)

    def _repeated(self, element: etree._Element) -> None:
        detail = f"{etree.QName(element).localname}: > 1"
        self.note(element, Reason.SCHEMA, detail=detail)


def _whole_text(element: etree._Element) -> str:
    """Return an element's own text: a comment or instruction must not hide what follows it."""
    return (element.text or "") + "".join(child.tail or "" for child in element)
