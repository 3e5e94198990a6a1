"""Clock times and parts of the day."""

from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from yamnet_gui.core.clock_time import (
    TimeOfDay,
    clock_hours,
    clock_time,
    known_clock_time,
    seconds_of_day,
    stored_moment,
)

ZONES = (None, UTC, timezone(timedelta(hours=5, minutes=45)), ZoneInfo("Europe/Berlin"))
HALF_HOUR_OF_SUMMER = ZoneInfo("Australia/Lord_Howe")


@pytest.mark.parametrize("zone", [*ZONES, HALF_HOUR_OF_SUMMER])
@pytest.mark.parametrize(
    "day", [datetime(2026, 10, 24), datetime(2026, 3, 28), datetime(2026, 4, 4)]
)
def test_the_time_of_day_is_that_of_the_clock_also_when_summer_time_begins_or_ends(
    zone: ZoneInfo | None, day: datetime
) -> None:
    start = day.replace(hour=21, minute=13, second=7, microsecond=250_000, tzinfo=zone)
    seconds = np.random.default_rng(1).uniform(0, 3 * 86_400, 500).round(3)
    for given, shown in zip(seconds, seconds_of_day(start, seconds), strict=True):
        moment = clock_time(start, given)
        on_clock = moment.replace(tzinfo=None)
        expected = (on_clock - datetime(*on_clock.timetuple()[:3])).total_seconds()
        assert shown == pytest.approx(expected, abs=2e-6), (given, moment)


@pytest.mark.parametrize(
    ("text", "from_h", "to_h"),
    [
        ("4-8", 4, 8),
        (" 22:30 – 5:00 ", 22.5, 5),
        ("0 to 24", 0, 24),
        ("06:00:30-6:01", 6 + 30 / 3600, 6 + 1 / 60),
        ("23:59-24:00", 23 + 59 / 60, 24),
    ],
)
def test_reads_parts_of_the_day_as_people_write_them(text: str, from_h: float, to_h: float) -> None:
    part = TimeOfDay.parse(text)
    assert part is not None
    assert (part.from_s, part.to_s) == pytest.approx((from_h * 3600, to_h * 3600))


@pytest.mark.parametrize(
    "text", ["", "4", "4-", "-4", "24-3", "4-25", "4:60-5", "5-5", "a-b", "4-5-6"]
)
def test_refuses_what_is_no_part_of_the_day(text: str) -> None:
    assert TimeOfDay.parse(text) is None


def test_a_part_of_the_day_may_go_over_midnight() -> None:
    hours = np.array([0.0, 3.99, 4.0, 12.0, 21.99, 22.0, 23.99, np.nan]) * 3600
    night, day = TimeOfDay(22 * 3600, 4 * 3600), TimeOfDay(4 * 3600, 22 * 3600)
    assert night.holds(hours).tolist() == [True, True, False, False, False, True, True, False]
    assert day.holds(hours).tolist() == [False, False, True, True, True, False, False, False]


@pytest.mark.parametrize(
    "text", ["0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59", "1066-10-14", "soon", ""]
)
def test_a_stored_moment_can_be_reckoned_with_or_is_none(text: str) -> None:
    with pytest.raises(ValueError, match=r"year|isoformat"):
        stored_moment(text)


@pytest.mark.parametrize("zone", ZONES)
def test_events_beyond_all_calendars_have_no_clock_time_and_stop_nothing(
    zone: ZoneInfo | None,
) -> None:
    start = datetime(2026, 5, 1, tzinfo=zone)
    for seconds in (1e12, -1e12, 7e9, -8e9, 1e300):
        assert known_clock_time(start, seconds) is None
        assert clock_time(start, seconds).year in (1800, 2199)
    assert np.isfinite(seconds_of_day(start, np.array([1e12, 7e9, 0.0]))).all()
    last = datetime(2199, 12, 31, 22, 30, tzinfo=zone)
    assert [hour.hour for *_, hour in clock_hours(last, 1e15)] == [22, 23]
