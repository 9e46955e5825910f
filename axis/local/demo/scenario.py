"""What the demonstration sends, as data: who to whom, and what has to come of it.

Persons and contents are fictitious; the agencies are those of the demonstration's registry.
"""

from collections.abc import Callable
from dataclasses import dataclass

from axis.edxml.codes import Priority
from axis.reasons import Reason


def unchanged(signed: bytes) -> bytes:
    """Send what was signed."""
    return signed


def altered(signed: bytes) -> bytes:
    """Change the subject after signing, as a forger would."""
    return signed.replace("chuyển 10 triệu".encode(), "chuyển 90 triệu".encode())


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """One document of the demonstration."""

    key: str
    sender: str
    receivers: tuple[str, ...]
    type_name: str
    notation: str
    subject: str
    priority: Priority = Priority.NORMAL
    answers: str | None = None
    """Key of the document that this one answers."""
    recalls: str | None = None
    """Key of the document that this one recalls."""
    kept_by: tuple[str, ...] = ()
    """Receivers that decline the recall (status 16); the others agree and destroy their copies."""
    replaces: str | None = None
    """Key of the document that this one replaces."""
    spoil: Callable[[bytes], bytes] = unchanged
    """What happens to it after it was signed."""
    refused_for: frozenset[Reason] = frozenset()
    """Why the axis has to refuse it; empty: it has to be accepted."""
    turned_down_by: tuple[str, ...] = ()
    """Receivers that refuse it (status 02)."""

    @property
    def follows(self) -> str | None:
        """Key of the document that it is about, which comes first."""
        return self.answers or self.recalls or self.replaces


ACTS = (
    Act(
        key="storm",
        sender="G22",
        receivers=("G09", "G12", "000.00.00.G12", "H26", "H37"),
        type_name="Công điện",
        notation="CĐ-VPCP",
        subject="Ứng phó bão số 10 và mưa lũ sau bão",
        priority=Priority.EXPRESS,
    ),
    Act(
        key="guidance",
        sender="G09",
        receivers=("H26.12", "H37.02"),
        type_name="Hướng dẫn",
        notation="HD-BNV",
        subject="Hướng dẫn lập danh mục hồ sơ điện tử năm 2026",
    ),
    Act(
        key="plan",
        sender="H37",
        receivers=("H37.02", "H37.09", "H37.51", "H37.103", "H37.105"),
        type_name="Kế hoạch",
        notation="KH-UBND",
        subject="Kế hoạch số hóa hồ sơ lưu trữ của tỉnh",
    ),
    Act(
        key="report",
        sender="H37.103",
        receivers=("H37", "H37.10"),
        type_name="Báo cáo",
        notation="BC-UBND",
        subject="Kết quả chứng thực bản sao điện tử quý III",
        priority=Priority.URGENT,
    ),
    Act(
        key="reply",
        sender="H37.02",
        receivers=("G09",),
        type_name="Công văn",
        notation="SNV-VTLT",
        subject="V/v góp ý hướng dẫn lập danh mục hồ sơ",
        answers="guidance",
    ),
    Act(
        key="request",
        sender="020100109106",
        receivers=("G12",),
        type_name="Công văn",
        notation="TĐTN-TC",
        subject="V/v đề nghị hoàn thuế giá trị gia tăng",
        turned_down_by=("G12",),
    ),
    Act(
        key="forged",
        sender="G12",
        receivers=("H37", "H37.90", "H99"),
        type_name="Quyết định",
        notation="QĐ-BTC",
        subject="Quyết định chuyển 10 triệu đồng kinh phí thử nghiệm",
        spoil=altered,
        refused_for=frozenset({Reason.ALTERED, Reason.RECEIVER_CLOSED, Reason.RECEIVER_UNKNOWN}),
    ),
    Act(
        key="recall",
        sender="H37.103",
        receivers=("H37", "H37.10"),
        type_name="Báo cáo",
        notation="BC-UBND",
        subject="Kết quả chứng thực bản sao điện tử quý III",
        recalls="report",
        kept_by=("H37.10",),
    ),
    Act(
        key="replacement",
        sender="H37",
        receivers=("H37.02", "H37.09", "H37.51", "H37.103", "H37.105"),
        type_name="Kế hoạch",
        notation="KH-UBND",
        subject="Kế hoạch số hóa hồ sơ lưu trữ của tỉnh (thay thế, lùi thời hạn đến quý I năm sau)",
        replaces="plan",
    ),
    Act(
        key="broadcast",
        sender="H37",
        receivers=("NHOM.XA.H37",),
        type_name="Công văn",
        notation="UBND-VX",
        subject="V/v trực và xử lý văn bản điện tử trong dịp nghỉ Tết",
    ),
)
