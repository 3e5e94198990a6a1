"""New start times for recordings: shifted, set, in another zone, or as the files state them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from enum import StrEnum
from pathlib import Path

from yamnet_gui.audio import recording_start
from yamnet_gui.core.clock_time import clock_time
from yamnet_gui.labels.project import SET_BY_HAND, Recording

Start = tuple[datetime | None, str]
"""A start time and where it comes from, in words."""


class StartChange(StrEnum):
    """What is to happen to the start times."""

    SHIFT = "shift"
    SET = "set"
    ZONE = "zone"
    FILES = "files"


@dataclass(frozen=True, slots=True)
class StartRequest:
    """SHIFT adds `offset_s`; SET gives the earliest recording the start `moment` and moves the
    others by the same; ZONE keeps the time that the clock showed, and says that it showed that of
    `zone`; FILES takes what files and names state, those without a zone as of `zone`."""

    change: StartChange
    offset_s: float = 0.0
    moment: datetime | None = None
    zone: tzinfo | None = None


def earliest(recordings: Sequence[Recording]) -> datetime | None:
    """The earliest start that is known."""
    return min((r.recorded_at for r in recordings if r.recorded_at is not None), default=None)


def new_starts(
    recordings: Sequence[Recording], paths: Sequence[Path], request: StartRequest
) -> list[Start]:
    """The start of each recording, whose files are `paths`, after the change.

    A recording whose start is not known gets one by SET only where none of the others has one:
    the moment itself.
    """
    if request.change is StartChange.FILES:
        return [_stated(path, request.zone) for path in paths]
    first = earliest(recordings)
    offset_s = request.offset_s
    if request.change is StartChange.SET and request.moment is not None:
        if first is None:
            return [(request.moment, SET_BY_HAND) for _ in recordings]
        offset_s = (request.moment - first).total_seconds()
    starts: list[Start] = []
    for recording in recordings:
        before = recording.recorded_at
        if before is None:
            starts.append((None, recording.start_source))
        elif request.change is StartChange.ZONE:
            starts.append((before.replace(tzinfo=request.zone), SET_BY_HAND))
        elif request.change is StartChange.SET and request.moment is not None:
            after = before.astimezone(request.moment.tzinfo) + timedelta(seconds=offset_s)
            starts.append((after, SET_BY_HAND))
        else:
            starts.append((clock_time(before, offset_s), SET_BY_HAND))
    return starts


def _stated(path: Path, zone: tzinfo | None) -> Start:
    start = recording_start(path, zone)
    return (start.moment, start.source) if start is not None else (None, "")
