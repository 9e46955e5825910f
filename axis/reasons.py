"""The catalogue of reasons: one entry = one code = one metric label = one text per language.

The prefix names the admission check: ``F-`` format (thể thức), ``N-`` authentication (xác
thực), ``S-`` digital signature (ký số), ``A-`` authority (thẩm quyền), ``C-`` content (nội
dung). Codes are stable: receipts that quote them are evidence for many years.
"""

import string
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, StrEnum


class Check(StrEnum):
    """The five admission checks that the country set."""

    FORMAT = "format"
    AUTHENTICATION = "authentication"
    SIGNATURE = "signature"
    AUTHORITY = "authority"
    CONTENT = "content"


class Severity(StrEnum):
    """What a finding does to the document."""

    REFUSE = "refuse"
    HOLD = "hold"
    WARN = "warn"


_CHECK_OF_PREFIX = {
    "F": Check.FORMAT,
    "N": Check.AUTHENTICATION,
    "S": Check.SIGNATURE,
    "A": Check.AUTHORITY,
    "C": Check.CONTENT,
}


@dataclass(frozen=True, slots=True)
class ReasonText:
    """A catalogue entry's content; ``{name}`` in a text is filled from the finding's facts."""

    code: str
    vi: str
    en: str
    source: str
    severity: Severity = Severity.REFUSE


class _Blank(string.Formatter):
    """Fill known facts; a missing one reads ``?`` instead of raising in front of a clerk."""

    def get_value(self, key: int | str, args: object, kwargs: Mapping[str, object]) -> object:
        return kwargs.get(str(key), "?")


_FORMATTER = _Blank()
_OUR_LIMIT = "axis"


