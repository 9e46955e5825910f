"""Files for the viewer to keep: never shown inside a page, never run by the browser."""

from aiohttp import hdrs, web


def attachment(body: bytes, content_type: str, file_name: str) -> web.Response:
    """Return bytes as a download; ``file_name`` is ours, never a sender's."""
    return web.Response(
        body=body,
        content_type=content_type,
        headers={
            hdrs.CONTENT_DISPOSITION: f'attachment; filename="{file_name}"',
            # Whatever opens it all the same gets no rights of this site.
            "Content-Security-Policy": "default-src 'none'; sandbox",
        },
    )
