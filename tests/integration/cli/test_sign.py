"""`axis document sign` at every level, with timestamps from responders that really answer."""

from pathlib import Path
from typing import Any

import pytest

from axis.facts import SignatureLevel
from tests.support.command import Ended, axis_command
from tests.support.responders import RunningPki, StartPki, running_pki, start_pki

__all__ = ["running_pki", "start_pki"]

LETTER = Path(__file__).parents[2] / "vectors" / "good" / "sample-new-single-pdf.edxml"
PROFILE = """\
url = "amqp://127.0.0.1/axis"
endpoint = "g22"
password_file = "none"
journal = "journal"

[axis]
anchors = "{pki}/anchors"
certificates = "{pki}/certificates/receipts.pem"

[agencies.G22]
key_file = "{seal.key_file}"
certificate_file = "{seal.chain_file}"
"""


@pytest.fixture
def profile(running_pki: RunningPki, tmp_path: Path) -> Path:
    file = tmp_path / "g22.toml"
    pki = running_pki.pki
    file.write_text(PROFILE.format(pki=pki.folder, seal=pki.seal("G22")), encoding="utf-8")
    return file


def sign(profile: Path, *options: object) -> Ended:
    out = profile.with_name("signed.edxml")
    return axis_command("document", "sign", LETTER, "--profile", profile, "--out", out, *options)


def explained(profile: Path, pki: RunningPki) -> Any:
    signed = profile.with_name("signed.edxml")
    ended = axis_command("verify", signed, "--anchors", pki.pki.folder / "anchors", "--json")
    codes = [reason["code"] for reason in ended.json["reasons"]]
    assert codes == ["A-NOT-CHECKED"], ended
    return ended.json["signature"]


@pytest.mark.parametrize(
    ("option", "level"),
    [
        (None, SignatureLevel.PLAIN),
        ("xmldsig", SignatureLevel.PLAIN),
        ("xades-b", SignatureLevel.BASIC),
        ("XAdES-B", SignatureLevel.BASIC),
    ],
)
def test_document_is_signed_at_the_level_asked_for(
    option: str | None, level: SignatureLevel, profile: Path, running_pki: RunningPki
) -> None:
    ended = sign(profile, *(() if option is None else ("--level", option)))

    assert ended.code == 0, ended
    said = explained(profile, running_pki)
    assert said["level"] == level
    assert (said["claimed_at"] is None) is (level is SignatureLevel.PLAIN)
    assert said["proven_at"] is None


def test_document_is_timestamped_by_the_authority_that_is_named(
    profile: Path, running_pki: RunningPki
) -> None:
    ended = sign(profile, "--level", "xades-t", "--tsa", running_pki.timestamp_url)

    assert ended.code == 0, ended
    said = explained(profile, running_pki)
    assert said["level"] == SignatureLevel.TIMESTAMPED
    assert said["proven_at"] == said["judged_at"]
    assert said["timestamped_by"] == running_pki.pki.timestamps.certificate.subject


def test_profile_says_how_documents_are_signed(profile: Path, running_pki: RunningPki) -> None:
    signing = f'\n[signing]\nlevel = "XAdES-T"\ntsa = "{running_pki.timestamp_url}"\n'
    profile.write_text(profile.read_text(encoding="utf-8") + signing, encoding="utf-8")

    assert sign(profile).code == 0
    assert explained(profile, running_pki)["level"] == SignatureLevel.TIMESTAMPED
    profile.with_name("signed.edxml").unlink()
    assert sign(profile, "--level", "xades-b").code == 0
    assert explained(profile, running_pki)["level"] == SignatureLevel.BASIC


def test_nothing_is_written_while_no_timestamp_is_to_be_had(
    profile: Path, start_pki: StartPki
) -> None:
    away = start_pki(agencies=(("G22", "Văn phòng Chính phủ"),))
    away.stop()

    named = sign(profile, "--level", "xades-t", "--tsa", away.timestamp_url)
    unnamed = sign(profile, "--level", "xades-t")

    assert named.code == unnamed.code == 1
    assert away.timestamp_url in named.err
    assert "--tsa" in unnamed.err
    assert not profile.with_name("signed.edxml").exists()
