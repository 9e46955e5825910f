"""The history of the certificates that this axis signs receipts with, on PostgreSQL."""

from datetime import datetime, timedelta
from typing import Final

from axis.errors import ConfigurationError, InvalidInputError
from axis.store.pool import Pool, transaction
from axis.store.registry_rows import audit
from axis.store.sql import load_queries
from axis.trust.certificates import Certificate
from axis.trust.receipt_certificates import ReceiptCertificate

MARK_EVERY: Final = timedelta(minutes=1)
"""How often a router says that it still signs with its certificate."""

IN_USE: Final = 3 * MARK_EVERY
"""A router that has said nothing for so long is gone, or will notice before it signs again."""

_SQL = load_queries("receipt_certificates")


class RetiredCertificateError(ConfigurationError):
    """The certificate was retired: a receipt signed from now on would be no proof."""

    def __init__(self, certificate: Certificate) -> None:
        super().__init__(
            f"Chứng thư «{certificate.subject}» đã thôi dùng để ký biên nhận; hãy đặt khóa và chứng"
            f" thư mới (receipts). SHA-256: {certificate.fingerprint}"
            f" / Certificate «{certificate.subject}» was retired from signing receipts; set the"
            f" new key and certificate (receipts). SHA-256: {certificate.fingerprint}"
        )


class PostgresReceiptCertificates:
    """Which certificates sign or signed receipts; nothing is ever removed."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def enter(
        self,
        certificate: Certificate,
        authorities: tuple[Certificate, ...],
        at: datetime,
        actor: str,
    ) -> None:
        """Note that receipts are signed with a certificate now; again and again while they are.

        Raises RetiredCertificateError when they may not be.
        """
        async with transaction(self._pool) as connection:
            added = await connection.fetchval(
                _SQL["enter"],
                certificate.fingerprint,
                certificate.der,
                [authority.der for authority in authorities],
                at,
            )
            if added is None:
                raise RetiredCertificateError(certificate)
            if added:
                facts = {
                    "fingerprint": certificate.fingerprint,
                    "subject": certificate.subject,
                    "not_after": certificate.not_after.isoformat(),
                }
                await audit(connection, at, actor, "receipt-certificate:enter", facts)

    async def history(self) -> list[ReceiptCertificate]:
        """Return all certificates, the oldest first."""
        async with transaction(self._pool) as connection:
            rows = await connection.fetch(_SQL["history"])
        return [
            ReceiptCertificate(
                Certificate.from_der(row["der"]),
                tuple(Certificate.from_der(der) for der in row["chain"]),
                first_used_at=row["first_used_at"],
                last_used_at=row["last_used_at"],
                retired_at=row["retired_at"],
            )
            for row in rows
        ]

    async def retire(self, fingerprint: str, at: datetime, actor: str) -> datetime:
        """End the use of a certificate; return since when it is retired.

        Raises InvalidInputError when it is not known, or a router still signs with it.
        """
        async with transaction(self._pool) as connection:
            row = await connection.fetchrow(_SQL["lock"], fingerprint)
            if row is None:
                raise InvalidInputError(
                    f"Trục chưa từng ký biên nhận bằng chứng thư «{fingerprint}»."
                    f" / The axis has never signed receipts with certificate «{fingerprint}»."
                )
            retired_at: datetime | None = row["retired_at"]
            if retired_at is not None:
                return retired_at
            if row["last_used_at"] > at - IN_USE:
                raise InvalidInputError(
                    "Còn bộ định tuyến đang ký bằng chứng thư này; hãy khởi động lại chúng với khóa"
                    f" mới, đợi {IN_USE.seconds // 60} phút rồi làm lại."
                    " / A router still signs with this certificate; restart the routers with the"
                    f" new key, wait {IN_USE.seconds // 60} minutes and do this again."
                )
            await connection.execute(_SQL["retire"], fingerprint, at)
            await audit(
                connection, at, actor, "receipt-certificate:retire", {"fingerprint": fingerprint}
            )
        return at
