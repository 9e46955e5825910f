"""Whatever is done to a signed message: it passes only when what was signed is unchanged."""

from collections.abc import Callable
from copy import deepcopy
from datetime import datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from axis.trust.keys import SigningKey
from axis.trust.location import SIGNATURE_TAG
from axis.trust.policy import SignaturePolicy
from axis.trust.sign import sign
from axis.trust.verify import SignatureVerdict, verify

Check = Callable[[bytes], SignatureVerdict]

thorough = settings(max_examples=500, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@pytest.fixture(scope="module", params=["rsa_key", "ec_key"])
def key(request: pytest.FixtureRequest) -> SigningKey:
    key: SigningKey = request.getfixturevalue(request.param)
    return key


@pytest.fixture(scope="module")
def signed(key: SigningKey, status: bytes) -> bytes:
    return sign(status, key)


@pytest.fixture(scope="module")
def other(sample: Callable[[str], bytes], key: SigningKey) -> bytes:
    """Another message signed with the same key."""
    return sign(sample("status_06"), key)


@pytest.fixture(scope="module")
def canonical(signed: bytes) -> bytes:
    root = etree.fromstring(signed)
    signature = root.find(f".//{SIGNATURE_TAG}")
    assert signature is not None
    previous = signature.getprevious()
    assert previous is not None
    previous.tail = (previous.tail or "") + (signature.tail or "")
    parent = signature.getparent()
    assert parent is not None
    parent.remove(signature)
    return etree.tostring(root, method="c14n")


@pytest.fixture(scope="module")
def check(policy: SignaturePolicy, at: datetime, key: SigningKey, canonical: bytes) -> Check:
    def run(document: bytes) -> SignatureVerdict:
        result = verify(document, policy, at)
        assert result.passed == (result.signed is not None)
        if result.signed is not None:
            assert etree.tostring(result.signed, method="c14n") == canonical
            assert result.certificate == key.certificate
        return result

    return run


def test_unmutated_message_passes(signed: bytes, check: Check) -> None:
    assert check(signed).passed


@thorough
@given(data=st.data())
def test_changed_bytes_never_pass_as_other_content(
    data: st.DataObject, signed: bytes, check: Check
) -> None:
    mutant = bytearray(signed)
    for _ in range(data.draw(st.integers(1, 3))):
        mutant[data.draw(st.integers(0, len(mutant) - 1))] = data.draw(st.integers(0, 255))

    check(bytes(mutant))


@thorough
@given(data=st.data())
def test_cut_and_pasted_bytes_never_pass_as_other_content(
    data: st.DataObject, signed: bytes, other: bytes, check: Check
) -> None:
    start = data.draw(st.integers(0, len(signed) - 1))
    end = data.draw(st.integers(start, min(len(signed), start + 200)))
    source = data.draw(st.sampled_from([signed, other, b"", b"<!-- -->", b"&#13;", b'xmlns=""']))
    cut = data.draw(st.integers(0, len(source)))
    length = data.draw(st.integers(0, 200))

    check(signed[:start] + source[cut : cut + length] + signed[end:])


@thorough
@given(data=st.data())
def test_changed_tree_never_passes_as_other_content(
    data: st.DataObject, signed: bytes, other: bytes, check: Check
) -> None:
    root = etree.fromstring(signed)
    foreign = list(etree.fromstring(other).iter())
    for _ in range(data.draw(st.integers(1, 3))):
        elements = list(root.iter())
        one = data.draw(st.sampled_from(elements))
        two = data.draw(st.sampled_from(elements))
        what = data.draw(st.sampled_from(["swap", "move", "copy", "graft", "drop", "text", "name"]))
        mutate(what, one, two, data.draw(st.sampled_from(foreign)), data)

    check(etree.tostring(root))


def mutate(
    what: str,
    one: etree._Element,
    two: etree._Element,
    foreign: etree._Element,
    data: st.DataObject,
) -> None:
    parent = one.getparent()
    related = one is two or two in one.iterancestors() or one in two.iterancestors()
    if what == "swap" and parent is not None and two.getparent() is not None and not related:
        mark = etree.Element("mark")
        parent.replace(one, mark)
        two.getparent().replace(two, one)
        mark.getparent().replace(mark, two)
    elif what == "move" and parent is not None and not related:
        two.append(one)
    elif what == "copy":
        two.append(deepcopy(one))
    elif what == "graft":
        two.insert(0, deepcopy(foreign))
    elif what == "drop" and parent is not None:
        parent.remove(one)
    elif what == "text":
        one.text = data.draw(st.sampled_from(["", "x", foreign.text, two.text]))
    elif what == "name":
        one.tag = two.tag


@given(document=st.binary(max_size=200))
def test_arbitrary_bytes_never_pass_and_never_raise(document: bytes, check: Check) -> None:
    assert not check(document).passed
