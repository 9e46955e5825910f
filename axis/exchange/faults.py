"""Parts that are away or refuse: what the store, the broker and the workers raise."""

from axis.errors import AxisError


class UnavailableError(AxisError):
    """A part that the exchange needs is away; no message is to blame, and work may be repeated."""


class StoreUnavailableError(UnavailableError):
    """The database cannot be reached or is not able to commit now; the work may be tried again."""


class StoreRefusedError(StoreUnavailableError):
    """The database answers, and refuses this very work: its schema or a right is missing, or a
    statement of ours is wrong. One message alone may bring that about; others then go through.
    """


class BrokerUnavailableError(UnavailableError):
    """The broker cannot be reached or did not confirm in time; the work may be tried again."""


class BrokerLostError(BrokerUnavailableError):
    """The broker was there and failed while messages were on their way; any may have arrived."""


class WorkbenchUnavailableError(UnavailableError):
    """No worker process can be had now; the work may be tried again."""


def is_outage(error: Exception) -> bool:
    """Tell whether a part is away, so that no piece of work is to blame for the error."""
    return isinstance(error, UnavailableError) and not isinstance(error, StoreRefusedError)
