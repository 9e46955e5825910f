"""The AMQP contract, version 1, as an agency's system has to know it."""

import re
from enum import StrEnum
from typing import Final

SUBMIT_EXCHANGE: Final = "axis.submit"
"""The only exchange that an endpoint may write to."""

CONTENT_TYPE: Final = "application/edxml+xml"

MESSAGE_ID_SYNTAX: Final = re.compile(r"[!-~]{1,128}")
"""Printable ASCII without spaces; the axis refuses other ids."""


class Route(StrEnum):
    """Routing keys of a submission."""

    DOCUMENT = "document"
    URGENT = "document.urgent"
    STATUS = "status"


class AnswerType(StrEnum):
    """The AMQP ``type`` of what comes into the answers queue."""

    RECEIPT = "receipt"
    STATUS = "status"


def inbox(endpoint: str, *, urgent: bool) -> str:
    """Return the queue from which an endpoint takes documents."""
    return f"inbox.{endpoint}.urgent" if urgent else f"inbox.{endpoint}"


def answers(endpoint: str) -> str:
    """Return the queue from which an endpoint takes receipts and statuses."""
    return f"answers.{endpoint}"
