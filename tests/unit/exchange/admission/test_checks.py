"""Authentication and authority: who may send what, to whom, about which document."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from axis.edxml.codes import DocumentKind, StatusCode
from axis.edxml.lines import HEADER, Lines
from axis.edxml.values import Document
from axis.edxml.write import write_document
from axis.exchange.admission.checks import (
    MAX_RECEIVERS,
    admit_document,
    check_route,
    name_sealers,
)
from axis.exchange.admission.known import Known
from axis.exchange.admission.statuses import admit_status
from axis.exchange.decision.case import Case
from axis.reasons import Reason
from axis.registry.agency import Agency, Level
from axis.registry.directory import Directory
from axis.verdict import FileFacts, FileSignature, Finding
from tests.support.changing import replace
from tests.support.exchange import (
    NOW,
    case,
    decider,
    directory,
    document,
    fingerprint,
    reported,
    status,
    submission,
)

TODAY = date(2026, 3, 2)
"""The day of `NOW` in Việt Nam."""

BUSINESS = "/edXML/edXMLEnvelope/edXMLHeader/TraceHeaderList/Bussiness"


def reasons(findings: tuple[Finding, ...]) -> list[Reason]:
    return [finding.reason for finding in findings]


def admit(
    message: Document, *, endpoint: str | None = "g22", known: Known | None = None, **facts: Any
) -> list[Reason]:
    examined = case(message, submission(endpoint), **facts).examination
    known = known or Known(directory())
    return reasons(admit_document(message, endpoint, examined, known, NOW).findings)


def knowing(*messages: Document, registry: Directory | None = None) -> Known:
    """What is known once these documents were accepted."""
    known = Known(registry or directory())
    for message in messages:
        endpoint = known.directory.resolve(message.sender, NOW)
        assert not isinstance(endpoint, Finding)
        accepted = decider(known).decide(case(message, submission(endpoint.endpoint)))
        assert accepted.reasons == ()
    return known


# -- authentication: this endpoint may send for this agency ---------------------------------------
def test_document_of_the_endpoints_own_agency_is_admitted() -> None:
    assert admit(document("G22", ["G09", "H37.02"])) == []


def test_platform_sends_for_every_agency_that_it_serves() -> None:
    assert admit(document("H37.101", ["G22"]), endpoint="lgsp-h37") == []


def test_sender_named_by_its_old_code_is_the_same_agency() -> None:
    assert admit(document("000.00.00.G22", ["G09"]), sealed_by="G22") == []


@pytest.mark.parametrize(
    ("sender", "endpoint", "expected"),
    [
        ("X99", "g22", [Reason.SENDER_UNKNOWN]),
        ("", "g22", [Reason.SENDER_UNKNOWN]),
        ("G09", "g22", [Reason.SENDER_NOT_AT_ENDPOINT]),
        ("G22", "lgsp-h37", [Reason.SENDER_NOT_AT_ENDPOINT]),
        ("K10", "g22", [Reason.SENDER_NOT_AT_ENDPOINT]),
        ("H37.90", "lgsp-h37", [Reason.SENDER_CLOSED]),
        ("H37.99", "lgsp-h37", [Reason.SENDER_NOT_YET_OPEN]),
        ("H37.90", "g22", [Reason.SENDER_CLOSED, Reason.SENDER_NOT_AT_ENDPOINT]),
    ],
)
def test_sender_that_may_not_send_here_is_refused_for_its_reason(
    sender: str, endpoint: str, expected: list[Reason]
) -> None:
    assert admit(document(sender, ["G09"]), endpoint=endpoint) == expected


# -- authority: this seal may sign for this agency ------------------------------------------------
def test_seal_of_another_agency_is_refused() -> None:
    assert admit(document(), sealed_by="G09") == [Reason.CERTIFICATE_OF_OTHER_AGENCY]


def test_seal_that_nobody_enrolled_is_refused() -> None:
    assert admit(document(), sealed_by="X99") == [Reason.CERTIFICATE_NOT_ENROLLED]


def test_revoked_seal_is_refused() -> None:
    known = Known(directory(revoked=["G22"]))
    assert admit(document(), known=known) == [Reason.CERTIFICATE_REVOKED]


def test_seal_of_the_superior_agency_does_not_sign_for_the_one_below() -> None:
    message = document("H37.02", ["G22"])
    found = admit(message, endpoint="lgsp-h37", sealed_by="H37")
    assert found == [Reason.CERTIFICATE_OF_OTHER_AGENCY]


def test_missing_certificate_is_left_to_the_signature_check() -> None:
    assert admit(document(), sealed_by=None) == []


# -- authority: the receivers ---------------------------------------------------------------------
@pytest.mark.parametrize(
    ("receiver", "expected"),
    [
        ("X99", Reason.RECEIVER_UNKNOWN),
        ("H37.90", Reason.RECEIVER_CLOSED),
        ("H37.99", Reason.RECEIVER_NOT_YET_OPEN),
        ("K10", Reason.RECEIVER_UNREACHABLE),
    ],
)
def test_receiver_that_cannot_receive_is_refused_for_its_reason(
    receiver: str, expected: Reason
) -> None:
    assert admit(document("G22", ["G09", receiver])) == [expected]


def test_document_without_receivers_is_refused() -> None:
    assert admit(document("G22", [])) == [Reason.NO_RECEIVER]
    assert admit(document("G22", ["", ""])) == [Reason.NO_RECEIVER]


def test_closed_receiver_with_a_successor_is_a_warning_and_no_reason_to_refuse() -> None:
    assert admit(document("G22", ["G05"])) == [Reason.RECEIVER_SUCCEEDED]


def test_receiver_under_two_codes_is_a_warning_and_no_reason_to_refuse() -> None:
    assert admit(document("G22", ["G09", "000.00.00.G09"])) == [Reason.RECEIVER_DOUBLED]


def test_document_with_the_sender_among_the_receivers_is_admitted() -> None:
    assert admit(document("G22", ["G22", "G09"])) == []


def test_document_with_too_many_receivers_is_refused_without_looking_at_each() -> None:
    crowd = [f"X{number}" for number in range(MAX_RECEIVERS + 1)]
    assert admit(document("G22", crowd)) == [Reason.TOO_MANY_RECEIVERS]


def test_every_violation_is_named_and_not_only_the_first() -> None:
    message = document("G09", ["X98", "X99"], kind=DocumentKind.RECALL)
    assert admit(message, sealed_by="G22") == [
        Reason.SENDER_NOT_AT_ENDPOINT,
        Reason.RECEIVER_UNKNOWN,
        Reason.RECEIVER_UNKNOWN,
    ]


# -- authority: the document that this one is about -----------------------------------------------
@pytest.mark.parametrize("kind", [DocumentKind.RECALL, DocumentKind.UPDATE])
def test_recall_or_update_of_an_own_document_is_admitted(kind: DocumentKind) -> None:
    first = document()
    known = knowing(first)
    assert admit(document(document_id=first.document_id, kind=kind), known=known) == []
    assert admit(document(kind=kind, target=first.document_id), known=known) == []


@pytest.mark.parametrize("kind", [DocumentKind.RECALL, DocumentKind.UPDATE])
def test_recall_or_update_of_an_unknown_document_waits_for_it(kind: DocumentKind) -> None:
    assert admit(document(kind=kind)) == [Reason.DOCUMENT_AWAITED]


@pytest.mark.parametrize("kind", [DocumentKind.RECALL, DocumentKind.UPDATE])
def test_recall_or_update_of_anothers_document_is_refused(kind: DocumentKind) -> None:
    foreign = document("G09", ["G22"])
    message = document(document_id=foreign.document_id, kind=kind)
    assert admit(message, known=knowing(foreign)) == [Reason.NOT_ORIGINAL_SENDER]


def test_replacement_names_each_target_that_it_cannot_have() -> None:
    own, foreign = document(), document("G09", ["G22"])
    named = [own.document_id, foreign.document_id, "G22,2026/03/02,0/X"]
    message = document(kind=DocumentKind.REPLACE, replaces=named)
    found = admit(message, known=knowing(own, foreign))
    assert found == [Reason.NOT_ORIGINAL_SENDER, Reason.DOCUMENT_AWAITED]


def test_recall_alone_is_nothing_that_can_be_recalled() -> None:
    first = document()
    known = knowing(first, document(document_id=first.document_id, kind=DocumentKind.RECALL))
    again = document(document_id=first.document_id, kind=DocumentKind.RECALL)
    examined = case(again).examination
    admitted = admit_document(again, "g22", examined, known, NOW)
    original, _ = known.documents[first.document_id]
    assert admitted.reach.targets == {first.document_id: original}


def test_document_id_of_another_new_document_is_a_conflict() -> None:
    first = document()
    message = replace(first, subject="Nội dung khác")
    assert admit(message, known=knowing(first)) == [Reason.DOCUMENT_CONFLICT]


def test_document_id_that_another_agency_used_is_no_conflict() -> None:
    foreign = document("G09", ["G22"])
    assert admit(document(document_id=foreign.document_id), known=knowing(foreign)) == []


# -- the route: documents as documents, statuses as statuses --------------------------------------
@pytest.mark.parametrize(
    ("routing_key", "fits_document", "fits_status"),
    [
        ("document", True, False),
        ("document.urgent", True, False),
        ("status", False, True),
        ("", False, False),
        ("Document", False, False),
        ("document\ufffd", False, False),
    ],
)
def test_message_on_the_wrong_route_is_refused(
    routing_key: str, fits_document: bool, fits_status: bool
) -> None:
    message = document()
    report = status("G09", StatusCode.ARRIVED, message)
    assert (check_route(message, routing_key) == []) is fits_document
    assert (check_route(report, routing_key) == []) is fits_status


# -- statuses: which delivery they are about ------------------------------------------------------
def admit_report(reporting: Case, known: Known, at: datetime = NOW) -> list[Reason]:
    message = reporting.examination.message
    endpoint = reporting.submission.user_id
    assert not isinstance(message, Document)
    assert message is not None
    assert endpoint is not None
    admitted = admit_status(message, endpoint, reporting.examination, known, at)
    return reasons(admitted.findings)


def test_status_of_a_receiver_is_admitted_under_any_of_its_codes() -> None:
    first = document("G22", ["000.00.02.H37"])
    known = knowing(first)
    for code in ("H37.02", "000.00.02.H37"):
        report = reported(code, StatusCode.ARRIVED, first, "lgsp-h37", to="000.00.00.G22")
        sealed = case(report.examination.message, report.submission, sealed_by="H37.02")
        assert admit_report(sealed, known) == []


@pytest.mark.parametrize(
    ("report", "expected"),
    [
        (
            lambda first: reported("H37.101", StatusCode.ARRIVED, first, "lgsp-h37"),
            Reason.NOT_A_RECEIVER,
        ),
        (
            lambda first: reported("G09", StatusCode.ARRIVED, document(), "g09"),
            Reason.DOCUMENT_AWAITED,
        ),
        (
            lambda first: reported("G09", StatusCode.ARRIVED, first, "g09", to="H37"),
            Reason.DOCUMENT_AWAITED,
        ),
        (
            lambda first: reported("G09", StatusCode.ARRIVED, first, "g09", to="X99"),
            Reason.TARGET_UNKNOWN,
        ),
        (
            lambda first: reported("G09", StatusCode.ARRIVED, first, "g22"),
            Reason.SENDER_NOT_AT_ENDPOINT,
        ),
        (
            lambda first: reported("X99", StatusCode.ARRIVED, first, "g09"),
            Reason.SENDER_UNKNOWN,
        ),
        (
            lambda first: reported("G09", StatusCode.TAKE_BACK, first, "g09", to="G22"),
            Reason.NOT_ORIGINAL_SENDER,
        ),
        (
            lambda first: reported("G22", StatusCode.TAKE_BACK, first, "g22", to="H37"),
            Reason.NOT_A_RECEIVER,
        ),
        (
            lambda first: reported("G09", StatusCode.AGREED, first, "g09"),
            Reason.STATUS_OUT_OF_ORDER,
        ),
        (
            lambda first: reported("G09", StatusCode.DISAGREED, first, "g09"),
            Reason.STATUS_OUT_OF_ORDER,
        ),
    ],
)
def test_status_that_is_not_the_reporters_to_give_is_refused_for_its_reason(
    report: Any, expected: Reason
) -> None:
    first = document("G22", ["G09"])
    assert admit_report(report(first), knowing(first)) == [expected]


def test_status_is_matched_by_document_id_and_never_by_number() -> None:
    last_year = document("G22", ["G09"], document_id="G22,2025/03/02,101/VPCP-TTĐT")
    this_year = document("G22", ["G09"], document_id="G22,2026/03/02,101/VPCP-TTĐT")
    known = knowing(last_year, this_year)
    report = reported("G09", StatusCode.ARRIVED, this_year, "g09").examination
    message = report.message
    assert not isinstance(message, Document)
    assert message is not None
    admitted = admit_status(message, "g09", report, known, NOW)
    assert admitted.settlement is not None
    assert admitted.settlement.document.document_id == this_year.document_id


def test_agency_that_closes_tomorrow_may_send_today() -> None:
    today = (NOW + timedelta(hours=7)).date()
    closing = Agency("H37.05", "Sở sắp giải thể", Level.PROVINCE, "H37", valid_to=today)
    known = Known(directory(closing))
    message = document("H37.05", ["G22"])
    assert admit(message, endpoint="lgsp-h37", known=known) == []
    examined = case(message, submission("lgsp-h37")).examination
    late = admit_document(message, "lgsp-h37", examined, known, NOW + timedelta(days=1))
    assert reasons(late.findings) == [Reason.SENDER_CLOSED]


def test_successor_of_a_closed_receiver_reports_on_what_that_one_was_sent() -> None:
    merging = Agency("G07", "Bộ sắp sáp nhập", Level.CENTRAL, None, (), "g09", None, TODAY, "G09")
    first = document("G22", ["G07"])
    known = knowing(first, registry=directory(merging))
    report = reported("G09", StatusCode.ARRIVED, first, "g09")
    assert admit_report(report, known) == [Reason.NOT_A_RECEIVER]
    assert admit_report(report, known, at=NOW + timedelta(days=1)) == []


def test_receiver_reports_to_the_successor_of_a_closed_sender() -> None:
    merging = Agency("G07", "Bộ sắp sáp nhập", Level.CENTRAL, None, (), "g09", None, TODAY, "G09")
    first = document("G07", ["G22"])
    known = knowing(first, registry=directory(merging))
    for addressee in ("G07", "G09"):
        report = reported("G22", StatusCode.ARRIVED, first, "g22", to=addressee)
        assert admit_report(report, known, at=NOW + timedelta(days=1)) == []


def test_to_take_back_is_the_original_senders_or_its_successors_and_of_whoever_has_it_now() -> None:
    closing = Agency("G07", "Bộ sắp sáp nhập", Level.CENTRAL, None, (), "g09", None, TODAY, "G09")
    tomorrow = NOW + timedelta(days=1)
    sent, received = document("G07", ["G22"]), document("G22", ["G07"])
    known = knowing(sent, received, registry=directory(closing))
    by_successor = reported("G09", StatusCode.TAKE_BACK, sent, "g09", to="G22")
    assert admit_report(by_successor, known) == [Reason.NOT_ORIGINAL_SENDER]
    assert admit_report(by_successor, known, at=tomorrow) == []
    for addressee in ("G07", "G09"):
        asking = reported("G22", StatusCode.TAKE_BACK, received, "g22", to=addressee)
        assert admit_report(asking, known, at=tomorrow) == []


@pytest.mark.parametrize(
    ("report", "place"),
    [
        (lambda d: reported("X99", StatusCode.ARRIVED, d, "g09"), "From/OrganId"),
        (lambda d: reported("H37", StatusCode.ARRIVED, d, "lgsp-h37"), "From/OrganId"),
        (
            lambda d: reported("G22", StatusCode.TAKE_BACK, d, "g22", to="H37"),
            "ResponseFor/OrganId",
        ),
        (
            lambda d: reported("G09", StatusCode.ARRIVED, document(), "g09"),
            "ResponseFor/DocumentId",
        ),
        (lambda d: reported("G09", StatusCode.AGREED, d, "g09"), "StatusCode"),
    ],
)
def test_findings_about_a_status_have_places(report: Any, place: str) -> None:
    first = document("G22", ["G09"])
    examined = report(first)
    known = knowing(first)
    admitted = admit_status(
        examined.message, examined.submission.user_id, examined.examination, known, NOW
    )
    assert [one.place for one in admitted.findings] == [f"{HEADER}/{place}"]


@pytest.mark.parametrize(
    ("message", "place"),
    [
        (document("X99", ["G09"]), f"{HEADER}/From/OrganId"),
        (document("G22", ["X99"]), f"{HEADER}/To/OrganId"),
        (document("G22", ["G09", "", "X99", "X99"]), f"{HEADER}/To[3]/OrganId"),
        (document("G22", ["G09", "000.00.00.G09"]), f"{HEADER}/To[2]/OrganId"),
        (document(kind=DocumentKind.RECALL), f"{HEADER}/DocumentId"),
        (document(kind=DocumentKind.UPDATE, target="X"), f"{BUSINESS}/DocumentId"),
        (
            document(kind=DocumentKind.REPLACE, replaces=["X"]),
            f"{BUSINESS}/ReplacementInfoList/ReplacementInfo/DocumentId",
        ),
    ],
)
def test_findings_about_a_document_have_places(message: Document, place: str) -> None:
    examined = case(message, sealed_by="G22").examination
    admitted = admit_document(message, "g22", examined, Known(directory()), NOW)
    assert [one.place for one in admitted.findings] == [place]


def test_findings_about_the_header_have_lines() -> None:
    message = document("G22", ["G09", "X99"])
    examined = replace(case(message).examination, lines=Lines.of(write_document(message)))
    admitted = admit_document(message, "g22", examined, Known(directory()), NOW)
    (line,) = (one.line for one in admitted.findings)
    body = write_document(message).splitlines()
    assert b"<edXML:To>" in body[line - 1]
    assert b"X99" in body[line]


def test_seals_inside_files_are_named_by_the_agency_that_they_are_enrolled_for() -> None:
    own = FileSignature(signer="CN=Bộ", fingerprint=fingerprint("G09"))
    foreign = FileSignature(signer="CN=Lạ", fingerprint="ab" * 32)
    file = FileFacts(
        name="a.pdf", media_type="application/pdf", size=1, sha256="", signatures=(own, foreign)
    )
    (named,) = name_sealers([file], directory())
    assert [one.agency for one in named.signatures] == ["G09", None]


# -- asked before anything is submitted -----------------------------------------------------------
def test_without_an_endpoint_the_agency_need_only_be_open() -> None:
    assert admit(document("G09", ["G22"]), endpoint=None) == []
    assert admit(document("X99", ["G22"]), endpoint=None) == [Reason.SENDER_UNKNOWN]
    assert admit(document("H37.90", ["G22"]), endpoint=None) == [Reason.SENDER_CLOSED]


def test_without_an_endpoint_the_seal_is_still_the_agencys() -> None:
    found = admit(document("G09", ["G22"]), endpoint=None, sealed_by="G22")
    assert found == [Reason.CERTIFICATE_OF_OTHER_AGENCY]


@pytest.mark.parametrize("kind", DocumentKind)
def test_without_what_is_stored_no_target_is_judged(kind: DocumentKind) -> None:
    known = Known(directory(), stored_known=False)
    message = document(kind=kind, target="G22,2026/03/02,0/X", replaces=["G22,2026/03/02,0/X"])
    assert admit(message, known=known) == []


def test_without_what_is_stored_a_status_is_judged_by_its_reporter_alone() -> None:
    known = Known(directory(), stored_known=False)
    report = reported("G09", StatusCode.ARRIVED, document(), "g09")
    assert admit_report(report, known) == []
    unknown = reported("X99", StatusCode.ARRIVED, document(), "g09")
    assert admit_report(unknown, known) == [Reason.SENDER_UNKNOWN]
