"""`axis receipt`: receipts (biên nhận) shown and checked."""

from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer

from axis.cli.files import read_file, write_private
from axis.cli.output import AsJson, print_json
from axis.cli.profile import load_profile
from axis.cli.profile_file import HELP, PROFILE_VARIABLE
from axis.cli.receipt_view import print_receipt, receipt_json
from axis.cli.running import database, run
from axis.cli.session import connected
from axis.client import CheckedReceipt, ReceiptTrust
from axis.client.receipts import check_receipt
from axis.clock import system_clock
from axis.errors import InvalidInputError
from axis.evidence.reader import MAX_RECEIPT_BYTES
from axis.exchange.views.scope import Scope
from axis.registry.problems import quoted
from axis.settings import Settings, load_settings
from axis.store.reading import PostgresReader
from axis.store.receipt_certificates import PostgresReceiptCertificates
from axis.trust.folders import certificates_in

COLLECT_SECONDS = 5.0
"""How long a receipt that is not in the journal may take to come from the answers queue."""

app = typer.Typer(
    name="receipt",
    no_args_is_help=True,
    help="Xem biên nhận · Show receipts; hồ sơ kết nối: axis document --help.",
)


@app.callback()
def receipt() -> None:
    """Keep `show` a command of its own."""


@app.command()
def show(
    wanted: Annotated[
        str,
        typer.Argument(
            metavar="FILE|MESSAGE-ID|ID",
            help="Tệp XML; message_id trong sổ (với --profile); hoặc mã biên nhận trên trục · "
            "An XML file; a message_id of the journal (with --profile); or a receipt's id at the "
            "axis.",
        ),
    ],
    profile: Annotated[
        Path | None,
        typer.Option("--profile", envvar=PROFILE_VARIABLE, show_envvar=False, help=HELP),
    ] = None,
    save: Annotated[
        Path | None, typer.Option(help="Ghi XML gốc vào tệp · Write the signed XML to a file.")
    ] = None,
    json: AsJson = False,
) -> None:
    """Xem và kiểm tra chữ ký; mã thoát 1 khi không chứng minh được · Exit code 1 unless proven."""
    if Path(wanted).is_file():
        xml = read_file(Path(wanted), MAX_RECEIPT_BYTES)
        trust = load_profile(profile).receipt_trust() if profile else None
        checked = check_receipt(xml, trust, system_clock())
    elif profile is not None:
        checked = run(_from_journal(profile, wanted))
    else:
        checked = run(_from_axis(load_settings(), wanted))
    if save is not None:
        write_private(save, checked.xml)
    if json:
        print_json(receipt_json(checked))
    else:
        print_receipt(checked)
    if not checked.proof:
        raise typer.Exit(1)


async def _from_journal(profile: Path, message_id: str) -> CheckedReceipt:
    async with connected(load_profile(profile)) as system:
        found = await system.receipt_of(message_id)
        return found or await system.receipt(message_id, timeout=COLLECT_SECONDS)


async def _from_axis(settings: Settings, wanted: str) -> CheckedReceipt:
    try:
        receipt_id = UUID(wanted)
    except ValueError:
        raise InvalidInputError(
            f"{quoted(wanted)} không phải tệp, và thiếu hồ sơ (--profile) để tìm trong sổ."
            f" / {quoted(wanted)} is no file; give a profile (--profile) to look it up in the"
            " journal."
        ) from None
    async with database(settings) as pool:
        view = await PostgresReader(pool).receipt(Scope(everything=True), receipt_id)
        history = await PostgresReceiptCertificates(pool).history()
    if view is None:
        raise InvalidInputError(
            f"Trục không có biên nhận «{wanted}». / The axis has no receipt «{wanted}»."
        )
    anchors = settings.trust.anchors
    trust = None if anchors is None else ReceiptTrust.over(history, certificates_in(anchors))
    return check_receipt(view.xml, trust, system_clock())
