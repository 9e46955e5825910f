"""`axis document`: what a clerk does with documents: sign, send, receive, follow."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer

from axis.cli.output import AsJson, note, print_json, say
from axis.cli.profile import FORMAT, ClientProfile, ProfileFile, load_profile
from axis.cli.receipt_view import print_receipt, receipt_json
from axis.cli.receiving import receive as receive_documents
from axis.cli.running import database, read_file, run, write_private
from axis.cli.session import RECEIPT_SECONDS, connected, is_signed, sealed, submission_of
from axis.cli.trace import print_trace
from axis.client import CheckedReceipt
from axis.edxml.limits import MAX_DOCUMENT_BYTES
from axis.errors import InvalidInputError
from axis.exchange.views import DocumentView, Scope
from axis.registry.problems import quoted
from axis.store.reading import PostgresReader

app = typer.Typer(
    name="document",
    no_args_is_help=True,
    help="Ký, gửi, nhận, theo dõi văn bản · Sign, send, receive and follow documents." + FORMAT,
)

EdxmlFile = Annotated[Path, typer.Argument(metavar="FILE", help="Tệp edXML · An edXML file.")]
AsAgency = Annotated[
    str | None,
    typer.Option(
        "--as",
        metavar="CODE",
        help="Ký bằng con dấu số của cơ quan này; mặc định là nơi gửi ghi trong văn bản · "
        "Seal as this agency; by default as the sender that the document names.",
    ),
]


@app.command()
def send(
    file: EdxmlFile,
    profile: ProfileFile,
    as_agency: AsAgency = None,
    urgent: Annotated[
        bool, typer.Option("--urgent", help="Đi làn khẩn · Take the urgent lane.")
    ] = False,
    timeout: Annotated[
        float, typer.Option(min=1, help="Giây chờ biên nhận · Seconds to wait for the receipt.")
    ] = RECEIPT_SECONDS,
    json: AsJson = False,
) -> None:
    """Ký nếu chưa ký, gửi, chờ và in biên nhận · Sign if need be, send, print the receipt.

    Mã thoát 0 khi trục nhận, 1 khi từ chối. · Exit code 0 when accepted, 1 when refused.
    """
    known = load_profile(profile)
    message = read_file(file, MAX_DOCUMENT_BYTES)
    message_id, receipt = run(_send(known, message, as_agency, urgent=urgent, timeout=timeout))
    if json:
        print_json({"message_id": message_id, **receipt_json(receipt)})
    else:
        print_receipt(receipt)
    if not receipt.accepted:
        raise typer.Exit(1)


@app.command()
def receive(
    profile: ProfileFile,
    save: Annotated[
        Path | None,
        typer.Option(help="Thư mục lưu, mặc định theo hồ sơ · Folder; by default the profile's."),
    ] = None,
    count: Annotated[
        int | None, typer.Option(min=1, help="Chờ đủ số này rồi dừng · Stop after so many.")
    ] = None,
    follow: Annotated[
        bool, typer.Option("--follow", help="Nhận mãi đến khi bị dừng · Go on until stopped.")
    ] = False,
    json: AsJson = False,
) -> None:
    """Nhận, kiểm tra chữ ký, lưu rồi mới xác nhận · Receive, verify, save, then acknowledge.

    Không có --count hay --follow thì nhận những gì đang chờ rồi dừng. ·
    Without --count or --follow, takes what is waiting now and ends.
    """
    work = receive_documents(load_profile(profile), save, count, follow=follow, json=json)
    try:
        taken = run(work)
    except KeyboardInterrupt:
        if not follow:
            raise
        return  # the ordinary end of --follow
    note(f"Đã nhận {taken} văn bản.", f"{taken} documents received.")


@app.command()
def sign(
    file: EdxmlFile,
    profile: ProfileFile,
    as_agency: AsAgency = None,
    out: Annotated[
        Path | None, typer.Option(help="Tệp kết quả · Result; default: FILE.signed.edxml.")
    ] = None,
) -> None:
    """Ký số mà không gửi · Sign without sending."""
    message = read_file(file, MAX_DOCUMENT_BYTES)
    if is_signed(message):
        raise InvalidInputError(f"«{file}» đã có chữ ký. / «{file}» carries a signature already.")
    result = out or file.with_name(f"{file.stem}.signed.edxml")
    write_private(result, sealed(message, load_profile(profile), as_agency))
    say(f"Văn bản đã ký: {result}", f"signed: {result}")


@app.command()
def trace(
    document: Annotated[
        str,
        typer.Argument(
            metavar="ID|DOCUMENTID",
            help="Mã trên trục, DocumentId, hoặc số/ký hiệu · Axis id, DocumentId or number.",
        ),
    ],
    json: AsJson = False,
) -> None:
    """Diễn biến của một văn bản, đọc từ cơ sở dữ liệu · A document's timeline, for the operator."""
    views = run(_find(document))
    if not views:
        raise InvalidInputError(
            f"Trục không có văn bản nào mang mã {quoted(document)}."
            f" / The axis has no document {quoted(document)}."
        )
    if json:
        print_json(views)
        return
    for view in views:
        print_trace(view)


async def _send(
    profile: ClientProfile, message: bytes, as_agency: str | None, *, urgent: bool, timeout: float
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
                return earlier, known or await system.receipt(earlier, timeout)
        submission = await system.submit(sealed(message, profile, as_agency), urgent=urgent)
        note(f"Đã gửi, message_id {submission.message_id}.", "Sent, waiting for the receipt.")
        return submission.message_id, await submission.receipt(timeout)


async def _find(wanted: str) -> Sequence[DocumentView]:
    everything = Scope(everything=True)
    async with database() as pool:
        reader = PostgresReader(pool)
        try:
            ids: Sequence[UUID] = [UUID(wanted)]
        except ValueError:
            ids = await reader.find(everything, wanted)
        found = [await reader.document(everything, one) for one in ids]
    return [view for view in found if view is not None]
