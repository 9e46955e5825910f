"""Taking in a certificate: read the file, show what it is, bind it once somebody has looked.

Nothing is kept between the two steps: the second form carries the certificate along, which is
public, and it is read and checked anew.
"""

import base64
import binascii

from aiohttp import web

from axis.clock import in_vietnam
from axis.errors import InvalidInputError
from axis.facts import Capacity
from axis.registry.agency import is_agency_code
from axis.registry.mandates import MessageKind
from axis.trust.certificates import Certificate
from axis.web.access import see_other
from axis.web.certificates import (
    KIND_FIELDS,
    MANDATE_FIELDS,
    blank_form,
    enrol,
    problems_of,
    sealing_certificate,
)
from axis.web.context import Viewer, language, services
from axis.web.forms import MAX_FORM_BYTES, query_text, read_form, read_upload
from axis.web.problems import BadRequestError
from axis.web.rendering import page
from axis.web.texts import text


async def ask_file(request: web.Request, viewer: Viewer) -> web.Response:
    """Show the form for a file; a link from an agency's page names the agency."""
    code = query_text(request, "agency")
    return _ask_file(request, code if is_agency_code(code) else "")


async def read_file(request: web.Request, viewer: Viewer) -> web.Response:
    """Read the uploaded file and show what it is."""
    data, form = await read_upload(request, "file", "agency")
    if not data:
        problem = text(language(request), "problem.certificate.no_file")
        return _ask_file(request, form["agency"], [problem])
    try:
        certificate = sealing_certificate(data)
    except InvalidInputError as error:
        return _ask_file(request, form["agency"], problems_of(error, language(request)))
    agency = form["agency"] or certificate.organization_identifier or ""
    return _review(request, certificate, blank_form(agency))


async def bind(request: web.Request, viewer: Viewer) -> web.StreamResponse:
    """Keep the certificate and let it sign for the agency."""
    form = await read_form(request, "der", *MANDATE_FIELDS, optional=KIND_FIELDS)
    try:
        certificate = sealing_certificate(base64.b64decode(form["der"], validate=True))
    except (binascii.Error, ValueError, InvalidInputError):
        raise BadRequestError("problem.form") from None
    try:
        await enrol(request, viewer, certificate, form)
    except InvalidInputError as error:
        return _review(request, certificate, form, problems_of(error, language(request)))
    return see_other(f"/admin/certificates/{certificate.fingerprint}?done=bound")


def _ask_file(request: web.Request, agency: str, problems: list[str] | None = None) -> web.Response:
    context = {"agency": agency, "problems": problems or [], "limit": MAX_FORM_BYTES // 1024}
    return page(request, "import.html", context, status=400 if problems else 200)


def _review(
    request: web.Request,
    certificate: Certificate,
    form: dict[str, str],
    problems: list[str] | None = None,
) -> web.Response:
    now = services(request).clock()
    return page(
        request,
        "review.html",
        {
            "certificate": certificate,
            "der": base64.b64encode(certificate.der).decode("ascii"),
            "form": form,
            "capacities": tuple(Capacity),
            "kinds": tuple(MessageKind),
            "problems": problems or [],
            "expired": certificate.not_after < now,
            "early": certificate.not_before > now,
            "today": in_vietnam(now).date(),
        },
        status=400 if problems else 200,
    )
