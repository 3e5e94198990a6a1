"""Random samples for counting, stored with a project: what was drawn, and what reviews say of it.

The events of a sample are events of the project like others, with a note that keeps rules from
replacing them; the design of the sample is a value beside them.
"""

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from yamnet_gui.core.events import Event, EventSource, ReviewState
from yamnet_gui.core.json_text import parse_json
from yamnet_gui.core.text import counted
from yamnet_gui.detection.counting import SampleCounts, Stratum

from .codec import parsed
from .command import Change, Command, group
from .filters import EventFilter
from .project import Project
from .recording_commands import set_texts

SAMPLE_NOTE = "drawn to count"
"""The note of events that a sample brought or took in."""
_FORMAT = 1
_MOST_STRATA, _MOST_UNITS = 64, 10**9
_INDEX = "count-samples"
_NAME = "count-sample-"


@dataclass(frozen=True, slots=True)
class CountScope:
    """What is counted: labels, recordings by id (None: all), and from when until when by the clock
    (None: without bound)."""

    labels: tuple[str, ...]
    recording_ids: tuple[str, ...] | None = None
    since: datetime | None = None
    until: datetime | None = None

    @property
    def key(self) -> str:
        """The same for the same scope."""
        text = json.dumps(self.to_json(), sort_keys=True)
        return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]

    def to_json(self) -> dict[str, Any]:
        ids = None if self.recording_ids is None else sorted(self.recording_ids)
        return {
            "labels": sorted(self.labels),
            "recordings": ids,
            "since": self.since.isoformat() if self.since else None,
            "until": self.until.isoformat() if self.until else None,
        }

    @classmethod
    def from_json(cls, values: Any) -> "CountScope":
        """Raises KeyError, TypeError or ValueError for anything else."""
        ids = values["recordings"]
        moments = [values["since"], values["until"]]
        since, until = (datetime.fromisoformat(m) if m else None for m in moments)
        recordings = None if ids is None else tuple(str(i) for i in ids)
        return cls(tuple(str(x) for x in values["labels"]), recordings, since, until)


@dataclass(frozen=True, slots=True)
class Drawn:
    """A unit of a sample: its event, and its places among strata, cells and all units."""

    recording_id: str
    event_id: str
    label: str
    stratum: int
    cell: int
    unit: int


