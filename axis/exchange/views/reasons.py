"""Why a document recalls, updates or replaces others, as people can read it."""

from axis.edxml.build import REASONS
from axis.edxml.codes import DocumentKind


def explanation(reason: str | None, kind: DocumentKind) -> str:
    """Return the reason that a person gave; nothing where there is none, or only the text that the
    field's producers put there for every document of this kind.
    """
    said = " ".join((reason or "").split())
    return "" if said.casefold() == REASONS[kind].casefold() else said
