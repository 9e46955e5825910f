"""`axis document check` with tables and folders: no server, no settings."""

import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key
from cryptography.x509 import load_pem_x509_certificate

from axis.cli import check as checking
from axis.cli.check import FEW_FILES, moment_of
from axis.edxml.limits import MAX_DOCUMENT_BYTES
from axis.errors import InvalidInputError
from axis.local.pki import DemoPki
from axis.settings import CONFIG_VARIABLE
from tests.support.check_desk import NOW, Desk, Write
from tests.support.command import axis_command


@pytest.fixture(autouse=True)
def no_installation(monkeypatch: pytest.MonkeyPatch) -> None:
    """A settings file that does not exist: reading settings at all is an error."""
    monkeypatch.setenv(CONFIG_VARIABLE, "/nonexistent/axis.toml")


def codes(report: dict[str, Any]) -> list[str]:
    return [reason["code"] for reason in report["reasons"]]


# -- verdicts and exit codes -----------------------------------------------------------------------
def test_document_in_order_passes_with_0(desk: Desk, write: Write) -> None:
    file = write(desk.document("H37.02", "G09"))
    ended = desk.check(file)
    assert ended.code == 0, ended.out + ended.err
    assert ended.json["file"] == str(file)
    assert ended.json["verdict"] == "PASSED"
    assert [one["name"] for one in ended.json["receivers"]] == ["Sở Nội vụ", "Bộ Nội vụ"]


def test_document_in_wrong_hands_fails_with_1_and_every_reason(desk: Desk, write: Write) -> None:
    ended = desk.check(write(desk.document("X99", "H37.90", by="G09")))
    assert ended.code == 1
    assert ended.json["verdict"] == "FAILED"
    assert set(codes(ended.json)) >= {
        "A-CERTIFICATE-OF-OTHER-AGENCY",
        "A-RECEIVER-UNKNOWN",
        "A-RECEIVER-CLOSED",
    }
    for reason in ended.json["reasons"]:
        assert {"code", "severity", "place", "line", "facts", "text_vi", "text_en"} <= set(reason)


@pytest.mark.parametrize(
    ("line", "by", "expected", "noted"),
    [
        ("G22,{seal},person,7/QĐ-VPCP,new", "G22", [], False),
        ("G22,{seal},carrier,,", "G22", ["A-CARRIER-ONLY"], False),
        ("G22,{seal},seal,,status;recall", "G22", ["A-MANDATE-KIND"], False),
        ("G22,{seal},,,", "G09", ["A-CERTIFICATE-OF-OTHER-ORGANISATION"], True),
        ("G22,{seal},parent,7/QĐ,", "H37", ["A-MANDATE-OUTSIDE-HIERARCHY"], True),
    ],
)
def test_mandates_of_the_table_are_held_against_the_document(
    desk: Desk, write: Write, line: str, by: str, expected: list[str], noted: bool
) -> None:
    seal = desk.pki.seal(by).certificate_file
    table = write(
        f"code,certificate,capacity,act,kinds\n{line.format(seal=seal)}\n".encode(), "table.csv"
    )
    file = write(desk.document(by=by))
    ended = desk.check(file, without="--certificates", certificates=str(table))
    assert codes(ended.json) == expected
    assert ("Dòng 2" in ended.err) is noted


def test_seal_that_the_table_leaves_out_is_not_enrolled(desk: Desk, write: Write) -> None:
    ended = desk.check(write(desk.document(by="H37.101")))
    assert "A-CERTIFICATE-NOT-ENROLLED" in codes(ended.json)


@pytest.mark.parametrize(
    ("without", "code"),
    [
        ("--agencies", "A-NOT-CHECKED"),
        ("--certificates", "A-NOT-CHECKED"),
        ("--anchors", "S-NOT-CHECKED"),
    ],
)
def test_what_was_not_given_is_held_with_2(
    desk: Desk, write: Write, without: str, code: str
) -> None:
    ended = desk.check(write(desk.document()), without=without)
    assert ended.code == 2
    assert ended.json["verdict"] == "INDETERMINATE"
    assert codes(ended.json) == [code]
    assert without in json.dumps(ended.json["reasons"])


def test_failed_file_outweighs_an_indeterminate_one(desk: Desk, write: Write) -> None:
    good, bad = write(desk.document()), write(b"no XML", "bad.edxml")
    assert desk.check(good, bad, without="--anchors").code == 1


