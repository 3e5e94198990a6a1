"""When a recording began, from what recorders write into files and their names."""

import re
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

from .source import AudioSource
from .tags import FileTags, file_tags, riff_tags

_DATE = r"(?P<year>(?:19|20)\d\d)(?P<d>[-_.]?)(?P<month>\d\d)(?P=d)(?P<day>\d\d)"
_TIME = r"(?P<hour>\d\d)(?P<t>[-_.:h]?)(?P<minute>\d\d)(?:(?P=t)[m]?(?P<second>\d\d))?"
_ZONE = r"(?P<zone>Z|UTC|[+-]\d\d:?\d\d)?"
_NAME = re.compile(rf"(?<!\d){_DATE}[T_ .-]{{1,3}}{_TIME}(?:[.]\d+)?{_ZONE}(?!\d)", re.IGNORECASE)
_COMPACT = re.compile(
    r"(?<!\d)(?P<year>20\d\d)(?P<month>\d\d)(?P<day>\d\d)(?P<hour>\d\d)(?P<minute>\d\d)(?P<second>\d\d)(?P<zone>)(?!\d)"
)
_SHORT = re.compile(
    r"(?<!\d)(?P<year>\d\d)(?P<month>\d\d)(?P<day>\d\d)[_-](?P<hour>\d\d)(?P<minute>\d\d)(?P<second>\d\d)(?P<zone>)(?!\d)"
)
_HEX = re.compile(r"(?:^|_)(?P<seconds>[3-9A-F][0-9A-F]{7})(?:_|$)")
_AUDIOMOTH = re.compile(
    r"Recorded at (?P<hour>\d\d):(?P<minute>\d\d):(?P<second>\d\d)(?:\.\d+)? "
    r"(?P<day>\d\d)/(?P<month>\d\d)/(?P<year>\d{4}) \((?P<zone>UTC[^)]*)\)"
)


def recording_start(path: Path | str, source: AudioSource | None = None) -> datetime | None:
    """Clock time of the first sample, or None.

    Asked in this order: what AudioMoth wrote as a comment, the file's name, the broadcast
    extension (bext) of WAV, creation tags of containers. Without a zone where none is stated.
    `source` may be given where the file is open already; it is not needed.
    """
    path = Path(path) if source is None else source.info.path
    return _start(path, file_tags(path))


def start_at_opening(path: Path) -> datetime | None:
    """As `recording_start`, from what costs next to nothing to look at, and only with a zone."""
    moment = _start(path, riff_tags(path))
    return moment if moment and moment.tzinfo else None


def _start(path: Path, tags: FileTags) -> datetime | None:
    comment = _AUDIOMOTH.search(tags.comment)
    return (
        (_moment(comment) if comment else None)
        or start_from_name(path.name)
        or _broadcast(tags.origination)
        or _created(tags.created)
    )


def start_from_name(name: str) -> datetime | None:
    """The time that the name of a file states, by the patterns that recorders use, or None."""
    stem = Path(name).stem
    for pattern in (_NAME, _COMPACT, _SHORT):
        for match in pattern.finditer(stem):
            if moment := _moment(match):
                return moment
    if digits := _HEX.search(stem.upper()):
        seconds = int(digits["seconds"], 16)  # early AudioMoth: seconds since 1970, in hexadecimal
        if 1_400_000_000 < seconds < 2_300_000_000 and re.search(r"[A-F]", digits["seconds"]):
            return datetime.fromtimestamp(seconds, UTC)
    return None


def _moment(match: re.Match[str]) -> datetime | None:
    parts = match.groupdict()
    year = int(parts["year"])
    try:
        return datetime(
            year + 2000 if year < 100 else year,
            int(parts["month"]),
            int(parts["day"]),
            int(parts["hour"]),
            int(parts["minute"]),
            int(parts["second"] or 0),
            tzinfo=_zone(parts["zone"] or ""),
        )
    except ValueError:
        return None


def _zone(text: str) -> timezone | None:
    if not text:
        return None
    match = re.search(r"([+-])(\d\d?):?(\d\d)?$", text)
    if not match:
        return UTC
    minutes = int(match[2]) * 60 + int(match[3] or 0)
    return timezone(timedelta(minutes=-minutes if match[1] == "-" else minutes))


def _broadcast(text: str) -> datetime | None:
    digits = re.fullmatch(r"(\d{4}).(\d\d).(\d\d)\s*(\d\d).(\d\d).(\d\d)", text)
    if not digits:
        return None
    try:
        moment = datetime(*(int(part) for part in digits.groups()))  # type: ignore[arg-type]
    except ValueError:
        return None
    return moment if moment.year > 1980 else None


def _created(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    return moment if moment.year > 1980 else None
