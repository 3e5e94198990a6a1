"""Activity: how many events of each class by hour of day, by day and by recording.

Hours and days are those of the recordings' own clocks. Where nothing was recorded there is no
count, which is not the same as a count of zero. Every event of a class counts, also where one of a
more particular class stands for it in tables.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from yamnet_gui.core.errors import SettingsError
from yamnet_gui.core.events import EventSource, ReviewState
from yamnet_gui.detection.counting import SampleCounts, over_time
from yamnet_gui.labels.project import EventFilter, Project, Recording
from yamnet_gui.labels.project.calibrations import stored_calibration
from yamnet_gui.labels.project.count_samples import CountSample, reviews_of_sample, stored_samples
from yamnet_gui.labels.project.event_columns import EventColumns

from .activity_cells import Cell, cells_of

MOST_DAYS = 20_000
"""A clock that was wrong by centuries makes no table of a million days."""
Floats = NDArray[np.float64]
Figures = tuple[float, float, float]
"""An estimate and the ends of its 90% interval."""


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
    probability; None where one has none. `estimated`: true events by label and slot, for labels
    with a reviewed sample. `without_clock` recordings are in no hour and day.
    """

    slots: tuple[Slot, ...]
    raw: Mapping[str, tuple[int | None, ...]]
    calibrated: Mapping[str, tuple[float | None, ...]]
    estimated: Mapping[str, Mapping[str, Figures]]
    without_clock: int = 0


SlotOf = Callable[[Recording, date | None, int | None], str | None]
"""The slot of an hour in a recording; None: in none."""


@dataclass(frozen=True)
class ActivityGrid:
    """Counts of a project by label and cell, from which every table is summed up.

    `label` and `cell` name those pairs that have events, as positions; `raw`, `likely` (of the
    events whose probability is known) and `unknown` (events without one) are about these pairs.
    `samples`: reviewed samples of one class over all recordings. `undetected`: rows of undecided
    events that only a sample brought into the project; they do not count.
    """

    recordings: tuple[Recording, ...]
    paths: tuple[str, ...]
    cells: tuple[Cell, ...]
    labels: tuple[str, ...]
    label: NDArray[np.int64]
    cell: NDArray[np.int64]
    raw: NDArray[np.int64]
    likely: Floats
    unknown: NDArray[np.int64]
    samples: Mapping[str, tuple[CountSample, SampleCounts]]
    undetected: frozenset[int] = frozenset()

    @property
    def without_clock(self) -> int:
        """How many recordings are in no hour and day."""
        return sum(recording.recorded_at is None for recording in self.recordings)

    @property
    def days(self) -> tuple[date, ...]:
        """All days from the first to the last; only those with a recording where they are far
        apart."""
        days = sorted({cell.day for cell in self.cells if cell.day is not None})
        if not days or (days[-1] - days[0]).days > MOST_DAYS:
            return tuple(days)
        return tuple(days[0] + timedelta(k) for k in range((days[-1] - days[0]).days + 1))

    @property
    def by_frequency(self) -> tuple[str, ...]:
        """The labels, those with most events first."""
        totals = np.bincount(self.label, self.raw, len(self.labels)).tolist()
        order = sorted(zip(self.labels, totals, strict=True), key=lambda x: (-x[1], x[0]))
        return tuple(name for name, _ in order)

    def table(self, by: ActivityBy) -> Activity:
        """The counts by hour of day, day or recording."""
        if by is ActivityBy.HOUR:
            return self.summed([f"{hour:02}" for hour in range(24)], _hour)
        if by is ActivityBy.DAY:
            return self.summed([day.isoformat() for day in self.days], _day)
        paths = {recording.id: path for recording, path in self._named}
        return self.summed(sorted(self.paths), lambda recording, _day, _hour: paths[recording.id])

    def of(self, label: str) -> "ActivityGrid":
        """The counts of one label alone."""
        some = self.label == (self.labels.index(label) if label in self.labels else -1)
        samples = {label: self.samples[label]} if label in self.samples else {}
        return replace(
            self,
            labels=(label,),
            label=np.zeros(np.count_nonzero(some), np.int64),
            cell=self.cell[some],
            raw=self.raw[some],
            likely=self.likely[some],
            unknown=self.unknown[some],
            samples=samples,
        )

    def by_day_and_hour(self) -> Activity:
        """The counts in every hour of every day, as `2026-05-03 04`."""
        names = [f"{day.isoformat()} {hour:02}" for day in self.days for hour in range(24)]
        return self.summed(names, _day_and_hour)

    @property
    def _named(self) -> Iterator[tuple[Recording, str]]:
        return zip(self.recordings, self.paths, strict=True)

    def summed(self, names: Sequence[str], slot_of: SlotOf) -> Activity:
        """The counts in slots of these names."""
        at = {name: place for place, name in enumerate(names)}
        zones: list[set[str]] = [set() for _ in names]
        recorded_s = np.zeros(len(names))
        slots = np.full(len(self.cells), -1)
        for number, cell in enumerate(self.cells):
            name = slot_of(self.recordings[cell.recording], cell.day, cell.hour)
            if name is not None and name in at:
                slots[number] = at[name]
                recorded_s[at[name]] += cell.recorded_s
                zones[at[name]] |= {cell.zone} - {""}
        shape = len(self.labels), len(names)
        slot = slots[self.cell]
        inside = slot >= 0
        place = self.label[inside], slot[inside]
        raw, likely, unknown = np.zeros(shape, np.int64), np.zeros(shape), np.zeros(shape, np.int64)
        np.add.at(raw, place, self.raw[inside])
        np.add.at(likely, place, self.likely[inside])
        np.add.at(unknown, place, self.unknown[inside])
        there = (recorded_s > 0) | (raw > 0).any(0)
        return Activity(
            tuple(
                Slot(name, tuple(sorted(zones[k])), float(recorded_s[k]))
                for k, name in enumerate(names)
            ),
            {label: _known(raw[k], there) for k, label in enumerate(self.labels)},
            {
                label: _known(likely[k], there & (unknown[k] == 0))
                for k, label in enumerate(self.labels)
            },
            self._estimates(slot_of),
            self.without_clock,
        )

    def _estimates(self, slot_of: SlotOf) -> dict[str, dict[str, Figures]]:
        by_id = {recording.id: recording for recording in self.recordings}
        result = {}
        for label, (sample, counts) in self.samples.items():
            names = [
                slot_of(by_id[recording_id], *_moment(hour)) if recording_id in by_id else None
                for recording_id, hour in sample.cells
            ]
            known = list(dict.fromkeys(names))
            slots = np.array([known.index(name) for name in names], np.int64)
            figures = over_time(counts, slots=slots).cells
            result[label] = {
                name: (float(figures[0, k]), float(figures[1, k]), float(figures[2, k]))
                for k, name in enumerate(known)
                if name is not None
            }
        return result


