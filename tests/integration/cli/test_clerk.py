"""What a clerk types: a document is signed, sent, received, reported on and followed."""

import asyncio
import json
import stat
from pathlib import Path
from typing import Any

import aio_pika
import pytest

from axis.client.receipts import ReceiptTrust, check_receipt
from axis.clock import system_clock
from axis.edxml.codes import Priority
from axis.edxml.write import write_document
from axis.ids import new_id
from axis.local.installation import Installation
from tests.integration.cli.conftest import Profile
from tests.support.command import Ended, axis_command
from tests.support.offices import Offices

pytestmark = pytest.mark.usefixtures("operator")


@pytest.fixture
def letter(offices: Offices, tmp_path: Path) -> Path:
    """An unsigned document of G22 for two agencies at one endpoint."""
    file = tmp_path / "letter.edxml"
    file.write_bytes(write_document(offices.letter("G22", ["000.00.02.H37", "H37.101"])))
    return file


@pytest.fixture
def sent(letter: Path, profile: Profile) -> Ended:
    ended = axis_command("document", "send", letter, "--profile", profile("g22", "G22"), "--json")
    assert ended.code == 0, ended.err
    return ended


@pytest.fixture
def received(sent: Ended, profile: Profile) -> list[dict[str, object]]:
    """What lgsp-h37 received, the document of `sent` among it."""
    wanted = sent.json["receipt"]["subject"]["axis_id"]
    found: list[dict[str, object]] = []
    while wanted not in [one["axis_id"] for one in found]:
        ended = axis_command(
            "document", "receive", "--profile", profile("lgsp-h37"), "--count", "1", "--json"
        )
        assert ended.code == 0, ended.err
        found += [json.loads(line) for line in ended.out.splitlines()]
    return found


def test_document_is_signed_sent_and_answered_with_a_proven_receipt(
    sent: Ended, axis: Installation
) -> None:
    assert sent.json["accepted"]
    assert sent.json["proof"]
    assert sent.json["message_id"] in sent.err
    trust = ReceiptTrust.of([axis.pki.receipts.certificate], axis.pki.anchors)
    checked = check_receipt(sent.json["xml"].encode(), trust, system_clock())
    assert checked.proof


def test_receipt_of_a_document_is_readable(letter: Path, profile: Profile) -> None:
    ended = axis_command("document", "send", letter, "--profile", profile("g22", "G22"))
    assert ended.code == 0, ended.err
    for text in (
        "Trục đã nhận văn bản · Accepted by the axis",
        "H37.02",
        "Sở Nội vụ",
        "Chờ chuyển · Waiting",
        "Chữ ký hợp lệ",
    ):
        assert text in ended.out


def test_refused_document_ends_with_1_and_names_every_reason(
    offices: Offices, profile: Profile, tmp_path: Path
) -> None:
    file = tmp_path / "wrong.edxml"
    file.write_bytes(write_document(offices.letter("G22", ["H37.90", "NOBODY"])))
    ended = axis_command("document", "send", file, "--profile", profile("g22", "G22"))
    assert ended.code == 1
    assert "A-RECEIVER-CLOSED" in ended.out
    assert "A-RECEIVER-UNKNOWN" in ended.out
    assert "Chữ ký hợp lệ" in ended.out


def test_document_that_carries_a_signature_is_sent_byte_for_byte(
    letter: Path, profile: Profile
) -> None:
    known = profile("g22", "G22")
    assert axis_command("document", "sign", letter, "--profile", known).code == 0
    signed = letter.with_name("letter.signed.edxml")
    assert stat.S_IMODE(signed.stat().st_mode) == 0o600
    ended = axis_command("document", "send", signed, "--profile", known, "--json")
    assert ended.code == 0, ended.err
    assert ended.json["receipt"]["subject"]["size"] == signed.stat().st_size
    assert axis_command("document", "sign", signed, "--profile", known).code == 1
    assert axis_command("document", "sign", letter, "--profile", known).code == 1


def test_document_sent_again_is_not_signed_and_submitted_twice(
    letter: Path, sent: Ended, profile: Profile
) -> None:
    again = axis_command("document", "send", letter, "--profile", profile("g22", "G22"), "--json")
    assert again.code == 0, again.err
    assert again.json == sent.json
    assert "Was sent before" in again.err


