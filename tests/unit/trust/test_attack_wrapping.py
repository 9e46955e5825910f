"""Good signatures around other content, moved, nested or doubled: refused as that."""

from collections.abc import Callable
from copy import deepcopy
from datetime import datetime
from typing import Any

import pytest
from lxml import etree

from axis.reasons import Reason
from axis.trust.keys import SigningKey
from axis.trust.location import EDXML, SIGNATURE_TAG
from axis.trust.policy import SignaturePolicy
from axis.trust.verify import SignatureVerdict, verify

DS = "http://www.w3.org/2000/09/xmldsig#"
QCVN = "{http://www.mic.gov.vn/TBT/QCVN_102_2016}"

Forge = Callable[..., Any]
Check = Callable[[bytes | etree._Element], SignatureVerdict]


def reasons(result: SignatureVerdict) -> set[Reason]:
    assert result.signed is None
    return {finding.reason for finding in result.verdict.findings}


def details(result: SignatureVerdict) -> str:
    return " ".join(str(finding.facts.get("detail")) for finding in result.verdict.findings)


def signature_of(root: etree._Element) -> etree._Element:
    signature = root.find(f".//{SIGNATURE_TAG}")
    assert signature is not None
    return signature


def header_of(root: etree._Element) -> etree._Element:
    (header,) = EDXML.parents(root)
    return header


def evil(root: etree._Element) -> etree._Element:
    """The same message with other content and without a signature."""
    copy = etree.fromstring(etree.tostring(root))
    header_of(copy).remove(signature_of(copy))
    code = copy.find(f".//{QCVN}StatusCode")
    assert code is not None
    code.text = "06"
    return copy


# -- wrapping: a good signature over content that is not the one read -----------------------------


def test_wrapping_signed_document_inside_attackers_root_is_misplaced(
    signed: etree._Element, check: Check
) -> None:
    attacker = evil(signed)
    attacker.append(signed)

    result = check(attacker)

    assert reasons(result) == {Reason.SIGNATURE_MISPLACED}
    assert "edXML inside edXML" in details(result)


def test_wrapping_signature_moved_up_beside_the_original_is_misplaced(
    signed: etree._Element, check: Check
) -> None:
    attacker = evil(signed)
    header_of(attacker).append(signature_of(signed))
    attacker.append(signed)

    result = check(attacker)

    assert reasons(result) == {Reason.SIGNATURE_MISPLACED}
    assert "edXML inside edXML" in details(result)


def test_wrapping_original_hidden_in_the_signatures_object_is_misplaced(
    signed: etree._Element, check: Check
) -> None:
    attacker = evil(signed)
    signature = deepcopy(signature_of(signed))
    hidden = etree.SubElement(signature, f"{{{DS}}}Object")
    hidden.append(evil(signed))
    header_of(attacker).append(signature)

    assert Reason.SIGNATURE_MISPLACED in reasons(check(attacker))


@pytest.mark.parametrize("foreign", ["envelope", "{urn:x}envelope", QCVN + "edXMLEnvelope"])
def test_wrapping_in_a_foreign_root_is_misplaced(
    foreign: str, signed: etree._Element, check: Check
) -> None:
    outer = etree.Element(foreign)
    outer.append(signed)

    assert reasons(check(outer)) == {Reason.SIGNATURE_MISPLACED}


@pytest.mark.parametrize(
    "parent", [".", QCVN + "edXMLEnvelope", f".//{QCVN}MessageHeader", f".//{QCVN}StaffInfo"]
)
def test_signature_in_another_place_is_misplaced(
    parent: str, status: bytes, ec_key: SigningKey, forge: Forge, check: Check
) -> None:
    assert reasons(check(forge(ec_key).sign(status, parent))) == {Reason.SIGNATURE_MISPLACED}


def test_signature_in_the_attachment_part_is_misplaced(
    sample: Callable[[str], bytes], ec_key: SigningKey, forge: Forge, check: Check
) -> None:
    document = forge(ec_key).sign(sample("new_single_pdf"), f".//{QCVN}Attachment")

    assert reasons(check(document)) == {Reason.SIGNATURE_MISPLACED}


def test_signature_in_the_trace_list_is_misplaced(
    sample: Callable[[str], bytes], ec_key: SigningKey, forge: Forge, check: Check
) -> None:
    document = forge(ec_key).sign(sample("new_single_pdf"), f".//{QCVN}TraceHeaderList")

    assert reasons(check(document)) == {Reason.SIGNATURE_MISPLACED}


def test_two_headers_are_misplaced_even_under_one_signature(
    status: bytes, ec_key: SigningKey, forge: Forge, check: Check
) -> None:
    root = etree.fromstring(status)
    envelope = root.find(QCVN + "edXMLEnvelope")
    assert envelope is not None
    envelope.append(deepcopy(header_of(root)))

    assert reasons(check(forge(ec_key).sign(etree.tostring(root)))) == {Reason.SIGNATURE_MISPLACED}


@pytest.mark.parametrize(
    "document", [b"<?xml-stylesheet href='x'?>%s", b"%s<?xml-stylesheet href='x'?>"]
)
def test_instruction_outside_the_signed_root_is_misplaced(
    document: bytes, signed: etree._Element, check: Check
) -> None:
    assert reasons(check(document % etree.tostring(signed))) == {Reason.SIGNATURE_MISPLACED}


def test_part_of_a_larger_tree_is_misplaced(
    signed: etree._Element, policy: SignaturePolicy, at: datetime
) -> None:
    outer = etree.Element("outer")
    outer.append(signed)

    result = verify(signed, policy, at)

    assert reasons(result) == {Reason.SIGNATURE_MISPLACED}
    assert "not the root" in details(result)


# -- more than one --------------------------------------------------------------------------------


def test_second_signature_in_the_header_is_several(signed: etree._Element, check: Check) -> None:
    header_of(signed).append(deepcopy(signature_of(signed)))

    assert reasons(check(signed)) == {Reason.SEVERAL_SIGNATURES}


def test_signature_nested_in_the_signatures_object_is_several(
    signed: etree._Element, check: Check
) -> None:
    outer = signature_of(signed)
    inner = deepcopy(outer)
    etree.SubElement(outer, f"{{{DS}}}Object").append(inner)

    assert reasons(check(signed)) == {Reason.SEVERAL_SIGNATURES}


def test_second_signature_deep_in_the_content_is_several(
    status: bytes, ec_key: SigningKey, forge: Forge, check: Check
) -> None:
    root = etree.fromstring(status)
    staff = root.find(f".//{QCVN}StaffInfo")
    assert staff is not None
    etree.SubElement(staff, SIGNATURE_TAG)

    assert reasons(check(forge(ec_key).sign(etree.tostring(root)))) == {Reason.SEVERAL_SIGNATURES}
