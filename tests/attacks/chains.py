"""Certificates that the signature brings along: another's, several, endless, or none at all."""

import base64
from datetime import timedelta
from functools import partial

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding

from axis.local.pki_config import Flaw
from axis.reasons import Reason
from axis.trust.certificates import load_certificates
from axis.trust.keys import PrivateKey, SigningKey
from tests.attacks.attack import Family
from tests.attacks.forgery import x509_data
from tests.attacks.ground import Ground
from tests.attacks.surgery import inside
from tests.vectors.recipes.workshop import AT

CHAINS = Family("chain", "Chứng thư đính kèm", "Certificates brought along")

_F, _UNTRUSTED = Reason.SIGNATURE_MALFORMED, Reason.UNTRUSTED


def _info(content: str, ground: Ground) -> bytes:
    return ground.forge(key_info=f"<KeyInfo>{content}</KeyInfo>")


@CHAINS.attack(_UNTRUSTED)
def root_embedded(ground: Ground) -> bytes:
    """The attacker's signature brings its own root along."""
    key = ground.flawed(Flaw.OTHER_ROOT)
    files = ground.workshop.pki.flawed(Flaw.OTHER_ROOT)
    chain = load_certificates(files.chain_file.read_bytes())
    return ground.forge(key=key, key_info=f"<KeyInfo>{x509_data(*chain)}</KeyInfo>")


@CHAINS.attack(_UNTRUSTED)
def trusted_certificate_in_front(ground: Ground) -> bytes:
    """The agency's certificate and chain stand before the attacker's, whose key signed."""
    attacker = ground.flawed(Flaw.SELF_SIGNED)
    own = (ground.key.certificate, *ground.key.authorities, attacker.certificate)
    return ground.forge(key=attacker, key_info=f"<KeyInfo>{x509_data(*own)}</KeyInfo>")


@CHAINS.attack(_UNTRUSTED)
def trusted_certificate_behind(ground: Ground) -> bytes:
    """The agency's certificate and chain stand behind the attacker's, whose key signed."""
    attacker = ground.flawed(Flaw.SELF_SIGNED)
    own = (attacker.certificate, ground.key.certificate, *ground.key.authorities)
    return ground.forge(key=attacker, key_info=f"<KeyInfo>{x509_data(*own)}</KeyInfo>")


@CHAINS.attack(Reason.ALTERED)
def certificate_of_another_key(ground: Ground) -> bytes:
    """The agency's certificate alone, over a signature of another's key."""
    own = (ground.key.certificate, *ground.key.authorities)
    return ground.forge(key=SigningKey.at(ground.other_key.source, own))


@CHAINS.attack(Reason.ALTERED)
def issuers_certificate_only(ground: Ground) -> bytes:
    """Only the authority's certificate is there, not the signer's."""
    return _info(x509_data(*ground.key.authorities), ground)


