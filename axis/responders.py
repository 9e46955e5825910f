"""Asks certification authorities over HTTP: revocation lists and OCSP (RFC 5280, RFC 6960)."""

import asyncio
from collections.abc import Collection
from datetime import timedelta
from typing import Final
from urllib.parse import urlsplit

import aiohttp

from axis.revocation.ports import ResponderError
from axis.trust.lists import MAX_LIST_BYTES
from axis.trust.ocsp import MAX_RESPONSE_BYTES

_CHUNK: Final = 64 * 1024
_OCSP: Final = {"Content-Type": "application/ocsp-request", "Accept": "application/ocsp-response"}
_PLAIN: Final = {"Accept-Encoding": "identity"}
"""Lists hardly compress, and what is packed may unpack to anything."""


class HttpResponders:
    """Implements `axis.revocation.ports.Responders`; to be closed.

    Addresses come out of certificates. Nothing is followed elsewhere, nothing longer is read than
    may be, nothing is sent but what RFC 6960 asks for; ``hosts`` narrows whom it talks to at all.
    """

    def __init__(self, patience: timedelta, hosts: Collection[str] = ()) -> None:
        self._session = aiohttp.ClientSession(
            timeout=aiohttp.ClientTimeout(total=patience.total_seconds()),
            auto_decompress=False,
            cookie_jar=aiohttp.DummyCookieJar(),
            headers=_PLAIN,
        )
        self._hosts = frozenset(host.lower() for host in hosts)

    async def close(self) -> None:
        """Close the connections."""
        await self._session.close()

    async def fetch_list(self, url: str) -> bytes:
        """Fetch a revocation list; raises ResponderError."""
        return await self._fetch("GET", url, MAX_LIST_BYTES)

    async def fetch_response(self, url: str, request: bytes) -> bytes:
        """Ask an OCSP responder; raises ResponderError."""
        return await self._fetch("POST", url, MAX_RESPONSE_BYTES, request)

    async def _fetch(self, method: str, url: str, limit: int, body: bytes | None = None) -> bytes:
        headers = None if body is None else _OCSP
        try:
            if self._hosts and urlsplit(url).hostname not in self._hosts:
                raise ResponderError("host not allowed")
            async with self._session.request(
                method, url, data=body, headers=headers, allow_redirects=False
            ) as answer:
                if answer.status != 200:
                    raise ResponderError(f"HTTP {answer.status}", down=answer.status >= 500)
                found = bytearray()
                async for chunk in answer.content.iter_chunked(_CHUNK):
                    found += chunk
                    if len(found) > limit:
                        raise ResponderError(f"> {limit} byte")
                return bytes(found)
        except (TimeoutError, asyncio.IncompleteReadError) as error:
            raise ResponderError("time", down=True) from error
        except (aiohttp.ClientError, OSError, ValueError) as error:
            raise ResponderError(type(error).__name__, down=True) from error
