"""When a recording began, from what recorders write into files and their names."""

import re
import zoneinfo
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from pathlib import Path

from yamnet_gui.core.errors import SettingsError
from yamnet_gui.core.sound_track import file_of

from .moments import is_believable, moment_of, written_moment
from .start_names import start_from_name
from .tags import FileTags, file_tags

_AUDIOMOTH = re.compile(
    r"Recorded at (?P<hour>\d\d):(?P<minute>\d\d):(?P<second>\d\d)(?:\.(?P<fraction>\d+))? "
    r"(?P<day>\d\d)/(?P<month>\d\d)/(?P<year>\d{4}) \((?P<zone>UTC[^)]*)\)"
)


@dataclass(frozen=True, slots=True)
class RecordingStart:
    """Clock time of a recording's first sample, always with a zone, and how it is known.

    `source` in words ("file name", "GUANO"). `zone_assumed`: the source states no zone.
    """

    moment: datetime
    source: str
    zone_assumed: bool = False


def recording_start(path: Path | str, zone: tzinfo | None = None) -> RecordingStart | None:
    """When the recording began; None where neither the file nor its name says so.

    A time without a zone is taken as of `zone`, or of this computer. The first of these counts:
    GUANO, Wildlife Acoustics metadata, AudioMoth's comment, the name of the file, the broadcast
    extension (bext) of WAV, dates of RIFF lists, date tags of other containers. Clocks that were
    never set are not believed.
    """
    path = file_of(Path(path))
    stated = _stated(path, file_tags(path))
    if stated is None:
        return None
    moment, source = stated
    return RecordingStart(in_zone(moment, zone), source, moment.tzinfo is None)


def stated_start(path: Path | str) -> datetime | None:
    """The same as the file states it: without a zone where it states none (see `in_zone`)."""
    path = file_of(Path(path))
    stated = _stated(path, file_tags(path))
    return stated[0] if stated else None


def in_zone(moment: datetime, zone: tzinfo | None = None) -> datetime:
    """The moment with a zone: its own, else `zone`, else that of this computer."""
    if moment.tzinfo is not None:
        return moment
    return moment.replace(tzinfo=zone) if zone is not None else moment.astimezone()


def zone_named(name: str) -> tzinfo | None:
    """A zone by its name in the IANA database or as `UTC+2`; None for "" (this computer's).

    Raises SettingsError where there is no such zone.
    """
    if not name:
        return None
    fixed = re.fullmatch(r"(?:UTC|GMT)?([+-]\d{1,2}(?::?\d\d)?)?", name, re.IGNORECASE)
    try:
        if fixed:
            moment = written_moment(f"2024-06-01 12:00:00{name.upper()}")
            if moment is None or moment.tzinfo is None:
                raise ValueError(name)
            return moment.tzinfo
        return zoneinfo.ZoneInfo(name)
    except (ValueError, OSError, zoneinfo.ZoneInfoNotFoundError):
        raise SettingsError(
            name,
            "is not a time zone",
            "give a name such as Europe/Berlin or an offset such as UTC+2",
        ) from None


def _stated(path: Path, tags: FileTags) -> tuple[datetime, str] | None:
    """The first believable time, and where it stands."""
    comment = _AUDIOMOTH.search(tags.comment)
    for moment, source in (
        (written_moment(tags.guano), "GUANO"),
        (written_moment(tags.wamd), "Wildlife Acoustics metadata"),
        (moment_of(comment.groupdict()) if comment else None, "AudioMoth comment"),
        (start_from_name(path), "file name"),
        (_broadcast(tags), "broadcast extension (bext)"),
        (written_moment(tags.info_date), "date tag"),
        *((written_moment(text), "date tag") for text in tags.created),
    ):
        if moment is not None:
            return moment, source
    return None


def _broadcast(tags: FileTags) -> datetime | None:
    """Origination date and time; where the time reference lies after it on the same day, that.

    Recorders that part a long take repeat the origination of its beginning in each part, and the
    time reference, in samples since midnight, moves on (EBU Tech 3285). Editors set it to the
    place on their time line instead, which then lies before the origination, or is zero.
    """
    moment = written_moment(tags.origination)
    if moment is None:
        return None
    midnight = moment.replace(hour=0, minute=0, second=0)
    referred = midnight + timedelta(seconds=min(tags.reference_s, 2 * 86_400))
    same_day = referred.date() == moment.date()
    return referred if same_day and referred > moment and is_believable(referred) else moment
