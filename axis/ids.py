"""Row identifiers: UUIDv7 (RFC 9562), so that ids sort by the time they were made."""

from datetime import datetime
from uuid import UUID

from uuid_utils.compat import uuid7


def new_id() -> UUID:
    """Return a fresh time-ordered identifier."""
    return uuid7()


def first_id(moment: datetime) -> UUID:
    """Return the least identifier that can be made at a moment, to look for what came since."""
    milliseconds = int(moment.timestamp() * 1000)
    return UUID(int=max(milliseconds, 0) << 80)