def test_refused_document_is_submitted_anew_when_sent_again(
    offices: Offices, profile: Profile, tmp_path: Path
) -> None:
    file = tmp_path / "wrong.edxml"
    file.write_bytes(write_document(offices.letter("G22", ["NOBODY"])))
    first, second = (
        axis_command("document", "send", file, "--profile", profile("g22", "G22"), "--json")
        for _ in range(2)
    )
    assert (first.code, second.code) == (1, 1)
    assert first.json["message_id"] != second.json["message_id"]


def test_document_without_a_key_for_its_sender_is_not_sent(letter: Path, profile: Profile) -> None:
    ended = axis_command("document", "send", letter, "--profile", profile("g22"))
    assert ended.code == 1
    assert "G22" in ended.err
    ended = axis_command(
        "document", "send", letter, "--profile", profile("g22", "G22"), "--as", "H26"
    )
    assert ended.code == 1
    assert "H26" in ended.err


def test_file_that_is_no_edxml_is_not_signed(profile: Profile, tmp_path: Path) -> None:
    file = tmp_path / "text.txt"
    file.write_text("không phải XML")
    ended = axis_command("document", "send", file, "--profile", profile("g22", "G22"))
    assert ended.code == 1
    assert "Traceback" not in ended.err


def statuses_of(profile: Path, document: str, count: int) -> list[dict[str, Any]]:
    """List the statuses about a document once so many have come; the outbox sends them soon."""
    found: list[dict[str, Any]] = []
    while len(found) < count:
        ended = axis_command(
            "status", "list", "--profile", profile, "--document", document, "--json"
        )
        assert ended.code == 0, ended.err
        found = ended.json
    return found


def test_received_document_is_saved_with_its_files_and_a_checked_signature(
    letter: Path, sent: Ended, received: list[dict[str, object]]
) -> None:
    taken = next(
        one for one in received if one["axis_id"] == sent.json["receipt"]["subject"]["axis_id"]
    )
    folder = Path(str(taken["folder"]))
    assert set(taken["receivers"]) == {"H37.02", "H37.101"}  # type: ignore[call-overload]
    checked = taken["signature"]
    assert (checked["outcome"], checked["findings"], checked["files"]) == ("PASSED", [], [])
    names = {file.name for file in folder.iterdir()}
    assert "document.edxml" in names
    (attachment,) = names - {"document.edxml"}
    assert (folder / attachment).read_bytes().startswith(b"%PDF-1.7")
    assert {stat.S_IMODE(file.stat().st_mode) for file in folder.iterdir()} == {0o600}
    assert b"Signature" in (folder / "document.edxml").read_bytes()
    assert letter.exists()


def test_received_document_does_not_wait_any_more(
    received: list[dict[str, object]], profile: Profile
) -> None:
    ended = axis_command("document", "receive", "--profile", profile("lgsp-h37"))
    assert ended.code == 0
    assert str(received[0]["axis_id"]) not in ended.out


def test_status_is_reported_by_document_id_from_the_journal(
    sent: Ended, received: list[dict[str, object]], profile: Profile
) -> None:
    document_id = sent.json["receipt"]["subject"]["document_id"]
    lgsp = profile("lgsp-h37", "H37.02")
    ended = axis_command(
        *("status", "report", document_id, "03", "--profile", lgsp, "--as", "H37.02"),
        *("--description", "Đã vào sổ"),
    )
    assert ended.code == 0, ended.err + ended.out
    assert "03 đã tiếp nhận" in ended.out
    again = axis_command(
        *("status", "report", sent.json["receipt"]["subject"]["axis_id"], "05"),
        *("--profile", lgsp, "--as", "H37.02", "--json"),
    )
    assert again.code == 0, again.err
    assert again.json["receipt"]["status"]["code"] == "05"
    traced = axis_command("document", "trace", document_id)
    assert traced.code == 0
    for text in (
        "Trục đã nhận văn bản · Accepted by the axis",
        "Đã vào hộp nhận của nơi nhận",
        "03 đã tiếp nhận · accepted",
        "«Đã vào sổ»",
        "05 đang xử lý · in progress",
        "Đang xử lý",
        "Văn phòng Chính phủ",
        "H37.02 (000.00.02.H37)",
    ):
        assert text in traced.out, text


