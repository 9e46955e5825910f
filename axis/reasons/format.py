"""What the format check (thể thức) can find: codes ``F-…``, the most important first."""

from functools import partial

from axis.reasons.entry import OUR_LIMIT, Check, ReasonText, Severity

entry = partial(ReasonText, Check.FORMAT)

TOO_LARGE = entry(
    "F-TOO-LARGE",
    "Văn bản dài {size} byte, vượt giới hạn {limit} byte. Hãy giảm dung lượng tệp đính kèm.",
    "The document is {size} bytes, over the limit of {limit}. Make the attachments smaller.",
    OUR_LIMIT,
)
NOT_XML = entry(
    "F-NOT-XML",
    "Dữ liệu không phải XML hợp lệ ({detail}). Hãy xuất lại văn bản từ phần mềm.",
    "The data is not well-formed XML ({detail}). Export the document again.",
    "W3C XML 1.0",
)
DTD_PRESENT = entry(
    "F-DTD",
    "Văn bản chứa khai báo DOCTYPE hoặc thực thể, không được phép. Hãy bỏ khai báo này.",
    "The document contains a DOCTYPE or entities, which are not allowed. Remove them.",
    "QCVN 102:2016/BTTTT",
)
WRONG_ROOT = entry(
    "F-WRONG-ROOT",
    "Phần tử gốc là {found}, phải là edXML của QCVN 102:2016. Hãy gửi đúng gói tin edXML.",
    "The root element is {found}; it must be edXML of QCVN 102:2016. Send an edXML message.",
    "QCVN 102:2016/BTTTT",
)
SCHEMA = entry(
    "F-SCHEMA",
    "Cấu trúc sai so với lược đồ edXML: {detail}. Hãy sửa phần tử này.",
    "The structure breaks the edXML schema: {detail}. Correct this element.",
    "QCVN 102:2016/BTTTT",
)
MISSING_FIELD = entry(
    "F-MISSING-FIELD",
    "Thiếu trường bắt buộc {field}. Hãy điền trường này.",
    "The required field {field} is missing. Fill it in.",
    "QCVN 102:2016/BTTTT",
)
BAD_VALUE = entry(
    "F-BAD-VALUE",
    "Giá trị của {field} không hợp lệ: «{value}». Giá trị đúng: {expected}.",
    "The value of {field} is not valid: «{value}». Expected: {expected}.",
    "QCVN 102:2016/BTTTT",
)
TOO_COMPLEX = entry(
    "F-TOO-COMPLEX",
    "Gói tin có {count} {what}, vượt giới hạn {limit}. Hãy xuất lại văn bản từ phần mềm.",
    "The message has {count} {what}, over the limit of {limit}. Export the document again.",
    OUR_LIMIT,
)
FIELD_TOO_LONG = entry(
    "F-FIELD-TOO-LONG",
    "Trường {field} dài {length} ký tự, vượt giới hạn {limit}. Hãy rút ngắn.",
    "Field {field} has {length} characters, over the limit of {limit}. Shorten it.",
    OUR_LIMIT,
)
WRONG_ROUTE = entry(
    "F-WRONG-ROUTE",
    "Gói tin là {found} nhưng được gửi bằng khóa định tuyến «{routing_key}».",
    "The message is a {found} but was sent with routing key «{routing_key}».",
    "AMQP contract 1",
)
UNCHECKABLE = entry(
    "F-UNCHECKABLE",
    "Việc kiểm tra văn bản này không thể hoàn tất an toàn. Hãy xuất lại và gửi lại văn bản.",
    "This document could not be checked safely. Export it again and send it again.",
    OUR_LIMIT,
)
NO_ROOM_TO_WAIT = entry(
    "F-NO-ROOM-TO-WAIT",
    "Trục chưa quyết định được về gói tin ngay bây giờ, vì các lý do kèm theo, và không còn chỗ để"
    " giữ (đang giữ {count}). Hãy gửi lại sau một giờ bằng message_id mới.",
    "The axis cannot decide about the message now, for the reasons beside, and has no room to keep"
    " it waiting ({count} wait). Send it again in an hour under a new message_id.",
    OUR_LIMIT,
)
WAITED_TOO_LONG = entry(
    "F-WAITED-TOO-LONG",
    "Sau {hours} giờ vẫn chưa kiểm tra được văn bản, vì các lý do kèm theo. Hãy hỏi quản trị trục"
    " rồi gửi lại bằng message_id mới.",
    "After {hours} hours the document could still not be checked, for the reasons beside. Ask the"
    " axis's administrators, then send it again under a new message_id.",
    OUR_LIMIT,
)
UPDATES_NOTHING = entry(
    "F-UPDATES-NOTHING",
    "Gói cập nhật không nêu cập nhật gì. Hãy đặt BussinessDocumentInfo với DocumentInfo bằng 1"
    " (nội dung) hoặc DocumentReceiver bằng 1 kèm danh sách nơi nhận.",
    "The update does not say what it changes. Give BussinessDocumentInfo with DocumentInfo 1"
    " (content) or DocumentReceiver 1 and the list of receivers.",
    "QCVN 102:2016/BTTTT",
)
REPLACES_NOTHING = entry(
    "F-REPLACES-NOTHING",
    "Gói thay thế không nêu văn bản bị thay thế. Hãy ghi mã các văn bản đó trong"
    " ReplacementInfoList.",
    "The replacement does not say which documents it replaces. List their ids in"
    " ReplacementInfoList.",
    "QCVN 102:2016/BTTTT",
)
CONFUSABLE = entry(
    "F-CONFUSABLE",
    "{field} «{value}» chứa ký tự {character} trông giống chữ khác nhưng không phải chữ tiếng"
    " Việt. Hãy gõ lại bằng bàn phím tiếng Việt.",
    "{field} «{value}» contains {character}, which looks like another letter but is not of the"
    " Vietnamese alphabet. Type it anew.",
    "Unicode UTS #39; QĐ 20/2020/QĐ-TTg",
)
INVISIBLE = entry(
    "F-INVISIBLE",
    "{field} chứa ký tự không nhìn thấy {character}. Hãy xóa và gõ lại.",
    "{field} contains the invisible character {character}. Delete it and type the text anew.",
    "Unicode UTS #39",
)
FIELD_LONG = entry(
    "F-FIELD-LONG",
    "Trường {field} dài {length} ký tự, quá {limit}; phần mềm bên nhận có thể cắt bớt.",
    "Field {field} has {length} characters, more than {limit}; receivers may cut it off.",
    "QCVN 102:2016/BTTTT",
    Severity.WARN,
)
NORMALISED = entry(
    "F-NORMALISED",
    "{field} được đọc là «{value}» (Unicode dựng sẵn, gạch nối và dấu cách thường). Hãy dùng bộ"
    " gõ dựng sẵn.",
    "{field} was read as «{value}» (composed Unicode, plain hyphens and spaces). Type composed"
    " letters.",
    "TCVN 6909:2001; Unicode UAX #15",
    Severity.WARN,
)
NUMBER_NOTATION = entry(
    "F-NUMBER-NOTATION",
    "Số, ký hiệu «{code}» không theo mẫu của loại «{type}» (ví dụ {expected}). Hãy kiểm tra lại.",
    "Number and notation «{code}» do not fit the type «{type}» (for example {expected}). Check"
    " them.",
    "NĐ 30/2020/NĐ-CP, Phụ lục I và III",
    Severity.WARN,
)
DUE_BEFORE_ISSUE = entry(
    "F-DUE-BEFORE-ISSUE",
    "Hạn xử lý {due} sớm hơn ngày ban hành {issued}. Hãy kiểm tra lại hai ngày.",
    "The due date {due} is before the day of issue {issued}. Check both dates.",
    "QCVN 102:2016/BTTTT",
    Severity.WARN,
)
NO_EXPLANATION = entry(
    "F-NO-EXPLANATION",
    "{what} không kèm lý do. Hãy ghi lý do để bên kia biết phải làm gì.",
    "{what} comes without a reason. Give one, so that the other side knows what to do.",
    "QĐ 28/2018/QĐ-TTg",
    Severity.WARN,
)
