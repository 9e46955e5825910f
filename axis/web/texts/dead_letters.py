"""Texts of the pages about dead letters."""

TEXTS = {
    "dead.title": ("Gói tin lạc", "Dead letters"),
    "dead.lead": (
        "Gói tin không xác định được bên gửi nên không trả lời được, và gói tin mà hệ thống nhận"
        " lấy nhiều lần vẫn không xong. Mỗi gói cần một người xem rồi gửi lại hoặc bỏ.",
        "Messages whose sender is unknown, so that nobody could be answered, and messages that a"
        " receiving system failed on again and again. Somebody has to look at each, and then send"
        " it again or discard it.",
    ),
    "dead.search": ("Lọc gói tin lạc", "Filter dead letters"),
    "dead.search.state": ("Tình trạng", "State"),
    "dead.search.kind": ("Loại", "Kind"),
    "dead.search.any": ("Mọi tình trạng", "Any state"),
    "dead.caption": ("Gói tin lạc, mới nhất trước", "Dead letters, newest first"),
    "dead.column.at": ("Lúc", "At"),
    "dead.column.kind": ("Loại, tình trạng", "Kind, state"),
    "dead.column.about": ("Văn bản hoặc tài khoản", "Document or account"),
    "dead.column.queue": ("Hàng đợi", "Queue"),
    "dead.column.reasons": ("Lý do", "Reasons"),
    "dead.look": ("Xem gói tin {id}", "Look at message {id}"),
    "dead.empty": ("Không có gói tin lạc nào như vậy.", "There are no such dead letters."),
    "dead.empty.hint": (
        "Không có gì cần xử lý ở đây.",
        "Nothing is to be done here.",
    ),
    "dead.kind.submission": ("Gói gửi đến trục", "Sent to the axis"),
    "dead.kind.document": ("Bản văn bản gửi nơi nhận", "Copy of a document"),
    "dead.kind.status": ("Trạng thái gửi nơi gửi", "Status for a sender"),
    "dead.kind.receipt": ("Biên nhận", "Receipt"),
    "dead.kind.stray": ("Không phải của trục", "Not the axis's"),
    "dead.state.open": ("Chưa xử lý", "Open"),
    "dead.state.resubmitting": ("Đang tiếp nhận lại", "Being taken in again"),
    "dead.state.republished": ("Đã gửi lại", "Re-published"),
    "dead.state.discarded": ("Đã bỏ", "Discarded"),
    "dead.letter": ("Gói tin lạc", "Dead letter"),
    "dead.facts": ("Gói tin", "The message"),
    "dead.fact.at": ("Trục giữ lúc", "Kept at"),
    "dead.fact.died_at": ("Hàng đợi thôi lúc", "Given up at"),
    "dead.fact.queue": ("Hàng đợi", "Queue"),
    "dead.fact.routing_key": ("Khóa định tuyến", "Routing key"),
    "dead.fact.user_id": ("Tài khoản gửi", "Sending account"),
    "dead.fact.message_id": ("message_id", "message_id"),
    "dead.fact.reasons": ("Lý do", "Reasons"),
    "dead.fact.document": ("Văn bản", "Document"),
    "dead.fact.sender": ("Nơi gửi", "Sender"),
    "dead.fact.receivers": ("Nơi nhận", "Receivers"),
    "dead.fact.size": ("Dung lượng", "Size"),
    "dead.fact.changed": ("Đã xử lý", "Dealt with"),
    "dead.fact.remark": ("Ghi chú", "Remark"),
    "dead.by": ("{by}, lúc {time}", "{by}, at {time}"),
    "dead.reason.delivery_limit": (
        "Hệ thống nhận lấy gói tin này quá nhiều lần mà không xác nhận.",
        "It was taken too often without being acknowledged.",
    ),
    "dead.reason.rejected": (
        "Bên lấy gói tin đã từ chối nó.",
        "Whoever took it rejected it.",
    ),
    "dead.properties": ("Thuộc tính AMQP", "AMQP properties"),
    "dead.properties.lead": (
        "Như gói tin mang theo, chưa được kiểm tra.",
        "As the message carries them; nobody has checked them.",
    ),
    "dead.download": ("Tải nội dung về", "Download the content"),
    "dead.download.hint": (
        "Nội dung chưa được kiểm tra; chỉ mở bằng trình soạn thảo văn bản.",
        "The content is unchecked; open it in a text editor only.",
    ),
    "dead.republish": ("Gửi lại", "Send it again"),
    "dead.republish.submission": (
        "Trục tiếp nhận lại đúng gói tin này dưới tên «{user_id}», kiểm tra như mới, và gửi biên"
        " nhận cho hệ thống đó. Hãy sửa nguyên nhân trước (ví dụ thêm hệ thống vào danh bạ).",
        "The axis takes this very message in again for «{user_id}», checks it as if it were new and"
        " sends that endpoint the receipt. Put the cause right first, such as a missing endpoint.",
    ),
    "dead.republish.nobody": (
        "Không gửi lại được: gói tin không mang tài khoản gửi (user_id), không ai được gửi thay.",
        "It cannot be sent again: it names no sending account (user_id), and nobody may send in"
        " another's name.",
    ),
    "dead.republish.copy": (
        "Gói tin trở lại hàng đợi {queue} với message_id cũ, nên hệ thống nhận không thấy hai lần."
        " Hãy chắc rằng hệ thống nhận đã sửa lỗi.",
        "The message goes back to queue {queue} under its own message_id, so that the receiving"
        " system sees it once. Make sure that the system has been put right.",
    ),
    "dead.republish.stray": (
        "Không gửi lại được: trục chưa từng gửi gói tin này. Hãy tìm xem ai đã đặt nó vào hàng"
        " đợi.",
        "It cannot be sent again: the axis has never sent it. Find out who put it into the queue.",
    ),
    "dead.republish.confirm": ("Gửi lại gói tin này", "Send this message again"),
    "dead.discard": ("Bỏ gói tin", "Discard it"),
    "dead.discard.lead": (
        "Gói tin không đi đâu nữa; nội dung, lý do và người bỏ vẫn được lưu.",
        "The message goes nowhere any more; its content, the reason and who discarded it are kept.",
    ),
    "dead.discard.reason": ("Lý do bỏ", "Reason"),
    "dead.discard.hint": (
        "Từ {least} đến {most} ký tự, ví dụ: đơn vị đã gửi lại bằng gói khác ngày 12/11.",
        "{least} to {most} characters, such as: sent again as another message on 12 November.",
    ),
    "dead.discard.confirm": ("Bỏ gói tin này", "Discard this message"),
    "dead.done.resubmitting": (
        "Bộ định tuyến đang tiếp nhận lại gói tin; bên gửi nhận biên nhận.",
        "A router is taking the message in again; its sender gets the receipt.",
    ),
    "dead.done.republished": ("Gói tin đang được gửi lại.", "The message is on its way again."),
    "dead.done.discarded": ("Đã bỏ gói tin.", "The message is discarded."),
}
