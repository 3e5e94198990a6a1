"""AOEF as soundevent defines it: an annotation project, with what is complete as done tasks.

Every object has an id that follows from what it is about, so the same labels give the same file,
and Whombat takes a second import for the same objects.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from yamnet_gui.core.events import (
    Event,
    LabelledRecording,
    RecordingInfo,
    ReviewedSpan,
    ReviewState,
)
from yamnet_gui.core.spans import TimeSpan

from .aoef_reader import COMPLETE_FOR, FEATURES, LABEL_KEYS, STATE_KEY
from .base import Output, WriteOptions
from .notes import noted, properties_of

VERSION = "1.1.0"
_LABEL_KEY = "event"
_HOME = uuid5(NAMESPACE_URL, "yamnet_gui/aoef")
_Entry = dict[str, Any]


def write(recordings: Sequence[LabelledRecording], options: WriteOptions) -> Output:
    """The project as JSON, one object on each line."""
    return {"": _Project(recordings, options).lines()}


@dataclass
class _Numbers:
    """Numbers things in the order in which they are first asked for."""

    known: dict[Any, int] = field(default_factory=dict)

    def of(self, thing: Any) -> int:
        return self.known.setdefault(thing, len(self.known))


@dataclass(frozen=True)
class _Clip:
    """A part of a recording that is annotated as one piece: a reviewed span, or all of it."""

    identity: UUID
    span: TimeSpan
    reviewed: ReviewedSpan | None = None

    @property
    def complete(self) -> bool:
        return self.reviewed is not None and not self.reviewed.labels


class _Project:
    def __init__(self, recordings: Sequence[LabelledRecording], options: WriteOptions) -> None:
        self._recordings = recordings
        self._options = options
        self._tags = _Numbers()
        for recording in recordings:
            for event in recording.events:
                self._event_tags(event)

    def lines(self) -> Iterator[str]:
        sections: dict[str, Callable[[], Iterable[_Entry]]] = {
            "users": self._users,
            "tags": self._all_tags,
            "recordings": self._files,
            "clips": self._all_clips,
            "sound_events": lambda: self._of_events(self._sound_event),
            "sound_event_annotations": lambda: self._of_events(self._annotation),
            "clip_annotations": self._clip_annotations,
            "tasks": self._tasks,
        }
        yield f'{{"version": "{VERSION}", "data": {{"collection_type": "annotation_project",'
        names = "\0".join(map(self._options.file_name, (r.recording for r in self._recordings)))
        yield f'\n"uuid": "{_id(_HOME, "project", names)}", "name": "yamnet_gui"'
        for key, entries in sections.items():
            yield f',\n"{key}": ['
            for n, entry in enumerate(entries()):
                yield f"{',' if n else ''}\n{json.dumps(entry)}"
            yield "]"
        yield "\n}}\n"

    def _users(self) -> Iterator[_Entry]:
        names: dict[str, None] = {}
        for recording in self._recordings:
            names |= dict.fromkeys(e.reviewer for e in recording.events)
            names |= dict.fromkeys(r.reviewer for r in recording.reviewed)
        for name in names:
            if name:
                yield {"uuid": _user(name), "name": name}

    def _all_tags(self) -> Iterator[_Entry]:
        for (key, value), number in self._tags.known.items():
            yield {"id": number, "key": key, "value": value}

    def _files(self) -> Iterator[_Entry]:
        for recording in self._recordings:
            info = recording.recording
            yield {
                "uuid": str(self._home(recording)),
                "path": self._options.file_name(info),
                "duration": info.duration_s,
                "channels": info.channels,
                "samplerate": info.sample_rate_hz,
            }

    def _home(self, recording: LabelledRecording) -> UUID:
        return _id(_HOME, "recording", self._options.file_name(recording.recording))

    # Sound events

    def _of_events(
        self, make: Callable[[LabelledRecording, UUID, Event], _Entry]
    ) -> Iterator[_Entry]:
        for recording in self._recordings:
            home = self._home(recording)
            for event in _written(recording):
                yield make(recording, home, event)

    def _sound_event(self, recording: LabelledRecording, home: UUID, event: Event) -> _Entry:
        features = {n: v for n in FEATURES if (v := getattr(event, n)) is not None}
        return {
            "uuid": str(_id(self._event_id(home, event), "sound event")),
            "recording": str(home),
            "geometry": _geometry(event),
            **({"features": features} if features else {}),
        }

    def _annotation(self, recording: LabelledRecording, home: UUID, event: Event) -> _Entry:
        identity = self._event_id(home, event)
        tags, text = self._event_tags(event)
        entry: _Entry = {
            "uuid": str(identity),
            "sound_event": str(_id(identity, "sound event")),
            "tags": tags,
        }
        if text:
            entry["notes"] = [{"uuid": str(_id(identity, "note")), "message": text}]
        if event.reviewer:
            entry["created_by"] = _user(event.reviewer)
        if event.reviewed_utc:
            entry["created_on"] = event.reviewed_utc.isoformat()
        return entry

    def _event_id(self, home: UUID, event: Event) -> UUID:
        """The event's own id where it is one of AOEF's and no other recording has it, too."""
        own = _uuid_of(event.id)
        return own if own is not None and own not in self._shared else _id(home, "event", event.id)

    @cached_property
    def _shared(self) -> set[UUID]:
        seen: set[UUID] = set()
        shared: set[UUID] = set()
        for recording in self._recordings:
            for event in recording.events:
                if (own := _uuid_of(event.id)) is not None:
                    (shared if own in seen else seen).add(own)
        return shared

    def _event_tags(self, event: Event) -> tuple[list[int], str]:
        """Numbers of the tags, and what is left of the note.

        Properties in the note become tags if they come back from them as they stand.
        """
        tags = [(_LABEL_KEY, event.label)] if event.label else []
        properties, text = properties_of(event.note)
        taken = {_LABEL_KEY, STATE_KEY, *LABEL_KEYS[: LABEL_KEYS.index(_LABEL_KEY)]}
        free = all(key.rpartition(":")[2].casefold() not in taken for key, _ in properties)
        if event.label and free and noted(properties, text) == event.note:
            tags += properties
        else:
            text = event.note
        if event.state is not ReviewState.ACCEPTED:
            tags.append((STATE_KEY, event.state.value))
        return [self._tags.of(tag) for tag in tags], text

    # What is complete

    def _clips(self, recording: LabelledRecording) -> list[_Clip]:
        """The reviewed spans, and all of the recording if there is an event outside them."""
        home = self._home(recording)
        clips = [
            _Clip(_id(home, "clip", str(n)), reviewed.span, reviewed)
            for n, reviewed in enumerate(recording.reviewed)
        ]
        if not any(clip.complete for clip in clips) or self._outside(recording, clips):
            last = max((e.offset_s for e in recording.events), default=0.0)
            whole = TimeSpan(0.0, max(recording.recording.duration_s, last))
            clips.append(_Clip(_id(home, "clip"), whole))
        return clips

    @staticmethod
    def _outside(recording: LabelledRecording, clips: Sequence[_Clip]) -> list[Event]:
        """The events that reach into no clip that is complete."""
        spans = [clip.span for clip in clips if clip.complete]
        inside = {e.id for span in spans for e in _written(recording, span)}
        return [e for e in _written(recording) if e.id not in inside]

    def _all_clips(self) -> Iterator[_Entry]:
        for recording in self._recordings:
            for clip in self._clips(recording):
                yield {
                    "uuid": str(clip.identity),
                    "recording": str(self._home(recording)),
                    "start_time": clip.span.start_s,
                    "end_time": clip.span.end_s,
                }

    def _clip_annotations(self) -> Iterator[_Entry]:
        for recording in self._recordings:
            home = self._home(recording)
            clips = self._clips(recording)
            for clip in clips:
                entry: _Entry = {
                    "uuid": str(_id(clip.identity, "annotation")),
                    "clip": str(clip.identity),
                }
                if clip.complete:
                    events = list(_written(recording, clip.span))
                elif clip.reviewed is None:
                    events = self._outside(recording, clips)
                else:
                    events = []
                    message = COMPLETE_FOR + json.dumps(clip.reviewed.labels, ensure_ascii=False)
                    note = {"uuid": str(_id(clip.identity, "note")), "message": message}
                    entry["notes"] = [note]
                if events:
                    entry["sound_events"] = [str(self._event_id(home, e)) for e in events]
                yield entry

    def _tasks(self) -> Iterator[_Entry]:
        for recording in self._recordings:
            for clip in self._clips(recording):
                badges = []
                if clip.reviewed is not None:
                    badges.append(_badge(clip.reviewed, complete=clip.complete))
                yield {
                    "uuid": str(_id(clip.identity, "task")),
                    "clip": str(clip.identity),
                    "status_badges": badges,
                }


def fit(event: Event, info: RecordingInfo) -> Event | None:
    """An annotation says that something is heard, so rejected events have no place.

    A box has both bounds; one that covers the whole band is an interval.
    """
    if event.state is ReviewState.REJECTED:
        return None
    if event.low_hz is None and event.high_hz is None:
        return event
    nyquist_hz = info.sample_rate_hz / 2
    low = event.low_hz if event.low_hz is not None else 0.0
    high = event.high_hz if event.high_hz is not None else max(nyquist_hz, low)
    whole = low == 0 and 0 < nyquist_hz <= high
    return replace(event, low_hz=None if whole else low, high_hz=None if whole else high)


def _badge(reviewed: ReviewedSpan, *, complete: bool) -> Mapping[str, str]:
    """A span that was reviewed for some labels only is not complete, but somebody is at it."""
    badge = {"state": "completed" if complete else "assigned"}
    if reviewed.reviewer:
        badge["owner"] = _user(reviewed.reviewer)
    if reviewed.reviewed_utc:
        badge["created_on"] = reviewed.reviewed_utc.isoformat()
    return badge


def _written(recording: LabelledRecording, span: TimeSpan | None = None) -> Iterator[Event]:
    """The events that are written; only those that reach into the span, where there is one."""
    events = recording.events
    for event in events if span is None else events.between(span.start_s, span.end_s):
        inside = span is None or event.duration_s == 0 or span.overlaps(event.span)
        if inside and (fitted := fit(event, recording.recording)) is not None:
            yield fitted


def _geometry(event: Event) -> _Entry:
    if event.low_hz is not None and event.high_hz is not None:
        box = [event.onset_s, event.low_hz, event.offset_s, event.high_hz]
        return {"type": "BoundingBox", "coordinates": box}
    if event.onset_s == event.offset_s:
        return {"type": "TimeStamp", "coordinates": event.onset_s}
    return {"type": "TimeInterval", "coordinates": [event.onset_s, event.offset_s]}


def _id(home: UUID, *names: str) -> UUID:
    return uuid5(home, "\0".join(names))


def _user(name: str) -> str:
    return str(_id(_HOME, "user", name))


def _uuid_of(text: str) -> UUID | None:
    if len(text) not in (32, 36):
        return None
    try:
        return UUID(text)
    except ValueError:
        return None
