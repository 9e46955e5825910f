"""What a PDF viewer would do by itself: a walk along everything that can carry an action.

Only what a viewer follows is followed: the catalog, pages, annotations, form fields, outlines.
ISO 32000-2, 12.6 (actions) and 12.5 (annotations).
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

MAX_OBJECTS: Final = 50_000
"""Objects visited. A book of 2,000 pages with ten links on each has 22,000."""

MAX_WAITING: Final = 200_000
"""Objects found and not yet visited: an array may name more than there are."""

_DANGEROUS_ACTIONS: Final = {
    "/JavaScript": "JavaScript",
    "/Launch": "Launch",
    "/ImportData": "ImportData",
    "/GoToE": "GoToE",
    "/Rendition": "Rendition",
    "/RichMediaExecute": "RichMedia",
}
"""Run code, start programs, or open a file that hides in this one."""

_NOTABLE_ACTIONS: Final = {
    "/SubmitForm": "SubmitForm",
    "/GoToR": "GoToR",
    "/Movie": "Movie",
    "/Sound": "Sound",
    "/GoTo3DView": "3D",
}
"""Reach outside or play something; viewers ask first. GoTo, URI and Named are everyday links."""

_DANGEROUS_ANNOTATIONS: Final = {"/RichMedia": "RichMedia", "/3D": "3D"}
_NOTABLE_ANNOTATIONS: Final = {"/FileAttachment": "FileAttachment", "/Movie": "Movie"}

_FOLLOWED: Final = {
    "catalog": {
        "/OpenAction": "action",
        "/AA": "actions",
        "/Names": "names",
        "/AcroForm": "form",
        "/Pages": "page",
        "/Outlines": "outline",
    },
    "page": {"/Kids": "page", "/AA": "actions", "/Annots": "annotation"},
    "annotation": {"/A": "action", "/AA": "actions", "/Parent": "field"},
    "form": {"/Fields": "field"},
    "field": {"/Kids": "field", "/A": "action", "/AA": "actions"},
    "outline": {"/First": "outline", "/Next": "outline", "/A": "action"},
    "action": {"/Next": "action"},
    "names": {},
}
"""Kind of object → its entries that lead on, each with the kind of what is there. Arrays mean each
of their members."""


class TooManyObjectsError(Exception):
    """The file has more objects than are looked at."""

    def __init__(self, count: int, limit: int) -> None:
        super().__init__(f"{count} > {limit}")
        self.count = count
        self.limit = limit


@dataclass(frozen=True, slots=True)
class Activity:
    """What a file would do, by the names of the standard."""

    dangerous: set[str] = field(default_factory=set)
    notable: set[str] = field(default_factory=set)


def find_activity(catalog: Any) -> Activity:
    """Walk through a document from its catalog (pyHanko's object); each object is visited once.

    Raises TooManyObjectsError, and whatever pyHanko raises for broken objects.
    """
    found = Activity()
    waiting: list[tuple[str, Any]] = [("catalog", catalog)]
    seen: set[tuple[str, object]] = set()
    while waiting:
        kind, raw = waiting.pop()
        mark = (kind, _identity(raw))
        if mark in seen:
            continue
        seen.add(mark)
        if len(seen) > MAX_OBJECTS:
            raise TooManyObjectsError(len(seen), MAX_OBJECTS)
        target = raw.get_object()
        if isinstance(target, list):
            waiting += [(kind, member) for member in target]
        elif isinstance(target, dict):
            _note(kind, target, found)
            waiting += _led_to(kind, target)
        if len(waiting) > MAX_WAITING:
            raise TooManyObjectsError(len(waiting), MAX_WAITING)
    return found


def _identity(raw: Any) -> object:
    """Return what makes an object the same one: its number, or itself where it has none."""
    return getattr(raw, "reference", None) or id(raw)


def _led_to(kind: str, target: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    if kind == "actions":
        for name in target:
            yield "action", _raw(target, name)
        return
    for name, leads_to in _FOLLOWED[kind].items():
        if name in target:
            yield leads_to, _raw(target, name)


def _raw(target: Any, name: str) -> Any:
    """Return an entry without following its reference."""
    return target.raw_get(name)


def _note(kind: str, target: dict[str, Any], found: Activity) -> None:
    if kind == "action":
        _sort(str(target.get("/S", "")), _DANGEROUS_ACTIONS, _NOTABLE_ACTIONS, found)
        if "/JS" in target:
            found.dangerous.add("JavaScript")
    elif kind == "annotation":
        _sort(str(target.get("/Subtype", "")), _DANGEROUS_ANNOTATIONS, _NOTABLE_ANNOTATIONS, found)
    elif kind == "names":
        if "/JavaScript" in target:
            found.dangerous.add("JavaScript")
        if "/EmbeddedFiles" in target:
            found.notable.add("EmbeddedFiles")
    elif kind == "form" and "/XFA" in target:
        found.notable.add("XFA")


def _sort(name: str, dangerous: dict[str, str], notable: dict[str, str], found: Activity) -> None:
    if name in dangerous:
        found.dangerous.add(dangerous[name])
    elif name in notable:
        found.notable.add(notable[name])
