"""`axis cert`: which certificates (chứng thư số) sign for which agencies, and by what right."""

from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from axis.cli.cert_review import review
from axis.cli.cert_rollover import calendar, switch, warn_of_bare
from axis.cli.days import day_of, day_option
from axis.cli.output import AsJson, print_json, print_table, say
from axis.cli.running import actor, administration, clock_at, database, run
from axis.cli.seals import read_enrolments, seal_in
from axis.clock import system_clock
from axis.errors import InvalidInputError
from axis.facts import Capacity
from axis.registry.administration import CertificateLine
from axis.registry.agency import legal_day
from axis.registry.enrolment import NewCertificate, NewEnrolment
from axis.registry.mandates import ALL_KINDS, MessageKind
from axis.registry.problems import quoted
from axis.store.registry import PostgresAdministration

MIN_PREFIX_CHARS = 8
"""A shorter beginning of a fingerprint is more likely a slip than a choice."""

app = typer.Typer(
    name="cert",
    no_args_is_help=True,
    help="Chứng thư số của cơ quan và quyền ký · The agencies' certificates and their mandates.",
)


@app.command()
def add(
    code: Annotated[str, typer.Argument(help="Mã cơ quan · Agency code.")],
    file: Annotated[Path, typer.Argument(metavar="FILE.pem")],
    capacity: Annotated[
        Capacity,
        typer.Option(
            help="Tư cách: con dấu số, cá nhân, cấp trên ký thay, chỉ chuyển tiếp"
            " · Own seal, a person, an agency above, a carrier that never signs."
        ),
    ] = Capacity.SEAL,
    kinds: Annotated[
        list[MessageKind] | None,
        typer.Option("--kind", help="Loại được ký; lặp lại được · What it signs; repeatable."),
    ] = None,
    act: Annotated[
        str,
        typer.Option(help="Số, ký hiệu quyết định, bắt buộc với person, parent · The act."),
    ] = "",
    first: Annotated[
        datetime | None, day_option("--from", "Ngày đầu được ký · First day of the mandate.")
    ] = None,
    last: Annotated[
        datetime | None, day_option("--to", "Ngày cuối được ký · Last day of the mandate.")
    ] = None,
) -> None:
    """Cho chứng thư ký thay cơ quan · Let a certificate sign for an agency."""
    certificate = seal_in(file)
    enrolment = NewEnrolment(
        certificate=NewCertificate.of(certificate),
        agency=code,
        capacity=capacity,
        kinds=frozenset(kinds or ALL_KINDS),
        act=act.strip(),
        valid_from=day_of(first),
        valid_to=day_of(last),
    )
    _tell_of_ends(run(_enrol([enrolment])), [enrolment])
    if capacity is Capacity.CARRIER:
        say(
            f"Chứng thư «{certificate.subject}» chỉ chuyển tiếp, không ký cho cơ quan nào.",
            f"Certificate «{certificate.subject}» only carries and signs for nobody.",
        )
        return
    say(
        f"Chứng thư «{certificate.subject}» nay ký được cho «{code}».",
        f"Certificate «{certificate.subject}» may now sign for «{code}».",
    )


@app.command(name="import")
def import_file(
    file: Annotated[
        Path,
        typer.Argument(
            metavar="FILE.csv",
            help="Cột · Columns: code, certificate (tệp PEM cạnh bảng · a PEM file beside the "
            "table), valid_from, valid_to, capacity, kinds (;), act.",
        ),
    ],
) -> None:
    """Cho nhiều chứng thư ký, tất cả hoặc không · Let many certificates sign, all or none."""
    enrolments = read_enrolments(file)
    _tell_of_ends(run(_enrol(enrolments)), enrolments)
    say(f"Đã đăng ký {len(enrolments)} quyền ký.", f"{len(enrolments)} mandates enrolled.")


@app.command(name="list")
def list_certificates(
    agency: Annotated[str, typer.Option(help="Chỉ của cơ quan này · Of this agency only.")] = "",
    json: AsJson = False,
) -> None:
    """Liệt kê chứng thư và quyền ký · List certificates and what they may sign."""
    lines = [line for line in run(_certificates()) if not agency or line.agency == agency]
    if json:
        print_json([asdict(line) for line in lines])
        return
    now = system_clock()
    print_table(
        (
            "Cơ quan · Agency",
            "Chủ thể · Subject",
            "Tư cách · Capacity",
            "Loại · Kinds",
            "Quyết định · Act",
            "Dùng đến hết · Until",
            "Tình trạng · State",
            "SHA-256",
        ),
        [
            (
                line.agency,
                line.subject,
                line.capacity,
                "" if set(line.kinds) == ALL_KINDS else line.kinds,
                line.act,
                line.last_day,
                _state(line, now),
                line.fingerprint[:16],
            )
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


app.command()(switch)
app.command()(calendar)
app.command()(review)


async def _enrol(enrolments: list[NewEnrolment]) -> list[CertificateLine]:
    async with administration() as registry:
        await registry.enrol(enrolments, actor())
        return await registry.certificates()


async def _certificates() -> list[CertificateLine]:
    async with administration() as registry:
        return await registry.certificates()


async def _revoke(wanted: str, reason: str) -> tuple[str, list[str]]:
    text = wanted.replace(":", "").lower()
    async with database() as pool:
        clock = await clock_at(pool)
        registry = PostgresAdministration(pool, clock)
        known = {line.fingerprint for line in await registry.certificates()}
        found = [one for one in known if one.startswith(text)]
        if len(text) < MIN_PREFIX_CHARS or len(found) != 1:
            raise InvalidInputError(
                f"{quoted(wanted)} không chỉ đúng một chứng thư ({len(found)})."
                f" / {quoted(wanted)} does not name exactly one certificate ({len(found)})."
            )
        return found[0], await registry.revoke(found[0], clock(), reason, actor())


def _tell_of_ends(lines: list[CertificateLine], enrolments: Iterable[NewEnrolment]) -> None:
    """Warn of the agencies just enrolled for that soon have nobody to sign."""
    fingerprints = {enrolment.certificate.fingerprint for enrolment in enrolments}
    concerned = {line.agency for line in lines if line.fingerprint in fingerprints}
    warn_of_bare(lines, concerned)


def _state(line: CertificateLine, now: datetime) -> str:
    if line.revoked_at is not None:
        return "thu hồi · revoked"
    if line.agency is None:
        return "chưa gắn · not bound"
    if line.not_after < now or line.last_day < legal_day(now):
        return "hết hạn · expired"
    if line.capacity is Capacity.CARRIER:
        return "chỉ chuyển tiếp · carries only"
    if line.not_before > now or (line.valid_from and line.valid_from > legal_day(now)):
        return "chưa đến ngày · not yet"
    return "dùng được · in use"
