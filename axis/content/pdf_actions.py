"""What a PDF viewer would do by itself: a walk along everything that can carry an action.

Only what a viewer follows is followed: the catalog, pages, annotations, form fields, outlines.
ISO 32000-2, 12.6 (actions) and 12.5 (annotations). Fields that hold signatures are met on the way.
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
    "/RichMediaExecute": "RichMedia",
}
"""Run code, start programs, or open a file that hides in this one."""

_NOTABLE_ACTIONS: Final = {
    "/SubmitForm": "SubmitForm",
    "/GoToR": "GoToR",
    "/Movie": "Movie",
    "/Rendition": "Rendition",
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
    signature_fields: list[Any] = field(default_factory=list)
    """Form fields whose value is a signature (pyHanko's dictionaries), each once."""


def find_activity(catalog: Any) -> Activity:
    """Walk through a document from its catalog (pyHanko's object); each object is visited once.

    However often a field is named, it is visited once: pyHanko's own walk through form fields
    takes all paths, of which 60 fields can make a billion.

    Raises TooManyObjectsError, and whatever pyHanko raises for broken objects.
    """
    found = Activity()
    waiting: list[tuple[str, Any]] = [("catalog", catalog)]
    # Objects without a number are told apart by where they lie in memory: they must stay there.
    seen: dict[tuple[str, object], Any] = {}
    while waiting:
        kind, raw = waiting.pop()
        mark = (kind, _identity(raw))
        if mark in seen:
            continue
        seen[mark] = raw
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
            yield "action", raw_of(target, name)
        return
    for name, leads_to in _FOLLOWED[kind].items():
        if name in target:
            yield leads_to, raw_of(target, name)


def raw_of(target: Any, name: str | int) -> Any:
    """Return an entry without following its reference."""
    return target.raw_get(name)


def value_of(target: dict[str, Any], name: str) -> Any:
    """Return what an entry is, or refers to. The dictionary's own `get` gives the reference."""
    return target[name] if name in target else None  # noqa: SIM401


def _note(kind: str, target: dict[str, Any], found: Activity) -> None:
    if kind == "action":
        _sort(str(value_of(target, "/S")), _DANGEROUS_ACTIONS, _NOTABLE_ACTIONS, found)
        if "/JS" in target:
            found.dangerous.add("JavaScript")
    elif kind == "annotation":
        _sort(
            str(value_of(target, "/Subtype")), _DANGEROUS_ANNOTATIONS, _NOTABLE_ANNOTATIONS, found
        )
    elif kind == "names":
        if _has_members(value_of(target, "/JavaScript")):
            found.dangerous.add("JavaScript")
        if _has_members(value_of(target, "/EmbeddedFiles")):
            found.notable.add("EmbeddedFiles")
    elif kind == "field":
        value = value_of(target, "/V")
        # Values of all other fields are texts, names, lists.
        if isinstance(value, dict) and ("/ByteRange" in value or "/Contents" in value):
            found.signature_fields.append(target)
    elif kind == "form" and "/XFA" in target:
        found.notable.add("XFA")


def _has_members(names: Any) -> bool:
    """Say whether a tree of names has any: some programs write empty ones into every file."""
    return isinstance(names, dict) and bool(value_of(names, "/Names") or value_of(names, "/Kids"))


def _sort(name: str, dangerous: dict[str, str], notable: dict[str, str], found: Activity) -> None:
    if name in dangerous:
        found.dangerous.add(dangerous[name])
    elif name in notable:
        found.notable.add(notable[name])
