"""Brings the broker in line with the registry through RabbitMQ's management interface."""

from collections.abc import Sequence
from typing import Any

import aiohttp

from axis.broker.topology import Account, definitions
from axis.errors import AxisError

_CHUNK = 200
"""Accounts an import: a queue takes about 10 ms to declare, so a request stays within seconds."""

_TIMEOUT = aiohttp.ClientTimeout(total=120)
"""Generous for one chunk on a busy node."""


class ManagementError(AxisError):
    """The management interface refused or could not be reached; its answer is in the text."""


class Management:
    """A connection to the management interface of one RabbitMQ."""

    def __init__(self, url: str, user: str, password: str) -> None:
        self._url = url.rstrip("/")
        self._headers = {"Authorization": aiohttp.encode_basic_auth(user, password)}

    async def sync(self, vhost: str, accounts: Sequence[Account], *, router: str) -> int:
        """Create what is missing for these endpoints and return how many queues there should be.

        `router` is the account under which the axis itself works; it gets full rights in the
        virtual host. Safe to repeat; existing queues and their messages stay as they are.
        """
        queues: set[str] = set()
        async with aiohttp.ClientSession(headers=self._headers, timeout=_TIMEOUT) as session:
            for start in range(0, max(len(accounts), 1), _CHUNK):
                wanted = definitions(vhost, accounts[start : start + _CHUNK])
                wanted["permissions"].append(
                    {"user": router, "vhost": vhost, "configure": "", "write": ".*", "read": ".*"}
                )
                queues.update(queue["name"] for queue in wanted["queues"])
                await self._post(session, "/api/definitions", wanted)
        return len(queues)

    async def _post(self, session: aiohttp.ClientSession, path: str, body: Any) -> None:
        try:
            async with session.post(self._url + path, json=body) as response:
                if response.status >= 300:
                    text = (await response.text())[:500]
                    raise ManagementError(f"RabbitMQ: HTTP {response.status}: {text}")
        except (aiohttp.ClientError, TimeoutError) as error:
            raise ManagementError(f"RabbitMQ: {type(error).__name__}: {error}") from error
