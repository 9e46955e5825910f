"""Mutations that know what a signature is: its parts, its numbers, and how to make it fit again."""

import base64
import hashlib
from collections.abc import Callable
from copy import deepcopy
from functools import partial
from random import Random

from lxml import etree

from tests.attacks.forgery import C14N, C14N11, DS, ENVELOPED, EXCLUSIVE, MORE, SHA256, Forgery
from tests.attacks.mutants.originals import Scene
from tests.attacks.surgery import bare, part_of, signature_of, written
from tests.attacks.values import ORDER

_PARTS = ("SignedInfo", "SignatureValue", "KeyInfo", "DigestValue", "X509Certificate", "Reference",
          "Transforms", "X509Data", "DigestMethod", "SignatureMethod", "CanonicalizationMethod",
          "Object")  # fmt: skip
_ALGORITHMS = (
    C14N, C14N11, EXCLUSIVE, C14N + "#WithComments", EXCLUSIVE + "WithComments", ENVELOPED, SHA256,
    DS + "sha1", DS + "rsa-sha1", DS + "hmac-sha1", DS + "base64", MORE + "rsa-sha256",
    MORE + "rsa-sha512", MORE + "ecdsa-sha256", MORE + "ecdsa-sha384", MORE + "hmac-sha256",
    "http://www.w3.org/TR/1999/REC-xpath-19991116", "http://www.w3.org/2001/04/xmlenc#sha512",
    "none", "",
)  # fmt: skip
_URIS = (None, "#x", "#xpointer(/)", "#", "http://127.0.0.1:1/", "file:///etc/hostname", " ")

Change = Callable[[Random, etree._Element, Scene], None]


def _found(root: etree._Element, name: str) -> list[etree._Element]:
    return list(root.iter(f"{{{DS}}}{name}"))


def _other(chance: Random, scene: Scene) -> etree._Element:
    return etree.fromstring(chance.choice((scene.same, scene.foreign)))


def part(chance: Random, root: etree._Element, scene: Scene) -> None:
    """Take a part of the signature from another document's."""
    name = chance.choice(_PARTS)
    mine, theirs = _found(root, name), _found(_other(chance, scene), name)
    if mine and theirs:
        one = chance.choice(mine)
        one.getparent().replace(one, chance.choice(theirs))  # type: ignore[union-attr]


def value(chance: Random, root: etree._Element, scene: Scene) -> None:
    """Take a value alone from another document."""
    name = chance.choice(("SignatureValue", "DigestValue", "X509Certificate"))
    chance.choice(_found(root, name)).text = chance.choice(_found(_other(chance, scene), name)).text


def whole(chance: Random, root: etree._Element, scene: Scene) -> None:
    """Take the whole signature from another document."""
    mine = signature_of(root)
    mine.getparent().replace(mine, signature_of(_other(chance, scene)))  # type: ignore[union-attr]


def algorithm(chance: Random, root: etree._Element, scene: Scene) -> None:
    """Name another algorithm."""
    named = [one for one in signature_of(root).iter() if one.get("Algorithm") is not None]
    chance.choice(named).set("Algorithm", chance.choice(_ALGORITHMS))


def reference(chance: Random, root: etree._Element, scene: Scene) -> None:
    """Lead the reference elsewhere, or double it."""
    one = chance.choice(_found(root, "Reference"))
    uri = chance.choice(_URIS)
    if chance.random() < 0.2:
        one.addnext(deepcopy(one))
    elif uri is None:
        one.attrib.pop("URI", None)
    else:
        one.set("URI", uri)


def transform(chance: Random, root: etree._Element, scene: Scene) -> None:
    """Add a transform, take one out, or bring them into another order."""
    transforms = chance.choice(_found(root, "Transforms"))
    what = chance.randrange(3)
    if what == 0:
        new = etree.Element(f"{{{DS}}}Transform", Algorithm=chance.choice(_ALGORITHMS))
        transforms.insert(chance.randint(0, len(transforms)), new)
    elif what == 1 and len(transforms):
        transforms.remove(chance.choice(list(transforms)))
    else:
        transforms[:] = list(transforms)[::-1]


def certificates(chance: Random, root: etree._Element, scene: Scene) -> None:
    """Add, drop, double or reorder certificates."""
    data = chance.choice(_found(root, "X509Data"))
    children = list(data)
    what = chance.randrange(4)
    if what == 0:
        children.insert(chance.randint(0, len(children)), _certificate(scene.thief.certificate.der))
    elif what == 1:
        children.append(deepcopy(chance.choice(_found(_other(chance, scene), "X509Certificate"))))
    elif what == 2:
        children.remove(chance.choice(children))
    else:
        chance.shuffle(children)
    data[:] = children


def object_added(chance: Random, root: etree._Element, scene: Scene) -> None:
    """Let an object ride along, of one's own or another document's."""
    added = etree.SubElement(signature_of(root), f"{{{DS}}}Object")
    added.append(bare(_other(chance, scene)))
    if chance.random() < 0.3:
        added.addprevious(deepcopy(added))


