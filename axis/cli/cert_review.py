"""`axis cert review`: what was accepted before the axis knew that a certificate was revoked."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Annotated, Final

import typer

from axis.cli.output import AsJson, print_json, print_table, say
from axis.cli.running import database, run
from axis.registry.views import ReviewLine
from axis.store.registry_reading import PostgresRegistryReader

MAX_LINES: Final = 10_000
"""What one run lists; a seal signs some hundred documents a day."""


def review(
    limit: Annotated[
        int, typer.Option(min=1, max=MAX_LINES, help="Số dòng nhiều nhất · At most.")
    ] = 1_000,
    json: AsJson = False,
) -> None:
    """Văn bản cần xem lại vì chứng thư bị thu hồi · Documents to review after a revocation."""
    lines = run(_lines(limit))
    if json:
        print_json([asdict(line) for line in lines])
        return
    if not lines:
        say("Không có văn bản nào cần xem lại.", "There are no documents to review.")
        return
    print_table(
        (
            "Số, ký hiệu · Number",
            "Nơi gửi · Sender",
            "Nơi nhận · Receivers",
            "Tiếp nhận · Accepted",
            "Bị thu hồi · Revoked",
            "Trục biết · Known",
            "Chứng thư · Certificate",
        ),
        [
            (
                line.code,
                line.sender,
                line.receivers,
                line.accepted_at,
                line.revoked_at,
                line.known_at,
                line.subject or line.fingerprint[:16],
            )
            for line in lines
        ],
    )


async def _lines(limit: int) -> Sequence[ReviewLine]:
    async with database() as pool:
        return await PostgresRegistryReader(pool).to_review(None, limit)
