"""The points of a map: frames, events or recordings, their data, and their layout."""

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path
from typing import cast

import numpy as np
from numpy.typing import NDArray

from yamnet_gui.core.errors import UserError
from yamnet_gui.core.events import Event, ReviewState
from yamnet_gui.core.files import replacing
from yamnet_gui.core.scores import PATCH_S
from yamnet_gui.core.spans import TimeSpan
from yamnet_gui.embedding import Frames, Method, ProjectionProgress, Segment, project
from yamnet_gui.gui.state.custom_classes import CustomClass, columns_of
from yamnet_gui.gui.state.place import Place
from yamnet_gui.labels.overwrite_guard import spare
from yamnet_gui.labels.project import Project

MOST_POINTS = 100_000
_BLOCK = 4096
STATES = tuple(ReviewState)


class MapKind(StrEnum):
    """What a point represents."""

    FRAMES = "frames"
    EVENTS = "events"
    RECORDINGS = "recordings"


@dataclass(frozen=True)
class MapData:
    """Data of n points; arrays have one entry per point.

    `recording` indexes `recordings` (id, path); `label` indexes `labels`, -1 for none; `state`
    indexes `STATES`, -1 for none; `score` is the detection's, NaN for none; `channel` is -1 for
    the mix. `event_ids` is empty unless points are events. A point is the mean of the frames
    `members` whose `owners` name it. `custom_scores`: scores by the label of a custom class.
    `total`: how many there are; the points may be a random sample.
    """

    kind: MapKind
    recordings: tuple[tuple[str, str], ...]
    recording: NDArray[np.int32]
    channel: NDArray[np.int16]
    start_s: NDArray[np.float64]
    end_s: NDArray[np.float64]
    labels: tuple[str, ...]
    label: NDArray[np.int32]
    class_index: NDArray[np.int32]
    state: NDArray[np.int8]
    score: NDArray[np.float32]
    event_ids: tuple[str, ...]
    members: NDArray[np.int64]
    owners: NDArray[np.int64]
    total: int
    custom_scores: dict[str, NDArray[np.float32]] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.recording)

    def place(self, point: int) -> Place:
        recording, path = self.recordings[int(self.recording[point])]
        channel = int(self.channel[point])
        span = TimeSpan(float(self.start_s[point]), float(self.end_s[point]))
        return Place(recording, path, span, None if channel < 0 else channel)

    def event_id(self, point: int) -> str:
        return self.event_ids[point] if self.event_ids else ""

    def label_of(self, point: int) -> str:
        place = int(self.label[point])
        return self.labels[place] if place >= 0 else ""

    def vectors(self, frames: Frames) -> NDArray[np.float16] | NDArray[np.float32]:
        """The embedding of each point, (n, 1024)."""
        if self.kind is MapKind.FRAMES:
            return frames.vectors[self.members]
        result = np.zeros((len(self), frames.vectors.shape[1]), np.float32)
        counts = np.bincount(self.owners, minlength=len(self))
        for first in range(0, len(self.members), _BLOCK):
            owners = self.owners[first : first + _BLOCK]
            block = frames.read(self.members[first : first + _BLOCK])
            starts = np.flatnonzero(np.diff(owners, prepend=-1))
            result[owners[starts]] += np.add.reduceat(block, starts)
        result /= np.maximum(counts, 1)[:, np.newaxis].astype(np.float32)
        return result


