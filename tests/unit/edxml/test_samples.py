"""What the field's messages say, field by field."""

import datetime

import pytest

from axis.clock import VIETNAM
from axis.edxml.codes import DocumentKind, Priority, ReceiverType, StatusCode, SteeringType
from axis.edxml.values import (
    Code,
    DocumentType,
    DocumentUpdate,
    Organization,
    OtherInfo,
    Reference,
    Replacement,
    ResponseFor,
    SignerInfo,
    StaffInfo,
    TraceHeader,
)

CLERK = StaffInfo(
    department="Văn thư", staff="Lê Thị Văn Thư", email="vt@example.gov.vn", mobile="0900000000"
)
OFFICE = Organization(
    organ_id="G22",
    in_charge="Văn phòng Chính phủ",
    name="Văn phòng Chính phủ",
    address="Số 1, đường Thử Nghiệm",
    email="vanthu@example.gov.vn",
    telephone="02400000000",
    fax="02400000001",
    website="https://example.gov.vn",
)


def test_new_document_of_the_java_producer_gives_every_header_field(document):
    found = document("new_single_pdf")
    assert found.from_ == OFFICE
    assert found.receivers == ("G09",)
    assert found.sender == "G22"
    assert found.document_id == "G22,2025/10/01,101/VPCP-KSTT"
    assert found.code == Code("101", "VPCP-KSTT")
    assert str(found.code) == "101/VPCP-KSTT"
    assert found.promulgation.place == "Hà Nội"
    assert found.promulgation.date == datetime.date(2025, 10, 1)
    assert found.type == DocumentType(type=1, detail=0, name="Công văn")
    assert found.subject == "V/v thử nghiệm liên thông văn bản"
    assert found.content == "V/v thử nghiệm liên thông văn bản"
    assert found.signer == SignerInfo(
        competence="TL. BỘ TRƯỞNG", position="Cục trưởng", full_name="Trần Văn Thử"
    )
    assert found.due_date == datetime.date(2025, 12, 31)
    assert found.other == OtherInfo(
        priority=Priority.NORMAL,
        sphere="Liên thông văn bản quốc gia",
        typer_notation="NVT",
        promulgation_amount=5,
        page_amount=3,
        direction=False,
        appendixes=("Phụ lục I", "Phụ lục II"),
    )
    assert found.steering_type is SteeringType.TYPE_1
    assert found.to_places == ("Như trên", "Lưu: VT, KSTT (2b)")


def test_new_document_of_the_java_producer_gives_business_trace_and_manifest(document):
    found = document("new_single_pdf")
    assert found.kind is DocumentKind.NEW
    assert found.target_document_ids == ()
    business = found.business
    assert business is not None
    assert (business.reason, business.paper) == ("Văn bản điện tử mới", 0)
    assert business.staff == (CLERK,)
    sent = datetime.datetime(2025, 10, 1, 8, 15, tzinfo=VIETNAM)
    assert found.trace.headers == (TraceHeader(organ_id="G22", timestamp=sent),)
    content_id = "cid:cid:32f2d974-c55a-4c94-b971-648349b0b909"
    assert found.manifest_version == "1.0"
    assert found.references == (
        Reference(
            content_id=content_id,
            content_type="application/zip",
            description="Văn bản chính",
            name="101-VPCP.pdf",
        ),
    )
    (attachment,) = found.attachments
    assert (attachment.content_id, attachment.name) == (content_id, "101-VPCP.pdf")
    assert attachment.content_type == "application/pdf"
    assert len(attachment.encoded) == 26_668


def test_express_document_to_four_levels_keeps_every_receiver_and_special_character(document):
    found = document("new_multi_to_4level_hoatoc_5att")
    assert found.priority is Priority.EXPRESS
    assert found.priority.urgent
    assert found.receivers == (
        "G09",
        "000.00.00.G09",
        "H26",
        "H26.12",
        "H26.101.3",
        "020100109106",
    )
    assert found.to[1].name == "Bộ Nội vụ (Mã cũ) (qd20)"
    assert found.subject == """HỎA TỐC: chỉ đạo khẩn <bão số 10> & "mưa lũ" 'phức tạp'"""
    assert len(found.references) == len(found.attachments) == 5


def test_recall_targets_the_document_of_the_same_id(document):
    found = document("recall_no_attachment")
    assert found.kind is DocumentKind.RECALL
    assert found.target_document_ids == ("G22,2025/10/01,101/VPCP-KSTT",)
    assert found.business is not None
    assert found.business.reason == "Thu hồi văn bản điện tử do sai số ký hiệu"
    assert found.references == ()
    assert found.attachments == ()


