"""What the digital signature check (ký số) can find: codes ``S-…``, the most important first."""

from functools import partial

from axis.reasons.entry import OUR_LIMIT, Check, ReasonText, Severity

entry = partial(ReasonText, Check.SIGNATURE)

UNSIGNED = entry(
    "S-UNSIGNED",
    "Văn bản chưa có chữ ký số XML của cơ quan. Hãy ký số gói tin trước khi gửi.",
    "The document carries no XML signature. Sign the message before sending it.",
    "W3C XMLDSig; NĐ 30/2020/NĐ-CP",
)
SEVERAL_SIGNATURES = entry(
    "S-SEVERAL",
    "Văn bản có {count} chữ ký XML; chỉ được có một. Hãy ký lại từ bản chưa ký.",
    "The document has {count} XML signatures; exactly one is allowed. Sign a fresh copy.",
    "axis profile",
)
SIGNATURE_MISPLACED = entry(
    "S-MISPLACED",
    "Chữ ký không nằm đúng chỗ hoặc không phủ toàn bộ văn bản ({detail}). Hãy ký lại.",
    "The signature is misplaced or does not cover the whole document ({detail}). Sign again.",
    "axis profile",
)
SIGNATURE_MALFORMED = entry(
    "S-MALFORMED",
    "Chữ ký số sai cấu trúc ({detail}). Hãy ký lại văn bản.",
    "The signature is malformed ({detail}). Sign the document again.",
    "W3C XMLDSig",
)
SIGNATURE_ALGORITHM = entry(
    "S-ALGORITHM",
    "Thuật toán «{algorithm}» không được phép. Hãy ký bằng RSA hoặc ECDSA với SHA-256.",
    "Algorithm «{algorithm}» is not allowed. Sign with RSA or ECDSA and SHA-256.",
    "axis profile",
)
ALGORITHM_ENDED = entry(
    "S-ALGORITHM-ENDED",
    "Thuật toán «{algorithm}» chỉ được dùng đến hết ngày {date}. Hãy ký lại bằng thuật toán mới"
    " hơn.",
    "Algorithm «{algorithm}» was accepted until {date} only. Sign again with a newer algorithm.",
    "axis profile",
)
KEY_TOO_WEAK = entry(
    "S-KEY-TOO-WEAK",
    "Khóa {key} quá yếu; cần RSA từ 2048 bit hoặc ECDSA P-256. Hãy xin chứng thư mới.",
    "The key {key} is too weak; RSA of 2048 bits or ECDSA P-256 is needed. Renew the certificate.",
    "axis profile",
)
SIGNATURE_LEVEL = entry(
    "S-LEVEL",
    "Mức chữ ký {level} không được chính sách chấp nhận. Hãy ký lại ở mức được chấp nhận"
    " (axis document sign --level).",
    "Signatures of level {level} are not accepted by the policy. Sign again at an accepted level"
    " (axis document sign --level).",
    "ETSI EN 319 132-1",
)
SIGNATURE_PROPERTIES = entry(
    "S-PROPERTIES",
    "Thuộc tính XAdES của chữ ký thiếu, sai hoặc không được phép ({detail}). Hãy ký lại.",
    "A XAdES property of the signature is missing, wrong or not allowed ({detail}). Sign again.",
    "ETSI EN 319 132-1",
)
ALTERED = entry(
    "S-ALTERED",
    "Nội dung đã thay đổi sau khi ký, hoặc chữ ký không khớp. Hãy ký lại và gửi lại.",
    "The content changed after signing, or the signature does not match. Sign and send again.",
    "W3C XMLDSig",
)
NO_CERTIFICATE = entry(
    "S-NO-CERTIFICATE",
    "Chữ ký không kèm chứng thư số. Hãy kèm chứng thư X.509 trong KeyInfo.",
    "The signature carries no certificate. Include the X.509 certificate in KeyInfo.",
    "W3C XMLDSig",
)
SIGNING_CERTIFICATE = entry(
    "S-SIGNING-CERTIFICATE",
    "Chữ ký nêu một chứng thư khác với chứng thư «{subject}» kèm theo. Hãy ký lại với đúng chứng"
    " thư.",
    "The signature names another certificate than «{subject}», which comes with it. Sign again with"
    " the right certificate.",
    "ETSI EN 319 132-1",
)
UNTRUSTED = entry(
    "S-UNTRUSTED",
    "Chứng thư «{subject}» không dẫn đến tổ chức chứng thực được tin cậy ({detail}).",
    "Certificate «{subject}» has no path to a trust anchor ({detail}).",
    "RFC 5280",
)
CERTIFICATE_EXPIRED = entry(
    "S-EXPIRED",
    "Chứng thư «{subject}» đã hết hạn ngày {date}. Hãy gia hạn và ký lại.",
    "Certificate «{subject}» expired on {date}. Renew it and sign again.",
    "RFC 5280",
)
CERTIFICATE_NOT_YET_VALID = entry(
    "S-NOT-YET-VALID",
    "Chứng thư «{subject}» chỉ có hiệu lực từ {date}.",
    "Certificate «{subject}» is valid only from {date}.",
    "RFC 5280",
)
KEY_USAGE = entry(
    "S-KEY-USAGE",
    "Chứng thư «{subject}» không được cấp để ký số văn bản. Hãy dùng đúng chứng thư.",
    "Certificate «{subject}» was not issued for signing documents. Use the right one.",
    "RFC 5280",
)
SIGNING_TIME = entry(
    "S-SIGNING-TIME",
    "Thời điểm ký {time} mà chữ ký nêu là không thể ({detail}). Hãy chỉnh đồng hồ máy ký và ký"
    " lại.",
    "The time of signing {time} that the signature states cannot be ({detail}). Set the signing"
    " machine's clock and sign again.",
    "ETSI EN 319 102-1",
)
TIMESTAMP_ORDER = entry(
    "S-TIMESTAMP-ORDER",
    "Dấu thời gian mâu thuẫn với các thời điểm khác ({detail}). Hãy chỉnh đồng hồ và ký lại.",
    "The timestamp contradicts other times ({detail}). Set the clock and sign again.",
    "ETSI EN 319 102-1",
)
TIMESTAMP_MISMATCH = entry(
    "S-TIMESTAMP-MISMATCH",
    "Dấu thời gian {time} không phải của chữ ký này. Hãy ký lại và xin dấu thời gian mới.",
    "The timestamp of {time} is not one of this signature. Sign again and have it timestamped"
    " anew.",
    "RFC 3161",
)
TIMESTAMP_BROKEN = entry(
    "S-TIMESTAMP-BROKEN",
    "Dấu thời gian không hợp lệ ({detail}). Hãy ký lại và xin dấu thời gian mới.",
    "The timestamp is not valid ({detail}). Sign again and have it timestamped anew.",
    "RFC 3161",
)
NOT_THE_AXIS = entry(
    "S-NOT-THE-AXIS",
    "Biên nhận ký bằng chứng thư «{subject}», không phải chứng thư của trục. Hãy kiểm tra chứng"
    " thư trục trong cấu hình.",
    "The receipt is signed with «{subject}», which is no certificate of the axis. Check the"
    " axis's certificates in the profile.",
    OUR_LIMIT,
)
RECEIPT_KEY_RETIRED = entry(
    "S-RETIRED-KEY",
    "Biên nhận đề {date} nhưng trục đã thôi ký bằng chứng thư «{subject}» từ {retired}. Biên nhận"
    " không có giá trị; hãy hỏi đơn vị vận hành trục.",
    "The receipt is dated {date}, but the axis gave up signing with «{subject}» on {retired}. It"
    " is no proof; ask the operator of the axis.",
    OUR_LIMIT,
)
NOT_A_RECEIPT = entry(
    "S-NOT-A-RECEIPT",
    "Nội dung đã ký không phải biên nhận hợp lệ: {detail}",
    "What was signed is not a valid receipt: {detail}",
    OUR_LIMIT,
)
CERTIFICATE_REVOKED_BY_ISSUER = entry(
    "S-REVOKED",
    "Chứng thư «{subject}» đã bị tổ chức chứng thực thu hồi từ {date}. Hãy ký lại bằng chứng thư"
    " mới.",
    "Certificate «{subject}» was revoked by its issuer on {date}. Sign with a new certificate.",
    "RFC 5280",
)
REVOCATION_UNKNOWN = entry(
    "S-REVOCATION-UNKNOWN",
    "Chưa biết chứng thư «{subject}» có bị thu hồi hay không ({detail}). Cần thông tin thu hồi"
    " (CRL, OCSP) mới; đây không phải lỗi của văn bản.",
    "Whether certificate «{subject}» was revoked is not known ({detail}). Current revocation"
    " information (CRL, OCSP) is needed; the document is not at fault.",
    "RFC 5280",
    Severity.HOLD,
)
REVOCATION_GRACE = entry(
    "S-REVOCATION-GRACE",
    "Thông tin thu hồi mới nhất về chứng thư «{subject}» là của {date}, đã {age}; chưa lấy được"
    " thông tin mới hơn nên tạm thời vẫn dùng.",
    "The newest revocation information about certificate «{subject}» is from {date}, {age} old; as"
    " no newer can be had, it is still used for a limited time.",
    "RFC 5280; ETSI EN 319 102-1",
    Severity.WARN,
)
SIGNER_NOT_CHECKED = entry(
    "S-NOT-CHECKED",
    "Chưa kiểm tra được chứng thư vì không có chứng thư gốc tin cậy. Hãy chỉ thư mục gốc"
    " (--anchors).",
    "The certificate could not be judged without trust anchors. Name their folder (--anchors).",
    "RFC 5280",
    Severity.HOLD,
)
TIMESTAMP_UNTRUSTED = entry(
    "S-TIMESTAMP-UNTRUSTED",
    "Dấu thời gian của «{subject}» không chứng minh được gì vì không dẫn đến tổ chức cấp dấu thời"
    " gian được tin cậy ({detail}); chữ ký được xét theo lúc kiểm tra.",
    "The timestamp of «{subject}» proves nothing, as no trusted timestamp authority stands behind"
    " it ({detail}); the signature is judged as of the check.",
    "ETSI EN 319 102-1",
    Severity.WARN,
)
