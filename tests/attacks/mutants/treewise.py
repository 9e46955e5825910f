"""Mutations of trees: elements, attributes, namespaces, texts, comments, instructions."""

from collections.abc import Callable
from copy import deepcopy
from functools import partial
from random import Random

from lxml import etree

from tests.attacks.mutants.originals import Scene
from tests.attacks.surgery import Q, written

_TEXTS = (
    "",
    " ",
    "G22",
    "G09",
    "H37.02",
    "1",
    "0",
    "2",
    "2026/03/02",
    "x",
    "V/v khác",
    "\r",
    "\u0301",
)
_NAMES = (
    f"{Q}Subject", f"{Q}OrganId", f"{Q}To", f"{Q}From", f"{Q}edXML", f"{Q}edXMLHeader",
    f"{Q}MessageHeader", f"{Q}Attachment", "{urn:x}y", "z",
    "{http://www.w3.org/2000/09/xmldsig#}Signature", "{http://www.w3.org/2000/09/xmldsig#}Object",
    "{http://www.w3.org/2000/09/xmldsig#}SignedInfo",
    "{http://www.w3.org/2000/09/xmldsig#}Reference",
)  # fmt: skip
_ATTRIBUTES = (
    "Id", "ID", "id", "URI", "Algorithm", "version", "Type", "{urn:x}y",
    "{http://www.w3.org/XML/1998/namespace}id", "{http://www.w3.org/XML/1998/namespace}lang",
    "{http://www.w3.org/XML/1998/namespace}base",
)  # fmt: skip

Tree = Callable[[Random, etree._Element, Scene], None]


def _any(chance: Random, root: etree._Element) -> etree._Element:
    return chance.choice(list(root.iter(etree.Element)))


def _inner(chance: Random, root: etree._Element) -> tuple[etree._Element, etree._Element]:
    """Return an element below the root, and its parent."""
    element = chance.choice(list(root.iterdescendants(etree.Element)))
    parent = element.getparent()
    assert parent is not None
    return element, parent


def _put(chance: Random, element: etree._Element, root: etree._Element) -> None:
    target = _any(chance, root)
    if target is not element and element not in target.iterancestors():
        target.insert(chance.randint(0, len(target)), element)


def move(chance: Random, root: etree._Element, scene: Scene) -> None:
    """Put an element elsewhere."""
    _put(chance, _inner(chance, root)[0], root)


def copy(chance: Random, root: etree._Element, scene: Scene) -> None:
    """Put an element elsewhere once more."""
    _put(chance, deepcopy(_inner(chance, root)[0]), root)


def graft(chance: Random, root: etree._Element, scene: Scene) -> None:
    """Put an element of another document in."""
    other = etree.fromstring(chance.choice((scene.same, scene.foreign)))
    _put(chance, _any(chance, other), root)


def replace(chance: Random, root: etree._Element, scene: Scene) -> None:
    """Exchange an element for that of the same name in another document."""
    element, parent = _inner(chance, root)
    other = etree.fromstring(chance.choice((scene.same, scene.foreign)))
    found = list(other.iter(element.tag))
    if found:
        parent.replace(element, chance.choice(found))
    else:
        parent.remove(element)


def delete(chance: Random, root: etree._Element, scene: Scene) -> None:
    """Take an element out."""
    element, parent = _inner(chance, root)
    parent.remove(element)


def swap(chance: Random, root: etree._Element, scene: Scene) -> None:
    """Exchange two elements' places."""
    (one, first), (two, second) = _inner(chance, root), _inner(chance, root)
    if one is two or one in two.iterancestors() or two in one.iterancestors():
        return
    mark = etree.Element("mark")
    first.replace(one, mark)
    second.replace(two, one)
    first.replace(mark, two)


def shuffle(chance: Random, root: etree._Element, scene: Scene) -> None:
    """Bring an element's children into another order."""
    parent = chance.choice([one for one in root.iter(etree.Element) if len(one) > 1])
    children = list(parent)
    chance.shuffle(children)
    parent[:] = children


def rename(chance: Random, root: etree._Element, scene: Scene) -> None:
    """Give an element another name."""
    _any(chance, root).tag = chance.choice(_NAMES)


def wrap(chance: Random, root: etree._Element, scene: Scene) -> None:
    """Put an element into a new one."""
    element, parent = _inner(chance, root)
    outer = etree.Element(chance.choice(_NAMES))
    parent.replace(element, outer)
    outer.append(element)


def unwrap(chance: Random, root: etree._Element, scene: Scene) -> None:
    """Put an element's children in its place."""
    element, parent = _inner(chance, root)
    place = parent.index(element)
    children = list(element)
    parent.remove(element)
    parent[place:place] = children


def attribute(chance: Random, root: etree._Element, scene: Scene) -> None:
    """Add, change or take off an attribute."""
    element = _any(chance, root)
    if element.attrib and chance.random() < 0.3:
        del element.attrib[chance.choice(list(element.attrib))]
    else:
        element.set(chance.choice(_ATTRIBUTES), chance.choice(_TEXTS))


def text(chance: Random, root: etree._Element, scene: Scene) -> None:
    """Give an element another text, or text behind it."""
    element = _any(chance, root)
    new = chance.choice((*_TEXTS, _any(chance, root).text or ""))
    if chance.random() < 0.2:
        element.tail = new
    elif chance.random() < 0.5:
        element.text = (element.text or "") + new
    else:
        element.text = new


def node(chance: Random, root: etree._Element, scene: Scene) -> None:
    """Put a comment or an instruction in, within a text too."""
    new = chance.choice((etree.Comment("x"), etree.ProcessingInstruction("x", "y")))
    element = _any(chance, root)
    words = element.text or ""
    place = chance.randint(0, len(words))
    element.text, new.tail = words[:place], words[place:]
    element.insert(0, new)


def namespace(chance: Random, root: etree._Element, scene: Scene) -> None:
    """Declare a namespace on an element, or bind its prefix anew."""
    element, parent = _inner(chance, root)
    prefix = chance.choice((None, "x", "ds", "edXML"))
    made = etree.Element(
        element.tag, dict(element.attrib), {prefix: chance.choice(("urn:x", Q[1:-1]))}
    )
    made.text, made.tail = element.text, element.tail
    made.extend(list(element))
    parent.replace(element, made)


def _mutate(change: Tree, chance: Random, scene: Scene) -> bytes:
    root = etree.fromstring(scene.body)
    change(chance, root, scene)
    return written(root)


TREES = {
    f"tree: {change.__name__}": partial(_mutate, change)
    for change in (
        move, copy, graft, replace, delete, swap, shuffle, rename, wrap, unwrap, attribute, text,
        node, namespace,
    )
}  # fmt: skip
