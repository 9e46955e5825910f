"""The outcome of a check, as data (after ETSI EN 319 102-1).

A verdict is a list of findings, and the facts about the attached files. Each finding names a
reason of the catalogue (`axis.reasons`), the place in the document and the facts that fill the
reason's text.
"""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from msgspec import Struct, structs

from axis.facts import SignatureFacts
from axis.reasons import Reason, Severity

Facts = Mapping[str, str | int]
"""What a text needs to be concrete: a code, a limit, a date. Never document content."""

MAX_FACT_CHARS = 200
"""A fact quotes hostile input; a receipt must not grow with it."""


class Outcome(StrEnum):
    """TOTAL result of a validation, ETSI EN 319 102-1 clause 5.1.2."""

    PASSED = "PASSED"
    """Every check succeeded; warnings may remain."""
    INDETERMINATE = "INDETERMINATE"
    """Something needed for the decision is not available now; nothing is known to be wrong."""
    FAILED = "FAILED"
    """At least one rule is broken."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing a check has to say about a document."""

    reason: Reason
    place: str = ""
    """XPath of the element concerned (empty: the document as a whole)."""
    line: int | None = None
    """Line in the submitted bytes, counted from 1."""
    facts: Facts = field(default_factory=dict)
    ruled: Severity | None = None
    """What a policy makes of it, where that differs from the catalogue."""

    @property
    def severity(self) -> Severity:
        """Return what this finding does to the document."""
        return self.ruled or self.reason.severity

    def text_vi(self) -> str:
        """Return the finding in Vietnamese: what is wrong and what to do."""
        return self.reason.describe_vi(_bounded(self.facts))

    def text_en(self) -> str:
        """Return the finding in English: what is wrong and what to do."""
        return self.reason.describe_en(_bounded(self.facts))

    def to_json(self) -> dict[str, Any]:
        """Return the stable JSON shape used in records, receipts and reports."""
        return {
            "code": self.reason.code,
            "severity": self.severity.value,
            "place": self.place,
            "line": self.line,
            "facts": dict(_bounded(self.facts)),
            "text_vi": self.text_vi(),
            "text_en": self.text_en(),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class FileSignature:
    """A digital signature inside an attached PDF (chữ ký số trên tệp PDF), as a fact."""

    signer: str
    """Subject of the certificate that the signature names."""
    fingerprint: str
    """SHA-256 of that certificate, lower-case hexadecimal."""
    organization: str | None = None
    """organizationIdentifier (2.5.4.97) of the subject, where it has one."""
    agency: str | None = None
    """Code of the agency whose seal this certificate is in the registry: chữ ký số của cơ quan."""
    signed_at: datetime | None = None
    """When the signer claims to have signed; UTC."""
    intact: bool | None = False
    """Whether the bytes that it covers are those that were signed, by that certificate's key; None
    where it is of a kind that cannot be judged."""
    whole: bool = False
    """Whether it covers the whole file as it is now."""


class FileFacts(Struct, frozen=True, kw_only=True):
    """What the content check saw of one attached file."""

    name: str
    media_type: str
    """By its first bytes."""
    size: int
    """Bytes, taken out of its wrapping archive."""
    sha256: str
    signatures: tuple[FileSignature, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return the stable JSON shape used in reports."""
        return {**structs.asdict(self), "signatures": [asdict(one) for one in self.signatures]}


class Verdict(Struct, frozen=True):
    """All findings about one document, the outcome derived from them, and facts beside."""

    findings: tuple[Finding, ...] = ()
    files: tuple[FileFacts, ...] = ()
    signature: SignatureFacts | None = None
    """None when no signature could be looked at."""

    @classmethod
    def of(
        cls,
        findings: Iterable[Finding],
        files: Iterable[FileFacts] = (),
        signature: SignatureFacts | None = None,
    ) -> "Verdict":
        """Collect findings, the most important first: by severity, then as in the catalogue."""
        return cls(tuple(sorted(findings, key=_rank)), tuple(files), signature)

    @property
    def outcome(self) -> Outcome:
        """FAILED if any finding refuses, INDETERMINATE if any holds, else PASSED."""
        severities = {finding.severity for finding in self.findings}
        if Severity.REFUSE in severities:
            return Outcome.FAILED
        if Severity.HOLD in severities:
            return Outcome.INDETERMINATE
        return Outcome.PASSED

    @property
    def passed(self) -> bool:
        """True when nothing refuses and nothing holds."""
        return self.outcome is Outcome.PASSED

    def to_json(self) -> dict[str, Any]:
        """Return the stable JSON shape: outcome and findings."""
        return {
            "outcome": self.outcome.value,
            "findings": [finding.to_json() for finding in self.findings],
            "files": [file.to_json() for file in self.files],
            "signature": None if self.signature is None else asdict(self.signature),
        }


def _rank(finding: Finding) -> tuple[int, int]:
    return _ORDER[finding.severity], finding.reason.importance


_ORDER = {severity: rank for rank, severity in enumerate(Severity)}
"""Refusals first, then what holds, then warnings."""


def _bounded(facts: Facts) -> Facts:
    return {
        name: value if isinstance(value, int) else value[:MAX_FACT_CHARS]
        for name, value in facts.items()
    }
