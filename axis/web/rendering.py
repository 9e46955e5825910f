"""Pages: templates with texts in the viewer's language, and how values are written for people."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode

import aiohttp_jinja2
from aiohttp import web
from jinja2 import Environment, PackageLoader, StrictUndefined

from axis.clock import in_vietnam, iso_utc
from axis.reasons import reason_of_code
from axis.web.context import VIEWER, language
from axis.web.language import PARAMETER, switch_address
from axis.web.static import asset_address
from axis.web.texts import Language, in_language, text

_KILO = 1024


class _Ellipsis(dict[str, str]):
    """Fills a reason's text where the facts are not at hand: the receipt has them."""

    def get(self, key: str, default: object = None) -> str:
        return "…"


def set_up_templates(app: web.Application) -> Environment:
    """Give the application its templates; every value is escaped, an unknown one is an error."""
    environment = aiohttp_jinja2.setup(
        app,
        loader=PackageLoader("axis.web", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.update(asset=asset_address)
    environment.filters.update(moment=moment, day=day, iso=iso_utc, size=size)
    return environment


def page(
    request: web.Request, template: str, context: Mapping[str, Any], *, status: int = 200
) -> web.Response:
    """Return a page."""
    spoken = language(request)

    def t(key: str, **facts: object) -> str:
        return text(spoken, key, **facts)

    query = _without(request.query, PARAMETER)
    frame = {
        "t": t,
        "lang": spoken.value,
        "other_lang": spoken.other.value,
        "switch_address": switch_address(request),
        "viewer": request.get(VIEWER),
        "path": request.path,
        "query": query,
        "query_with": lambda name, value: urlencode({**query, name: value}),
        "query_without": lambda name: urlencode(_without(query, name)),
        "bilingual": lambda message: in_language(spoken, message),
        "event_name": lambda event: event.text_vi if spoken is Language.VI else event.text_en,
        "status_name": lambda code: code.name_vi if spoken is Language.VI else code.name_en,
        "owner_name": lambda owner: owner.name_vi if spoken is Language.VI else owner.name_en,
        "step_name": lambda step: step.vi if spoken is Language.VI else step.en,
        "reason_text": lambda code: reason_text(spoken, code),
    }
    return aiohttp_jinja2.render_template(template, request, {**frame, **context}, status=status)


def moment(at: datetime) -> str:
    """Write a moment as people in Việt Nam read it: ``28/11/2026 08:05:09``."""
    return f"{in_vietnam(at):%d/%m/%Y %H:%M:%S}"


def day(on: date | datetime) -> str:
    """Write a day as people in Việt Nam read it: ``28/11/2026``."""
    return f"{in_vietnam(on) if isinstance(on, datetime) else on:%d/%m/%Y}"


def size(count: int) -> str:
    """Write a size in bytes in the unit that suits it."""
    if count < _KILO:
        return f"{count} B"
    if count < _KILO * _KILO:
        return f"{count / _KILO:.1f} KB"
    return f"{count / _KILO / _KILO:.1f} MB"


def reason_text(spoken: Language, code: str) -> str:
    """Return the catalogue's text of a reason without its facts; the code itself if unknown."""
    reason = reason_of_code(code)
    if reason is None:
        return code
    describe = reason.describe_vi if spoken is Language.VI else reason.describe_en
    return describe(_Ellipsis())


def _without(query: Mapping[str, str], left_out: str) -> dict[str, str]:
    return {name: value for name, value in query.items() if name != left_out}
