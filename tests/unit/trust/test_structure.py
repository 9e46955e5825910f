"""Shapes of a signature that pass, and faults that only a tree can have, not its bytes.

What attackers make of a signature is in `tests/attacks`.
"""

from collections.abc import Callable
from copy import deepcopy
from datetime import datetime
from typing import Any

import pytest
from lxml import etree

from axis.reasons import Reason
from axis.trust.keys import SigningKey
from axis.trust.location import SIGNATURE_TAG
from axis.trust.policy import SignaturePolicy
from axis.trust.verify import SignatureVerdict, verify
from tests.attacks.forgery import DS, ENVELOPED, EXCLUSIVE, key_value, x509_data

Forge = Callable[..., Any]
Check = Callable[[bytes | etree._Element], SignatureVerdict]


def signature_of(root: etree._Element) -> etree._Element:
    signature = root.find(f".//{SIGNATURE_TAG}")
    assert signature is not None
    return signature


def test_key_value_of_the_certificates_key_passes(
    status: bytes, rsa_key: SigningKey, forge: Forge, check: Check
) -> None:
    own = x509_data(rsa_key.certificate, *rsa_key.authorities)
    document = forge(rsa_key, key_info=f"<KeyInfo>{key_value(rsa_key)}{own}</KeyInfo>")

    assert check(document.sign(status)).passed


def test_certificates_in_several_x509_data_pass(
    status: bytes, ec_key: SigningKey, forge: Forge, check: Check
) -> None:
    parts = map(x509_data, (ec_key.certificate, *ec_key.authorities))
    document = forge(ec_key, key_info=f"<KeyInfo>{''.join(parts)}</KeyInfo>")

    assert check(document.sign(status)).passed


def test_list_of_inclusive_prefixes_passes(
    sample: Callable[[str], bytes], ec_key: SigningKey, forge: Forge, check: Check
) -> None:
    listed = f'<e:InclusiveNamespaces xmlns:e="{EXCLUSIVE}" PrefixList="xsi xsd"/>'
    transform = f'<Transform Algorithm="{EXCLUSIVE}">{listed}</Transform>'
    forged = forge(ec_key, transforms=[ENVELOPED, transform], prefixes="xsi xsd")

    assert check(forged.sign(sample("dotnet_dialect_new"))).passed


@pytest.mark.parametrize("name", ["DigestValue", "SignatureValue", "X509Certificate"])
def test_comment_in_a_parsed_signature_is_malformed(
    name: str, signed: etree._Element, policy: SignaturePolicy, at: datetime
) -> None:
    """`verify` drops comments when it parses; a caller's parser may have kept them."""
    element = signed.find(f".//{{{DS}}}{name}")
    assert element is not None
    element.insert(0, etree.Comment("x"))

    (finding,) = verify(signed, policy, at).verdict.findings

    assert finding.reason is Reason.SIGNATURE_MALFORMED


def test_part_of_a_larger_tree_is_misplaced(
    signed: etree._Element, policy: SignaturePolicy, at: datetime
) -> None:
    outer = etree.Element("outer")
    outer.append(signed)

    findings = verify(signed, policy, at).verdict.findings

    assert {finding.reason for finding in findings} == {Reason.SIGNATURE_MISPLACED}
    assert any("not the root" in str(finding.facts.get("detail")) for finding in findings)


def test_every_part_of_a_signature_taken_away_never_passes_and_never_raises(
    signed: etree._Element, check: Check
) -> None:
    parts = list(signature_of(signed).iterdescendants())
    for index in range(len(parts)):
        root = deepcopy(signed)
        part = list(signature_of(root).iterdescendants())[index]
        parent = part.getparent()
        assert parent is not None
        parent.remove(part)

        result = check(root)

        # Authorities in KeyInfo are for the path only, and the path may be known already.
        assert not result.passed or part.tag == f"{{{DS}}}X509Certificate"
