"""With which certificates an axis signs receipts, and since when no more.

A receipt is judged as of the moment that it states, so it is proof for ever. What must not be is a
receipt dated to after its key was given up: agencies get the axis's certificates with their terms,
as a folder of PEM files beside `HISTORY_FILE`.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

import orjson
from cryptography.hazmat.primitives.serialization import Encoding
from pydantic import AwareDatetime, BaseModel, ValidationError

from axis.errors import ConfigurationError, InvalidInputError
from axis.trust.certificates import Certificate, load_certificates
from axis.trust.folders import certificates_in

HISTORY_FILE: Final = "history.json"

MAX_HISTORY_BYTES: Final = 1024 * 1024
"""A certificate takes a line of 0.4 kB, and an axis has one a year or two."""


@dataclass(frozen=True, slots=True)
class ReceiptCertificate:
    """A certificate of the axis with its term; what is not known is None."""

    certificate: Certificate
    authorities: tuple[Certificate, ...] = ()
    """The certificates above it, without the root."""
    first_used_at: datetime | None = None
    last_used_at: datetime | None = None
    retired_at: datetime | None = None
    """No receipt dated after this is genuine."""


class _Line(BaseModel):
    fingerprint: str
    first_used_at: AwareDatetime | None = None
    retired_at: AwareDatetime | None = None


class _History(BaseModel):
    certificates: list[_Line]


def receipt_certificates_at(path: Path) -> tuple[ReceiptCertificate, ...]:
    """Read an axis's certificates from a PEM file, or from a folder as `history_files` makes it.

    Without a history none is retired. Raises ConfigurationError with what to do.
    """
    if path.is_dir():
        found, lines = certificates_in(path), _history_in(path)
    else:
        found, lines = _certificates_of(path), {}
    authorities = tuple(one for one in found if one.is_authority)
    signers = {one.fingerprint: one for one in found if not one.is_authority}
    if missing := lines.keys() - signers.keys():
        raise ConfigurationError(
            f"Thư mục «{path}» thiếu chứng thư {', '.join(sorted(missing))}; hãy chép đủ thư mục do"
            " «axis key export» tạo ra."
            f" / The folder «{path}» lacks certificate {', '.join(sorted(missing))}; copy the"
            " whole folder that «axis key export» makes."
        )
    unknown = _Line(fingerprint="")
    return tuple(
        ReceiptCertificate(
            certificate,
            authorities,
            first_used_at=lines.get(fingerprint, unknown).first_used_at,
            retired_at=lines.get(fingerprint, unknown).retired_at,
        )
        for fingerprint, certificate in signers.items()
    )


def history_files(history: Iterable[ReceiptCertificate]) -> dict[str, bytes]:
    """Return the files of the folder that agencies get, by name: certificates and their terms."""
    files: dict[str, bytes] = {}
    lines = []
    for one in history:
        name = f"axis-{one.certificate.fingerprint[:16]}.pem"
        files[name] = b"".join(
            part.parsed().public_bytes(Encoding.PEM) for part in (one.certificate, *one.authorities)
        )
        lines.append({"file": name, **history_line(one)})
    files[HISTORY_FILE] = orjson.dumps({"certificates": lines}, option=_JSON)
    return files


def history_line(one: ReceiptCertificate) -> dict[str, object]:
    """Return what a history says of one certificate, for JSON."""
    return {
        "fingerprint": one.certificate.fingerprint,
        "subject": one.certificate.subject,
        "issuer": one.certificate.issuer,
        "not_before": one.certificate.not_before,
        "not_after": one.certificate.not_after,
        "first_used_at": one.first_used_at,
        "retired_at": one.retired_at,
    }


_JSON: Final = orjson.OPT_INDENT_2 | orjson.OPT_UTC_Z | orjson.OPT_APPEND_NEWLINE


def _history_in(folder: Path) -> dict[str, _Line]:
    file = folder / HISTORY_FILE
    if not file.exists():
        return {}
    try:
        with file.open("rb") as stream:
            data = stream.read(MAX_HISTORY_BYTES + 1)
        if len(data) > MAX_HISTORY_BYTES:
            raise ValueError(f"> {MAX_HISTORY_BYTES} byte")
        history = _History.model_validate_json(data)
    except ValidationError as error:
        problem = error.errors()[0]
        place = ".".join(str(part) for part in problem["loc"])
        raise _unreadable(file, f"{place}: {problem['msg']}") from error
    except (OSError, ValueError) as error:
        raise _unreadable(file, str(error)) from error
    return {line.fingerprint: line for line in history.certificates}


def _certificates_of(file: Path) -> tuple[Certificate, ...]:
    try:
        return load_certificates(file.read_bytes())
    except OSError as error:
        raise _unreadable(file, error.strerror or "") from error
    except InvalidInputError as error:
        raise ConfigurationError(f"{file}: {error}") from error


def _unreadable(file: Path, detail: str) -> ConfigurationError:
    return ConfigurationError(
        f"Không đọc được «{file}» ({detail}). / «{file}» cannot be read ({detail})."
    )
