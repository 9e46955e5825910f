"""Folders of certificates and revocation lists, as installations and clients keep their trust."""

from pathlib import Path
from typing import Final

from axis.errors import ConfigurationError, InvalidInputError
from axis.trust.certificates import Certificate, load_certificates
from axis.trust.lists import MAX_FILE_BYTES, MAX_LISTS, load_revocation_lists

_CERTIFICATE_SUFFIXES: Final = frozenset({".pem", ".crt", ".cer", ".der"})
_LIST_SUFFIXES: Final = frozenset({".crl", ".pem", ".der"})


def certificates_in(folder: Path) -> tuple[Certificate, ...]:
    """Read every certificate file of a folder; raises ConfigurationError when there is none."""
    files = [
        file for file in sorted(folder.glob("*")) if file.suffix.lower() in _CERTIFICATE_SUFFIXES
    ]
    found = tuple(one for file in files for one in _certificates_of(file))
    if not found:
        raise ConfigurationError(
            f"Thư mục «{folder}» không có chứng thư nào (.pem, .crt, .cer, .der)."
            f" / The folder «{folder}» holds no certificate (.pem, .crt, .cer, .der)."
        )
    return found


def revocation_lists_in(folder: Path) -> tuple[bytes, ...]:
    """Read every revocation list (CRL, PEM or DER) of a folder and return them as DER.

    Raises ConfigurationError when there is none, too many, or one that cannot be read.
    """
    files = [file for file in sorted(folder.glob("*")) if file.suffix.lower() in _LIST_SUFFIXES]
    found: list[bytes] = []
    for file in files:
        found += _lists_of(file)
        if len(found) > MAX_LISTS:
            raise ConfigurationError(
                f"Thư mục «{folder}» có hơn {MAX_LISTS} danh sách thu hồi (CRL)."
                f" / The folder «{folder}» holds more than {MAX_LISTS} revocation lists (CRL)."
            )
    if not found:
        raise ConfigurationError(
            f"Thư mục «{folder}» không có danh sách thu hồi nào (.crl, .pem, .der)."
            f" / The folder «{folder}» holds no revocation list (.crl, .pem, .der)."
        )
    return tuple(found)


def _lists_of(file: Path) -> tuple[bytes, ...]:
    try:
        with file.open("rb") as stream:
            return load_revocation_lists(stream.read(MAX_FILE_BYTES + 1))
    except (OSError, InvalidInputError) as error:
        raise ConfigurationError(
            f"Không đọc được danh sách thu hồi trong «{file}». / The revocation lists in «{file}»"
            f" cannot be read: {error}"
        ) from error


def _certificates_of(file: Path) -> tuple[Certificate, ...]:
    try:
        return load_certificates(file.read_bytes())
    except (OSError, InvalidInputError) as error:
        raise ConfigurationError(
            f"Không đọc được chứng thư trong «{file}». / The certificates in «{file}» cannot be"
            f" read: {error}"
        ) from error
