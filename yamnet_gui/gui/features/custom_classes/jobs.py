"""Collecting examples and training classes on them."""

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
from yamnet_gui.core.errors import UserError
from yamnet_gui.core.events import DECIDED, ReviewState
from yamnet_gui.core.spans import TimeSpan
from yamnet_gui.core.text import grouped
from yamnet_gui.embedding import (
    CustomClassesResult,
    Example,
    ExampleSet,
    Frames,
    TrainingOptions,
)
from yamnet_gui.embedding.custom_classes import train_custom_classes
from yamnet_gui.labels.project import EventFilter, Project, ProjectEvent
from yamnet_gui.quality.reviewed_examples import AcceptedEvents, sound_files

_MARGIN_S = 1.0
_BACKGROUND_WEIGHT = 0.3
_FEWEST_BACKGROUND, _MOST_BACKGROUND = 40, 400
_FRAMES_OF_FILE = 200


@dataclass(frozen=True, slots=True)
class TrainingRequest:
    """What to train, and on what.

    `labels` maps labels of events to the class that is trained on them. Each of `folders` is a
    class of its own with the folder's name, or one for each of its subfolders. `others`: accepted
    events of other labels are negative examples; `background`: so are random frames without an
    event of the classes, with a lower weight because they are unreviewed.
    """

    labels: dict[str, str] = field(default_factory=dict)
    folders: tuple[Path, ...] = ()
    others: bool = True
    background: bool = True
    augmented: bool = False
    options: TrainingOptions = field(default_factory=TrainingOptions)

    @property
    def needs_network(self) -> bool:
        """Whether sounds have to be embedded that are not yet; else weights need not be there."""
        return bool(self.folders) or self.augmented


@dataclass(frozen=True, slots=True)
class TrainingStep:
    """`share` of the work done (0 to 1) and what is being done; the last step has the result."""

    share: float
    text: str
    result: CustomClassesResult | None = None
    examples: int = 0


@dataclass(frozen=True, slots=True)
class TrainJob:
    """Trains classes on the project's reviewed events and on folders. Raises UserError."""

    project: Project
    frames: Frames | None
    request: TrainingRequest
    model: Model
    settings: AnalysisSettings
    cache: ResultCache | None

    def run(self) -> Iterator[TrainingStep]:
        yield TrainingStep(0.0, "collecting examples")
        sounds: list[SoundExample] = []
        examples = self._from_events(sounds)
        examples += yield from self._from_folders(sounds)
        # the network has run for the folders already, or its result for silence is cached
        silence = silence_embedding(self.model) if self.request.folders else None
        if self.request.background and self.frames is not None:
            examples += self._background(examples)
        if not any(e.label for e in examples):
            raise UserError(
                "The class", "has no examples in analysed recordings", "accept some events first"
            )
        if self.request.augmented:
            for done, copies in augmented_examples(sounds, self.model):
                share = 0.2 + 0.1 * done / len(sounds)
                yield TrainingStep(
                    share, f"augmenting examples ({grouped(done)} of {grouped(len(sounds))})"
                )
                examples += copies
        try:
            collected = ExampleSet.of(examples, silence=silence)
        except ValueError as error:
            raise UserError("The examples", f"cannot be used: {error}") from error
        steps = train_custom_classes(collected, self.request.options, self.model.sha256)
        count = sum(not e.augmented for e in examples)
        try:
            for step in steps:
                yield TrainingStep(0.3 + 0.7 * step.share, step.text, step.result, count)
        finally:
            if isinstance(steps, Generator):
                steps.close()

    def _reviewed(self) -> list[ProjectEvent]:
        rows = self.project.events.rows(EventFilter(states=DECIDED))
        return self.project.events.at(rows.tolist())

    def _from_events(self, sounds: list[SoundExample]) -> list[Example]:
        """Examples from reviewed events; their positions in files are added to `sounds`."""
        if self.frames is None:
            return []
        examples = []
        reviewed = self._reviewed()
        accepted = AcceptedEvents(reviewed)
        paths = {r.id: self.project.recordings.locate(r) for r in self.project.recordings.all()}
        for item in reviewed:
            event = item.event
            rows = self.frames.rows_in(item.recording_id, event.span, event.channel)
            if not len(rows):
                rows = self.frames.rows_in(item.recording_id, event.span)
            if len(rows):
                vectors = self.frames.read(rows)
                request = self.request
                for label in accepted.labels_of(item, request.labels, others=request.others):
                    examples.append(Example(vectors, label, item.recording_id))
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
        return examples

    def _from_folders(
        self, sounds: list[SoundExample]
    ) -> Generator[TrainingStep, None, list[Example]]:
        examples: list[Example] = []
        files = [
            (label, path) for folder in self.request.folders for label, path in sound_files(folder)
        ]
        for done, (label, path) in enumerate(files):
            yield TrainingStep(0.2 * done / len(files), f"analysing {path.name}")
            for step in analyse_recording(path, self.model, self.settings, self.cache):
                if step.analysis is None:
                    continue
                channel = step.analysis.tables[0].channel
                vectors = np.array(step.analysis.embeddings(channel)[:_FRAMES_OF_FILE])
                examples.append(Example(vectors, label, path.stem))
                sounds.append(SoundExample(path, label, path.stem))
        return examples

    def _background(self, examples: Sequence[Example]) -> list[Example]:
        """Frames of recordings with examples, away from every event of the classes.

        They are unreviewed: if there are reviewed negative examples, these frames are left out of
        the cross-validation.
        """
        frames = self.frames
        reviewed = any(e.label is None for e in examples) or len({e.label for e in examples}) > 1
        assert frames is not None
        groups = sorted({e.group for e in examples})
        unlabelled = np.zeros(len(frames), bool)
        for recording in groups:
            unlabelled[frames.rows_in(recording)] = True
        for item in self.project.events.at(self.project.events.rows().tolist()):
            event = item.event
            if event.label in self.request.labels and event.state is not ReviewState.REJECTED:
                wide = TimeSpan(max(0.0, event.onset_s - _MARGIN_S), event.offset_s + _MARGIN_S)
                unlabelled[frames.rows_in(item.recording_id, wide)] = False
        candidates = np.flatnonzero(unlabelled)
        count = int(np.clip(2 * len(examples), _FEWEST_BACKGROUND, _MOST_BACKGROUND))
        rng = np.random.default_rng(self.request.options.seed)
        chosen = rng.choice(candidates, min(count, len(candidates)), replace=False)
        return [
            Example(
                frames.read(np.array([row])),
                None,
                frames.track_at(int(row)).recording,
                weight=_BACKGROUND_WEIGHT,
                augmented=reviewed,
            )
            for row in np.sort(chosen)
        ]
