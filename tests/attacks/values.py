"""Signature values: numbers at the edges of ECDSA and RSA, and other spellings of the same one."""

import base64
import hashlib
from collections.abc import Callable
from datetime import timedelta
from functools import partial

from asn1crypto import keys
from asn1crypto import x509 as asn1
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from lxml import etree

from axis.reasons import Reason
from axis.trust.keys import PrivateKey
from tests.attacks.attack import Family
from tests.attacks.forgery import RSA_SHA256, x509_data
from tests.attacks.ground import Ground
from tests.attacks.surgery import content, inside, signature_of
from tests.vectors.recipes.workshop import AT

VALUES = Family("value", "Giá trị chữ ký", "Signature values")

_A, _F = Reason.ALTERED, Reason.SIGNATURE_MALFORMED
ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
"""Order of P-256's base point (FIPS 186-4 D.1.2.3)."""
_SIZE = 32
_DIGEST_INFO = bytes.fromhex("3031300d060960864801650304020105000420")
"""SHA-256's DigestInfo, RFC 8017 section 9.2."""


def _number(value: int, size: int = _SIZE) -> bytes:
    return value.to_bytes(size)


def replaced(value: bytes, body: bytes) -> bytes:
    """Return the document with another signature value."""
    return inside("SignatureValue", lambda _: base64.b64encode(value), body)


def numbers(body: bytes) -> tuple[int, int]:
    """Return r and s of the document's signature."""
    value = content("SignatureValue", body)
    return int.from_bytes(value[:_SIZE]), int.from_bytes(value[_SIZE:])


@VALUES.attack()
def ecdsa_s_negated(ground: Ground) -> bytes:
    """s becomes n − s: as sound as before, of the same content by the same key."""
    r, s = numbers(ground.signed)
    return replaced(_number(r) + _number(ORDER - s), ground.signed)


for _name, _change, _about in (
    ("r-zero", lambda r, s: (0, s), "r is 0."),
    ("s-zero", lambda r, s: (r, 0), "s is 0."),
    ("both-zero", lambda r, s: (0, 0), "r and s are 0 (CVE-2022-21449)."),
    ("r-is-n", lambda r, s: (ORDER, s), "r is n."),
    ("s-is-n", lambda r, s: (r, ORDER), "s is n."),
    ("both-n", lambda r, s: (ORDER, ORDER), "r and s are n."),
    ("both-one", lambda r, s: (1, 1), "r and s are 1."),
    ("both-n-minus-1", lambda r, s: (ORDER - 1, ORDER - 1), "r and s are n − 1."),
    ("swapped", lambda r, s: (s, r), "r and s are exchanged."),
    ("r-negated", lambda r, s: (ORDER - r, s), "r becomes n − r."),
    ("both-greatest", lambda r, s: (2**256 - 1, 2**256 - 1), "r and s are the greatest."),
):

    def _edge(ground: Ground, change: Callable[[int, int], tuple[int, int]] = _change) -> bytes:
        r, s = change(*numbers(ground.signed))
        return replaced(_number(r) + _number(s), ground.signed)

    VALUES.add(f"ecdsa-{_name}", _about, _edge, _A)


def _length(change: Callable[[bytes], bytes], ground: Ground) -> bytes:
    return replaced(change(content("SignatureValue", ground.signed)), ground.signed)


for _name, _spelt, _about in (
    ("der", lambda v: encode_dss_signature(
        int.from_bytes(v[:_SIZE]), int.from_bytes(v[_SIZE:])), "In DER, as X.509 writes it."),
    ("one-byte-short", lambda v: v[:-1], "The last byte is missing."),
    ("one-byte-long", lambda v: v + b"\0", "A byte follows."),
    ("half", lambda v: v[:_SIZE], "Only r."),
    ("twice", lambda v: v + v, "The value twice."),
    ("one-byte", lambda v: v[:1], "A single byte."),
    ("padded", lambda v: b"\0" + v[:_SIZE] + b"\0" + v[_SIZE:], "r and s with a zero in front."),
    ("padded-to-p-521", lambda v: b"\0" * 34 + v[:_SIZE] + b"\0" * 34 + v[_SIZE:],
     "r and s as long as for P-521."),
    ("a-megabyte", lambda v: v + b"\0" * 2**20, "A megabyte of zeros follows."),
):  # fmt: skip
    VALUES.add(f"ecdsa-{_name}", _about, partial(_length, _spelt), _A)

for _name, _text, _about in (
    ("empty", b"", "Nothing."),
    ("blank", b" \n", "Only blanks."),
    ("no-base64", b"!!!", "No base64."),
    ("base64-cut-off", b"AAA", "Base64 that ends too early."),
    ("base64-padded-more", b"AAAA====", "Base64 with too much padding."),
    ("base64-padding-inside", b"AA==AAAA", "Base64 with padding inside."),
    ("base64-url", b"A-_A" * 22, "The alphabet of URLs."),
    ("not-ascii", "ôôôô".encode(), "Letters that no base64 has."),
):
    for _element in ("SignatureValue", "DigestValue"):
        VALUES.add(
            f"{_element}-{_name}",
            _about,
            lambda ground, element=_element, text=_text: inside(
                element, lambda _: text, ground.signed
            ),
            _F,
            because=_element,
        )


@VALUES.attack(_F, because="SignatureValue")
def base64_with_junk(ground: Ground) -> bytes:
    """Characters that lenient decoders skip stand inside the value."""
    return inside("SignatureValue", lambda text: text[:20] + b"*-*" + text[20:], ground.signed)


