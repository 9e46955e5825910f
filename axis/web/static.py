"""The few files that pages load, held in memory: a request can name them, not reach for others."""

import hashlib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from aiohttp import hdrs, web

from axis.web.problems import NotFoundError

_TYPES = {
    "pico.min.css": "text/css",
    "axis.css": "text/css",
    "icon.svg": "image/svg+xml",
}
"""What is served, and as what."""

_FOR_EVER = "public, max-age=31536000, immutable"
"""The address changes with the content, so that browsers never ask again."""


@dataclass(frozen=True, slots=True)
class Asset:
    """One file."""

    body: bytes
    content_type: str
    version: str
    """Part of its SHA-256, in its address."""


@cache
def assets() -> dict[str, Asset]:
    """Return all files by name."""
    folder = files("axis.web") / "static"
    found = {}
    for name, content_type in _TYPES.items():
        body = (folder / name).read_bytes()
        found[name] = Asset(body, content_type, hashlib.sha256(body).hexdigest()[:12])
    return found


def asset_address(name: str) -> str:
    """Return the address under which pages load a file."""
    return f"/static/{name}?v={assets()[name].version}"


async def serve(request: web.Request) -> web.Response:
    """Answer with one of the files."""
    asset = assets().get(request.match_info["name"])
    if asset is None:
        raise NotFoundError
    return web.Response(
        body=asset.body,
        content_type=asset.content_type,
        charset="utf-8",
        headers={hdrs.CACHE_CONTROL: _FOR_EVER},
    )
