"""Messages built from what a program knows pass the rules that the axis applies."""

import datetime

import pytest

from axis.clock import VIETNAM
from axis.edxml.attachments import contents
from axis.edxml.build import File, attach, document_id, new_document, recall_of, status_for
from axis.edxml.codes import DocumentKind, Priority, StatusCode
from axis.edxml.parse import read
from axis.edxml.values import Code, Organization, StaffInfo
from axis.edxml.write import write_message
from axis.errors import InvalidInputError

DAY = datetime.date(2025, 10, 1)
AT = datetime.datetime(2025, 10, 1, 9, 30, 0, 123_456, tzinfo=VIETNAM)


def _new(**changes):
    fields = {
        "sender": "H37.02",
        "receivers": ["G22", "G09"],
        "number": 12,
        "notation": "STN-VP",
        "date": DAY,
        "subject": "V/v thử nghiệm",
        "at": AT,
    }
    return new_document(**(fields | changes))


def test_document_id_is_sender_day_and_code():
    assert document_id("G22", DAY, Code("101", "VPCP-KSTT")) == "G22,2025/10/01,101/VPCP-KSTT"


def test_new_document_of_the_least_reads_back_equal_and_sound():
    built = _new()
    reading = read(write_message(built))
    assert reading.findings == ()
    assert reading.message == built
    assert built.document_id == "H37.02,2025/10/01,12/STN-VP"
    assert built.kind is DocumentKind.NEW
    assert built.receivers == ("G22", "G09")


@pytest.mark.parametrize("wrapped", [True, False])
def test_new_document_with_files_gives_them_back(wrapped):
    files = [File("a.pdf", b"%PDF-1"), File("b.txt", b"xin"), File("b", b"")]
    built = _new(files=files, wrapped=wrapped, priority=Priority.EXPRESS)
    reading = read(write_message(built))
    assert reading.findings == ()
    assert reading.message == built
    found, findings = contents(reading.message)
    assert findings == []
    assert [(file.name, file.data) for file in found] == [(f.name, f.data) for f in files]


def test_same_file_attached_twice_gives_the_same_bytes():
    one, other = (attach(File("a.pdf", b"x"), new_content_id=lambda: "7") for _ in range(2))
    assert one == other


def test_replacement_names_what_it_replaces():
    built = _new(kind=DocumentKind.REPLACE, replaces=["G22,2025/09/30,1/X"])
    assert built.target_document_ids == ("G22,2025/09/30,1/X",)


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"receivers": []}, "nơi nhận"),
        ({"subject": ""}, "Subject"),
        ({"sender": ""}, "From/OrganId"),
        ({"notation": ""}, "CodeNotation"),
        ({"kind": DocumentKind.REPLACE}, "ReplacementInfoList"),
    ],
)
def test_document_that_the_axis_would_refuse_is_not_built(changes, named):
    with pytest.raises(InvalidInputError, match=named):
        _new(**changes)


def test_moment_without_a_time_zone_is_the_callers_mistake():
    with pytest.raises(ValueError, match="time zone"):
        _new(at=AT.replace(tzinfo=None))


def test_recall_keeps_number_id_and_receivers_and_drops_the_files(document):
    original = document("new_single_pdf")
    recall = recall_of(original, reason="Sai số ký hiệu", at=AT)
    assert recall.kind is DocumentKind.RECALL
    assert (recall.document_id, recall.code) == (original.document_id, original.code)
    assert recall.receivers == original.receivers
    assert recall.target_document_ids == (original.document_id,)
    assert recall.attachments == recall.references == ()
    assert read(write_message(recall)).sound


@pytest.mark.parametrize("code", [code for code in StatusCode if not code.from_sender])
def test_status_of_a_receiver_goes_to_the_sender_with_the_receivers_details(document, code):
    original = document("new_single_pdf").without_attachments()
    status = status_for(original, code, reporter="G09", at=AT, staff=StaffInfo(staff="Ai"))
    reading = read(write_message(status))
    assert reading.findings == ()
    assert reading.message == status
    assert (status.sender, status.addressee) == ("G09", "G22")
    assert status.from_ == original.to[0]
    assert status.document_id == original.document_id
    assert status.response_for.code == "101/VPCP-KSTT"
    assert status.response_for.promulgation_date == DAY


def test_take_back_goes_from_the_sender_to_the_receiver(document):
    original = document("new_single_pdf")
    status = status_for(
        original, StatusCode.TAKE_BACK, reporter="G22", addressee="G09", at=AT, description="Sai"
    )
    assert (status.sender, status.addressee) == ("G22", "G09")
    assert status.from_ == original.from_
    assert status.description == "Sai"


@pytest.mark.parametrize(
    ("code", "reporter", "addressee"),
    [
        (StatusCode.ACCEPTED, "G22", None),
        (StatusCode.TAKE_BACK, "G09", "G22"),
        (StatusCode.TAKE_BACK, "G22", None),
        (StatusCode.DONE, "", None),
    ],
)
def test_status_from_the_wrong_side_is_not_built(document, code, reporter, addressee):
    with pytest.raises(InvalidInputError):
        status_for(document("new_single_pdf"), code, reporter=reporter, addressee=addressee, at=AT)


def test_status_of_an_agency_known_by_another_code_carries_the_code_given(document):
    reporter = Organization(organ_id="000.00.00.G09", name="Bộ Nội vụ")
    status = status_for(document("new_single_pdf"), StatusCode.DONE, reporter=reporter, at=AT)
    assert status.from_ == reporter