@dataclass(frozen=True, slots=True)
class GatherJob:
    """Collects the points of a map. `shown`: the events of the open recording as shown.

    Raises UserError where there are none.
    """

    project: Project
    frames: Frames
    kind: MapKind
    open_recording: str
    shown: tuple[Event, ...]
    custom_classes: tuple[CustomClass, ...]
    seed: int = 0

    def run(self) -> Iterator[MapData]:
        match self.kind:
            case MapKind.FRAMES:
                data = self._frames()
            case MapKind.EVENTS:
                data = self._events()
            case MapKind.RECORDINGS:
                data = self._recordings()
        if not len(data):
            raise UserError("The map", f"has no {self.kind.value} to show", "analyse a recording")
        yield replace(data, custom_scores=self._custom_scores(data))

    def _frames(self) -> MapData:
        frames, rows = self.frames, self.frames.live_rows()
        total = len(rows)
        if total > MOST_POINTS:
            rng = np.random.default_rng(self.seed)
            rows = np.sort(rng.choice(rows, MOST_POINTS, replace=False))
        label = np.full(len(frames), -1, np.int32)
        state = np.full(len(frames), -1, np.int8)
        score = np.full(len(frames), np.nan, np.float32)
        index = np.full(len(frames), -1, np.int32)
        names = _Names()
        for recording, events in self._all_events():
            mine = self._of(recording)
            for event in sorted(events, key=lambda e: e.score_max or 1.0):
                at = mine.rows_in(recording, event.span)  # the strongest comes last and wins
                label[at], state[at] = names(event.label), STATES.index(event.state)
                score[at] = np.nan if event.score_max is None else event.score_max
                index[at] = -1 if event.class_index is None else event.class_index
        places = np.array([s.first_row for s in frames.segments], np.int64)
        which = np.searchsorted(places, rows, side="right") - 1
        recordings, numbers = _recordings_of(frames.segments)
        first = np.array(
            [
                s.track.start_s - s.track.hop_s * (s.first_row - s.first_frame)
                for s in frames.segments
            ]
        )
        hops = np.array([s.track.hop_s for s in frames.segments])
        ends = np.array([s.track.end_s for s in frames.segments])
        channels = np.array(
            [-1 if s.track.channel is None else s.track.channel for s in frames.segments],
            np.int16,
        )
        start = first[which] + rows * hops[which]
        return MapData(
            MapKind.FRAMES,
            recordings,
            numbers[which],
            channels[which],
            start,
            np.maximum(start, np.minimum(start + PATCH_S, ends[which])),
            tuple(names.numbers),
            label[rows],
            index[rows],
            state[rows],
            score[rows],
            (),
            rows,
            np.arange(len(rows)),
            total,
        )

    def _events(self) -> MapData:
        names, points, members = _Names(), [], []
        total = 0
        for recording, events in self._all_events():
            mine = self._of(recording)
            if not mine.segments:
                continue
            for event in events:
                rows = mine.rows_in(recording, event.span, event.channel)
                if not len(rows):
                    rows = mine.rows_in(recording, event.span)
                if len(rows):
                    total += 1
                    points.append((recording, event))
                    members.append(rows)
        if len(points) > MOST_POINTS:
            rng = np.random.default_rng(self.seed)
            drawn = np.sort(rng.choice(len(points), MOST_POINTS, replace=False)).tolist()
            points, members = [points[i] for i in drawn], [members[i] for i in drawn]
        recordings, _ = _recordings_of(self.frames.segments)
        place = {recording: i for i, (recording, _path) in enumerate(recordings)}
        events = [event for _, event in points]
        lengths = [len(rows) for rows in members]
        none = np.zeros(0, np.int64)
        return MapData(
            MapKind.EVENTS,
            recordings,
            np.array([place[recording] for recording, _ in points], np.int32),
            np.array([-1 if e.channel is None else e.channel for e in events], np.int16),
            np.array([e.onset_s for e in events], np.float64),
            np.array([e.offset_s for e in events], np.float64),
            names.all_of([e.label for e in events]),
            np.array([names(e.label) for e in events], np.int32),
            np.array([-1 if e.class_index is None else e.class_index for e in events], np.int32),
            np.array([STATES.index(e.state) for e in events], np.int8),
            np.array([np.nan if e.score_max is None else e.score_max for e in events], np.float32),
            tuple(e.id for e in events),
            np.concatenate([none, *members]),
            np.repeat(np.arange(len(points)), lengths),
            total,
        )

    def _recordings(self) -> MapData:
        recordings, _ = _recordings_of(self.frames.segments)
        names = _Names()
        by_recording = dict(self._all_events())
        members, label, index = [], [], []
        for recording, _path in recordings:
            members.append(self._of(recording).rows_in(recording))
            events = [
                e for e in by_recording.get(recording, ()) if e.state is not ReviewState.REJECTED
            ]
            most = _most_common(events)
            label.append(-1 if most is None else names(most.label))
            index.append(-1 if most is None or most.class_index is None else most.class_index)
        count = len(recordings)
        ends = [max(s.track.end_s for s in self._of(r).segments) for r, _ in recordings]
        lengths = [len(rows) for rows in members]
        return MapData(
            MapKind.RECORDINGS,
            recordings,
            np.arange(count, dtype=np.int32),
            np.full(count, -1, np.int16),
            np.zeros(count),
            np.array(ends, np.float64),
            tuple(names.numbers),
            np.array(label, np.int32),
            np.array(index, np.int32),
            np.full(count, -1, np.int8),
            np.full(count, np.nan, np.float32),
            (),
            np.concatenate([np.zeros(0, np.int64), *members]),
            np.repeat(np.arange(count), lengths),
            count,
        )

    def _custom_scores(self, data: MapData) -> dict[str, NDArray[np.float32]]:
        """Scores of custom classes: of each frame, or the highest of an event or a recording."""
        classes = tuple(one for one in self.custom_classes if one.classifier is not None)
        scores = np.zeros((len(data), len(classes)), np.float32)
        for first in range(0, len(data.members) if classes else 0, _BLOCK):
            owners = data.owners[first : first + _BLOCK]
            block = columns_of(classes, self.frames.read(data.members[first : first + _BLOCK]))
            starts = np.flatnonzero(np.diff(owners, prepend=-1))
            highest = np.maximum.reduceat(block, starts)
            scores[owners[starts]] = np.maximum(scores[owners[starts]], highest)
        return {one.label: scores[:, place] for place, one in enumerate(classes)}

    def _of(self, recording: str) -> Frames:
        """The frames of one recording: rows as in all of them."""
        mine = tuple(s for s in self.frames.segments if s.track.recording == recording)
        return Frames(self.frames.vectors, self.frames.scales, mine)

    def _all_events(self) -> Iterator[tuple[str, Sequence[Event]]]:
        recordings = dict.fromkeys(s.track.recording for s in self.frames.segments)
        for recording in recordings:
            if recording == self.open_recording:
                yield recording, self.shown
            elif self.project.recordings.knows(recording):
                yield recording, tuple(self.project.events.of(recording))


