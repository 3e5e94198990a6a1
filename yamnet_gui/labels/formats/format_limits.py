"""What a format stores of labels, and what is lost when they are written to it and read back."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from operator import attrgetter
from typing import Any

from yamnet_gui.core.class_map import ClassMap
from yamnet_gui.core.events import Event, EventList, EventSource, LabelledRecording, ReviewState
from yamnet_gui.core.resources import bundled_class_map
from yamnet_gui.core.text import counted

from .base import Capability, LabelFormat

EVENT_FIELDS: dict[Capability, dict[str, Any]] = {
    Capability.CHANNEL: {"channel": None},
    Capability.STATE: {"state": ReviewState.UNREVIEWED},
    Capability.SOURCE: {"source": EventSource.IMPORTED},
    Capability.SCORE_MAX: {"score_max": None},
    Capability.SCORE_MEAN: {"score_mean": None},
    Capability.PROBABILITY: {"probability": None},
    Capability.ORIGINAL: {"original": None},
    Capability.FREQUENCY: {"low_hz": None, "high_hz": None},
    Capability.UNCERTAINTY: {"onset_uncertainty_s": None, "offset_uncertainty_s": None},
    Capability.REVIEWER: {"reviewer": "", "reviewed_utc": None},
    Capability.NOTE: {"note": ""},
    Capability.RULES: {"rules_id": ""},
}
"""Fields of an event, and their values where a format does not store them."""


def round_trip_event(
    fmt: LabelFormat, event: Event, recording: LabelledRecording, classes: ClassMap
) -> Event | None:
    """The event (with its id) as it is read back from the format; None where it is left out."""
    fitted = fmt.fit(event, recording.recording)
    if fitted is None:
        return None
    changes: dict[str, Any] = {}
    for key, fields in EVENT_FIELDS.items():
        if key not in fmt.capabilities:
            changes |= fields
    label = fmt.clean(fitted.label)
    if Capability.CLASS not in fmt.capabilities:
        match = classes.find(label) if label else None
        exact = match if match is not None and match.name == label else None
        changes["class_index"] = exact.index if exact else None
        changes["mid"] = exact.mid if exact else ""
    onset_s, offset_s = fmt.clean_time(fitted.onset_s), fmt.clean_time(fitted.offset_s)
    return replace(fitted, label=label, onset_s=onset_s, offset_s=offset_s, **changes)


def round_trip(
    fmt: LabelFormat, recording: LabelledRecording, classes: ClassMap | None = None
) -> LabelledRecording | None:
    """The recording as it is read back from the format; None where nothing is left of it."""
    classes = classes or bundled_class_map()
    events = [round_trip_event(fmt, e, recording, classes) for e in recording.events]
    left = [e for e in events if e is not None]
    reviewed = recording.reviewed if Capability.REVIEWED in fmt.capabilities else ()
    if not left and not reviewed and Capability.EMPTY not in fmt.capabilities:
        return None
    with_model = Capability.MODEL in fmt.capabilities and (
        left or Capability.EMPTY_MODEL in fmt.capabilities
    )
    model = recording.model_sha256 if with_model else ""
    return replace(recording, events=EventList.of(left), reviewed=reviewed, model_sha256=model)


def losses_of(
    fmt: LabelFormat, recordings: Sequence[LabelledRecording], classes: ClassMap | None = None
) -> list[str]:
    """One sentence for each property of these labels that the format cannot store."""
    tally = _Tally(fmt, classes or bundled_class_map())
    for recording in recordings:
        for event in recording.events:
            tally.add(event, recording)
    sentences = [*tally.sentences(), *_recordings(fmt, recordings)]
    return [f"{fmt.title}: {text}" for text in sentences]


class _Tally:
    """Counts how events differ from what `round_trip_event` makes of them.

    It does not make these events: a million of them would take minutes.
    """

    def __init__(self, fmt: LabelFormat, classes: ClassMap) -> None:
        self._fmt = fmt
        self._classes = classes
        self._lost = {
            key: fields for key, fields in EVENT_FIELDS.items() if key not in fmt.capabilities
        }
        self._fitted = {key: f for key, f in EVENT_FIELDS.items() if key in fmt.capabilities}
        names = [name for fields in self._lost.values() for name in fields]
        self._all_of = attrgetter(*names, "id", "id") if names else None
        self._defaults = tuple(d for fields in self._lost.values() for d in fields.values())
        self._labels: dict[str, tuple[str, int | None, str]] = {}
        self._counts: Counter[Capability] = Counter()
        self._left_out = self._relabelled = self._rounded = 0
        self._example = ("", "")

    def add(self, event: Event, recording: LabelledRecording) -> None:
        fmt = self._fmt
        fitted = fmt.fit(event, recording.recording)
        if fitted is None:
            self._left_out += 1
            return
        if self._all_of is not None and self._all_of(event)[:-2] != self._defaults:
            self._count(self._lost, event)
        if fitted is not event:
            for key, fields in self._fitted.items():
                self._counts[key] += any(getattr(event, n) != getattr(fitted, n) for n in fields)
        label, index, mid = self._label(fitted.label)
        if label != event.label:
            self._example = self._example if self._relabelled else (event.label, label)
            self._relabelled += 1
        if Capability.CLASS not in fmt.capabilities:
            self._counts[Capability.CLASS] += (index, mid) != (event.class_index, event.mid)
        if fmt.time_step_s is not None or fitted is not event:
            times = fmt.clean_time(fitted.onset_s), fmt.clean_time(fitted.offset_s)
            self._rounded += times != (event.onset_s, event.offset_s)

    def sentences(self) -> Iterable[str]:
        fmt = self._fmt
        if self._left_out:
            yield f"{counted(self._left_out, 'event')} left out ({fmt.left_out})"
        if self._relabelled:
            before, after = self._example
            changed = f"the label of {counted(self._relabelled, 'event')} is changed"
            yield f"{changed}, for example {before!r} to {after!r}"
        if self._rounded:
            rounded = counted(self._rounded, "event")
            yield f"the times of {rounded} are rounded to {fmt.time_step_s:g} s"
        for key in (Capability.CLASS, *EVENT_FIELDS):
            if self._counts[key]:
                are = "are" if key in _SEVERAL else "is"
                yield f"{key.value} of {counted(self._counts[key], 'event')} {are} lost"

    def _count(self, groups: Mapping[Capability, Mapping[str, Any]], event: Event) -> None:
        for key, fields in groups.items():
            self._counts[key] += any(getattr(event, n) != d for n, d in fields.items())

    def _label(self, text: str) -> tuple[str, int | None, str]:
        """The label as it is read back, and its class."""
        known = self._labels.get(text)
        if known is None:
            label = self._fmt.clean(text)
            match = self._classes.find(label) if label else None
            exact = match if match is not None and match.name == label else None
            known = (label, exact.index if exact else None, exact.mid if exact else "")
            self._labels[text] = known
        return known


_SEVERAL = frozenset(
    {Capability.FREQUENCY, Capability.CLASS, Capability.ORIGINAL, Capability.REVIEWER}
)


def _recordings(fmt: LabelFormat, recordings: Sequence[LabelledRecording]) -> Iterable[str]:
    def lost(key: Capability, count: int) -> Iterable[str]:
        if count and key not in fmt.capabilities:
            yield f"{key.value} of {counted(count, 'recording')} is lost"

    yield from lost(
        Capability.RECORDED_AT, sum(r.recording.recorded_at is not None for r in recordings)
    )
    yield from lost(Capability.PATH, len(recordings))
    yield from lost(Capability.DURATION, len(recordings))
    models = [len(r.events) for r in recordings if r.model_sha256]
    if Capability.MODEL in fmt.capabilities:
        yield from lost(Capability.EMPTY_MODEL, models.count(0))
    yield from lost(Capability.MODEL, len(models))
    spans = sum(len(r.reviewed) for r in recordings)
    if spans and Capability.REVIEWED not in fmt.capabilities:
        yield f"{Capability.REVIEWED.value} are lost ({spans})"
    empty = sum(not len(r.events) for r in recordings)
    if empty and Capability.EMPTY not in fmt.capabilities:
        yield f"{Capability.EMPTY.value} are left out ({empty})"
    if fmt.describes is not None:
        unknown = sum(not fmt.describes(r.recording) for r in recordings)
        if unknown:
            which = "whose sampling rate, channels or duration are unknown"
            yield f"{counted(unknown, 'recording')} {which} left out of the list of recordings"
    if Capability.ID not in fmt.capabilities and any(len(r.events) for r in recordings):
        yield f"{Capability.ID.value} are lost"
