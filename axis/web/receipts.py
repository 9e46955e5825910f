"""Proofs: receipts, readable on a page, and the signed originals as downloads."""

import asyncio

from aiohttp import web

from axis.edxml.codes import StatusCode
from axis.errors import InvalidInputError
from axis.evidence.receipt import Receipt
from axis.evidence.xml import read_receipt
from axis.exchange.deliveries.states import DeliveryState
from axis.exchange.views.reader import ReceiptView
from axis.web.context import Viewer, services
from axis.web.downloads import attachment
from axis.web.forms import path_id
from axis.web.problems import NotFoundError
from axis.web.rendering import page


async def show(request: web.Request, viewer: Viewer) -> web.Response:
    """Show what a receipt states."""
    view = await _receipt(request, viewer)
    # a broadcast's receipt names hundreds of receivers: not on the event loop
    receipt = await asyncio.to_thread(_read, view.xml)
    return page(
        request,
        "receipt.html",
        {
            "view": view,
            "receipt": receipt,
            "status_code": _status_code(receipt),
            "known_states": tuple(DeliveryState),
        },
    )


async def download(request: web.Request, viewer: Viewer) -> web.Response:
    """Give out the signed XML as it was sent."""
    view = await _receipt(request, viewer)
    return attachment(view.xml, "application/xml", f"receipt-{view.id}.xml")


async def download_status(request: web.Request, viewer: Viewer) -> web.Response:
    """Give out a status as its reporter signed it: it proves itself."""
    status = path_id(request)
    body = await services(request).reader.status(viewer.scope, status)
    if body is None:
        raise NotFoundError
    return attachment(body, "application/xml", f"status-{status}.xml")


async def _receipt(request: web.Request, viewer: Viewer) -> ReceiptView:
    view = await services(request).reader.receipt(viewer.scope, path_id(request))
    if view is None:
        raise NotFoundError
    return view


def _read(xml: bytes) -> Receipt | None:
    try:
        return read_receipt(xml)
    except InvalidInputError:
        return None  # of a later version: the page says so and offers the file


def _status_code(receipt: Receipt | None) -> StatusCode | None:
    if receipt is None or receipt.status is None:
        return None
    return StatusCode(receipt.status.code) if receipt.status.code in tuple(StatusCode) else None
