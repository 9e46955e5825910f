"""The signed documents that mutants are made of: two keys, several shapes, two agencies."""

from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from axis.facts import SignatureLevel
from axis.trust.keys import SigningKey
from axis.trust.sign import sign
from tests.attacks.forgery import ENVELOPED, EXCLUSIVE
from tests.attacks.ground import RSA_LETTER, Ground, unsigned
from tests.support.qualified import stamper
from tests.vectors.recipes.workshop import AT


@dataclass(frozen=True, slots=True)
class Scene:
    """A document to be changed, and what an attacker has at hand beside it."""

    body: bytes
    same: bytes
    """Another document, signed with the same key."""
    foreign: bytes
    """A document that another agency signed."""
    thief: SigningKey
    """A key with a certificate that nobody trusts."""


Mutation = Callable[[Random, Scene], bytes]


def originals(ground: Ground) -> dict[str, tuple[bytes, bytes]]:
    """Return pairs of different documents of one agency, signed alike, by their shape."""
    shapes: dict[str, Callable[[bytes], bytes]] = {
        "ec": lambda body: sign(body, ground.key),
        "ec, default namespace": lambda body: ground.forge(document=body),
        "ec, exclusive": lambda body: ground.forge(
            document=body, canonicalization=EXCLUSIVE, transforms=[ENVELOPED, EXCLUSIVE]
        ),
        "ec, XAdES-B": lambda body: sign(body, ground.key, level=SignatureLevel.BASIC, at=AT),
        "ec, XAdES-T": lambda body: sign(
            body,
            ground.key,
            level=SignatureLevel.TIMESTAMPED,
            at=AT,
            timestamp=stamper(ground.workshop.pki.timestamps.load(), AT),
        ),
    }
    status = unsigned("sample-status-13")
    made = {name: (make(ground.letter), make(status)) for name, make in shapes.items()}
    letter = unsigned(RSA_LETTER)
    pair = letter, letter.replace(b"<edXML:CodeNumber>12", b"<edXML:CodeNumber>13")
    made["rsa"] = (sign(pair[0], ground.rsa_key), sign(pair[1], ground.rsa_key))
    made["rsa, exclusive"] = tuple(  # type: ignore[assignment]
        ground.forge_rsa(
            document=body, canonicalization=EXCLUSIVE, transforms=[ENVELOPED, EXCLUSIVE]
        )
        for body in pair
    )
    return made
