"""The connection of client commands to the axis, as a profile describes it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from axis.cli.files import read_file
from axis.cli.profile import ClientProfile, SigningSection
from axis.client import AgencySystem
from axis.client.errors import UnknownSubmissionError
from axis.client.inbox import PREFETCH
from axis.edxml.limits import MAX_DOCUMENT_BYTES
from axis.edxml.parse import read
from axis.edxml.values import Document, Message
from axis.edxml.xml import parse_tree
from axis.errors import InvalidInputError
from axis.logs import configure_logging
from axis.registry.problems import quoted
from axis.settings import LogSettings
from axis.trust.location import SIGNATURE_TAG


@asynccontextmanager
async def connected(
    profile: ClientProfile, *, prefetch: int = PREFETCH
) -> AsyncIterator[AgencySystem]:
    """Connect as the profile's endpoint; logs go to standard error, results stay alone."""
    configure_logging(LogSettings(level="warning", format="console"))
    async with AgencySystem.connect(
        profile.address,
        profile.endpoint,
        journal=profile.folder / profile.journal,
        trust=profile.receipt_trust(),
        prefetch=prefetch,
    ) as system:
        yield system


def is_signed(message: bytes) -> bool:
    """Tell whether a message carries a W3C signature, sound or not."""
    root, _ = parse_tree(message, max_bytes=MAX_DOCUMENT_BYTES)
    return root is not None and next(root.iter(SIGNATURE_TAG), None) is not None


def sealed(
    message: bytes,
    profile: ClientProfile,
    agency: str | None,
    signing: SigningSection | None = None,
) -> bytes:
    """Return the message signed: as it is, or with the seal of `agency` or of its own sender.

    `signing` says how, where it is not as the profile says. Raises InvalidInputError when it
    cannot be read, ConfigurationError without a key, TimestampUnavailableError.
    """
    if is_signed(message):
        return message
    return (signing or profile.signing).sign(message, profile.key(agency or sender_of(message)))


async def submission_of(system: AgencySystem, message: bytes) -> str | None:
    """Return the message id under which this very document was submitted from here before."""
    document = read(message).message
    if not isinstance(document, Document) or not document.document_id:
        return None
    record = await system.journal.submissions.of_document(document.document_id)
    if record is None:
        return None
    try:
        sent = await system.journal.submissions.body(record.message_id)
    except UnknownSubmissionError:
        return None  # its bytes were forgotten after its receipt had come
    return record.message_id if read(sent).message == document else None


async def sent_document(system: AgencySystem, wanted: str) -> Document:
    """Return a document from a file, or from what this journal has sent, by its DocumentId.

    Raises InvalidInputError when it is neither.
    """
    if Path(wanted).is_file():  # noqa: ASYNC240 - one look at a local file
        return document_in(read_file(Path(wanted), MAX_DOCUMENT_BYTES))
    sent = await system.journal.submissions.of_document(wanted)
    if sent is not None:
        return document_in(await system.journal.submissions.body(sent.message_id))
    raise InvalidInputError(
        f"{quoted(wanted)} không phải tệp, và sổ không có văn bản nào mang mã đó."
        f" / {quoted(wanted)} is no file, and the journal has no such document."
    )


def sender_of(message: bytes) -> str:
    """Return the code of the agency that a message names as its sender."""
    return message_in(message).sender


def document_in(data: bytes) -> Document:
    """Read a document; raises InvalidInputError."""
    message = message_in(data)
    if not isinstance(message, Document):
        raise InvalidInputError(
            "Đây là thông báo trạng thái, không phải văn bản. / This is a status, no document."
        )
    return message


def message_in(data: bytes) -> Message:
    """Read a message; raises InvalidInputError with everything that is wrong."""
    reading = read(data)
    if reading.message is None:
        raise InvalidInputError(
            "\n".join(f"{finding.text_vi()} / {finding.text_en()}" for finding in reading.findings)
        )
    return reading.message
