"""Secrecy markings are found where they are markings, and ordinary words are left alone."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from axis.content.header import markings_of_header
from axis.content.secrecy import marking_of_field, marking_of_text
from axis.edxml.values import Code, Document, DocumentType

MARKED_FIELDS = [
    ("MẬT", "MẬT"),
    ("Mật", "MẬT"),
    ("TỐI MẬT", "TỐI MẬT"),
    ("Tối mật", "TỐI MẬT"),
    ("TUYỆT MẬT", "TUYỆT MẬT"),
    ("  TUYỆT   MẬT  ", "TUYỆT MẬT"),
    ("TỐI\u00a0MẬT", "TỐI MẬT"),
    ("M Ậ T", "MẬT"),
    ("T Ố I  M Ậ T", "TỐI MẬT"),
    ("T U Y Ệ T   M Ậ T", "TUYỆT MẬT"),
    ("M\u200bẬT", "MẬT"),
    ("[MẬT]", "MẬT"),
    ("«TỐI MẬT»", "TỐI MẬT"),
    ("* MẬT *", "MẬT"),
    ("MẬT.", "MẬT"),
    ("(MẬT) Về việc thử nghiệm", "MẬT"),
    ("[Tối mật] Báo cáo thử nghiệm", "TỐI MẬT"),
    ("TUYỆT MẬT - Kế hoạch thử nghiệm", "TUYỆT MẬT"),
    ("MẬT: Kế hoạch thử nghiệm", "MẬT"),
    ("Mật – Kế hoạch thử nghiệm", "MẬT"),
    ("MẬT/Kế hoạch thử nghiệm", "MẬT"),
    ("M Ậ T - Kế hoạch thử nghiệm", "MẬT"),
    ("Kế hoạch thử nghiệm - TỐI MẬT", "TỐI MẬT"),
    ("Kế hoạch thử nghiệm (Mật)", "MẬT"),
    ("Kế hoạch thử nghiệm (tối mật).", "TỐI MẬT"),
    ("Kế hoạch thử nghiệm / TUYỆT MẬT", "TUYỆT MẬT"),
    ("V/v bảo vệ mục tiêu thử nghiệm: MẬT", "MẬT"),
    ("Quy chế bảo mật - MẬT", "MẬT"),
    ("12-CV_MẬT", "MẬT"),
    ("TỐI MẬT_kế hoạch", "TỐI MẬT"),
    ("Độ mật: Mật", "MẬT"),
    ("độ mật: mật", "MẬT"),
    ("ĐỘ MẬT : TỐI MẬT", "TỐI MẬT"),
    ("Văn bản thử nghiệm, độ mật: Tuyệt mật, độ khẩn: hỏa tốc", "TUYỆT MẬT"),
    ("Dấu chỉ độ mật - Tối mật", "TỐI MẬT"),
    ("Trích yếu dòng một\nMẬT\nTrích yếu dòng ba", "MẬT"),
]

ORDINARY_FIELDS = [
    "",
    "bảo mật",
    "BẢO MẬT THÔNG TIN",
    "BẢO-MẬT",
    "Quy chế bảo - mật",
    "Về việc bảo vệ bí mật nhà nước",
    "BẢO VỆ BÍ MẬT NHÀ NƯỚC",
    "Đổi mật khẩu",
    "MẬT MÃ",
    "MẬT-MÃ HỌC",
    "Mật mã dân sự",
    "Mật độ dân số",
    "mật độ dân số - mật độ xây dựng",
    "MẬT ONG",
    "Mật ong rừng - đặc sản",
    "Thông tin cơ mật của doanh nghiệp",
    "Hội nghị kín, nội dung tối mật được giữ lại",
    "Về việc quản lý tài liệu TUYỆT MẬT, TỐI MẬT, MẬT",
    "Quản lý tài liệu TUYỆT MẬT/TỐI MẬT/MẬT",
    "Danh mục bí mật nhà nước độ Tuyệt mật, Tối mật, Mật",
    "TUYỆT MẬT, TỐI MẬT và MẬT: cách xử lý",
    "MẬT/TỐI MẬT/TUYỆT MẬT: cách xử lý",
    "Hướng dẫn phân loại theo độ mật (Mật, Tối mật, Tuyệt mật)",
    "Quy định về độ mật: tuyệt mật, tối mật và mật",
    "Độ mật: Không",
    "Độ mật: Thường",
    "Độ mật: mật mã hóa",
    "Giải mật tài liệu lưu trữ",
    "Danh mục tài liệu đã giải mật",
    "Tài liệu không mật",
    "Phân loại: không - mật",
    "Tờ trình của ông Nguyễn Văn Mật",
    "Xã Mật Sơn - thành phố thử nghiệm",
    "Thân mật, trang trọng",
    "Trật tự - kỷ luật",
    "mật",
    "mắt", "MẶT", "MẤT", "MAT",
    "Báo cáo tình hình sử dụng mạng mật",
]  # fmt: skip


@pytest.mark.parametrize(("text", "marking"), MARKED_FIELDS)
@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_field_with_a_marking_is_recognised_however_it_is_encoded(text, marking, form):
    assert marking_of_field(unicodedata.normalize(form, text)) == marking


@pytest.mark.parametrize("text", ORDINARY_FIELDS)
@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_field_with_ordinary_words_bears_no_marking(text, form):
    assert marking_of_field(unicodedata.normalize(form, text)) is None


@pytest.mark.parametrize("text", [*ORDINARY_FIELDS, "dài dòng (mật)", "- Mật: là tin được giữ kín"])
def test_line_of_a_text_with_ordinary_words_bears_no_marking(text):
    assert marking_of_text(f"Quốc hiệu\n{text}\nNội dung") is None


@pytest.mark.parametrize(
    ("line", "marking"),
    [
        ("MẬT", "MẬT"),
        ("   TỐI MẬT   ", "TỐI MẬT"),
        ("[TUYỆT MẬT]", "TUYỆT MẬT"),
        ("T Ố I   M Ậ T", "TỐI MẬT"),
        ("Độ mật: Mật", "MẬT"),
        ("BÁO CÁO THỬ NGHIỆM (MẬT)", "MẬT"),
        ("TỐI MẬT - BÁO CÁO THỬ NGHIỆM", "TỐI MẬT"),
    ],
)
def test_marking_on_the_first_page_of_a_text_is_found(line, marking):
    text = f"ỦY BAN NHÂN DÂN\nXÃ THỬ NGHIỆM\n{line}\nSố: 12/BC-UBND\n"
    assert marking_of_text(text) == marking


def test_marking_far_behind_the_first_page_is_not_looked_for():
    assert marking_of_text("dòng\n" * 5_000 + "MẬT\n") is None


@given(st.text("MẬTmậtỐIuyệ \n-:/(),.\u0323\u0302ăđ", max_size=60))
def test_any_text_is_judged_without_an_exception(text):
    assert marking_of_field(text) in (None, "MẬT", "TỐI MẬT", "TUYỆT MẬT")
    assert marking_of_text(text) in (None, "MẬT", "TỐI MẬT", "TUYỆT MẬT")


@pytest.mark.parametrize("piece", ["-", "(", "độ mật:", "mật,", "M ", "Ậ ", " "])
def test_long_repetition_is_judged_at_once(piece):
    # Each took minutes if the patterns went back over what they have read.
    assert marking_of_field("ậ" + piece * 5_000) is None


def test_header_names_the_field_and_its_place():
    document = Document(
        subject="MẬT - Về việc thử nghiệm",
        content="Nội dung thường",
        type=DocumentType(name="Tối mật"),
        code=Code(number="12", notation="BC-THU"),
    )
    found = {f.place.rpartition("MessageHeader/")[2]: f.facts for f in markings_of_header(document)}
    assert found == {
        "Subject": {"where": "Trích yếu (Subject)", "marking": "MẬT"},
        "DocumentType/TypeName": {"where": "Loại văn bản (TypeName)", "marking": "TỐI MẬT"},
    }
