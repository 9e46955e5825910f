"""What an operator types about the key for receipts: shown, made, handed out, given up."""

import stat
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import orjson
import pytest
from cryptography import x509

from axis.clock import system_clock
from axis.local.installation import Installation
from axis.settings import CONFIG_VARIABLE
from axis.tokens import TokenKey
from axis.trust.keys import SigningKey
from axis.trust.receipt_certificates import HISTORY_FILE, receipt_certificates_at
from tests.support.command import axis_command
from tests.support.offices import Offices
from tests.support.softhsm import (
    LABEL,
    MODULE,
    PIN,
    SoftToken,
    certificate_for,
    chain_file,
    soft_token,
)

pytestmark = pytest.mark.usefixtures("operator")


@pytest.fixture
def token(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[SoftToken]:
    with soft_token(tmp_path / "hsm", monkeypatch.setenv) as token:
        yield token


def test_key_is_shown_with_its_certificate_and_tried(axis: Installation) -> None:
    certificate = axis.pki.receipts.certificate

    shown = axis_command("key", "show", "--json").json

    assert shown["fingerprint"] == certificate.fingerprint
    assert shown["key"] == str(axis.pki.receipts.key_file)
    assert "retired_at" not in shown
    text = axis_command("key", "show")
    assert text.code == 0
    assert certificate.subject in text.out
    assert "fits the certificate" in text.out


def test_key_of_another_certificate_ends_with_1(
    axis: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AXIS_RECEIPTS__CERTIFICATE_FILE", str(axis.pki.seal("G22").chain_file))
    shown = axis_command("key", "show")
    assert shown.code == 1
    assert "does not belong" in shown.err


def test_certificate_of_the_running_router_is_in_the_history_and_handed_out(
    axis: Installation, operator: Path
) -> None:
    certificate = axis.pki.receipts.certificate
    (line,) = axis_command("key", "history", "--json").json
    assert line["fingerprint"] == certificate.fingerprint
    assert line["retired_at"] is None
    assert certificate.fingerprint[:16] in axis_command("key", "history").out

    for _ in range(2):  # a later export replaces an earlier one
        assert axis_command("key", "export", operator / "axis").code == 0

    (found,) = receipt_certificates_at(operator / "axis")
    assert found.certificate == certificate
    assert all(stat.S_IMODE(file.stat().st_mode) == 0o644 for file in (operator / "axis").iterdir())


def test_certificate_that_a_router_uses_is_not_retired(axis: Installation) -> None:
    fingerprint = axis.pki.receipts.certificate.fingerprint
    for wanted in (fingerprint[:12], fingerprint.upper()):
        refused = axis_command("key", "retire", wanted)
        assert refused.code == 1
        assert "still signs" in refused.err
    assert "exactly one" in axis_command("key", "retire", fingerprint[:4]).err


def test_receipts_verify_by_what_was_handed_out_until_the_key_is_retired(
    axis: Installation, operator: Path, offices: Offices, profile: Callable[..., Path]
) -> None:
    file = profile("g22", "G22")
    axis_command("key", "export", operator / "axis")
    text = file.read_text(encoding="utf-8")
    (line,) = [line for line in text.splitlines() if line.startswith("certificates = ")]
    file.write_text(text.replace(line, f'certificates = "{operator / "axis"}"'), encoding="utf-8")
    letter = operator / "letter.edxml"
    letter.write_bytes(offices.seal(offices.letter("G22", ["H37.02"])))
    sent = axis_command("document", "send", letter, "--profile", file, "--json")
    assert sent.code == 0
    receipt = operator / "receipt.xml"
    receipt.write_text(sent.json["xml"], encoding="utf-8")
    assert axis_command("receipt", "show", receipt, "--profile", file).code == 0

    history = operator / "axis" / HISTORY_FILE
    content = orjson.loads(history.read_bytes())
    content["certificates"][0]["retired_at"] = system_clock() - timedelta(hours=1)
    history.write_bytes(orjson.dumps(content))

    refused = axis_command("receipt", "show", receipt, "--profile", file)
    assert refused.code == 1
    assert "gave up signing" in refused.out


def test_new_key_and_request_are_made_for_the_same_subject(
    axis: Installation, operator: Path
) -> None:
    made = axis_command("key", "new", "--out", operator / "next")

    assert made.code == 0
    key = operator / "next" / "axis-receipts.key.pem"
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    request = x509.load_pem_x509_csr((operator / "next" / "axis-receipts.csr.pem").read_bytes())
    assert request.subject == axis.pki.receipts.certificate.parsed().subject
    issued = certificate_for(request.public_key(), axis.pki, system_clock())  # type: ignore[arg-type]
    SigningKey.load(key, chain_file(operator / "chain.pem", issued)).prove()

    before = key.read_bytes()
    again = axis_command("key", "new", "--out", operator / "next")
    assert again.code == 1
    assert key.read_bytes() == before


def test_new_key_is_made_in_a_token(axis: Installation, operator: Path, token: SoftToken) -> None:
    place = ("--module", MODULE, "--token-label", LABEL, "--pin-file", token.pin_file)
    made = axis_command(
        "key",
        "new",
        "--out",
        operator / "next",
        "--key-label",
        "2027",
        *place,
        "--subject",
        "CN=Trục,C=VN",
    )

    assert made.code == 0, made.err
    assert PIN not in made.out
    assert [file.name for file in (operator / "next").iterdir()] == ["axis-receipts.csr.pem"]
    request = x509.load_pem_x509_csr((operator / "next" / "axis-receipts.csr.pem").read_bytes())
    assert request.is_signature_valid
    assert request.subject.rfc4514_string() == "CN=Trục,C=VN"
    issued = certificate_for(request.public_key(), axis.pki, system_clock())  # type: ignore[arg-type]
    SigningKey.at(TokenKey(token.place, "2027"), issued).prove()


@pytest.mark.parametrize(
    "options",
    [
        ("--token-label", "x"),
        ("--key-label", "x"),
        ("--subject", "nobody"),
    ],
)
def test_new_key_without_all_that_it_needs_is_not_made(
    options: tuple[str, ...], operator: Path
) -> None:
    assert axis_command("key", "new", "--out", operator / "next", *options).code == 1
    assert not (operator / "next").exists()


def test_new_key_needs_a_subject_where_no_settings_name_one(
    operator: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(CONFIG_VARIABLE)
    refused = axis_command("key", "new", "--out", operator / "next")
    assert refused.code == 1
    assert "--subject" in refused.err
