"""The key that this axis signs receipts with: where it is, and that it may still be used."""

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Final

import structlog

from axis.clock import Clock, in_vietnam
from axis.errors import ConfigurationError
from axis.exchange.faults import StoreUnavailableError
from axis.settings import ReceiptSettings
from axis.store.receipt_certificates import MARK_EVERY, PostgresReceiptCertificates
from axis.tokens import TokenKey, TokenPlace
from axis.trust.certificates import Certificate
from axis.trust.keys import SigningKey, certificates_of_key

EXPIRES_SOON: Final = timedelta(days=30)
"""From here on a router warns every day: an authority takes days to issue a certificate."""

RETRY_SECONDS: Final = 1.0
"""A database that comes back lets a router sign again at once, so it is asked again at once."""

_log = structlog.get_logger(__name__)


def receipt_key(receipts: ReceiptSettings) -> SigningKey:
    """Return the key that signs receipts, after it has signed something.

    Raises ConfigurationError when it cannot be used, or does not belong to its certificate.
    """
    if (receipts.key_file is None) is (receipts.token is None) or not receipts.certificate_file:
        raise ConfigurationError(
            "Hãy đặt khóa ký biên nhận, một trong hai: receipts.key_file hoặc receipts.token; và"
            " chứng thư của khóa: receipts.certificate_file."
            " / Set the key for receipts, one of the two: receipts.key_file or receipts.token; and"
            " the key's certificate: receipts.certificate_file."
        )
    if receipts.token is None:
        assert receipts.key_file is not None
        key = SigningKey.load(receipts.key_file, receipts.certificate_file)
    else:
        token = receipts.token
        place = TokenPlace(token.module, token.token_label, token.pin_file)
        key = SigningKey.at(
            TokenKey(place, token.key_label), certificates_of_key(receipts.certificate_file)
        )
    key.prove()
    return key


def check_term(certificate: Certificate, at: datetime) -> None:
    """Raise ConfigurationError when a receipt that states this moment would be no proof."""
    if not certificate.not_before <= at <= certificate.not_after:
        first, last = (
            f"{in_vietnam(moment):%d/%m/%Y %H:%M}"
            for moment in (certificate.not_before, certificate.not_after)
        )
        raise ConfigurationError(
            f"Chứng thư ký biên nhận «{certificate.subject}» chỉ có hiệu lực từ {first} đến {last};"
            " hãy đặt chứng thư còn hiệu lực (receipts.certificate_file)."
            f" / The receipt certificate «{certificate.subject}» is valid only from {first} to"
            f" {last}; set one that is valid (receipts.certificate_file)."
        )


@dataclass(slots=True)
class CertificateUse:
    """Keeps the history informed that this process signs with a certificate."""

    history: PostgresReceiptCertificates
    key: SigningKey
    actor: str
    clock: Clock
    _warned_on: date | None = field(default=None, init=False)

    async def enter(self) -> None:
        """Enter the certificate into the history, before anything is signed with it.

        Raises ConfigurationError when it may no longer be used, or not yet.
        """
        now = self.clock()
        certificate = self.key.certificate
        check_term(certificate, now)
        await self.history.enter(certificate, self.key.authorities, now, self.actor)
        today = in_vietnam(now).date()
        if certificate.not_after - now < EXPIRES_SOON and self._warned_on != today:
            self._warned_on = today
            _log.warning(
                "receipt_certificate.expires_soon",
                subject=certificate.subject,
                not_after=certificate.not_after.isoformat(),
            )

    async def during(self, work: Coroutine[Any, Any, None]) -> None:
        """Do this work, at most until the certificate's time is over: then ConfigurationError."""
        tasks = [asyncio.create_task(work), asyncio.create_task(self._keep_entered())]
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _keep_entered(self) -> None:
        pause = MARK_EVERY.total_seconds()
        while True:
            await asyncio.sleep(pause)
            try:
                await self.enter()
                pause = MARK_EVERY.total_seconds()
            except StoreUnavailableError:
                pause = RETRY_SECONDS
