"""`axis verify`: a signature explained, with tables and folders and no server."""

import pytest

from axis.settings import CONFIG_VARIABLE
from tests.support.check_desk import Desk, Write


@pytest.fixture(autouse=True)
def no_installation(monkeypatch: pytest.MonkeyPatch) -> None:
    """A settings file that does not exist: reading settings at all is an error."""
    monkeypatch.setenv(CONFIG_VARIABLE, "/nonexistent/axis.toml")


def test_sound_signature_is_explained_to_a_person(desk: Desk, write: Write) -> None:
    ended = desk.run(("verify",), write(desk.document()), json=False)
    assert ended.code == 0, ended.out + ended.err
    for words in (
        "ĐẠT · PASSED",
        "Ai ký · Signed by: ",
        "Ký thay ai · For: G22 ",
        "con dấu số của chính cơ quan · the agency's own seal",
        "không có dấu thời gian · no timestamp",
        "XMLDSig, ECDSA_SHA256",
        " → ",
        "chưa xét · not consulted",
        "Chính sách · Policy: field",
    ):
        assert words in ended.out


def test_json_is_that_of_the_check_with_the_signatures_facts(desk: Desk, write: Write) -> None:
    file = write(desk.document())
    verified = desk.run(("verify",), file).json
    assert verified == desk.check(file).json
    facts = verified["signature"]
    assert facts["fingerprint"] == desk.pki.seal("G22").certificate.fingerprint
    assert facts["path"][0]["fingerprint"] == facts["fingerprint"]
    assert (facts["right"]["capacity"], facts["right"]["agency"]) == ("seal", "G22")
    assert facts["policy"] == "field"


def test_policy_can_be_chosen_by_name(desk: Desk, write: Write) -> None:
    ended = desk.run(("verify",), write(desk.document()), policy="strict")
    assert ended.json["signature"]["policy"] == "strict"


def test_unknown_policy_is_wrong_use_and_names_the_known_ones(desk: Desk, write: Write) -> None:
    ended = desk.run(("verify",), write(desk.document()), policy="lax")
    assert ended.code == 3
    assert "strict" in ended.err


def test_altered_document_fails_and_still_names_the_signer(desk: Desk, write: Write) -> None:
    altered = desk.document().replace(b"V/v ", b"V/v khong ")
    ended = desk.run(("verify",), write(altered))
    assert ended.code == 1
    assert "S-ALTERED" in [reason["code"] for reason in ended.json["reasons"]]
    assert ended.json["signature"]["sub_indication"] == "HASH_FAILURE"


def test_seal_of_another_agency_has_no_right_to_show(desk: Desk, write: Write) -> None:
    ended = desk.run(("verify",), write(desk.document(by="G09")), json=False)
    assert ended.code == 1
    assert "không có quyền nào được ghi nhận · no mandate is on record" in ended.out


def test_unsigned_document_has_nothing_to_explain(desk: Desk, write: Write) -> None:
    ended = desk.run(("verify",), write(b"<x/>"), json=False)
    assert ended.code == 1
    assert "Không có chữ ký nào xét được" in ended.out
