"""Signing keys: which key, whose certificate, and from where; carried to worker processes."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Final, Protocol

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_der_private_key,
)
from signxml.algorithms import SignatureMethod

from axis.errors import AxisError, ConfigurationError
from axis.trust.certificates import Certificate, load_certificates
from axis.trust.keyfile import METHOD_OF_CURVE, PrivateKey, read_key, unreadable

PublicKey = rsa.RSAPublicKey | ec.EllipticCurvePublicKey

_PROBE: Final = b"axis: does this key belong to this certificate?"


class KeyUnavailableError(AxisError):
    """A key cannot sign now: its token is away, or refuses. The message says what to do."""


class KeySource(Protocol):
    """Where a private key is kept: a value that can be sent to the process that signs."""

    def __str__(self) -> str:
        """Name the place for people; never a secret."""

    def open(self, public: PublicKey) -> PrivateKey:
        """Return the key that belongs to this public key, for use in this process.

        Signing with it raises KeyUnavailableError when its place cannot be used.
        """


@dataclass(frozen=True, slots=True, repr=False)
class HeldKey:
    """A key held in memory; implements `KeySource`. Its representation never shows the key."""

    pkcs8: bytes
    """Unencrypted PKCS #8 DER."""
    name: str
    """Where it came from, for people."""

    def __str__(self) -> str:
        return self.name

    def open(self, public: PublicKey) -> PrivateKey:
        """Return the library's object."""
        key = load_der_private_key(self.pkcs8, password=None)
        if not isinstance(key, PrivateKey):
            raise ConfigurationError(f"{type(key).__name__}: RSA / EC")
        return key


@dataclass(frozen=True)
class SigningKey:
    """A private key with its certificate and the authorities to send along; picklable."""

    certificate: Certificate
    authorities: tuple[Certificate, ...]
    """Intermediate certificates put into the signature, so that verifiers can build the path."""
    source: KeySource

    @classmethod
    def load(cls, key_file: Path, certificate_file: Path) -> "SigningKey":
        """Read a PEM key and the PEM file of its certificate, authorities after it.

        Raises ConfigurationError with what to do when a file is missing or unreadable, the key
        file is open to others than its owner, or key and certificate do not belong together.
        """
        key = read_key(key_file)
        return cls.of(key, certificates_of_key(certificate_file), source=str(key_file))

    @classmethod
    def of(
        cls, key: PrivateKey, certificates: tuple[Certificate, ...], *, source: str = "key"
    ) -> "SigningKey":
        """Join a key with its certificates: the signer's first, then its authorities.

        Raises ConfigurationError when key and first certificate do not match.
        """
        held = HeldKey(key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption()), source)
        joined = cls.at(held, certificates)
        if _spki(key.public_key()) != _spki(joined.public):
            raise joined._mismatch()
        return joined

    @classmethod
    def at(cls, source: KeySource, certificates: tuple[Certificate, ...]) -> "SigningKey":
        """Join a place that keeps a key with the key's certificates, unchecked: see `prove`.

        Self-signed roots are left out: a verifier that needs one from the signature must not
        trust it. Raises ConfigurationError without a certificate, or for one of another kind.
        """
        if not certificates:
            raise ConfigurationError(
                f"{source}: thiếu chứng thư số của khóa. / {source}: the key's certificate is"
                " missing."
            )
        signer, *authorities = certificates
        if not isinstance(signer.parsed().public_key(), PublicKey):
            raise ConfigurationError(
                f"Chứng thư «{signer.subject}» không thuộc khóa RSA hoặc EC."
                f" / Certificate «{signer.subject}» is not of an RSA or EC key."
            )
        return cls(
            certificate=signer,
            authorities=tuple(item for item in authorities if item.subject != item.issuer),
            source=source,
        )

    @cached_property
    def private(self) -> PrivateKey:
        """The key as the library's object, made once per process."""
        return self.source.open(self.public)

    @property
    def public(self) -> PublicKey:
        """The public key that the certificate names."""
        key = self.certificate.parsed().public_key()
        assert isinstance(key, PublicKey)
        return key

    @property
    def method(self) -> SignatureMethod:
        """The signature algorithm that fits the key; RSA signs with SHA-256."""
        if isinstance(self.public, rsa.RSAPublicKey):
            return SignatureMethod.RSA_SHA256
        return METHOD_OF_CURVE.get(self.public.curve.name, SignatureMethod.ECDSA_SHA256)

    def prove(self) -> None:
        """Sign something and verify it; raises ConfigurationError when that does not work."""
        private, public, digest = self.private, self.public, hashes.SHA256()
        try:
            if isinstance(private, ec.EllipticCurvePrivateKey):
                assert isinstance(public, ec.EllipticCurvePublicKey)
                signature = private.sign(_PROBE, ec.ECDSA(digest))
                public.verify(signature, _PROBE, ec.ECDSA(digest))
            else:
                assert isinstance(public, rsa.RSAPublicKey)
                signature = private.sign(_PROBE, PKCS1v15(), digest)
                public.verify(signature, _PROBE, PKCS1v15(), digest)
        except KeyUnavailableError as error:
            raise ConfigurationError(str(error)) from error
        except InvalidSignature as error:
            raise self._mismatch() from error

    def _mismatch(self) -> ConfigurationError:
        subject = self.certificate.subject
        return ConfigurationError(
            f"Khóa {self.source} không khớp với chứng thư «{subject}». Hãy kiểm tra lại khóa và"
            f" chứng thư. / Key {self.source} does not belong to certificate «{subject}». Check"
            " key and certificate."
        )

    def __getstate__(self) -> dict[str, object]:
        state = dict(self.__dict__)
        state.pop("private", None)  # the library's object cannot be pickled; it is made again
        return state


def certificates_of_key(file: Path) -> tuple[Certificate, ...]:
    """Read a key's certificate and the authorities after it; raises ConfigurationError."""
    try:
        return load_certificates(file.read_bytes())
    except OSError as error:
        raise unreadable(file, error) from error
    except AxisError as error:
        raise ConfigurationError(f"{file}: {error}") from error


def _spki(key: PublicKey) -> bytes:
    return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
