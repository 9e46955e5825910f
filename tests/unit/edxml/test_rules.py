"""Required fields: the least that every real message has."""

import datetime

import pytest

from axis.edxml.codes import DocumentKind, ReceiverType, StatusCode
from axis.edxml.parse import read
from axis.edxml.rules import check
from axis.edxml.values import (
    Business,
    Code,
    DocumentType,
    DocumentUpdate,
    Organization,
    PromulgationInfo,
    ReceiverChange,
    Replacement,
    ResponseFor,
    Status,
    TraceHeaderList,
)
from axis.reasons import Severity
from tests.support.changing import replace

HEADER = "/edXML/edXMLEnvelope/edXMLHeader/MessageHeader"


@pytest.fixture
def sound(document):
    return document("new_single_pdf")


@pytest.mark.parametrize(
    ("change", "field", "place"),
    [
        ({"from_": Organization()}, "From/OrganId", "/From/OrganId"),
        ({"to": (Organization(name="?"),)}, "To/OrganId", "/To/OrganId"),
        ({"document_id": ""}, "DocumentId", "/DocumentId"),
        ({"code": Code("", "VPCP")}, "Code/CodeNumber", "/Code/CodeNumber"),
        ({"code": Code("1", "")}, "Code/CodeNotation", "/Code/CodeNotation"),
        (
            {"promulgation": PromulgationInfo(place="Hà Nội")},
            "PromulgationInfo/PromulgationDate",
            "/PromulgationInfo/PromulgationDate",
        ),
        ({"type": DocumentType(type=1)}, "DocumentType/TypeName", "/DocumentType/TypeName"),
        ({"subject": ""}, "Subject", "/Subject"),
    ],
)
def test_document_without_a_required_field_names_it(sound, change, field, place):
    (finding,) = check(replace(sound, **change))
    assert finding.reason.code == "F-MISSING-FIELD"
    assert finding.facts["field"] == field
    assert finding.place == HEADER + place


def test_document_without_receivers_has_its_own_reason(sound):
    (finding,) = check(replace(sound, to=()))
    assert finding.reason.code == "A-NO-RECEIVER"


def test_document_with_one_nameless_receiver_among_others_names_its_number(sound):
    to = (Organization(organ_id="G09"), Organization(name="?"))
    (finding,) = check(replace(sound, to=to))
    assert finding.place == f"{HEADER}/To[2]/OrganId"


def test_document_with_everything_missing_names_everything(sample):
    empty = b"<edXML:MessageHeader/></edXML:edXMLHeader></edXML:edXMLEnvelope></edXML>"
    data = sample("recall_no_attachment").partition(b"<edXML:MessageHeader>")[0] + empty
    reasons = [finding.reason.code for finding in read(data).findings]
    assert sorted(set(reasons)) == ["A-NO-RECEIVER", "F-MISSING-FIELD"]
    assert len(reasons) == 8


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"<edXMLEnvelope/>",
        b"<edXMLEnvelope><edXMLHeader/></edXMLEnvelope>",
        b"<AttachmentEncoded/>",
    ],
)
def test_message_without_a_header_gives_no_value(data):
    namespace = b'<edXML xmlns="http://www.mic.gov.vn/TBT/QCVN_102_2016">'
    reading = read(namespace + data + b"</edXML>")
    assert reading.message is None
    assert not reading.sound
    (finding,) = reading.findings
    assert finding.facts["field"] == "edXMLEnvelope/edXMLHeader/MessageHeader"


@pytest.mark.parametrize(
    "change",
    [
        {"from_": Organization(organ_id="G,22")},
        {"document_id": "a\nb"},
        {"document_id": "a" * 256},
        {"responses": (ResponseFor(organ_id="G 22"),)},
        {"responses": (ResponseFor(document_id="a\tb"),)},
        {"trace": TraceHeaderList(business=Business(document_id="a\nb"))},
    ],
)
def test_code_that_would_break_lists_and_keys_is_a_bad_value(sound, change):
    (finding,) = check(replace(sound, **change))
    assert finding.reason.code == "F-BAD-VALUE"


def test_response_that_leaves_its_codes_out_is_tolerated(sound):
    assert check(replace(sound, responses=(ResponseFor(code="1/X"),))) == []


def test_replacement_without_a_target_is_refused(sound):
    trace = TraceHeaderList(business=Business(kind=DocumentKind.REPLACE))
    (finding,) = check(replace(sound, trace=trace))
    assert finding.reason.code == "F-REPLACES-NOTHING"


def test_replacement_with_one_nameless_target_is_refused(sound):
    items = (Replacement(document_id="a"), Replacement(organ_ids=("G09",)))
    trace = TraceHeaderList(business=Business(kind=DocumentKind.REPLACE, replacements=items))
    (finding,) = check(replace(sound, trace=trace))
    assert finding.place.endswith("/ReplacementInfoList/ReplacementInfo[2]/DocumentId")


def test_update_that_changes_nobody_or_in_no_way_is_refused(sound):
    changes = (ReceiverChange(type=ReceiverType.ADDED), ReceiverChange(organ_id="G09"))
    update = DocumentUpdate(receivers=changes)
    trace = TraceHeaderList(business=Business(kind=DocumentKind.UPDATE, updates=(update,)))
    places = [found.place for found in check(replace(sound, trace=trace))]
    assert [place.rpartition("ReceiverList")[2] for place in places] == [
        "/Receiver[1]/OrganId",
        "/Receiver[2]/ReceiverType",
    ]


