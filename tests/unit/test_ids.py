"""Identifiers sort by the time they were made."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from axis.ids import first_id, new_id


def test_first_id_of_a_moment_lies_between_what_came_before_and_after() -> None:
    before = new_id()
    now = datetime.now(UTC)
    assert first_id(now - timedelta(hours=1)) < before < first_id(now + timedelta(hours=1))
    assert first_id(now) < first_id(now + timedelta(milliseconds=1))


def test_first_id_of_a_moment_before_the_epoch_is_the_least() -> None:
    assert first_id(datetime(1960, 1, 1, tzinfo=UTC)) == UUID(int=0)
