"""`axis cert switch` and `axis cert calendar`: new keys in time, and what stops on which day."""

from collections.abc import Collection, Iterable
from dataclasses import asdict
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer

from axis.cli.days import day_of, day_option
from axis.cli.output import AsJson, note, print_json, print_table, say, shown
from axis.cli.running import actor, administration, run
from axis.cli.seals import seal_in
from axis.clock import system_clock
from axis.registry.administration import CertificateLine
from axis.registry.calendar import endings
from axis.registry.enrolment import NewCertificate
from axis.registry.rollover import MAX_OVERLAP_DAYS, OVERLAP_DAYS, Switch, WantedSwitch
from axis.registry.views import EXPIRY_WARNING

MAX_DAYS = 3660
"""How far a calendar looks ahead: ten years, twice the life of a certificate."""


def switch(
    code: Annotated[str, typer.Argument(help="Mã cơ quan · Agency code.")],
    file: Annotated[
        Path, typer.Argument(metavar="NEW.pem", help="Chứng thư mới · The new certificate.")
    ],
    on: Annotated[datetime, day_option("--on", "Ngày thay · Planned day of the change.")],
    overlap: Annotated[
        int,
        typer.Option(
            min=0,
            max=MAX_OVERLAP_DAYS,
            help="Số ngày chứng thư cũ còn ký sau ngày thay · Days that the old one goes on.",
        ),
    ] = OVERLAP_DAYS,
    first: Annotated[
        datetime | None,
        day_option("--from", "Ngày đầu của chứng thư mới · First day of the new one."),
    ] = None,
    old: Annotated[
        str,
        typer.Option(
            metavar="FINGERPRINT",
            help="Chứng thư được thay, khi có nhiều · The one replaced, where there are several.",
        ),
    ] = "",
) -> None:
    """Thay chứng thư, có thời gian dùng song song · Change to a new certificate, overlapping."""
    certificate = seal_in(file)
    wanted = WantedSwitch(
        certificate=NewCertificate.of(certificate),
        agency=code,
        on=on.date(),
        overlap_days=overlap,
        first=day_of(first),
        old=old.replace(":", "").lower(),
    )
    done, lines = run(_switch(wanted))
    begin = shown(min(enrolment.valid_from or on.date() for enrolment in done.enrolments))
    say(
        f"Chứng thư mới «{certificate.subject}» ký cho «{done.agency}» từ {begin}.",
        f"The new certificate «{certificate.subject}» signs for «{done.agency}» from {begin}.",
    )
    say(
        f"Chứng thư cũ {done.old[:16]}… ngừng ký sau ngày {shown(done.last)}.",
        f"The old certificate {done.old[:16]}… stops signing after {shown(done.last)}.",
    )
    units = sorted({one.agency for one in done.enrolments} - {done.agency})
    if units:
        say(f"Ký thay: {', '.join(units)}.", f"On behalf of: {', '.join(units)}.")
    warn_of_bare(lines, {done.agency, *units})


def calendar(
    days: Annotated[
        int, typer.Option(min=0, max=MAX_DAYS, help="Số ngày tới · How many days ahead.")
    ] = 90,
    json: AsJson = False,
) -> None:
    """Lịch: chứng thư, quyền ký sắp hết hạn · What ends soon, and who then cannot sign."""
    found = endings(run(_certificates()), system_clock(), timedelta(days=days))
    if json:
        print_json([asdict(ending) for ending in found])
        return
    print_table(
        (
            "Ngày cuối · Last day",
            "Cơ quan · Agency",
            "Chủ thể · Subject",
            "Tư cách · Capacity",
            "Sau đó · Then",
            "SHA-256",
        ),
        [
            (
                ending.day,
                f"{ending.agency} {ending.agency_name or ''}".strip(),
                ending.subject,
                ending.capacity,
                "không còn chứng thư · none left" if ending.bare else "còn chứng thư khác · others",
                ending.fingerprint[:16],
            )
            for ending in found
        ],
    )


def warn_of_bare(lines: Iterable[CertificateLine], agencies: Collection[str | None]) -> None:
    """Tell of those agencies that soon have no certificate to sign with."""
    for ending in endings(lines, system_clock(), EXPIRY_WARNING):
        if ending.bare and ending.agency in agencies:
            day = shown(ending.day)
            note(
                f"Cơ quan «{ending.agency}» sau ngày {day} không còn chứng thư để ký; hãy đăng ký"
                " chứng thư mới.",
                f"After {day} agency «{ending.agency}» has no certificate to sign with; enrol a new"
                " one.",
            )


async def _switch(wanted: WantedSwitch) -> tuple[Switch, list[CertificateLine]]:
    async with administration() as registry:
        return await registry.switch(wanted, actor()), await registry.certificates()


async def _certificates() -> list[CertificateLine]:
    async with administration() as registry:
        return await registry.certificates()
