"""`axis cert`: which certificates (chứng thư số) seal for which agencies."""

from dataclasses import asdict
from datetime import date, datetime
from pathlib import Path
from typing import Annotated

import typer

from axis.cli.output import AsJson, print_json, print_table, say
from axis.cli.running import actor, administration, run
from axis.cli.seals import read_seals, seal_in
from axis.clock import system_clock
from axis.errors import InvalidInputError
from axis.local.installation import new_certificate
from axis.registry.administration import CertificateLine, NewEnrolment
from axis.registry.problems import quoted

MIN_PREFIX_CHARS = 8
"""A shorter beginning of a fingerprint is more likely a slip than a choice."""

app = typer.Typer(
    name="cert",
    no_args_is_help=True,
    help="Chứng thư số của cơ quan · The agencies' certificates.",
)


@app.command()
def add(
    code: Annotated[str, typer.Argument(help="Mã cơ quan · Agency code.")],
    file: Annotated[Path, typer.Argument(metavar="FILE.pem")],
    first: Annotated[
        datetime | None,
        typer.Option(
            "--from",
            formats=["%Y-%m-%d"],
            metavar="YYYY-MM-DD",
            help="Ngày đầu có hiệu lực · First day of the binding.",
        ),
    ] = None,
    last: Annotated[
        datetime | None,
        typer.Option(
            "--to",
            formats=["%Y-%m-%d"],
            metavar="YYYY-MM-DD",
            help="Ngày cuối có hiệu lực · Last day of the binding.",
        ),
    ] = None,
) -> None:
    """Gắn chứng thư với cơ quan · Bind a certificate to an agency."""
    certificate = seal_in(file)
    enrolment = NewEnrolment(
        certificate=new_certificate(certificate),
        agency=code,
        valid_from=_day(first),
        valid_to=_day(last),
    )
    run(_enrol([enrolment]))
    say(
        f"Chứng thư «{certificate.subject}» nay ký được cho «{code}».",
        f"Certificate «{certificate.subject}» may now seal for «{code}».",
    )


@app.command(name="import")
def import_file(
    file: Annotated[
        Path,
        typer.Argument(
            metavar="FILE.csv",
            help="Cột · Columns: code, certificate (tệp PEM cạnh bảng · a PEM file beside the "
            "table), valid_from, valid_to.",
        ),
    ],
) -> None:
    """Gắn nhiều chứng thư, tất cả hoặc không · Bind many certificates, all or none."""
    enrolments = [
        NewEnrolment(
            certificate=new_certificate(seal.certificate),
            agency=seal.row.code,
            valid_from=seal.row.valid_from,
            valid_to=seal.row.valid_to,
            line=seal.row.line,
        )
        for seal in read_seals(file)
    ]
    run(_enrol(enrolments))
    say(f"Đã gắn {len(enrolments)} chứng thư.", f"{len(enrolments)} certificates bound.")


@app.command(name="list")
def list_certificates(
    agency: Annotated[str, typer.Option(help="Chỉ của cơ quan này · Of this agency only.")] = "",
    json: AsJson = False,
) -> None:
    """Liệt kê chứng thư và cơ quan · List certificates and whom they are bound to."""
    lines = [line for line in run(_certificates()) if not agency or line.agency == agency]
    if json:
        print_json([asdict(line) for line in lines])
        return
    now = system_clock()
    print_table(
        (
            "Cơ quan · Agency",
            "Chủ thể · Subject",
            "Hết hạn · Expires",
            "Tình trạng · State",
            "SHA-256",
        ),
        [
            (line.agency, line.subject, line.not_after, _state(line, now), line.fingerprint[:16])
            for line in lines
        ],
    )


@app.command()
def revoke(
    fingerprint: Annotated[
        str,
        typer.Argument(
            help="SHA-256, hoặc 8 ký tự đầu trở lên · or its first 8 characters or more."
        ),
    ],
    reason: Annotated[str, typer.Option(help="Lý do, được lưu vết · Why; kept in the audit.")],
) -> None:
    """Thu hồi: văn bản ký sau lúc này bị từ chối · Revoke: what it seals from now on is refused."""
    found, agencies = run(_revoke(fingerprint, reason))
    if agencies:
        say(
            f"Đã thu hồi {found[:16]}… của {', '.join(agencies)}.",
            f"{found[:16]}… of {', '.join(agencies)} is revoked.",
        )
    else:
        say("Chứng thư đã được thu hồi từ trước.", "The certificate was revoked before.")


async def _enrol(enrolments: list[NewEnrolment]) -> None:
    async with administration() as registry:
        await registry.enrol_all(enrolments, actor())


async def _certificates() -> list[CertificateLine]:
    async with administration() as registry:
        return await registry.certificates()


async def _revoke(wanted: str, reason: str) -> tuple[str, list[str]]:
    text = wanted.replace(":", "").lower()
    async with administration() as registry:
        known = {line.fingerprint for line in await registry.certificates()}
        found = [one for one in known if one.startswith(text)]
        if len(text) < MIN_PREFIX_CHARS or len(found) != 1:
            raise InvalidInputError(
                f"{quoted(wanted)} không chỉ đúng một chứng thư ({len(found)})."
                f" / {quoted(wanted)} does not name exactly one certificate ({len(found)})."
            )
        return found[0], await registry.revoke(found[0], system_clock(), reason, actor())


def _state(line: CertificateLine, now: datetime) -> str:
    if line.revoked_at is not None:
        return "thu hồi · revoked"
    if line.agency is None:
        return "chưa gắn · not bound"
    if line.not_after < now:
        return "hết hạn · expired"
    return "dùng được · in use"


def _day(moment: datetime | None) -> date | None:
    return None if moment is None else moment.date()
