"""Which queues are empty, in the word of RabbitMQ's management interface."""

from typing import Any, Final

import aiohttp

from axis.broker.topology import DEAD
from axis.exchange.dispatch.taking import Glance
from axis.exchange.faults import BrokerUnavailableError

_PAGE: Final = 500
"""The most that RabbitMQ gives in one answer."""

_MAX_PAGES: Final = 200
"""More queues than any node carries."""

_TIMEOUT: Final = aiohttp.ClientTimeout(total=10)
"""A look that takes longer is worth nothing: it would count for a moment long past."""

_QUESTION: Final = {
    "columns": "name,messages",
    "page_size": str(_PAGE),
    "disable_stats": "true",
    "enable_queue_totals": "true",
}
"""All that is asked of each queue: the messages that wait and those that a consumer has not
acknowledged. RabbitMQ then answers from the queues' own counts, whether or not it collects
statistics for its management pages."""


class ManagementInboxes:
    """Implements `axis.exchange.dispatch.taking.Inboxes` for one virtual host.

    The account needs RabbitMQ's tag ``management`` and no right to change anything.
    """

    def __init__(self, url: str, user: str, password: str, vhost: str) -> None:
        self._url = f"{url.rstrip('/')}/api/queues/{vhost.replace('/', '%2F')}"
        self._headers = {"Authorization": aiohttp.encode_basic_auth(user, password)}

    async def glance(self) -> Glance:
        """Return which queues are empty; raises BrokerUnavailableError.

        A queue that RabbitMQ has not counted yet is not empty, nor is one that it does not name.
        """
        found: dict[str, int | None] = {}
        try:
            async with aiohttp.ClientSession(headers=self._headers, timeout=_TIMEOUT) as session:
                for page in range(1, _MAX_PAGES + 1):
                    answer = await self._page(session, page)
                    found.update((one["name"], one.get("messages")) for one in answer["items"])
                    if page >= answer["page_count"]:
                        break
        except (aiohttp.ClientError, TimeoutError, ValueError, LookupError, TypeError) as error:
            raise BrokerUnavailableError(
                f"RabbitMQ's management interface: {type(error).__name__}: {error}"
            ) from error
        empty = frozenset(name for name, messages in found.items() if messages == 0)
        return Glance(empty=empty, dead_letters=DEAD not in empty)

    async def _page(self, session: aiohttp.ClientSession, page: int) -> Any:
        async with session.get(self._url, params={**_QUESTION, "page": str(page)}) as response:
            response.raise_for_status()
            return await response.json()
