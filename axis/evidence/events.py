"""The events that evidence is about, named as ETSI EN 319 522-1 clause 6 names them.

The letters are the standard's: A submission, B relay, C acceptance or rejection by the receiver,
D consignment, E handover, F connections with other delivery systems. X is the axis's own, for what
the standard has no event for.
"""

from dataclasses import dataclass
from enum import StrEnum


class Event(StrEnum):
    """What happened, in the standard's own words (the names never change)."""

    SUBMISSION_ACCEPTANCE = "SubmissionAcceptance"
    """A.1: the axis checked the submission and committed it; it will be delivered."""
    SUBMISSION_REJECTION = "SubmissionRejection"
    """A.2: the axis refused the submission; the verdict says why."""
    RELAY_ACCEPTANCE = "RelayAcceptance"
    """B.1: another delivery system took the document over."""
    RELAY_REJECTION = "RelayRejection"
    """B.2: another delivery system refused to take the document over."""
    RELAY_FAILURE = "RelayFailure"
    """B.3: the document could not be handed to another delivery system in time."""
    NOTIFICATION_FOR_ACCEPTANCE = "NotificationForAcceptance"
    """C.1: the receiver was asked whether it takes the document."""
    NOTIFICATION_FOR_ACCEPTANCE_FAILURE = "NotificationForAcceptanceFailure"
    """C.2: the receiver could not be asked in time."""
    CONSIGNMENT_ACCEPTANCE = "ConsignmentAcceptance"
    """C.3: the receiver takes the document (edXML status 03, đã tiếp nhận)."""
    CONSIGNMENT_REJECTION = "ConsignmentRejection"
    """C.4: the receiver refuses the document (edXML status 02, từ chối tiếp nhận)."""
    ACCEPTANCE_REJECTION_EXPIRY = "AcceptanceRejectionExpiry"
    """C.5: the receiver neither took nor refused the document in time."""
    CONTENT_CONSIGNMENT = "ContentConsignment"
    """D.1: the document is in the inbox of the receiver's endpoint."""
    CONTENT_CONSIGNMENT_FAILURE = "ContentConsignmentFailure"
    """D.2: the document could not be put into the receiver's inbox in time."""
    CONSIGNMENT_NOTIFICATION = "ConsignmentNotification"
    """D.3: the receiver was told that a document waits for it."""
    CONSIGNMENT_NOTIFICATION_FAILURE = "ConsignmentNotificationFailure"
    """D.4: the receiver could not be told in time."""
    CONTENT_HANDOVER = "ContentHandover"
    """E.1: the receiver's system has the document (edXML status 01, đã đến)."""
    CONTENT_HANDOVER_FAILURE = "ContentHandoverFailure"
    """E.2: the document could not be handed over to the receiver's system."""
    RELAY_TO_NON_ERDS = "RelayToNonERDS"
    """F.1: the document left for a system that gives no evidence."""
    RELAY_TO_NON_ERDS_FAILURE = "RelayToNonERDSFailure"
    """F.2: the document could not be passed to a system that gives no evidence."""
    RECEIVED_FROM_NON_ERDS = "ReceivedFromNonERDS"
    """F.3: the document came from a system that gives no evidence."""
    SUBMISSION_HELD = "SubmissionHeld"
    """X.1: nothing is known to be wrong, and a check waits for something that is away. The axis
    tries again by itself; SubmissionAcceptance or SubmissionRejection follows."""
    DELIVERY_WITHDRAWN = "DeliveryWithdrawn"
    """X.2: a copy that may still wait in an inbox is not to be shown to anybody any more: it was
    asked back, or its receiver is served elsewhere now. Told to the inbox's endpoint."""
    DUE_DATE_PASSED = "DueDatePassed"
    """X.3: the date that the document sets for being dealt with is over, and it is not done."""
    DESTRUCTION_CONFIRMED = "DestructionConfirmed"
    """X.4: a receiver that had agreed to give a document back confirms that its copy is destroyed
    (edXML status 06, hoàn thành, after 15, đồng ý)."""
    DESTRUCTION_CONFIRMATION_EXPIRY = "DestructionConfirmationExpiry"
    """X.5: that receiver did not confirm it in time; it still has to."""

    @property
    def code(self) -> str:
        """The event's number in EN 319 522-1 clause 6, for example ``A.1``."""
        return _TEXTS[self].code

    @property
    def text_vi(self) -> str:
        """What happened, in Vietnamese."""
        return _TEXTS[self].vi

    @property
    def text_en(self) -> str:
        """What happened, in English."""
        return _TEXTS[self].en


