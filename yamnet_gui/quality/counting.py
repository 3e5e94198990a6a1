"""Counting in a project: its units with their scores, and samples of them.

A unit is a candidate of a class (what its rule would detect at the lowest threshold that leaves
bounds as they are) or a segment of the time where there is no candidate, so that nothing recorded
is left out and recall is about everything that is audible.
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from yamnet_gui.audio import in_zone
from yamnet_gui.core.class_map import ClassMap
from yamnet_gui.core.clock_time import clock_hours, clock_time
from yamnet_gui.core.errors import SettingsError
from yamnet_gui.core.events import Event, EventList, ReviewedSpan, ReviewState, detection_id
from yamnet_gui.core.matching import same_sound
from yamnet_gui.core.scores import ScoreTable
from yamnet_gui.core.text import listed
from yamnet_gui.detection import RuleSet, detect, prepare
from yamnet_gui.detection.counting import (
    allocation,
    first_allocation,
    strata_of,
    stratum_of,
)
from yamnet_gui.detection.evaluation import is_decision
from yamnet_gui.labels.project import Project, Recording
from yamnet_gui.labels.project.count_samples import (
    CountSample,
    CountScope,
    Drawn,
    draw_command,
    reviews_of_sample,
)

from .references import RecordingScores, Skipped, StoredScores, scores_or_reason

SEGMENT_S = 5.0
"""Length of the segments that the time without candidates is cut into."""
_SHORTEST_S = 0.5  # what lies between two candidates and is shorter is no place of its own
_HOUR_S = 3600.0


@dataclass(frozen=True, slots=True)
class Unit:
    """A candidate or segment of a recording as an event, and what is known of it.

    `known`: whether it is true, None where nobody decided. `cell`: (recording id, hour).
    """

    recording_id: str
    event: Event
    score: float
    detected: bool
    cell: tuple[str, str]
    known: bool | None = None


@dataclass(frozen=True, slots=True)
class UnitsProgress:
    """How far it is; with the last step all units, and recordings left out."""

    done: int
    total: int
    units: tuple[Unit, ...] | None = None
    skipped: tuple[Skipped, ...] = ()


def units_of(
    project: Project,
    scores: StoredScores,
    rules: RuleSet,
    class_map: ClassMap,
    scope: CountScope,
    segment_s: float = SEGMENT_S,
) -> Iterator[UnitsProgress]:
    """All units of a scope, recording by recording. Raises ProjectError, and SettingsError where a
    label is not a class of the model."""
    classes = [_index(label, class_map) for label in scope.labels]
    wanted = None if scope.recording_ids is None else set(scope.recording_ids)
    recordings = [r for r in project.recordings.all() if wanted is None or r.id in wanted]
    units: list[Unit] = []
    skipped: list[Skipped] = []
    for number, recording in enumerate(recordings):
        stored, why = scores_or_reason(scores, project.recordings.locate(recording))
        if recording.recorded_at is None and (scope.since or scope.until):
            stored, why = None, "has no start time"
        if stored is None:
            skipped.append(Skipped(recording.name, why))
        else:
            found = _recording_units(recording, stored, rules, class_map, classes, segment_s)
            inside = [u for u in found if _within(recording, u.event, scope)]
            units += _with_decisions(
                inside,
                list(project.events.of(recording.id)),
                project.recordings.reviewed(recording.id).spans,
            )
        yield UnitsProgress(number + 1, len(recordings) + 1)
    whole = len(recordings) + 1
    yield UnitsProgress(whole, whole, tuple(units), tuple(skipped))


def draw(
    project: Project,
    units: Sequence[Unit],
    scope: CountScope,
    reviews: int,
    seed: int,
    rules_id: str,
    model_sha256: str,
    segment_s: float = SEGMENT_S,
) -> CountSample:
    """Draws a first sample of about so many units and stores it in the project.

    Raises ProjectError, and SettingsError where there is nothing to draw from.
    """
    if not units:
        raise SettingsError(
            listed(scope.labels), "has nothing to draw from", "analyse the recordings first"
        )
    cells = tuple(dict.fromkeys(unit.cell for unit in units))
    unknown = np.array([unit.known is None for unit in units])
    score = np.array([unit.score for unit in units])
    detected = np.array([unit.detected for unit in units], bool)
    strata = strata_of(score[unknown], detected[unknown])
    place, cell = _places(units, strata, cells)
    sizes = np.zeros((len(strata), len(cells)), np.int64)
    np.add.at(sizes, (place[unknown], cell[unknown]), 1)
    known = np.zeros((2, len(cells)), np.int64)
    for unit, at in zip(units, cell, strict=True):
        known[int(unit.detected), at] += unit.known is True
    sample = CountSample(
        scope=scope,
        strata=strata,
        cells=cells,
        sizes=sizes,
        known=known,
        known_units=tuple(np.flatnonzero(~unknown).tolist()),
        drawn=(),
        seed=seed,
        segment_s=segment_s,
        units_id=_units_id(units),
        rules_id=rules_id,
        model_sha256=model_sha256,
        made_utc=datetime.now(UTC),
    )
    return _with_more(project, sample, units, first_allocation(sizes.sum(1), reviews))


def draw_more(
    project: Project, sample: CountSample, units: Sequence[Unit], more: int
) -> CountSample:
    """Draws so many more units of the same scope, where they narrow the interval most.

    Raises ProjectError, and SettingsError where scores or rules have changed since.
    """
    if _units_id(units) != sample.units_id:
        raise SettingsError(
            listed(sample.scope.labels),
            "has other scores, rules or recordings than when the sample was drawn",
            "draw a new sample; reviews that were made count in it as known",
        )
    reviews = reviews_of_sample(project, sample).counts
    drawn = np.zeros(len(sample.strata), np.int64)
    for one in sample.drawn:
        drawn[one.stratum] += 1
    sizes, right = sample.sizes.sum(1), reviews.right.sum(1)
    # the share seen so far stands for units that are drawn and not yet reviewed
    done = np.maximum(reviews.reviewed.sum(1), 1)
    return _with_more(project, sample, units, allocation(sizes, drawn, drawn * right / done, more))


def _with_more(
    project: Project, sample: CountSample, units: Sequence[Unit], more: NDArray[np.int64]
) -> CountSample:
    """Draws the next units of each stratum in the sample's random order."""
    place, cell = _places(units, sample.strata, sample.cells)
    settled = {*sample.known_units, *(one.unit for one in sample.drawn)}
    left = more.copy()
    added: list[Drawn] = []
    for at in np.random.default_rng(sample.seed).permutation(len(units)).tolist():
        stratum = int(place[at])
        if at in settled or stratum < 0 or left[stratum] <= 0:
            continue
        left[stratum] -= 1
        unit = units[at]
        event = unit.event
        added.append(Drawn(unit.recording_id, event.id, event.label, stratum, int(cell[at]), at))
    sample = replace(sample, drawn=(*sample.drawn, *added))
    chosen = [(units[one.unit].recording_id, units[one.unit].event) for one in added]
    project.apply(draw_command(project, sample, chosen))
    return sample


