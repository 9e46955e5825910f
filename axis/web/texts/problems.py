"""Texts of refusals and faults: what is wrong, and what to do."""

TEXTS = {
    "problem.400.title": ("Yêu cầu không hợp lệ", "The request is not valid"),
    "problem.400": (
        "Địa chỉ hoặc biểu mẫu có dữ liệu không dùng được. Hãy quay lại và nhập lại.",
        "The address or form holds something that cannot be used. Go back and enter it again.",
    ),
    "problem.text": (
        "Ô «{field}» có ký tự không hợp lệ hoặc dài hơn {limit} ký tự. Hãy nhập lại.",
        "Field «{field}» has characters that cannot be used, or more than {limit}. Enter it again.",
    ),
    "problem.form": (
        "Biểu mẫu gửi đến không đúng: thiếu ô, thừa ô hoặc sai kiểu. Hãy tải lại trang và thử lại.",
        "The form is not as this page sends it: a field is missing, unknown or of another type."
        " Reload the page and try again.",
    ),
    "problem.date": (
        "Ngày «{value}» không hợp lệ. Hãy nhập theo dạng năm-tháng-ngày, ví dụ 2026-11-30.",
        "The date «{value}» is not valid. Enter it as year-month-day, for example 2026-11-30.",
    ),
    "problem.endpoint": (
        "Tham số endpoint không phải mã hệ thống. Hãy ghi một mã như lgsp-h37.",
        "Parameter endpoint is no endpoint id. Give one such as lgsp-h37.",
    ),
    "problem.401": (
        "Hãy gửi kèm mã hệ thống và mật khẩu của hệ thống đó (HTTP Basic), hoặc đăng nhập.",
        "Send the endpoint's id and its password along (HTTP Basic), or sign in.",
    ),
    "problem.other_endpoint": (
        "Hệ thống chỉ được kiểm tra văn bản nhân danh chính mình.",
        "An endpoint checks documents in its own name only.",
    ),
    "problem.408": (
        "Văn bản không đến kịp. Hãy gửi lại.",
        "The document did not arrive in time. Send it again.",
    ),
    "problem.415": (
        "Hãy gửi gói edXML nguyên dạng với kiểu application/edxml+xml, không nén.",
        "Send the edXML message itself as application/edxml+xml, without compression.",
    ),
    "problem.document_size": (
        "Văn bản vượt giới hạn {limit} byte. Hãy giảm dung lượng tệp đính kèm.",
        "The document is over the limit of {limit} bytes. Make the attachments smaller.",
    ),
    "problem.many_checks": (
        "Đang có nhiều lượt kiểm tra của bạn. Hãy chờ có kết quả rồi gửi tiếp.",
        "Several of your checks are running. Wait for their results before the next.",
    ),
    "problem.checks_busy": (
        "Trục đang kiểm tra nhiều văn bản khác. Hãy thử lại sau ít giây.",
        "The axis is checking many other documents. Try again in some seconds.",
    ),
    "problem.no_workers": (
        "Trục tạm thời chưa kiểm tra được văn bản. Hãy thử lại sau ít phút.",
        "The axis cannot check documents at the moment. Try again in some minutes.",
    ),
    "problem.403.title": ("Không có quyền", "Not allowed"),
    "problem.403": (
        "Trang này chỉ dành cho quản trị trục. Nếu cần thêm quyền, hãy liên hệ quản trị.",
        "This page is for administrators of the axis. If you need it, ask one of them.",
    ),
    "problem.cross_site": (
        "Yêu cầu đến từ trang khác nên đã bị chặn. Hãy mở trang này trực tiếp rồi thực hiện lại.",
        "The request came from another site and was stopped. Open this page directly and try"
        " again.",
    ),
    "problem.404.title": ("Không tìm thấy", "Not found"),
    "problem.404": (
        "Không có mục này, hoặc mục này không thuộc cơ quan của bạn. Hãy kiểm tra lại địa chỉ.",
        "This does not exist, or is not your agency's. Check the address.",
    ),
    "problem.405.title": ("Thao tác không dùng được ở đây", "Not possible here"),
    "problem.405": (
        "Địa chỉ này không nhận thao tác đó. Hãy quay lại trang trước.",
        "This address does not take that action. Go back to the page before.",
    ),
    "problem.413.title": ("Dữ liệu quá lớn", "Too large"),
    "problem.413": (
        "Tệp hoặc biểu mẫu vượt giới hạn {limit} KB. Hãy chọn đúng tệp chứng thư.",
        "The file or form is over the limit of {limit} KB. Choose the certificate file.",
    ),
    "problem.429.title": ("Hãy chờ một lát", "Please wait"),
    "problem.429": (
        "Có quá nhiều yêu cầu. Hãy thử lại sau ít phút.",
        "There were too many requests. Try again in a few minutes.",
    ),
    "problem.500.title": ("Lỗi của hệ thống", "Something went wrong"),
    "problem.500": (
        "Đã có lỗi ngoài dự kiến và đã được ghi lại với mã {reference}. Hãy thử lại; nếu vẫn lỗi,"
        " hãy báo mã này cho quản trị.",
        "An unexpected error happened and was recorded as {reference}. Try again; if it stays,"
        " tell the administrator this reference.",
    ),
    "problem.503.title": ("Tạm thời chưa phục vụ được", "Not available now"),
    "problem.503": (
        "Cơ sở dữ liệu của trục đang không trả lời. Văn bản không bị mất; hãy thử lại sau ít phút.",
        "The axis's database does not answer now. No document is lost; try again in a few minutes.",
    ),
    "problem.broad": (
        "Tìm kiếm này mất quá nhiều thời gian. Hãy gõ đầy đủ hơn số, ký hiệu hoặc mã văn bản.",
        "This search takes too long. Type more of the number or DocumentId.",
    ),
    "problem.home": ("Về danh sách văn bản", "To the documents"),
    "problem.certificate.none": (
        "Tệp chỉ có chứng thư của tổ chức chứng thực, không có chứng thư của cơ quan.",
        "The file holds only certificates of authorities, none of an agency.",
    ),
    "problem.certificate.several": (
        "Tệp có {count} chứng thư của cơ quan. Hãy thêm từng chứng thư một.",
        "The file holds {count} agency certificates. Add them one by one.",
    ),
    "problem.certificate.no_file": ("Chưa chọn tệp chứng thư.", "No file was chosen."),
    "problem.agency.missing": ("Chưa nhập mã cơ quan.", "No agency code was entered."),
    "problem.reason.missing": ("Chưa nhập lý do thu hồi.", "No reason was entered."),
}
