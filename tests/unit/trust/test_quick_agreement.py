"""The quick engine accepts nothing that signxml refuses; `tests.attacks` asks it far more often."""

import dataclasses
from collections.abc import Callable
from datetime import datetime
from random import Random

import pytest
from lxml import etree
from signxml.algorithms import CanonicalizationMethod, DigestAlgorithm

from axis.trust import quick
from axis.trust.keys import SigningKey
from axis.trust.location import EDXML, SIGNATURE_TAG
from axis.trust.policy import SignaturePolicy
from axis.trust.sign import sign
from axis.trust.verify import verify
from tests.support.engines import judged_alike

MUTANTS = 1_500


def signature_of(body: bytes) -> etree._Element:
    found = EDXML.sound_signature(etree.fromstring(body))
    assert found is not None
    return found


@pytest.fixture(params=["rsa_key", "ec_key"])
def signed(request: pytest.FixtureRequest, status: bytes) -> bytes:
    key: SigningKey = request.getfixturevalue(request.param)
    return sign(status, key)


def test_common_signature_is_accepted_with_the_content_that_was_signed(
    signed: bytes, policy: SignaturePolicy, at: datetime
) -> None:
    accepted = quick.accept(signature_of(signed), policy)
    record = verify(signed, policy, at)
    assert accepted is not None
    assert record.signed is not None
    assert accepted.certificate == record.certificate
    assert etree.tostring(accepted.signed, method="c14n") == etree.tostring(
        record.signed, method="c14n"
    )


def test_document_is_as_before_when_it_was_judged(signed: bytes, policy: SignaturePolicy) -> None:
    signature = signature_of(signed)
    root = signature.getroottree().getroot()
    before = etree.tostring(root)
    assert quick.accept(signature, policy) is not None
    assert etree.tostring(root) == before


def test_signature_at_the_front_of_its_place_is_put_back_there(
    signed: bytes, policy: SignaturePolicy
) -> None:
    signature = signature_of(signed)
    parent = signature.getparent()
    assert parent is not None
    parent.insert(0, signature)
    before = etree.tostring(parent)
    quick.accept(signature, policy)
    assert etree.tostring(parent) == before


@pytest.mark.parametrize(
    "change",
    [
        {"signature_algorithms": frozenset()},
        {"digest_algorithms": frozenset({DigestAlgorithm.SHA512})},
        {"canonicalizations": frozenset({CanonicalizationMethod.CANONICAL_XML_1_1})},
    ],
    ids=lambda change: next(iter(change)),
)
def test_what_the_policy_leaves_out_is_not_accepted(
    signed: bytes, policy: SignaturePolicy, change: dict[str, object]
) -> None:
    assert quick.accept(signature_of(signed), dataclasses.replace(policy, **change)) is None  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"<ds:SignedInfo>", b'<ds:SignedInfo Id="a">'),
        (b"<ds:X509Data>", b"<ds:X509Data><ds:X509SubjectName>CN=x</ds:X509SubjectName>"),
        (b'URI=""', b'URI="#a"'),
        (b"</ds:KeyInfo>", b"<ds:KeyName>x</ds:KeyName></ds:KeyInfo>"),
        (b"</ds:KeyInfo>", b"</ds:KeyInfo><ds:Object/>"),
        (b"<ds:DigestValue>", b"<ds:DigestValue>!"),
        (b"<ds:SignatureValue>", b"<ds:SignatureValue>AAAA"),
        (b"<ds:X509Certificate>", b"<ds:X509Certificate>AAAA"),
    ],
)
def test_any_other_shape_is_left_to_signxml(
    signed: bytes, policy: SignaturePolicy, at: datetime, old: bytes, new: bytes
) -> None:
    other = signed.replace(old, new, 1)
    assert other != signed
    assert quick.accept(signature_of(other), policy) is None
    judged_alike(other, policy, at)


def test_mutants_are_judged_alike_by_both_engines(
    signed: bytes, sample: Callable[[str], bytes], policy: SignaturePolicy, at: datetime
) -> None:
    random = Random(1)
    tokens = [
        b"http://www.w3.org/2001/10/xml-exc-c14n#",
        b"#rsa-sha256",
        b"#ecdsa-sha256",
        b"<ds:X509Certificate>",
        b"</edXML:From>",
        b" ",
        b"\n",
    ]
    passed = 0
    for _ in range(MUTANTS):
        body = bytearray(signed)
        start = random.choice([0, signed.index(b"<ds:Signature")])
        for _ in range(random.randint(1, 2)):
            place = random.randrange(start, len(body))
            what = random.randrange(4)
            if what == 0:
                body[place] = random.randrange(256)
            elif what == 1:
                del body[place : place + random.randint(1, 12)]
            elif what == 2:
                body[place:place] = random.choice(tokens)
            else:
                other = random.randrange(start, len(body))
                body[place:place] = body[other : other + random.randint(1, 40)]
        passed += judged_alike(bytes(body), policy, at).passed
    assert passed < MUTANTS // 10
    assert next(iter(etree.fromstring(signed).iter(SIGNATURE_TAG))) is not None
