"""How times are written."""

from datetime import datetime

from yamnet_gui.core.clock_time import known_clock_time


def clock(seconds: float, decimals: int = 3) -> str:
    """Seconds as h:mm:ss.mmm, without hours below one hour."""
    ticks = round(abs(seconds) * 10**decimals)
    whole, fraction = divmod(ticks, 10**decimals)
    minutes, second = divmod(whole, 60)
    hours, minute = divmod(minutes, 60)
    text = f"{hours}:{minute:02d}:{second:02d}" if hours else f"{minute}:{second:02d}"
    sign = "-" if seconds < 0 and ticks else ""
    return f"{sign}{text}.{fraction:0{decimals}d}" if decimals else sign + text


def time_text(start: datetime | None, seconds: float, decimals: int = 3) -> str:
    """A point of a recording: clock time hh:mm:ss.mmm where its `start` is given, else `clock`."""
    moment = known_clock_time(start, round(seconds, decimals)) if start else None
    if moment is None:
        return clock(seconds, decimals)
    text = f"{moment:%H:%M:%S}"
    return f"{text}.{moment.microsecond:06d}"[: 9 + decimals] if decimals else text


def date_and_zone(start: datetime, seconds: float) -> str:
    """Date of a point of a recording that began at `start`, and the distance from UTC if known."""
    moment = known_clock_time(start, seconds)
    return f"{moment:%Y-%m-%d}{_zone(moment)}" if moment else ""


def length(seconds: float) -> str:
    """A duration in the unit that reads best."""
    if seconds < 1:
        return f"{seconds * 1000:.0f} ms"
    return f"{seconds:.2f} s" if seconds < 60 else clock(seconds, 0)


def date_and_time(moment: datetime | None) -> str:
    """Date, time of day and distance from UTC; "not known" for None."""
    if moment is None:
        return "not known"
    text = f"{moment:%Y-%m-%d %H:%M:%S}"
    if moment.microsecond:
        text += f".{moment.microsecond // 1000:03d}"
    return text + _zone(moment)


def _zone(moment: datetime) -> str:
    offset = f"{moment:%z}"
    return f" {offset[:3]}:{offset[3:5]}" if offset else ""
