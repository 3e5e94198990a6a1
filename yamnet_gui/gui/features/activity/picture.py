"""What the panel shows: counts as a table of numbers, and what lies behind each."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from yamnet_gui.core.clock_time import TimeOfDay
from yamnet_gui.core.events import NOT_REJECTED
from yamnet_gui.core.text import counted, grouped
from yamnet_gui.labels.exchange.activity import Activity, ActivityBy, ActivityGrid, Slot
from yamnet_gui.labels.project import EventFilter

HOUR_S = 3600.0


class View(StrEnum):
    """What the columns and rows are."""

    HOUR = "hour"
    DAY = "day"
    RECORDING = "recording"
    ONE_CLASS = "one class"


class Counts(StrEnum):
    """Which numbers are shown."""

    RAW = "raw"
    CALIBRATED = "calibrated"
    ESTIMATED = "estimated"


@dataclass(frozen=True, slots=True)
class Place:
    """A cell in words, and the events behind it."""

    title: str
    wanted: EventFilter


@dataclass(frozen=True)
class Picture:
    """Numbers by row and column, shape (rows, columns): NaN where they are not known.

    `recorded`: where anything was recorded at all; elsewhere is a gap. `labels`: the class of each
    row, `low` and `high` the ends of the 90% intervals of estimates. `places` and `slots` say what
    is behind a cell.
    """

    rows: tuple[str, ...]
    columns: tuple[str, ...]
    labels: tuple[str, ...]
    values: NDArray[np.float64]
    recorded: NDArray[np.bool_]
    slots: Callable[[int, int], Slot]
    places: Callable[[int, int], Place]
    low: NDArray[np.float64] | None = None
    high: NDArray[np.float64] | None = None

    @cached_property
    def most(self) -> float:
        """The highest number; every cell is painted by it."""
        return float(np.nanmax(self.values, initial=0.0))

    def text(self, row: int, column: int) -> str:
        """What is known of a cell, in words."""
        slot = self.slots(row, column)
        lines = [self.places(row, column).title]
        if not self.recorded[row, column]:
            return "\n".join([*lines, "nothing recorded"])
        value = self.values[row, column]
        if np.isnan(value):
            lines.append("not known: no calibration or reviewed sample")
        else:
            lines.append(_events(value))
            if self.low is not None and self.high is not None:
                interval = f"{self.low[row, column]:.1f} to {self.high[row, column]:.1f}"
                lines[-1] += f" (90% interval: {interval})"
        zone = f", UTC{' and UTC'.join(slot.zones)}" if slot.zones else ""
        lines.append(f"{_duration(slot.recorded_s)} recorded{zone}")
        return "\n".join(lines)


def picture_of(grid: ActivityGrid, view: View, counts: Counts, label: str = "") -> Picture:
    """The counts of a project as the panel shows them; `label`: that of View.ONE_CLASS."""
    if view is View.ONE_CLASS:
        return _one_class(grid, counts, label)
    by = {View.HOUR: ActivityBy.HOUR, View.DAY: ActivityBy.DAY}.get(view, ActivityBy.RECORDING)
    table = grid.table(by)
    labels = grid.by_frequency
    width = len(table.slots)
    shape = len(labels), width
    values, low, high = (_values(table, labels, counts, end).reshape(shape) for end in range(3))
    recorded = np.array([_is_there(table, k, grid.labels) for k in range(width)], bool)
    paths = dict(zip(grid.paths, grid.recordings, strict=True))

    def place(row: int, column: int) -> Place:
        name, slot = labels[row], table.slots[column].name
        wanted = _of_class(grid, name)
        if view is View.HOUR:
            hour = int(slot)
            return Place(f"{name}, {_hours(hour)}", replace(wanted, time_of_day=_of_hour(hour)))
        if view is View.DAY:
            return Place(f"{name}, {slot}", replace(wanted, day=date.fromisoformat(slot)))
        recording = paths[slot]
        return Place(
            f"{name}, {recording.name}", replace(wanted, recording_ids=frozenset([recording.id]))
        )

    names = [slot.name for slot in table.slots]
    if view is View.RECORDING:
        names = [paths[name].name for name in names]
    estimates = counts is Counts.ESTIMATED
    return Picture(
        labels,
        tuple(names),
        labels,
        np.where(recorded, values, np.nan),
        np.broadcast_to(recorded, shape),
        lambda _row, column: table.slots[column],
        place,
        low if estimates else None,
        high if estimates else None,
    )


def _one_class(grid: ActivityGrid, counts: Counts, label: str) -> Picture:
    days = [day.isoformat() for day in grid.days]
    table = grid.of(label).by_day_and_hour()
    shape = len(days), 24
    values, low, high = (_values(table, (label,), counts, end).reshape(shape) for end in range(3))
    recorded = np.array([n is not None for n in table.raw[label]], bool).reshape(shape)

    def place(row: int, column: int) -> Place:
        wanted = _of_class(grid, label)
        title = f"{label}, {days[row]}, {_hours(column)}"
        return Place(
            title, replace(wanted, day=date.fromisoformat(days[row]), time_of_day=_of_hour(column))
        )

    estimates = counts is Counts.ESTIMATED
    return Picture(
        tuple(days),
        tuple(f"{hour:02}" for hour in range(24)),
        (label,) * len(days),
        np.where(recorded, values, np.nan),
        recorded,
        lambda row, column: table.slots[row * 24 + column],
        place,
        low if estimates else None,
        high if estimates else None,
    )


def _values(
    table: Activity, labels: Sequence[str], counts: Counts, end: int
) -> NDArray[np.float64]:
    """Numbers by label and slot; of estimates the value (0) or an end of the interval (1, 2)."""
    result = np.full((len(labels), len(table.slots)), np.nan)
    if counts is Counts.ESTIMATED:
        for row, label in enumerate(labels):
            known: Mapping[str, tuple[float, float, float]] = table.estimated.get(label, {})
            for column, slot in enumerate(table.slots):
                if slot.name in known:
                    result[row, column] = known[slot.name][end]
        return result
    source = table.raw if counts is Counts.RAW else table.calibrated
    for row, label in enumerate(labels):
        result[row] = np.array(source[label], np.float64)  # None becomes not a number
    return result


def _is_there(table: Activity, column: int, labels: Sequence[str]) -> bool:
    if table.slots[column].recorded_s > 0:
        return True
    return bool(labels) and table.raw[labels[0]][column] is not None


def _of_class(grid: ActivityGrid, label: str) -> EventFilter:
    """The events that are counted as raw ones."""
    return EventFilter(
        labels=frozenset([label]), states=NOT_REJECTED, without_undecided=grid.undetected
    )


def _of_hour(hour: int) -> TimeOfDay:
    return TimeOfDay(hour * HOUR_S, (hour + 1) * HOUR_S)


def _hours(hour: int) -> str:
    return f"{hour:02}:00–{hour + 1:02}:00"


def _events(value: float) -> str:
    return counted(int(value), "event") if value == int(value) else f"{grouped(value, 1)} events"


def _duration(seconds: float) -> str:
    minutes = round(seconds / 60)
    if minutes < 1:
        return f"{seconds:.0f} s"
    return f"{minutes // 60} h {minutes % 60} min" if minutes >= 60 else f"{minutes} min"
