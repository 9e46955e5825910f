"""What the authority check (thẩm quyền) can find: codes ``A-…``, the most important first."""

from functools import partial

from axis.reasons.entry import OUR_LIMIT, Check, ReasonText, Severity

entry = partial(ReasonText, Check.AUTHORITY)

CERTIFICATE_NOT_ENROLLED = entry(
    "A-CERTIFICATE-NOT-ENROLLED",
    "Chứng thư «{subject}» chưa được gắn với cơ quan nào. Hãy đăng ký với quản trị trục.",
    "Certificate «{subject}» is not bound to any agency. Have it enrolled.",
    "QĐ 28/2018/QĐ-TTg",
)
CERTIFICATE_OF_OTHER_AGENCY = entry(
    "A-CERTIFICATE-OF-OTHER-AGENCY",
    "Chứng thư «{subject}» không thuộc cơ quan gửi «{code}». Hãy ký bằng chứng thư của cơ quan"
    " gửi.",
    "Certificate «{subject}» is not the sender's («{code}»). Sign with the sender's own.",
    "QĐ 28/2018/QĐ-TTg",
)
CARRIER_ONLY = entry(
    "A-CARRIER-ONLY",
    "Chứng thư «{subject}» là của nền tảng chỉ chuyển tiếp văn bản, không ký thay cơ quan nào. Hãy"
    " ký bằng chứng thư của cơ quan gửi.",
    "Certificate «{subject}» is that of a platform that only carries documents and signs for"
    " nobody. Sign with the sender's own.",
    "QĐ 28/2018/QĐ-TTg",
)
CERTIFICATE_OF_OTHER_ORGANISATION = entry(
    "A-CERTIFICATE-OF-OTHER-ORGANISATION",
    "Chứng thư «{subject}» ghi mã tổ chức {organization}, không phải của cơ quan gửi «{code}»."
    " Hãy ký bằng chứng thư cấp cho cơ quan gửi.",
    "Certificate «{subject}» names organisation {organization}, not the sender «{code}». Sign"
    " with a certificate issued to the sender.",
    "QĐ 28/2018/QĐ-TTg",
)
MANDATE_OUTSIDE_HIERARCHY = entry(
    "A-MANDATE-OUTSIDE-HIERARCHY",
    "Chứng thư «{subject}» được đăng ký ký thay «{code}» nhưng nay không phải con dấu số còn"
    " hiệu lực của cơ quan cấp trên nào. Hãy ký bằng chứng thư của cơ quan gửi hoặc của cấp trên.",
    "Certificate «{subject}» was to sign on behalf of «{code}» but is not the seal in force of any"
    " agency above it. Sign with the sender's own or with that of an agency above.",
    "QĐ 28/2018/QĐ-TTg",
)
CERTIFICATE_REVOKED = entry(
    "A-CERTIFICATE-REVOKED",
    "Chứng thư «{subject}» đã bị thu hồi trên trục ngày {date}. Hãy dùng chứng thư mới.",
    "Certificate «{subject}» was revoked on {date}. Use a new certificate.",
    "QĐ 28/2018/QĐ-TTg",
)
CERTIFICATE_OUT_OF_TERM = entry(
    "A-CERTIFICATE-OUT-OF-TERM",
    "Chứng thư «{subject}» chỉ được gắn với cơ quan «{code}» từ {first} đến {last}. Hãy gia hạn"
    " đăng ký.",
    "Certificate «{subject}» is bound to «{code}» only from {first} to {last}. Have the binding"
    " renewed.",
    "QĐ 28/2018/QĐ-TTg",
)
MANDATE_KIND = entry(
    "A-MANDATE-KIND",
    "Chứng thư «{subject}» được ký cho «{code}» chỉ với loại: {kinds}; gói tin này là"
    " «{kind}». Hãy ký bằng chứng thư khác hoặc đăng ký thêm loại.",
    "Certificate «{subject}» may sign for «{code}» only: {kinds}; this message is «{kind}»."
    " Sign with another certificate or have the kind added.",
    "QĐ 28/2018/QĐ-TTg",
)
NO_RECEIVER = entry(
    "A-NO-RECEIVER",
    "Văn bản không có nơi nhận. Hãy chọn ít nhất một cơ quan nhận.",
    "The document names no receiver. Choose at least one receiving agency.",
    "QCVN 102:2016/BTTTT",
)
RECEIVER_UNKNOWN = entry(
    "A-RECEIVER-UNKNOWN",
    "Mã cơ quan nhận «{code}» không có trong danh bạ. Hãy kiểm tra mã định danh nơi nhận.",
    "The receiver code «{code}» is not in the registry. Check the receiver's agency code.",
    "QĐ 20/2020/QĐ-TTg",
)
RECEIVER_CLOSED = entry(
    "A-RECEIVER-CLOSED",
    "Cơ quan nhận «{code}» đã ngừng hoạt động từ {date} và không có cơ quan kế thừa.",
    "The receiving agency «{code}» closed on {date} and has no successor.",
    "QĐ 20/2020/QĐ-TTg",
)
RECEIVER_NOT_YET_OPEN = entry(
    "A-RECEIVER-NOT-YET-OPEN",
    "Cơ quan nhận «{code}» chỉ hoạt động từ {date}. Hãy gửi cơ quan hiện hành.",
    "The receiving agency «{code}» acts only from {date}. Send to the present agency.",
    "QĐ 20/2020/QĐ-TTg",
)
RECEIVER_UNREACHABLE = entry(
    "A-RECEIVER-UNREACHABLE",
    "Cơ quan nhận «{code}» chưa kết nối trục, cơ quan cấp trên cũng chưa. Hãy gửi bản giấy.",
    "Receiver «{code}» is not connected to the axis, nor is any agency above it. Send on paper.",
    "QĐ 28/2018/QĐ-TTg",
)
TOO_MANY_RECEIVERS = entry(
    "A-TOO-MANY-RECEIVERS",
    "Văn bản có {count} nơi nhận, vượt giới hạn {limit}. Hãy chia thành nhiều lần gửi.",
    "The document names {count} receivers, over the limit of {limit}. Split the sending.",
    OUR_LIMIT,
)
TOO_MANY_DELIVERIES = entry(
    "A-TOO-MANY-DELIVERIES",
    "Các nhóm nơi nhận của văn bản gồm {count} cơ quan, vượt giới hạn {limit}. Hãy chia thành nhiều"
    " lần gửi.",
    "The groups that the document names are {count} agencies, over the limit of {limit}. Split the"
    " sending.",
    OUR_LIMIT,
)
GROUP_EMPTY = entry(
    "A-GROUP-EMPTY",
    "Nhóm «{group}» hiện không có cơ quan nào khác nhận được qua trục. Hãy kiểm tra nhóm hoặc chọn"
    " từng cơ quan nhận.",
    "The group «{group}» has no other member that can be reached now. Check the group, or name the"
    " receiving agencies one by one.",
    "QĐ 28/2018/QĐ-TTg",
)
DOCUMENT_CONFLICT = entry(
    "A-CONFLICT",
    "Mã văn bản «{document_id}» đã được dùng cho nội dung khác. Hãy dùng loại «cập nhật» hoặc"
    " «thay thế», hoặc mã mới.",
    "DocumentId «{document_id}» was already used for other content. Send an update or a"
    " replacement, or use a new id.",
    "QCVN 102:2016/BTTTT",
)
TOO_MANY_VERSIONS = entry(
    "A-TOO-MANY-VERSIONS",
    "Văn bản «{document_id}» đã có {limit} gói tin loại này, nhiều nhất mà trục nhận. Hãy gửi văn"
    " bản mới với mã định danh văn bản riêng.",
    "Document «{document_id}» has {limit} messages of this kind already, as many as the axis takes."
    " Send a new document with a DocumentId of its own.",
    OUR_LIMIT,
)
DOCUMENT_RECALLED = entry(
    "A-RECALLED",
    "Văn bản «{document_id}» đã được thu hồi nên không cập nhật được nữa. Nếu cần, hãy gửi văn bản"
    " mới hoặc văn bản thay thế.",
    "Document «{document_id}» was recalled and can't be updated any more. Send a new document or a"
    " replacement if one is needed.",
    "QĐ 28/2018/QĐ-TTg",
)
TARGET_UNKNOWN = entry(
    "A-TARGET-UNKNOWN",
    "Trục không có văn bản «{document_id}» mà gói tin này nói tới và không chờ thêm. Hãy kiểm tra"
    " mã văn bản; nếu đúng, hãy gửi lại bằng message_id mới sau khi trục đã nhận văn bản đó.",
    "The axis has no document «{document_id}», which this message is about, and waits for it no"
    " longer. Check the id; if it is right, send this again under a new message_id once the axis"
    " has accepted that document.",
    "QCVN 102:2016/BTTTT",
)
NOT_ORIGINAL_SENDER = entry(
    "A-NOT-ORIGINAL-SENDER",
    "Chỉ cơ quan đã gửi văn bản «{document_id}» mới được thu hồi, cập nhật, thay thế hoặc lấy lại"
    " văn bản đó.",
    "Only the original sender of «{document_id}» may recall, update, replace or take it back.",
    "QĐ 28/2018/QĐ-TTg",
)
NOT_A_RECEIVER = entry(
    "A-NOT-A-RECEIVER",
    "Cơ quan «{code}» không nhận văn bản «{document_id}» nên không thể báo trạng thái.",
    "Agency «{code}» did not receive «{document_id}» and cannot report on it.",
    "QĐ 28/2018/QĐ-TTg",
)
STATUS_OUT_OF_ORDER = entry(
    "A-STATUS-OUT-OF-ORDER",
    "Trạng thái {status} không thể theo sau trạng thái hiện tại «{state}».",
    "Status {status} cannot follow the delivery's present state «{state}».",
    "QCVN 102:2016/BTTTT",
)
NEVER_HAD_IT = entry(
    "A-NEVER-HAD-IT",
    "Nơi nhận «{code}» chưa từng nhận văn bản «{document_id}» nên không thể thu hồi, cập nhật hay"
    " thay thế ở đó. Hãy bỏ nơi nhận này.",
    "Receiver «{code}» never received «{document_id}», so nothing can be recalled, updated or"
    " replaced there. Leave this receiver out.",
    "QĐ 28/2018/QĐ-TTg",
)
HOLDER_UNREACHED = entry(
    "A-HOLDER-UNREACHED",
    "Cơ quan «{code}» đã nhận văn bản «{document_id}» nhưng hiện không còn nhận được qua trục; gói"
    " tin này không đến được đó. Hãy liên hệ cơ quan đó bằng cách khác.",
    "Agency «{code}» has «{document_id}» and can't be reached through the axis any more; this"
    " message does not get there. Get in touch with it another way.",
    "QĐ 28/2018/QĐ-TTg",
    Severity.WARN,
)
ADDED_AGAIN = entry(
    "A-ADDED-AGAIN",
    "Cơ quan «{code}» đã từ chối, đã trả lại hoặc đang được đề nghị trả lại văn bản «{document_id}»"
    " nên chỉ nhận bản cập nhật này, không nhận lại văn bản đó. Nếu cần, hãy gửi văn bản mới.",
    "Agency «{code}» has refused «{document_id}», given it back or is asked for it, so it gets this"
    " update and not that document again. Send a new document if it needs one.",
    "QĐ 28/2018/QĐ-TTg",
    Severity.WARN,
)
REFUSED_BY_OPERATOR = entry(
    "A-REFUSED-BY-OPERATOR",
    "Quản trị trục không chờ kiểm tra văn bản nữa mà từ chối: {reason}",
    "The axis's administrators refused the document instead of waiting for its check: {reason}",
    OUR_LIMIT,
)
DOCUMENT_AWAITED = entry(
    "A-DOCUMENT-AWAITED",
    "Trục chưa có văn bản «{document_id}» mà gói tin này nói tới; gói tin được giữ một thời gian"
    " ngắn để chờ văn bản đó. Không cần gửi lại. Nếu văn bản đã gửi từ lâu, hãy kiểm tra mã văn"
    " bản.",
    "The axis does not have document «{document_id}» yet, which this message is about; the message"
    " waits for it for a short time. No need to send it again. If the document was sent long ago,"
    " check its id.",
    "QCVN 102:2016/BTTTT",
    Severity.HOLD,
)
REGISTRY_NOT_GIVEN = entry(
    "A-NOT-CHECKED",
    "Chưa kiểm tra được thẩm quyền vì thiếu {what}. Hãy bổ sung rồi kiểm tra lại.",
    "Authority could not be judged without {what}. Give it and check again.",
    OUR_LIMIT,
    Severity.HOLD,
)
RECEIVER_DOUBLED = entry(
    "A-RECEIVER-DOUBLED",
    "Các mã {codes} là cùng một cơ quan «{code}»; cơ quan đó nhận một bản. Chỉ cần ghi một mã.",
    "The codes {codes} are one agency, «{code}»; it gets one copy. One code is enough.",
    "QĐ 20/2020/QĐ-TTg",
    Severity.WARN,
)
RECEIVER_SUCCEEDED = entry(
    "A-RECEIVER-SUCCEEDED",
    "Cơ quan nhận «{code}» đã ngừng hoạt động; văn bản chuyển đến cơ quan kế thừa «{successor}»."
    " Hãy cập nhật danh bạ.",
    "The receiving agency «{code}» has closed; its successor «{successor}» gets the document."
    " Update your directory.",
    "QĐ 20/2020/QĐ-TTg",
    Severity.WARN,
)
GROUP_MEMBERS_UNREACHED = entry(
    "A-GROUP-MEMBERS-UNREACHED",
    "{count} cơ quan trong nhóm «{group}» chưa kết nối trục nên không nhận được: {codes}. Hãy gửi"
    " bản giấy đến các cơ quan đó.",
    "{count} members of the group «{group}» are not connected and do not get it: {codes}. Send"
    " them paper.",
    "QĐ 28/2018/QĐ-TTg",
    Severity.WARN,
)
