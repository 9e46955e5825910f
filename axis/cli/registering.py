"""`axis document register`: the journal written as registers for `axis reconcile`."""

from pathlib import Path

from axis.cli.files import write_private
from axis.cli.journal_file import existing_journal
from axis.cli.output import say
from axis.cli.profile import ClientProfile
from axis.client.register import sent_csv, taken_csv


async def write_registers(profile: ClientProfile, sent: Path | None, taken: Path | None) -> None:
    """Write the tables that are asked for; raises InvalidInputError without a journal."""
    async with existing_journal(profile.folder / profile.journal) as journal:
        for place, table in ((sent, sent_csv), (taken, taken_csv)):
            if place is not None:
                write_private(place, await table(journal), replace=True)
                say(f"Đã ghi «{place}».", f"written: «{place}»")