def _places(
    units: Sequence[Unit], strata: Sequence, cells: Sequence[tuple[str, str]]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Stratum and cell of each unit."""
    at = {cell: k for k, cell in enumerate(cells)}
    place = stratum_of(strata, [u.score for u in units], [u.detected for u in units])
    return place, np.array([at[u.cell] for u in units], np.int64)


def _units_id(units: Sequence[Unit]) -> str:
    digest = hashlib.sha256()
    for unit in units:
        text = f"{unit.recording_id}\n{unit.event.id}\n{unit.detected}\n{unit.score:.4f}\n"
        digest.update(text.encode("utf-8", "surrogatepass"))
    return digest.hexdigest()[:16]


def _index(label: str, class_map: ClassMap) -> int:
    entry = class_map.find(label)
    if entry is None:
        raise SettingsError(label, "is not a class of the model, so it has no scores to count by")
    return entry.index


def _recording_units(
    recording: Recording,
    stored: RecordingScores,
    rules: RuleSet,
    class_map: ClassMap,
    classes: Sequence[int],
    segment_s: float,
) -> Iterator[Unit]:
    for table in stored.tables:
        prepared = prepare(table)
        cell = _Cells(recording, table)
        for index in classes:
            rule = rules.resolved(index)
            lowered = rules.with_threshold(index, rule.off)
            several = detect(prepared, lowered, [index], stored.envelopes.get(table.channel))
            on = np.float32(rule.on)
            for event, peak in zip(
                several.iter_events(class_map), several.peak.tolist(), strict=True
            ):
                strong = rule.enabled and np.float32(peak) >= on
                yield Unit(recording.id, event, peak, bool(strong), cell(event.onset_s))
            for onset_s, offset_s in _rest(several.onset_s, several.offset_s, table, segment_s):
                score = _highest(table, index, onset_s, offset_s)
                event = _segment(class_map, index, table.channel, onset_s, offset_s, score)
                yield Unit(recording.id, event, score, False, cell(onset_s))


def _rest(
    onset_s: NDArray[np.float64], offset_s: NDArray[np.float64], table: ScoreTable, segment_s: float
) -> Iterator[tuple[float, float]]:
    """What candidates leave of the analysed time, cut into segments of about equal length."""
    order = np.argsort(onset_s, kind="stable")
    at = table.grid.start_s
    spans = list(zip(onset_s[order].tolist(), offset_s[order].tolist(), strict=True))
    for start, end in [*spans, (table.grid.end_s, table.grid.end_s)]:
        if start - at >= _SHORTEST_S:
            count = max(1, int(np.ceil((start - at) / segment_s - 1e-9)))
            borders = np.linspace(at, start, count + 1).tolist()
            yield from pairwise(borders)
        at = max(at, end)


def _highest(table: ScoreTable, index: int, onset_s: float, offset_s: float) -> float:
    first = table.grid.frame_at(onset_s)
    last = max(first, table.grid.frame_at(max(onset_s, offset_s - 1e-6)))
    part = table.scores[first : last + 1, index]
    return float(part.max()) if len(part) else 0.0


def _segment(
    class_map: ClassMap,
    index: int,
    channel: int | None,
    onset_s: float,
    offset_s: float,
    score: float,
) -> Event:
    entry = class_map[index]
    # apart from ids of detections, which count frames
    key = f"{detection_id(index, round(onset_s * 1000), channel)}-segment"
    return Event(key, onset_s, offset_s, entry.name, index, entry.mid, channel, score_max=score)


class _Cells:
    """The cell of a place of a recording: its hour by the clock, else from the start."""

    def __init__(self, recording: Recording, table: ScoreTable) -> None:
        self._id = recording.id
        end_s = max(table.grid.end_s, 1e-3)
        if recording.recorded_at is not None:
            hours = list(clock_hours(recording.recorded_at, end_s))
            self._starts = [start_s for start_s, _, _ in hours]
            self._names = [hour.isoformat() for _, _, hour in hours]
        else:
            self._starts = [k * _HOUR_S for k in range(int(np.ceil(end_s / _HOUR_S)))]
            self._names = [f"+{k}" for k in range(len(self._starts))]

    def __call__(self, onset_s: float) -> tuple[str, str]:
        at = int(np.searchsorted(self._starts, onset_s, "right")) - 1
        return self._id, self._names[max(at, 0)]


def _within(recording: Recording, event: Event, scope: CountScope) -> bool:
    if recording.recorded_at is None or (scope.since is None and scope.until is None):
        return True
    now = in_zone(clock_time(recording.recorded_at, event.onset_s))
    return (scope.since is None or now >= scope.since) and (
        scope.until is None or now < scope.until
    )


def _with_decisions(
    units: Sequence[Unit], events: Sequence[Event], reviewed: Sequence[ReviewedSpan]
) -> Iterator[Unit]:
    """The units with what decisions say of them.

    True where the centre of a true event lies in it. Not true where a rejected event is the same
    sound, or where the whole of it was reviewed for its class.
    """
    labels = {unit.event.label for unit in units}
    decided = EventList.of(
        event
        for event in events
        if event.label in labels and is_decision(event) and event.state is not ReviewState.UNCERTAIN
    )
    for unit in units:
        event = unit.event
        near = decided.between(event.onset_s, event.offset_s)
        same = [e for e in near if e.label == event.label]
        yield replace(unit, known=_known(event, same, reviewed))


def _known(unit: Event, decided: Sequence[Event], reviewed: Sequence[ReviewedSpan]) -> bool | None:
    for event in decided:
        if event.state is ReviewState.REJECTED or not _share_channel(event, unit):
            continue
        if event.id == unit.id or unit.span.contains(event.span.centre_s):
            return True
    if any(e.id == unit.id or same_sound(e, unit) for e in decided):
        return False
    for one in reviewed:
        whole = one.span.start_s <= unit.onset_s and unit.offset_s <= one.span.end_s
        if whole and (not one.labels or unit.label in one.labels):
            return False
    return None


def _share_channel(a: Event, b: Event) -> bool:
    return a.channel == b.channel or a.channel is None or b.channel is None
