"""Every text of the web view, in Vietnamese and English; templates hold keys only."""

from enum import StrEnum

from axis.web.texts import dead_letters, documents, general, problems, receipts, registry


class Language(StrEnum):
    """A language of the web view."""

    VI = "vi"
    """Tiếng Việt, unless asked otherwise."""
    EN = "en"

    @property
    def other(self) -> "Language":
        """The one to switch to."""
        return Language.EN if self is Language.VI else Language.VI


TEXTS: dict[str, tuple[str, str]] = {
    **general.TEXTS,
    **documents.TEXTS,
    **receipts.TEXTS,
    **registry.TEXTS,
    **dead_letters.TEXTS,
    **problems.TEXTS,
}
"""Key → (Vietnamese, English); ``{name}`` is filled in by `text`."""


def text(language: Language, key: str, **facts: object) -> str:
    """Return a text with its facts filled in; an unknown key is a bug and raises KeyError."""
    vi, en = TEXTS[key]
    return (vi if language is Language.VI else en).format(**facts)


def in_language(language: Language, bilingual: str) -> str:
    """Return one half of a message written as ``Vietnamese / English``, else all of it."""
    vi, mark, en = bilingual.partition(" / ")
    if not mark or " / " in en:
        return bilingual
    return vi if language is Language.VI else en