@dataclass(frozen=True, slots=True)
class CountSample:
    """A random sample, stratified by score, of the units of a scope.

    `cells`: (recording id, hour), the hour as clock time or "+3" from the start of a recording.
    `sizes`: int64 (strata, cells), units that were undecided when the sample was drawn; `known`:
    int64 (2, cells), true ones decided before, missed and detected. `units_id` is a hash of all
    units, and `known_units` names those that were decided, so that more of the same can be drawn.
    """

    scope: CountScope
    strata: tuple[Stratum, ...]
    cells: tuple[tuple[str, str], ...]
    sizes: NDArray[np.int64]
    known: NDArray[np.int64]
    known_units: tuple[int, ...]
    drawn: tuple[Drawn, ...]
    seed: int
    segment_s: float
    units_id: str
    rules_id: str
    model_sha256: str
    made_utc: datetime

    def to_json(self) -> dict[str, Any]:
        """Plain values; `from_json` reads them back."""
        strata, cells = np.nonzero(self.sizes)
        sizes = self.sizes[strata, cells]
        return {
            "format": _FORMAT,
            "scope": self.scope.to_json(),
            "strata": [
                [s.low, None if np.isinf(s.high) else s.high, s.detected] for s in self.strata
            ],
            "cells": [list(cell) for cell in self.cells],
            "sizes": np.stack([strata, cells, sizes], 1).tolist(),
            "known": self.known.tolist(),
            "known_units": list(self.known_units),
            "drawn": [
                [d.recording_id, d.event_id, d.label, d.stratum, d.cell, d.unit] for d in self.drawn
            ],
            "seed": self.seed,
            "segment_s": self.segment_s,
            "units_id": self.units_id,
            "rules_id": self.rules_id,
            "model_sha256": self.model_sha256,
            "made_utc": self.made_utc.isoformat(),
        }

    @classmethod
    def from_json(cls, values: Any) -> "CountSample":
        """Raises KeyError, TypeError, ValueError or IndexError for anything else."""
        if values["format"] != _FORMAT:
            raise ValueError("a sample of a newer version")
        strata = tuple(
            Stratum(float(low), np.inf if high is None else float(high), bool(detected))
            for low, high, detected in values["strata"]
        )
        cells = tuple((str(a), str(b)) for a, b in values["cells"])
        if len(strata) > _MOST_STRATA:
            raise ValueError("more strata than are ever made")
        sizes = np.zeros((len(strata), len(cells)), np.int64)
        for stratum, cell, size in values["sizes"]:
            if stratum < 0 or cell < 0 or not 0 <= size <= _MOST_UNITS:
                raise ValueError("a size out of its range")
            sizes[stratum, cell] = size
        drawn = tuple(
            Drawn(str(r), str(e), str(x), int(h), int(c), int(u))
            for r, e, x, h, c, u in values["drawn"]
        )
        sample = cls(
            scope=CountScope.from_json(values["scope"]),
            strata=strata,
            cells=cells,
            sizes=sizes,
            known=np.array(values["known"], np.int64).reshape(2, len(cells)),
            known_units=tuple(int(u) for u in values["known_units"]),
            drawn=drawn,
            seed=int(values["seed"]),
            segment_s=float(values["segment_s"]),
            units_id=str(values["units_id"]),
            rules_id=str(values["rules_id"]),
            model_sha256=str(values["model_sha256"]),
            made_utc=datetime.fromisoformat(values["made_utc"]),
        )
        sample._check()
        return sample

    def _check(self) -> None:
        """Raises ValueError where the parts do not belong together."""
        left = self.sizes.copy()
        for one in self.drawn:
            if not (0 <= one.stratum < len(self.strata) and 0 <= one.cell < len(self.cells)):
                raise ValueError("a unit of no stratum")
            left[one.stratum, one.cell] -= 1
        units = {one.unit for one in self.drawn}
        if len(units) < len(self.drawn) or (left < 0).any():
            raise ValueError("more units were drawn than there are")
        if (self.known < 0).any() or (self.known > _MOST_UNITS).any():
            raise ValueError("a count out of its range")
        if self.seed < 0 or not 0 < self.segment_s < np.inf:
            raise ValueError("no seed or segment")
        for _, hour in self.cells:
            if not hour.startswith("+"):
                datetime.fromisoformat(hour)


def stored_samples(project: Project) -> list[CountSample]:
    """The samples of a project, the newest first; those that cannot be read are left out.

    Raises ProjectError.
    """
    samples = []
    for key in _keys(project):
        try:
            sample = CountSample.from_json(parsed(project.settings.value(f"{_NAME}{key}")))
        except (KeyError, TypeError, ValueError, IndexError, OverflowError, AttributeError):
            continue
        samples.append(sample)
    return sorted(samples, key=lambda s: s.made_utc, reverse=True)


def stored_sample(project: Project, scope: CountScope) -> CountSample | None:
    """The sample of this scope; None where none was drawn. Raises ProjectError."""
    return next((s for s in stored_samples(project) if s.scope.key == scope.key), None)


def _stored(project: Project, key: str, text: str) -> Command:
    """A step that puts the text of a sample in place of what is stored, "" for none."""
    keys = _keys(project)
    known = [k for k in keys if k != key] + ([key] if text else [])
    texts = {f"{_NAME}{key}": text, _INDEX: json.dumps(sorted(known)) if known else ""}
    return set_texts("", {n: (project.settings.value(n), new) for n, new in texts.items()})


def drop_sample(project: Project, sample: CountSample) -> int:
    """Forgets a sample and takes out its undecided events that were not detected; how many.

    What was decided stays. Raises ProjectError.
    """
    removed = []
    for one in sample.drawn:
        item = project.events.get(one.recording_id, one.event_id)
        if item is None or item.event.state is not ReviewState.UNREVIEWED:
            continue
        event = item.event
        if event.source is not EventSource.DETECTED or event.note != SAMPLE_NOTE:
            continue
        # a detection goes on as one; rules derive it again where it was taken out
        new = replace(event, note="") if sample.strata[one.stratum].detected else None
        removed.append(Change(one.recording_id, event, new))
    steps = [Command("", tuple(removed)), _stored(project, sample.scope.key, "")]
    project.apply(group("discard the sample", steps))
    return len(removed)


