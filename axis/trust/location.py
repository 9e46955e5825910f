"""Where the one signature of a document stands, as data."""

from dataclasses import dataclass
from functools import cache
from typing import Final

from lxml import etree

DS_NAMESPACE: Final = "http://www.w3.org/2000/09/xmldsig#"
"""W3C XML Signature; the only namespace whose Signature element counts as a signature."""

SIGNATURE_TAG: Final = f"{{{DS_NAMESPACE}}}Signature"


@dataclass(frozen=True, slots=True)
class SignatureLocation:
    """The element that holds the signature, named from the root down.

    All elements of the path are in one namespace; which prefix binds it has no meaning.
    """

    path: tuple[str, ...]
    """Local names, the root first, the signature's parent last."""
    namespace: str

    @property
    def root_tag(self) -> str:
        """The root's name in Clark notation, ``{namespace}name``."""
        return self._tag(self.path[0])

    @property
    def place(self) -> str:
        """The signature's XPath as findings quote it."""
        return "/" + "/".join((*self.path, "ds:Signature"))

    @property
    def signxml_location(self) -> str:
        """The parent's path below the root, in the form that signxml asks for."""
        return "./" + "".join(f"{self._tag(name)}/" for name in self.path[1:])

    def sound_signature(self, root: etree._Element) -> etree._Element | None:
        """Return the document's only signature when it stands here and nothing else is odd.

        The quick answer for nearly all documents; where it is None, `faults` and `holds` say why.
        """
        if root.getparent() is not None:
            return None
        found = _sound_signatures(self)(root)
        signature = found[0] if isinstance(found, list) and found else None
        return signature if isinstance(signature, etree._Element) else None

    def parents(self, root: etree._Element) -> list[etree._Element]:
        """Return every element at this path; a sound document has exactly one."""
        if root.tag != self.root_tag:
            return []
        if len(self.path) == 1:
            return [root]
        return root.findall("/".join(self._tag(name) for name in self.path[1:]))

    def faults(self, root: etree._Element) -> list[str]:
        """Say what keeps a signature at this path from covering the document as it is read."""
        faults = []
        if root.getroottree().getroot() is not root:
            faults.append("not the root of its document")
        if (found := len(self.parents(root))) != 1:
            faults.append(f"{found} × {'/'.join(self.path)}")
        if sum(1 for _ in root.iter(self.root_tag)) > 1:
            faults.append(f"{self.path[0]} inside {self.path[0]}")
        siblings = [*root.itersiblings(preceding=True), *root.itersiblings()]
        if any(isinstance(node, etree._ProcessingInstruction) for node in siblings):
            # The signature covers the root element; an xml-stylesheet beside it could change
            # what a person sees and break nothing.
            faults.append("processing instruction outside the root element")
        return faults

    def holds(self, signature: etree._Element) -> bool:
        """Tell whether the signature is a child of the element at this path."""
        found = [ancestor.tag for ancestor in signature.iterancestors()]
        return found == [self._tag(name) for name in reversed(self.path)]

    def _tag(self, name: str) -> str:
        return f"{{{self.namespace}}}{name}"


@cache
def _sound_signatures(location: SignatureLocation) -> etree.XPath:
    top, *below = (f"/q:{name}" for name in location.path)
    path = "".join(below)
    return etree.XPath(
        f"{top}[not(/processing-instruction()) and count(/{top}) = 1 and count(//ds:Signature) = 1"
        f" and count({top}{path}) = 1]{path}/ds:Signature",
        namespaces={"q": location.namespace, "ds": DS_NAMESPACE},
    )


EDXML: Final = SignatureLocation(
    path=("edXML", "edXMLEnvelope", "edXMLHeader"),
    namespace="http://www.mic.gov.vn/TBT/QCVN_102_2016",
)
"""The header of an edXML message, beside QCVN 102's own empty Signature placeholder."""

RECEIPT: Final = SignatureLocation(path=("receipt",), namespace="urn:vn:axis:receipt:1")
"""The root of a receipt of the axis; the signature is its last child."""
