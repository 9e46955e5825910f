"""`axis pki`: the demo PKI of tests and demonstrations, with responders on loopback."""

from dataclasses import asdict
from datetime import timedelta
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

import typer

from axis.cli.files import read_file
from axis.cli.output import AsJson, print_facts, print_json, print_table, say
from axis.clock import system_clock
from axis.errors import ConfigurationError
from axis.local.pki import DemoPki, make_demo_pki
from axis.local.pki_revocation import revoke_seal
from axis.local.pki_services import PkiServices
from axis.local.ports import lasting_port
from axis.registry.csvfile import read_agencies
from axis.registry.table import MAX_CSV_BYTES

MIN_VALIDITY_MINUTES = 1 / 60
"""Moments in lists and OCSP responses are whole seconds."""
MAX_VALIDITY_MINUTES = 60 * 24 * 365
"""A year; beyond it information about revocation says nothing."""

app = typer.Typer(
    name="pki",
    no_args_is_help=True,
    help="PKI thử nghiệm với CRL, OCSP và dấu thời gian · "
    "The demo PKI with CRL, OCSP and timestamps.",
)

Folder = Annotated[Path, typer.Option(help="Thư mục của PKI thử nghiệm · Folder of the demo PKI.")]


@app.command()
def serve(
    folder: Folder,
    port: Annotated[
        int | None,
        typer.Option(
            min=1024,
            max=65535,
            help="Cổng trên 127.0.0.1, ghi vào các chứng thư sẽ cấp; không đổi được về sau · "
            "Port of 127.0.0.1 that certificates will name; it stays.",
        ),
    ] = None,
    agencies: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE.csv",
            help="Cấp con dấu cho các cơ quan này · Make seals for these agencies "
            "(`axis agency import`).",
        ),
    ] = None,
    validity: Annotated[
        float,
        typer.Option(
            min=MIN_VALIDITY_MINUTES,
            max=MAX_VALIDITY_MINUTES,
            metavar="MINUTES",
            help="CRL và trả lời OCSP có giá trị bao lâu · How long CRLs and OCSP responses hold.",
        ),
    ] = 60.0,
) -> None:
    """Tạo phần còn thiếu, trả lời đến khi nhận SIGTERM · Make what lacks, serve until SIGTERM."""
    # Only here: what it brings is not needed to revoke or to show.
    from axis.local.pki_http import listen

    at = system_clock()
    pki = make_demo_pki(folder, _named(agencies), at, port=port or lasting_port())
    address = pki.address
    assert address is not None, "it was made with a port"
    named = urlsplit(address).port
    assert named is not None
    if port not in (None, named):
        raise ConfigurationError(
            f"Chứng thư trong {folder} đã ghi cổng {named}; hãy bỏ --port hoặc dùng thư mục khác."
            f" / Certificates in {folder} name port {named}; leave --port out, or take another"
            " folder."
        )
    services = PkiServices(folder, timedelta(minutes=validity))
    listen(services, named, lambda: say(f"Đang trả lời tại {address}", f"Serving at {address}"))


@app.command()
def revoke(
    folder: Folder,
    agency: Annotated[str, typer.Argument(help="Mã cơ quan · Agency code.")],
    at: Annotated[
        str | None,
        typer.Option(
            metavar="TIME",
            help="Thu hồi từ lúc này (ISO 8601); mặc định: bây giờ · "
            "Revoked since (ISO 8601); default: now.",
        ),
    ] = None,
) -> None:
    """Thu hồi con dấu của cơ quan · Revoke an agency's seal; running responders say so at once."""
    from axis.cli.check import moment_of

    since = system_clock() if at is None else moment_of(at)
    revoke_seal(_existing(folder), agency, since)
    say(f"Đã thu hồi con dấu của «{agency}».", f"The seal of «{agency}» is revoked.")


@app.command()
def show(folder: Folder, json: AsJson = False) -> None:
    """Chứng thư, thu hồi, địa chỉ · Certificates, what is revoked, where to ask."""
    pki = _existing(folder)
    issued = pki.issued()
    if json:
        places = {"anchor": pki.anchor_file, "responders": pki.address}
        print_json({**places, "timestamps": pki.timestamp_url, "issued": list(map(asdict, issued))})
        return
    print_facts(
        [
            ("Gốc tin cậy · Trust anchor", pki.anchor_file),
            ("Tra cứu tại · Responders", pki.address),
            ("Dấu thời gian · Timestamps", pki.timestamp_url),
        ]
    )
    print_table(
        (
            "Tên · Name",
            "Chủ thể · Subject",
            "Hết hạn · Expires",
            "Thu hồi từ · Revoked since",
        ),
        [(one.name, one.subject, one.not_after, one.revoked_since) for one in issued],
    )


def _existing(folder: Path) -> DemoPki:
    pki = DemoPki(folder)
    if not pki.anchor_file.exists():
        raise ConfigurationError(
            f"Chưa có PKI thử nghiệm trong {folder}; hãy chạy: axis pki serve"
            f" / There is no demo PKI in {folder}; run: axis pki serve"
        )
    return pki


def _named(table: Path | None) -> list[tuple[str, str]]:
    """Return code and name of the agencies in a table."""
    if table is None:
        return []
    return [(one.code, one.name) for one in read_agencies(read_file(table, MAX_CSV_BYTES))]