def test_clock_decides_what_has_closed(desk: Desk, write: Write) -> None:
    file = write(desk.document("H37.90"))
    options = [part for one in desk.options.items() for part in one]
    ended = axis_command("document", "check", file, *options, "--json", "--at", "2025-06-30")
    assert "A-RECEIVER-CLOSED" not in codes(ended.json)
    assert "S-NOT-YET-VALID" in codes(ended.json)


def test_endpoint_that_may_not_send_is_named(desk: Desk, write: Write) -> None:
    file = write(desk.document())
    assert desk.check(file, endpoint="g22").code == 0
    assert codes(desk.check(file, endpoint="g09").json) == ["A-SENDER-NOT-AT-ENDPOINT"]
    assert codes(desk.check(file, endpoint="nobody").json) == ["A-UNKNOWN-ENDPOINT"]


# -- revocation ------------------------------------------------------------------------------------
def revocation_list(pki: DemoPki, authority: str, *revoked: int) -> bytes:
    """Return the PEM of an authority's list, a day old at NOW."""
    issuer = load_pem_x509_certificate(
        (pki.folder / "certificates" / f"{authority}.pem").read_bytes()
    )
    key = load_pem_private_key((pki.folder / "keys" / f"{authority}.key.pem").read_bytes(), None)
    day = timedelta(days=1)
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(issuer.subject)
        .last_update(NOW - day)
        .next_update(NOW + day)
        .add_extension(x509.CRLNumber(1), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer.public_key()), critical=False
        )
    )
    for serial in revoked:
        entry = x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(NOW - day)
        builder = builder.add_revoked_certificate(entry.build())
    assert isinstance(key, EllipticCurvePrivateKey)
    return builder.sign(key, SHA256()).public_bytes(Encoding.PEM)


def test_certificate_on_its_issuers_list_is_refused_and_no_other(
    desk: Desk, write: Write, tmp_path: Path
) -> None:
    folder = tmp_path / "crls"
    folder.mkdir()
    file = write(desk.document())
    serial = desk.pki.seal("G09").certificate.serial
    (folder / "root.pem").write_bytes(revocation_list(desk.pki, "root"))
    (folder / "issuer.crl").write_bytes(revocation_list(desk.pki, "intermediate", serial))
    assert desk.check(file, crls=str(folder)).code == 0
    serial = desk.pki.seal("G22").certificate.serial
    (folder / "issuer.crl").write_bytes(revocation_list(desk.pki, "intermediate", serial))
    ended = desk.check(file, crls=str(folder))
    assert (ended.code, codes(ended.json)) == (1, ["S-REVOKED"])


def test_authority_whose_list_is_missing_leaves_it_open(
    desk: Desk, write: Write, tmp_path: Path
) -> None:
    folder = tmp_path / "crls"
    folder.mkdir()
    (folder / "root.crl").write_bytes(revocation_list(desk.pki, "root"))
    ended = desk.check(write(desk.document()), crls=str(folder))
    assert (ended.code, codes(ended.json)) == (2, ["S-REVOCATION-UNKNOWN"])


def test_report_says_that_revocation_was_not_consulted(desk: Desk, write: Write) -> None:
    assert "--crls" in desk.check(write(desk.document()), json=False).out


# -- files that are no files -----------------------------------------------------------------------
def test_file_that_cannot_be_read_fails_and_stops_nothing(
    desk: Desk, write: Write, tmp_path: Path
) -> None:
    good = write(desk.document())
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    ended = desk.check("/nonexistent.edxml", tmp_path, fifo, good)
    missing, folder, pipe, last = map(json.loads, ended.out.splitlines())
    assert ended.code == 1
    for report in (missing, folder, pipe):
        assert report["verdict"] == "FAILED"
        assert codes(report) == ["FILE-UNREADABLE"]
    assert last["verdict"] == "PASSED"


def test_file_over_the_limit_fails_without_being_read(desk: Desk, tmp_path: Path) -> None:
    file = tmp_path / "huge.edxml"
    with file.open("wb") as stream:
        stream.truncate(MAX_DOCUMENT_BYTES * 100)
    ended = desk.check(file)
    assert codes(ended.json) == ["F-TOO-LARGE"]
    assert ended.json["reasons"][0]["facts"]["size"] == MAX_DOCUMENT_BYTES * 100


