"""The checks that need only the bytes: format, signature and content.

This is the processor's work of admission; it runs in worker processes, in an agency's own system
before it submits, and in `axis document check`. Its result is small and picklable.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime

from msgspec import Struct

from axis.content.inspection import inspect
from axis.content.policy import ContentPolicy
from axis.content.scanner import Scanner
from axis.edxml.limits import MAX_DOCUMENT_BYTES
from axis.edxml.lines import Lines, located
from axis.edxml.parse import read_message
from axis.edxml.schema import validate
from axis.edxml.values import Document, Status
from axis.edxml.xml import parse_tree
from axis.facts import SignatureFacts
from axis.trust.certificates import Certificate
from axis.trust.policy import SignaturePolicy
from axis.trust.verify import SignatureVerdict, verify
from axis.verdict import FileFacts, Finding

Verifier = Callable[..., SignatureVerdict]
"""What checks a signature: `axis.trust.verify.verify`."""


@dataclass(frozen=True, slots=True)
class Rules:
    """What a document is held to by its bytes alone; immutable and picklable."""

    signature: SignaturePolicy
    content: ContentPolicy = field(default_factory=ContentPolicy)
    max_bytes: int = MAX_DOCUMENT_BYTES


class Examination(Struct, frozen=True):
    """What the bytes alone say."""

    sha256: str
    size: int
    message: Document | Status | None
    """The header's values, attachments left out; None when nothing could be read."""
    certificate: Certificate | None
    """The certificate whose key made the signature; None when no key verified it."""
    findings: tuple[Finding, ...]
    files: tuple[FileFacts, ...] = ()
    signature: SignatureFacts | None = None
    """What the signature check rests on; None when there was no signature to look at."""
    path: tuple[Certificate, ...] = ()
    """The proven path, the signer's certificate first, without the trust anchor."""
    timestamp_path: tuple[Certificate, ...] = ()
    """Likewise that of the timestamp authority whose word proves the time of signing."""
    lines: Lines = Lines()
    """Where the header's elements stand, for findings that are made later."""

    @property
    def content(self) -> str:
        """Digest of the signed content; empty where no signature holds."""
        return "" if self.signature is None else self.signature.digest

    def signed_at(self, at: datetime) -> datetime:
        """Return the moment as of which rights are judged: the proven one of signing, else `at`.

        What a signer merely claims proves nothing: who has lost a right could date back.
        """
        proven = None if self.signature is None else self.signature.proven_at
        return proven or at


def examine(
    body: bytes,
    rules: Rules,
    at: datetime,
    scanner: Scanner | None = None,
    *,
    verifier: Verifier = verify,
) -> Examination:
    """Check one submission's bytes at a moment and return everything that is wrong with them.

    Where the signature holds, values are read from the signed tree only, so that nothing outside
    the signature is ever believed. Another ``verifier`` serves measurements.
    """
    sha256 = hashlib.sha256(body).hexdigest()
    root, findings = parse_tree(body, max_bytes=rules.max_bytes)
    if root is None:
        return Examination(sha256, len(body), None, None, tuple(findings))
    findings += validate(root)
    signature = verifier(root, rules.signature, at, source=body, max_bytes=rules.max_bytes)
    findings += signature.verdict.findings
    message, found = read_message(root if signature.signed is None else signature.signed)
    if found:
        # The signed tree's lines are those of its canonical form, not of what was sent.
        findings += [replace(finding, line=None) for finding in found]
    files: tuple[FileFacts, ...] = ()
    if isinstance(message, Document):
        inspection = inspect(message, rules.content, scanner)
        findings += inspection.findings
        files = inspection.files
        message = message.without_attachments()
    return Examination(
        sha256=sha256,
        size=len(body),
        message=message,
        certificate=signature.certificate,
        signature=signature.facts,
        path=signature.path,
        timestamp_path=signature.timestamp_path,
        findings=tuple(located(findings, root)),
        files=files,
        lines=Lines.of(body),
    )
