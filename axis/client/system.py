"""An agency's system (hệ thống quản lý văn bản) or platform (LGSP) on the axis."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from axis.client.answers import Answer, AnswerReader
from axis.client.background import Background
from axis.client.checking import fit_to_submit
from axis.client.collector import AnswerCollector
from axis.client.contract import MESSAGE_ID_SYNTAX, Route
from axis.client.deliveries import Delivery
from axis.client.errors import ReceiptTimeoutError, SubmissionHeldError
from axis.client.inbox import PREFETCH, Inbox
from axis.client.journal import Journal
from axis.client.receipts import CheckedReceipt, ReceiptTrust
from axis.client.submitting import Submitter
from axis.clock import Clock, system_clock
from axis.edxml.build import status_for
from axis.edxml.codes import StatusCode
from axis.edxml.limits import MAX_DOCUMENT_BYTES
from axis.edxml.parse import read
from axis.edxml.values import Document, Message, StaffInfo, Status
from axis.edxml.write import write_status
from axis.errors import ConfigurationError, InvalidInputError
from axis.ids import new_id
from axis.trust.keys import SigningKey
from axis.trust.sign import sign

CONFIRM_SECONDS: Final = 60.0
"""How long `submit` waits for the broker's confirm: longer than a restart of one node takes."""

POLL_SECONDS: Final = 1.0
"""How often the journal is asked for answers that another process has written."""

RECEIPT_SECONDS: Final = 60.0
"""How long `receipt` waits; the axis normally answers within a second."""


@dataclass(frozen=True, slots=True)
class Submission:
    """A message that is on its way; it is in the journal whatever happens to this object."""

    message_id: str
    sha256: str
    system: "AgencySystem"

    async def receipt(
        self,
        timeout: float = RECEIPT_SECONDS,
        *,
        held: Callable[[CheckedReceipt], None] | None = None,
    ) -> CheckedReceipt:
        """Wait for the receipt: SubmissionAcceptance, or SubmissionRejection with every reason.

        Where the axis holds the message because a check has to wait, `held` is called once with
        the notice of that (SubmissionHeld), and the waiting goes on: nothing is to be done, and the
        receipt may take hours. Raises SubmissionHeldError when the time is over and it is still
        held, ReceiptTimeoutError when nothing came in time, UnprovenReceiptError when one came
        whose signature does not hold.
        """
        return await self.system.receipt(self.message_id, timeout, held=held)


