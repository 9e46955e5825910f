"""Every attack is answered with its own reason, by both engines, and never believed."""

from collections import Counter
from collections.abc import Callable

import pytest

from axis.local.pki_config import Flaw
from axis.trust.verify import verify
from axis.verdict import Outcome
from tests.attacks.attack import Attack
from tests.attacks.catalogue import ATTACKS, FAMILIES
from tests.attacks.ground import Ground
from tests.attacks.judging import Judged
from tests.attacks.page import PAGE, page
from tests.vectors.recipes.workshop import AT

Said = Callable[[Attack], Judged]

_BELIEVED_AS_SIGNED = 12
"""Attacks that change nothing of what is read, and so are not refused; every one is known."""


def name(attack: Attack) -> str:
    return attack.name


def test_documents_that_attacks_are_made_of_pass(ground: Ground) -> None:
    for document in (ground.signed, ground.rsa_signed, ground.another, ground.foreign):
        assert verify(document, ground.policy, AT).passed


@pytest.mark.parametrize("attack", ATTACKS, ids=name)
def test_attack_is_refused_for_the_right_reason(attack: Attack, judged: Said) -> None:
    said = judged(attack)

    assert said.refused == set(attack.refused)
    assert attack.because in said.details
    if attack.refused:
        assert said.result.verdict.outcome is not Outcome.PASSED
        assert said.result.signed is None


@pytest.mark.parametrize("attack", ATTACKS, ids=name)
def test_attack_is_never_taken_in_as_something_else(attack: Attack, judged: Said) -> None:
    said = judged(attack)

    if attack.harmless:
        assert said.unchanged
        assert said.outcome is Outcome.PASSED
    else:
        assert said.outcome is not Outcome.PASSED
    if not attack.refused:
        assert said.stopped == set(attack.stopped)


def test_what_nobody_refuses_is_known_by_number() -> None:
    assert sum(attack.harmless for attack in ATTACKS) == _BELIEVED_AS_SIGNED


def test_every_flaw_of_a_certificate_is_an_attack() -> None:
    names = {attack.name for attack in ATTACKS}
    assert [flaw for flaw in Flaw if f"certificate/{flaw.value}" not in names] == []


def test_names_of_attacks_are_unique_and_each_says_how_it_is_made() -> None:
    names = Counter(attack.name for attack in ATTACKS)
    assert [name for name, count in names.items() if count > 1] == []
    assert [attack.name for attack in ATTACKS if not attack.about] == []


def test_every_family_has_attacks() -> None:
    assert all(family.attacks for family in FAMILIES)


def test_page_is_what_would_be_written_today(judged: Said) -> None:
    said = {attack.name: judged(attack) for attack in ATTACKS}
    assert PAGE.read_text(encoding="utf-8") == page(said)