class Reason(Enum):
    """Why a document is refused, held or warned about."""

    # -- format (thể thức) --------------------------------------------------------------------
    TOO_LARGE = ReasonText(
        "F-TOO-LARGE",
        "Văn bản dài {size} byte, vượt giới hạn {limit} byte. Hãy giảm dung lượng tệp đính kèm.",
        "The document is {size} bytes, over the limit of {limit}. Make the attachments smaller.",
        _OUR_LIMIT,
    )
    NOT_XML = ReasonText(
        "F-NOT-XML",
        "Dữ liệu không phải XML hợp lệ ({detail}). Hãy xuất lại văn bản từ phần mềm.",
        "The data is not well-formed XML ({detail}). Export the document again.",
        "W3C XML 1.0",
    )
    DTD_PRESENT = ReasonText(
        "F-DTD",
        "Văn bản chứa khai báo DOCTYPE hoặc thực thể, không được phép. Hãy bỏ khai báo này.",
        "The document contains a DOCTYPE or entities, which are not allowed. Remove them.",
        "QCVN 102:2016/BTTTT",
    )
    WRONG_ROOT = ReasonText(
        "F-WRONG-ROOT",
        "Phần tử gốc là {found}, phải là edXML của QCVN 102:2016. Hãy gửi đúng gói tin edXML.",
        "The root element is {found}; it must be edXML of QCVN 102:2016. Send an edXML message.",
        "QCVN 102:2016/BTTTT",
    )
    SCHEMA = ReasonText(
        "F-SCHEMA",
        "Cấu trúc sai so với lược đồ edXML: {detail}. Hãy sửa phần tử này.",
        "The structure breaks the edXML schema: {detail}. Correct this element.",
        "QCVN 102:2016/BTTTT",
    )
    MISSING_FIELD = ReasonText(
        "F-MISSING-FIELD",
        "Thiếu trường bắt buộc {field}. Hãy điền trường này.",
        "The required field {field} is missing. Fill it in.",
        "QCVN 102:2016/BTTTT",
    )
    BAD_VALUE = ReasonText(
        "F-BAD-VALUE",
        "Giá trị của {field} không hợp lệ: «{value}». Giá trị đúng: {expected}.",
        "The value of {field} is not valid: «{value}». Expected: {expected}.",
        "QCVN 102:2016/BTTTT",
    )
    TOO_COMPLEX = ReasonText(
        "F-TOO-COMPLEX",
        "Gói tin có {count} {what}, vượt giới hạn {limit}. Hãy xuất lại văn bản từ phần mềm.",
        "The message has {count} {what}, over the limit of {limit}. Export the document again.",
        _OUR_LIMIT,
    )
    FIELD_TOO_LONG = ReasonText(
        "F-FIELD-TOO-LONG",
        "Trường {field} dài {length} ký tự, vượt giới hạn {limit}. Hãy rút ngắn.",
        "Field {field} has {length} characters, over the limit of {limit}. Shorten it.",
        _OUR_LIMIT,
    )
    FIELD_LONG = ReasonText(
        "F-FIELD-LONG",
        "Trường {field} dài {length} ký tự, quá {limit}; phần mềm bên nhận có thể cắt bớt.",
        "Field {field} has {length} characters, more than {limit}; receivers may cut it off.",
        "QCVN 102:2016/BTTTT",
        Severity.WARN,
    )
    WRONG_ROUTE = ReasonText(
        "F-WRONG-ROUTE",
        "Gói tin là {found} nhưng được gửi bằng khóa định tuyến «{routing_key}».",
        "The message is a {found} but was sent with routing key «{routing_key}».",
        "AMQP contract 1",
    )
    UNCHECKABLE = ReasonText(
        "F-UNCHECKABLE",
        "Việc kiểm tra văn bản này không thể hoàn tất an toàn. Hãy xuất lại và gửi lại văn bản.",
        "This document could not be checked safely. Export it again and send it again.",
        _OUR_LIMIT,
    )

    # -- authentication (xác thực) -------------------------------------------------------------
    NO_USER_ID = ReasonText(
        "N-NO-USER-ID",
        "Gói tin không có user_id; không xác định được hệ thống gửi.",
        "The message has no user_id; the sending system is unknown.",
        "AMQP contract 1",
    )
    UNKNOWN_ENDPOINT = ReasonText(
        "N-UNKNOWN-ENDPOINT",
        "Tài khoản «{endpoint}» không phải là hệ thống đã đăng ký với trục.",
        "The account «{endpoint}» is not a registered endpoint.",
        "AMQP contract 1",
    )
    NO_MESSAGE_ID = ReasonText(
        "N-NO-MESSAGE-ID",
        "Gói tin không có message_id hợp lệ. Hãy đặt message_id duy nhất cho mỗi lần gửi.",
        "The message has no valid message_id. Give every submission its own unique message_id.",
        "AMQP contract 1",
    )
    MESSAGE_ID_REUSED = ReasonText(
        "N-MESSAGE-ID-REUSED",
        "message_id «{message_id}» đã dùng cho nội dung khác. Hãy dùng message_id mới.",
        "message_id «{message_id}» was used for other content. Use a new message_id.",
        "AMQP contract 1",
    )
    SENDER_UNKNOWN = ReasonText(
        "N-SENDER-UNKNOWN",
        "Mã cơ quan gửi «{code}» không có trong danh bạ. Hãy kiểm tra mã định danh.",
        "The sender code «{code}» is not in the registry. Check the agency code.",
        "QĐ 20/2020/QĐ-TTg",
    )
    SENDER_CLOSED = ReasonText(
        "N-SENDER-CLOSED",
        "Cơ quan gửi «{code}» đã ngừng hoạt động từ {date}. Hãy gửi bằng mã của cơ quan kế thừa.",
        "The sending agency «{code}» closed on {date}. Send under its successor's code.",
        "QĐ 20/2020/QĐ-TTg",
    )
    SENDER_NOT_YET_OPEN = ReasonText(
        "N-SENDER-NOT-YET-OPEN",
        "Cơ quan gửi «{code}» chỉ hoạt động từ {date}. Hãy gửi bằng mã của cơ quan hiện hành.",
        "The sending agency «{code}» acts only from {date}. Send under the present agency's code.",
        "QĐ 20/2020/QĐ-TTg",
    )
    SENDER_NOT_AT_ENDPOINT = ReasonText(
        "N-SENDER-NOT-AT-ENDPOINT",
        "Hệ thống «{endpoint}» không được gửi thay cơ quan «{code}».",
        "Endpoint «{endpoint}» does not serve agency «{code}» and may not send for it.",
        "QĐ 28/2018/QĐ-TTg",
    )

    # -- digital signature (ký số) ---------------------------------------------------------------
    UNSIGNED = ReasonText(
        "S-UNSIGNED",
        "Văn bản chưa có chữ ký số XML của cơ quan. Hãy ký số gói tin trước khi gửi.",
        "The document carries no XML signature. Sign the message before sending it.",
        "W3C XMLDSig; NĐ 30/2020/NĐ-CP",
    )
    SEVERAL_SIGNATURES = ReasonText(
        "S-SEVERAL",
        "Văn bản có {count} chữ ký XML; chỉ được có một. Hãy ký lại từ bản chưa ký.",
        "The document has {count} XML signatures; exactly one is allowed. Sign a fresh copy.",
        "axis profile",
    )
    SIGNATURE_MISPLACED = ReasonText(
        "S-MISPLACED",
        "Chữ ký không nằm đúng chỗ hoặc không phủ toàn bộ văn bản ({detail}). Hãy ký lại.",
        "The signature is misplaced or does not cover the whole document ({detail}). Sign again.",
        "axis profile",
    )
    SIGNATURE_MALFORMED = ReasonText(
        "S-MALFORMED",
        "Chữ ký số sai cấu trúc ({detail}). Hãy ký lại văn bản.",
        "The signature is malformed ({detail}). Sign the document again.",
        "W3C XMLDSig",
    )
    SIGNATURE_ALGORITHM = ReasonText(
        "S-ALGORITHM",
        "Thuật toán «{algorithm}» không được phép. Hãy ký bằng RSA hoặc ECDSA với SHA-256.",
        "Algorithm «{algorithm}» is not allowed. Sign with RSA or ECDSA and SHA-256.",
        "axis profile",
    )
    KEY_TOO_WEAK = ReasonText(
        "S-KEY-TOO-WEAK",
        "Khóa {key} quá yếu; cần RSA từ 2048 bit hoặc ECDSA P-256. Hãy xin chứng thư mới.",
        "The key {key} is too weak; RSA of 2048 bits or ECDSA P-256 is needed. Renew the"
        " certificate.",
        "axis profile",
    )
    ALTERED = ReasonText(
        "S-ALTERED",
        "Nội dung đã thay đổi sau khi ký, hoặc chữ ký không khớp. Hãy ký lại và gửi lại.",
        "The content changed after signing, or the signature does not match. Sign and send again.",
        "W3C XMLDSig",
    )
    NO_CERTIFICATE = ReasonText(
        "S-NO-CERTIFICATE",
        "Chữ ký không kèm chứng thư số. Hãy kèm chứng thư X.509 trong KeyInfo.",
        "The signature carries no certificate. Include the X.509 certificate in KeyInfo.",
        "W3C XMLDSig",
    )
    UNTRUSTED = ReasonText(
        "S-UNTRUSTED",
        "Chứng thư «{subject}» không dẫn đến tổ chức chứng thực được tin cậy ({detail}).",
        "Certificate «{subject}» has no path to a trust anchor ({detail}).",
        "RFC 5280",
    )
    CERTIFICATE_EXPIRED = ReasonText(
        "S-EXPIRED",
        "Chứng thư «{subject}» đã hết hạn ngày {date}. Hãy gia hạn và ký lại.",
        "Certificate «{subject}» expired on {date}. Renew it and sign again.",
        "RFC 5280",
    )
    CERTIFICATE_NOT_YET_VALID = ReasonText(
        "S-NOT-YET-VALID",
        "Chứng thư «{subject}» chỉ có hiệu lực từ {date}.",
        "Certificate «{subject}» is valid only from {date}.",
        "RFC 5280",
    )
    KEY_USAGE = ReasonText(
        "S-KEY-USAGE",
        "Chứng thư «{subject}» không được cấp để ký số văn bản. Hãy dùng đúng chứng thư.",
        "Certificate «{subject}» was not issued for signing documents. Use the right one.",
        "RFC 5280",
    )

    NOT_THE_AXIS = ReasonText(
        "S-NOT-THE-AXIS",
        "Biên nhận ký bằng chứng thư «{subject}», không phải chứng thư của trục. Hãy kiểm tra chứng"
        " thư trục trong cấu hình.",
        "The receipt is signed with «{subject}», which is no certificate of the axis. Check the"
        " axis's certificates in the profile.",
        _OUR_LIMIT,
    )
    NOT_A_RECEIPT = ReasonText(
        "S-NOT-A-RECEIPT",
        "Nội dung đã ký không phải biên nhận hợp lệ: {detail}",
        "What was signed is not a valid receipt: {detail}",
        _OUR_LIMIT,
    )

    # -- authority (thẩm quyền) -------------------------------------------------------------------
    CERTIFICATE_NOT_ENROLLED = ReasonText(
        "A-CERTIFICATE-NOT-ENROLLED",
        "Chứng thư «{subject}» chưa được gắn với cơ quan nào. Hãy đăng ký với quản trị trục.",
        "Certificate «{subject}» is not bound to any agency. Have it enrolled.",
        "QĐ 28/2018/QĐ-TTg",
    )
    CERTIFICATE_OF_OTHER_AGENCY = ReasonText(
        "A-CERTIFICATE-OF-OTHER-AGENCY",
        "Chứng thư «{subject}» không thuộc cơ quan gửi «{code}». Hãy ký bằng chứng thư của cơ"
        " quan gửi.",
        "Certificate «{subject}» is not the sender's («{code}»). Sign with the sender's own.",
        "QĐ 28/2018/QĐ-TTg",
    )
    CERTIFICATE_REVOKED = ReasonText(
        "A-CERTIFICATE-REVOKED",
        "Chứng thư «{subject}» đã bị thu hồi trên trục ngày {date}. Hãy dùng chứng thư mới.",
        "Certificate «{subject}» was revoked on {date}. Use a new certificate.",
        "QĐ 28/2018/QĐ-TTg",
    )
    CERTIFICATE_OUT_OF_TERM = ReasonText(
        "A-CERTIFICATE-OUT-OF-TERM",
        "Chứng thư «{subject}» chỉ được gắn với cơ quan «{code}» từ {first} đến {last}. Hãy gia"
        " hạn đăng ký.",
        "Certificate «{subject}» is bound to «{code}» only from {first} to {last}. Have the"
        " binding renewed.",
        "QĐ 28/2018/QĐ-TTg",
    )
    NO_RECEIVER = ReasonText(
        "A-NO-RECEIVER",
        "Văn bản không có nơi nhận. Hãy chọn ít nhất một cơ quan nhận.",
        "The document names no receiver. Choose at least one receiving agency.",
        "QCVN 102:2016/BTTTT",
    )
    RECEIVER_UNKNOWN = ReasonText(
        "A-RECEIVER-UNKNOWN",
        "Mã cơ quan nhận «{code}» không có trong danh bạ. Hãy kiểm tra mã định danh nơi nhận.",
        "The receiver code «{code}» is not in the registry. Check the receiver's agency code.",
        "QĐ 20/2020/QĐ-TTg",
    )
    RECEIVER_CLOSED = ReasonText(
        "A-RECEIVER-CLOSED",
        "Cơ quan nhận «{code}» đã ngừng hoạt động từ {date} và không có cơ quan kế thừa.",
        "The receiving agency «{code}» closed on {date} and has no successor.",
        "QĐ 20/2020/QĐ-TTg",
    )
    RECEIVER_NOT_YET_OPEN = ReasonText(
        "A-RECEIVER-NOT-YET-OPEN",
        "Cơ quan nhận «{code}» chỉ hoạt động từ {date}. Hãy gửi cơ quan hiện hành.",
        "The receiving agency «{code}» acts only from {date}. Send to the present agency.",
        "QĐ 20/2020/QĐ-TTg",
    )
    RECEIVER_UNREACHABLE = ReasonText(
        "A-RECEIVER-UNREACHABLE",
        "Cơ quan nhận «{code}» chưa kết nối trục, cơ quan cấp trên cũng chưa. Hãy gửi bản giấy.",
        "Receiver «{code}» is not connected to the axis, nor is any agency above it. Send on"
        " paper.",
        "QĐ 28/2018/QĐ-TTg",
    )
    TOO_MANY_RECEIVERS = ReasonText(
        "A-TOO-MANY-RECEIVERS",
        "Văn bản có {count} nơi nhận, vượt giới hạn {limit}. Hãy chia thành nhiều lần gửi.",
        "The document names {count} receivers, over the limit of {limit}. Split the sending.",
        _OUR_LIMIT,
    )
    DOCUMENT_CONFLICT = ReasonText(
        "A-CONFLICT",
        "Mã văn bản «{document_id}» đã được dùng cho nội dung khác. Hãy dùng loại «cập nhật» hoặc"
        " «thay thế», hoặc mã mới.",
        "DocumentId «{document_id}» was already used for other content. Send an update or a"
        " replacement, or use a new id.",
        "QCVN 102:2016/BTTTT",
    )
    TARGET_UNKNOWN = ReasonText(
        "A-TARGET-UNKNOWN",
        "Không tìm thấy văn bản «{document_id}» mà gói tin này nói tới. Hãy kiểm tra mã văn bản.",
        "Document «{document_id}», which this message is about, was not found. Check its id.",
        "QCVN 102:2016/BTTTT",
    )
    NOT_ORIGINAL_SENDER = ReasonText(
        "A-NOT-ORIGINAL-SENDER",
        "Chỉ cơ quan đã gửi văn bản «{document_id}» mới được thu hồi, cập nhật, thay thế hoặc lấy"
        " lại văn bản đó.",
        "Only the original sender of «{document_id}» may recall, update, replace or take it back.",
        "QĐ 28/2018/QĐ-TTg",
    )
    NOT_A_RECEIVER = ReasonText(
        "A-NOT-A-RECEIVER",
        "Cơ quan «{code}» không nhận văn bản «{document_id}» nên không thể báo trạng thái.",
        "Agency «{code}» did not receive «{document_id}» and cannot report on it.",
        "QĐ 28/2018/QĐ-TTg",
    )
    STATUS_OUT_OF_ORDER = ReasonText(
        "A-STATUS-OUT-OF-ORDER",
        "Trạng thái {status} không thể theo sau trạng thái hiện tại «{state}».",
        "Status {status} cannot follow the delivery's present state «{state}».",
        "QCVN 102:2016/BTTTT",
    )

    # -- content (nội dung) ----------------------------------------------------------------------
    ATTACHMENT_MISSING = ReasonText(
        "C-ATTACHMENT-MISSING",
        "Danh mục nêu tệp «{name}» nhưng gói tin không kèm tệp này.",
        "The manifest names «{name}» but the message does not carry that file.",
        "QCVN 102:2016/BTTTT",
    )
    ATTACHMENT_UNLISTED = ReasonText(
        "C-ATTACHMENT-UNLISTED",
        "Tệp «{name}» không có trong danh mục của văn bản.",
        "File «{name}» is attached but not listed in the manifest.",
        "QCVN 102:2016/BTTTT",
    )
    ATTACHMENT_DUPLICATE_NAME = ReasonText(
        "C-DUPLICATE-NAME",
        "Có nhiều tệp cùng tên «{name}». Hãy đặt tên khác nhau.",
        "Several files are named «{name}». Give each its own name.",
        "QCVN 102:2016/BTTTT",
    )
    BAD_BASE64 = ReasonText(
        "C-BAD-BASE64",
        "Tệp «{name}» không phải base64 hợp lệ. Hãy đính kèm lại tệp.",
        "File «{name}» is not valid base64. Attach it again.",
        "RFC 4648",
    )
    BAD_ARCHIVE = ReasonText(
        "C-BAD-ARCHIVE",
        "Không mở được tệp nén «{name}» ({detail}). Hãy đính kèm lại tệp.",
        "The archive «{name}» cannot be opened ({detail}). Attach the file again.",
        "axis profile",
    )

    @property
    def code(self) -> str:
        """Return the stable code quoted in receipts, for example ``F-NOT-XML``."""
        return self.value.code

    @property
    def severity(self) -> Severity:
        """Return what a finding of this reason does to the document."""
        return self.value.severity

    @property
    def check(self) -> Check:
        """Return the admission check that this reason belongs to."""
        return _CHECK_OF_PREFIX[self.code[0]]

    @property
    def source(self) -> str:
        """Return the law, standard or limit that the rule comes from."""
        return self.value.source

    def describe_vi(self, facts: Mapping[str, object]) -> str:
        """Return the Vietnamese text with the facts filled in."""
        return _FORMATTER.vformat(self.value.vi, (), facts)

    def describe_en(self, facts: Mapping[str, object]) -> str:
        """Return the English text with the facts filled in."""
        return _FORMATTER.vformat(self.value.en, (), facts)


def reason_of_code(code: str) -> Reason | None:
    """Return the reason with this stable code, or None."""
    return _BY_CODE.get(code)


_BY_CODE = {reason.code: reason for reason in Reason}