def test_status_without_its_required_fields_names_them_all():
    fields = [finding.facts["field"] for finding in check(Status(code=StatusCode.DONE))]
    assert fields == [
        "From/OrganId",
        "ResponseFor/OrganId",
        "ResponseFor/DocumentId",
        "Timestamp",
    ]


@pytest.mark.parametrize(("text", "code"), [(b"07", "F-BAD-VALUE"), (b"", "F-MISSING-FIELD")])
def test_status_with_an_unknown_or_empty_code_gives_no_value(sample, text, code):
    reading = read(sample("status_01").replace(b">01<", b">%s<" % text))
    assert reading.message is None
    assert [finding.reason.code for finding in reading.findings] == [code]


def test_impossible_date_is_named_once_with_place_and_line(sample):
    date = b"<edXML:PromulgationDate>2025/10/01"
    data = sample("recall_no_attachment").replace(date, date[:-10] + b"2014/02/30")
    (finding,) = read(data).findings
    assert finding.reason.code == "F-BAD-VALUE"
    assert finding.facts == {
        "field": "PromulgationDate",
        "value": "2014/02/30",
        "expected": "yyyy/MM/dd",
    }
    assert finding.place == f"{HEADER}/PromulgationInfo/PromulgationDate"
    assert data.splitlines()[finding.line - 1].strip().startswith(date[:-10])


def test_all_problems_of_a_message_are_collected(sample):
    data = sample("recall_no_attachment")
    for old, new in (
        (b"<edXML:DueDate>2025/12/31", b"<edXML:DueDate>31/12/2025"),
        (b"<edXML:Priority>0", b"<edXML:Priority>urgent"),
        (b"<edXML:Fax>", b"<edXML:Fx/><edXML:Fax>"),
        (b"<edXML:TypeName>C\xc3\xb4ng v\xc4\x83n", b"<edXML:TypeName>"),
        (b"<edXML:Timestamp>2025/10/01 08:15:00", b"<edXML:Timestamp>8h15"),
    ):
        data = data.replace(old, new)
    reasons = sorted(finding.reason.code for finding in read(data).findings)
    assert reasons == [*["F-BAD-VALUE"] * 3, "F-MISSING-FIELD", *["F-SCHEMA"] * 3]


def test_long_text_is_a_warning_and_kept(sample):
    subject = "Đ" * 501
    data = sample("recall_no_attachment").replace(
        b"<edXML:Subject>", f"<edXML:Subject>{subject}".encode()
    )
    reading = read(data)
    (finding,) = reading.findings
    assert finding.reason.code == "F-FIELD-LONG"
    assert finding.facts["limit"] == 500
    assert reading.sound
    assert reading.message.subject.startswith(subject)


def test_text_that_nobody_could_keep_is_refused(sample, codes_of):
    data = sample("recall_no_attachment").replace(
        b"<edXML:OrganAdd>", b"<edXML:OrganAdd>" + b"x" * 10_000
    )
    assert codes_of(data) == ["F-FIELD-TOO-LONG"] * 3


@pytest.mark.parametrize(
    "updates",
    [(), (DocumentUpdate(),), (DocumentUpdate(document_info=0, document_receiver=1),)],
)
def test_update_that_changes_nothing_is_refused(sound, updates):
    trace = TraceHeaderList(business=Business(kind=DocumentKind.UPDATE, updates=updates))
    (finding,) = check(replace(sound, trace=trace))
    assert finding.reason.code == "F-UPDATES-NOTHING"


@pytest.mark.parametrize(
    "update",
    [
        DocumentUpdate(document_info=1),
        DocumentUpdate(
            document_receiver=1,
            receivers=(ReceiverChange(organ_id="G09", type=ReceiverType.ADDED),),
        ),
    ],
)
def test_update_that_says_what_changes_is_sound(sound, update):
    trace = TraceHeaderList(business=Business(kind=DocumentKind.UPDATE, updates=(update,)))
    assert check(replace(sound, trace=trace)) == []


def test_recall_without_a_reason_is_warned_of(sound):
    trace = TraceHeaderList(business=Business(kind=DocumentKind.RECALL))
    (finding,) = check(replace(sound, trace=trace))
    assert (finding.reason.code, finding.severity) == ("F-NO-EXPLANATION", Severity.WARN)


@pytest.mark.parametrize("code", [StatusCode.REFUSED, StatusCode.TAKE_BACK, StatusCode.DISAGREED])
def test_refusing_status_without_a_reason_is_warned_of(status, code):
    found = replace(status("status_02"), code=code)
    assert check(found) == []
    (finding,) = check(replace(found, description=""))
    assert finding.reason.code == "F-NO-EXPLANATION"


def test_due_date_before_the_day_of_issue_is_warned_of(sound):
    issued = sound.promulgation.date
    assert check(replace(sound, due_date=issued)) == []
    early = replace(sound, due_date=issued - datetime.timedelta(days=1))
    (finding,) = check(early)
    assert finding.reason.code == "F-DUE-BEFORE-ISSUE"
    assert finding.place == f"{HEADER}/DueDate"


def test_notation_of_another_type_is_warned_of_with_an_example(sound):
    (finding,) = check(replace(sound, type=DocumentType(name="Quyết định")))
    assert (finding.reason.code, finding.severity) == ("F-NUMBER-NOTATION", Severity.WARN)
    assert finding.facts["expected"] == "15/QĐ-BNV"