def test_name_of_any_bytes_is_reported(desk: Desk, tmp_path: Path) -> None:
    file = Path(os.fsdecode(bytes(tmp_path) + b"/\xff\xfe.edxml"))
    file.write_bytes(b"no XML")
    assert desk.check(file).json["verdict"] == "FAILED"
    assert desk.check(file, json=False).code == 1


@pytest.mark.parametrize(
    "body",
    [b"", b"\x00" * 10, b"\xff\xfe<\x00", b"<edXML/>", b"<a>" * 100_000, b"%PDF-1.7"],
    ids=["empty", "nul", "utf-16", "bare", "deep", "pdf"],
)
def test_any_bytes_get_a_verdict_and_no_traceback(desk: Desk, write: Write, body: bytes) -> None:
    ended = desk.check(write(body))
    assert ended.code == 1
    assert ended.json["reasons"]
    assert "Traceback" not in ended.err


def test_check_that_breaks_is_answered_for_this_one_file(
    desk: Desk, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("a bug")

    monkeypatch.setattr(checking, "examine", broken)
    ended = desk.check(write(desk.document()))
    assert codes(ended.json) == ["F-UNCHECKABLE"]


def test_many_files_are_all_reported_in_their_order(desk: Desk, write: Write) -> None:
    body = desk.document()
    files = [write(body if n % 3 else b"no XML", f"{n:03}.edxml") for n in range(FEW_FILES + 10)]
    ended = desk.check(*files)
    reports = [json.loads(line) for line in ended.out.splitlines()]
    assert [report["file"] for report in reports] == [str(file) for file in files]
    assert [report["verdict"] for report in reports] == [
        "PASSED" if number % 3 else "FAILED" for number in range(len(files))
    ]
    assert ended.code == 1


# -- nothing was checked ---------------------------------------------------------------------------
def test_broken_table_is_no_verdict_but_3(desk: Desk, write: Write, tmp_path: Path) -> None:
    table = tmp_path / "agencies.csv"
    table.write_text("code,name,level\nG22,Văn phòng,somewhere\n")
    file = write(desk.document())
    ended = axis_command("document", "check", file, "--agencies", table)
    assert (ended.code, ended.out) == (3, "")
    assert "Dòng 2" in ended.err
    certificates = tmp_path / "certificates.csv"
    certificates.write_text("code,certificate\nG22,missing.pem\n")
    for more in ([], ["--agencies", desk.options["--agencies"]]):
        ended = axis_command("document", "check", file, "--certificates", certificates, *more)
        assert ended.code == 3
        assert "missing.pem" in ended.err


@pytest.mark.parametrize(
    "arguments",
    [
        ["--anchors", "/nonexistent"],
        ["--crls", "/nonexistent"],
        ["--intermediates", "/nonexistent"],
        ["--agencies", "/nonexistent.csv"],
        ["--agencies", "/"],
        ["--at", "yesterday", "--anchors", "/"],
        ["--endpoint", "Not An Id", "--anchors", "/"],
        ["--unknown-option"],
        [],
    ],
    ids=[
        "anchors",
        "crls",
        "intermediates",
        "table",
        "folder",
        "time",
        "endpoint",
        "usage",
        "settings",
    ],
)
def test_wrong_use_is_no_verdict_but_3(desk: Desk, write: Write, arguments: list[str]) -> None:
    ended = axis_command("document", "check", write(desk.document()), *arguments)
    assert (ended.code, ended.out) == (3, "")
    assert "Traceback" not in ended.err
    assert axis_command("document", "check").code == 3


# -- the clock -------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-03-02", datetime(2026, 3, 2, 5, tzinfo=UTC)),
        ("2026-03-02T08:00", datetime(2026, 3, 2, 1, tzinfo=UTC)),
        ("2026-03-02T08:00:30+07:00", datetime(2026, 3, 2, 1, 0, 30, tzinfo=UTC)),
        ("2026-03-02T01:00:00Z", datetime(2026, 3, 2, 1, tzinfo=UTC)),
    ],
)
def test_time_without_a_zone_is_viet_nams(text: str, expected: datetime) -> None:
    assert moment_of(text) == expected


@pytest.mark.parametrize(
    "text", ["", "now", "02/03/2026", "0001-01-01", "9999-12-31T23:59", "\x00"]
)
def test_time_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(InvalidInputError):
        moment_of(text)
