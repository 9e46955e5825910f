"""What the authentication check (xác thực) can find: codes ``A-…``, the most important first."""

from functools import partial

from axis.reasons.entry import Check, ReasonText

entry = partial(ReasonText, Check.AUTHENTICATION)

NO_USER_ID = entry(
    "A-NO-USER-ID",
    "Gói tin không có user_id; không xác định được hệ thống gửi.",
    "The message has no user_id; the sending system is unknown.",
    "AMQP contract 1",
)
UNKNOWN_ENDPOINT = entry(
    "A-UNKNOWN-ENDPOINT",
    "Tài khoản «{endpoint}» không phải là hệ thống đã đăng ký với trục.",
    "The account «{endpoint}» is not a registered endpoint.",
    "AMQP contract 1",
)
NO_MESSAGE_ID = entry(
    "A-NO-MESSAGE-ID",
    "Gói tin không có message_id hợp lệ. Hãy đặt message_id duy nhất cho mỗi lần gửi.",
    "The message has no valid message_id. Give every submission its own unique message_id.",
    "AMQP contract 1",
)
MESSAGE_ID_REUSED = entry(
    "A-MESSAGE-ID-REUSED",
    "message_id «{message_id}» đã dùng cho nội dung khác. Hãy dùng message_id mới.",
    "message_id «{message_id}» was used for other content. Use a new message_id.",
    "AMQP contract 1",
)
SENDER_UNKNOWN = entry(
    "A-SENDER-UNKNOWN",
    "Mã cơ quan gửi «{code}» không có trong danh bạ. Hãy kiểm tra mã định danh.",
    "The sender code «{code}» is not in the registry. Check the agency code.",
    "QĐ 20/2020/QĐ-TTg",
)
SENDER_CLOSED = entry(
    "A-SENDER-CLOSED",
    "Cơ quan gửi «{code}» đã ngừng hoạt động từ {date}. Hãy gửi bằng mã của cơ quan kế thừa.",
    "The sending agency «{code}» closed on {date}. Send under its successor's code.",
    "QĐ 20/2020/QĐ-TTg",
)
SENDER_NOT_YET_OPEN = entry(
    "A-SENDER-NOT-YET-OPEN",
    "Cơ quan gửi «{code}» chỉ hoạt động từ {date}. Hãy gửi bằng mã của cơ quan hiện hành.",
    "The sending agency «{code}» acts only from {date}. Send under the present agency's code.",
    "QĐ 20/2020/QĐ-TTg",
)
SENDER_NOT_AT_ENDPOINT = entry(
    "A-SENDER-NOT-AT-ENDPOINT",
    "Hệ thống «{endpoint}» không được gửi thay cơ quan «{code}».",
    "Endpoint «{endpoint}» does not serve agency «{code}» and may not send for it.",
    "QĐ 28/2018/QĐ-TTg",
)
