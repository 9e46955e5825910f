"""`axis document receive`: takes documents, saves them with their files, then acknowledges."""

import asyncio
from contextlib import aclosing
from pathlib import Path
from typing import Any

from axis.cli.files import make_folder, write_private
from axis.cli.output import print_json_line, say, size
from axis.cli.profile import ClientProfile
from axis.cli.session import connected
from axis.client import Delivery
from axis.client.deliveries import CheckedDocument, UnreadableDeliveryError
from axis.client.inbox import PREFETCH
from axis.clock import system_clock


async def receive(
    profile: ClientProfile, folder: Path | None, count: int | None, *, follow: bool, json: bool
) -> int:
    """Take documents and return how many; see the command."""
    save_to = folder or profile.folder / profile.received
    policy = profile.document_policy()
    taken = 0
    # One at a time is fetched where it is known when to stop: what is fetched ahead and given
    # back counts as a failed delivery at the broker.
    async with (
        connected(profile, prefetch=PREFETCH if follow else 1) as system,
        aclosing(
            system.deliveries() if follow or count is not None else system.waiting()
        ) as deliveries,
    ):
        async for delivery in deliveries:
            checked = await asyncio.to_thread(delivery.verify, policy, system_clock())
            place = await asyncio.to_thread(save, delivery, save_to)
            await delivery.acknowledge()
            taken += 1
            report(delivery, checked, place, json=json)
            if count is not None and taken >= count:
                break
    return taken


def save(delivery: Delivery, folder: Path) -> Path:
    """Write a document and its files into a folder of their own; return it.

    The folder is named after the axis's id, so that a document that is shown once more after a
    crash is written to the same place.
    """
    name = delivery.axis_id or delivery.sha256
    place = folder / "".join(letter for letter in name if letter.isalnum() or letter == "-")
    make_folder(place)
    write_private(place / "document.edxml", delivery.body, replace=True)
    try:
        files = delivery.attachments
    except UnreadableDeliveryError:
        files = ()
    used = {"document.edxml"}
    for file in files:
        name = unused_name(file.file_name, used)
        write_private(place / name, file.data, replace=True)
    return place


def unused_name(name: str, used: set[str]) -> str:
    """Return a name that no other file of the document has, and remember it."""
    stem, suffix = Path(name).stem, Path(name).suffix
    number, chosen = 1, name
    while chosen.casefold() in used:
        number += 1
        chosen = f"{stem} ({number}){suffix}"
    used.add(chosen.casefold())
    return chosen


def report(delivery: Delivery, checked: CheckedDocument, place: Path, *, json: bool) -> None:
    """Print what was received."""
    if json:
        print_json_line(_facts(delivery, checked, place))
        return
    document = checked.document
    subject = f"{document.code} {document.subject}" if document else "?"
    receivers = ", ".join(delivery.receivers)
    say(f"{delivery.sender} → {receivers}: {subject}", size(len(delivery.body)))
    say(f"  {delivery.kind}", str(place))
    if delivery.withdrawn_here:
        say("  Văn bản này đã rút lại trước khi đến đây", "what it recalls was never shown here")
    if not checked.verdict.passed:
        say("  CHỮ KÝ KHÔNG HỢP LỆ", "THE SIGNATURE FAILS")
        for finding in checked.verdict.findings:
            say(f"  {finding.reason.code}: {finding.text_vi()}", finding.text_en())
    for finding in delivery.attachment_findings if document else ():
        say(f"  {finding.reason.code}: {finding.text_vi()}", finding.text_en())


def _facts(delivery: Delivery, checked: CheckedDocument, place: Path) -> dict[str, Any]:
    document = checked.document
    return {
        "axis_id": delivery.axis_id,
        "message_id": delivery.message_id,
        "sender": delivery.sender,
        "receivers": delivery.receivers,
        "kind": delivery.kind,
        "targets": delivery.targets,
        "withdrawn_here": delivery.withdrawn_here,
        "priority": delivery.priority,
        "sha256": delivery.sha256,
        "document_id": document.document_id if document else None,
        "code": str(document.code) if document else None,
        "subject": document.subject if document else None,
        "signature": checked.verdict.to_json(),
        "folder": place,
    }