@CHAINS.attack(_UNTRUSTED)
def same_name_self_signed(ground: Ground) -> bytes:
    """A certificate with the agency's name, issuer name and serial number, signed by itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    victim = ground.key.certificate.parsed()
    forged = _issue(victim.subject, victim.issuer, victim.serial_number, key, key)
    return ground.forge(key=_signing(key, forged, *ground.key.authorities))


@CHAINS.attack(_F, because="several certificates")
def two_certificates_of_one_key(ground: Ground) -> bytes:
    """A second certificate of the signing key: whose signature it is, a reader would choose."""
    key = ground.key.private
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "twin")])
    twin = _issue(name, name, 1, key, key)
    own = (ground.key.certificate, *ground.key.authorities, twin.public_bytes(Encoding.DER))
    return _info(x509_data(*own), ground)


@CHAINS.attack(_F, because="several certificates")
def renewed_certificate_of_one_key(ground: Ground) -> bytes:
    """Two certificates that the same authority issued for the signing key."""
    issuer, issuer_key = ground.issuer()
    subject = ground.key.certificate.parsed().subject
    renewed = _issue(subject, issuer.subject, 7, ground.key.private, issuer_key)
    own = (ground.key.certificate, renewed.public_bytes(Encoding.DER), *ground.key.authorities)
    return _info(x509_data(*own), ground)


@CHAINS.attack(_UNTRUSTED)
def issuers_in_a_circle(ground: Ground) -> bytes:
    """Two authorities that certify each other: the path never ends."""
    one, two, own = (ec.generate_private_key(ec.SECP256R1()) for _ in range(3))
    names = [
        x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)]) for name in ("1", "2", "3")
    ]
    circle = [
        _issue(names[0], names[1], 1, one, two, authority=True),
        _issue(names[1], names[0], 2, two, one, authority=True),
    ]
    signer = _issue(names[2], names[0], 3, own, one)
    return ground.forge(
        key=_signing(own, signer),
        key_info=f"<KeyInfo>{x509_data(*map(_der, (signer, *circle)))}</KeyInfo>",
    )


@CHAINS.attack(_UNTRUSTED)
def many_issuers_of_one_name(ground: Ground) -> bytes:
    """Nine authorities of one name and with one key, each issued by all: 362,880 paths."""
    authority, own = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    names = [
        x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
        for name in ("maze", "MAZE", "Maze", "mAZE", "MaZe", "maZE", "MAze", "maze", "MAZe")
    ]  # the same by RFC 5280: capitals do not count
    holder = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "signer")])
    maze = [
        _issue(name, names[0], serial, authority, authority, authority=True)
        for serial, name in enumerate(names, start=1)
    ]
    signer = _issue(holder, names[0], 20, own, authority)
    return ground.forge(
        key=_signing(own, signer),
        key_info=f"<KeyInfo>{x509_data(*map(_der, (signer, *maze)))}</KeyInfo>",
    )


def _der(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(Encoding.DER)


def _signing(key: PrivateKey, certificate: x509.Certificate, *above: object) -> SigningKey:
    (own,) = load_certificates(_der(certificate))
    return SigningKey.of(key, (own, *above))  # type: ignore[arg-type]


def _issue(
    subject: x509.Name,
    issuer: x509.Name,
    serial: int,
    key: PrivateKey,
    issuer_key: PrivateKey,
    *,
    authority: bool = False,
) -> x509.Certificate:
    others = ("key_encipherment", "data_encipherment", "key_agreement", "crl_sign")
    usage = dict.fromkeys((*others, "encipher_only", "decipher_only"), False)
    return (
        x509.CertificateBuilder(issuer, subject, key.public_key(), serial)
        .not_valid_before(AT - timedelta(days=30))
        .not_valid_after(AT + timedelta(days=365))
        .add_extension(x509.BasicConstraints(authority, None), critical=True)
        .add_extension(
            x509.KeyUsage(
                digital_signature=not authority,
                content_commitment=not authority,
                key_cert_sign=authority,
                **usage,
            ),
            critical=True,
        )
        .sign(issuer_key, hashes.SHA256())
    )


# -- what is no certificate, or too much of it ----------------------------------------------------


@CHAINS.attack(Reason.ALTERED)
def signer_behind_six_strangers(ground: Ground) -> bytes:
    """More candidates than an honest signature has stand before the signer's certificate."""
    flaws = (flaw for flaw in Flaw if flaw in _STRANGERS)
    strangers = [ground.flawed(flaw).certificate for flaw in flaws]
    return _info(x509_data(*strangers, ground.key.certificate), ground)


_STRANGERS = (
    Flaw.EXPIRED, Flaw.NOT_YET_VALID, Flaw.OTHER_ROOT, Flaw.SELF_SIGNED, Flaw.NO_SIGNING_USAGE,
    Flaw.SERVER_ONLY,
)  # fmt: skip


@CHAINS.attack(_F, because="X509Certificate")
def twelve_certificates(ground: Ground) -> bytes:
    """Twelve certificates: no chain is that long."""
    return _info(x509_data(*[ground.key.certificate] * 12), ground)


@CHAINS.attack(_F, because="elements in ds:Signature")
def five_hundred_certificates(ground: Ground) -> bytes:
    """Five hundred certificates, each of which would be parsed and tried."""
    return _info(x509_data(*[ground.key.certificate] * 500), ground)


for _name, _text in (
    ("empty-certificate", ""),
    ("certificate-no-base64", "!"),
    ("certificate-no-der", "AAAA"),
    ("certificate-endless", "MIIB" * 30_000),
    ("certificate-in-pem", "-----BEGIN CERTIFICATE-----AAAA-----END CERTIFICATE-----"),
):
    CHAINS.add(
        _name,
        "X509Certificate is " + (f"«{_text[:24]}»…" if _text else "empty") + ".",
        partial(_info, f"<X509Data><X509Certificate>{_text}</X509Certificate></X509Data>"),
        _F,
        because="X509Certificate",
    )


@CHAINS.attack(_F, because="X509Certificate")
def certificate_with_bytes_behind_it(ground: Ground) -> bytes:
    """Bytes follow the certificate's own, which some parsers ignore."""
    return _info(x509_data(ground.key.certificate.der + b"\0"), ground)


@CHAINS.attack(_F, because="X509Certificate")
def certificate_cut_off(ground: Ground) -> bytes:
    """The certificate's last bytes are missing."""
    return _info(x509_data(ground.key.certificate.der[:-1]), ground)


@CHAINS.attack(Reason.UNTRUSTED)
def certificate_with_another_name(ground: Ground) -> bytes:
    """A letter of the name inside the certificate is changed: its issuer's signature breaks."""
    der = ground.key.certificate.der.replace(b"G22", b"G09", 1)
    return inside("X509Certificate", lambda _: base64.b64encode(der), ground.signed)


@CHAINS.attack()
def revocation_list_embedded(ground: Ground) -> bytes:
    """A revocation list of the attacker's stands beside the certificate: nobody believes it."""
    own = x509_data(ground.key.certificate, *ground.key.authorities)
    content = own.replace("</X509Data>", "<X509CRL>AAAA</X509CRL></X509Data>")
    return _info(content, ground)
