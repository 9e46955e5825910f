"""A receiving system that is killed (SIGKILL) at one step: ``python -m tests.support.dying``.

It notes what it is shown, one message id a line, before it does anything about it.
"""

import asyncio
import os
import signal
import sys
from contextlib import aclosing
from enum import StrEnum
from pathlib import Path

from aio_pika.message import IncomingMessage

from axis.client import AgencySystem
from axis.client.journal.answers import Answers
from axis.client.journal.deliveries import Deliveries


class Step(StrEnum):
    """When it dies."""

    SHOWN = "shown"
    """A document is shown and not acknowledged."""
    BEFORE_JOURNAL = "before-journal"
    """It is being acknowledged; nothing is written yet."""
    BEFORE_ACK = "before-ack"
    """It is in the journal; the broker does not know."""
    ACKNOWLEDGED = "acknowledged"
    """The broker has been told."""
    ANSWER_BEFORE_JOURNAL = "answer-before-journal"
    ANSWER_BEFORE_ACK = "answer-before-ack"
    ANSWER_SHOWN = "answer-shown"
    ANSWER_ACKNOWLEDGED = "answer-acknowledged"


def die() -> None:
    """Go without a word."""
    os.kill(os.getpid(), signal.SIGKILL)


async def dies(*_: object, **__: object) -> None:
    """Stand in for a step that is never reached."""
    die()


def set_trap(step: Step) -> None:
    """Arrange the death where no caller could."""
    if step is Step.BEFORE_JOURNAL:
        Deliveries.add = dies  # type: ignore[assignment, method-assign]
    elif step is Step.ANSWER_BEFORE_JOURNAL:
        Answers.add = dies  # type: ignore[assignment, method-assign]
    elif step in (Step.BEFORE_ACK, Step.ANSWER_BEFORE_ACK):
        IncomingMessage.ack = dies  # type: ignore[assignment, method-assign]


async def receive(step: Step, url: str, endpoint: str, journal: Path, notes: Path) -> None:
    """Receive documents, or answers, until dead."""
    set_trap(step)
    async with AgencySystem.connect(url, endpoint, journal=journal) as system:
        if step.startswith("answer"):
            async with aclosing(system.answers()) as answers:
                async for answer in answers:
                    note(notes, answer.record.message_id)
                    if step is Step.ANSWER_SHOWN:
                        die()
                    await answer.acknowledge()
                    die()
        async with aclosing(system.deliveries()) as deliveries:
            async for delivery in deliveries:
                note(notes, delivery.message_id)
                if step is Step.SHOWN:
                    die()
                await delivery.acknowledge()
                die()


def note(notes: Path, message_id: str) -> None:
    """Write down what was shown, so that it stays."""
    with notes.open("a", encoding="ascii") as file:
        file.write(f"{message_id}\n")


if __name__ == "__main__":
    step, url, endpoint, journal, notes = sys.argv[1:]
    asyncio.run(receive(Step(step), url, endpoint, Path(journal), Path(notes)))
