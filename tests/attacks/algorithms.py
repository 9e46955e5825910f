"""Algorithms that prove nothing any more, never did, or are not the key's."""

import base64
import hashlib
import hmac
from functools import partial

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import NoDigestInfo
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from lxml import etree

from axis.reasons import Reason
from tests.attacks.attack import Family
from tests.attacks.forgery import DS, ECDSA_SHA256, MORE, RSA_SHA256, SHA256, x509_data
from tests.attacks.ground import Ground
from tests.attacks.surgery import inside, signature_of, swap

ALGORITHMS = Family("algorithm", "Thuật toán", "Algorithms")

_F, _ALGORITHM = Reason.SIGNATURE_MALFORMED, Reason.SIGNATURE_ALGORITHM
_PSS = "http://www.w3.org/2007/05/xmldsig-more#"


def _method(uri: str, ground: Ground) -> bytes:
    return swap(ECDSA_SHA256.encode(), uri.encode(), ground.signed)


for _name, _uri in (
    ("rsa-md5", MORE + "rsa-md5"),
    ("rsa-sha1", DS + "rsa-sha1"),
    ("rsa-sha224", MORE + "rsa-sha224"),
    ("rsa-ripemd160", MORE + "rsa-ripemd160"),
    ("rsa-pss", _PSS + "rsa-pss"),
    ("rsa-pss-sha256", _PSS + "sha256-rsa-MGF1"),
    ("rsa-pss-sha3", _PSS + "sha3-256-rsa-MGF1"),
    ("dsa-sha1", DS + "dsa-sha1"),
    ("dsa-sha256", "http://www.w3.org/2009/xmldsig11#dsa-sha256"),
    ("ecdsa-sha1", MORE + "ecdsa-sha1"),
    ("ecdsa-sha224", MORE + "ecdsa-sha224"),
    ("ecdsa-ripemd160", _PSS + "ecdsa-ripemd160"),
    ("hmac-sha1", DS + "hmac-sha1"),
    ("hmac-md5", MORE + "hmac-md5"),
    ("eddsa", "http://www.w3.org/2021/04/xmldsig-more#eddsa-ed25519"),
    ("none", "none"),
    ("none-uri", "http://www.w3.org/2000/09/xmldsig#none"),
    ("empty", ""),
    ("unknown", "urn:unknown"),
    ("case-changed", ECDSA_SHA256.upper()),
    ("space-added", ECDSA_SHA256 + " "),
    ("digest-as-signature", SHA256),
):
    ALGORITHMS.add(
        f"signature-{_name}",
        f"The signature method is exchanged for «{_uri.rpartition('/')[2]}».",
        partial(_method, _uri),
        _ALGORITHM,
    )


@ALGORITHMS.attack(_ALGORITHM)
def signature_method_unnamed(ground: Ground) -> bytes:
    """The signature method has no algorithm."""
    return swap(f' Algorithm="{ECDSA_SHA256}"'.encode(), b"", ground.signed)


def _digest(uri: str, ground: Ground) -> bytes:
    return swap(f'DigestMethod Algorithm="{SHA256}'.encode(), f'DigestMethod Algorithm="{uri}'
                .encode(), ground.signed)  # fmt: skip


for _name, _uri in (
    ("md5", MORE + "md5"),
    ("sha1", DS + "sha1"),
    ("sha224", MORE + "sha224"),
    ("ripemd160", "http://www.w3.org/2001/04/xmlenc#ripemd160"),
    ("sha3", _PSS + "sha3-256"),
    ("whirlpool", _PSS + "whirlpool"),
    ("none", "none"),
    ("empty", ""),
    ("unknown", "urn:unknown"),
):
    ALGORITHMS.add(
        f"digest-{_name}",
        f"The digest method is exchanged for «{_uri.rpartition('/')[2]}».",
        partial(_digest, _uri),
        _ALGORITHM,
    )


@ALGORITHMS.attack(_ALGORITHM)
def sound_with_sha1_signature(ground: Ground) -> bytes:
    """A sound signature by the agency's own RSA key, with SHA-1."""
    return ground.forge_rsa(signature_method=DS + "rsa-sha1", hash=hashes.SHA1)


@ALGORITHMS.attack(_ALGORITHM)
def sound_with_sha1_digest(ground: Ground) -> bytes:
    """A sound signature with SHA-256 over a SHA-1 digest, for which others can be found."""
    return ground.forge(digest_method=DS + "sha1")


