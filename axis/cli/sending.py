"""`axis document send` and `axis document sign`: the work behind the commands."""

from collections.abc import Callable
from pathlib import Path

from axis.cli.files import read_file, write_private
from axis.cli.output import note, say
from axis.cli.profile import ClientProfile, SigningSection, load_profile
from axis.cli.receipt_view import say_held
from axis.cli.running import run
from axis.cli.session import connected, is_signed, sealed, sent_document, submission_of
from axis.client import CheckedReceipt
from axis.edxml.limits import MAX_DOCUMENT_BYTES
from axis.edxml.values import Document
from axis.edxml.write import write_document
from axis.errors import InvalidInputError
from axis.facts import SignatureLevel


def send_file(
    file: Path, profile: Path, as_agency: str | None, *, urgent: bool, check: bool, timeout: float
) -> tuple[str, CheckedReceipt]:
    """Sign a file if need be and send it; return its message id and its receipt.

    Raises CheckFailedError, unless `check` is off, for what the axis would surely refuse.
    """
    known = load_profile(profile)
    message = read_file(file, MAX_DOCUMENT_BYTES)
    return run(_send(known, message, as_agency, urgent=urgent, check=check, timeout=timeout))


def sign_file(
    file: Path,
    profile: Path,
    as_agency: str | None,
    out: Path | None,
    *,
    level: SignatureLevel | None = None,
    tsa: str | None = None,
) -> None:
    """Sign a file that carries no signature yet into another file.

    Level and timestamp authority are the profile's, unless others are named.
    """
    known = load_profile(profile)
    signing = SigningSection(level=level or known.signing.level, tsa=tsa or known.signing.tsa)
    message = read_file(file, MAX_DOCUMENT_BYTES)
    if is_signed(message):
        raise InvalidInputError(f"«{file}» đã có chữ ký. / «{file}» carries a signature already.")
    result = out or file.with_name(f"{file.stem}.signed.edxml")
    write_private(result, sealed(message, known, as_agency, signing))
    say(f"Văn bản đã ký: {result}", f"signed: {result}")


def send_made(
    profile: Path,
    wanted: str,
    make: Callable[[Document], Document],
    as_agency: str | None,
    *,
    timeout: float,
) -> tuple[str, CheckedReceipt]:
    """Make a message of a document (a file, or one sent from this journal), seal it and send it.

    Raises InvalidInputError for a document that is not there or can't be made into that,
    CheckFailedError for what the axis would surely refuse.
    """
    return run(_send_made(load_profile(profile), wanted, make, as_agency, timeout=timeout))


async def _send_made(
    profile: ClientProfile,
    wanted: str,
    make: Callable[[Document], Document],
    as_agency: str | None,
    *,
    timeout: float,
) -> tuple[str, CheckedReceipt]:
    async with connected(profile) as system:
        message = write_document(make(await sent_document(system, wanted)))
        submission = await system.submit(sealed(message, profile, as_agency))
        return submission.message_id, await submission.receipt(timeout, held=say_held)


async def _send(
    profile: ClientProfile,
    message: bytes,
    as_agency: str | None,
    *,
    urgent: bool,
    check: bool,
    timeout: float,
) -> tuple[str, CheckedReceipt]:
    """Send a document once, however often the command is repeated; return its receipt.

    Every signature is different, so a second signing would be a conflict with the first at the
    axis; one that was refused is sent anew, because the reason may be gone.
    """
    async with connected(profile) as system:
        earlier = await submission_of(system, message)
        if earlier is not None:
            known = await system.receipt_of(earlier)
            if known is None or known.accepted:
                note(f"Văn bản này đã gửi trước đó, message_id {earlier}.", "Was sent before.")
                return earlier, known or await system.receipt(earlier, timeout, held=say_held)
        submission = await system.submit(
            sealed(message, profile, as_agency), urgent=urgent, check=check
        )
        note(f"Đã gửi, message_id {submission.message_id}.", "Sent, waiting for the receipt.")
        return submission.message_id, await submission.receipt(timeout, held=say_held)
