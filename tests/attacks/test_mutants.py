"""Whatever is changed of a signed document: it passes only when what was signed is unchanged."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from axis.trust.verify import verify
from tests.attacks.ground import Ground
from tests.attacks.mutants.campaign import (
    ACCEPTED,
    DISAGREED,
    EQUIVALENT,
    MUTATIONS,
    SAME,
    Campaign,
)
from tests.vectors.recipes.workshop import AT

COUNT = 2_000
"""A short run; the long one is a command: ``python -m tests.attacks.mutants``."""


@pytest.fixture(scope="module")
def campaign(ground: Ground) -> Campaign:
    return Campaign(ground, seed=Random().randrange(10**9))


def test_no_mutant_is_accepted_and_both_engines_judge_all_alike(campaign: Campaign) -> None:
    tally = campaign.run(range(COUNT))

    assert tally.kinds.total() == COUNT
    assert {kind for kind, _ in tally.kinds} == set(MUTATIONS)
    assert [(kind, shape) for kind, shape, _ in tally.kept] == []
    assert not {ACCEPTED, DISAGREED} & {said for _, said in tally.kinds}


def test_mutants_are_mostly_refused_and_for_many_reasons(campaign: Campaign) -> None:
    """A run in which all mutants were broken XML, or the same bytes, would show nothing."""
    said = [said for _, said in campaign.run(range(COUNT, COUNT + 500)).kinds.elements()]

    harmless = said.count(EQUIVALENT) + said.count(SAME)
    assert harmless < len(said) // 4
    assert said.count("F-NOT-XML") < len(said) // 2
    assert len(set(said)) > 5


@given(document=st.binary(max_size=200))
def test_arbitrary_bytes_never_pass_and_never_raise(document: bytes, ground: Ground) -> None:
    assert not verify(document, ground.policy, AT).passed
