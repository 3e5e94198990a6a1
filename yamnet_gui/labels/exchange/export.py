"""Choosing what to export, and exporting it in a format."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path

from yamnet_gui.audio import open_audio
from yamnet_gui.core.class_map import ClassMap
from yamnet_gui.core.errors import UserError
from yamnet_gui.core.events import Event, EventList, LabelledRecording, ReviewState
from yamnet_gui.core.ontology import Ontology
from yamnet_gui.core.resources import bundled_class_map, bundled_ontology
from yamnet_gui.core.stopping import until_stopped
from yamnet_gui.core.text import counted
from yamnet_gui.detection import group_events, shown_events
from yamnet_gui.labels.formats import WriteOptions, label_format, losses


class Depth(StrEnum):
    """Which labels along the ontology are exported."""

    AS_IS = "as-is"
    LEAF = "leaf"
    ANCESTORS = "ancestors"


@dataclass(frozen=True, slots=True)
class ExportChoice:
    """What is exported; None means no restriction.

    `events`: (recording's path, event id) of a selection. `min_score` and `max_score` bound
    the highest score of an event; where a bound is set, events without a score stay only if
    the user made them. `keep_empty`: recordings without any remaining event are exported too.
    `depth`: LEAF leaves out an event that events of its subclasses cover completely;
    ANCESTORS adds an event for every parent class. `groups`: ids of ontology nodes;
    events of their subclasses are exported as events of the node. `one_per_sound`: events for which
    others stand (`detection.shown_events`) are left out, unless `labels` or `events` ask for them.
    `channels`: from 0, with None for what is of all channels together.
    """

    recordings: frozenset[Path] | None = None
    labels: frozenset[str] | None = None
    states: frozenset[ReviewState] | None = None
    min_score: float | None = None
    max_score: float | None = None
    events: frozenset[tuple[Path, str]] | None = None
    keep_empty: bool = True
    depth: Depth = Depth.AS_IS
    groups: frozenset[str] = frozenset()
    one_per_sound: bool = False
    channels: frozenset[int | None] | None = None

    def allows(self, path: Path, event: Event) -> bool:
        """Whether the event is exported, judged by itself."""
        return (
            (self.labels is None or event.label in self.labels)
            and (self.states is None or event.state in self.states)
            and (self.channels is None or event.channel in self.channels)
            and (self.events is None or (path, event.id) in self.events)
            and self._score_fits(event)
        )

    def _score_fits(self, event: Event) -> bool:
        if self.min_score is None and self.max_score is None:
            return True
        if event.score_max is None:
            return event.touched
        low = self.min_score if self.min_score is not None else 0.0
        high = self.max_score if self.max_score is not None else 1.0
        return low <= event.score_max <= high


ALL_EVENTS = ExportChoice()


def chosen(
    recordings: Iterable[LabelledRecording],
    choice: ExportChoice = ALL_EVENTS,
    ontology: Ontology | None = None,
    classes: ClassMap | None = None,
) -> list[LabelledRecording]:
    """The recordings with the events to export. Does not change its input.

    `classes` are those of the model, which grouped events get their index from (None: YAMNet's).
    """
    selected = []
    for recording in until_stopped(recordings, 1):
        path = recording.recording.path
        if choice.recordings is not None and path not in choice.recordings:
            continue
        events = [e for e in shown_of(recording, choice, ontology) if choice.allows(path, e)]
        if choice.depth is not Depth.AS_IS:
            events = _along(events, choice.depth, ontology or bundled_ontology())
        if choice.groups:
            tree = ontology or bundled_ontology()
            events = [
                f.event
                for f in group_events(events, tree, classes or bundled_class_map(), choice.groups)
            ]
        if events or choice.keep_empty:
            selected.append(replace(recording, events=EventList.of(events)))
    return selected


def shown_of(
    recording: LabelledRecording, choice: ExportChoice, ontology: Ontology | None = None
) -> Sequence[Event]:
    """The events of a recording without those for which others stand, where that is chosen."""
    if not choice.one_per_sound or choice.labels is not None or choice.events is not None:
        return recording.events.events
    return shown_events(recording.events, ontology or bundled_ontology())


def left_out(recordings: Iterable[LabelledRecording], choice: ExportChoice) -> int:
    """How many events are not exported because others stand for them."""
    count = 0
    for recording in until_stopped(recordings, 1):
        path = recording.recording.path
        if choice.recordings is None or path in choice.recordings:
            count += sum(choice.allows(path, event) for event in recording.events)
            count -= sum(choice.allows(path, event) for event in shown_of(recording, choice))
    return count


def left_out_in_words(count: int) -> str:
    """What `left_out` counted; "" for none."""
    if not count:
        return ""
    return (
        f"{counted(count, 'event')} of broader classes of the same sounds, or of silence, left out"
    )


def described(recordings: Iterable[LabelledRecording]) -> list[LabelledRecording]:
    """The recordings with duration, sampling rate and channels of their files.

    Tables say no more of a recording than its name; a file that is not there stays undescribed.
    """
    return [_described(r) if r.recording.sample_rate_hz == 0 else r for r in recordings]


def _described(recording: LabelledRecording) -> LabelledRecording:
    info = recording.recording
    try:
        with open_audio(info.path) as source:
            known = replace(source.info, path=info.path, recorded_at=info.recorded_at)
    except UserError:
        return recording
    return replace(recording, recording=known)


def _along(events: Sequence[Event], depth: Depth, ontology: Ontology) -> list[Event]:
    if depth is Depth.LEAF:
        return [e for e in events if not _covered_by_subclasses(e, events, ontology)]
    return [*events, *_ancestors(events, ontology)]


def _covered_by_subclasses(event: Event, events: Sequence[Event], ontology: Ontology) -> bool:
    """Whether events of more specific classes cover all of this one's time."""
    node = ontology.of_event(event.class_index, event.mid, event.label)
    if node is None or event.class_index is None:
        return False
    names = {one.name for one in ontology.below(node.mid)}
    return _covered(event, [e for e in events if e.class_index is not None and e.label in names])


def _covered(event: Event, others: Iterable[Event]) -> bool:
    """Whether the union of the others (same channel) holds the event's span."""
    reached = event.onset_s
    for other in sorted(others, key=lambda e: e.onset_s):
        if other.channel == event.channel and other.onset_s <= reached <= other.offset_s:
            reached = other.offset_s
            if reached >= event.offset_s:
                return True
    return False


def _ancestors(events: Sequence[Event], ontology: Ontology) -> Iterator[Event]:
    """An event of each ancestor class, once for each span, unless one of that class covers it."""
    by_label: dict[str, list[Event]] = {}
    for event in events:
        by_label.setdefault(event.label, []).append(event)
    for event in events:
        node = ontology.of_event(event.class_index, event.mid, event.label)
        for above in ontology.above(node.mid) if node else ():
            if above.abstract and above.class_index is None:
                continue
            known = by_label.setdefault(above.name, [])
            if not _covered(event, known):
                added = replace(
                    event,
                    id=f"{event.id}^{above.mid}",
                    label=above.name,
                    class_index=above.class_index,
                    mid=above.mid,
                    original=None,
                )
                known.append(added)
                yield added


@dataclass(frozen=True, slots=True)
class ExportPreview:
    """What an export would do, before anything is written. `left_out`: as `left_out` counts."""

    recordings: tuple[LabelledRecording, ...]
    losses: tuple[str, ...]
    left_out: int = 0

    @property
    def event_count(self) -> int:
        return sum(len(r.events) for r in self.recordings)

    @property
    def labels(self) -> dict[str, int]:
        """Events by label, most frequent first."""
        counts: dict[str, int] = {}
        for recording in until_stopped(self.recordings, 1):
            for event in recording.events:
                counts[event.label] = counts.get(event.label, 0) + 1
        return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))


@dataclass(frozen=True, slots=True)
class Export:
    """A choice, a format, a place and the options; `preview` first, then `write`."""

    format_name: str
    path: Path
    choice: ExportChoice = ALL_EVENTS
    options: WriteOptions = field(default_factory=WriteOptions)

    def preview(
        self, recordings: Sequence[LabelledRecording], ontology: Ontology | None = None
    ) -> ExportPreview:
        """What is exported, and what the format cannot store of it."""
        out = tuple(chosen(recordings, self.choice, ontology, self.options.classes))
        lost = losses(self.format_name, out, self.options.classes, self.options.columns)
        fmt = label_format(self.format_name)
        if self.options.clock and not fmt.has_clock:
            lost.append(f"{fmt.title}: has no place for clock times; seconds are written")
        if self.options.measures and not fmt.has_measures:
            lost.append(f"{fmt.title}: has no columns for measures; csv and raven have")
        return ExportPreview(out, tuple(lost), left_out(recordings, self.choice))
