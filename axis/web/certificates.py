"""Certificates, for administrators: found, read from a file, given mandates, revoked."""

import re
from uuid import UUID

import structlog
from aiohttp import web

from axis.clock import in_vietnam
from axis.errors import InvalidInputError
from axis.facts import Capacity
from axis.registry.administration import CertificateLine
from axis.registry.agency import is_agency_code
from axis.registry.enrolment import NewCertificate, NewEnrolment
from axis.registry.mandates import MessageKind
from axis.registry.problems import RegistryFileError
from axis.registry.views import NO_MANDATE, CertificateEntry, CertificateFilter, Standing
from axis.trust.certificates import Certificate, load_certificates
from axis.web.access import see_other
from axis.web.context import Viewer, language, services
from axis.web.documents import PAGE_LINES, one_page
from axis.web.forms import query_choice, query_text, read_day, read_form, read_id
from axis.web.problems import BadRequestError, NotFoundError
from axis.web.rendering import page
from axis.web.texts import Language, in_language, text

MAX_MANDATES = 200
"""Mandates of one certificate on its page; a parent's seal serves at most hundreds of units."""

MANDATE_FIELDS = ("agency", "capacity", "act", "first", "last")
"""What a form asks of a mandate, beside a box for each kind."""

KIND_FIELDS = tuple(f"kind_{kind.value}" for kind in MessageKind)
"""The boxes of a form; one that is not ticked does not come."""

MAX_REVIEWED = 200
"""Documents to review on a certificate's page; `axis cert review` lists them all."""

_FINGERPRINT = re.compile(r"[0-9a-f]{64}")
_DONE = frozenset({"bound", "revoked"})

_log = structlog.get_logger(__name__)


async def show_list(request: web.Request, viewer: Viewer) -> web.Response:
    """Show certificates by agency."""
    parts = services(request)
    wanted = CertificateFilter(
        text=query_text(request, "q"),
        standing=query_choice(request, "standing", Standing),
        limit=PAGE_LINES + 1,
        after=_after(request),
    )
    now = parts.clock()
    entries, more = one_page(await parts.registry.certificates(wanted, now))
    last = entries[-1].line if more else None
    return page(
        request,
        "certificates.html",
        {
            "entries": entries,
            "wanted": wanted,
            "standings": tuple(Standing),
            "next_after": _next(last) if last else None,
        },
    )


async def show(request: web.Request, viewer: Viewer) -> web.Response:
    """Show one certificate with its mandates."""
    return await _show(request, await _entries(request))


async def bind(request: web.Request, viewer: Viewer) -> web.StreamResponse:
    """Give a kept certificate another mandate, or change the term and kinds of one."""
    entries = await _entries(request)
    fingerprint = entries[0].line.fingerprint
    form = await read_form(request, *MANDATE_FIELDS, optional=KIND_FIELDS)
    der = await services(request).administration.certificate(fingerprint)
    if der is None:
        raise NotFoundError
    try:
        await enrol(request, viewer, Certificate.from_der(der), form)
    except InvalidInputError as error:
        return await _show(request, entries, form, problems_of(error, language(request)))
    return see_other(f"/admin/certificates/{fingerprint}?done=bound")


async def ask_revoke(request: web.Request, viewer: Viewer) -> web.Response:
    """Show what revoking would mean, before it is done."""
    return _ask_revoke(request, await _entries(request))


async def revoke(request: web.Request, viewer: Viewer) -> web.StreamResponse:
    """Revoke a certificate; routers refuse it from the next document on."""
    entries = await _entries(request)
    fingerprint = entries[0].line.fingerprint
    reason = (await read_form(request, "reason"))["reason"].strip()
    if not reason:
        return _ask_revoke(request, entries, "problem.reason.missing")
    parts = services(request)
    agencies = await parts.administration.revoke(fingerprint, parts.clock(), reason, viewer.actor)
    _log.info("certificate.revoked", fingerprint=fingerprint, agencies=agencies, by=viewer.actor)
    return see_other(f"/admin/certificates/{fingerprint}?done=revoked")


