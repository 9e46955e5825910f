"""`axis status`: statuses (trạng thái xử lý) about documents, those of one's own and of others."""

from pathlib import Path
from typing import Annotated

import typer

from axis.cli.output import AsJson, print_json
from axis.cli.profile import ClientProfile, load_profile
from axis.cli.profile_file import RECEIPT_SECONDS, STILL_HELD, ProfileFile
from axis.cli.receipt_view import print_held, print_receipt, receipt_json, say_held
from axis.cli.running import run
from axis.cli.session import connected, sent_document
from axis.cli.status_view import print_statuses, status_json
from axis.client import AgencySystem, CheckedReceipt, SubmissionHeldError
from axis.client.statuses import CheckedStatus, newest_statuses
from axis.edxml.codes import StatusCode
from axis.edxml.values import Code, Document, Organization, PromulgationInfo

app = typer.Typer(
    name="status",
    no_args_is_help=True,
    help="Báo và xem trạng thái xử lý · Report and list statuses; hồ sơ kết nối: axis document"
    " --help.",
)

MAX_LINES = 1_000

_CODES = ", ".join(f"{code.value} {code.name_vi}" for code in StatusCode)


@app.command()
def report(
    document: Annotated[
        str,
        typer.Argument(
            metavar="DOCUMENT",
            help="Tệp edXML, DocumentId hoặc mã trên trục của văn bản trong sổ · "
            "An edXML file, or the DocumentId or axis id of a document in the journal.",
        ),
    ],
    code: Annotated[StatusCode, typer.Argument(help=_CODES)],
    profile: ProfileFile,
    as_agency: Annotated[
        str, typer.Option("--as", metavar="CODE", help="Cơ quan báo · The reporting agency.")
    ],
    to: Annotated[
        str | None,
        typer.Option(metavar="CODE", help="Nơi nhận, chỉ cho 13 · The receiver, for 13 only."),
    ] = None,
    description: Annotated[str, typer.Option(help="Nội dung, lý do · What to say, why.")] = "",
    timeout: Annotated[
        float, typer.Option(min=1, help="Giây chờ biên nhận · Seconds to wait for the receipt.")
    ] = RECEIPT_SECONDS,
    json: AsJson = False,
) -> None:
    """Ký và gửi một trạng thái, chờ biên nhận · Sign and send a status, wait for the receipt.

    Mã thoát 3: trục còn giữ để chờ kiểm tra. · Exit code 3: the axis still holds it for a check.
    """
    known = load_profile(profile)
    try:
        receipt = run(
            _report(
                known, document, code, as_agency, to=to, description=description, timeout=timeout
            )
        )
    except SubmissionHeldError as error:
        print_held(error, json=json)
        raise typer.Exit(STILL_HELD) from None
    if json:
        print_json(receipt_json(receipt))
    else:
        print_receipt(receipt)
    if not receipt.accepted:
        raise typer.Exit(1)


@app.command(name="list")
def list_statuses(
    profile: ProfileFile,
    document: Annotated[
        str | None,
        typer.Option(
            metavar="DOCUMENT",
            help="Chỉ về văn bản có DocumentId hoặc mã trên trục này · "
            "Only about the document with this DocumentId or axis id.",
        ),
    ] = None,
    limit: Annotated[int, typer.Option(min=1, max=MAX_LINES, help="Nhiều nhất · At most.")] = 50,
    json: AsJson = False,
) -> None:
    """Liệt kê trạng thái nhận được, mới nhất trước · List those that came, newest first.

    Trước hết lấy những gì đang chờ trong hàng đợi answers vào sổ; answers() của axis.client vẫn đưa
    ra như thường. Chữ ký được kiểm tra theo lúc nhận. · What waits in the answers queue is first
    taken into the journal; answers() of axis.client still shows it. Signatures are judged as of
    when it came.
    """
    found = run(_came(load_profile(profile), document, limit))
    if json:
        print_json([status_json(one) for one in found])
    else:
        print_statuses(found)


async def _came(profile: ClientProfile, document: str | None, limit: int) -> list[CheckedStatus]:
    policy = profile.document_policy()
    async with connected(profile) as system:
        await system.collect()
        return await newest_statuses(system.journal, policy, limit, document)


async def _report(
    profile: ClientProfile,
    wanted: str,
    code: StatusCode,
    as_agency: str,
    *,
    to: str | None,
    description: str,
    timeout: float,
) -> CheckedReceipt:
    key = profile.key(as_agency)
    async with connected(profile) as system:
        submission = await system.report(
            await _document(system, wanted),
            code,
            as_agency=as_agency,
            key=key,
            description=description,
            to=to,
        )
        return await submission.receipt(timeout, held=say_held)


async def _document(system: AgencySystem, wanted: str) -> Document:
    """Find the document that is meant: a file, a delivery, or something sent from here."""
    delivery = await system.journal.deliveries.of_document(wanted)
    if delivery is not None and not Path(wanted).is_file():  # noqa: ASYNC240 - one local look
        return Document(
            from_=Organization(organ_id=delivery.sender),
            to=tuple(Organization(organ_id=code) for code in delivery.receivers),
            document_id=delivery.document_id,
            code=Code(delivery.number, delivery.notation),
            promulgation=PromulgationInfo(date=delivery.promulgated),
        )
    return await sent_document(system, wanted)
