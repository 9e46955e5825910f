"""Reads elements into values along the shapes, collecting what is wrong on the way."""

from typing import Any

from lxml import etree

from axis.edxml.codecs import XML_SPACE
from axis.edxml.limits import MAX_FINDINGS
from axis.edxml.shape import Leaf, Listing, Part, Parts, Shape
from axis.edxml.xml import finding_at, name_of, tag
from axis.reasons import Reason
from axis.verdict import Finding


class Reader:
    """One reading of one message. Unknown elements are the schema's business, not the reader's."""

    def __init__(self) -> None:
        self.findings: list[Finding] = []

    def note(self, element: etree._Element, reason: Reason, **facts: str | int) -> None:
        """Add a finding about an element, as long as the list is not full."""
        if len(self.findings) < MAX_FINDINGS:
            self.findings.append(finding_at(element, reason, **facts))

    def only(self, parent: etree._Element, name: str, *, counted: bool) -> etree._Element | None:
        """Return a parent's child of this name, or None; a second one is a finding.

        `counted` says that the schema refuses a second one already.
        """
        found = parent.findall(tag(name))
        if len(found) > 1 and not counted:
            self._repeated(found[1])
        return found[0] if found else None

    def value(self, element: etree._Element, shape: Shape) -> Any:
        """Read an element into a value of the shape's type."""
        return shape.type(**self.fields(element, shape))

    def fields(self, element: etree._Element, shape: Shape) -> dict[str, Any]:
        """Read an element's attributes and children into the fields of the shape's type.

        Absent and empty elements leave their field out, so that its default applies.
        """
        found: dict[str, Any] = {}
        for attribute, name in shape.xml_attributes:
            if text := element.get(name, "").strip(XML_SPACE):
                found[attribute] = text
        seen: set[str] = set()
        repeated: dict[Parts, list[etree._Element]] = {}
        for child in element:
            slot = shape.by_tag.get(name_of(child))
            if slot is None:
                continue
            if isinstance(slot, Parts):
                repeated.setdefault(slot, []).append(child)
                continue
            if slot.name in seen and not (isinstance(slot, Listing) and slot.repeatable):
                if not shape.counted:
                    self._repeated(child)
                continue
            seen.add(slot.name)
            if isinstance(slot, Leaf):
                value = self._leaf(child, slot)
                if value is not None:
                    found[slot.attribute] = value
            elif isinstance(slot, Part):
                found[slot.attribute] = self.value(child, slot.shape)
            else:
                found[slot.attribute] = found.get(slot.attribute, ()) + self._items(child, slot)
        for slot, children in repeated.items():
            found[slot.attribute] = self.parts(children, slot)
        return found

    def parts(self, children: list[etree._Element], slot: Parts) -> tuple[Any, ...]:
        """Read repeated elements, up to the slot's limit."""
        return tuple(self.value(child, slot.shape) for child in self._bounded(children, slot))

    def _items(self, element: etree._Element, slot: Listing) -> tuple[Any, ...]:
        children = self._bounded(element.findall(tag(slot.item)), slot)
        if slot.shape is not None:
            return tuple(self.value(child, slot.shape) for child in children)
        texts = (self._leaf(child, Leaf("", slot.item)) for child in children)
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

    def _leaf(self, element: etree._Element, slot: Leaf) -> Any:
        """Return the element's value, or None when it is empty or cannot be read."""
        text = _text(element)
        if not text:
            return None
        if slot.limit is not None and len(text) > slot.advised:
            over = len(text) > slot.limit
            self.note(
                element,
                Reason.FIELD_TOO_LONG if over else Reason.FIELD_LONG,
                field=slot.name,
                length=len(text),
                limit=slot.limit if over else slot.advised,
            )
            if over:
                return None
        try:
            return slot.codec.read(text)
        except ValueError:
            expected = slot.codec.expected
            self.note(element, Reason.BAD_VALUE, field=slot.name, value=text, expected=expected)
            return None

    def _repeated(self, element: etree._Element) -> None:
        detail = f"{etree.QName(element).localname}: > 1"
        self.note(element, Reason.SCHEMA, detail=detail)


def _text(element: etree._Element) -> str:
    text = element.text or ""
    if len(element):
        # A comment or instruction must not hide what follows it: `text` ends at the first.
        text += "".join(child.tail or "" for child in element)
    return text.strip(XML_SPACE)
