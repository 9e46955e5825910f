"""What a status (trạng thái) does to the delivery that it is about."""

from typing import Final

from axis.edxml.codes import DocumentKind, StatusCode
from axis.exchange.deliveries.states import DeliveryEvent, DeliveryState


def event_of(code: StatusCode, kind: DocumentKind, state: DeliveryState) -> DeliveryEvent:
    """Return what a status does to a delivery of a document of this kind.

    15 to an update that nobody asks back means that the receiver takes it in.
    """
    if code is StatusCode.AGREED:
        update = kind is DocumentKind.UPDATE and state is not DeliveryState.TAKE_BACK_ASKED
        return DeliveryEvent.CONSENTED if update else DeliveryEvent.GIVEN_BACK
    return _EVENT_OF_STATUS[code]


_EVENT_OF_STATUS: Final = {
    StatusCode.ARRIVED: DeliveryEvent.REPORTED_ARRIVED,
    StatusCode.REFUSED: DeliveryEvent.REPORTED_REFUSED,
    StatusCode.ACCEPTED: DeliveryEvent.REPORTED_RECEIVED,
    StatusCode.ASSIGNED: DeliveryEvent.REPORTED_ASSIGNED,
    StatusCode.IN_PROGRESS: DeliveryEvent.REPORTED_IN_PROGRESS,
    StatusCode.DONE: DeliveryEvent.REPORTED_DONE,
    StatusCode.TAKE_BACK: DeliveryEvent.BACK_ASKED,
    StatusCode.DISAGREED: DeliveryEvent.KEPT,
}
