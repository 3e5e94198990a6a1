"""Gathering examples and teaching classes from them."""

from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from yamnet_gui.analysis import (
    AnalysisSettings,
    Model,
    ResultCache,
    SoundExample,
    analyse_recording,
    augmented_examples,
    silence_embedding,
)
from yamnet_gui.audio import SOUND_SUFFIXES
from yamnet_gui.core.errors import UserError
from yamnet_gui.core.events import ReviewState
from yamnet_gui.core.spans import TimeSpan
from yamnet_gui.embedding import (
    CustomClassesResult,
    Example,
    ExampleSet,
    Frames,
    Strategy,
    TrainingOptions,
    suggest,
)
from yamnet_gui.embedding.custom_classes import teach
from yamnet_gui.gui.state.custom_classes import CustomClass, columns_of
from yamnet_gui.labels.project import EventFilter, Project, ProjectEvent

_DECIDED = frozenset({ReviewState.ACCEPTED, ReviewState.REJECTED})
_MARGIN_S = 1.0
_GROUND_WEIGHT = 0.3
_LEAST_GROUND, _MOST_GROUND = 40, 400
_FRAMES_OF_FILE = 200
_MOST_CANDIDATES = 20_000
_BLOCK = 4096


@dataclass(frozen=True, slots=True)
class TrainingRequest:
    """What a person asks for.

    `labels` maps labels of events to the class that they teach. `folders` are classes by
    themselves: the name of the folder, or of each folder in it. `others`: accepted events of
    other labels count as something else; `ground`: so do stretches without an event of the
    classes, taken at random and counting less, for nobody has listened to them.
    """

    labels: dict[str, str] = field(default_factory=dict)
    folders: tuple[Path, ...] = ()
    others: bool = True
    ground: bool = True
    augmented: bool = False
    options: TrainingOptions = field(default_factory=TrainingOptions)


@dataclass(frozen=True, slots=True)
class TrainingStep:
    """`share` of the work done (0 to 1), in words; at last the result."""

    share: float
    text: str
    result: CustomClassesResult | None = None
    examples: int = 0


@dataclass(frozen=True, slots=True)
class TrainJob:
    """Teaches classes from the project's decided events and from folders. Raises UserError."""

    project: Project
    frames: Frames | None
    wish: TrainingRequest
    model: Model
    settings: AnalysisSettings
    cache: ResultCache | None

    def run(self) -> Iterator[TrainingStep]:
        yield TrainingStep(0.0, "collecting examples")
        sounds: list[SoundExample] = []
        examples = self._from_events(sounds)
        examples += yield from self._from_folders(sounds)
        # the network has run for the folders, or its result for silence is remembered
        silence = silence_embedding(self.model) if self.wish.folders else None
        if self.wish.ground and self.frames is not None:
            examples += self._ground(examples)
        if not any(e.label for e in examples):
            raise UserError(
                "The class", "has no example whose sound was analysed", "accept some events first"
            )
        if self.wish.augmented:
            for done, copies in augmented_examples(sounds, self.model):
                share = 0.2 + 0.1 * done / len(sounds)
                yield TrainingStep(share, f"changing copies ({done} of {len(sounds)})")
                examples += copies
        try:
            gathered = ExampleSet.of(examples, silence=silence)
        except ValueError as error:
            raise UserError("The examples", f"cannot be used: {error}") from error
        steps = teach(gathered, self.wish.options, self.model.sha256)
        count = sum(not e.augmented for e in examples)
        try:
            for step in steps:
                yield TrainingStep(0.3 + 0.7 * step.share, step.text, step.result, count)
        finally:
            if isinstance(steps, Generator):
                steps.close()

    def _decided(self) -> list[ProjectEvent]:
        rows = self.project.event_ids(EventFilter(states=_DECIDED))
        return self.project.events(rows.tolist())

    def _from_events(self, sounds: list[SoundExample]) -> list[Example]:
        """Examples from decisions; where they lie in files is added to `sounds`."""
        if self.frames is None:
            return []
        found = []
        accepted = _Accepted()
        decided = self._decided()
        paths = {r.id: self.project.locate(r) for r in self.project.recordings()}
        for item in decided:
            if item.event.state is ReviewState.ACCEPTED:
                accepted.add(item)
        for item in decided:
            event = item.event
            rows = self.frames.rows_in(item.recording_id, event.span, event.channel)
            if not len(rows):
                rows = self.frames.rows_in(item.recording_id, event.span)
            if len(rows):
                vectors = self.frames.read(rows)
                for label in self._labels_of(item, accepted):
                    found.append(Example(vectors, label, item.recording_id))
                    sounds.append(
                        SoundExample(
                            paths[item.recording_id],
                            label,
                            item.recording_id,
                            event.onset_s,
                            event.offset_s,
                            event.channel,
                        )
                    )
        return found

    def _labels_of(self, item: ProjectEvent, accepted: "_Accepted") -> list[str | None]:
        """What an event is an example of: a class, something else (None), or nothing at all."""
        event, wish = item.event, self.wish
        own = wish.labels.get(event.label)
        if event.state is ReviewState.ACCEPTED and own is not None:
            return [own]
        if accepted.any_of(wish.labels, item):
            return []  # one of the classes is heard here, whatever else is
        if event.state is ReviewState.ACCEPTED:
            return [None] if wish.others else []
        return [None] if own is not None else []

    def _from_folders(
        self, sounds: list[SoundExample]
    ) -> Generator[TrainingStep, None, list[Example]]:
        found: list[Example] = []
        files = [
            (label, path) for folder in self.wish.folders for label, path in sound_files(folder)
        ]
        for done, (label, path) in enumerate(files):
            yield TrainingStep(0.2 * done / len(files), f"listening to {path.name}")
            for step in analyse_recording(path, self.model, self.settings, self.cache):
                if step.analysis is None:
                    continue
                channel = step.analysis.tables[0].channel
                vectors = np.array(step.analysis.embeddings(channel)[:_FRAMES_OF_FILE])
                found.append(Example(vectors, label, path.stem))
                sounds.append(SoundExample(path, label, path.stem))
        return found

    def _ground(self, examples: Sequence[Example]) -> list[Example]:
        """Frames of recordings with examples, far from every event of the classes.

        Nobody has listened to them: where there are counter-examples of people, the class is not
        judged by these.
        """
        frames = self.frames
        judged = any(e.label is None for e in examples) or len({e.label for e in examples}) > 1
        assert frames is not None
        groups = sorted({e.group for e in examples})
        free = np.zeros(len(frames), bool)
        for recording in groups:
            free[frames.rows_in(recording)] = True
        for item in self.project.events(self.project.event_ids().tolist()):
            event = item.event
            if event.label in self.wish.labels and event.state is not ReviewState.REJECTED:
                wide = TimeSpan(max(0.0, event.onset_s - _MARGIN_S), event.offset_s + _MARGIN_S)
                free[frames.rows_in(item.recording_id, wide)] = False
        candidates = np.flatnonzero(free)
        wanted = int(np.clip(2 * len(examples), _LEAST_GROUND, _MOST_GROUND))
        rng = np.random.default_rng(self.wish.options.seed)
        chosen = rng.choice(candidates, min(wanted, len(candidates)), replace=False)
        return [
            Example(
                frames.read(np.array([row])),
                None,
                frames.track_at(int(row)).recording,
                weight=_GROUND_WEIGHT,
                augmented=judged,
            )
            for row in np.sort(chosen)
        ]


