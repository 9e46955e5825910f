"""Texts about receipts."""

TEXTS = {
    "receipt.title": ("Biên nhận: {event}", "Receipt: {event}"),
    "receipt.lead": (
        "Bằng chứng do trục lập và ký số. Tệp XML tải về là bản gốc, kiểm tra được mà không cần"
        " trục.",
        "Evidence drawn up and signed by the axis. The XML file is the original and can be"
        " verified without the axis.",
    ),
    "receipt.download": ("Tải biên nhận (XML)", "Download the receipt (XML)"),
    "receipt.document": ("Xem văn bản", "Show the document"),
    "receipt.facts": ("Nội dung biên nhận", "What the receipt states"),
    "receipt.event": ("Sự kiện", "Event"),
    "receipt.at": ("Thời điểm", "When"),
    "receipt.id": ("Mã biên nhận", "Receipt id"),
    "receipt.issuer": ("Bên lập", "Issued by"),
    "receipt.subject": ("Về gói tin", "About"),
    "receipt.subject.document": ("văn bản", "a document"),
    "receipt.subject.status": ("trạng thái", "a status"),
    "receipt.subject.unreadable": ("gói tin không đọc được", "an unreadable message"),
    "receipt.document_id": ("Mã văn bản", "DocumentId"),
    "receipt.code": ("Số, ký hiệu", "Number"),
    "receipt.sender": ("Nơi gửi", "Sender"),
    "receipt.size": ("Dung lượng", "Size"),
    "receipt.submission": ("Gửi đến trục", "Submitted"),
    "receipt.submission.by": (
        "bởi hệ thống {endpoint}, lúc {time}",
        "by endpoint {endpoint} at {time}",
    ),
    "receipt.message_id": ("message_id", "message_id"),
    "receipt.status": ("Trạng thái", "Status"),
    "receipt.receivers": ("Nơi nhận", "Receivers"),
    "receipt.receivers.caption": (
        "Nơi nhận mà biên nhận nói đến",
        "Receivers that the receipt is about",
    ),
    "receipt.column.receiver": ("Cơ quan nhận", "Receiving agency"),
    "receipt.column.state": ("Trạng thái sau sự kiện", "State after the event"),
    "receipt.verdict": ("Kết quả kiểm tra", "Verdict"),
    "receipt.outcome.PASSED": ("Đạt", "Passed"),
    "receipt.outcome.INDETERMINATE": ("Chưa xác định được", "Indeterminate"),
    "receipt.outcome.FAILED": ("Không đạt", "Failed"),
    "receipt.findings.none": ("Không có nhận xét nào.", "No findings."),
    "receipt.finding.place": ("tại {place}", "at {place}"),
    "receipt.finding.line": ("dòng {line}", "line {line}"),
    "receipt.omitted": ("và {count} nhận xét khác", "and {count} more findings"),
    "receipt.unreadable": (
        "Biên nhận này thuộc phiên bản khác nên không hiển thị được nội dung; tệp XML vẫn đầy đủ.",
        "This receipt is of another version and cannot be shown; the XML file is complete.",
    ),
}
