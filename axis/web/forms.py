"""What comes in: addresses and forms, bounded and checked before anything is done with them."""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from enum import StrEnum
from typing import TypeVar
from uuid import UUID

from aiohttp import web
from aiohttp.web_request import FileField

from axis.accounts import MAX_NAME_CHARS, MAX_PASSWORD_CHARS
from axis.registry.agency import MAX_CODE_CHARS
from axis.registry.mandates import MAX_ACT_CHARS, MessageKind
from axis.trust.certificates import MAX_CERTIFICATE_BYTES
from axis.web.problems import BadRequestError, NotFoundError

MAX_FORM_BYTES = 256 * 1024
"""A certificate of the greatest size in base64 with a chain of ordinary ones beside it."""

MAX_FORM_FIELDS = 15
"""The longest form has eleven."""

MAX_SEARCH_CHARS = 200
"""Longer than any DocumentId or agency name that people type."""

MAX_REASON_CHARS = 300
"""Why a certificate is revoked, in a sentence or two."""

MAX_ADDRESS_CHARS = 2000
"""The address to return to after signing in."""

_LIMITS = {
    "act": MAX_ACT_CHARS,
    "agency": MAX_CODE_CHARS,
    "capacity": 10,
    "der": (MAX_CERTIFICATE_BYTES + 2) // 3 * 4,
    "first": 10,
    "last": 10,
    "name": MAX_NAME_CHARS,
    "next": MAX_ADDRESS_CHARS,
    "password": MAX_PASSWORD_CHARS,
    "reason": MAX_REASON_CHARS,
    **dict.fromkeys((f"kind_{kind.value}" for kind in MessageKind), 2),
}
"""Longest value of each field of our forms, in characters."""

_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_FORM_TYPES = ("application/x-www-form-urlencoded", "multipart/form-data")

_Choice = TypeVar("_Choice", bound=StrEnum)


def query_text(request: web.Request, name: str, limit: int = MAX_SEARCH_CHARS) -> str:
    """Return a text of the address, empty when absent; raises BadRequestError."""
    return _checked(name, _single(request, name).strip(), limit)


def query_choice(request: web.Request, name: str, choices: type[_Choice]) -> _Choice | None:
    """Return one of a fixed list, None when absent or empty; raises BadRequestError."""
    value = _single(request, name)
    if not value:
        return None
    try:
        return choices(value)
    except ValueError:
        raise BadRequestError from None


def query_flag(request: web.Request, name: str) -> bool:
    """Return whether a box of a form is ticked; raises BadRequestError for what no box sends."""
    value = _single(request, name)
    if value not in ("", "1"):
        raise BadRequestError
    return value == "1"


def query_id(request: web.Request, name: str) -> UUID | None:
    """Return an id of the address, None when absent; raises BadRequestError."""
    value = _single(request, name)
    return read_id(value) if value else None


def read_id(text: str) -> UUID:
    """Return the id that a text is; raises BadRequestError."""
    if _UUID.fullmatch(text) is None:
        raise BadRequestError
    return UUID(text)


def path_id(request: web.Request) -> UUID:
    """Return the id in a page's path; raises NotFoundError for what cannot be one."""
    value = request.match_info["id"]
    if _UUID.fullmatch(value) is None:
        raise NotFoundError
    return UUID(value)


async def read_form(
    request: web.Request, *names: str, optional: Sequence[str] = ()
) -> dict[str, str]:
    """Return the texts of a form that has exactly these fields.

    ``optional`` names fields that may be absent and are then empty. Raises BadRequestError, and
    413 from aiohttp beyond `MAX_FORM_BYTES`.
    """
    texts: dict[str, str] = {}
    for name, value in (await _posted(request)).items():
        if not isinstance(value, str):
            raise BadRequestError("problem.form")
        texts[name] = _checked(name, value, _LIMITS.get(name, 0))
    texts = {**dict.fromkeys(optional, ""), **texts}
    _check_names(texts, {*names, *optional})
    return texts


async def read_upload(request: web.Request, name: str, *names: str) -> tuple[bytes, dict[str, str]]:
    """Return the bytes of one uploaded file and the texts beside it; raises as `read_form`."""
    if request.content_type != "multipart/form-data":
        raise BadRequestError("problem.form")
    posted = dict(await _posted(request))
    file = posted.pop(name, None)
    if not isinstance(file, FileField):
        raise BadRequestError("problem.form")
    texts: dict[str, str] = {}
    for key, value in posted.items():
        if not isinstance(value, str):
            raise BadRequestError("problem.form")
        texts[key] = _checked(key, value, _LIMITS.get(key, 0))
    _check_names(texts, set(names))
    with file.file as stream:
        return stream.read(), texts


def read_day(text: str) -> date | None:
    """Return the day of a date field, None when it is empty; raises BadRequestError."""
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise BadRequestError("problem.date", value=text) from None


async def _posted(request: web.Request) -> Mapping[str, object]:
    if request.content_type not in _FORM_TYPES:
        raise BadRequestError("problem.form")
    try:
        posted = await request.post()
    except web.HTTPException:
        raise
    except Exception as error:
        # Hostile bodies leak ValueError, LookupError, RuntimeError, AssertionError and aiohttp's
        # own types out of the form parser; to the sender they all mean the same.
        raise BadRequestError("problem.form") from error
    if len(set(posted)) != len(posted):
        raise BadRequestError("problem.form")
    return posted


def _check_names(texts: Mapping[str, str], wanted: set[str]) -> None:
    if set(texts) != wanted:
        raise BadRequestError("problem.form")


def _single(request: web.Request, name: str) -> str:
    values = request.query.getall(name, [])
    if len(values) > 1:
        raise BadRequestError
    return values[0] if values else ""


def _checked(name: str, value: str, limit: int) -> str:
    """Refuse what is too long, and characters that no keyboard makes (NUL, controls)."""
    if len(value) > limit or any(_unfit(letter) for letter in value):
        raise BadRequestError("problem.text", field=name[:MAX_NAME_CHARS], limit=limit)
    return value


def _unfit(letter: str) -> bool:
    return letter < " " or "\x7f" <= letter <= "\x9f" or "\ud800" <= letter <= "\udfff"
