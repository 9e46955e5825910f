"""`axis key`: the key that signs receipts, its certificates over the years, and the next one."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from axis.cli.files import make_folder, write_private
from axis.cli.key_making import NewKey, make_key
from axis.cli.output import AsJson, print_facts, print_json, print_table, say
from axis.cli.running import actor, clock_at, database, run
from axis.clock import system_clock
from axis.errors import InvalidInputError
from axis.receipt_key import check_term, receipt_key
from axis.registry.problems import quoted
from axis.settings import load_settings
from axis.store.receipt_certificates import PostgresReceiptCertificates
from axis.trust.receipt_certificates import ReceiptCertificate, history_files, history_line

MIN_PREFIX_CHARS = 8
"""A shorter beginning of a fingerprint is more likely a slip than a choice."""

app = typer.Typer(
    name="key",
    no_args_is_help=True,
    help="Khóa ký biên nhận của trục · The axis's key for receipts; thay khóa · rollover: "
    "certs/README.md.",
)


@app.command()
def show(json: AsJson = False) -> None:
    """Ký thử, đối chiếu chứng thư; lỗi: mã thoát 1 · Sign once and check the certificate."""
    key = receipt_key(load_settings().receipts)
    certificate = key.certificate
    if json:
        line = history_line(ReceiptCertificate(certificate))
        term = {name: line[name] for name in line if name not in ("first_used_at", "retired_at")}
        print_json({"key": str(key.source), "algorithm": key.method.name, **term})
    else:
        print_facts(
            (
                ("Khóa · Key", key.source),
                ("Thuật toán · Algorithm", key.method.name),
                ("Chứng thư · Certificate", certificate.subject),
                ("Cấp bởi · Issued by", certificate.issuer),
                ("Từ · From", certificate.not_before),
                ("Đến · Until", certificate.not_after),
                ("SHA-256", certificate.fingerprint),
                ("Ký thử · Test signature", "khớp với chứng thư · fits the certificate"),
            )
        )
    check_term(certificate, system_clock())


@app.command()
def history(json: AsJson = False) -> None:
    """Mọi chứng thư từng ký biên nhận · Every certificate that has signed receipts."""
    found = run(_history())
    if json:
        print_json([{**history_line(one), "last_used_at": one.last_used_at} for one in found])
        return
    print_table(
        (
            "Dùng từ · Used from",
            "Dùng gần nhất · Last used",
            "Thôi dùng · Retired",
            "Hết hạn · Expires",
            "Chủ thể · Subject",
            "SHA-256",
        ),
        [
            (
                one.first_used_at,
                one.last_used_at,
                one.retired_at,
                one.certificate.not_after,
                one.certificate.subject,
                one.certificate.fingerprint[:16],
            )
            for one in found
        ],
    )


@app.command()
def export(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Thư mục · Folder.")],
) -> None:
    """Ghi chứng thư để phát cho cơ quan · Write the certificates and their terms for agencies."""
    found = run(_history())
    if not found:
        raise InvalidInputError(
            "Trục chưa ký biên nhận nào; hãy chạy bộ định tuyến trước."
            " / The axis has signed no receipts yet; run a router first."
        )
    make_folder(folder)
    files = history_files(found)
    for name, data in files.items():
        write_private(folder / name, data, replace=True)
        (folder / name).chmod(0o644)  # public: agencies' systems read them
    say(
        f"Đã ghi {len(files)} tệp vào «{folder}»; cơ quan trỏ axis.certificates của hồ sơ vào đó.",
        f"{len(files)} files written into «{folder}»; agencies point axis.certificates of their"
        " profiles there.",
    )


@app.command()
def retire(
    fingerprint: Annotated[
        str,
        typer.Argument(
            help="SHA-256, hoặc 8 ký tự đầu trở lên · or its first 8 characters or more."
        ),
    ],
) -> None:
    """Thôi dùng: biên nhận đề ngày sau đó vô giá trị · Receipts dated from now on are no proof."""
    found, retired_at = run(_retire(fingerprint.replace(":", "").lower()))
    say(
        f"Chứng thư {found[:16]}… đã thôi dùng từ {retired_at:%d/%m/%Y %H:%M} UTC. Hãy phát lại"
        " chứng thư: axis key export.",
        f"Certificate {found[:16]}… is retired since {retired_at:%d/%m/%Y %H:%M} UTC. Hand the"
        " certificates out again: axis key export.",
    )


@app.command()
def new(
    out: Annotated[Path, typer.Option(help="Thư mục cho khóa và yêu cầu · For key and request.")],
    subject: Annotated[
        str,
        typer.Option(
            help="Chủ thể (RFC 4514); mặc định như chứng thư đang dùng · Subject; by default that "
            "of the certificate in use."
        ),
    ] = "",
    key_label: Annotated[
        str,
        typer.Option(
            help="Tạo khóa trong thẻ với nhãn này · Make the key in a token, with this label."
        ),
    ] = "",
    token_label: Annotated[
        str, typer.Option(help="Nhãn thẻ · Label of the token (receipts.token.token_label).")
    ] = "",
    module: Annotated[
        Path | None, typer.Option(help="Thư viện PKCS#11 · Its library (receipts.token.module).")
    ] = None,
    pin_file: Annotated[
        Path | None, typer.Option(help="Tệp PIN · Its PIN file (receipts.token.pin_file).")
    ] = None,
) -> None:
    """Tạo khóa P-256 và yêu cầu chứng thư (CSR) · Make a P-256 key and a certificate request."""
    settings = load_settings()
    made = make_key(
        settings.receipts,
        out,
        NewKey(subject, key_label, token_label, module, pin_file),
    )
    print_facts(
        (
            ("Khóa · Key", made.key),
            ("Yêu cầu chứng thư · Certificate request", made.request),
            ("Chủ thể · Subject", made.subject),
        )
    )
    say(
        "Gửi yêu cầu cho tổ chức chứng thực; các bước tiếp theo: certs/README.md.",
        "Send the request to the certification authority; next steps: certs/README.md.",
    )


async def _history() -> list[ReceiptCertificate]:
    async with database() as pool:
        return await PostgresReceiptCertificates(pool).history()


async def _retire(prefix: str) -> tuple[str, datetime]:
    async with database() as pool:
        certificates = PostgresReceiptCertificates(pool)
        known = [one.certificate.fingerprint for one in await certificates.history()]
        found = [one for one in known if one.startswith(prefix)]
        if len(prefix) < MIN_PREFIX_CHARS or len(found) != 1:
            raise InvalidInputError(
                f"{quoted(prefix)} không chỉ đúng một chứng thư ({len(found)})."
                f" / {quoted(prefix)} does not name exactly one certificate ({len(found)})."
            )
        now = (await clock_at(pool))()
        return found[0], await certificates.retire(found[0], now, actor())
