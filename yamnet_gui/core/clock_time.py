"""Clock times of places in a recording."""

from datetime import UTC, datetime, timedelta


def clock_time(start: datetime, seconds: float) -> datetime:
    """Clock time `seconds` after `start`, true across changes to and from summer time."""
    zone = start.tzinfo
    if zone is None:
        return start + timedelta(seconds=seconds)
    return (start.astimezone(UTC) + timedelta(seconds=seconds)).astimezone(zone)
