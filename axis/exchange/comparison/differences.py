"""What can differ between an endpoint's register and the axis's, and what to do about it."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final
from uuid import UUID


class Difference(StrEnum):
    """One sort of difference; the value is its code, which never changes."""

    SENT_UNKNOWN = "sent-unknown"
    SENT_NOT_REGISTERED = "sent-not-registered"
    SENT_DIGEST = "sent-digest"
    SENT_REFUSED = "sent-refused"
    SENT_NOT_REFUSED = "sent-not-refused"
    RECEIPT_MISSING = "receipt-missing"
    RECEIPT_OTHER = "receipt-other"
    SENT_ENDED = "sent-ended"
    SENT_NOT_ENDED = "sent-not-ended"
    SENT_TWICE = "sent-twice"
    TAKEN_UNKNOWN = "taken-unknown"
    TAKEN_LOST = "taken-lost"
    IN_INBOX = "in-inbox"
    UNDELIVERABLE = "undeliverable"
    TAKEN_DIGEST = "taken-digest"
    NOT_TAKEN = "not-taken"
    STATUS_UNKNOWN = "status-unknown"
    STATUS_NOT_REGISTERED = "status-not-registered"
    TAKEN_ENDED = "taken-ended"
    TAKEN_NOT_ENDED = "taken-not-ended"
    TAKEN_TWICE = "taken-twice"

    @property
    def words(self) -> "Words":
        """What it means and what to do."""
        return _WORDS[self]


@dataclass(frozen=True, slots=True)
class Words:
    """A difference for people."""

    vi: str
    en: str
    do_vi: str
    do_en: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One difference, with where it is in the register and what it is about."""

    difference: Difference
    line: int | None
    """Line of the register; None: it has none."""
    message_id: str | None
    document_id: str | None
    document: UUID | None
    """The axis's id of the document, where it has one."""
    agency: str | None
    """Whom it concerns at the other end, where that is known."""
    register: str
    """What the register says."""
    axis: str
    """What the axis says."""


