"""Real PKCS#11 tokens in software (SoftHSM), each in a folder of its own.

SoftHSM reads where its tokens are from the environment, when it is initialised.
"""

import os
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pkcs11
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key
from cryptography.x509.oid import NameOID

from axis.local.pki import DemoPki
from axis.tokens import TokenKey, TokenPlace
from axis.trust.certificates import Certificate
from axis.trust.keyfile import PrivateKey

MODULE = Path("/usr/lib/softhsm/libsofthsm2.so")
UTILITY = Path("/usr/bin/softhsm2-util")
PIN = "2468-kín"
LABEL = "Trục"


@dataclass(frozen=True)
class SoftToken:
    """A token that exists; `away` takes it out."""

    folder: Path
    pin_file: Path

    @property
    def place(self) -> TokenPlace:
        return TokenPlace(MODULE, LABEL, self.pin_file)

    def key(self, label: str = "receipts") -> TokenKey:
        return TokenKey(self.place, label)

    def set_pin(self, pin: str) -> None:
        """Write another PIN into the file that the axis reads."""
        self.pin_file.write_text(pin, encoding="utf-8")

    def take_out(self) -> None:
        """Remove the token from its slot."""
        self.folder.rename(self.folder.with_name("taken-out"))
        self.folder.mkdir()

    def put_back(self) -> None:
        """Insert it again."""
        self.folder.rmdir()
        self.folder.with_name("taken-out").rename(self.folder)


@contextmanager
def soft_token(folder: Path, setenv: Callable[[str, str], None]) -> Iterator[SoftToken]:
    """Initialise a token with a PIN; this process and those that it starts see no other."""
    assert MODULE.exists(), "SoftHSM is missing; run: deploy/install --test"
    tokens = folder / "tokens"
    tokens.mkdir(parents=True)
    configuration = folder / "softhsm2.conf"
    configuration.write_text(f"directories.tokendir = {tokens}\nlog.level = ERROR\n")
    setenv("SOFTHSM2_CONF", str(configuration))
    end_module()
    command = [UTILITY, "--init-token", "--free", "--label", LABEL]
    command += ["--so-pin", "13579-so", "--pin", PIN]
    subprocess.run(command, check=True, capture_output=True, timeout=120, env=dict(os.environ))
    pin_file = folder / "token.pin"
    pin_file.touch(mode=0o600)
    token = SoftToken(tokens, pin_file)
    token.set_pin(PIN)
    try:
        yield token
    finally:
        end_module()


def end_module() -> None:
    """Make this process forget the token that it has seen."""
    loaded = pkcs11._loaded.get(str(MODULE))
    if loaded is not None and loaded.initialized:
        loaded.finalize()


def certificate_for(
    public: ec.EllipticCurvePublicKey | rsa.RSAPublicKey,
    pki: DemoPki,
    at: datetime,
    *,
    name: str = "Trục liên thông văn bản (thẻ)",
    lasts: timedelta = timedelta(days=365),
) -> tuple[Certificate, ...]:
    """Issue a document-signing certificate from the PKI's authority; returns it and its issuer."""
    chain = pki.receipts.load().authorities
    issuer, key = chain[0].parsed(), authority_key(pki)
    usage = dict.fromkeys(
        (
            "key_encipherment",
            "data_encipherment",
            "key_agreement",
            "key_cert_sign",
            "crl_sign",
            "encipher_only",
            "decipher_only",
        ),
        False,
    )
    certificate = (
        x509.CertificateBuilder(
            issuer_name=issuer.subject,
            subject_name=x509.Name(
                [
                    x509.NameAttribute(NameOID.COMMON_NAME, name),
                    x509.NameAttribute(NameOID.COUNTRY_NAME, "VN"),
                ]
            ),
            public_key=public,
            serial_number=x509.random_serial_number(),
            not_valid_before=at,
            not_valid_after=at + lasts,
        )
        .add_extension(
            x509.KeyUsage(digital_signature=True, content_commitment=True, **usage), critical=True
        )
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer.public_key()),  # type: ignore[arg-type]
            critical=False,
        )
        .sign(key, hashes.SHA256())
    )
    return (Certificate.from_der(certificate.public_bytes(Encoding.DER)), *chain)


def authority_key(pki: DemoPki) -> PrivateKey:
    """Return the key of the authority that issued the receipt certificate."""
    (issuer, *_) = pki.receipts.load().authorities
    for file in sorted((pki.folder / "keys").iterdir()):
        key = load_pem_private_key(file.read_bytes(), None)
        if isinstance(key, PrivateKey) and key.public_key() == issuer.parsed().public_key():
            return key
    raise LookupError("the authority's key is not in the PKI's folder")


def chain_file(file: Path, certificates: tuple[Certificate, ...]) -> Path:
    """Write certificates as PEM, as the settings name them."""
    file.write_bytes(b"".join(one.parsed().public_bytes(Encoding.PEM) for one in certificates))
    return file
