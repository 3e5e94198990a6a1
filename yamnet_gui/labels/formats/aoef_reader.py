"""What an AOEF file says of its recordings: sound events, tags of clips, and what is complete."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from yamnet_gui.core.events import ReviewedSpan, ReviewState
from yamnet_gui.core.json_text import parse_json
from yamnet_gui.core.spans import TimeSpan
from yamnet_gui.core.text import counted

from .aoef_geometry import Bounds, bounds_of
from .collector import Collector
from .json_values import list_of, moment_of, number_of, seconds_of, shown, text_of, time_expansion
from .notes import noted

LABEL_KEYS = ("label", "event", "class", "sound", "species", "scientificname", "scientific_name",
              "common_name", "vernacularname", "genus", "family", "order", "category")  # fmt: skip
"""Keys of tags (without the prefix of their vocabulary) that name what is heard, the likeliest
first; tags with other keys describe it."""
STATE_KEY = "review_state"
"""Key of the tag that says the state of an event that is not accepted."""
FEATURES = ("score_max", "score_mean", "probability", "onset_uncertainty_s", "offset_uncertainty_s")
"""Features of a sound event that are fields of an event."""
COMPLETE_FOR = "reviewed for these labels only: "
"""Begins the note of a clip in which only some labels were reviewed; a list in JSON follows."""


@dataclass(frozen=True, slots=True)
class _Recording:
    """`expansion`: how many times the file is slower than the sound, whose times AOEF gives."""

    name: str
    expansion: float
    nyquist_hz: float


@dataclass(frozen=True, slots=True)
class _Task:
    """Whether somebody said that everything in a clip is annotated."""

    complete: bool = False
    rejected: bool = False
    labels: tuple[str, ...] = ()
    owner: str = ""
    when: datetime | None = None


_Tag = tuple[str, str]


class AoefReader:
    """Reads the objects of one file, those first that others refer to."""

    def __init__(self, collector: Collector, data: Mapping[str, Any]) -> None:
        self._collector = collector
        self._data = data
        self._tags: dict[Any, _Tag] = {}
        self._users: dict[str, str] = {}
        self._recordings: dict[str, _Recording] = {}
        self._clips: dict[str, tuple[_Recording, Bounds]] = {}
        self._sounds: dict[str, tuple[_Recording, Bounds]] = {}
        self._features: dict[str, dict[str, Any]] = {}  # by sound event
        self._partial: dict[str, tuple[str, ...]] = {}  # clip → labels that were reviewed in it
        self._tasks: dict[str, _Task] = {}
        self._drawn = 0  # lines and polygons

    def read(self) -> None:
        for n, tag in self._objects("tags"):
            identity = tag.get("id")
            if isinstance(identity, int | str):
                self._tags[identity] = (text_of(tag.get("key")), text_of(tag.get("value")))
            else:
                self._collector.left_out(f"tag {n}", "tag", "without an id")
        for _, user in self._objects("users"):
            names = (text_of(user.get(key)) for key in ("name", "username", "email"))
            self._users[text_of(user.get("uuid"))] = next(filter(None, names), "")
        self._read_recordings()
        self._read_places()
        used = self._read_annotations() | self._read_predictions()
        bare = [identity for identity in self._sounds if identity not in used]
        for identity in bare:
            self._event(*self._sounds[identity], "", id=identity)
        if bare:
            sounds = counted(len(bare), "sound event")
            self._collector.warn(f"{sounds} without annotation: read without a label")
        if self._drawn:
            outlines = counted(self._drawn, "outline")
            self._collector.warn(f"{outlines} (lines, polygons) read as the boxes around")
        for key in ("sequence_annotations", "sequence_predictions"):
            for n, _ in self._objects(key):
                self._collector.left_out(f"{key} {n}", "sequence")

    def _objects(self, key: str) -> Iterator[tuple[int, Mapping[str, Any]]]:
        for n, value in enumerate(list_of(self._collector, self._data, key), start=1):
            if isinstance(value, Mapping):
                yield n, value
            else:
                self._collector.left_out(f"{key} {n}: {shown(value)}", "entry", "of a wrong type")

    def _read_recordings(self) -> None:
        for n, entry in self._objects("recordings"):
            with self._collector.row(f"recording {n}"):
                name = text_of(entry.get("path"))
                if not name:
                    raise self._collector.error("it has no path")
                rate = number_of(entry.get("samplerate")) or 0.0
                expansion = time_expansion(self._collector, entry.get("time_expansion"), name)
                duration_s = (number_of(entry.get("duration")) or 0.0) * expansion
                recording = _Recording(name, expansion, rate / 2)
                self._recordings[text_of(entry.get("uuid"))] = recording
                self._collector.recording(name, duration_s=max(duration_s, 0.0))

    def _read_places(self) -> None:
        """Sound events, clips, and tasks about clips."""
        for n, entry in self._objects("sound_events"):
            with self._collector.row(f"sound event {n}"):
                bounds = bounds_of(self._collector, entry.get("geometry"))
                self._drawn += not bounds.exact
                identity = text_of(entry.get("uuid"))
                self._sounds[identity] = self._recording_of(entry), bounds
                if features := _features(entry):
                    self._features[identity] = features
        for n, entry in self._objects("clips"):
            with self._collector.row(f"clip {n}"):
                start_s = seconds_of(self._collector, entry.get("start_time"), "start")
                end_s = seconds_of(self._collector, entry.get("end_time"), "end")
                place = self._recording_of(entry), Bounds(start_s, max(start_s, end_s))
                self._clips[text_of(entry.get("uuid"))] = place
        for n, entry in self._objects("clip_annotations"):
            with self._collector.row(f"clip annotation {n}"):
                if labels := _reviewed_labels(self._note(entry)):
                    self._partial[text_of(entry.get("clip"))] = labels
        for n, entry in self._objects("tasks"):
            with self._collector.row(f"task {n}"):
                clip = text_of(entry.get("clip"))
                task = self._tasks[clip] = self._task(entry, self._partial.get(clip, ()))
                if task.complete or task.labels:
                    self._add_reviewed(clip, task)

    def _recording_of(self, entry: Mapping[str, Any]) -> _Recording:
        recording = self._recordings.get(text_of(entry.get("recording")))
        if recording is None:
            raise self._collector.error(f"no recording {shown(entry.get('recording'))} in the file")
        return recording

    def _task(self, entry: Mapping[str, Any], labels: tuple[str, ...]) -> _Task:
        """The latest badge that says something counts; a rejected task is to be done again.

        Where only some labels were reviewed, the badge says no more than by whom.
        """
        saying = ("assigned", *_SAYING) if labels else _SAYING
        state, owner, when = "", "", None
        for badge in list_of(self._collector, entry, "status_badges"):
            if isinstance(badge, Mapping) and badge.get("state") in saying:
                moment = moment_of(badge.get("created_on"))
                if when is None or moment is None or moment >= when:
                    state, when = text_of(badge.get("state")), moment or when
                    owner = self._users.get(text_of(badge.get("owner")), "")
        complete = state in ("completed", "verified")
        labels = () if complete or state == "rejected" else labels
        return _Task(complete, state == "rejected", labels, owner, when)

    def _add_reviewed(self, clip: str, task: _Task) -> None:
        if clip not in self._clips:
            raise self._collector.error(f"no clip {shown(clip)} in the file")
        recording, bounds = self._clips[clip]
        span = TimeSpan(bounds.start_s * recording.expansion, bounds.end_s * recording.expansion)
        reviewed = ReviewedSpan(span, task.labels, task.owner, task.when)
        self._collector.reviewed(recording.name, reviewed)

    def _read_annotations(self) -> set[str]:
        """Annotated sound events, then tags of clips. Returns the sound events that are used."""
        task_of = {}
        for _, entry in self._objects("clip_annotations"):
            for annotation in list_of(self._collector, entry, "sound_events"):
                task_of[text_of(annotation)] = self._tasks.get(text_of(entry.get("clip")), _Task())
        used = set()
        for n, entry in self._objects("sound_event_annotations"):
            with self._collector.row(f"annotation {n}"):
                place = self._place(entry)
                sound = text_of(entry.get("sound_event"))
                used.add(sound)
                tags = self._tags_of(entry)
                states = [tag for tag in tags if tag[0] == STATE_KEY and tag[1] in _STATES]
                label, others = self._label([tag for tag in tags if tag not in states])
                task = task_of.get(text_of(entry.get("uuid")), _Task())
                state = ReviewState.UNCERTAIN if task.rejected else ReviewState.ACCEPTED
                self._event(
                    *place,
                    label,
                    id=text_of(entry.get("uuid")),
                    state=ReviewState(states[0][1]) if states else state,
                    note=noted(others, self._note(entry)),
                    **self._features.get(sound, {}),
                    reviewer=self._users.get(text_of(entry.get("created_by")), ""),
                    reviewed_utc=moment_of(entry.get("created_on")),
                )
        for n, entry in self._objects("clip_annotations"):
            with self._collector.row(f"clip annotation {n}"):
                tags = self._tags_of(entry)
                if tags and list_of(self._collector, entry, "sound_events"):
                    where = f"clip annotation {n}: {', '.join(value for _, value in tags)}"
                    self._collector.left_out(where, "clip", "with tags beside sound events")
                elif tags:
                    label, others = self._label(tags)
                    note = noted(others, self._note(entry))
                    self._event(*self._clip(entry), label, state=ReviewState.ACCEPTED, note=note)
        return used

    def _read_predictions(self) -> set[str]:
        used = set()
        for n, entry in self._objects("sound_event_predictions"):
            with self._collector.row(f"prediction {n}"):
                place = self._place(entry)
                used.add(text_of(entry.get("sound_event")))
                scored = self._scored_tags(entry)
                label, others = self._label([tag for tag, _ in scored])
                score = next((s for tag, s in scored if tag[1] == label), None)
                score = number_of(entry.get("score")) if score is None else score
                identity = text_of(entry.get("uuid"))
                self._event(*place, label, id=identity, score_max=score, note=noted(others))
        for n, entry in self._objects("clip_predictions"):
            with self._collector.row(f"clip prediction {n}"):
                for (_, value), score in self._scored_tags(entry):
                    self._event(*self._clip(entry), value, score_max=score)
        return used

    def _place(self, entry: Mapping[str, Any]) -> tuple[_Recording, Bounds]:
        sound = self._sounds.get(text_of(entry.get("sound_event")))
        if sound is None:
            raise self._collector.error(f"no sound event {shown(entry.get('sound_event'))}")
        return sound

    def _clip(self, entry: Mapping[str, Any]) -> tuple[_Recording, Bounds]:
        clip = self._clips.get(text_of(entry.get("clip")))
        if clip is None:
            raise self._collector.error(f"no clip {shown(entry.get('clip'))} in the file")
        return clip

    def _tag(self, identity: Any) -> _Tag:
        tag = self._tags.get(identity) if isinstance(identity, int | str) else None
        if tag is None:
            raise self._collector.error(f"no tag {shown(identity)} in the file")
        return tag

    def _tags_of(self, entry: Mapping[str, Any]) -> list[_Tag]:
        return [self._tag(identity) for identity in list_of(self._collector, entry, "tags")]

    def _scored_tags(self, entry: Mapping[str, Any]) -> list[tuple[_Tag, float | None]]:
        scored = []
        for pair in list_of(self._collector, entry, "tags"):
            if not isinstance(pair, list) or len(pair) != 2:
                raise self._collector.error(f"{shown(pair)} is not a tag with its score")
            scored.append((self._tag(pair[0]), number_of(pair[1])))
        return sorted(scored, key=lambda both: -(both[1] or 0.0))

    @staticmethod
    def _label(tags: list[_Tag]) -> tuple[str, list[_Tag]]:
        """The value of the tag that names what is heard, and the other tags."""

        def rank(tag: _Tag) -> int:
            key = tag[0].rpartition(":")[2].casefold()
            return LABEL_KEYS.index(key) if key in LABEL_KEYS else len(LABEL_KEYS)

        if not tags:
            return "", []
        first = min(tags, key=rank)
        return first[1], [tag for tag in tags if tag is not first]

    def _note(self, entry: Mapping[str, Any]) -> str:
        notes = list_of(self._collector, entry, "notes")
        messages = (text_of(n.get("message")) for n in notes if isinstance(n, Mapping))
        return "\n".join(filter(None, messages))

    def _event(self, recording: _Recording, bounds: Bounds, label: str, **fields: Any) -> None:
        expansion = recording.expansion
        low, high = bounds.low_hz, bounds.high_hz
        if low == 0 and high is not None and 0 < recording.nyquist_hz <= high:
            low = high = None  # all of the band
        if fields.get("id"):
            fields["id"] = self._collector.free_id(recording.name, fields["id"])
        self._collector.event(
            recording.name,
            _expanded(bounds.start_s, expansion),
            _expanded(bounds.end_s, expansion),
            label,
            low_hz=None if low is None else low / expansion,
            high_hz=None if high is None else high / expansion,
            **fields,
        )


def _expanded(seconds: float, expansion: float) -> float:
    return seconds if expansion == 1 else round(seconds * expansion, 9)


def _features(entry: Mapping[str, Any]) -> dict[str, float]:
    """Those that are fields of an event, if they can be."""
    values = entry.get("features")
    if not isinstance(values, Mapping):
        return {}
    numbers = {name: number_of(values.get(name)) for name in FEATURES}
    return {
        name: value
        for name, value in numbers.items()
        if value is not None and value >= 0 and (value <= 1 or name.endswith("_s"))
    }


def _reviewed_labels(note: str) -> tuple[str, ...]:
    """The labels that the note of a clip says were reviewed in it; empty where it says none."""
    if not note.startswith(COMPLETE_FOR):
        return ()
    try:
        labels = parse_json(note.removeprefix(COMPLETE_FOR))
    except ValueError:
        return ()
    return tuple(map(text_of, labels)) if isinstance(labels, list) else ()


_STATES = frozenset(ReviewState) - {ReviewState.REJECTED}
_SAYING = ("completed", "verified", "rejected")
"""States of badges that say something about a task; "assigned" does not."""
