"""Builds what is said about a document that was sent: updates and replacements.

A recall is `axis.edxml.build.recall_of`. Time and identifiers are parameters here, too.
"""

import datetime
from collections.abc import Callable, Iterable, Mapping

from msgspec.structs import replace

from axis.edxml.build import REASONS, File, attach, checked, hop
from axis.edxml.codes import DocumentKind, ReceiverType
from axis.edxml.values import (
    Business,
    Document,
    DocumentUpdate,
    Organization,
    ReceiverChange,
    Replacement,
    StaffInfo,
    TraceHeaderList,
)


def update_of(
    document: Document,
    *,
    at: datetime.datetime,
    subject: str | None = None,
    content: str | None = None,
    files: Iterable[File] | None = None,
    added: Iterable[Organization | str] = (),
    dropped: Iterable[str] = (),
    own_id: str | None = None,
    reason: str | None = None,
    staff: StaffInfo | None = None,
    wrapped: bool = True,
    new_content_id: Callable[[], str] | None = None,
) -> Document:
    """Build the update (cập nhật) of a document: what is not given stays as it is.

    It goes to those who keep the document and those added; the axis brings it to those dropped,
    and the document itself to those added. `own_id` gives it a DocumentId of its own. Raises
    InvalidInputError when nothing changes, or when nobody would be left to receive it.
    """
    gone = set(dropped)
    new = [Organization(organ_id=one) if isinstance(one, str) else one for one in added]
    changes = [ReceiverChange(organ_id=one.organ_id, type=ReceiverType.ADDED) for one in new]
    changes += [ReceiverChange(organ_id=code, type=ReceiverType.DROPPED) for code in sorted(gone)]
    rewritten = any(one is not None for one in (subject, content, files))
    business = Business(
        document_id=document.document_id,
        kind=DocumentKind.UPDATE,
        reason=REASONS[DocumentKind.UPDATE] if reason is None else reason,
        paper=0,
        updates=(
            DocumentUpdate(
                document_info=int(rewritten),
                document_receiver=int(bool(changes)),
                receivers=tuple(changes),
            ),
        ),
        staff=(staff,) if staff else (),
    )
    references, attachments = document.references, document.attachments
    if files is not None:
        pairs = [attach(file, wrapped=wrapped, new_content_id=new_content_id) for file in files]
        references = tuple(reference for reference, _ in pairs)
        attachments = tuple(attachment for _, attachment in pairs)
    kept = [one for one in document.to if one.organ_id not in gone]
    return checked(
        replace(
            document,
            document_id=own_id or document.document_id,
            to=(*kept, *new),
            subject=document.subject if subject is None else subject,
            content=document.content if content is None else content,
            trace=TraceHeaderList(business=business, headers=(hop(document.sender, at),)),
            references=references,
            attachments=attachments,
        )
    )


def replacement_of(
    document: Document,
    replaced: Mapping[str, Iterable[str]],
    *,
    at: datetime.datetime,
    reason: str | None = None,
    staff: StaffInfo | None = None,
) -> Document:
    """Make a new document a replacement (thay thế) of others.

    `replaced` names their DocumentIds, each with the receivers for whom it is replaced; none means
    all. Raises InvalidInputError when nothing is replaced.
    """
    business = Business(
        kind=DocumentKind.REPLACE,
        reason=REASONS[DocumentKind.REPLACE] if reason is None else reason,
        paper=0,
        replacements=tuple(
            Replacement(document_id=document_id, organ_ids=tuple(codes))
            for document_id, codes in replaced.items()
        ),
        staff=(staff,) if staff else (),
    )
    trace = TraceHeaderList(business=business, headers=(hop(document.sender, at),))
    return checked(replace(document, trace=trace))
