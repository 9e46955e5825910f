"""The code lists of edXML (QCVN 102:2016/BTTTT and its 2022 amendment), and code syntax.

Members carry the Vietnamese terms that clerks know; the numbers are what travels on the wire.
"""

import re
from enum import IntEnum, StrEnum

MAX_AGENCY_CODE_CHARS = 64
"""QĐ 20/2020/QĐ-TTg allows 35 characters; odd codes circulate, so the syntax leaves room."""

MAX_DOCUMENT_ID_CHARS = 255
"""A DocumentId is a key in databases on both sides; real ones have 20 to 70 characters."""

_AGENCY_CODE = re.compile(rf"[^\s,;:/\\\"'<>|\x00-\x1f\x7f-\x9f]{{1,{MAX_AGENCY_CODE_CHARS}}}")
_DOCUMENT_ID = re.compile(rf"[^\x00-\x1f\x7f-\x9f]{{1,{MAX_DOCUMENT_ID_CHARS}}}")


class DocumentKind(IntEnum):
    """BussinessDocType: what a document message wants (loại nghiệp vụ)."""

    NEW = 0
    """Văn bản điện tử mới. Also meant when the message has no Bussiness element."""
    RECALL = 1
    """Thu hồi: the receivers destroy their copies."""
    UPDATE = 2
    """Cập nhật: other content, or receivers added and dropped."""
    REPLACE = 3
    """Thay thế: takes the place of other documents."""

    @property
    def label(self) -> str:
        """Return the stable English word used in headers and records: ``new`` …"""
        return self.name.lower()

    @property
    def name_vi(self) -> str:
        """Return the Vietnamese term."""
        return _KIND_VI[self]


_KIND_VI = {
    DocumentKind.NEW: "văn bản mới",
    DocumentKind.RECALL: "thu hồi",
    DocumentKind.UPDATE: "cập nhật",
    DocumentKind.REPLACE: "thay thế",
}


class Priority(IntEnum):
    """OtherInfo/Priority: the degree of urgency (độ khẩn)."""

    NORMAL = 0
    """Thường."""
    URGENT = 1
    """Khẩn."""
    VERY_URGENT = 2
    """Thượng khẩn."""
    EXPRESS = 3
    """Hỏa tốc."""
    TIMED_EXPRESS = 4
    """Hỏa tốc hẹn giờ."""

    @property
    def urgent(self) -> bool:
        """True from khẩn upwards: such documents have their own lane through the axis."""
        return self >= Priority.URGENT

    @property
    def name_vi(self) -> str:
        """Return the Vietnamese term."""
        return _PRIORITY_VI[self]


_PRIORITY_VI = {
    Priority.NORMAL: "thường",
    Priority.URGENT: "khẩn",
    Priority.VERY_URGENT: "thượng khẩn",
    Priority.EXPRESS: "hỏa tốc",
    Priority.TIMED_EXPRESS: "hỏa tốc hẹn giờ",
}


class StatusCode(StrEnum):
    """StatusCode: what one side tells the other about a document (trạng thái xử lý)."""

    ARRIVED = "01"
    REFUSED = "02"
    ACCEPTED = "03"
    ASSIGNED = "04"
    IN_PROGRESS = "05"
    DONE = "06"
    TAKE_BACK = "13"
    """Lấy lại: the only status that goes from the document's sender to its receiver."""
    AGREED = "15"
    DISAGREED = "16"

    @property
    def from_sender(self) -> bool:
        """True when the document's sender reports it; else a receiver does."""
        return self is StatusCode.TAKE_BACK

    @property
    def name_vi(self) -> str:
        """Return the Vietnamese term."""
        return _STATUS_NAMES[self][0]

    @property
    def name_en(self) -> str:
        """Return the English term."""
        return _STATUS_NAMES[self][1]


_STATUS_NAMES = {
    StatusCode.ARRIVED: ("đã đến", "arrived"),
    StatusCode.REFUSED: ("từ chối tiếp nhận", "refused"),
    StatusCode.ACCEPTED: ("đã tiếp nhận", "accepted"),
    StatusCode.ASSIGNED: ("phân công", "assigned"),
    StatusCode.IN_PROGRESS: ("đang xử lý", "in progress"),
    StatusCode.DONE: ("hoàn thành", "done"),
    StatusCode.TAKE_BACK: ("lấy lại", "taken back"),
    StatusCode.AGREED: ("đồng ý", "agreed"),
    StatusCode.DISAGREED: ("từ chối thu hồi, cập nhật hoặc lấy lại", "not agreed"),
}


class ReceiverType(IntEnum):
    """ReceiverType of an update: what happens to a receiver."""

    DROPPED = 0
    """No longer a receiver (bỏ nơi nhận)."""
    ADDED = 1
    """A receiver from now on (thêm nơi nhận)."""


class SteeringType(IntEnum):
    """SteeringType: the place of a document in a steering chain (văn bản chỉ đạo điều hành).

    The axis carries the number and decides nothing by it.
    """

    TYPE_0 = 0
    TYPE_1 = 1
    TYPE_2 = 2
    TYPE_3 = 3


def is_agency_code(text: str) -> bool:
    """Say whether a text can be an agency code (mã định danh) at all.

    Deliberately lenient: current, old and odd codes circulate, and the registry alone decides
    which exist. What is kept out would break lists, paths and headers that carry codes.
    """
    return _AGENCY_CODE.fullmatch(text) is not None


def is_document_id(text: str) -> bool:
    """Say whether a text can be a DocumentId: one line, bounded, any alphabet."""
    if text.isprintable():  # nearly all are, and asking takes a tenth of the pattern's time
        return 0 < len(text) <= MAX_DOCUMENT_ID_CHARS
    return _DOCUMENT_ID.fullmatch(text) is not None
