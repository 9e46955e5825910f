"""The checks that need only the bytes: format, signature and content.

This is the processor's work of admission; it runs in worker processes and returns a small,
picklable result without attachment bodies.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime

from axis.edxml.attachments import check_attachments
from axis.edxml.parse import read_message
from axis.edxml.schema import validate
from axis.edxml.values import Document, Status
from axis.edxml.xml import parse_tree
from axis.trust.certificates import Certificate
from axis.trust.policy import SignaturePolicy
from axis.trust.verify import verify
from axis.verdict import Finding


@dataclass(frozen=True, slots=True)
class Examination:
    """What the bytes alone say."""

    sha256: str
    size: int
    message: Document | Status | None
    """The header's values, attachments left out; None when nothing could be read."""
    certificate: Certificate | None
    """The certificate whose key made the signature; None when no key verified it."""
    findings: tuple[Finding, ...]


def examine(body: bytes, policy: SignaturePolicy, at: datetime, max_bytes: int) -> Examination:
    """Check one submission's bytes at a moment and return everything that is wrong with them.

    Where the signature holds, values are read from the signed tree only, so that nothing outside
    the signature is ever believed.
    """
    sha256 = hashlib.sha256(body).hexdigest()
    root, findings = parse_tree(body, max_bytes=max_bytes)
    if root is None:
        return Examination(sha256, len(body), None, None, tuple(findings))
    findings += validate(root)
    signature = verify(root, policy, at, max_bytes=max_bytes)
    findings += signature.verdict.findings
    message, found = read_message(root if signature.signed is None else signature.signed)
    findings += found
    if isinstance(message, Document):
        findings += check_attachments(message)
        message = message.without_attachments()
    return Examination(sha256, len(body), message, signature.certificate, tuple(findings))
