from datetime import UTC, date, datetime

import pytest

from axis.reasons import Reason
from axis.web.rendering import day, moment, reason_text, size
from axis.web.texts import Language


def test_moment_is_written_by_the_clock_of_vietnam() -> None:
    assert moment(datetime(2026, 11, 20, 17, 5, 9, tzinfo=UTC)) == "21/11/2026 00:05:09"


def test_day_of_a_moment_is_that_of_vietnam() -> None:
    assert day(datetime(2026, 11, 20, 17, 0, tzinfo=UTC)) == "21/11/2026"
    assert day(date(2026, 1, 2)) == "02/01/2026"


@pytest.mark.parametrize(
    ("count", "written"), [(0, "0 B"), (1023, "1023 B"), (1536, "1.5 KB"), (3 << 20, "3.0 MB")]
)
def test_size_is_written_in_the_unit_that_suits_it(count: int, written: str) -> None:
    assert size(count) == written


def test_reason_without_its_facts_reads_as_a_sentence() -> None:
    assert "«…»" in reason_text(Language.VI, Reason.RECEIVER_UNKNOWN.code)
    assert "?" not in reason_text(Language.EN, Reason.RECEIVER_UNKNOWN.code)


def test_reason_of_a_later_version_is_shown_by_its_code() -> None:
    assert reason_text(Language.EN, "Z-LATER") == "Z-LATER"
