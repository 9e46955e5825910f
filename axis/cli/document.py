"""`axis document`: what a clerk does with documents: check, sign, send, receive, follow.

What a command needs beside its options is imported when it runs: the check of one file must not
wait for the libraries of message brokers and databases.
"""

from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer

from axis.cli.check_options import (
    AgenciesFile,
    AnchorsFolder,
    AtTime,
    CertificatesFile,
    CheckCommand,
    CrlsFolder,
    EndpointId,
    Files,
    IntermediatesFolder,
    PoliciesFile,
    PolicyName,
    TimestampAnchorsFolder,
    judge,
)
from axis.cli.follow_ups import recall, replace, update
from axis.cli.output import AsJson, note, print_json
from axis.cli.profile_file import FORMAT, RECEIPT_SECONDS, STILL_HELD, ProfileFile
from axis.facts import SignatureLevel

app = typer.Typer(
    name="document",
    no_args_is_help=True,
    help="Kiểm tra, ký, gửi, nhận, theo dõi văn bản · Check, sign, send, receive and follow"
    " documents." + FORMAT,
)

for command in (recall, update, replace):
    app.command()(command)

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


@app.command(cls=CheckCommand)
def check(
    files: Files,
    agencies: AgenciesFile = None,
    certificates: CertificatesFile = None,
    anchors: AnchorsFolder = None,
    intermediates: IntermediatesFolder = None,
    crls: CrlsFolder = None,
    timestamp_anchors: TimestampAnchorsFolder = None,
    policy: PolicyName = None,
    policies: PoliciesFile = None,
    at: AtTime = None,
    endpoint: EndpointId = None,
    json: AsJson = False,
) -> None:
    """Cho biết trục sẽ nói gì, trước khi gửi · Tell what the axis would say, before sending.

    Mã thoát: 0 đạt cả, 1 có tệp không đạt, 2 có tệp chưa kết luận được, 3 không kiểm tra được gì
    (sai cách dùng, sai tệp đi kèm). · Exit code: 0 all passed, 1 any failed, else 2 any
    indeterminate, 3 nothing was checked (wrong usage, a broken table or folder).

    Có tùy chọn về danh bạ hay chứng thư thì không cần máy chủ nào; không có thì dùng cấu hình của
    trục. --json in mỗi tệp một dòng. · With any option about agencies, certificates or trust no
    server is needed; without, the configured axis is asked. --json prints one line a file.
    """
    judge(
        files,
        at,
        json=json,
        agencies=agencies,
        certificates=certificates,
        anchors=anchors,
        intermediates=intermediates,
        crls=crls,
        timestamp_anchors=timestamp_anchors,
        policy=policy,
        policies=policies,
        endpoint=endpoint,
    )


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
    unchecked: Annotated[
        bool,
        typer.Option(
            "--unchecked",
            help="Gửi cả khi chắc chắn bị từ chối · Send even what will surely be refused.",
        ),
    ] = False,
    json: AsJson = False,
) -> None:
    """Ký nếu chưa ký, gửi, chờ và in biên nhận · Sign if need be, send, print the receipt.

    Mã thoát 0 khi trục nhận, 1 khi từ chối hoặc chắc chắn sẽ từ chối, 3 khi trục còn giữ để chờ
    kiểm tra: không cần gửi lại, gọi lại lệnh này để xem kết quả. · Exit code 0 when accepted, 1
    when refused or sure to be, 3 while the axis holds it for a check: no need to send it again, the
    same command later shows what came of it.
    """
    from axis.cli.receipt_view import print_held, print_receipt, receipt_json
    from axis.cli.sending import send_file
    from axis.client import CheckFailedError, SubmissionHeldError

    try:
        message_id, receipt = send_file(
            file, profile, as_agency, urgent=urgent, check=not unchecked, timeout=timeout
        )
    except CheckFailedError as error:
        from axis.cli.check_report import print_refused

        print_refused(file, error.verdict, json=json)
        raise typer.Exit(1) from None
    except SubmissionHeldError as error:
        print_held(error, json=json)
        raise typer.Exit(STILL_HELD) from None
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
    from axis.cli.profile import load_profile
    from axis.cli.receiving import receive as receive_documents
    from axis.cli.running import run

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
    level: Annotated[
        SignatureLevel | None,
        typer.Option(
            case_sensitive=False,
            help="Mức chữ ký, mặc định theo hồ sơ · Level; by default the profile's, or XMLDSig.",
        ),
    ] = None,
    tsa: Annotated[
        str | None,
        typer.Option(
            metavar="URL",
            help="Nơi cấp dấu thời gian cho XAdES-T · Timestamp authority (RFC 3161).",
        ),
    ] = None,
) -> None:
    """Ký số mà không gửi · Sign without sending."""
    from axis.cli.sending import sign_file

    sign_file(file, profile, as_agency, out, level=level, tsa=tsa)


@app.command()
def trace(
    document: Annotated[
        str,
        typer.Argument(
            metavar="ID|DOCUMENTID",
            help="Mã trên trục, DocumentId, hoặc số/ký hiệu · Axis id, DocumentId or number.",
        ),
    ],
    everything: Annotated[
        bool,
        typer.Option(
            "--all",
            help="Mọi nơi nhận và mọi mục của văn bản gửi nhiều nơi"
            " · Every receiver and entry of a document to many.",
        ),
    ] = False,
    json: AsJson = False,
) -> None:
    """Diễn biến của một văn bản, đọc từ cơ sở dữ liệu · A document's timeline, for the operator."""
    from axis.cli.held_view import print_held_line
    from axis.cli.trace import print_trace, traced

    views, held = traced(document)
    if json:
        print_json([*views, *held])
        return
    for view in views:
        print_trace(view, everything=everything)
    for line in held:
        print_held_line(line)


@app.command()
def register(
    profile: ProfileFile,
    sent: Annotated[
        Path | None, typer.Option(help="Tệp CSV của sổ đi · CSV file of what was sent.")
    ] = None,
    taken: Annotated[
        Path | None, typer.Option(help="Tệp CSV của sổ đến · CSV file of what was received.")
    ] = None,
) -> None:
    """Xuất sổ từ nhật ký để đối chiếu với trục · Write the journal as registers to be compared.

    Người vận hành trục đối chiếu bằng axis reconcile. · The axis's operator compares them with axis
    reconcile.
    """
    from axis.cli.profile import load_profile
    from axis.cli.registering import write_registers
    from axis.cli.running import run

    if sent is None and taken is None:
        raise typer.BadParameter(
            "Hãy cho --sent, --taken hoặc cả hai. · Give --sent, --taken or both."
        )
    run(write_registers(load_profile(profile), sent, taken))


@app.command()
def redeliver(
    document: Annotated[
        UUID, typer.Argument(metavar="ID", help="Mã trên trục · The axis's id of it.")
    ],
    endpoint: Annotated[str, typer.Option(help="Hệ thống nhận · The receiving endpoint.")],
) -> None:
    """Giao lại cho hệ thống đã làm mất văn bản · Deliver once more what an endpoint lost.

    Dành cho quản trị trục. Bản giao lại mang message_id cũ: axis.client bỏ qua nếu nhật ký của nó
    đã có. · For the axis's administrators. The copy has its first message_id: an axis.client whose
    journal knows it passes over it.
    """
    from axis.cli.output import say
    from axis.cli.running import actor, clock_at, database, run
    from axis.store.redelivery import redeliver as send_again

    async def work() -> None:
        async with database() as pool:
            await send_again(pool, await clock_at(pool), document, endpoint, actor())

    run(work())
    say("Văn bản đang được giao lại.", "The document is on its way again.")
