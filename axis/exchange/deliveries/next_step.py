"""Whose turn it is: every state of a delivery has a next step and somebody who owns it."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from axis.exchange.deliveries.states import DeliveryState


class Owner(StrEnum):
    """Who has to act."""

    AXIS = "axis"
    RECEIVER_SYSTEM = "receiver_system"
    """Hệ thống quản lý văn bản của nơi nhận."""
    RECEIVER = "receiver"
    """Văn thư của nơi nhận."""
    SENDER = "sender"
    ADMINISTRATOR = "administrator"
    """Quản trị viên của trục."""
    NOBODY = "nobody"
    """The delivery has ended."""

    @property
    def name_vi(self) -> str:
        """Return the Vietnamese name."""
        return _OWNERS[self][0]

    @property
    def name_en(self) -> str:
        """Return the English name."""
        return _OWNERS[self][1]


RECEIVING: Final = (Owner.RECEIVER, Owner.RECEIVER_SYSTEM)
"""Who acts at the receiver's."""

_OWNERS: Final = {
    Owner.AXIS: ("Trục", "The axis"),
    Owner.RECEIVER_SYSTEM: ("Hệ thống nơi nhận", "The receiver's system"),
    Owner.RECEIVER: ("Nơi nhận", "The receiver"),
    Owner.SENDER: ("Nơi gửi", "The sender"),
    Owner.ADMINISTRATOR: ("Quản trị trục", "The axis's administrator"),
    Owner.NOBODY: ("Không ai", "Nobody"),
}


@dataclass(frozen=True, slots=True)
class NextStep:
    """What has to be done next, and by whom."""

    owner: Owner
    vi: str
    en: str
    untimed: str = ""
    """Why no deadline runs for it (`axis.exchange.deliveries.deadlines`), so that nobody waits
    unseen; empty where one does, or nothing is left to do."""


def next_step(state: DeliveryState, *, superseded: bool = False) -> NextStep:
    """Return the next step of a delivery in this state.

    ``superseded``: a later version of the document has reached the receiver. It is not asked to do
    the work of both; whether it accepts or refuses the former, it still says.
    """
    return _SUPERSEDED if superseded and state in SUPERSEDABLE else _STEPS[state]


def owner_of(step: str) -> Owner:
    """Return whose step it is in a state, or by `SUPERSEDED`."""
    return _SUPERSEDED.owner if step == SUPERSEDED else _STEPS[DeliveryState(step)].owner


def steps_of(owner: Owner) -> tuple[str, ...]:
    """Return the states, and `SUPERSEDED` among them, in which the next step is this owner's."""
    return tuple(step for step in (*_STEPS, SUPERSEDED) if owner_of(step) is owner)


_S = DeliveryState

SUPERSEDABLE: Final = (_S.RECEIVED, _S.ASSIGNED, _S.IN_PROGRESS)
"""States whose next step is the work itself, done by the later version where one is there."""

SUPERSEDED: Final = "superseded"
"""What stands in the place of such a state where that version is there."""

_SUPERSEDED: Final = NextStep(Owner.NOBODY, "xử lý theo văn bản mới", "work by the later version")

_PROCESS = NextStep(
    Owner.RECEIVER,
    "xử lý và báo trạng thái 04, 05, 06",
    "deal with it and report 04, 05, 06",
    "the time for the work is the document's own date, where it sets one (DueDate)",
)

_STEPS: Final[Mapping[DeliveryState, NextStep]] = {
    _S.ACCEPTED: NextStep(Owner.AXIS, "đưa vào hộp nhận", "put it into the inbox"),
    _S.DISPATCHED: NextStep(Owner.AXIS, "thử lại đưa vào hộp nhận", "try the inbox again"),
    _S.CONSIGNED: NextStep(
        Owner.RECEIVER_SYSTEM, "lấy văn bản khỏi hộp nhận", "take it out of the inbox"
    ),
    _S.TAKEN: NextStep(
        Owner.RECEIVER_SYSTEM,
        "báo 01 đã đến hoặc 03 đã tiếp nhận",
        "report 01 arrived or 03 accepted",
    ),
    _S.ARRIVED: NextStep(
        Owner.RECEIVER, "tiếp nhận (03) hoặc từ chối (02)", "accept it (03) or refuse it (02)"
    ),
    _S.RECEIVED: _PROCESS,
    _S.ASSIGNED: _PROCESS,
    _S.IN_PROGRESS: _PROCESS,
    _S.DONE: NextStep(Owner.NOBODY, "đã xong", "done"),
    _S.REFUSED: NextStep(
        Owner.SENDER,
        "xem lý do từ chối, sửa và gửi văn bản mới nếu cần",
        "read the reason, mend it and send a new document if needed",
        "the sender has the signed refusal; nobody owes anything any more",
    ),
    _S.TAKE_BACK_ASKED: NextStep(
        Owner.RECEIVER,
        "đồng ý (15) hoặc từ chối (16) trả lại",
        "agree (15) or decline (16) to give it back",
    ),
    _S.AGREED: NextStep(
        Owner.RECEIVER,
        "hủy bản đã nhận và xác nhận bằng 06",
        "destroy its copy and confirm that by 06",
    ),
    _S.DECLINED: NextStep(
        Owner.SENDER,
        "xem lý do; nơi nhận vẫn giữ văn bản",
        "read the reason; the receiver keeps the document",
        "the sender has the 16; whether it asks again is its own affair",
    ),
    _S.WITHDRAWN: NextStep(
        Owner.NOBODY, "đã rút về khi chưa ai nhận", "withdrawn before it was read"
    ),
    _S.DESTROYED: NextStep(Owner.NOBODY, "bản nhận đã hủy", "the receiver's copy is destroyed"),
    _S.EXPIRED: NextStep(
        Owner.RECEIVER,
        "trả lời ngay (03 hoặc 02); nơi gửi nên liên hệ nơi nhận",
        "answer at once (03 or 02); the sender should get in touch",
        "that for the answer has passed; it is marked as late until the answer comes",
    ),
    _S.UNDELIVERABLE: NextStep(
        Owner.ADMINISTRATOR,
        "tìm nguyên nhân, sửa đường gửi và phát lại",
        "find the cause, mend the route and publish it again",
        "it stays on the administrator's list of what is stuck, however old",
    ),
}