class AgencySystem:
    """One endpoint's connection to the axis; open it with `AgencySystem.connect`."""

    def __init__(
        self,
        url: str,
        endpoint: str,
        journal: Journal,
        trust: ReceiptTrust | None,
        clock: Clock,
        prefetch: int,
    ) -> None:
        self.endpoint = endpoint
        self.journal = journal
        self._clock = clock
        self._submitter = Submitter(url, endpoint, journal, clock)
        self._collector = AnswerCollector(url, endpoint, journal, trust, clock)
        self._reader = AnswerReader(journal, trust, clock)
        self._inbox = Inbox(url, endpoint, journal, self._collector, clock, prefetch)
        self._background = Background()

    @classmethod
    @asynccontextmanager
    async def connect(
        cls,
        url: str,
        endpoint: str,
        *,
        journal: Path,
        trust: ReceiptTrust | None = None,
        clock: Clock = system_clock,
        prefetch: int = PREFETCH,
    ) -> AsyncIterator["AgencySystem"]:
        """Connect as an endpoint; `url` names its account and password.

        One endpoint has one journal, which its processes share: answers go to whoever collects.
        Submissions that an earlier process left unconfirmed in the journal are sent at once, and
        receipts are collected as soon as one is owed to this journal, or documents are received.
        Without `trust`, receipts are information and never proof. `prefetch` bounds the documents
        that wait in memory, a queue. Raises AccountRefusedError, AxisUnreachableError,
        JournalError or ConfigurationError; later faults of the broker are waited out.
        """
        if urlsplit(url).username != endpoint:
            raise ConfigurationError(
                f"Địa chỉ kết nối phải dùng tài khoản «{endpoint}» của hệ thống."
                f" / The address must use the endpoint's own account «{endpoint}»."
            )
        opened = await Journal.open(journal)
        system = cls(url, endpoint, opened, trust, clock, prefetch)
        try:
            await system._submitter.open()
            system._background.start("submissions", system._submitter.run)
            if await opened.submissions.owed():
                system._start_answers()
            yield system
        finally:
            await system._background.stop()
            await system._submitter.close()
            await opened.close()

    # -- sending ---------------------------------------------------------------------------------

    async def submit(
        self,
        message: bytes,
        *,
        urgent: bool = False,
        route: Route | None = None,
        message_id: str | None = None,
        timeout: float = CONFIRM_SECONDS,
        check: bool = True,
    ) -> Submission:
        """Submit a signed document or status, byte for byte; returns once the broker has it.

        It is in the journal first. `urgent` asks for the urgent lane, which a document of Priority
        khẩn and above takes anyway; `route` says what the message is, where the caller knows
        better than its bytes. A `message_id` of the caller's own makes repeating the call harmless
        over a crash. `check` first looks through the bytes as the axis will, in a thread, which
        takes some milliseconds: CheckFailedError gives every reason for which any axis would
        refuse them, before anything is kept or sent. Raises SubmissionPendingError when the broker
        has not confirmed in time (it is then sent again by itself), InvalidInputError for a
        message over the size limit.
        """
        if len(message) > MAX_DOCUMENT_BYTES:
            raise InvalidInputError(
                f"Gói dài {len(message)} byte, vượt giới hạn {MAX_DOCUMENT_BYTES}."
                f" / The message has {len(message)} bytes, over the limit of {MAX_DOCUMENT_BYTES}."
            )
        if message_id is not None and not MESSAGE_ID_SYNTAX.fullmatch(message_id):
            raise InvalidInputError(
                "Mã gói phải gồm 1-128 ký tự ASCII in được, không có dấu cách."
                " / A message id has 1-128 printable ASCII characters and no spaces."
            )
        look = fit_to_submit if check else _say
        said = await asyncio.to_thread(look, message, self._clock())
        self._start_answers()
        record = await self.journal.submissions.add(
            message_id or str(new_id()),
            route or _route_of(said, urgent=urgent),
            message,
            self._clock(),
            said.document_id or None if isinstance(said, Document) else None,
        )
        if record.published_at is None:
            await self._submitter.send(record, message, timeout)
        return Submission(record.message_id, record.sha256, self)

    async def report(
        self,
        about: Delivery | Document,
        code: StatusCode,
        *,
        as_agency: str,
        key: SigningKey,
        description: str = "",
        to: str | None = None,
        staff: StaffInfo | None = None,
    ) -> Submission:
        """Build, sign and submit a status about a document (báo trạng thái xử lý).

        `to` is needed only for TAKE_BACK (13, lấy lại), which the document's sender reports to one
        receiver; every other status goes to the document's sender. Raises InvalidInputError when
        that does not fit, and what `submit` raises.
        """
        document = about.document if isinstance(about, Delivery) else about
        status = status_for(
            document,
            code,
            reporter=as_agency,
            addressee=to,
            description=description,
            staff=staff,
            at=self._clock(),
        )
        signed = await asyncio.to_thread(sign, write_status(status), key)
        return await self.submit(signed, route=Route.STATUS)

    # -- receipts and statuses -------------------------------------------------------------------

    async def receipt(
        self,
        message_id: str,
        timeout: float = RECEIPT_SECONDS,
        *,
        held: Callable[[CheckedReceipt], None] | None = None,
    ) -> CheckedReceipt:
        """Wait for the receipt of a submission; see `Submission.receipt`.

        Raises UnknownSubmissionError when this journal has no such submission.
        """
        self._start_answers()
        record = await self.journal.submissions.get(message_id)
        deadline = asyncio.get_running_loop().time() + timeout
        notice: CheckedReceipt | None = None
        with self._collector.news_of(message_id) as news:
            while (found := await self._reader.receipt_of(record)) is None:
                self._background.check()
                if notice is None:
                    notice = await self._reader.notice_of(record)
                    if notice is not None and held is not None:
                        held(notice)
                left = deadline - asyncio.get_running_loop().time()
                if left <= 0 and notice is not None:
                    raise SubmissionHeldError(message_id, notice)
                if left <= 0:
                    raise ReceiptTimeoutError(message_id, timeout)
                await _wait_at_most(news, min(left, POLL_SECONDS))
                news.clear()
            return found

    async def receipt_of(self, message_id: str) -> CheckedReceipt | None:
        """Return the receipt of a submission if it is in the journal; see `Submission.receipt`."""
        return await self._reader.receipt_of(await self.journal.submissions.get(message_id))

    async def held(self, message_id: str) -> CheckedReceipt | None:
        """Return the notice that a submission waits for a check; None once it has its receipt."""
        record = await self.journal.submissions.get(message_id)
        if await self._reader.receipt_of(record) is not None:
            return None
        return await self._reader.notice_of(record)

    async def answers(self) -> AsyncGenerator[Answer]:
        """Yield receipts and statuses that nobody has acknowledged, then new ones, for ever.

        One that is not acknowledged is shown again by the next call. Several processes may
        collect answers, but only one should read them here.
        """
        self._start_answers()
        sequence = 0
        while True:
            news = self._collector.news
            page = await self._reader.page(sequence)
            for answer in page:
                sequence = answer.record.sequence
                yield answer
            if not page:
                self._background.check()
                await _wait_at_most(news, POLL_SECONDS)

    async def collect(self) -> None:
        """Take the receipts and statuses that wait now into the journal, then return.

        `answers` shows them all the same. Raises AxisUnreachableError.
        """
        await self._collector.collect()

    # -- receiving -------------------------------------------------------------------------------

    @property
    def receiving(self) -> bool:
        """Whether documents can come in through `deliveries` now; for health checks."""
        return self._inbox.connected

    async def deliveries(self) -> AsyncGenerator[Delivery]:
        """Yield documents as they come in, urgent ones first, for ever.

        Each is shown once; one that was not acknowledged before a crash or a lost process is
        shown again. One that its sender has asked back while it was still waiting here is never
        shown: the recall behind it is, as `withdrawn_here`. For that, answers are collected into
        this journal too, those that wait before the first document is shown.
        """
        self._start_answers()
        self._background.start("inbox", self._inbox.run)
        while True:
            delivery = await self._inbox.next_within(POLL_SECONDS)
            if delivery is not None:
                yield delivery
            else:
                self._background.check()

    def waiting(self) -> AsyncGenerator[Delivery]:
        """Yield the documents that wait now, urgent ones first, then end.

        What was not acknowledged by then stays in the queue; what was withdrawn is passed over as
        in `deliveries`. Raises AxisUnreachableError.
        """
        return self._inbox.waiting()

    def _start_answers(self) -> None:
        self._background.start("answers", self._collector.run)


async def _wait_at_most(event: asyncio.Event, seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        return


def _say(message: bytes, _: datetime) -> Message | None:
    return read(message).message


def _route_of(said: Message | None, *, urgent: bool) -> Route:
    """Return where a message belongs.

    What cannot be read goes as a document: the axis's refusal says best what is wrong with it.
    """
    if isinstance(said, Status):
        return Route.STATUS
    if isinstance(said, Document) and (urgent or said.priority.urgent):
        return Route.URGENT
    return Route.DOCUMENT
