"""Activity: how many events of each class by hour of day, by day and by recording.

Hours and days are those of the recordings' own clocks. Where nothing was recorded there is no
count, which is not the same as a count of zero.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from pathlib import Path

from yamnet_gui.core.clock_time import clock_hours, clock_time
from yamnet_gui.core.events import LabelledRecording, ReviewState
from yamnet_gui.core.stopping import until_stopped
from yamnet_gui.detection.evaluation import is_decision

_MOST_DAYS = 20_000  # a clock that was wrong by centuries makes no table of a million days


class ActivityBy(StrEnum):
    """What counts are grouped by."""

    HOUR = "hour of day"
    DAY = "day"
    RECORDING = "recording"


@dataclass(frozen=True, slots=True)
class Slot:
    """An hour of the day, a day or a recording: its name, offsets from UTC in force, seconds
    recorded in it (0: a gap)."""

    name: str
    zones: tuple[str, ...] = ()
    recorded_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Activity:
    """Events of each label in each slot; None in slots without a recording.

    `raw`: all that are not rejected. `calibrated`: decided ones by their decision, others by their
    probability; None where one has none. `without_clock` recordings are in no hour and day.
    """

    by: ActivityBy
    slots: tuple[Slot, ...]
    raw: Mapping[str, tuple[int | None, ...]]
    calibrated: Mapping[str, tuple[float | None, ...]]
    without_clock: int = 0


@dataclass(slots=True)
class _Tally:
    """What is summed up in one slot."""

    zones: set[str] = field(default_factory=set)
    recorded_s: float = 0.0
    raw: dict[str, int] = field(default_factory=dict)
    likely: dict[str, float] = field(default_factory=dict)
    unknown: set[str] = field(default_factory=set)


def activity(
    recordings: Sequence[LabelledRecording],
    by: ActivityBy,
    skipped: Collection[tuple[Path, str]] = (),
) -> Activity:
    """Counts of the recordings' events by the time at which they begin.

    `skipped`: events, by path and id, that are no detections and not decided (of samples).
    """
    tallies: dict[str, _Tally] = {}
    without = 0
    for recording in until_stopped(recordings, 1):
        start = recording.recording.recorded_at
        if by is not ActivityBy.RECORDING and start is None:
            without += 1
            continue
        for name, zone, seconds in _recorded(recording, by):
            tally = tallies.setdefault(name, _Tally())
            tally.recorded_s += seconds
            tally.zones |= {zone} - {""}
        for event in recording.events:
            if (recording.recording.path, event.id) in skipped:
                continue
            if by is ActivityBy.RECORDING or start is None:
                name = str(recording.recording.path)
            else:
                now = clock_time(start, event.onset_s)
                name = f"{now.hour:02}" if by is ActivityBy.HOUR else now.date().isoformat()
            tally = tallies.setdefault(name, _Tally())
            rejected = event.state is ReviewState.REJECTED
            tally.raw[event.label] = tally.raw.get(event.label, 0) + (not rejected)
            likely: float | None = event.probability
            if event.state is not ReviewState.UNCERTAIN and is_decision(event):
                likely = 0.0 if rejected else 1.0
            if likely is None:
                tally.unknown.add(event.label)
            else:
                tally.likely[event.label] = tally.likely.get(event.label, 0.0) + likely
    names = list(_names(by, tallies))
    labels = sorted({x for t in tallies.values() for x in t.raw}, key=lambda x: (x.casefold(), x))
    found = [tallies.get(name, _Tally()) for name in names]
    return Activity(
        by,
        tuple(
            Slot(n, tuple(sorted(t.zones)), t.recorded_s) for n, t in zip(names, found, strict=True)
        ),
        {x: tuple(t.raw.get(x, 0) if _any(t) else None for t in found) for x in labels},
        {
            x: tuple(
                t.likely.get(x, 0.0) if _any(t) and x not in t.unknown else None for t in found
            )
            for x in labels
        },
        without,
    )


def slot_of(by: ActivityBy, path: Path, hour: str) -> str | None:
    """The slot of an hour, as `CountSample.cells` name it, of a recording; None for none."""
    if by is ActivityBy.RECORDING:
        return str(path)
    if hour.startswith("+"):
        return None
    return hour[11:13] if by is ActivityBy.HOUR else hour[:10]


def _any(tally: _Tally) -> bool:
    return tally.recorded_s > 0 or bool(tally.raw)


def _recorded(recording: LabelledRecording, by: ActivityBy) -> Iterator[tuple[str, str, float]]:
    """Slot, offset from UTC and seconds of what was recorded."""
    info = recording.recording
    if by is ActivityBy.RECORDING or info.recorded_at is None:
        zone = (
            ""
            if info.recorded_at is None
            else _offset(info.recorded_at.isoformat(timespec="seconds"))
        )
        yield str(info.path), zone, info.duration_s
        return
    for start_s, end_s, hour in clock_hours(info.recorded_at, info.duration_s):
        name = f"{hour.hour:02}" if by is ActivityBy.HOUR else hour.date().isoformat()
        yield name, _offset(hour.isoformat()), end_s - start_s


def _offset(moment: str) -> str:
    """The offset from UTC at the end of an ISO time, "" for none."""
    return moment[19:]


def _names(by: ActivityBy, tallies: Mapping[str, _Tally]) -> Iterator[str]:
    """All hours of the day, all days from the first to the last, or the recordings."""
    if by is ActivityBy.HOUR:
        yield from (f"{hour:02}" for hour in range(24))
        return
    names = sorted(tallies)
    if by is ActivityBy.RECORDING or not names:
        yield from names
        return
    first, last = date.fromisoformat(names[0]), date.fromisoformat(names[-1])
    if (last - first).days > _MOST_DAYS:
        yield from names
        return
    yield from ((first + timedelta(k)).isoformat() for k in range((last - first).days + 1))