async def enrol(
    request: web.Request, viewer: Viewer, certificate: Certificate, form: dict[str, str]
) -> None:
    """Give a certificate the mandate that a form asks for; raises InvalidInputError."""
    code = form["agency"].strip()
    if not code:
        raise InvalidInputError(_both("problem.agency.missing"))
    if not is_agency_code(code):
        raise BadRequestError("problem.form")
    enrolment = NewEnrolment(
        certificate=NewCertificate.of(certificate),
        agency=code,
        capacity=_capacity(form["capacity"]),
        kinds=frozenset(kind for kind in MessageKind if form[f"kind_{kind.value}"]),
        act=form["act"].strip(),
        valid_from=read_day(form["first"]),
        valid_to=read_day(form["last"]),
    )
    await services(request).administration.enrol([enrolment], viewer.actor)
    _log.info(
        "certificate.bound",
        fingerprint=certificate.fingerprint,
        agency=code,
        capacity=enrolment.capacity.value,
        by=viewer.actor,
    )


def blank_form(agency: str = "") -> dict[str, str]:
    """Return the form of a mandate before anybody typed: a seal for every kind."""
    empty = dict.fromkeys(MANDATE_FIELDS, "")
    kinds = dict.fromkeys(KIND_FIELDS, "on")
    return {**empty, **kinds, "agency": agency, "capacity": Capacity.SEAL.value}


def sealing_certificate(data: bytes) -> Certificate:
    """Return the one agency certificate of a file, passing over its chain of authorities.

    Raises InvalidInputError when there is none, or more than one.
    """
    found = [one for one in load_certificates(data) if not one.is_authority]
    if not found:
        raise InvalidInputError(_both("problem.certificate.none"))
    if len(found) > 1:
        raise InvalidInputError(_both("problem.certificate.several", count=len(found)))
    return found[0]


def problems_of(error: InvalidInputError, spoken: Language) -> list[str]:
    """Return what is wrong in the viewer's language, one text a problem."""
    if isinstance(error, RegistryFileError):
        vietnamese = spoken is Language.VI
        return [one.text_vi() if vietnamese else one.text_en() for one in error.problems]
    return [in_language(spoken, error.diagnostics())]


async def _entries(request: web.Request) -> list[CertificateEntry]:
    """Return the certificate that the path names, one entry a mandate."""
    fingerprint = request.match_info["fingerprint"]
    if _FINGERPRINT.fullmatch(fingerprint) is None:
        raise NotFoundError
    parts = services(request)
    wanted = CertificateFilter(fingerprint=fingerprint, limit=MAX_MANDATES)
    entries = list(await parts.registry.certificates(wanted, parts.clock()))
    if not entries:
        raise NotFoundError
    return entries


async def _show(
    request: web.Request,
    entries: list[CertificateEntry],
    form: dict[str, str] | None = None,
    problems: list[str] | None = None,
) -> web.Response:
    done = query_text(request, "done")
    parts, line = services(request), entries[0].line
    return page(
        request,
        "certificate.html",
        {
            "line": line,
            "to_review": await parts.registry.to_review(line.fingerprint, MAX_REVIEWED),
            "entries": [entry for entry in entries if entry.line.agency is not None],
            "revoked": any(entry.standing is Standing.REVOKED for entry in entries),
            "form": form or blank_form(),
            "capacities": tuple(Capacity),
            "kinds": tuple(MessageKind),
            "problems": problems or [],
            "done": done if done in _DONE else "",
            "today": in_vietnam(parts.clock()).date(),
        },
        status=400 if problems else 200,
    )


def _ask_revoke(
    request: web.Request, entries: list[CertificateEntry], problem: str = ""
) -> web.Response:
    context = {"line": entries[0].line, "entries": entries, "problem": problem}
    return page(request, "revoke.html", context, status=400 if problem else 200)


def _capacity(value: str) -> Capacity:
    try:
        return Capacity(value)
    except ValueError:
        raise BadRequestError("problem.form") from None


def _next(line: CertificateLine) -> str:
    """Return where the page after this line begins, for its address."""
    return f"{line.agency or ''}~{line.fingerprint}~{line.mandate or NO_MANDATE}"


def _after(request: web.Request) -> tuple[str, str, UUID] | None:
    """Return where the next page begins: an agency code, a fingerprint and a mandate's id."""
    value = query_text(request, "after")
    if not value:
        return None
    parts = value.split("~")
    if len(parts) != len(("agency", "fingerprint", "mandate")):
        raise BadRequestError
    agency, fingerprint, mandate = parts
    if _FINGERPRINT.fullmatch(fingerprint) is None or (agency and not is_agency_code(agency)):
        raise BadRequestError
    return agency, fingerprint, read_id(mandate)


def _both(key: str, **facts: object) -> str:
    return " / ".join(text(spoken, key, **facts) for spoken in Language)
