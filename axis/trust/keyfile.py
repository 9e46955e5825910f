"""Private keys in PEM files, read with strict checks."""

import os
import stat
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from signxml.algorithms import SignatureMethod

from axis.errors import ConfigurationError

MAX_KEY_FILE_BYTES: Final = 64 * 1024
"""A PEM key has 0.2-7 kB; a larger file is not one."""

MIN_RSA_BITS: Final = 2048
"""No policy accepts less, so signing with less would only produce refusals."""

METHOD_OF_CURVE: Final = {
    "secp256r1": SignatureMethod.ECDSA_SHA256,
    "secp384r1": SignatureMethod.ECDSA_SHA384,
    "secp521r1": SignatureMethod.ECDSA_SHA512,
}
"""The curves that may sign, by cryptography's names, each with the digest of its strength."""

PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey


def read_key(path: Path) -> PrivateKey:
    """Read a private key from a PEM file.

    Raises ConfigurationError with what to do when the file is missing, unreadable, open to others
    than its owner, protected by a password, or holds no key that a policy would accept.
    """
    return _parse(_read(path), path)


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            mode = stat.S_IMODE(os.fstat(file.fileno()).st_mode)
            data = file.read(MAX_KEY_FILE_BYTES + 1)
    except OSError as error:
        raise unreadable(path, error) from error
    if mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise ConfigurationError(
            f"Tệp khóa {path} có quyền {mode:03o}, người khác đọc được. Hãy chạy: chmod 600 {path}"
            f" / Key file {path} has mode {mode:03o} and is open to others. Run: chmod 600 {path}"
        )
    if len(data) > MAX_KEY_FILE_BYTES:
        raise _not_a_key(path, f"> {MAX_KEY_FILE_BYTES} byte")
    return data


def _parse(pem: bytes, path: Path) -> PrivateKey:
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
    if isinstance(key, ec.EllipticCurvePrivateKey) and key.curve.name in METHOD_OF_CURVE:
        return key
    size = getattr(key, "key_size", "")
    raise ConfigurationError(
        f"Khóa {path} ({type(key).__name__} {size}) không dùng được; cần RSA từ {MIN_RSA_BITS} bit"
        f" hoặc EC P-256. / Key {path} ({type(key).__name__} {size}) cannot be used; RSA of"
        f" {MIN_RSA_BITS} bits or more, or EC P-256 is needed."
    )


def unreadable(path: Path, error: OSError) -> ConfigurationError:
    """Return the error that a file cannot be read."""
    return ConfigurationError(
        f"Không đọc được tệp {path} ({error.strerror}). / File {path} cannot be read"
        f" ({error.strerror})."
    )


def _not_a_key(path: Path, detail: str) -> ConfigurationError:
    return ConfigurationError(
        f"Tệp {path} không phải khóa riêng PEM ({detail})."
        f" / File {path} is not a PEM private key ({detail})."
    )
