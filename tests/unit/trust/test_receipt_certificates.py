"""The history of an axis's certificates as a folder that agencies get."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import orjson
import pytest

from axis.errors import ConfigurationError
from axis.trust.keys import SigningKey
from axis.trust.receipt_certificates import (
    HISTORY_FILE,
    MAX_HISTORY_BYTES,
    ReceiptCertificate,
    history_files,
    receipt_certificates_at,
)

FIRST = datetime(2024, 1, 1, tzinfo=UTC)
SWITCH = datetime(2026, 1, 1, 0, 30, tzinfo=UTC)


@pytest.fixture
def history(ec_key: SigningKey, other_key: SigningKey) -> list[ReceiptCertificate]:
    return [
        ReceiptCertificate(
            ec_key.certificate, ec_key.authorities, first_used_at=FIRST, retired_at=SWITCH
        ),
        ReceiptCertificate(
            other_key.certificate,
            other_key.authorities,
            first_used_at=SWITCH - timedelta(days=9),
            last_used_at=SWITCH,
        ),
    ]


@pytest.fixture
def folder(history: list[ReceiptCertificate], tmp_path: Path) -> Path:
    for name, data in history_files(history).items():
        (tmp_path / name).write_bytes(data)
    return tmp_path


def test_folder_handed_out_is_read_with_every_term(
    history: list[ReceiptCertificate], folder: Path
) -> None:
    found = {one.certificate: one for one in receipt_certificates_at(folder)}

    for one in history:
        read = found[one.certificate]
        assert read.retired_at == one.retired_at
        assert read.first_used_at == one.first_used_at
        assert set(one.authorities) <= set(read.authorities)
    assert len(found) == 2


def test_history_file_says_the_same_in_json(folder: Path) -> None:
    lines = orjson.loads((folder / HISTORY_FILE).read_bytes())["certificates"]
    assert [line["retired_at"] for line in lines] == ["2026-01-01T00:30:00Z", None]
    assert all((folder / line["file"]).exists() for line in lines)
    assert not any("last_used_at" in line for line in lines)


def test_plain_certificates_have_no_retirement(ec_key: SigningKey, tmp_path: Path) -> None:
    files = history_files([ReceiptCertificate(ec_key.certificate, ec_key.authorities)])
    file = tmp_path / "axis.pem"
    file.write_bytes(files[f"axis-{ec_key.certificate.fingerprint[:16]}.pem"])

    for place in (file, tmp_path):
        (found,) = receipt_certificates_at(place)
        assert found.certificate == ec_key.certificate
        assert found.authorities == ec_key.authorities
        assert found.retired_at is None


def test_folder_that_lacks_a_certificate_is_refused(
    history: list[ReceiptCertificate], folder: Path
) -> None:
    missing = history[0].certificate.fingerprint
    (folder / f"axis-{missing[:16]}.pem").unlink()
    with pytest.raises(ConfigurationError, match=missing):
        receipt_certificates_at(folder)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[]",
        b"\xff",
        b'{"certificates": 1}',
        b'{"certificates": [{}]}',
        b'{"certificates": [{"fingerprint": "00", "retired_at": "2026-01-01"}]}',
        b'{"certificates": [{"fingerprint": "00", "retired_at": "2026-01-01T00:00:00"}]}',
        b"[" * 100_000,
        b" " * (MAX_HISTORY_BYTES + 1),
    ],
    ids=["empty", "list", "bytes", "number", "nothing", "day", "no zone", "deep", "long"],
)
def test_history_that_cannot_be_read_is_named(content: bytes, folder: Path) -> None:
    (folder / HISTORY_FILE).write_bytes(content)
    with pytest.raises(ConfigurationError, match=HISTORY_FILE):
        receipt_certificates_at(folder)


@pytest.mark.parametrize("make", [Path.touch, lambda _: None], ids=["empty", "missing"])
def test_file_without_certificates_is_named(make: Callable[[Path], None], tmp_path: Path) -> None:
    file = tmp_path / "axis.pem"
    make(file)
    with pytest.raises(ConfigurationError, match=r"axis\.pem"):
        receipt_certificates_at(file)
