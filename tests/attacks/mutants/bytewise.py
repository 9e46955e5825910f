"""Mutations of bytes, which know nothing of XML but a few words of it."""

from random import Random

from tests.attacks.mutants.originals import Scene

_LONGEST = 200
_WORDS = (
    b"<!-- -->",
    b"<!-- x",
    b"-->",
    b"<![CDATA[",
    b"]]>",
    b"<?x y?>",
    b"<!DOCTYPE x>",
    b"&#13;",
    b"&#0;",
    b"&amp;",
    b"&x;",
    b' xmlns=""',
    b' xmlns="urn:x"',
    b' xmlns:ds="urn:x"',
    b' Id="x"',
    b' URI="#x"',
    b"<x/>",
    b"</edXML:Subject>",
    b"<edXML:OrganId>G09</edXML:OrganId>",
    b"<ds:Object/>",
    b"\r",
    b"\t",
    b" ",
    b"\xc2\xa0",
    b"\xef\xbb\xbf",
    b"\xcc\x81",
    b"=",
    b"AAAA",
)


def _span(chance: Random, body: bytes) -> tuple[int, int]:
    start = chance.randrange(len(body))
    return start, min(len(body), start + chance.randint(1, _LONGEST))


def flip(chance: Random, scene: Scene) -> bytes:
    """Change one bit."""
    place = chance.randrange(len(scene.body))
    changed = scene.body[place] ^ 1 << chance.randrange(8)
    return scene.body[:place] + bytes([changed]) + scene.body[place + 1 :]


def set_byte(chance: Random, scene: Scene) -> bytes:
    """Exchange one byte."""
    place = chance.randrange(len(scene.body))
    return scene.body[:place] + chance.randbytes(1) + scene.body[place + 1 :]


def insert(chance: Random, scene: Scene) -> bytes:
    """Insert a few bytes."""
    place = chance.randrange(len(scene.body) + 1)
    return scene.body[:place] + chance.randbytes(chance.randint(1, 8)) + scene.body[place:]


def insert_word(chance: Random, scene: Scene) -> bytes:
    """Insert a word of XML."""
    place = chance.randrange(len(scene.body) + 1)
    return scene.body[:place] + chance.choice(_WORDS) + scene.body[place:]


def delete(chance: Random, scene: Scene) -> bytes:
    """Delete a region."""
    start, end = _span(chance, scene.body)
    return scene.body[:start] + scene.body[end:]


def duplicate(chance: Random, scene: Scene) -> bytes:
    """Write a region once more, there or elsewhere."""
    start, end = _span(chance, scene.body)
    place = end if chance.random() < 0.5 else chance.randrange(len(scene.body))
    return scene.body[:place] + scene.body[start:end] + scene.body[place:]


def swap(chance: Random, scene: Scene) -> bytes:
    """Exchange two regions."""
    one, two, three, four = sorted(chance.randrange(len(scene.body)) for _ in range(4))
    body = scene.body
    return body[:one] + body[three:four] + body[two:three] + body[one:two] + body[four:]


def splice(chance: Random, scene: Scene) -> bytes:
    """Put a region of another document in the place of one."""
    other = chance.choice((scene.same, scene.foreign))
    start, end = _span(chance, scene.body)
    taken, until = _span(chance, other)
    return scene.body[:start] + other[taken:until] + scene.body[end:]


def cross(chance: Random, scene: Scene) -> bytes:
    """Go on as another document from some tag on."""
    other = chance.choice((scene.same, scene.foreign))
    ends = [place for place, byte in enumerate(scene.body) if byte == ord(">")]
    tag = scene.body[: chance.choice(ends)]
    name = tag[tag.rindex(b"<") :]
    place = other.find(name)
    return tag + other[place + len(name) :] if place >= 0 else tag + other[len(tag) :]


BYTES = {
    f"bytes: {mutation.__name__}": mutation
    for mutation in (
        flip, set_byte, insert, insert_word, delete, duplicate, swap, splice, cross,
    )
}  # fmt: skip
