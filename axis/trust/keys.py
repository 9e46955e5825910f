"""Private signing keys: loaded from files with strict checks, carried to worker processes."""

import os
import stat
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_der_private_key,
    load_pem_private_key,
)
from signxml.algorithms import SignatureMethod

from axis.errors import AxisError, ConfigurationError
from axis.trust.certificates import Certificate, load_certificates

MAX_KEY_FILE_BYTES: Final = 64 * 1024
"""A PEM key has 0.2-7 kB; a larger file is not one."""

MIN_RSA_BITS: Final = 2048
"""No policy accepts less, so signing with less would only produce refusals."""

PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey

_METHOD_OF_CURVE: Final = {
    "secp256r1": SignatureMethod.ECDSA_SHA256,
    "secp384r1": SignatureMethod.ECDSA_SHA384,
    "secp521r1": SignatureMethod.ECDSA_SHA512,
}


@dataclass(frozen=True)
class SigningKey:
    """A private key with its certificate and the authorities to send along.

    Picklable, so that worker processes get it; its representation never shows the key.
    """

    certificate: Certificate
    authorities: tuple[Certificate, ...]
    """Intermediate certificates put into the signature, so that verifiers can build the path."""
    pkcs8: bytes = field(repr=False, compare=False)
    """The private key, unencrypted PKCS #8 DER."""

    @classmethod
    def load(cls, key_file: Path, certificate_file: Path) -> "SigningKey":
        """Read a PEM key and the PEM file of its certificate, authorities after it.

        Raises ConfigurationError with what to do when a file is missing or unreadable, the key
        file is open to others than its owner, or key and certificate do not belong together.
        """
        key_pem = _read_key_file(key_file)
        try:
            certificates = load_certificates(certificate_file.read_bytes())
        except OSError as error:
            raise _unreadable(certificate_file, error) from error
        except AxisError as error:
            raise ConfigurationError(f"{certificate_file}: {error}") from error
        return cls.of(_parse_key(key_pem, key_file), certificates, source=str(key_file))

    @classmethod
    def of(
        cls, key: PrivateKey, certificates: tuple[Certificate, ...], *, source: str = "key"
    ) -> "SigningKey":
        """Join a key with its certificates: the signer's first, then its authorities.

        Self-signed roots are left out: a verifier that needs one from the signature must not
        trust it. Raises ConfigurationError when key and first certificate do not match.
        """
        if not certificates:
            raise ConfigurationError(
                f"{source}: thiếu chứng thư số của khóa. / {source}: the key's certificate is"
                " missing."
            )
        signer, *authorities = certificates
        if _spki(key.public_key()) != _spki(signer.parsed().public_key()):
            raise ConfigurationError(
                f"Khóa {source} không khớp với chứng thư «{signer.subject}». Hãy kiểm tra lại hai"
                f" tệp. / Key {source} does not belong to certificate «{signer.subject}». Check"
                " the two files."
            )
        return cls(
            certificate=signer,
            authorities=tuple(item for item in authorities if item.subject != item.issuer),
            pkcs8=key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption()),
        )

    @cached_property
    def private(self) -> PrivateKey:
        """The key as the library's object, made once per process."""
        key = load_der_private_key(self.pkcs8, password=None)
        if not isinstance(key, PrivateKey):
            raise ConfigurationError(f"{type(key).__name__}: RSA / EC")
        return key

    @property
    def method(self) -> SignatureMethod:
        """The signature algorithm that fits the key; RSA signs with SHA-256."""
        if isinstance(self.private, rsa.RSAPrivateKey):
            return SignatureMethod.RSA_SHA256
        return _METHOD_OF_CURVE.get(self.private.curve.name, SignatureMethod.ECDSA_SHA256)

    def __getstate__(self) -> dict[str, object]:
        state = dict(self.__dict__)
        state.pop("private", None)  # the library's object cannot be pickled; it is made again
        return state


def _read_key_file(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            mode = stat.S_IMODE(os.fstat(file.fileno()).st_mode)
            data = file.read(MAX_KEY_FILE_BYTES + 1)
    except OSError as error:
        raise _unreadable(path, error) from error
    if mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise ConfigurationError(
            f"Tệp khóa {path} có quyền {mode:03o}, người khác đọc được. Hãy chạy: chmod 600 {path}"
            f" / Key file {path} has mode {mode:03o} and is open to others. Run: chmod 600 {path}"
        )
    if len(data) > MAX_KEY_FILE_BYTES:
        raise _not_a_key(path, f"> {MAX_KEY_FILE_BYTES} byte")
    return data


def _parse_key(pem: bytes, path: Path) -> PrivateKey:
    try:
        key = load_pem_private_key(pem, password=None)
    except TypeError as error:
        raise ConfigurationError(
            f"Khóa {path} được bảo vệ bằng mật khẩu. Hãy lưu khóa không mật khẩu với quyền 600."
            f" / Key {path} is protected by a password. Store it without one, with mode 600."
        ) from error
    except Exception as error:
        # The parser raises ValueError, UnsupportedAlgorithm and its own types for bad files.
        raise _not_a_key(path, type(error).__name__) from error
    if isinstance(key, rsa.RSAPrivateKey) and key.key_size >= MIN_RSA_BITS:
        return key
    if isinstance(key, ec.EllipticCurvePrivateKey) and key.curve.name in _METHOD_OF_CURVE:
        return key
    size = getattr(key, "key_size", "")
    raise ConfigurationError(
        f"Khóa {path} ({type(key).__name__} {size}) không dùng được; cần RSA từ {MIN_RSA_BITS} bit"
        f" hoặc EC P-256. / Key {path} ({type(key).__name__} {size}) cannot be used; RSA of"
        f" {MIN_RSA_BITS} bits or more, or EC P-256 is needed."
    )


def _spki(key: object) -> bytes:
    assert isinstance(key, rsa.RSAPublicKey | ec.EllipticCurvePublicKey)
    return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def _unreadable(path: Path, error: OSError) -> ConfigurationError:
    return ConfigurationError(
        f"Không đọc được tệp {path} ({error.strerror}). / File {path} cannot be read"
        f" ({error.strerror})."
    )


def _not_a_key(path: Path, detail: str) -> ConfigurationError:
    return ConfigurationError(
        f"Tệp {path} không phải khóa riêng PEM ({detail})."
        f" / File {path} is not a PEM private key ({detail})."
    )
