"""Which key signs receipts: one of a file and a token, and the certificate's own."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from axis.errors import ConfigurationError
from axis.local.pki import DemoPki, make_demo_pki
from axis.receipt_key import check_term, receipt_key
from axis.settings import ReceiptSettings, TokenSettings
from axis.tokens import make_token_key
from tests.support.softhsm import LABEL, MODULE, SoftToken, certificate_for, chain_file, soft_token

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def pki(tmp_path_factory: pytest.TempPathFactory) -> DemoPki:
    return make_demo_pki(tmp_path_factory.mktemp("pki"), [("G22", "Văn phòng")], NOW)


@pytest.fixture
def token(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[SoftToken]:
    with soft_token(tmp_path / "hsm", monkeypatch.setenv) as token:
        yield token


def settings_of(token: SoftToken) -> TokenSettings:
    return TokenSettings(
        module=MODULE, token_label=LABEL, key_label="receipts", pin_file=token.pin_file
    )


def test_key_in_a_file_is_loaded(pki: DemoPki) -> None:
    files = pki.receipts
    settings = ReceiptSettings(key_file=files.key_file, certificate_file=files.chain_file)
    assert receipt_key(settings) == files.load()


def test_key_in_a_token_is_proven(token: SoftToken, pki: DemoPki, tmp_path: Path) -> None:
    issued = certificate_for(make_token_key(token.key()), pki, NOW)
    file = chain_file(tmp_path / "axis.pem", issued)

    key = receipt_key(ReceiptSettings(token=settings_of(token), certificate_file=file))

    assert (key.certificate, *key.authorities) == issued
    assert "receipts" in str(key.source)


def test_token_with_the_certificate_of_another_key_is_refused(
    token: SoftToken, pki: DemoPki
) -> None:
    make_token_key(token.key())
    settings = ReceiptSettings(token=settings_of(token), certificate_file=pki.receipts.chain_file)
    with pytest.raises(ConfigurationError, match="does not belong"):
        receipt_key(settings)


@pytest.mark.parametrize("given", ["nothing", "both", "no certificate"])
def test_anything_but_one_key_and_its_certificate_is_refused(
    given: str, pki: DemoPki, tmp_path: Path
) -> None:
    files = pki.receipts
    token = TokenSettings(
        module=MODULE, token_label=LABEL, key_label="receipts", pin_file=tmp_path / "pin"
    )
    settings = {
        "nothing": ReceiptSettings(certificate_file=files.chain_file),
        "both": ReceiptSettings(
            key_file=files.key_file, token=token, certificate_file=files.chain_file
        ),
        "no certificate": ReceiptSettings(key_file=files.key_file),
    }[given]
    with pytest.raises(ConfigurationError, match=r"receipts\.token"):
        receipt_key(settings)


def test_term_of_the_certificate_is_inclusive(pki: DemoPki) -> None:
    certificate = pki.receipts.certificate
    for at in (certificate.not_before, certificate.not_after):
        check_term(certificate, at)
    for at in (
        certificate.not_before - timedelta(seconds=1),
        certificate.not_after + timedelta(seconds=1),
    ):
        with pytest.raises(ConfigurationError, match="valid only from"):
            check_term(certificate, at)
