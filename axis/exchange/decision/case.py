"""A submission on its way to a decision, and the decision as logs and metrics know it."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from axis.edxml.codes import DocumentKind
from axis.edxml.values import Document, Message
from axis.examination import Examination
from axis.exchange.ports import MessageKey
from axis.exchange.stored import HeldSubmission
from axis.exchange.submission import Submission
from axis.registry.agency import Agency
from axis.verdict import Finding


class Ending(StrEnum):
    """How a submission ended, for logs and metrics."""

    ACCEPTED = "accepted"
    DUPLICATE = "duplicate"
    REPEATED = "repeated"
    """The same submission once more: the broker or the sender gave it again."""
    REFUSED = "refused"
    HELD = "held"
    """Neither accepted nor refused: it waits for a check, and is tried again by itself."""
    STILL_HELD = "still_held"
    """Tried again, and waits on."""
    DEAD = "dead"


@dataclass(frozen=True, slots=True)
class Decision:
    """What was decided about one submission; ids and codes only, never content."""

    submission: UUID
    ending: Ending
    endpoint: str | None
    message_id: str | None
    kind: str
    sha256: str
    document: UUID | None = None
    document_id: str | None = None
    reasons: tuple[str, ...] = ()
    deliveries: int = 0


@dataclass(slots=True)
class Case:
    """One submission of a batch with what its bytes say."""

    submission: Submission
    examination: Examination
    held: HeldSubmission | None = None
    """Set where this is another try of a submission that waits for a check."""

    @property
    def message(self) -> Message | None:
        """The document or status, as far as it could be read."""
        return self.examination.message

    @property
    def message_key(self) -> str:
        """The idempotency key within the endpoint."""
        return self.submission.key(self.examination.sha256)

    @property
    def reuse_key(self) -> str:
        """The key under which other content with a used ``message_id`` is recorded.

        No ``message_id`` contains a space, so it is nobody's idempotency key.
        """
        return f"{self.message_key} {self.examination.sha256}"

    @property
    def message_keys(self) -> list[MessageKey]:
        """Return the keys to look up; none without an identity."""
        endpoint = self.submission.user_id
        if endpoint is None:
            return []
        return [(endpoint, self.message_key), (endpoint, self.reuse_key)]

    @property
    def named_documents(self) -> tuple[str, ...]:
        """The DocumentIds that deciding this case has to know about."""
        if isinstance(self.message, Document):
            return (self.message.document_id, *self.message.target_document_ids)
        return (self.message.document_id,) if self.message is not None else ()

    @property
    def speaks_of_others(self) -> bool:
        """Whether it is about documents that must be there before it."""
        if isinstance(self.message, Document):
            return bool(self.message.target_document_ids)
        return self.message is not None

    @property
    def locks(self) -> list[str]:
        """The keys under which no other router may decide at the same time.

        Four at most: the database has room for some thousand locks in all, and a replacement may
        name a thousand documents. Those are only read; a document that is just being committed
        counts as not yet there. What a recall or update is about is locked: who gets it meanwhile
        must be known. Versions may have DocumentIds of their own, so that a recall of the first and
        an update of the second name nothing alike: a sender's recalls and updates are decided one
        after the other.
        """
        keys = [message_lock(self.submission.user_id, self.message_key)]
        if self.message is None:
            return keys
        names = [self.message.document_id]
        if isinstance(self.message, Document) and self.message.kind is not DocumentKind.REPLACE:
            names += self.message.target_document_ids
            if self.speaks_of_others:
                keys.append(f"follow-ups\n{self.message.sender}")
        return [*keys, *(f"document\n{name}" for name in dict.fromkeys(names))]


def message_lock(endpoint: str | None, message_key: str) -> str:
    """Return the key under which one submission is decided."""
    return f"message\n{endpoint}\n{message_key}"


@dataclass(frozen=True, slots=True)
class Matter:
    """A case that somebody can be answered about."""

    case: Case
    endpoint: str
    key: str
    """The key under which the submission is recorded."""
    agency: Agency | None = None
    """The sender, once it is known that the endpoint may speak for it."""
    findings: tuple[Finding, ...] = ()
    """What is to be said whatever the checks find."""
