"""`axis document check` on a configured axis, and the check before `axis document send`."""

from pathlib import Path

import pytest

from axis.local.installation import Installation
from axis.settings import CONFIG_VARIABLE
from tests.integration.cli.conftest import Profile
from tests.support.command import axis_command
from tests.support.offices import Offices

pytestmark = pytest.mark.usefixtures("operator")


def codes(report: dict[str, list[dict[str, str]]]) -> list[str]:
    return [reason["code"] for reason in report["reasons"]]


def test_document_is_judged_by_the_registry_and_trust_of_the_installation(
    offices: Offices, tmp_path: Path
) -> None:
    good, bad = tmp_path / "good.edxml", tmp_path / "bad.edxml"
    good.write_bytes(offices.seal(offices.letter("G22", ["H37.02"])))
    bad.write_bytes(offices.seal(offices.letter("G22", ["NOBODY"]), by="G09"))
    ended = axis_command("document", "check", good, "--json")
    assert (ended.code, ended.json["verdict"]) == (0, "PASSED"), ended.out + ended.err
    ended = axis_command("document", "check", bad, "--json")
    assert ended.code == 1
    assert {"A-RECEIVER-UNKNOWN", "A-CERTIFICATE-OF-OTHER-AGENCY"} <= set(codes(ended.json))
    ended = axis_command("document", "check", good, "--endpoint", "g09", "--json")
    assert codes(ended.json) == ["A-SENDER-NOT-AT-ENDPOINT"]


def test_document_id_that_was_used_before_is_a_conflict(
    offices: Offices, profile: Profile, tmp_path: Path
) -> None:
    letter = offices.letter("G09", ["H37.02"])
    sent, again = tmp_path / "sent.edxml", tmp_path / "again.edxml"
    sent.write_bytes(offices.seal(letter))
    other = offices.letter("G09", ["H37.02"], own_id=letter.document_id)
    again.write_bytes(offices.seal(other))
    ended = axis_command("document", "send", sent, "--profile", profile("g09", "G09"))
    assert ended.code == 0, ended.err
    assert axis_command("document", "check", sent, "--json").code == 0
    ended = axis_command("document", "check", again, "--json")
    assert codes(ended.json) == ["A-CONFLICT"]


def test_document_that_is_sure_to_be_refused_is_not_sent(
    offices: Offices, profile: Profile, tmp_path: Path
) -> None:
    file = tmp_path / "altered.edxml"
    sealed = offices.seal(offices.letter("G22", ["H37.02"]))
    file.write_bytes(sealed.replace("thử nghiệm".encode(), "thử nghiêm".encode()))
    known = profile("g22", "G22")
    ended = axis_command("document", "send", file, "--profile", known)
    assert ended.code == 1
    assert "S-ALTERED" in ended.out
    assert "Nothing was sent" in ended.out
    ended = axis_command("document", "send", file, "--profile", known, "--json")
    assert (ended.code, codes(ended.json)) == (1, ["S-ALTERED"])
    ended = axis_command("document", "send", file, "--profile", known, "--unchecked", "--json")
    assert ended.code == 1
    assert ended.json["proof"]
    assert not ended.json["accepted"]


def test_database_that_is_away_is_no_verdict_but_3(
    axis: Installation, offices: Offices, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file, settings = tmp_path / "good.edxml", tmp_path / "axis.toml"
    file.write_bytes(offices.seal(offices.letter("G22", ["H37.02"])))
    port = f":{axis.servers.postgresql.port}/"
    settings.write_text(axis.config.read_text(encoding="utf-8").replace(port, ":1/"))
    monkeypatch.setenv(CONFIG_VARIABLE, str(settings))
    ended = axis_command("document", "check", file, "--json")
    assert (ended.code, ended.out) == (3, "")
    assert "Traceback" not in ended.err
