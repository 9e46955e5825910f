"""One file under the eyes of the content check, and how a finding about it is written."""

from dataclasses import dataclass

from msgspec import Struct

from axis.content.kinds import Kind
from axis.content.names import shown
from axis.reasons import Reason, Severity
from axis.verdict import FileSignature, Finding


class Subject(Struct, frozen=True):
    """The file that is looked at: its name for people, and its place in the message."""

    name: str
    """Entries of archives are named «archive.zip/entry»."""
    place: str
    """XPath of the Attachment."""

    def finding(
        self, reason: Reason, ruled: Severity | None = None, /, **facts: str | int
    ) -> Finding:
        """Return a finding about this file; `ruled` is what a policy makes of it."""
        safe = {key: shown(fact) if isinstance(fact, str) else fact for key, fact in facts.items()}
        return Finding(reason, self.place, facts={"name": shown(self.name), **safe}, ruled=ruled)


@dataclass(slots=True)
class Look:
    """What looking through a file gave."""

    kind: Kind | None
    """None when the file is nothing that may travel, which a finding says."""
    findings: list[Finding]
    text: str = ""
    """How the file begins, as a reader sees it: where a secrecy marking would stand."""
    signatures: tuple[FileSignature, ...] = ()
