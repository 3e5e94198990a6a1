"""What is left of labels after they went through a format, and what is lost on the way."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from yamnet_gui.core.classes import ClassMap
from yamnet_gui.core.events import Event, EventList, EventSource, LabelledRecording, ReviewState

from .base import Keeps, LabelFormat, bundled_classes

EVENT_FIELDS: dict[Keeps, dict[str, Any]] = {
    Keeps.CHANNEL: {"channel": None},
    Keeps.STATE: {"state": ReviewState.UNREVIEWED},
    Keeps.SOURCE: {"source": EventSource.IMPORTED},
    Keeps.SCORE_MAX: {"score_max": None},
    Keeps.SCORE_MEAN: {"score_mean": None},
    Keeps.PROBABILITY: {"probability": None},
    Keeps.ORIGINAL: {"original": None},
    Keeps.FREQUENCY: {"low_hz": None, "high_hz": None},
    Keeps.UNCERTAINTY: {"onset_uncertainty_s": None, "offset_uncertainty_s": None},
    Keeps.REVIEWER: {"reviewer": "", "reviewed_utc": None},
    Keeps.NOTE: {"note": ""},
    Keeps.RULES: {"rules_id": ""},
}
"""Fields of an event and what they are where a format does not carry them."""


def kept_event(
    fmt: LabelFormat, event: Event, recording: LabelledRecording, classes: ClassMap
) -> Event | None:
    """The event (with its id) as it comes back from the format; None where it is left out."""
    fitted = fmt.fit(event, recording.recording)
    if fitted is None:
        return None
    changes: dict[str, Any] = {}
    for key, fields in EVENT_FIELDS.items():
        if key not in fmt.keeps:
            changes |= fields
    label = fmt.clean(fitted.label)
    if Keeps.CLASS not in fmt.keeps:
        found = classes.find(label) if label else None
        exact = found if found is not None and found.name == label else None
        changes["class_index"] = exact.index if exact else None
        changes["mid"] = exact.mid if exact else ""
    onset_s, offset_s = fmt.clean_time(fitted.onset_s), fmt.clean_time(fitted.offset_s)
    return replace(fitted, label=label, onset_s=onset_s, offset_s=offset_s, **changes)


def kept(
    fmt: LabelFormat, recording: LabelledRecording, classes: ClassMap | None = None
) -> LabelledRecording | None:
    """The recording as it comes back when it is known to the reader; None where nothing does."""
    classes = classes or bundled_classes()
    events = [kept_event(fmt, e, recording, classes) for e in recording.events]
    left = [e for e in events if e is not None]
    reviewed = recording.reviewed if Keeps.REVIEWED in fmt.keeps else ()
    if not left and not reviewed and Keeps.EMPTY not in fmt.keeps:
        return None
    with_model = Keeps.MODEL in fmt.keeps and (left or Keeps.EMPTY_MODEL in fmt.keeps)
    model = recording.model_sha256 if with_model else ""
    return replace(recording, events=EventList.of(left), reviewed=reviewed, model_sha256=model)


def losses_of(
    fmt: LabelFormat, recordings: Sequence[LabelledRecording], classes: ClassMap | None = None
) -> list[str]:
    """One sentence for each thing that the format cannot carry of these very labels."""
    classes = classes or bundled_classes()
    pairs = [
        (event, kept_event(fmt, event, recording, classes))
        for recording in recordings
        for event in recording.events
    ]
    stay = [(before, after) for before, after in pairs if after is not None]
    found = [
        *_left_out(fmt, len(pairs) - len(stay)),
        *_text_and_time(fmt, stay),
        *_fields(stay),
        *_recordings(fmt, recordings),
    ]
    return [f"{fmt.title}: {text}" for text in found]


def _left_out(fmt: LabelFormat, count: int) -> Iterable[str]:
    if count:
        yield f"{_events(count)} left out ({fmt.left_out})"


def _text_and_time(fmt: LabelFormat, pairs: Sequence[tuple[Event, Event]]) -> Iterable[str]:
    texts = [(a.label, b.label) for a, b in pairs if a.label != b.label]
    if texts:
        before, after = texts[0]
        yield f"the label of {_events(len(texts))} changes, for example {before!r} to {after!r}"
    times = sum(a.span != b.span for a, b in pairs)
    if times:
        yield f"the times of {_events(times)} are rounded to {fmt.time_step_s:g} s"


def _fields(pairs: Sequence[tuple[Event, Event]]) -> Iterable[str]:
    groups: dict[Keeps, Sequence[str]] = {
        Keeps.CLASS: ("class_index", "mid"),
        **{key: tuple(fields) for key, fields in EVENT_FIELDS.items()},
    }
    for key, names in groups.items():
        count = sum(any(getattr(a, n) != getattr(b, n) for n in names) for a, b in pairs)
        if count:
            yield f"{key.value} of {_events(count)} is lost"


def _recordings(fmt: LabelFormat, recordings: Sequence[LabelledRecording]) -> Iterable[str]:
    def lost(key: Keeps, count: int) -> Iterable[str]:
        if count and key not in fmt.keeps:
            yield f"{key.value} of {count} recording{'s' if count != 1 else ''} is lost"

    yield from lost(Keeps.RECORDED_AT, sum(r.recording.recorded_at is not None for r in recordings))
    yield from lost(Keeps.PATH, len(recordings))
    yield from lost(Keeps.DURATION, len(recordings))
    models = [len(r.events) for r in recordings if r.model_sha256]
    if Keeps.MODEL in fmt.keeps:
        yield from lost(Keeps.EMPTY_MODEL, models.count(0))
    yield from lost(Keeps.MODEL, len(models))
    spans = sum(len(r.reviewed) for r in recordings)
    if spans and Keeps.REVIEWED not in fmt.keeps:
        yield f"{spans} {Keeps.REVIEWED.value} are lost"
    empty = sum(not len(r.events) for r in recordings)
    if empty and Keeps.EMPTY not in fmt.keeps:
        yield f"{empty} {Keeps.EMPTY.value} are left out"
    if Keeps.ID not in fmt.keeps and any(len(r.events) for r in recordings):
        yield f"{Keeps.ID.value} are lost"


def _events(count: int) -> str:
    return f"{count} event{'s' if count != 1 else ''}"
