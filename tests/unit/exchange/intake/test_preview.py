"""What the axis would say: the checks of admission, asked by somebody who has not sent anything."""

from typing import Any

from axis.edxml.codes import DocumentKind, StatusCode
from axis.edxml.values import Document, Status
from axis.exchange.admission.known import Known
from axis.exchange.intake.preview import Grounds, Preview, preview
from axis.facts import SignatureFacts
from axis.reasons import Reason
from axis.registry.agency import Level
from axis.registry.directory import Directory
from axis.registry.groups import Group
from axis.verdict import FileFacts, FileSignature, Finding, Outcome
from tests.support.changing import replace
from tests.support.exchange import (
    NOW,
    case,
    decider,
    directory,
    document,
    fingerprint,
    replacement,
    status,
    submission,
    update,
)

OFFLINE = Grounds(Known(directory(), stored_known=False))


def seen(message: Document | Status | None, grounds: Grounds = OFFLINE, **facts: Any) -> Preview:
    return preview(case(message, **facts).examination, grounds, NOW)


def reasons(found: Preview) -> list[Reason]:
    return [finding.reason for finding in found.verdict.findings]


def test_document_in_order_passes() -> None:
    found = seen(document("G22", ["G09", "000.00.02.H37"]))
    assert found.verdict.outcome is Outcome.PASSED
    assert found.sender is not None
    assert found.sender.name == "Văn phòng Chính phủ"
    assert {code: one.agency.code for code, one in found.receivers.items()} == {
        "G09": "G09",
        "000.00.02.H37": "H37.02",
    }


def test_group_among_the_receivers_is_called_by_its_name() -> None:
    known = Known(directory(groups=[Group("NHOM.TINH", "Các tỉnh", Level.PROVINCE)]))
    found = seen(document("G22", ["NHOM.TINH", "G09"]), Grounds(known))
    assert reasons(found) == [Reason.GROUP_MEMBERS_UNREACHED]
    assert found.to_json()["receivers"] == [
        {"code": "NHOM.TINH", "agency": None, "name": "Các tỉnh"},
        {"code": "G09", "agency": "G09", "name": "Bộ Nội vụ"},
    ]


def test_who_is_added_dropped_and_replaced_for_is_called_by_name_as_the_receivers_are() -> None:
    known = Known(
        directory(groups=[Group("NHOM.TINH", "Các tỉnh", Level.PROVINCE)]), stored_known=False
    )
    first = document("G22", ["G09"])
    changed = seen(update(first, ["G09"], adds=["NHOM.TINH"], drops=["G09"]), Grounds(known))
    group = {"code": "NHOM.TINH", "agency": None, "name": "Các tỉnh"}
    ministry = {"code": "G09", "agency": "G09", "name": "Bộ Nội vụ"}
    about = {"document_id": first.document_id}
    assert changed.to_json()["lists"] == [
        {**about, "change": "added", **group},
        {**about, "change": "dropped", **ministry},
    ]
    replaced = seen(replacement(["H37"], (first, ["G09", "NHOM.TINH"])), Grounds(known))
    assert replaced.to_json()["lists"] == [
        {**about, "change": None, **ministry},
        {**about, "change": None, **group},
    ]


def test_findings_of_the_bytes_and_of_authority_come_together_the_most_important_first() -> None:
    found = seen(
        document("G22", ["X99"]), findings=[Finding(Reason.NO_FILE), Finding(Reason.ALTERED)]
    )
    assert reasons(found) == [Reason.ALTERED, Reason.RECEIVER_UNKNOWN, Reason.NO_FILE]


def test_bytes_that_cannot_be_read_keep_their_reason() -> None:
    found = seen(None, findings=[Finding(Reason.NOT_XML)])
    assert reasons(found) == [Reason.NOT_XML]
    assert found.to_json()["document_id"] is None


# -- in whose name ---------------------------------------------------------------------------------
def test_endpoint_is_judged_only_where_one_is_named() -> None:
    message = document("G22", ["G09"])
    assert reasons(seen(message)) == []
    other = Grounds(OFFLINE.known, endpoint="g09")
    assert reasons(seen(message, other)) == [Reason.SENDER_NOT_AT_ENDPOINT]


def test_endpoint_that_nobody_registered_is_named() -> None:
    unknown = Grounds(OFFLINE.known, endpoint="nobody")
    assert reasons(seen(document(), unknown)) == [Reason.UNKNOWN_ENDPOINT]


# -- what is not at hand is held -------------------------------------------------------------------
def test_recall_of_a_document_that_is_not_there_would_wait_and_is_told_what_to_do() -> None:
    stored = Grounds(Known(directory()))
    recall = document(kind=DocumentKind.RECALL)
    found = seen(recall, stored)
    assert reasons(found) == [Reason.DOCUMENT_AWAITED]
    assert found.verdict.outcome is Outcome.INDETERMINATE
    (finding,) = found.verdict.findings
    assert recall.document_id in finding.text_vi()
    assert "kiểm tra mã văn bản" in finding.text_vi()
    assert "check its id" in finding.text_en()