def draw_command(
    project: Project, sample: CountSample, drawn: Iterable[tuple[str, Event]]
) -> Command:
    """One step that stores a sample and brings events of it into the project: (recording id,
    event).

    One that is there already gets the note; one that the user has changed stays as it is. Raises
    ProjectError.
    """
    changes = []
    for recording_id, event in drawn:
        item = project.events.get(recording_id, event.id)
        if item is None:
            changes.append(Change(recording_id, None, replace(event, note=SAMPLE_NOTE)))
        elif not item.event.touched:
            noted = replace(item.event, note=SAMPLE_NOTE)
            changes.append(Change(recording_id, item.event, noted))
    text = json.dumps(sample.to_json(), allow_nan=False)
    steps = [Command("", tuple(changes)), _stored(project, sample.scope.key, text)]
    return group(f"draw {counted(len(changes), 'event')} to count", steps)


@dataclass(frozen=True, slots=True)
class SampleReviews:
    """A sample with what reviews say: `left` are (recording id, event id) of undecided ones,
    `uncertain` counts those marked so, which are left out like undecided ones."""

    counts: SampleCounts
    left: tuple[tuple[str, str], ...]
    uncertain: int


def reviews_of_sample(project: Project, sample: CountSample) -> SampleReviews:
    """What was decided about the units of a sample.

    Accepted and moved ones are true; rejected ones, and those that are now of another class, are
    not. Raises ProjectError.
    """
    done, right = np.zeros_like(sample.sizes), np.zeros_like(sample.sizes)
    left, uncertain = [], 0
    for one in sample.drawn:
        item = project.events.get(one.recording_id, one.event_id)
        verdict = None if item is None else _verdict(item.event, one.label)
        uncertain += item is not None and item.event.state is ReviewState.UNCERTAIN
        if verdict is None:
            left.append((one.recording_id, one.event_id))
            continue
        done[one.stratum, one.cell] += 1
        right[one.stratum, one.cell] += verdict
    hours = {hour: k for k, hour in enumerate(dict.fromkeys(_hour(c) for c in sample.cells))}
    counts = SampleCounts(
        sizes=sample.sizes,
        reviewed=done,
        right=right,
        detected=np.array([s.detected for s in sample.strata], bool),
        known=sample.known,
        hours=np.array([hours[_hour(c)] for c in sample.cells], np.int64),
    )
    return SampleReviews(counts, tuple(left), uncertain)


def sample_rows(project: Project, wanted: EventFilter) -> NDArray[np.int64]:
    """Rows of the undecided events of samples, in a random order; int64 (n,).

    Of the filter recordings and labels count. Raises ProjectError.
    """
    rows: dict[int, None] = {}
    for sample in stored_samples(project):
        units = np.random.default_rng(sample.seed).permutation(len(sample.drawn))
        for one in (sample.drawn[k] for k in units):
            if wanted.recording_ids is not None and one.recording_id not in wanted.recording_ids:
                continue
            if wanted.labels is not None and one.label not in wanted.labels:
                continue
            item = project.events.get(one.recording_id, one.event_id)
            if item is not None and item.event.state is ReviewState.UNREVIEWED:
                rows[item.row] = None
    return np.array(list(rows), np.int64)


def _verdict(event: Event, label: str) -> bool | None:
    if event.state is ReviewState.UNCERTAIN:
        return None
    if event.label != label:
        return False
    if event.state is ReviewState.UNREVIEWED:
        return True if event.source is EventSource.EDITED else None
    return event.state is ReviewState.ACCEPTED


def _hour(cell: Sequence[str]) -> str:
    """Clock hours are the same in all recordings; others belong to one."""
    recording_id, hour = cell
    return f"{recording_id}{hour}" if hour.startswith("+") else _utc(hour)


def _utc(hour: str) -> str:
    moment = datetime.fromisoformat(hour)
    return (moment.astimezone(UTC) if moment.tzinfo else moment).isoformat()


def _keys(project: Project) -> list[str]:
    text = project.settings.value(_INDEX)
    try:
        keys = parse_json(text) if text else []
    except ValueError:
        return []
    return [k for k in keys if isinstance(k, str)] if isinstance(keys, list) else []


__all__ = [
    "SAMPLE_NOTE",
    "CountSample",
    "CountScope",
    "Drawn",
    "SampleReviews",
    "draw_command",
    "drop_sample",
    "reviews_of_sample",
    "sample_rows",
    "stored_sample",
    "stored_samples",
]
