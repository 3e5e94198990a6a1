"""Events of a recording as a compact array: derived a few classes at a time, stored as a part.

Neither deriving nor storing them needs memory that grows with all scores of a recording.
"""

import json
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from yamnet_gui.core.class_map import ClassMap
from yamnet_gui.core.clock_time import stored_moment
from yamnet_gui.core.events import Event, EventList, LabelledRecording, RecordingInfo
from yamnet_gui.core.ontology import Ontology
from yamnet_gui.core.scores import ScoreTable
from yamnet_gui.core.text import printable
from yamnet_gui.detection import (
    Detections,
    RuleSet,
    detect,
    detected_event,
    group_events,
    grouped_list,
    shown_events,
)

from .result import Analysis

_HELD_SCORES = 4_000_000
"""Scores laid out at a time: all classes of an hour, or a tenth of those of ten hours."""
_FEWEST_CLASSES = 32  # each round reads all scores, so that there should not be too many
_MIX = -1

_COPIED = (
    ("class_index", "i4"),
    ("first_frame", "i4"),
    ("onset_s", "f8"),
    ("offset_s", "f8"),
    ("score_max", "f4"),
    ("score_mean", "f4"),
    ("onset_uncertainty_s", "f4"),
    ("offset_uncertainty_s", "f4"),
)
_ROW = np.dtype([("channel", "i4"), *_COPIED])
_STORED_ROW = _ROW.newbyteorder("<")


@dataclass(frozen=True, slots=True)
class EventTable:
    """The events of a recording under some rules: `rows` has one entry an event, unordered."""

    recording: RecordingInfo
    model_sha256: str
    rules_id: str
    rows: NDArray[np.void]

    def labelled(
        self,
        class_map: ClassMap,
        levels: Collection[str] = (),
        ontology: Ontology | None = None,
        *,
        one_per_sound: bool = False,
    ) -> LabelledRecording:
        """The recording with its events, those below one of the nodes `levels` as events of it.

        `one_per_sound`: without those for which others stand. Both need the `ontology`.
        """
        events = EventList.of(self._events(class_map))
        if one_per_sound and ontology is not None:
            events = EventList.of(shown_events(events, ontology))
        if levels and ontology is not None:
            events = grouped_list(group_events(events, ontology, class_map, levels))
        return LabelledRecording(self.recording, events, model_sha256=self.model_sha256)

    def _events(self, class_map: ClassMap) -> Iterator[Event]:
        classes = class_map.classes
        for row in self.rows:
            number, index, frame, *figures = row.item()
            channel = None if number == _MIX else number
            yield detected_event(classes[index], frame, channel, self.rules_id, figures)


def find_events(
    analysis: Analysis,
    rules: RuleSet,
    classes: Sequence[int] = (),
    top: int | None = None,
) -> EventTable:
    """The events of a recording under the rules, of these classes (none named: of all).

    With `top`, a class counts only where it is among so many highest of a frame. Edges are refined
    where the rules ask for it and the analysis has an envelope (see `add_envelopes`).
    """
    parts = [np.empty(0, _ROW)]
    for table in analysis.tables:
        envelope = analysis.envelope(table.channel)
        wanted = sorted(set(classes)) or list(range(table.scores.shape[1]))
        step = max(_FEWEST_CLASSES, _HELD_SCORES // max(1, table.grid.count))
        for first in range(0, len(wanted), step):
            group = wanted[first : first + step]
            held = _columns(analysis, table, group, top)
            parts.append(_rows(detect(held, rules, group, envelope)))
    rows = np.concatenate(parts)
    return EventTable(analysis.recording, analysis.model_sha256, rules.rules_id, rows)


def write_event_table(file: IO[bytes], table: EventTable) -> None:
    """Writes a line of JSON about the recording, then the rows as they lie in memory."""
    info = table.recording
    about = {
        "path": printable(info.path),
        "duration_s": info.duration_s,
        "sample_rate_hz": info.sample_rate_hz,
        "channels": info.channels,
        "recorded_at": info.recorded_at.isoformat() if info.recorded_at else None,
        "model_sha256": table.model_sha256,
        "rules_id": table.rules_id,
    }
    file.write(json.dumps(about).encode("ascii") + b"\n")
    file.write(np.ascontiguousarray(table.rows, _STORED_ROW).tobytes())


def read_event_table(file: IO[bytes]) -> EventTable:
    """What `write_event_table` wrote. Raises OSError, ValueError or KeyError for anything else."""
    head = file.readline()
    if head.startswith(b"PK"):  # an earlier version wrote .npz
        file.seek(0)
        with np.load(file, allow_pickle=False) as arrays:
            about: dict[str, Any] = json.loads(str(arrays["about"]))
            rows = arrays["rows"]
    else:
        about = json.loads(head)
        rows = np.frombuffer(file.read(), _STORED_ROW)
    started = about["recorded_at"]
    info = RecordingInfo(
        Path(about["path"]),
        about["duration_s"],
        about["sample_rate_hz"],
        about["channels"],
        stored_moment(started) if started else None,
    )
    return EventTable(info, about["model_sha256"], about["rules_id"], rows)


def _columns(
    analysis: Analysis, table: ScoreTable, classes: list[int], top: int | None
) -> ScoreTable:
    """The table with the scores of these classes alone; all others are 0.

    Columns lie one after the other, and zeros that are never written take no memory.
    """
    count, width = table.scores.shape
    everything = len(classes) == width
    held = np.empty((count, width), np.float32) if everything else _zeros(count, width)
    for first, block in analysis.rule_blocks(table.channel):
        scores = block if top is None else _only_top(block, top)
        if everything:
            held[first : first + len(block)] = scores
        else:
            held[first : first + len(block), classes] = scores[:, classes]
    held.flags.writeable = False
    return ScoreTable(table.grid, held, table.channel)


def _zeros(count: int, width: int) -> NDArray[np.float32]:
    return np.zeros((width, count), np.float32).T


def _only_top(block: NDArray[np.float32], count: int) -> NDArray[np.float32]:
    """The rows with 0 for every score that is not among the `count` highest of its frame."""
    top_scores = np.zeros_like(block)
    places = np.argpartition(-block, min(count, block.shape[1]) - 1, axis=1)[:, :count]
    np.put_along_axis(top_scores, places, np.take_along_axis(block, places, axis=1), axis=1)
    return top_scores


def _rows(detections: Detections) -> NDArray[np.void]:
    rows = np.empty(len(detections), _ROW)
    channel = detections.table.channel
    rows["channel"] = _MIX if channel is None else channel
    for name, _ in _COPIED:
        rows[name] = getattr(detections, name)
    return rows
