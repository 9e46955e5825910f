"""A document delivered once more to an endpoint that has lost it."""

from typing import Final
from uuid import UUID

from axis.clock import Clock
from axis.errors import InvalidInputError
from axis.store.pool import Pool, transaction
from axis.store.registry_rows import audit
from axis.store.sql import load_queries

_SQL: Final = load_queries("dead_letters")


async def redeliver(pool: Pool, clock: Clock, document: UUID, endpoint: str, actor: str) -> None:
    """Send an endpoint its copy again under the same ``message_id``; what is on its way stays so.

    Raises InvalidInputError when it has no copy of the document, or is not to have it any more.
    """
    now = clock()
    async with transaction(pool) as connection:
        copies = [
            row["id"] for row in await connection.fetch(_SQL["copies_at"], document, endpoint)
        ]
        if not copies:
            raise InvalidInputError(
                f"Hệ thống «{endpoint}» không có bản nào của văn bản «{document}» để giao lại: chưa"
                " từng giao, hoặc văn bản đã được rút."
                f" / Endpoint «{endpoint}» has no copy of document «{document}» to be delivered"
                " again: it never had one, or the document was withdrawn."
            )
        for copy in copies:
            await connection.execute(_SQL["send_again"], copy, now)
        facts = {"document": str(document), "endpoint": endpoint, "copies": list(map(str, copies))}
        await audit(connection, now, actor, "document:redeliver", facts)
