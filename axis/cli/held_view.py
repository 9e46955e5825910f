"""A submission that waits, as people read it."""

from axis.cli.output import print_facts, print_title, say, size
from axis.exchange.views.submissions import HeldLine


def print_held_line(line: HeldLine) -> None:
    """Print one held submission: what it is, what it waits for, since when and until when."""
    print_title(
        "Đang chờ văn bản · Waiting for a document"
        if line.awaits
        else "Đang chờ kiểm tra · Waiting for a check"
    )
    print_facts(
        [
            ("Mã · Id", line.id),
            ("Trích yếu · Subject", line.subject),
            ("Mã văn bản · DocumentId", line.document_id),
            ("Nơi gửi · Sender", line.sender),
            ("Hệ thống gửi · Submitted by", line.endpoint),
            ("message_id", line.message_id),
            ("Trục nhận lúc · Taken at", line.received_at),
            ("Chờ văn bản · Waits for", line.awaits),
            ("Chờ từ · Since", line.held_since),
            ("Đã thử lại · Tried again", line.attempts),
            ("Thử lại lúc · Next try", line.next_try_at),
            ("Chờ đến · Until", line.expires_at),
            ("Cho từ chối vì · To be refused", line.refusal),
            ("Biên nhận · Receipt", line.receipt),
            ("Dung lượng · Size", size(line.size)),
            ("SHA-256", line.sha256),
        ]
    )
    for finding in line.verdict.get("findings", ()):
        say(f"  {finding['code']}: {finding['text_vi']}", finding["text_en"])