def test_without_a_registry_authority_is_held() -> None:
    found = seen(document("X99", ["X98"]), Grounds(None, lacking=("--agencies",)))
    assert reasons(found) == [Reason.REGISTRY_NOT_GIVEN]
    assert found.verdict.outcome is Outcome.INDETERMINATE
    assert "--agencies" in found.verdict.findings[0].text_en()


def test_without_certificates_seals_are_held_and_codes_are_judged() -> None:
    bare = Known(Directory(directory(), directory().endpoints), stored_known=False)
    grounds = Grounds(bare, lacking=("--certificates",), certificates=False)
    assert reasons(seen(document("G22", ["G09"]), grounds)) == [Reason.REGISTRY_NOT_GIVEN]
    found = seen(document("G22", ["X99"]), grounds)
    assert set(reasons(found)) == {Reason.RECEIVER_UNKNOWN, Reason.REGISTRY_NOT_GIVEN}
    assert found.verdict.outcome is Outcome.FAILED


def test_what_is_stored_is_not_judged_without_a_database() -> None:
    first = document("G22", ["G09"])
    assert seen(status("G09", StatusCode.ARRIVED, first)).verdict.passed


# -- what is stored --------------------------------------------------------------------------------
def accepted(message: Document) -> tuple[Known, str]:
    """Return what is known once a document was accepted, and its digest."""
    known = Known(directory())
    submitted = submission("g22")
    assert decider(known).decide(case(message, submitted)).reasons == ()
    return known, submitted.sha256


def test_other_content_under_a_used_document_id_is_a_conflict() -> None:
    known, _ = accepted(document("G22", ["G09"], document_id="D-1"))
    found = seen(document("G22", ["G09"], document_id="D-1"), Grounds(known))
    assert reasons(found) == [Reason.DOCUMENT_CONFLICT]


def test_very_document_that_the_axis_has_is_no_conflict() -> None:
    message = document("G22", ["G09"], document_id="D-1")
    known, sha256 = accepted(message)
    examination = replace(case(message).examination, sha256=sha256)
    for endpoint in (None, "g22"):
        assert preview(examination, Grounds(known, endpoint), NOW).verdict.passed


def test_signature_of_a_document_that_the_axis_has_is_judged_anew_when_asked() -> None:
    message = document("G22", ["G09"], document_id="D-1")
    known, sha256 = accepted(message)
    facts = SignatureFacts(policy="field", fingerprint=fingerprint("G22"))
    examination = replace(case(message).examination, sha256=sha256, signature=facts)
    told = preview(examination, Grounds(known), NOW).verdict
    assert told.signature is not None
    assert told.signature.right is not None
    assert told.signature.right.agency == "G22"
    known.directory = directory(revoked=("G22",))
    assert preview(examination, Grounds(known), NOW).verdict.passed
    asked = preview(examination, Grounds(known, of_signature=True), NOW)
    assert reasons(asked) == [Reason.CERTIFICATE_REVOKED]


def test_document_that_the_axis_has_tells_nothing_to_an_endpoint_of_others() -> None:
    message = document("G22", ["G09"], document_id="D-1")
    known, sha256 = accepted(message)
    examination = replace(case(message).examination, sha256=sha256)
    found = preview(examination, Grounds(known, "g09"), NOW)
    assert reasons(found) == [Reason.SENDER_NOT_AT_ENDPOINT]


# -- signatures inside files -----------------------------------------------------------------------
def test_seal_in_a_file_is_named_by_its_agency() -> None:
    signature = FileSignature(signer="CN=?", fingerprint=fingerprint("G22"), intact=True)
    person = replace(signature, fingerprint="00")
    file = FileFacts(
        name="1.pdf",
        media_type="application/pdf",
        size=1,
        sha256="",
        signatures=(signature, person),
    )
    examination = replace(case(document()).examination, files=(file,))
    (shown,) = preview(examination, OFFLINE, NOW).verdict.files
    assert [one.agency for one in shown.signatures] == ["G22", None]


# -- for machines ----------------------------------------------------------------------------------
def test_json_says_what_was_checked_and_every_reason_in_both_languages() -> None:
    shown = seen(document("G22", ["X99", "000.00.02.H37"], document_id="D-1")).to_json()
    assert shown["verdict"] == "FAILED"
    assert shown["document_id"] == "D-1"
    assert shown["sender"] == {"code": "G22", "name": "Văn phòng Chính phủ"}
    assert shown["receivers"] == [
        {"code": "X99", "agency": None, "name": None},
        {"code": "000.00.02.H37", "agency": "H37.02", "name": "Sở Nội vụ"},
    ]
    (reason,) = shown["reasons"]
    assert set(reason) == {"code", "severity", "place", "line", "facts", "text_vi", "text_en"}
    assert reason["code"] == Reason.RECEIVER_UNKNOWN.code