def digest_made_to_fit(chance: Random, root: etree._Element, scene: Scene) -> None:
    """Change the document and write its right digest, without a key."""
    part_of(root, chance.choice(("OrganId", "OrganName", "Timestamp"))).text = "khác"
    canonical = etree.tostring(bare(root), method="c14n", exclusive=chance.random() < 0.5)
    digest = base64.b64encode(hashlib.sha256(canonical).digest()).decode()
    _found(root, "DigestValue")[0].text = digest


def _certificate(der: bytes) -> etree._Element:
    made = etree.Element(f"{{{DS}}}X509Certificate")
    made.text = base64.b64encode(der).decode()
    return made


def _mutate(change: Change, chance: Random, scene: Scene) -> bytes:
    root = etree.fromstring(scene.body)
    change(chance, root, scene)
    return written(root)


def signed_by_a_thief(chance: Random, scene: Scene) -> bytes:
    """Change the document and sign it with a key of one's own, under the agency's certificates."""
    root = etree.fromstring(scene.body)
    theirs = _found(root, "X509Certificate")
    own = _certificate(scene.thief.certificate.der)
    listed = {0: theirs, 1: [own, *theirs], 2: [*theirs, own], 3: [own]}[chance.randrange(4)]
    items = "".join(f"<X509Certificate>{one.text}</X509Certificate>" for one in listed)
    document = bare(root)
    part_of(document, "OrganName").text = "khác"
    info = f"<KeyInfo><X509Data>{items}</X509Data></KeyInfo>"
    return Forgery(scene.thief, key_info=info).sign(etree.tostring(document))


# -- base64 and numbers ---------------------------------------------------------------------------


def _b64_junk(chance: Random, text: str) -> str:
    place = chance.randint(0, len(text))
    return (
        text[:place] + chance.choice(("*", "-", "_", "\u00a0", "=", "A", "%41", ",")) + text[place:]
    )


def _b64_blank(chance: Random, text: str) -> str:
    place = chance.randint(0, len(text))
    return text[:place] + chance.choice((" ", "\n", "\t", "\r", " \n ")) + text[place:]


def _b64_cut(chance: Random, text: str) -> str:
    return text.rstrip()[: -chance.randint(1, 6)] or "A"


def _b64_bits(chance: Random, text: str) -> str:
    """Change the bits that the last character has and no byte needs."""
    packed = text.rstrip("= \n")
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    last = letters.find(packed[-1:])
    return packed[:-1] + letters[last ^ chance.randint(1, 3)] + text[len(packed) :]


def _b64_more(chance: Random, text: str) -> str:
    return text + chance.choice(("=", "==", "AAAA", "A==="))


def _b64_letter(chance: Random, text: str) -> str:
    place = chance.randrange(len(text))
    return text[:place] + chance.choice("ABCxyz019+/") + text[place + 1 :]


def _base64(
    form: Callable[[Random, str], str], chance: Random, root: etree._Element, scene: Scene
) -> None:
    names = ("SignatureValue", "DigestValue", "X509Certificate")
    chosen = chance.choice(_found(root, chance.choice(names)))
    chosen.text = form(chance, chosen.text or "A")


def number(chance: Random, root: etree._Element, scene: Scene) -> None:
    """Do arithmetic with the signature value."""
    element = _found(root, "SignatureValue")[0]
    raw = base64.b64decode(element.text or "")
    half = len(raw) // 2
    r, s = int.from_bytes(raw[:half]), int.from_bytes(raw[half:])
    change = chance.choice(
        (
            lambda: (r, ORDER - s), lambda: (ORDER - r, s), lambda: (s, r), lambda: (0, s),
            lambda: (r, 0), lambda: (r + 1, s), lambda: (r, s + 1), lambda: (r + ORDER, s),
            lambda: (r, s + ORDER), lambda: (1, 1), lambda: (r, r), lambda: (r ^ s, s),
        )
    )  # fmt: skip
    size = max(half, 1) + chance.choice((0, 0, 0, 1))
    made = b"".join((one % 256**size).to_bytes(size) for one in change())
    element.text = base64.b64encode(made).decode()


SIGNATURES = {
    **{
        f"signature: {change.__name__}": partial(_mutate, change)
        for change in (
            part, value, whole, algorithm, reference, transform, certificates, object_added,
            digest_made_to_fit, number,
        )
    },
    "signature: signed_by_a_thief": signed_by_a_thief,
    **{
        f"base64: {name}": partial(_mutate, partial(_base64, form))
        for name, form in (
            ("junk", _b64_junk), ("blank", _b64_blank), ("cut", _b64_cut),
            ("stray bits", _b64_bits), ("more", _b64_more), ("letter", _b64_letter),
        )
    },
}  # fmt: skip
