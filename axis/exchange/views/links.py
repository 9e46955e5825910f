"""What documents have to do with each other: recalls, updates, replacements, answers."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from axis.edxml.codes import DocumentKind


class Relation(StrEnum):
    """What a document has to do with another."""

    RECALLS = "recalls"
    UPDATES = "updates"
    REPLACES = "replaces"
    ANSWERS = "answers"
    RECALLED_BY = "recalled_by"
    UPDATED_BY = "updated_by"
    REPLACED_BY = "replaced_by"
    ANSWERED_BY = "answered_by"

    @property
    def forward(self) -> bool:
        """Whether the document itself names the other one."""
        return self in (Relation.RECALLS, Relation.UPDATES, Relation.REPLACES, Relation.ANSWERS)

    @property
    def name_vi(self) -> str:
        """Return it in Vietnamese, as it stands before the other document."""
        return _RELATIONS[self][0]

    @property
    def name_en(self) -> str:
        """Return it in English."""
        return _RELATIONS[self][1]


_RELATIONS = {
    Relation.RECALLS: ("thu hồi văn bản", "recalls"),
    Relation.UPDATES: ("cập nhật văn bản", "updates"),
    Relation.REPLACES: ("thay thế văn bản", "replaces"),
    Relation.ANSWERS: ("trả lời văn bản", "answers"),
    Relation.RECALLED_BY: ("bị thu hồi bởi", "recalled by"),
    Relation.UPDATED_BY: ("được cập nhật bởi", "updated by"),
    Relation.REPLACED_BY: ("được thay thế bởi", "replaced by"),
    Relation.ANSWERED_BY: ("được trả lời bởi", "answered by"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkedDocument:
    """Another document that a document's page leads to."""

    id: UUID
    relation: Relation
    """What the page's document has to do with it."""
    receivers: tuple[str, ...] = ()
    """Agencies for which that holds; none: for all who have the documents."""
    dropped: tuple[str, ...] = ()
    """Agencies that the update drops as receivers (bỏ nơi nhận), as far as the viewer may know;
    their predecessors among them."""
    reason: str | None = None
    """Why the recall, update or replacement, in its sender's words; None for answers, and where it
    gives none."""
    kind: DocumentKind
    number: str
    notation: str
    subject: str
    accepted_at: datetime