class _Accepted:
    """Where which labels were accepted."""

    def __init__(self) -> None:
        self._spans: dict[tuple[str, str], list[tuple[float, float]]] = {}

    def add(self, item: ProjectEvent) -> None:
        key = (item.recording_id, item.event.label)
        self._spans.setdefault(key, []).append((item.event.onset_s, item.event.offset_s))

    def any_of(self, labels: dict[str, str], item: ProjectEvent) -> bool:
        """Whether one of the labels was accepted where this event is."""
        event = item.event
        return any(
            start < event.offset_s and event.onset_s < end
            for label in labels
            for start, end in self._spans.get((item.recording_id, label), ())
        )


def sound_files(folder: Path) -> list[tuple[str, Path]]:
    """(class, file) of a folder: its own sounds under its name, those of each folder in it under
    that one's. Raises UserError where it cannot be read."""
    try:
        inside = sorted(folder.iterdir())
        own = [(folder.name, p) for p in inside if p.suffix.lower() in SOUND_SUFFIXES]
        for part in inside:
            if part.is_dir():
                files = sorted(p for p in part.iterdir() if p.suffix.lower() in SOUND_SUFFIXES)
                own += [(part.name, p) for p in files]
    except OSError as error:
        raise UserError(folder, f"cannot be read ({error.strerror})") from error
    return own


@dataclass(frozen=True, slots=True)
class Suggested:
    """A frame to label, and its score for the class."""

    recording: str
    path: str
    span: TimeSpan
    channel: int | None
    score: float
    row: int


@dataclass(frozen=True, slots=True)
class Suggestions:
    """Places to label next, in the order of asking."""

    places: tuple[Suggested, ...]


@dataclass(frozen=True, slots=True)
class SuggestJob:
    """Chooses frames to label for a taught class among all that nobody has decided about.

    `labels`: those whose decided events speak of the class.
    """

    project: Project
    frames: Frames
    one: CustomClass
    labels: frozenset[str]
    strategy: Strategy
    count: int
    seed: int

    def run(self) -> Iterator[Suggestions]:
        frames, label = self.frames, self.one.label
        rows = frames.live_rows()
        if len(rows) > _MOST_CANDIDATES:
            rng = np.random.default_rng(self.seed)
            rows = np.sort(rng.choice(rows, _MOST_CANDIDATES, replace=False))
        vectors = np.empty((len(rows), frames.vectors.shape[1]), np.float32)
        scores = np.empty(len(rows), np.float32)
        for first in range(0, len(rows), _BLOCK):
            part = slice(first, first + _BLOCK)
            vectors[part] = frames.read(rows[part])
            scores[part] = columns_of((self.one,), vectors[part])[:, 0]
        decided = self.project.event_ids(
            EventFilter(labels=self.labels, states=_DECIDED | {ReviewState.UNCERTAIN})
        )
        known = [
            frames.rows_in(item.recording_id, item.event.span)
            for item in self.project.events(decided.tolist())
        ]
        threshold = self.one.classifier.threshold(label) if self.one.classifier else 0.5
        if self.strategy == "random" and np.count_nonzero(scores >= threshold) >= self.count:
            # how often it is right can only be learnt from what it takes for the class
            taken = scores >= threshold
            rows, vectors, scores = rows[taken], vectors[taken], scores[taken]
        none = np.zeros(0, np.int64)
        places = np.flatnonzero(np.isin(rows, np.concatenate([none, *known])))
        chosen = suggest(
            scores,
            vectors,
            self.strategy,
            self.count,
            known=places,
            threshold=threshold,
            seed=self.seed,
        )
        found = []
        for place in chosen.tolist():
            row = int(rows[place])
            track = frames.track_at(row)
            span, score = frames.span_at(row), float(scores[place])
            found.append(Suggested(track.recording, track.path, span, track.channel, score, row))
        yield Suggestions(tuple(found))
