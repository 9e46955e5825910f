"""All attacks, family by family. A new family is a module beside this one and a line below."""

from itertools import chain
from typing import Final

from tests.attacks.algorithms import ALGORITHMS
from tests.attacks.attack import Attack, Family
from tests.attacks.canonical import CANONICAL
from tests.attacks.certificates import CERTIFICATES
from tests.attacks.chains import CHAINS
from tests.attacks.injection import INJECTION
from tests.attacks.key_info import KEY_INFO
from tests.attacks.moves import MOVES
from tests.attacks.references import REFERENCES
from tests.attacks.transforms import TRANSFORMS
from tests.attacks.values import VALUES
from tests.attacks.wrapping import WRAPPING
from tests.attacks.xades import QUALIFIED

FAMILIES: Final[tuple[Family, ...]] = (
    WRAPPING,
    MOVES,
    REFERENCES,
    TRANSFORMS,
    INJECTION,
    CANONICAL,
    KEY_INFO,
    CHAINS,
    ALGORITHMS,
    VALUES,
    CERTIFICATES,
    QUALIFIED,
)

ATTACKS: Final[tuple[Attack, ...]] = tuple(
    chain.from_iterable(family.attacks for family in FAMILIES)
)