_WORDS: Final = {
    Difference.SENT_UNKNOWN: Words(
        "Sổ ghi đã gửi nhưng trục không có",
        "Registered as sent, unknown to the axis",
        "Gửi lại với cùng message_id; nếu trục đã nhận, biên nhận đầu tiên được trả lại.",
        "Send it again under the same message_id; had the axis taken it, the first receipt comes"
        " back.",
    ),
    Difference.SENT_NOT_REGISTERED: Words(
        "Trục đã nhận từ tài khoản này nhưng sổ không ghi",
        "The axis had it from this account, the register does not show it",
        "Tải biên nhận và ghi sổ; nếu không ai ở đơn vị gửi, có người khác dùng tài khoản: đổi mật"
        " khẩu.",
        "Fetch the receipt and register it; if nobody here sent it, somebody else uses the account:"
        " change its password.",
    ),
    Difference.SENT_DIGEST: Words(
        "Nội dung trong sổ khác nội dung trục đã nhận",
        "The register's content is not what the axis got",
        "Đối chiếu hai tệp; bản trục giữ là bản đã ký và đã gửi đi.",
        "Compare the files; the axis's is the one that was signed and delivered.",
    ),
    Difference.SENT_REFUSED: Words(
        "Trục đã từ chối nhưng sổ ghi là đã gửi",
        "Refused by the axis, registered as sent",
        "Đọc biên nhận từ chối, sửa và gửi văn bản đúng; ghi lại tình trạng trong sổ.",
        "Read the rejection receipt, correct the document and send it; put the register right.",
    ),
    Difference.SENT_NOT_REFUSED: Words(
        "Sổ ghi bị từ chối nhưng trục đã nhận",
        "Registered as refused, taken by the axis",
        "Văn bản đã đi; ghi lại sổ, hoặc gửi thu hồi nếu không muốn gửi.",
        "The document is on its way: put the register right, or recall it.",
    ),
    Difference.RECEIPT_MISSING: Words(
        "Sổ thiếu biên nhận mà trục đã lập",
        "The register lacks the receipt",
        "Gửi lại cùng nội dung với cùng message_id để nhận lại biên nhận đầu tiên, hoặc tải từ"
        " trang văn bản.",
        "Submit the same bytes under the same message_id to have the first receipt again, or"
        " download it from the document's page.",
    ),
    Difference.RECEIPT_OTHER: Words(
        "Biên nhận trong sổ không phải biên nhận của trục cho gói tin này",
        "The register's receipt is not the axis's for this submission",
        "Kiểm tra chữ ký của biên nhận trong sổ; lấy lại biên nhận đúng.",
        "Check the signature of the register's receipt, and fetch the right one.",
    ),
    Difference.SENT_ENDED: Words(
        "Văn bản đã thu hồi hoặc được thay thế nhưng sổ ghi còn hiệu lực",
        "Recalled or superseded, registered as valid",
        "Ghi lại tình trạng trong sổ.",
        "Put the register right.",
    ),
    Difference.SENT_NOT_ENDED: Words(
        "Sổ ghi đã thu hồi hoặc thay thế nhưng trục không nhận được văn bản đó",
        "Registered as recalled or superseded, of which the axis knows nothing",
        "Gửi văn bản thu hồi, cập nhật hoặc thay thế; nơi nhận vẫn coi văn bản là có hiệu lực.",
        "Send the recall, update or replacement; to its receivers the document still is valid.",
    ),
    Difference.SENT_TWICE: Words(
        "Sổ ghi hai lần",
        "Registered twice",
        "Bỏ dòng thừa trong sổ.",
        "Remove the line that is one too many.",
    ),
    Difference.TAKEN_UNKNOWN: Words(
        "Sổ ghi đã nhận nhưng trục không giao văn bản này cho hệ thống",
        "Registered as received, never delivered here by the axis",
        "Tìm nguồn gốc (bản giấy, kênh khác); chưa coi là văn bản đến qua trục.",
        "Find out where it came from (paper, another channel); it did not come through the axis.",
    ),
    Difference.TAKEN_LOST: Words(
        "Hệ thống đã lấy hoặc đã báo trạng thái nhưng sổ không ghi",
        "Taken or reported on by the system, not in its register",
        "Nhờ quản trị trục giao lại bản này (axis document redeliver), rồi ghi sổ.",
        "Have the axis's administrator deliver the copy again (axis document redeliver), then"
        " register it.",
    ),
    Difference.IN_INBOX: Words(
        "Văn bản đang chờ trong hộp nhận, sổ chưa ghi",
        "Waiting in the inbox, not registered yet",
        "Cho hệ thống nhận văn bản từ hộp nhận.",
        "Have the system take its inbox.",
    ),
    Difference.UNDELIVERABLE: Words(
        "Trục không bàn giao được văn bản này",
        "The axis could not hand this document over",
        "Sửa hệ thống nhận, rồi nhờ quản trị trục gửi lại gói tin lạc (axis dead republish).",
        "Put the receiving system right, then have the administrator re-publish the dead letter"
        " (axis dead republish).",
    ),
    Difference.TAKEN_DIGEST: Words(
        "Nội dung trong sổ khác nội dung trục đã giao",
        "The register's content is not what the axis delivered",
        "Không dùng bản trong sổ; nhờ giao lại và kiểm tra chữ ký.",
        "Do not use the register's copy; have it delivered again and verify its signature.",
    ),
    Difference.NOT_TAKEN: Words(
        "Sổ ghi đã nhận nhưng trục chưa thấy hệ thống lấy",
        "Registered as received, not taken as far as the axis knows",
        "Báo trạng thái 01; nếu bản còn trong hộp nhận thì xác nhận nó (message_id cũ nên không"
        " hiện hai lần).",
        "Report status 01; should the copy still be in the inbox, acknowledge it (its message_id"
        " keeps it from showing twice).",
    ),
    Difference.STATUS_UNKNOWN: Words(
        "Trạng thái trong sổ chưa đến trục",
        "The register's status has not come to the axis",
        "Gửi lại trạng thái đó.",
        "Send that status again.",
    ),
    Difference.STATUS_NOT_REGISTERED: Words(
        "Trục có trạng thái mới hơn sổ",
        "The axis has a later status than the register",
        "Ghi lại sổ; nếu không ai ở đơn vị báo, có người khác dùng tài khoản và con dấu số.",
        "Put the register right; if nobody here reported it, somebody else uses the account and"
        " seal.",
    ),
    Difference.TAKEN_ENDED: Words(
        "Văn bản đã được rút hoặc thay thế nhưng sổ ghi còn hiệu lực",
        "Withdrawn or superseded, registered as valid",
        "Ghi lại sổ và thôi dùng bản này.",
        "Put the register right and stop using this copy.",
    ),
    Difference.TAKEN_NOT_ENDED: Words(
        "Sổ ghi đã rút hoặc thay thế nhưng trục không ghi nhận",
        "Registered as withdrawn or superseded, of which the axis knows nothing",
        "Hỏi nơi gửi; với trục, văn bản vẫn có hiệu lực.",
        "Ask the sender; to the axis the document still is valid.",
    ),
    Difference.TAKEN_TWICE: Words(
        "Sổ ghi hai lần",
        "Registered twice",
        "Bỏ dòng thừa trong sổ.",
        "Remove the line that is one too many.",
    ),
}
