"""Start times in the names that recorders, phones and programs give to their files."""

import re
from datetime import UTC, datetime
from pathlib import Path

from .moments import moment_of

_DATE = r"(?P<year>(?:19|20)\d\d)(?P<d>[-_.]?)(?P<month>\d\d)(?P=d)(?P<day>\d\d)"
_TIME = r"(?P<hour>\d\d)(?P<t>[-_.:：꞉h]?)(?P<minute>\d\d)(?:(?:(?P=t)|m)(?P<second>\d\d)s?)?"
_FRACTION = r"(?:[.,](?P<fraction>\d{1,9})|[-_]?(?P<millis>\d{3})(?=$|[^\d]))?"
_HALF = r"(?:[ \u202f]?(?P<half>[AP]M))?"
_ZONE = r"(?:[ _]?(?P<zone>Z|UTC(?:[+-]\d{1,2}(?::?\d\d)?)?|[+-]\d\d:?\d\d|\+\d\d))?"
_AFTER_DATE = r"(?:[T_ .$-]{1,3}| at |[-_]birdnet[-_](?:\w+[-_])?)"
_PATTERNS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        # 20240131_235958, 2024-01-31T23:59:58.123+0200, 2024-01-31 at 11.59.58 PM, …$235958,
        # 2024-01-31-birdnet-23:59:58
        rf"(?<!\d){_DATE}{_AFTER_DATE}{_TIME}{_FRACTION}{_HALF}{_ZONE}(?!\d)",
        # 20240131235958, 20240131235958123
        r"(?<!\d)(?P<year>20\d\d)(?P<month>\d\d)(?P<day>\d\d)(?P<hour>\d\d)(?P<minute>\d\d)"
        r"(?P<second>\d\d)(?P<millis>\d{3})?(?!\d)",
        # SoundTrap: a serial number, a dot, then 240131235958
        r"^\d{1,12}\.(?P<year>\d\d)(?P<month>\d\d)(?P<day>\d\d)(?P<hour>\d\d)(?P<minute>\d\d)"
        r"(?P<second>\d\d)(?!\d)",
        # 240131_235958, 240131_2359
        r"(?<!\d)(?P<year>\d\d)(?P<month>\d\d)(?P<day>\d\d)[_$-](?P<hour>\d\d)(?P<minute>\d\d)"
        rf"(?P<second>\d\d)?{_ZONE}(?!\d)",
    )
)
_EPOCH = re.compile(r"(?:^|[-_ ])(?P<seconds>1[4-9]\d{8}|2[0-2]\d{8})\.(?P<fraction>\d{1,9})(?!\d)")
_HEX = re.compile(r"(?:^|_)(?P<seconds>[3-9A-F][0-9A-F]{7})(?:_|$)")
_RECORDED_HOUR = re.compile(r"(?P<year>\d{4})-(?P<month>\d\d)-(?P<day>\d\d)")
_MINUTE_FILE = re.compile(r"(?P<minute>\d\d)\.(?P<second>\d\d)")


def start_from_name(name: str | Path) -> datetime | None:
    """The time that the name of a file states, by the patterns that recorders use, or None.

    Without a zone where the name states none. Of a path, the folders count only where the
    recorder spreads the time over them (Frigate: `2024-01-31/23/camera/59.58.mp4`, in UTC).
    """
    path = Path(name)
    stem = path.stem
    for pattern in _PATTERNS:
        for match in pattern.finditer(stem):
            if moment := moment_of(match.groupdict()):
                return moment
    if epoch := _EPOCH.search(stem):
        return datetime.fromtimestamp(float(f"{epoch['seconds']}.{epoch['fraction']}"), UTC)
    if digits := _HEX.search(stem.upper()):
        seconds = int(digits["seconds"], 16)  # early AudioMoth: seconds since 1970, in hexadecimal
        if 1_400_000_000 < seconds < 2_300_000_000 and re.search(r"[A-F]", digits["seconds"]):
            return datetime.fromtimestamp(seconds, UTC)
    return _in_hourly_folders(path)


def _in_hourly_folders(path: Path) -> datetime | None:
    """Date / hour / camera / minute.second, as Frigate stores its recordings."""
    folders = path.parent.parts
    minute = _MINUTE_FILE.fullmatch(path.stem)
    if minute is None or len(folders) < 3 or not re.fullmatch(r"\d\d", folders[-2]):
        return None
    day = _RECORDED_HOUR.fullmatch(folders[-3])
    if day is None:
        return None
    parts = {**day.groupdict(), "hour": folders[-2], **minute.groupdict(), "zone": "UTC"}
    return moment_of(parts)
