"""The two ways through the axis, from the intake to the inboxes."""

from enum import StrEnum


class Lane(StrEnum):
    """A way of its own: own queues, own dispatch and, where a router serves it alone, an event loop
    and workers that nothing else keeps busy.
    """

    URGENT = "urgent"
    """Documents of Priority 1 (khẩn) and above, and what is told about them."""
    ORDINARY = "ordinary"
    """All other documents, and every status; whatever waits, is late or went wrong is looked after
    by its routers, too."""

    @classmethod
    def of(cls, *, urgent: bool) -> "Lane":
        """Return the lane of something that is urgent, or not."""
        return cls.URGENT if urgent else cls.ORDINARY