@dataclass(frozen=True, slots=True)
class ProjectJob:
    """Lays the points out; yields `ProjectionProgress`. Closing it stops the work."""

    data: MapData
    frames: Frames
    method: Method

    def run(self) -> Iterator[ProjectionProgress]:
        vectors = self.data.vectors(self.frames)
        yield from project(cast(NDArray[np.float32], vectors), self.method)


@dataclass(frozen=True, slots=True)
class SaveMapJob:
    """Writes the points as a table. Raises UserError."""

    path: Path
    data: MapData
    xy: NDArray[np.float32]
    method: str

    def run(self) -> Iterator[Path]:
        data = self.data
        spare(self.path)
        try:
            with (
                replacing(self.path) as beside,
                beside.open("w", encoding="utf-8", newline="") as file,
            ):
                write = csv.writer(file)
                write.writerow(
                    (
                        *("file", "start_s", "end_s", "event", "label", "state", "score"),
                        *("method", "x", "y"),
                    )
                )
                for point in range(len(data)):
                    score, state = float(data.score[point]), int(data.state[point])
                    write.writerow(
                        [
                            data.recordings[int(data.recording[point])][1],
                            f"{data.start_s[point]:.3f}",
                            f"{data.end_s[point]:.3f}",
                            data.event_id(point),
                            data.label_of(point),
                            STATES[state].value if state >= 0 else "",
                            "" if np.isnan(score) else f"{score:.4f}",
                            self.method,
                            f"{self.xy[point, 0]:.5g}",
                            f"{self.xy[point, 1]:.5g}",
                        ]
                    )
        except OSError as error:
            raise UserError(self.path, f"cannot be written ({error.strerror})") from error
        yield self.path


class _Names:
    """Numbers for labels, in the order of their first use."""

    def __init__(self) -> None:
        self.numbers: dict[str, int] = {}

    def __call__(self, name: str) -> int:
        return self.numbers.setdefault(name, len(self.numbers))

    def all_of(self, names: Sequence[str]) -> tuple[str, ...]:
        for name in names:
            self(name)
        return tuple(self.numbers)


def _recordings_of(
    segments: Sequence[Segment],
) -> tuple[tuple[tuple[str, str], ...], NDArray[np.int32]]:
    """Recordings (id, path) in the order of their frames, and the recording's number by segment."""
    recordings: dict[str, tuple[int, str]] = {}
    numbers = []
    for segment in segments:
        track = segment.track
        number, _ = recordings.setdefault(track.recording, (len(recordings), track.path))
        numbers.append(number)
    return tuple((key, path) for key, (_, path) in recordings.items()), np.array(numbers, np.int32)


def _most_common(events: Sequence[Event]) -> Event | None:
    """An event of the label that lasts longest in total."""
    seconds: dict[str, float] = {}
    for event in events:
        seconds[event.label] = seconds.get(event.label, 0.0) + event.duration_s
    if not seconds:
        return None
    label = max(seconds, key=lambda name: seconds[name])
    return next(e for e in events if e.label == label)
