"""`axis document recall`, `update` and `replace`: what a sender says about what it has sent."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from axis.cli.output import AsJson, note, print_json
from axis.cli.profile_file import RECEIPT_SECONDS, STILL_HELD, ProfileFile

if TYPE_CHECKING:
    from axis.edxml.values import Document

Sent = Annotated[
    str,
    typer.Argument(
        metavar="DOCUMENT",
        help="Tệp edXML, hoặc DocumentId của văn bản đã gửi trong sổ · "
        "An edXML file, or the DocumentId of a document sent from this journal.",
    ),
]
Reason = Annotated[str, typer.Option(help="Lý do · Why.")]
AsAgency = Annotated[
    str | None,
    typer.Option(
        "--as",
        metavar="CODE",
        help="Ký bằng con dấu số của cơ quan này · Seal as this agency; by default the sender.",
    ),
]
Timeout = Annotated[
    float, typer.Option(min=1, help="Giây chờ biên nhận · Seconds to wait for the receipt.")
]
Codes = list[str]


def recall(
    document: Sent,
    profile: ProfileFile,
    reason: Reason,
    as_agency: AsAgency = None,
    timeout: Timeout = RECEIPT_SECONDS,
    json: AsJson = False,
) -> None:
    """Thu hồi văn bản ở mọi nơi đã nhận · Recall a document from everybody who had it.

    Bản chưa vào hộp nhận thì không vào nữa; bản còn chờ trong hộp nhận được rút lại. Nơi đã nhận
    trả lời 15 hoặc 16. Mã thoát như «send». · Copies on their way are called off, those in inboxes
    withdrawn; whoever has it answers 15 or 16. Exit codes as of «send».
    """
    from axis.clock import in_vietnam, system_clock
    from axis.edxml.build import recall_of

    def make(sent: "Document") -> "Document":
        return recall_of(sent, reason=reason, at=in_vietnam(system_clock()))

    _send(profile, document, make, as_agency, timeout, json=json)


def update(
    document: Sent,
    profile: ProfileFile,
    add: Annotated[
        Codes,
        typer.Option(
            "--add",
            metavar="CODE",
            help="Thêm nơi nhận, cơ quan hoặc nhóm · Add a receiver or group.",
        ),
    ] = [],  # noqa: B006 - typer copies it
    drop: Annotated[
        Codes,
        typer.Option(
            "--drop",
            metavar="CODE",
            help="Bỏ nơi nhận, cơ quan hoặc nhóm · Drop a receiver or group.",
        ),
    ] = [],  # noqa: B006
    subject: Annotated[str | None, typer.Option(help="Trích yếu mới · Another subject.")] = None,
    file: Annotated[
        list[Path],
        typer.Option("--file", help="Tệp thay cho các tệp cũ · File in place of the former ones."),
    ] = [],  # noqa: B006
    reason: Annotated[str | None, typer.Option(help="Lý do · Why.")] = None,
    as_agency: AsAgency = None,
    timeout: Timeout = RECEIPT_SECONDS,
    json: AsJson = False,
) -> None:
    """Cập nhật nội dung, nơi nhận · Update content or receivers; what is not named stays.

    Nơi được thêm nhận cả văn bản gốc; nơi bị bỏ được đề nghị trả lại. Mã thoát như «send». ·
    Whoever is added gets the original, too; whoever is dropped is asked for it back. Exit codes as
    of «send».
    """
    from axis.cli.files import read_file
    from axis.clock import in_vietnam, system_clock
    from axis.edxml.build import File
    from axis.edxml.follow_ups import update_of
    from axis.edxml.limits import MAX_DOCUMENT_BYTES

    if not (add or drop or file) and subject is None:
        raise typer.BadParameter(
            "Hãy cho biết cập nhật gì: --add, --drop, --subject hoặc --file. · Say what to update:"
            " --add, --drop, --subject or --file."
        )
    files = [File(one.name, read_file(one, MAX_DOCUMENT_BYTES)) for one in file]

    def make(sent: "Document") -> "Document":
        return update_of(
            sent,
            at=in_vietnam(system_clock()),
            subject=subject,
            files=files or None,
            added=add,
            dropped=drop,
            reason=reason,
        )

    _send(profile, document, make, as_agency, timeout, json=json)


def replace(
    document: Annotated[
        Path, typer.Argument(metavar="FILE", help="Văn bản mới, chưa ký · The new one, unsigned.")
    ],
    profile: ProfileFile,
    replaces: Annotated[
        Codes,
        typer.Option(
            "--replaces",
            metavar="DOCUMENTID[=CODE;CODE]",
            help="DocumentId bị thay thế, có thể kèm nơi nhận áp dụng · "
            "What it replaces, and for whom if not for all.",
        ),
    ],
    reason: Annotated[str | None, typer.Option(help="Lý do · Why.")] = None,
    as_agency: AsAgency = None,
    timeout: Timeout = RECEIPT_SECONDS,
    json: AsJson = False,
) -> None:
    """Gửi văn bản mới thay thế văn bản đã gửi · Send a new document in place of others.

    Mã thoát như «send». · Exit codes as of «send».
    """
    from axis.clock import in_vietnam, system_clock
    from axis.edxml.follow_ups import replacement_of

    replaced = dict(map(_replaced, replaces))

    def make(sent: "Document") -> "Document":
        return replacement_of(sent, replaced, at=in_vietnam(system_clock()), reason=reason)

    _send(profile, str(document), make, as_agency, timeout, json=json)


def _replaced(text: str) -> tuple[str, tuple[str, ...]]:
    document_id, _, codes = text.partition("=")
    return document_id, tuple(filter(None, codes.split(";")))


def _send(
    profile: Path,
    wanted: str,
    make: Callable[["Document"], "Document"],
    as_agency: str | None,
    timeout: float,
    *,
    json: bool,
) -> None:
    """Make a message of what was sent, seal it, send it, and print its receipt."""
    from axis.cli.receipt_view import print_held, print_receipt, receipt_json
    from axis.cli.sending import send_made
    from axis.client import CheckFailedError, SubmissionHeldError

    try:
        message_id, receipt = send_made(profile, wanted, make, as_agency, timeout=timeout)
    except CheckFailedError as error:
        from axis.cli.check_report import print_refused

        print_refused(Path(wanted), error.verdict, json=json)
        raise typer.Exit(1) from None
    except SubmissionHeldError as error:
        print_held(error, json=json)
        raise typer.Exit(STILL_HELD) from None
    note(f"Đã gửi, message_id {message_id}.", "Sent.")
    if json:
        print_json({"message_id": message_id, **receipt_json(receipt)})
    else:
        print_receipt(receipt)
    if not receipt.accepted:
        raise typer.Exit(1)
