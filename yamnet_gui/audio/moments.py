"""Clock times in the notations of recorders."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone

_WRITTEN = re.compile(
    r"(?P<year>\d{4})[-:/.](?P<month>\d\d)[-:/.](?P<day>\d\d)[T ,_]+"
    r"(?P<hour>\d\d)[-:.](?P<minute>\d\d)(?:[-:.](?P<second>\d\d)(?:[.,](?P<fraction>\d{1,9}))?)?"
    r"\s*(?P<zone>Z|(?:UTC|GMT)?(?:[+-]\d{1,2}(?::?\d\d)?)?)(?![\d:])",
    re.IGNORECASE,
)
_ENGLISH = re.compile(  # Wed Jan 31 23:59:58 2024
    r"(?:[A-Z][a-z]{2},?\s+)?(?P<name>[A-Z][a-z]{2})\s+(?P<day>\d{1,2})\s+"
    r"(?P<hour>\d\d):(?P<minute>\d\d):(?P<second>\d\d)\s+(?P<year>\d{4})"
)
_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]


def written_moment(text: str) -> datetime | None:
    """A date with a time of day, as ISO 8601 and its relatives write it; None for any other text.

    Without a zone where none is stated.
    """
    text = text.strip()
    match = _WRITTEN.match(text)
    if match:
        return moment_of(match.groupdict())
    english = _ENGLISH.match(text)
    if english and english["name"] in _MONTHS:
        month = str(_MONTHS.index(english["name"]) + 1)
        return moment_of({**english.groupdict(), "month": month})
    return None


def moment_of(parts: Mapping[str, str | None]) -> datetime | None:
    """A clock time from its parts (year to second, fraction or millis, half, zone), all digits;
    None where they make none, or one that a clock shows that was never set."""
    year, hour = int(parts["year"] or 0), int(parts["hour"] or 0)
    half = (parts.get("half") or "").upper()
    if half:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if half == "PM" else 0)
    fraction = parts.get("fraction") or parts.get("millis") or ""
    try:
        moment = datetime(
            year + 2000 if year < 100 else year,
            int(parts["month"] or 0),
            int(parts["day"] or 0),
            hour,
            int(parts["minute"] or 0),
            int(parts.get("second") or 0),
            int(fraction[:6].ljust(6, "0")),
            tzinfo=zone_of(parts.get("zone") or ""),
        )
    except ValueError:
        return None
    return moment if is_believable(moment) else None


def zone_of(text: str) -> timezone | None:
    """The zone that a text ends with (`Z`, `UTC+2`, `-03:30`); None where it is empty.

    Raises ValueError for an impossible one.
    """
    if not text:
        return None
    match = re.search(r"([+-])(\d\d?):?(\d\d)?$", text)
    if not match:
        return UTC
    minutes = int(match[2]) * 60 + int(match[3] or 0)
    if minutes > 14 * 60:
        raise ValueError(f"no zone is {minutes} minutes from UTC")
    return timezone(timedelta(minutes=-minutes if match[1] == "-" else minutes))


def is_believable(moment: datetime) -> bool:
    """Whether a clock that shows this was ever set.

    Clocks without a battery begin at 1904, 1970, 1980 or on the first day of 2000.
    """
    days = {moment.date()}
    if moment.tzinfo is not None:
        days.add(moment.astimezone(UTC).date())
    return moment.year > 1980 and not any(
        (day.year, day.month, day.day) == (2000, 1, 1) for day in days
    )
