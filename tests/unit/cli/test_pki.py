"""`axis pki`: makes, serves, shows and revokes; says what to do when it cannot."""

import json
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography import x509

from axis.clock import system_clock
from axis.local.pki import DemoPki, make_demo_pki
from axis.local.ports import lasting_port
from tests.support.command import axis_command
from tests.support.responders import get

AGENCIES = "code,name,level\nG22,Văn phòng Chính phủ,central\nH37,UBND tỉnh,province\n"


@pytest.fixture
def pki(tmp_path: Path) -> DemoPki:
    agencies = [("G22", "Văn phòng Chính phủ"), ("H37", "UBND tỉnh")]
    return make_demo_pki(tmp_path / "pki", agencies, system_clock(), rsa_agencies=(), port=32100)


def test_serve_makes_a_pki_for_a_table_of_agencies_and_answers_until_sigterm(
    tmp_path: Path,
) -> None:
    (tmp_path / "agencies.csv").write_text(AGENCIES, encoding="utf-8")
    command = [
        *(sys.executable, "-m", "axis", "pki", "serve", "--folder", tmp_path / "pki"),
        *("--agencies", tmp_path / "agencies.csv", "--port", str(lasting_port())),
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            said = process.stdout.readline()
            url = re.search(r"http://127\.0\.0\.1:\d+", said)
            assert url is not None, said
            issued = x509.load_der_x509_crl(get(f"{url[0]}/axis-demo/crls/root/latest.crl"))
        finally:
            process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=60) == 0
    pki = DemoPki(tmp_path / "pki")
    assert issued.issuer == pki.anchors[0].parsed().subject
    assert pki.address == url[0]
    assert pki.seal("H37").certificate.organization_identifier == "H37"


def test_serve_on_another_port_than_certificates_name_is_refused(pki: DemoPki) -> None:
    ended = axis_command("pki", "serve", "--folder", pki.folder, "--port", 32200)

    assert ended.code == 1
    assert "name port 32100" in ended.err


@pytest.mark.parametrize("wrong", [("--validity", "0"), ("--port", "80")])
def test_serve_with_a_limit_out_of_range_is_wrong_usage(
    wrong: tuple[str, str], tmp_path: Path
) -> None:
    assert axis_command("pki", "serve", "--folder", tmp_path, *wrong).code == 2


def test_show_lists_what_was_issued_and_where_to_ask(pki: DemoPki) -> None:
    ended = axis_command("pki", "show", "--folder", pki.folder)

    assert ended.code == 0
    for expected in ("http://127.0.0.1:32100", "/axis-demo/tsa/tsa", "seal-G22", "person-G22-1"):
        assert expected in ended.out


def test_revoked_seal_is_shown_with_its_moment(pki: DemoPki) -> None:
    at = "2026-01-02T03:04:05Z"
    assert axis_command("pki", "revoke", "--folder", pki.folder, "H37", "--at", at).code == 0

    shown = axis_command("pki", "show", "--folder", pki.folder, "--json").json

    revoked = {one["name"]: one["revoked_since"] for one in shown["issued"]}
    assert revoked.pop("seal-H37") == at
    assert set(revoked.values()) == {None}
    assert shown["responders"] == "http://127.0.0.1:32100"


def test_revoke_without_a_moment_is_from_now_on_and_stays_when_repeated(pki: DemoPki) -> None:
    assert axis_command("pki", "revoke", "--folder", pki.folder, "G22").code == 0
    once = json.loads((pki.folder / "certomancer.yml").read_text(encoding="utf-8"))
    assert axis_command("pki", "revoke", "--folder", pki.folder, "G22").code == 0

    assert json.loads((pki.folder / "certomancer.yml").read_text(encoding="utf-8")) == once


@pytest.mark.parametrize(
    ("arguments", "said"),
    [(("H99",), "no certificate «seal-H99»"), (("H37", "--at", "yesterday"), "yesterday")],
)
def test_revoke_that_cannot_be_done_says_why(
    arguments: tuple[str, ...], said: str, pki: DemoPki
) -> None:
    ended = axis_command("pki", "revoke", "--folder", pki.folder, *arguments)

    assert ended.code == 1
    assert said in ended.err


@pytest.mark.parametrize("verb", [("show",), ("revoke", "H37")])
def test_folder_without_a_pki_is_told_with_what_to_do(
    verb: tuple[str, ...], tmp_path: Path
) -> None:
    ended = axis_command("pki", *verb, "--folder", tmp_path)

    assert ended.code == 1
    assert "axis pki serve" in ended.err
