"""Clock times of places in a recording."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np
from numpy.typing import NDArray

DAY_S = 86_400.0
_SLOT_S = 900.0
"""Zones change their distance from UTC at multiples of a quarter of an hour."""
_FIRST_YEAR, _LAST_YEAR = 1800, 2199
_POINT = r"(\d{1,2})(?::([0-5]\d))?(?::([0-5]\d))?"
_RANGE = re.compile(rf"\s*{_POINT}\s*(?:-|–|to)\s*{_POINT}\s*")


def stored_moment(text: str) -> datetime:
    """The moment of a text in ISO form.

    Raises ValueError where it is none, or lies in a year that no recording or decision is from:
    times at the ends of the calendar cannot be reckoned with (another zone, an hour later).
    """
    moment = datetime.fromisoformat(text)
    if not _FIRST_YEAR <= moment.year <= _LAST_YEAR:
        raise ValueError(f"{text!r} is in no year between {_FIRST_YEAR} and {_LAST_YEAR}")
    return moment


def known_clock_time(start: datetime, seconds: float) -> datetime | None:
    """Clock time `seconds` after `start`, true across changes to and from summer time.

    None in years that no recording is from: a table may place events anywhere.
    """
    zone = start.tzinfo
    try:
        if zone is None:
            moment = start + timedelta(seconds=seconds)
        else:
            moment = (start.astimezone(UTC) + timedelta(seconds=seconds)).astimezone(zone)
    except OverflowError:
        return None
    return moment if _FIRST_YEAR <= moment.year <= _LAST_YEAR else None


def clock_time(start: datetime, seconds: float) -> datetime:
    """`known_clock_time`; beyond all of these years the first or the last moment of them."""
    moment = known_clock_time(start, seconds)
    if moment is not None:
        return moment
    end = datetime(_LAST_YEAR, 12, 31, 23) if seconds > 0 else datetime(_FIRST_YEAR, 1, 1)
    return end.replace(tzinfo=start.tzinfo)


def seconds_of_day(start: datetime, seconds: NDArray[np.float64]) -> NDArray[np.float64]:
    """Seconds since midnight by the clock at places `seconds` after `start`; both shape (n,)."""
    midnight = start.replace(hour=0, minute=0, second=0, microsecond=0)
    since_midnight = (start.replace(tzinfo=None) - midnight.replace(tzinfo=None)).total_seconds()
    shown = since_midnight + seconds
    before = start.utcoffset()
    if before is not None:
        slots, of_place = np.unique(np.floor(shown / _SLOT_S), return_inverse=True)
        turned = [
            ((clock_time(start, slot * _SLOT_S - since_midnight)).utcoffset() or before) - before
            for slot in slots.tolist()
        ]
        shown = shown + np.array([t.total_seconds() for t in turned])[of_place]
    return shown % DAY_S


@dataclass(frozen=True, slots=True)
class TimeOfDay:
    """From a time of the day to another, in seconds since midnight; over midnight if it is later.

    The first belongs to it, the second does not.
    """

    from_s: float
    to_s: float

    @classmethod
    def parse(cls, text: str) -> "TimeOfDay | None":
        """Reads `4-8`, `22:30 – 5:00` or `0 to 24`; None for anything else."""
        match = _RANGE.fullmatch(text)
        if match is None:
            return None
        hours = [int(part or 0) for part in match.groups()]
        first, last = (h * 3600.0 + m * 60 + s for h, m, s in (hours[:3], hours[3:]))
        return cls(first, last) if first < DAY_S and last <= DAY_S and first != last else None

    def holds(self, of_day_s: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Which seconds of the day lie in it; NaN never does."""
        after, before = of_day_s >= self.from_s, of_day_s < self.to_s
        return after & before if self.from_s < self.to_s else after | before


def clock_hours(start: datetime, duration_s: float) -> Iterator[tuple[float, float, datetime]]:
    """The hours of the clock that a recording touches: from which second to which, and the clock
    time at which the hour begins, with the zone in force there. They end with the years that
    recordings are from."""
    at = 0.0
    while at < duration_s:
        now = known_clock_time(start, at)
        if now is None:
            return
        hour = now.replace(minute=0, second=0, microsecond=0)
        step = max((hour + timedelta(hours=1) - now).total_seconds(), 1e-3)
        end = min(at + step, duration_s)
        yield at, end, hour
        at = end
