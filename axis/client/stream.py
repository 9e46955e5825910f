"""Messages of some queues as one stream that ends when the broker takes the consumer away."""

import asyncio
from collections.abc import Sequence

from aio_pika.abc import AbstractConnection, AbstractIncomingMessage

Stream = asyncio.Queue[AbstractIncomingMessage | None]
"""Messages in the order of their arrival; None is the end."""


async def open_stream(
    connection: AbstractConnection, queues: Sequence[str], *, prefetch: int
) -> Stream:
    """Consume queues on a channel of their own, with at most `prefetch` unacknowledged each.

    The stream ends when the channel closes, and when the broker cancels a consumer because its
    queue was deleted: the next session finds the queue that was made in its place.
    """
    stream: Stream = asyncio.Queue()
    channel = await connection.channel(publisher_confirms=False)
    await channel.set_qos(prefetch_count=prefetch)
    channel.close_callbacks.add(lambda *_: stream.put_nowait(None))
    underlay = await channel.get_underlay_channel()
    underlay.on_consumer_cancel_callbacks.add(lambda _: stream.put_nowait(None))
    for name in queues:
        queue = await channel.get_queue(name, ensure=False)
        await queue.consume(stream.put)
    return stream