def test_update_names_the_receivers_it_drops_and_adds(document):
    found = document("update_add_remove_receiver")
    assert found.kind is DocumentKind.UPDATE
    assert found.business is not None
    (update,) = found.business.updates
    assert isinstance(update, DocumentUpdate)
    assert (update.document_info, update.document_receiver) == (1, 1)
    assert [(change.organ_id, change.type) for change in update.receivers] == [
        ("H26", ReceiverType.DROPPED),
        ("H26.12", ReceiverType.ADDED),
    ]


def test_replacement_targets_the_replaced_document_and_names_where(document):
    found = document("replace_thuongkhan")
    assert found.kind is DocumentKind.REPLACE
    assert found.priority is Priority.VERY_URGENT
    assert found.document_id == "G22,2025/10/05,110/VPCP-KSTT"
    assert found.target_document_ids == ("G22,2025/10/01,101/VPCP-KSTT",)
    assert found.business is not None
    assert found.business.replacements == (
        Replacement(document_id="G22,2025/10/01,101/VPCP-KSTT", organ_ids=("G09", "H26")),
    )


def test_reply_names_the_two_documents_it_answers(document):
    found = document("reply_two_responsefor_khan")
    assert found.priority is Priority.URGENT
    assert found.steering_type is SteeringType.TYPE_3
    assert found.responses == (
        ResponseFor(
            organ_id="G22",
            code="102/VPCP-KSTT",
            document_id="G22,2025/10/02,102/VPCP-KSTT",
            promulgation_date=datetime.date(2025, 10, 2),
        ),
        ResponseFor(
            organ_id="G22",
            code="101/VPCP-KSTT",
            document_id="G22,2025/10/01,101/VPCP-KSTT",
            promulgation_date=datetime.date(2025, 10, 1),
        ),
    )


def test_document_of_the_dotnet_producer_reads_in_its_own_order(document):
    found = document("dotnet_dialect_new")
    assert found.sender == "H37.02"
    assert found.document_id == "H37.02,2025/10/06,12/STN-VP"
    assert found.type == DocumentType(type=18, detail=0, name="Công văn")
    assert found.other.appendixes == ()
    assert found.to_places == ("Như trên",)
    assert (found.trace.id, found.trace.version) == ("a1b2c3d4", "1.0")
    assert found.trace.must_understand == "1"
    assert found.trace.actor == "http://schemas.xmlsoap.org/soap/actor/next"
    assert found.business is not None
    assert found.business.staff == (StaffInfo(department="Văn thư", staff="Nguyễn Thị B"),)
    (reference,) = found.references
    assert reference.href == "cid:11111111-2222-4333-8444-555555555555"
    assert (reference.role, reference.link_type) == ("XLinkRole", "simple")


@pytest.mark.parametrize(
    ("name", "code", "description"),
    [
        ("status_01", "01", "Đã đến - Phần mềm QLVB đã nhận nhưng văn thư chưa xử lý"),
        (
            "status_02",
            "02",
            "Từ chối tiếp nhận: văn bản không hợp lệ <thiếu chữ ký số> & sai nơi nhận",
        ),
        ("status_03", "03", None),
        ("status_04", "04", None),
        ("status_05", "05", None),
        ("status_06", "06", "Hoàn thành"),
        ("status_15", "15", None),
        ("status_16", "16", None),
    ],
)
def test_status_of_a_receiver_goes_to_the_documents_sender(status, name, code, description):
    found = status(name)
    assert found.code is StatusCode(code)
    assert (found.sender, found.addressee) == ("G09", "G22")
    assert found.document_id == "G22,2025/10/01,101/VPCP-KSTT"
    assert found.response_for.code == "101/VPCP-KSTT"
    assert found.response_for.promulgation_date == datetime.date(2025, 10, 1)
    assert found.staff == CLERK
    assert found.timestamp == datetime.datetime(2025, 10, 1, 2, 30, tzinfo=datetime.UTC)
    assert found.description
    assert description in (None, found.description)


def test_status_13_goes_from_the_documents_sender_to_its_receiver(status):
    found = status("status_13")
    assert found.code is StatusCode.TAKE_BACK
    assert found.code.from_sender
    assert (found.sender, found.addressee) == ("G22", "G09")
    assert found.document_id == "G22,2025/10/01,101/VPCP-KSTT"
