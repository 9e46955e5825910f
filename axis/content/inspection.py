"""The content check (nội dung): every attached file is opened, recognised and looked through."""

from msgspec import Struct

from axis.content.examiner import Examiner
from axis.content.header import markings_of_header
from axis.content.policy import ContentPolicy
from axis.content.scanner import Scanner
from axis.edxml.attachments import pair_up
from axis.edxml.codes import DocumentKind
from axis.edxml.limits import MAX_FINDINGS
from axis.edxml.values import Document
from axis.reasons import Reason
from axis.verdict import FileFacts, Finding, Verdict

_CARRIES_A_FILE = (DocumentKind.NEW, DocumentKind.REPLACE)
"""Recalls and updates speak of an earlier document and may come without one."""


class Inspection(Struct, frozen=True):
    """What the content check has to say about one document."""

    findings: tuple[Finding, ...] = ()
    files: tuple[FileFacts, ...] = ()
    """In the order of the manifest, an archive before its entries; files that could not be opened
    are left out."""


def inspect(
    document: Document, policy: ContentPolicy, scanner: Scanner | None = None
) -> Inspection:
    """Look through the header and the files of a document; never raises for any bytes.

    Files are decoded one at a time, so that beside the document there is never more in memory
    than one file, packed and unpacked, and what its parser takes.
    """
    pairs, findings = pair_up(document)
    if document.kind in _CARRIES_A_FILE and not (document.references or document.attachments):
        findings.append(Finding(Reason.NO_FILE))
    findings += markings_of_header(document)
    examiner = Examiner(policy, scanner)
    for pair in pairs:
        examiner.attachment(pair)
    findings += examiner.findings
    if len(findings) > MAX_FINDINGS:
        findings = list(Verdict.of(findings).findings[:MAX_FINDINGS])
    return Inspection(tuple(findings), tuple(examiner.files))