@dataclass(frozen=True, slots=True)
class _Text:
    code: str
    vi: str
    en: str


_TEXTS = {
    Event.SUBMISSION_ACCEPTANCE: _Text("A.1", "Trục đã nhận văn bản", "Accepted by the axis"),
    Event.SUBMISSION_REJECTION: _Text("A.2", "Trục từ chối văn bản", "Refused by the axis"),
    Event.RELAY_ACCEPTANCE: _Text(
        "B.1", "Hệ thống chuyển tiếp đã nhận", "Taken over by another delivery system"
    ),
    Event.RELAY_REJECTION: _Text(
        "B.2", "Hệ thống chuyển tiếp từ chối", "Refused by another delivery system"
    ),
    Event.RELAY_FAILURE: _Text("B.3", "Không chuyển tiếp được", "Could not be relayed"),
    Event.NOTIFICATION_FOR_ACCEPTANCE: _Text(
        "C.1", "Đã hỏi nơi nhận về việc tiếp nhận", "Receiver asked for acceptance"
    ),
    Event.NOTIFICATION_FOR_ACCEPTANCE_FAILURE: _Text(
        "C.2", "Không hỏi được nơi nhận", "Receiver could not be asked"
    ),
    Event.CONSIGNMENT_ACCEPTANCE: _Text("C.3", "Nơi nhận đã tiếp nhận", "Accepted by the receiver"),
    Event.CONSIGNMENT_REJECTION: _Text(
        "C.4", "Nơi nhận từ chối tiếp nhận", "Refused by the receiver"
    ),
    Event.ACCEPTANCE_REJECTION_EXPIRY: _Text(
        "C.5", "Quá hạn mà nơi nhận chưa trả lời", "No answer from the receiver in time"
    ),
    Event.CONTENT_CONSIGNMENT: _Text(
        "D.1", "Đã vào hộp nhận của nơi nhận", "In the receiver's inbox"
    ),
    Event.CONTENT_CONSIGNMENT_FAILURE: _Text(
        "D.2", "Không đưa được vào hộp nhận của nơi nhận", "Could not reach the receiver's inbox"
    ),
    Event.CONSIGNMENT_NOTIFICATION: _Text("D.3", "Đã báo nơi nhận có văn bản", "Receiver notified"),
    Event.CONSIGNMENT_NOTIFICATION_FAILURE: _Text(
        "D.4", "Không báo được cho nơi nhận", "Receiver could not be notified"
    ),
    Event.CONTENT_HANDOVER: _Text(
        "E.1", "Đã đến hệ thống của nơi nhận", "Arrived in the receiver's system"
    ),
    Event.CONTENT_HANDOVER_FAILURE: _Text(
        "E.2", "Không bàn giao được cho nơi nhận", "Could not be handed over"
    ),
    Event.RELAY_TO_NON_ERDS: _Text("F.1", "Đã chuyển ra ngoài trục", "Relayed outside the axis"),
    Event.RELAY_TO_NON_ERDS_FAILURE: _Text(
        "F.2", "Không chuyển ra ngoài trục được", "Could not be relayed outside the axis"
    ),
    Event.RECEIVED_FROM_NON_ERDS: _Text(
        "F.3", "Nhận từ ngoài trục", "Received from outside the axis"
    ),
    Event.SUBMISSION_HELD: _Text(
        "X.1",
        "Đang chờ kiểm tra hoặc chờ văn bản liên quan, sẽ tự được xử lý; không cần gửi lại",
        "Waiting for a check or a document and dealt with by itself; no need to send it again",
    ),
    Event.DELIVERY_WITHDRAWN: _Text(
        "X.2",
        "Bản gửi được rút lại; đừng đưa cho ai xem nếu chưa xem",
        "The copy is withdrawn; do not show it where nobody has seen it yet",
    ),
    Event.DUE_DATE_PASSED: _Text(
        "X.3", "Quá thời hạn xử lý ghi trong văn bản", "The document's due date has passed"
    ),
    Event.DESTRUCTION_CONFIRMED: _Text(
        "X.4",
        "Nơi nhận xác nhận đã hủy bản nhận",
        "The receiver confirms that its copy is destroyed",
    ),
    Event.DESTRUCTION_CONFIRMATION_EXPIRY: _Text(
        "X.5",
        "Quá hạn mà nơi nhận chưa xác nhận đã hủy bản nhận",
        "No confirmation from the receiver in time that its copy is destroyed",
    ),
}
