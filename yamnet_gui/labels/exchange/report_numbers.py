"""The numbers of a report."""

import statistics
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from yamnet_gui.core.clock_time import clock_hours, clock_time
from yamnet_gui.core.events import Event, LabelledRecording, ReviewState
from yamnet_gui.core.stopping import until_stopped

SCORE_BINS = 20
HOUR_S = 3600.0


@dataclass(frozen=True, slots=True)
class LabelNumbers:
    """One label over all recordings. `histogram`: events by score in 20 bins from 0 to 1."""

    label: str
    events: int
    seconds: float
    states: dict[ReviewState, int]
    median_score: float | None
    histogram: tuple[int, ...]

    @property
    def counted(self) -> int:
        """Events that are not rejected."""
        return self.events - self.states[ReviewState.REJECTED]


@dataclass(frozen=True, slots=True)
class Hours:
    """Events by label and hour. `names`: one for each column; `recorded_s`: effort in each.

    With `of_day`, hours are those of the day by the recordings' own clock, else hours from the
    start of each recording. `without_clock` recordings could not be counted by the day.
    """

    of_day: bool
    names: tuple[str, ...]
    counts: dict[str, tuple[int, ...]]
    recorded_s: tuple[float, ...]
    without_clock: int = 0


def by_label(recordings: Iterable[LabelledRecording]) -> list[LabelNumbers]:
    """Numbers of each label, the most frequent first."""
    groups: defaultdict[str, list[Event]] = defaultdict(list)
    for recording in until_stopped(recordings, 1):
        for event in recording.events:
            groups[event.label].append(event)
    numbers = [_label_numbers(label, events) for label, events in until_stopped(groups.items(), 1)]
    return sorted(numbers, key=lambda n: (-n.counted, n.label))


def _label_numbers(label: str, events: Sequence[Event]) -> LabelNumbers:
    states = dict.fromkeys(ReviewState, 0)
    bins = [0] * SCORE_BINS
    scores = []
    for event in events:
        states[event.state] += 1
        if event.score_max is not None:
            scores.append(event.score_max)
            place = int(event.score_max * SCORE_BINS)
            bins[min(max(place, 0), SCORE_BINS - 1)] += 1
    seconds = sum(e.duration_s for e in events if e.state is not ReviewState.REJECTED)
    median = statistics.median(scores) if scores else None
    return LabelNumbers(label, len(events), seconds, states, median, tuple(bins))


def by_hour(recordings: Sequence[LabelledRecording], most_hours: int = 48) -> Hours:
    """Events that are not rejected, by the hour in which they begin."""
    clocked = [r for r in recordings if r.recording.recorded_at is not None]
    if clocked:
        hours = [_day_hours(r) for r in until_stopped(clocked, 1)]
        return _hours(True, 24, hours, len(recordings) - len(clocked))
    longest = max((r.recording.duration_s for r in recordings), default=0.0)
    count = min(max(1, int(-(-longest // HOUR_S))), most_hours)
    return _hours(
        False, count, [_recording_hours(r, count) for r in until_stopped(recordings, 1)], 0
    )


Share = tuple[list[tuple[str, int]], list[float]]


def _hours(of_day: bool, count: int, shares: Iterable[Share], without: int) -> Hours:
    counts: defaultdict[str, list[int]] = defaultdict(lambda: [0] * count)
    recorded = [0.0] * count
    for events, effort in shares:
        for label, hour in events:
            counts[label][hour] += 1
        recorded = [a + b for a, b in zip(recorded, effort, strict=True)]
    names = tuple(f"{k:02}" if of_day else str(k) for k in range(count))
    table = {label: tuple(row) for label, row in counts.items()}
    return Hours(of_day, names, table, tuple(recorded), without)


def _counted(recording: LabelledRecording) -> Iterable[Event]:
    return (e for e in recording.events if e.state is not ReviewState.REJECTED)


def _day_hours(recording: LabelledRecording) -> Share:
    start = recording.recording.recorded_at
    assert start is not None
    events = [(e.label, clock_time(start, e.onset_s).hour) for e in _counted(recording)]
    effort = [0.0] * 24
    for start_s, end_s, hour in clock_hours(start, recording.recording.duration_s):
        effort[hour.hour] += end_s - start_s
    return events, effort


def _recording_hours(recording: LabelledRecording, count: int) -> Share:
    last = count - 1
    events = [(e.label, min(int(e.onset_s // HOUR_S), last)) for e in _counted(recording)]
    duration = recording.recording.duration_s
    effort = [min(max(duration - k * HOUR_S, 0.0), HOUR_S) for k in range(count)]
    effort[last] += max(duration - count * HOUR_S, 0.0)
    return events, effort