def test_status_that_came_is_listed_by_its_document_with_a_checked_signature(
    sent: Ended, received: list[dict[str, object]], profile: Profile
) -> None:
    subject = sent.json["receipt"]["subject"]
    lgsp, g22 = profile("lgsp-h37", "H37.02", "H37.101"), profile("g22", "G22")
    for agency, code in (("H37.02", "01"), ("H37.101", "02"), ("H37.02", "03")):
        ended = axis_command(
            *("status", "report", subject["document_id"], code, "--profile", lgsp),
            *("--as", agency, "--description", f"{agency} báo {code}"),
        )
        assert ended.code == 0, ended.err + ended.out
    listed = statuses_of(g22, subject["document_id"], 3)
    assert {(one["sender"], one["status"]) for one in listed} == {
        ("H37.02", "01"),
        ("H37.101", "02"),
        ("H37.02", "03"),
    }
    assert {one["signature"]["outcome"] for one in listed} == {"PASSED"}
    assert {one["axis_id"] for one in listed} == {subject["axis_id"]}
    shown = axis_command("status", "list", "--profile", g22, "--document", subject["axis_id"])
    assert shown.code == 0, shown.err
    for text in ("03 đã tiếp nhận · accepted", "H37.101 báo 02", "hợp lệ · valid"):
        assert text in shown.out, text
    other = axis_command("status", "list", "--profile", g22, "--document", "G22,unknown")
    assert (other.code, other.out.strip()) == (
        0,
        "Không có gì để liệt kê. · There is nothing to list.",
    )


def test_status_of_somebody_who_is_no_receiver_is_refused_with_1(
    letter: Path, sent: Ended, profile: Profile
) -> None:
    ended = axis_command(
        *("status", "report", letter, "03", "--profile", profile("lgsp-h37", "H37"), "--as", "H37"),
    )
    assert ended.code == 1
    assert "A-NOT-A-RECEIVER" in ended.out


def test_sender_takes_a_sent_document_back_by_its_document_id(
    sent: Ended, profile: Profile
) -> None:
    document_id = sent.json["receipt"]["subject"]["document_id"]
    ended = axis_command(
        *("status", "report", document_id, "13", "--profile", profile("g22", "G22")),
        *("--as", "G22", "--to", "H37.101", "--description", "Gửi nhầm"),
    )
    assert ended.code == 0, ended.err + ended.out


def test_status_about_an_unknown_document_says_where_it_was_looked_for(profile: Profile) -> None:
    ended = axis_command(
        *("status", "report", "G22,unknown", "03", "--profile", profile("lgsp-h37", "H37.02")),
        *("--as", "H37.02"),
    )
    assert ended.code == 1
    assert "G22,unknown" in ended.err


def test_receipt_is_shown_from_journal_file_and_axis_alike(
    sent: Ended, profile: Profile, tmp_path: Path
) -> None:
    file = tmp_path / "receipt.xml"
    by_message = axis_command(
        "receipt", "show", sent.json["message_id"], "--profile", profile("g22"), "--save", file
    )
    assert by_message.code == 0, by_message.err
    assert file.read_text(encoding="utf-8") == sent.json["xml"]
    by_file = axis_command("receipt", "show", file, "--profile", profile("g22"))
    by_id = axis_command("receipt", "show", sent.json["receipt"]["id"])
    assert by_file.out == by_message.out == by_id.out
    assert "Chữ ký hợp lệ" in by_id.out


def test_receipt_of_an_unknown_submission_ends_with_1(profile: Profile) -> None:
    ended = axis_command("receipt", "show", str(new_id()), "--profile", profile("g22"))
    assert ended.code == 1
    assert " / " in ended.err


def test_altered_receipt_is_shown_as_no_proof_and_ends_with_1(
    sent: Ended, profile: Profile, tmp_path: Path
) -> None:
    file = tmp_path / "altered.xml"
    file.write_text(sent.json["xml"].replace("SubmissionAcceptance", "SubmissionRejection"))
    ended = axis_command("receipt", "show", file, "--profile", profile("g22"))
    assert ended.code == 1
    assert "KHÔNG HỢP LỆ" in ended.out
    assert "S-ALTERED" in ended.out


def test_receipt_without_the_axis_certificates_is_no_proof_and_ends_with_1(
    sent: Ended, tmp_path: Path
) -> None:
    file = tmp_path / "receipt.xml"
    file.write_text(sent.json["xml"])
    ended = axis_command("receipt", "show", file, "--json")
    assert ended.code == 1
    assert ended.json["signature"] is None
    assert not ended.json["proof"]


