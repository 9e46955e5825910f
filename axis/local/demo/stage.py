"""Plays the scenario and keeps count of what came back, until all that has to come is there."""

import asyncio
import contextlib
import io
import zipfile
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from axis.client import Answer
from axis.clock import in_vietnam, system_clock
from axis.edxml.build import File, new_document, recall_of
from axis.edxml.codes import DocumentKind, StatusCode
from axis.edxml.values import Document, Organization, ResponseFor, SignerInfo, StaffInfo
from axis.edxml.write import write_document
from axis.evidence.events import Event
from axis.evidence.receipt import Receipt
from axis.local.demo.scenario import ACTS, Act, unchanged
from axis.local.demo.systems import Agencies
from axis.local.installation import Installation
from axis.registry.directory import Directory
from axis.registry.routing import Resolved
from axis.trust.sign import sign

PATIENCE_SECONDS = 120.0
"""Everything takes seconds on an idle machine; beyond this something is wrong."""


@dataclass(slots=True)
class Played:
    """An act and what came of it."""

    act: Act
    document: Document
    receivers: tuple[Resolved, ...]
    """Who the registry says receives it, each agency once."""
    original: "Played | None" = None
    """What a recall recalls: its receivers confirm that their copies of that are destroyed."""
    message_id: str = ""
    axis_id: str | None = None
    receipts: dict[str, Receipt] = field(default_factory=dict)
    """By receipt id: only those whose signature proves them."""
    statuses: Counter[StatusCode] = field(default_factory=Counter)

    @property
    def destroyed(self) -> int:
        """How many copies of what this recalls are said to be destroyed."""
        return self.original.concerned(Event.DESTRUCTION_CONFIRMED) if self.original else 0

    @property
    def complete(self) -> bool:
        """Whether every receipt and status that has to come has come."""
        return not self.missing

    @property
    def missing(self) -> list[str]:
        """What has not come yet, in words for a log."""
        wanted: dict[Event, int]
        if self.act.refused_for:
            codes = {reason.code for reason in self.act.refused_for}
            return [] if codes <= self.refused_for else [f"{Event.SUBMISSION_REJECTION.value}"]
        count, down = len(self.receivers), len(self.act.turned_down_by)
        wanted = {Event.SUBMISSION_ACCEPTANCE: 1, Event.CONTENT_CONSIGNMENT: count}
        if self.act.recalls:
            kept = len(self.act.kept_by)
            statuses = {StatusCode.AGREED: count - kept, StatusCode.DISAGREED: kept}
        else:
            wanted |= {
                Event.CONTENT_HANDOVER: count,
                Event.CONSIGNMENT_ACCEPTANCE: count - down,
                Event.CONSIGNMENT_REJECTION: down,
            }
            statuses = {
                StatusCode.ARRIVED: count,
                StatusCode.ACCEPTED: count - down,
                StatusCode.REFUSED: down,
            }
        destroyed = 0 if self.original is None else count - len(self.act.kept_by)
        return [
            *([] if self.destroyed == destroyed else [Event.DESTRUCTION_CONFIRMED.value]),
            *(
                f"{event.value} {self.concerned(event)}/{number}"
                for event, number in wanted.items()
                if self.concerned(event) != number
            ),
            *(
                f"{code.value} {self.statuses[code]}/{number}"
                for code, number in statuses.items()
                if self.statuses[code] != number
            ),
        ]

    @property
    def refused_for(self) -> frozenset[str]:
        """Reason codes of the rejection receipt."""
        return frozenset(
            finding.code
            for receipt in self.receipts.values()
            if receipt.event is Event.SUBMISSION_REJECTION and receipt.verdict is not None
            for finding in receipt.verdict.findings
        )

    def concerned(self, event: Event) -> int:
        """How often an event happened: once for a submission, else once a receiver."""
        found = [receipt for receipt in self.receipts.values() if receipt.event is event]
        if event in (Event.SUBMISSION_ACCEPTANCE, Event.SUBMISSION_REJECTION):
            return len(found)
        return len({line.code for receipt in found for line in receipt.receivers})


