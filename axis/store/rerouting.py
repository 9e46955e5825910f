"""What moves of deliveries leave in PostgreSQL: other endpoints, other copies, fewer receivers."""

from collections.abc import Sequence

from axis.exchange.changes import Narrowing, Rerouting
from axis.store.pool import Connection
from axis.store.sql import load_queries

_SQL = load_queries("moving")


async def reroute(
    connection: Connection, rerouted: Sequence[Rerouting], narrowed: Sequence[Narrowing]
) -> None:
    """Give deliveries their new endpoints and copies, once those copies are in the outbox."""
    if rerouted:
        await connection.execute(
            _SQL["reroute"],
            [one.delivery for one in rerouted],
            [one.endpoint for one in rerouted],
            [one.copy for one in rerouted],
        )
        copies = list(dict.fromkeys((one.former, one.copy) for one in rerouted))
        await connection.execute(
            _SQL["follow"], [former for former, _ in copies], [copy for _, copy in copies]
        )
    if narrowed:
        await connection.execute(
            _SQL["narrow"],
            [one.copy for one in narrowed],
            [",".join(one.receivers) for one in narrowed],
            [one.at for one in narrowed],
        )
