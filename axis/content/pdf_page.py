"""How much work a PDF's first page is, told before a viewer's library takes it on.

PDFium draws or reads a page without any bound: 500 bytes of forms that show each other ten times
take years, 500 kB of packed lines take all memory, and then it ends the process. Fonts, contents
and what they lead to are weighed here; pages heavier than any letter's are only opened, not read.
"""

import re
from collections import Counter
from typing import Any, Final

from axis.content.pdf_actions import raw_of, value_of

MAX_SHOWN_BYTES: Final = 1024 * 1024
"""Operators of a page with all its forms, each as often as it is shown. A page of text has 5 to
100 kB; reading 1 MB of single letters takes 1.2 s and 110 MB."""

MAX_FONT_BYTES: Final = 16 * 1024 * 1024
"""Fonts and their tables: four whole Times New Roman have 4 MB."""

_MAX_STREAMS: Final = 2_000
"""Streams that a page needs. A letter has tens."""

_MAX_WAITING: Final = 20_000
"""Objects found and not yet visited."""

_MAX_LEVELS: Final = 30
"""Nodes from the root of the tree to the first page."""

_LEADS_TO: Final = {
    **dict.fromkeys(("/FontFile", "/FontFile2", "/FontFile3", "/ToUnicode"), "font"),
    "/XObject": "xobject",
    "/CharProcs": "glyph",
}
"""Entries that say what is behind them; behind all others is content of a page."""

_ELSEWHERE: Final = frozenset(("/Parent", "/Annots", "/B", "/Thumb", "/StructParents"))
"""Entries that lead away from what the page shows."""

_SHOW: Final = re.compile(rb"/([^\s/<>()\[\]{}%]+)\s+Do\b")

_DO: Final = re.compile(rb"\bDo\b")

_Known = dict[tuple[int, int], tuple[int, Any, Any]]
"""Forms and their resources by where they lie in memory: what each weighs, and both, so that they
stay there."""


class NoPageError(Exception):
    """The tree of pages leads to none."""


class _HeavyError(Exception):
    """More than is read."""


def is_light(catalog: Any) -> bool:
    """Say whether a viewer's library may read the first page (of pyHanko's catalog).

    Raises NoPageError when there is none.
    """
    page = _first_page(catalog)
    try:
        _weigh_streams(page)
        resources = _resources(page)
        return _shown_bytes(_contents(page), resources, resources, {}) <= MAX_SHOWN_BYTES
    except MemoryError:
        raise
    except (Exception, RecursionError):  # noqa: BLE001 - too heavy, packed unknown to us, or broken
        return False


def _first_page(catalog: Any) -> Any:
    node = catalog["/Pages"]
    for _ in range(_MAX_LEVELS):
        if not isinstance(node, dict):
            break
        if "/Kids" not in node:
            return node
        kids = (kid for kid in _members(node["/Kids"]) if isinstance(kid, dict))
        node = next((kid for kid in kids if value_of(kid, "/Kids") != []), None)
    raise NoPageError


def _members(array: Any) -> list[Any]:
    """Return what is in an array, or what its members refer to; iterating gives references."""
    return [array[index] for index in range(len(array))]


def _resources(page: Any) -> dict[str, Any]:
    """Return what a page draws on; it may have it from the nodes above."""
    node = page
    for _ in range(_MAX_LEVELS):
        if "/Resources" in node:
            found = node["/Resources"]
            return found if isinstance(found, dict) else {}
        if "/Parent" not in node:
            break
        node = node["/Parent"]
    return {}


def _contents(page: Any) -> bytes:
    if "/Contents" not in page:
        return b""
    contents = page["/Contents"]
    parts = _members(contents) if isinstance(contents, list) else [contents]
    return b"\n".join(part.data for part in parts)


def _weigh_streams(page: Any) -> None:
    """Raise when what a page needs is too much, each stream taken once."""
    from pyhanko.pdf_utils.generic import StreamObject

    weight = {"font": 0, "content": 0}
    streams = 0
    waiting: list[tuple[str, Any]] = [("content", page), ("content", _resources(page))]
    seen: dict[tuple[str, object], Any] = {}
    while waiting:
        kind, raw = waiting.pop()
        mark = (kind, getattr(raw, "reference", None) or id(raw))
        if mark in seen:
            continue
        seen[mark] = raw
        target = raw.get_object()
        if isinstance(target, list):
            waiting += [(kind, raw_of(target, index)) for index in range(len(target))]
        elif isinstance(target, dict):
            if isinstance(target, StreamObject):
                streams += 1
                if kind == "xobject" and value_of(target, "/Subtype") == "/Image":
                    continue  # it is drawn, never read
                if kind == "glyph" and _DO.search(target.data):
                    raise _HeavyError  # letters that show forms: no program writes them
                kind = "font" if kind == "font" else "content"
                weight[kind] += len(target.data)
            waiting += [
                (_LEADS_TO.get(name, kind), raw_of(target, name))
                for name in target
                if name not in _ELSEWHERE
            ]
        over = weight["content"] > MAX_SHOWN_BYTES or weight["font"] > MAX_FONT_BYTES
        if over or streams > _MAX_STREAMS or len(waiting) > _MAX_WAITING:
            raise _HeavyError


def _shown_bytes(
    content: bytes, resources: dict[str, Any], page: dict[str, Any], known: _Known
) -> int:
    """Return the bytes of a content with its forms, each as often as it is shown.

    Where a form's resources have no XObjects, PDFium takes the page's.
    """
    shown = value_of(resources, "/XObject")
    if not isinstance(shown, dict):
        shown = value_of(page, "/XObject")
    members = {str(name): shown[name] for name in shown} if isinstance(shown, dict) else {}
    forms = {name: it for name, it in members.items() if value_of(it, "/Subtype") != "/Image"}
    if not forms or b"Do" not in content:
        return len(content)
    weights = {name: _weight(form, resources, page, known) for name, form in forms.items()}
    shows = Counter("/" + name.decode("latin-1") for name in _SHOW.findall(content))
    named = sum(times for name, times in shows.items() if name in members)
    # However else a form may be named (escapes, comments between): the heaviest that it can be.
    other = max(0, content.count(b"Do") - named) * max(weights.values())
    return len(content) + other + sum(shows[name] * weights[name] for name in weights)


def _weight(form: Any, around: dict[str, Any], page: dict[str, Any], known: _Known) -> int:
    """Return the bytes that showing a form means; one that shows itself is too heavy."""
    within = around if (own := value_of(form, "/Resources")) is None else own
    key = id(form), id(within)
    if key not in known:
        if len(known) >= _MAX_STREAMS:
            raise _HeavyError
        known[key] = (MAX_SHOWN_BYTES + 1, form, within)
        known[key] = (_shown_bytes(form.data, within, page, known), form, within)
    return known[key][0]