def test_trace_in_json_holds_the_whole_view(sent: Ended) -> None:
    axis_id = sent.json["receipt"]["subject"]["axis_id"]
    ended = axis_command("document", "trace", axis_id, "--json")
    assert ended.code == 0, ended.err
    (view,) = ended.json
    assert view["line"]["id"] == axis_id
    assert {one["receiver"] for one in view["deliveries"]} == {"H37.02", "H37.101"}


def test_urgent_document_is_traced_with_its_urgency(
    offices: Offices, profile: Profile, tmp_path: Path
) -> None:
    file = tmp_path / "urgent.edxml"
    letter = offices.letter("G22", ["G09"], priority=Priority.EXPRESS)
    file.write_bytes(write_document(letter))
    ended = axis_command("document", "send", file, "--profile", profile("g22", "G22"), "--urgent")
    assert ended.code == 0, ended.err
    assert "hỏa tốc" in axis_command("document", "trace", letter.document_id).out


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("endpoint = 1", "url"),
        ("no toml [", "profile.toml"),
        ('url = "x"\nunknown = 1', "unknown"),
    ],
)
def test_wrong_profile_names_what_is_wrong(
    letter: Path, tmp_path: Path, text: str, named: str
) -> None:
    file = tmp_path / "profile.toml"
    file.write_text(text)
    ended = axis_command("document", "send", letter, "--profile", file)
    assert ended.code == 1
    assert named in ended.err


def test_command_of_a_client_without_a_profile_is_wrong_usage(letter: Path) -> None:
    assert axis_command("document", "send", letter).code == 2


def test_missing_profile_and_missing_file_are_named(letter: Path, profile: Profile) -> None:
    ended = axis_command("document", "send", letter, "--profile", "/nonexistent.toml")
    assert ended.code == 1
    assert "/nonexistent.toml" in ended.err
    ended = axis_command("document", "send", "/nonexistent.edxml", "--profile", profile("g22"))
    assert ended.code == 1
    assert "/nonexistent.edxml" in ended.err


def test_wrong_password_of_the_endpoint_is_named(letter: Path, profile: Profile) -> None:
    known = profile("g22", "G22")
    (known.parent / "password").write_text("wrong")
    ended = axis_command("document", "send", letter, "--profile", known)
    assert ended.code == 1
    assert "g22" in ended.err
    assert "wrong" not in ended.err


def test_password_file_that_is_open_to_others_is_refused(letter: Path, profile: Profile) -> None:
    known = profile("g22", "G22")
    (known.parent / "password").chmod(0o644)
    ended = axis_command("document", "send", letter, "--profile", known)
    assert ended.code == 1
    assert "chmod 600" in ended.err


def test_dead_letter_is_listed_shown_and_saved(axis: Installation, operator: Path) -> None:

    async def submit_without_user_id() -> None:
        connection = await aio_pika.connect(axis.endpoint_url("g22"))
        channel = await connection.channel()
        exchange = await channel.get_exchange("axis.submit", ensure=False)
        message = aio_pika.Message(b"nobody's", message_id="dead-1")
        await exchange.publish(message, routing_key="document")
        await connection.close()

    asyncio.run(submit_without_user_id())
    letters: list[dict[str, str]] = []
    while not letters:
        letters = axis_command("dead", "list", "--json").json
    (letter,) = letters
    assert letter["message_id"] == "dead-1"
    assert "A-NO-USER-ID" in axis_command("dead", "list").out
    saved = operator / "dead.bin"
    shown = axis_command("dead", "show", letter["id"], "--save", saved)
    assert shown.code == 0
    assert "user_id" in shown.out
    assert saved.read_bytes() == b"nobody's"
    assert axis_command("dead", "show", letter["id"], "--json").json.items() >= letter.items()
    assert axis_command("dead", "republish", letter["id"]).code == 1
    assert axis_command("dead", "discard", letter["id"], "--reason", "ngắn").code == 1
    done = axis_command("dead", "discard", letter["id"], "--reason", "gói thử, không của ai")
    assert done.code == 0
    assert axis_command("dead", "list", "--json").json == []
    (line,) = axis_command("dead", "list", "--state", "discarded", "--json").json
    assert (line["id"], line["remark"]) == (letter["id"], "gói thử, không của ai")
    assert line["changed_by"].startswith("cli:")
    again = axis_command("dead", "discard", letter["id"], "--reason", "gói thử, không của ai")
    assert again.code == 1
    assert line["changed_by"] in again.err
