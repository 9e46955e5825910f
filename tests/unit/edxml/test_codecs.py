import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from axis.clock import VIETNAM
from axis.edxml import codecs
from axis.edxml.codes import Priority, StatusCode
from axis.edxml.limits import MAX_YEAR, MIN_YEAR

DAYS = st.dates(datetime.date(MIN_YEAR, 1, 1), datetime.date(MAX_YEAR, 12, 31))
MOMENTS = st.datetimes(
    datetime.datetime(MIN_YEAR, 1, 1),
    datetime.datetime(MAX_YEAR, 12, 31),
    timezones=st.just(VIETNAM),
).map(lambda moment: moment.replace(microsecond=0))


@given(DAYS)
def test_date_written_and_read_is_the_same(day):
    assert codecs.DATE.read(codecs.DATE.write(day)) == day


@given(MOMENTS)
def test_timestamp_written_and_read_is_the_same(moment):
    assert codecs.TIMESTAMP.read(codecs.TIMESTAMP.write(moment)) == moment


def test_timestamp_in_utc_is_written_on_viet_nams_clock():
    moment = datetime.datetime(2025, 10, 1, 20, 0, tzinfo=datetime.UTC)
    assert codecs.TIMESTAMP.write(moment) == "2025/10/02 03:00:00"


@pytest.mark.parametrize(
    "text",
    [
        "2014/02/30",
        "2025-10-01",
        "2025/1/1",
        "01/10/2025",
        "2025/10/01 ",
        "0001/01/01",
        "9999/01/01",
        "２０２５/10/01",
        "2025/10/01\n",
        "x",
    ],
)
def test_date_that_is_impossible_or_written_otherwise_is_refused(text):
    with pytest.raises(ValueError):
        codecs.DATE.read(text)


@pytest.mark.parametrize(
    "text",
    [
        "2025/10/01 24:00:00",
        "1600/10/01 09:00:00",
        "2025/10/01T09:00:00",
        "2025/10/01 9:00:00",
        "2025/10/01",
    ],
)
def test_timestamp_that_is_impossible_or_written_otherwise_is_refused(text):
    with pytest.raises(ValueError):
        codecs.TIMESTAMP.read(text)


@pytest.mark.parametrize("text", ["1_0", "+1", " 1", "1.0", "１", "1" * 10, "--1", ""])
def test_integer_that_python_would_take_but_edxml_has_not_is_refused(text):
    with pytest.raises(ValueError):
        codecs.INTEGER.read(text)


@pytest.mark.parametrize(("text", "value"), [("true", True), ("False", False), ("1", True)])
def test_boolean_reads_as_either_producer_writes_it(text, value):
    assert codecs.BOOLEAN.read(text) is value


def test_code_lists_read_their_members_and_refuse_others():
    assert codecs.PRIORITY.read("3") is Priority.EXPRESS
    assert codecs.STATUS.read("13") is StatusCode.TAKE_BACK
    for codec, text in (
        (codecs.PRIORITY, "5"),
        (codecs.STATUS, "14"),
        (codecs.STATUS, "1"),
        (codecs.BOOLEAN, "có"),
    ):
        with pytest.raises(ValueError):
            codec.read(text)
