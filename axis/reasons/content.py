"""What the content check (nội dung) can find: codes ``C-…``, the most important first."""

from functools import partial

from axis.reasons.entry import OUR_LIMIT, Check, ReasonText, Severity

entry = partial(ReasonText, Check.CONTENT)

ATTACHMENT_MISSING = entry(
    "C-ATTACHMENT-MISSING",
    "Danh mục nêu tệp «{name}» nhưng gói tin không kèm tệp này.",
    "The manifest names «{name}» but the message does not carry that file.",
    "QCVN 102:2016/BTTTT",
)
ATTACHMENT_UNLISTED = entry(
    "C-ATTACHMENT-UNLISTED",
    "Tệp «{name}» không có trong danh mục của văn bản.",
    "File «{name}» is attached but not listed in the manifest.",
    "QCVN 102:2016/BTTTT",
)
ATTACHMENT_DUPLICATE_NAME = entry(
    "C-DUPLICATE-NAME",
    "Có nhiều tệp cùng tên «{name}». Hãy đặt tên khác nhau.",
    "Several files are named «{name}». Give each its own name.",
    "QCVN 102:2016/BTTTT",
)
BAD_BASE64 = entry(
    "C-BAD-BASE64",
    "Tệp «{name}» không phải base64 hợp lệ. Hãy đính kèm lại tệp.",
    "File «{name}» is not valid base64. Attach it again.",
    "RFC 4648",
)
BAD_ARCHIVE = entry(
    "C-BAD-ARCHIVE",
    "Không mở được tệp nén «{name}» ({detail}). Hãy đính kèm lại tệp.",
    "The archive «{name}» cannot be opened ({detail}). Attach the file again.",
    "axis profile",
)
SECRECY_MARKING = entry(
    "C-SECRET",
    "«{where}» có dấu độ mật «{marking}». Văn bản chứa bí mật nhà nước không được gửi qua trục;"
    " hãy gửi theo quy định về bảo vệ bí mật nhà nước.",
    "«{where}» bears the secrecy marking «{marking}». State secrets must not travel over the"
    " axis; send the document as the law on state secrets says.",
    "QĐ 28/2018/QĐ-TTg; Luật Bảo vệ bí mật nhà nước 2018",
)
MALWARE = entry(
    "C-MALWARE",
    "Tệp «{name}» chứa mã độc ({detail}). Hãy quét sạch máy soạn thảo rồi đính kèm lại.",
    "File «{name}» contains malware ({detail}). Clean the computer that it comes from and attach"
    " it anew.",
    "QĐ 28/2018/QĐ-TTg",
)
UNSCANNABLE = entry(
    "C-UNSCANNABLE",
    "Tệp «{name}» lớn hoặc phức tạp quá mức mà trình quét mã độc của trục xem được. Hãy chia"
    " nhỏ tệp hoặc hỏi quản trị trục.",
    "File «{name}» is longer or more complex than the axis's malware scanner looks into. Split it,"
    " or ask the axis's administrators.",
    "QĐ 28/2018/QĐ-TTg",
)
TYPE_NOT_ALLOWED = entry(
    "C-TYPE-NOT-ALLOWED",
    "Tệp «{name}» thuộc loại {type}, không được gửi qua trục. Hãy gửi PDF, Office, OpenDocument,"
    " ảnh, văn bản thuần, XML hoặc ZIP.",
    "File «{name}» is {type}, which may not travel over the axis. Send PDF, Office, OpenDocument,"
    " images, plain text, XML or ZIP.",
    "axis profile",
)
BAD_NAME = entry(
    "C-BAD-NAME",
    "Tên tệp «{name}» không hợp lệ ({detail}). Hãy đổi tên tệp.",
    "The file name «{name}» is not allowed ({detail}). Rename the file.",
    "axis profile",
)
ENCRYPTED = entry(
    "C-ENCRYPTED",
    "Tệp «{name}» đặt mật khẩu nên không kiểm tra được. Hãy bỏ mật khẩu rồi đính kèm lại.",
    "File «{name}» is protected by a password and cannot be checked. Remove it and attach the"
    " file again.",
    "axis profile",
)
FILE_TOO_COMPLEX = entry(
    "C-TOO-COMPLEX",
    "Tệp «{name}» có {count} {what}, vượt giới hạn {limit}. Hãy chia nhỏ hoặc xuất lại tệp.",
    "File «{name}» has {count} {what}, over the limit of {limit}. Split it or export it again.",
    OUR_LIMIT,
)
BAD_PDF = entry(
    "C-BAD-PDF",
    "Tệp «{name}» không phải PDF đọc được ({detail}). Hãy xuất lại tệp PDF.",
    "File «{name}» is not a readable PDF ({detail}). Export the PDF again.",
    "ISO 32000",
)
BAD_OFFICE = entry(
    "C-BAD-OFFICE",
    "Tệp «{name}» không phải tệp Office đọc được ({detail}). Hãy lưu lại tệp.",
    "File «{name}» is not a readable office document ({detail}). Save it again.",
    "ISO/IEC 29500; ISO/IEC 26300; MS-CFB",
)
PDF_SIGNATURE_BROKEN = entry(
    "C-PDF-SIGNATURE-BROKEN",
    "Chữ ký số của «{signer}» trong tệp «{name}» không còn nguyên vẹn. Hãy ký lại tệp PDF.",
    "The digital signature of «{signer}» in file «{name}» does not hold. Sign the PDF again.",
    "NĐ 30/2020/NĐ-CP; ISO 32000",
)
MACRO = entry(
    "C-MACRO",
    "Tệp «{name}» chứa macro ({detail}). Hãy lưu thành tệp không có macro.",
    "File «{name}» contains macros ({detail}). Save it without them.",
    "axis profile",
)
ACTIVE_CONTENT = entry(
    "C-ACTIVE-CONTENT",
    "Tệp «{name}» chứa nội dung tự chạy ({detail}). Hãy xuất lại tệp không có nội dung này.",
    "File «{name}» contains active content ({detail}). Export it without that.",
    "axis profile",
)
SCANNER_AWAY = entry(
    "C-SCANNER-AWAY",
    "Trình quét mã độc của trục tạm thời không hoạt động nên chưa kiểm tra được tệp «{name}». Đây"
    " không phải lỗi của văn bản.",
    "The axis's malware scanner is away, so file «{name}» could not be checked. The document is not"
    " at fault.",
    "QĐ 28/2018/QĐ-TTg",
    Severity.HOLD,
)
PDF_CHANGED_AFTER_SIGNING = entry(
    "C-PDF-CHANGED",
    "Tệp «{name}» được thêm nội dung sau chữ ký của «{signer}»; chữ ký đó không phủ phần thêm.",
    "Content was added to file «{name}» after the signature of «{signer}», which does not cover"
    " it.",
    "ISO 32000",
    Severity.WARN,
)
TYPE_MISMATCH = entry(
    "C-TYPE-MISMATCH",
    "Tệp «{name}» thực ra là {type}. Hãy đặt phần mở rộng đúng để bên nhận mở được.",
    "File «{name}» really is {type}. Give it the right extension, so that receivers can open it.",
    "axis profile",
    Severity.WARN,
)
EMPTY_FILE = entry(
    "C-EMPTY-FILE",
    "Tệp «{name}» rỗng. Hãy kiểm tra và đính kèm lại.",
    "File «{name}» is empty. Check it and attach it again.",
    "axis profile",
    Severity.WARN,
)
NO_FILE = entry(
    "C-NO-FILE",
    "Văn bản không kèm tệp nào. Hãy kiểm tra xem có quên đính kèm không.",
    "The document carries no file. Check whether one was forgotten.",
    "NĐ 30/2020/NĐ-CP",
    Severity.WARN,
)
