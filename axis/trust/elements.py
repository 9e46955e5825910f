"""What every reader of a ds:Signature needs: names, base64, algorithms of the policy, findings."""

import base64
import binascii
from dataclasses import dataclass, field
from enum import Enum
from typing import Final, TypeVar

from lxml import etree
from signxml.algorithms import CanonicalizationMethod

from axis.reasons import Reason
from axis.trust.location import DS_NAMESPACE
from axis.trust.policy import SignaturePolicy
from axis.trust.xml import relaxed_parser
from axis.verdict import Finding

MAX_PREFIX_LIST_CHARS: Final = 500
"""Prefixes that exclusive canonicalisation treats inclusively; each is looked up everywhere."""

EXCLUSIVE: Final = CanonicalizationMethod.EXCLUSIVE_XML_CANONICALIZATION_1_0

XADES: Final = "http://uri.etsi.org/01903/v1.3.2#"
"""ETSI EN 319 132-1, and ETSI TS 101 903 v1.3.2 before it."""

XADES_141: Final = "http://uri.etsi.org/01903/v1.4.1#"
"""Later unsigned properties of the same standard."""

_INCLUSIVE_NAMESPACES: Final = f"{{{EXCLUSIVE.value}}}InclusiveNamespaces"
_WITHOUT_SPACE: Final = {ord(space): None for space in " \t\r\n"}

Algorithm = TypeVar("Algorithm", bound=Enum)


def ds(name: str) -> str:
    """Return a name of the XML Signature namespace in Clark notation."""
    return f"{{{DS_NAMESPACE}}}{name}"


def xades(name: str) -> str:
    """Return a name of the XAdES namespace in Clark notation."""
    return f"{{{XADES}}}{name}"


def local(element: etree._Element) -> str:
    """Return an element's name without its namespace."""
    return etree.QName(element).localname


def names(elements: etree._Element | list[etree._Element]) -> str:
    """Return the local names of elements, for a finding's detail."""
    return ", ".join(local(element) for element in elements)


def decoded(text: str | None) -> bytes | None:
    """Decode base64 that may be broken into lines, and nothing but that; None if it is wrong."""
    if not text:
        return None
    try:
        packed = text.translate(_WITHOUT_SPACE)
        return base64.b64decode(packed, validate=True) or None
    except (binascii.Error, ValueError):
        return None


def canonical(element: etree._Element, method: CanonicalizationMethod) -> bytes:
    """Canonicalise an element with the namespaces in scope, as a document of its own.

    In place lxml writes ``xmlns=""`` where a default namespace is declared further up.
    """
    apart = etree.fromstring(etree.tostring(element, with_tail=False), relaxed_parser())
    return etree.tostring(apart, method="c14n", exclusive=method is EXCLUSIVE, with_comments=False)


@dataclass(slots=True)
class Reader:
    """Reads parts of a signature as a policy allows them, and collects what is wrong."""

    policy: SignaturePolicy
    place: str
    line: int | None = None
    findings: list[Finding] = field(default_factory=list)

    def refuse(self, reason: Reason, **facts: str | int) -> None:
        """Add a finding."""
        self.findings.append(Finding(reason, self.place, self.line, facts))

    def malformed(self, detail: str) -> None:
        """Add the finding that the signature is malformed."""
        self.refuse(Reason.SIGNATURE_MALFORMED, detail=detail)

    def algorithm(
        self, element: etree._Element, kind: type[Algorithm], allowed: frozenset[Algorithm]
    ) -> Algorithm | None:
        """Read an Algorithm attribute; only what the policy lists comes back."""
        uri = element.get("Algorithm", "")
        for member in allowed:
            if member.value == uri:
                return member
        known = uri in {member.value for member in kind}
        name = uri.rpartition("#")[2] or uri if known else uri
        self.refuse(Reason.SIGNATURE_ALGORITHM, algorithm=name or "?")
        return None

    def canonicalization(self, step: etree._Element) -> CanonicalizationMethod | None:
        """Read a canonicalisation; a transform may list inclusive prefixes, others may not.

        The W3C schema that signxml applies demands a declaration for every element in SignedInfo's
        and has none for InclusiveNamespaces.
        """
        method = self.algorithm(step, CanonicalizationMethod, self.policy.canonicalizations)
        children = list(step)
        if not children:
            return method
        expected = [_INCLUSIVE_NAMESPACES] if step.tag == ds("Transform") else []
        if method is not EXCLUSIVE or [child.tag for child in children] != expected:
            self.malformed(f"{local(step)}/{local(children[0])}")
        elif len(children[0].get("PrefixList", "")) > MAX_PREFIX_LIST_CHARS:
            self.malformed("PrefixList")
        return method