@VALUES.attack()
def base64_in_lines(ground: Ground) -> bytes:
    """The same value in lines of sixteen characters."""
    return inside(
        "SignatureValue",
        lambda text: b"\n".join(text[start : start + 16] for start in range(0, len(text), 16)),
        ground.signed,
    )


# -- RSA ------------------------------------------------------------------------------------------


def _rsa(change: Callable[[int, int, int], bytes], ground: Ground) -> bytes:
    key = ground.rsa_key.private
    assert isinstance(key, rsa.RSAPrivateKey)
    value = int.from_bytes(content("SignatureValue", ground.rsa_signed))
    modulus = key.public_key().public_numbers().n
    return replaced(change(value, modulus, 256), ground.rsa_signed)


for _name, _made, _about in (
    ("zero", lambda v, n, size: bytes(size), "0."),
    ("one", lambda v, n, size: _number(1, size), "1."),
    ("n-minus-1", lambda v, n, size: _number(n - 1, size), "n − 1."),
    ("n", lambda v, n, size: _number(n, size), "n."),
    ("plus-n", lambda v, n, size: _number(v + n, size + 1), "The value plus n: the same modulo n."),
    ("negated", lambda v, n, size: _number(n - v, size), "n − the value."),
    ("zero-in-front", lambda v, n, size: _number(v, size + 1), "A zero in front."),
    ("byte-short", lambda v, n, size: _number(v, size)[:-1], "The last byte is missing."),
    ("byte-long", lambda v, n, size: _number(v, size) + b"\0", "A byte follows."),
    ("twice", lambda v, n, size: _number(v, size) * 2, "The value twice."),
):
    VALUES.add(f"rsa-{_name}", _about, partial(_rsa, _made), _A)


def _canonical_info(body: bytes) -> bytes:
    info = signature_of(etree.fromstring(body))[0]
    alone = etree.fromstring(etree.tostring(info, with_tail=False))
    return etree.tostring(alone, method="c14n")


def _certified(ground: Ground, public: rsa.RSAPublicKey, exponent: int) -> bytes:
    """Have the real authority certify an RSA key; no library makes one with exponent 1."""
    numbers_of = public.public_numbers()
    like = asn1.Certificate.load(ground.rsa_key.certificate.der)
    body = like["tbs_certificate"].copy()
    body["subject_public_key_info"]["public_key"] = keys.RSAPublicKey(
        {"modulus": numbers_of.n, "public_exponent": exponent}
    )
    body["serial_number"] = exponent
    body["validity"]["not_before"] = asn1.Time({"utc_time": AT - timedelta(days=1)})
    issuer_key: PrivateKey = ground.issuer()[1]
    assert isinstance(issuer_key, ec.EllipticCurvePrivateKey)
    algorithm = like["signature_algorithm"]
    signature = issuer_key.sign(body.dump(force=True), ec.ECDSA(hashes.SHA256()))
    made = asn1.Certificate(
        {
            "tbs_certificate": body,
            "signature_algorithm": algorithm,
            "signature_value": signature,
        }
    )
    der: bytes = made.dump(force=True)
    return der


def _cube_root(value: int) -> int:
    low, high = 0, 1 << (value.bit_length() // 3 + 2)
    while low < high:
        middle = (low + high) // 2
        low, high = (middle + 1, high) if middle**3 < value else (low, middle)
    return low


def _with_exponent(
    exponent: int, value: Callable[[bytes, rsa.RSAPrivateKey], bytes], ground: Ground
) -> bytes:
    key = rsa.generate_private_key(3, 2048)
    certificate = _certified(ground, key.public_key(), exponent)
    info = f"<KeyInfo>{x509_data(certificate, *ground.rsa_key.authorities)}</KeyInfo>"
    body = ground.forge(
        document=ground.rsa_letter, signature_method=RSA_SHA256, key_info=info
    )  # signed with any key: the value is exchanged
    return replaced(value(_canonical_info(body), key), body)


def _sound(canonical: bytes, key: rsa.RSAPrivateKey) -> bytes:
    return key.sign(canonical, padding.PKCS1v15(), hashes.SHA256())


def _forged(canonical: bytes, _: rsa.RSAPrivateKey) -> bytes:
    """Bleichenbacher 2006: short padding, the hash, and garbage that makes it nearly a cube."""
    start = b"\0\1" + b"\xff" * 8 + b"\0" + _DIGEST_INFO + hashlib.sha256(canonical).digest()
    wanted = int.from_bytes(start + bytes(256 - len(start)))
    return _number(_cube_root(wanted), 256)


def _unpadded(canonical: bytes, key: rsa.RSAPrivateKey) -> bytes:
    """With exponent 1 the value is the padded hash itself."""
    info = _DIGEST_INFO + hashlib.sha256(canonical).digest()
    return b"\0\1" + b"\xff" * (256 - 3 - len(info)) + b"\0" + info


VALUES.add(
    "rsa-exponent-3-forged-padding",
    "A key with exponent 3; the value is a cube root whose padding looks right in front.",
    partial(_with_exponent, 3, _forged),
    _A,
)
VALUES.add(
    "rsa-exponent-3",
    "A sound signature with a key whose exponent is 3 (below 65537, FIPS 186-4 B.3.1).",
    partial(_with_exponent, 3, _sound),
    Reason.KEY_TOO_WEAK,
)
VALUES.add(
    "rsa-exponent-1",
    "A key with exponent 1: the value is the padded hash, which everybody can write.",
    partial(_with_exponent, 1, _unpadded),
    _F,
    because="X509Certificate",
)