@ALGORITHMS.attack(_ALGORITHM)
def sound_with_md5_digest(ground: Ground) -> bytes:
    """Likewise with MD5."""
    return ground.forge(digest_method=MORE + "md5")


@ALGORITHMS.attack(_ALGORITHM)
def sound_with_rsa_pss(ground: Ground) -> bytes:
    """A sound RSA-PSS signature: strong, but several verifiers of the field cannot read it."""
    return ground.forge_rsa(signature_method=_PSS + "sha256-rsa-MGF1", pss=True)


@ALGORITHMS.attack(_ALGORITHM, _F)
def rsa_pss_with_parameters(ground: Ground) -> bytes:
    """RSA-PSS whose parameters name a salt of no bytes."""
    parameters = f'<p:RSAPSSParams xmlns:p="{_PSS}"><p:SaltLength>0</p:SaltLength></p:RSAPSSParams>'
    return ground.forge_rsa(
        signature_method=_PSS + "rsa-pss", pss=True, method_parameters=parameters
    )


def _keyed(secret: str, ground: Ground) -> bytes:
    public = ground.key.private.public_key()
    kinds = {
        "der": public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo),
        "pem": public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo),
        "certificate": ground.key.certificate.der,
    }
    body = _method(MORE + "hmac-sha256", ground)
    info = signature_of(etree.fromstring(body))[0]
    canonical = etree.tostring(
        etree.fromstring(etree.tostring(info, with_tail=False)), method="c14n"
    )
    value = hmac.digest(kinds[secret], canonical, hashlib.sha256)
    return inside("SignatureValue", lambda _: base64.b64encode(value), body)


for _secret in ("der", "pem", "certificate"):
    ALGORITHMS.add(
        f"hmac-keyed-with-public-key-{_secret}",
        f"An HMAC whose secret is what everybody knows: the public key ({_secret}).",
        partial(_keyed, _secret),
        _ALGORITHM,
    )


@ALGORITHMS.attack(_ALGORITHM, _F)
def hmac_cut_to_8_bits(ground: Ground) -> bytes:
    """HMACOutputLength asks for eight bits only (CVE-2009-0217)."""
    body = _method(MORE + "hmac-sha256", ground)
    parameter = b"<ds:HMACOutputLength>8</ds:HMACOutputLength>"
    method = f'<ds:SignatureMethod Algorithm="{MORE}hmac-sha256"'.encode()
    return swap(method + b"/>", method + b">" + parameter + b"</ds:SignatureMethod>", body)


@ALGORITHMS.attack(_F)
def parameter_of_another_method(ground: Ground) -> bytes:
    """HMACOutputLength inside a method that has no such parameter."""
    return ground.forge(method_parameters="<HMACOutputLength>8</HMACOutputLength>")


@ALGORITHMS.attack(_F, because="no certificate with a key of this algorithm")
def rsa_method_with_ec_key(ground: Ground) -> bytes:
    """The method says RSA, the certificate's key is EC."""
    return ground.forge(signature_method=RSA_SHA256)


@ALGORITHMS.attack(_F, because="no certificate with a key of this algorithm")
def ec_method_with_rsa_key(ground: Ground) -> bytes:
    """The method says ECDSA, the certificate's key is RSA."""
    info = f"<KeyInfo>{x509_data(ground.rsa_key.certificate)}</KeyInfo>"
    return ground.forge_rsa(signature_method=ECDSA_SHA256, key_info=info)


@ALGORITHMS.attack(Reason.ALTERED)
def hash_said_to_be_another(ground: Ground) -> bytes:
    """The method says SHA-512, the signature was made with SHA-256."""
    return ground.forge(signature_method=MORE + "ecdsa-sha512")


@ALGORITHMS.attack(Reason.ALTERED)
def rsa_encrypted_hash_without_its_name(ground: Ground) -> bytes:
    """The hash is signed without the DigestInfo that names its algorithm."""
    body = ground.rsa_signed
    info = signature_of(etree.fromstring(body))[0]
    canonical = etree.tostring(etree.fromstring(etree.tostring(info, with_tail=False)),
                               method="c14n")  # fmt: skip
    key = ground.rsa_key.private
    assert isinstance(key, rsa.RSAPrivateKey)
    value = key.sign(hashlib.sha256(canonical).digest(), padding.PKCS1v15(), NoDigestInfo())
    return inside("SignatureValue", lambda _: base64.b64encode(value), body)