class Stage:
    """One performance of the scenario."""

    def __init__(self, installation: Installation, directory: Directory) -> None:
        self._installation = installation
        self._directory = directory
        self._changed = asyncio.Event()
        self._at = system_clock()
        self.played: list[Played] = []

    @property
    def config(self) -> Path:
        """The settings file of the installation that it plays on."""
        return self._installation.config

    @property
    def progress(self) -> tuple[int, int]:
        """How many acts are complete, and how many there are."""
        return sum(one.complete for one in self.played), len(ACTS)

    def turns_down(self, receiver: str, document_id: str) -> bool:
        """Say whether a receiver refuses a document, as the scenario has it."""
        return any(
            receiver in one.act.turned_down_by and one.document.document_id == document_id
            for one in self.played
        )

    def keeps(self, receiver: str, document_id: str) -> bool:
        """Say whether a receiver declines a recall, as the scenario has it."""
        return any(
            receiver in one.act.kept_by and one.document.document_id == document_id
            for one in self.played
        )

    def heard(self, answer: Answer) -> None:
        """Take note of a receipt or status that came back to a sender."""
        checked = answer.receipt
        if checked is not None and checked.proof and checked.receipt is not None:
            receipt = checked.receipt
            for one in self.played:
                submitted = receipt.submission is not None
                if submitted and answer.correlation_id == one.message_id:
                    one.axis_id = answer.document or one.axis_id
                if answer.correlation_id == one.message_id or (
                    answer.correlation_id is None and answer.document == one.axis_id
                ):
                    one.receipts[str(receipt.id)] = receipt
        elif answer.status is not None:
            for one in self.played:
                if one.axis_id is not None and answer.document == one.axis_id:
                    one.statuses[answer.status.code] += 1
        self._changed.set()

    async def play(self, agencies: Agencies) -> None:
        """Send every document in its turn and wait for all that has to come back.

        Returns also when something is still missing after `PATIENCE_SECONDS`; `progress` tells.
        """
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE_SECONDS):
                for act in ACTS:
                    await self._wait_for(act.follows)
                    await self._send(agencies, act)
                await self._until(lambda: all(one.complete for one in self.played))

    async def _send(self, agencies: Agencies, act: Act) -> None:
        document = self._document(act)
        routing = self._directory.route(act.receivers, self._at, sender=act.sender)
        original = self._played(act.recalls) if act.recalls else None
        played = Played(act, document, routing.resolved, original)
        key = self._installation.pki.seal(act.sender).load()
        signed = act.spoil(await asyncio.to_thread(sign, write_document(document), key))
        server = self._directory.resolve(act.sender, self._at)
        assert isinstance(server, Resolved), "every sender of the scenario has an endpoint"
        played.message_id = f"demo-{act.key}-{self._at:%Y%m%d%H%M%S%f}"
        self.played.append(played)
        system = agencies.at(server.endpoint)
        forged = act.spoil is not unchanged  # for the axis to refuse
        await system.submit(signed, message_id=played.message_id, check=not forged)

    def _document(self, act: Act) -> Document:
        if act.recalls is not None:
            original = self._played(act.recalls).document
            return recall_of(original, reason="Sai số liệu tại mục 2", at=self._at)
        return new_document(
            sender=self._organization(act.sender),
            receivers=[self._organization(code) for code in act.receivers],
            number=_next_number(self._installation.folder / "demo-number"),
            notation=act.notation,
            date=in_vietnam(self._at).date(),
            subject=act.subject,
            at=self._at,
            type_name=act.type_name,
            place="Hà Nội",
            signer=SignerInfo(competence="TL.", position="Trưởng phòng", full_name="Trần Văn Thử"),
            priority=act.priority,
            kind=DocumentKind.NEW if act.replaces is None else DocumentKind.REPLACE,
            replaces=self._replaced(act),
            responses=self._responses(act),
            to_places=("Như trên", "Lưu: VT"),
            files=(File(f"{act.notation}.docx", _letter(act.subject), "Toàn văn"),),
            staff=StaffInfo(department="Văn thư", staff="Lê Thị Văn Thư"),
        )

    def _replaced(self, act: Act) -> list[str]:
        return [] if act.replaces is None else [self._played(act.replaces).document.document_id]

    def _responses(self, act: Act) -> list[ResponseFor]:
        if act.answers is None:
            return []
        answered = self._played(act.answers).document
        return [
            ResponseFor(
                organ_id=answered.sender,
                code=str(answered.code),
                document_id=answered.document_id,
                promulgation_date=answered.promulgation.date,
            )
        ]

    def _organization(self, code: str) -> Organization:
        agency = self._directory.find(code)
        return Organization(organ_id=code, name=agency.name if agency else "")

    def _played(self, key: str) -> Played:
        return next(one for one in self.played if one.act.key == key)

    async def _wait_for(self, key: str | None) -> None:
        if key is not None:
            await self._until(lambda: self._played(key).complete)

    async def _until(self, condition: Callable[[], bool]) -> None:
        while not condition():
            self._changed.clear()
            await self._changed.wait()


def _next_number(file: Path) -> int:
    """Count documents over all performances, so that each has a number of its own."""
    number = int(file.read_text()) + 1 if file.exists() else 101
    file.write_text(str(number))
    return number


@cache
def _letter(text: str) -> bytes:
    """Return a small but real Word file."""
    paragraph = f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>"
    parts = {
        "[Content_Types].xml": '<?xml version="1.0" encoding="UTF-8"?><Types xmlns="http://schemas.'
        'openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType='
        '"application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/word/'
        'document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml'
        '.document.main+xml"/></Types>',
        "_rels/.rels": '<?xml version="1.0" encoding="UTF-8"?><Relationships xmlns="http://schemas.'
        'openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="http://schemas.'
        'openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="word/'
        'document.xml"/></Relationships>',
        "word/document.xml": '<?xml version="1.0" encoding="UTF-8"?><w:document xmlns:w="http://'
        'schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>'
        f"{paragraph}</w:body></w:document>",
    }
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return packed.getvalue()
