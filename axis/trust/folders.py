"""Folders of certificates, as installations and clients keep their trust."""

from pathlib import Path
from typing import Final

from axis.errors import ConfigurationError, InvalidInputError
from axis.trust.certificates import Certificate, load_certificates

_CERTIFICATE_SUFFIXES: Final = frozenset({".pem", ".crt", ".cer", ".der"})


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


def _certificates_of(file: Path) -> tuple[Certificate, ...]:
    try:
        return load_certificates(file.read_bytes())
    except (OSError, InvalidInputError) as error:
        raise ConfigurationError(
            f"Không đọc được chứng thư trong «{file}». / The certificates in «{file}» cannot be"
            f" read: {error}"
        ) from error
