"""Times are read alike by every Python, whatever its own datetime.fromisoformat takes."""

import math

import pytest

from instahash.data.times import seconds_of, time_text
from instahash.errors import DataError

NEW_YEAR = 1577836800.0


@pytest.mark.parametrize(
    "text, seconds",
    [
        ("2020-01-01", 0),
        ("20200101", 0),
        ("2020-01-01T00:00:00Z", 0),
        ("2020-01-01t00:00:00z", 0),
        ("2020-01-01 00:00", 0),
        ("2020-01-01T07", 7 * 3600),
        ("2020-01-01T02:00:00+02:00", 0),
        ("2020-01-01T02:00:00+0200", 0),
        ("2020-01-01T02:00:00 +02", 0),
        ("2019-12-31T18:30:00-05:30", 0),
        ("20200101T000102Z", 62),
        ("2020-01-01T00:00:00.5", 0.5),
        ("2020-01-01T00:00:00,123Z", 0.123),
        ("2020-01-01T00:00:00.1234567+00:00", 0.123456),
    ],
)
def test_times(text, seconds):
    assert seconds_of(text) == NEW_YEAR + seconds


@pytest.mark.parametrize(
    "text",
    [
        *(None, "", "now", "2020-13-01", "1577836800", "12:00", "2020-01-01T00:00:00+99:00", "2020-01", "2020-0101"),
        *("2020-W01-3", "2020-01-01T", "2020-01-01T25:00", "2020-01-01T00:0000", "0000-01-01", "２０２０-01-01"),
        "2020-01-01T00:00:00+02:99",
    ],
)
def test_what_is_no_time(text):
    assert math.isnan(seconds_of(text))


def test_times_as_texts():
    assert time_text(NEW_YEAR) == "2020-01-01T00:00:00+00:00" and seconds_of(time_text(1.5)) == 1.5
    for seconds in (1_577_836_800_000, math.inf, math.nan, -1e300):
        with pytest.raises(DataError, match="is no date; a time in numbers is in seconds since 1970"):
            time_text(seconds)
