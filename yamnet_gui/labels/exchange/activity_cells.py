"""The hours in which events are counted: those of the clock, in each recording."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from yamnet_gui.core.clock_time import clock_hours, clock_time
from yamnet_gui.core.stopping import until_stopped
from yamnet_gui.labels.project import Recording
from yamnet_gui.labels.project.event_columns import EventColumns


@dataclass(frozen=True, slots=True)
class Cell:
    """An hour of the clock in a recording: the finest that is counted.

    `day` and `hour` are None in a recording whose start is not known. `zone`: the distance from
    UTC, "" where it is not known. `recorded_s`: how long of it was recorded.
    """

    recording: int
    day: date | None
    hour: int | None
    zone: str
    recorded_s: float


def cells_of(
    recordings: Sequence[Recording], columns: EventColumns
) -> tuple[tuple[Cell, ...], NDArray[np.int64]]:
    """All cells, and the cell of each event."""
    cells: list[Cell] = []
    cell = np.zeros(len(columns.row), np.int64)
    order = np.argsort(columns.recording, kind="stable")
    bounds = np.searchsorted(columns.recording[order], np.arange(len(columns.recording_ids) + 1))
    events_of = {
        recording_id: order[bounds[k] : bounds[k + 1]]
        for k, recording_id in enumerate(columns.recording_ids)
    }
    none = np.empty(0, np.int64)
    for number, recording in enumerate(until_stopped(recordings, 64)):
        events = events_of.get(recording.id, none)
        made, places = cells_in(number, recording, columns.onset_s[events])
        cell[events] = len(cells) + places
        cells += made
    return tuple(cells), cell


def cells_in(
    number: int, recording: Recording, onset_s: NDArray[np.float64]
) -> tuple[list[Cell], NDArray[np.int64]]:
    """The cells of a recording that has this number, and which of them each onset (n,) is in."""
    start = recording.recorded_at
    if start is None:
        only = Cell(number, None, None, "", recording.duration_s)
        return [only], np.zeros(len(onset_s), np.int64)
    cells, begins = [], []
    for begin_s, end_s, hour in clock_hours(start, recording.duration_s):
        begins.append(begin_s)
        zone = _zone(hour.isoformat(timespec="seconds"))
        cells.append(Cell(number, hour.date(), hour.hour, zone, end_s - begin_s))
    cell = np.searchsorted(begins, onset_s, "right") - 1
    known = {(c.day, c.hour): k for k, c in enumerate(cells)}
    beyond = np.flatnonzero((onset_s < 0) | (onset_s >= recording.duration_s))
    for event in beyond.tolist():  # of a table for a longer recording, or drawn over its end
        now = clock_time(start, float(onset_s[event]))
        moment = now.date(), now.hour
        if moment not in known:
            known[moment] = len(cells)
            zone = _zone(now.isoformat(timespec="seconds"))
            cells.append(Cell(number, *moment, zone, 0.0))
        cell[event] = known[moment]
    return cells, cell


def _zone(moment: str) -> str:
    """The offset from UTC at the end of an ISO time, "" for none."""
    return moment[19:]