def _known(values: NDArray, known: NDArray[np.bool_]) -> tuple[Any, ...]:
    """The values as plain numbers, None where they are not known."""
    plain = values.astype(object)
    plain[~known] = None
    return tuple(plain.tolist())


def project_activity(
    project: Project, recording_ids: Collection[str] | None = None
) -> ActivityGrid:
    """Counts the events of a project, or of some of its recordings.

    Of a part of the recordings there is no estimate: samples are of all. Raises ProjectError, and
    Cancelled where it is stopped.
    """
    samples = stored_samples(project)
    wanted = None if recording_ids is None else frozenset(recording_ids)
    columns = project.events.columns(EventFilter(recording_ids=wanted))
    recordings = tuple(r for r in project.recordings.all() if wanted is None or r.id in wanted)
    cells, cell = cells_of(recordings, columns)
    likely = _likely(project, recordings, columns)
    undetected = _undetected(project, samples)
    counts = ~np.isin(columns.row, undetected)
    names = sorted(set(columns.labels), key=lambda name: (name.casefold(), name))
    number = {name: place for place, name in enumerate(names)}
    code = np.array([number[name] for name in columns.labels] or [0], np.int64)
    width = max(len(cells), 1)
    pairs, where = np.unique((code[columns.kind] * width + cell)[counts], return_inverse=True)

    def total(values: NDArray) -> Floats:
        return np.asarray(np.bincount(where, values[counts], len(pairs)), np.float64)

    used, label = np.unique(pairs // width, return_inverse=True)
    return ActivityGrid(
        recordings,
        tuple(str(project.recordings.locate(r)) for r in recordings),
        cells,
        tuple(names[k] for k in used.tolist()),
        label,
        pairs % width,
        total(~columns.is_state(ReviewState.REJECTED)).astype(np.int64),
        total(np.nan_to_num(likely)),
        total(np.isnan(likely)).astype(np.int64),
        {} if wanted is not None else _reviewed(project, samples),
        frozenset(undetected),
    )


def _likely(project: Project, recordings: Sequence[Recording], columns: EventColumns) -> Floats:
    """How likely each event is a true one: decided ones by their decision, others by their
    calibrated probability; NaN where it is not known."""
    calibration = stored_calibration(project)
    likely = columns.probability.copy()
    if calibration is not None:
        fits = {}
        for recording in recordings:
            analyses = project.recordings.analyses(recording.id)
            fits[recording.id] = calibration.fits(analyses[-1].model_sha256 if analyses else "")
        fitting = np.array([fits.get(i, False) for i in columns.recording_ids] or [False])
        calibrated = fitting[columns.recording]
        likely[calibrated] = np.nan
        for kind, class_index in enumerate(columns.class_indices):
            entry = calibration.known.get(-1 if class_index is None else class_index)
            some = calibrated & (columns.kind == kind) & ~np.isnan(columns.score)
            if entry is not None and some.any():
                likely[some] = entry.probability(columns.score[some])
    unreviewed = columns.is_state(ReviewState.UNREVIEWED)
    rejected = columns.is_state(ReviewState.REJECTED)
    made = unreviewed & ~columns.is_source(EventSource.DETECTED)
    likely[columns.is_state(ReviewState.ACCEPTED) | made] = 1.0
    likely[rejected] = 0.0
    return likely


def _undetected(project: Project, samples: Sequence[CountSample]) -> list[int]:
    """Rows of undecided events that only a sample brought into the project."""
    rows = []
    for sample in samples:
        for one in sample.drawn:
            if not sample.strata[one.stratum].detected:
                item = project.events.get(one.recording_id, one.event_id)
                if item is not None and item.event.state is ReviewState.UNREVIEWED:
                    rows.append(item.row)
    return rows


def _reviewed(
    project: Project, samples: Sequence[CountSample]
) -> dict[str, tuple[CountSample, SampleCounts]]:
    """By label the samples of one class in all recordings that are reviewed enough."""
    result: dict[str, tuple[CountSample, SampleCounts]] = {}
    for sample in samples:
        scope = sample.scope
        whole = scope.recording_ids is None and scope.since is None and scope.until is None
        if len(scope.labels) == 1 and scope.labels[0] not in result and whole:
            counts = reviews_of_sample(project, sample).counts
            if not counts.lacking:
                result[scope.labels[0]] = sample, counts
    return result


def _moment(hour: str) -> tuple[date | None, int | None]:
    """Day and hour of an hour as `CountSample.cells` names it; None where it has no clock."""
    if hour.startswith("+"):
        return None, None
    return date.fromisoformat(hour[:10]), int(hour[11:13])


def _hour(_recording: Recording, _day: date | None, hour: int | None) -> str | None:
    return None if hour is None else f"{hour:02}"


def _day(_recording: Recording, day: date | None, _hour: int | None) -> str | None:
    return None if day is None else day.isoformat()


def _day_and_hour(_recording: Recording, day: date | None, hour: int | None) -> str | None:
    return None if day is None or hour is None else f"{day.isoformat()} {hour:02}"


@dataclass(frozen=True, slots=True)
class ActivityRow:
    """A line of the table of counts; None where nothing was recorded or nothing is known."""

    by: ActivityBy
    slot: str
    zone: str
    recorded_s: float
    label: str
    raw: int | None
    calibrated: float | None
    estimated: Figures | None


def activity_rows(
    grid: ActivityGrid, by: Sequence[ActivityBy], classes: Sequence[str] = ()
) -> Iterator[ActivityRow]:
    """The table of counts by each of `by`, of these labels (none: of all), whatever their case.

    Raises SettingsError for a label that no event has.
    """
    by_key = {label.casefold(): label for label in grid.labels}
    for name in classes:
        if name.casefold() not in by_key:
            raise SettingsError(name, "is not a label of these recordings")
    chosen = list(dict.fromkeys(by_key[name.casefold()] for name in classes)) or grid.labels
    for one in dict.fromkeys(by):
        table = grid.table(one)
        for label in chosen:
            for k, slot in enumerate(table.slots):
                raw = table.raw[label][k]
                estimated = table.estimated.get(label, {}).get(slot.name)
                yield ActivityRow(
                    one,
                    slot.name,
                    " ".join(slot.zones),
                    slot.recorded_s,
                    label,
                    raw,
                    table.calibrated[label][k],
                    estimated if raw is not None else None,
                )
