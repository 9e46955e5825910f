"""Identifiers sort by the time they were made, told by the clock that their process goes by."""

import multiprocessing
from datetime import UTC, datetime, timedelta
from itertools import combinations
from uuid import UUID

from hypothesis import example, given
from hypothesis import strategies as st

from axis.ids import IdMaker, first_id, new_id

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
LATER = datetime(2100, 1, 1, tzinfo=UTC)


def test_first_id_of_a_moment_lies_between_what_came_before_and_after() -> None:
    before = new_id()
    now = datetime.now(UTC)
    assert first_id(now - timedelta(hours=1)) < before < first_id(now + timedelta(hours=1))
    assert first_id(now) < first_id(now + timedelta(milliseconds=1))


def test_first_id_of_a_moment_before_the_epoch_is_the_least() -> None:
    assert first_id(datetime(1960, 1, 1, tzinfo=UTC)) == UUID(int=0)


@given(st.datetimes(datetime(1970, 1, 1), datetime(9999, 12, 31)))
@example(datetime(1970, 1, 1, 0, 0, 1))  # 1.001 s as a float is less than 1001 ms
def test_id_is_a_uuid_of_version_7_with_the_clocks_milliseconds(naive: datetime) -> None:
    moment = naive.replace(tzinfo=UTC)
    made = IdMaker(lambda: moment)()
    assert (made.version, made.variant) == (7, "specified in RFC 4122")
    assert first_id(moment) <= made < first_id(moment + timedelta(milliseconds=1))


def test_ids_of_one_moment_sort_in_the_order_in_which_they_were_made() -> None:
    make = IdMaker(lambda: EPOCH)
    made = [make() for _ in range(5_000)]
    assert made == sorted(made)
    assert len(set(made)) == len(made)


def test_ids_sort_in_order_although_others_of_another_moment_are_made_between() -> None:
    moments = [EPOCH, LATER] * 500
    make = IdMaker(lambda: moments.pop())
    made = [make() for _ in range(1000)]
    assert made[::2] == sorted(made[::2])
    assert made[1::2] == sorted(made[1::2])


def test_two_makers_with_one_clock_make_no_id_twice() -> None:
    one, other = IdMaker(lambda: EPOCH), IdMaker(lambda: EPOCH)
    made = {make() for _ in range(5_000) for make in (one, other)}
    assert len(made) == 10_000


def test_forked_processes_begin_to_count_somewhere_else_than_their_parent() -> None:
    def count_of_a_fork() -> int:
        context = multiprocessing.get_context("fork")
        end, other = context.Pipe(duplex=False)
        process = context.Process(target=lambda: other.send(new_id()))
        process.start()
        made: UUID = end.recv()
        process.join()
        return counted(made)

    begun = counted(new_id())
    forks = [count_of_a_fork() for _ in range(2)]
    assert all(abs(one - another) > 1_000 for one, another in combinations([begun, *forks], 2))


def counted(made: UUID) -> int:
    """The counter's 42 bits in an identifier."""
    return (made.int >> 64 & 0xFFF) << 30 | (made.int >> 32 & 0x3FFFFFFF)
