"""Policies are data: complete, immutable and sent to worker processes."""

import pickle
from dataclasses import FrozenInstanceError

import pytest

from axis.errors import ConfigurationError
from axis.local.pki import DemoPki
from axis.trust.policy import SignaturePolicy
from axis.trust.profiles import FIELD, STRICT


@pytest.mark.parametrize("profile", [STRICT, FIELD], ids=lambda profile: profile.name)
def test_profile_allows_no_weak_algorithm_and_no_comments(profile: SignaturePolicy) -> None:
    names = {method.name for method in profile.signature_algorithms}
    names |= {method.name for method in profile.digest_algorithms}

    assert not any(weak in name for name in names for weak in ("SHA1", "SHA224", "HMAC", "MGF1"))
    assert not any(name.startswith("DSA_") for name in names)
    assert not any("COMMENTS" in method.name for method in profile.canonicalizations)
    assert profile.min_rsa_bits >= 2048


def test_strict_is_a_subset_of_field() -> None:
    assert STRICT.signature_algorithms < FIELD.signature_algorithms
    assert STRICT.digest_algorithms < FIELD.digest_algorithms
    assert STRICT.curves < FIELD.curves


def test_profile_trusts_nobody_by_itself() -> None:
    assert FIELD.anchors == ()
    assert not FIELD.judges_revocation


def test_policy_is_immutable_and_picklable(pki: DemoPki) -> None:
    policy = pki.policy()

    assert pickle.loads(pickle.dumps(policy)) == policy
    with pytest.raises(FrozenInstanceError):
        policy.min_rsa_bits = 512  # type: ignore[misc]


def test_anchor_that_is_no_authority_is_refused(pki: DemoPki) -> None:
    with pytest.raises(ConfigurationError, match="not a certification authority"):
        FIELD.with_trust([pki.seal("G22").certificate])
