"""Makes mutants and has them judged by both engines; none may be accepted."""

from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Final

from lxml import etree

from axis.edxml.parse import read_message
from axis.edxml.values import Message
from axis.local.pki_config import Flaw
from axis.trust.verify import SignatureVerdict, verify
from tests.attacks.ground import Ground
from tests.attacks.mutants.bytewise import BYTES
from tests.attacks.mutants.originals import Mutation, Scene, originals
from tests.attacks.mutants.signatures import SIGNATURES
from tests.attacks.mutants.treewise import TREES
from tests.support.engines import judged_alike
from tests.vectors.recipes.workshop import AT

MUTATIONS: Final[dict[str, Mutation]] = {**BYTES, **TREES, **SIGNATURES}
_SECOND: Final = 0.25
"""How many mutants are changed a second time, by any mutation."""

EQUIVALENT, SAME, ACCEPTED, DISAGREED = "equivalent", "same bytes", "ACCEPTED", "DISAGREED"


@dataclass
class Tally:
    """What became of mutants: by their kind, and by what was said."""

    kinds: Counter[tuple[str, str]] = field(default_factory=Counter)
    """(mutation, what became of it): a code, or one of the words above."""
    kept: list[tuple[str, str, bytes]] = field(default_factory=list)
    """Mutation, shape and bytes of what must not be."""

    def __iadd__(self, other: "Tally") -> "Tally":
        self.kinds += other.kinds
        self.kept += other.kept
        return self


@dataclass(frozen=True)
class Believed:
    """What may be believed: canonical form and signer, what is read, and when it was signed."""

    content: bytes
    signer: str
    message: Message | None
    proven_at: object

    @classmethod
    def of(cls, result: SignatureVerdict) -> "Believed":
        """Return what a verdict lets believe."""
        assert result.signed is not None
        assert result.certificate is not None
        assert result.facts is not None
        return cls(
            etree.tostring(result.signed, method="c14n"),
            result.certificate.fingerprint,
            read_message(result.signed)[0],
            result.facts.proven_at,
        )


class Campaign:
    """Mutants of one ground; which mutant has which number depends on the seed alone."""

    def __init__(self, ground: Ground, seed: int) -> None:
        self._seed = seed
        self._policy = ground.policy
        self._thief = ground.flawed(Flaw.SELF_SIGNED)
        self._foreign = ground.foreign
        self._originals = originals(ground)
        bodies = [ground.foreign, *(body for pair in self._originals.values() for body in pair)]
        verdicts = [verify(body, ground.policy, AT) for body in bodies]
        assert all(verdict.passed for verdict in verdicts)
        self._believed = [Believed.of(verdict) for verdict in verdicts]

    def run(self, numbers: range) -> Tally:
        """Make and judge the mutants of these numbers."""
        tally = Tally()
        for number in numbers:
            kind, shape, original, mutant = self._mutant(number)
            said = SAME if mutant == original else self._judge(mutant)
            tally.kinds[kind, said] += 1
            if said in (ACCEPTED, DISAGREED):
                tally.kept.append((kind, shape, mutant))
        return tally

    def _mutant(self, number: int) -> tuple[str, str, bytes, bytes]:
        chance = Random(f"{self._seed}/{number}")
        shape = chance.choice(list(self._originals))
        pair = self._originals[shape]
        body, same = pair if chance.random() < 0.5 else pair[::-1]
        scene = Scene(body, same, self._foreign, self._thief)
        kinds = list(MUTATIONS)
        kind = kinds[number % len(kinds)]
        mutant = MUTATIONS[kind](chance, scene)
        if chance.random() < _SECOND:
            again = Scene(mutant, same, self._foreign, self._thief)
            # The first change may have left nothing that the second one could change.
            with suppress(etree.XMLSyntaxError, AssertionError, LookupError, ValueError):
                mutant = MUTATIONS[chance.choice(kinds)](chance, again)
        return kind, shape, body, mutant

    def _judge(self, mutant: bytes) -> str:
        try:
            result = judged_alike(mutant, self._policy, AT)
        except AssertionError:
            return DISAGREED
        if result.signed is not None:
            return EQUIVALENT if Believed.of(result) in self._believed else ACCEPTED
        if result.passed:
            return ACCEPTED
        return result.verdict.findings[0].reason.code


def keep(tally: Tally, folder: Path) -> list[Path]:
    """Write what must not be into a folder, for looking at it."""
    folder.mkdir(parents=True, exist_ok=True)
    files = []
    for number, (kind, shape, mutant) in enumerate(tally.kept):
        name = f"{number}-{kind}-{shape}".replace(": ", "-").replace(", ", "-").replace(" ", "-")
        files.append(folder / f"{name}.edxml")
        files[-1].write_bytes(mutant)
    return files
