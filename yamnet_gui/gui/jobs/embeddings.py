"""Storing the embeddings of a project."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from yamnet_gui.analysis import (
    Analysis,
    AnalysisSettings,
    Model,
    ResultCache,
    cached_analysis,
)
from yamnet_gui.core.errors import RecordingError
from yamnet_gui.core.files import exists
from yamnet_gui.core.sound_track import file_of
from yamnet_gui.core.stopping import until_stopped
from yamnet_gui.embedding import (
    EmbeddingStore,
    EmbeddingTrack,
    store_folder,
)
from yamnet_gui.labels.project import Project, RecordingState


@dataclass(frozen=True, slots=True)
class OpenStoreJob:
    """Opens the store of a project for one model; read-only while another program writes it.

    `opened` collects the stores, so that one whose result never arrives can still be closed.
    Raises ProjectError.
    """

    project: Path
    model: Model
    read_only: bool = False
    opened: list[EmbeddingStore] = field(default_factory=list)

    def run(self) -> Iterator[EmbeddingStore]:
        folder = store_folder(self.project, self.model.sha256)
        store = EmbeddingStore(folder, self.model.sha256, read_only=self.read_only)
        self.opened.append(store)
        yield store


@dataclass(frozen=True, slots=True)
class StoreRequest:
    """A recording whose embeddings are to be stored; `analysis` if it is in memory."""

    recording: str
    path: Path
    analysis: Analysis | None = None


def analysed_now(project: Project, new: dict[Path, Analysis]) -> Iterator[StoreRequest]:
    """Takes what was analysed out of `new`, as far as the project knows the recordings by now."""
    for path in list(new):
        recording = project.recordings.at(path)
        if recording is not None:
            yield StoreRequest(recording.id, path, new.pop(path))


def analysed_before(
    project: Project, store: EmbeddingStore, looked: set[str]
) -> Iterator[StoreRequest]:
    """The analysed recordings of which nothing is stored, for a job that runs in the background.

    Each is looked for once: those in `looked` are passed over, and the others come to them.
    """
    there = set(store.recordings())
    for recording in until_stopped(project.recordings.all()):
        passed = recording.id in looked or recording.id in there
        if passed or recording.state is not RecordingState.ANALYSED:
            continue
        looked.add(recording.id)  # before: whoever changes it now takes it out again
        path = project.recordings.locate(recording)
        if exists(file_of(path)):
            yield StoreRequest(recording.id, path)


@dataclass(frozen=True, slots=True)
class StoreJob:
    """Writes embeddings of analyses to the store; yields the number of frames added.

    `requests` are gone through in the background.
    """

    store: EmbeddingStore
    requests: Iterable[StoreRequest]
    model: Model
    settings: AnalysisSettings
    cache: ResultCache | None

    def run(self) -> Iterator[int]:
        for one in self.requests:
            analysis = one.analysis or self._cached(one)
            if analysis is None or analysis.model_sha256 != self.store.model_sha256:
                continue
            yield from _store(self.store, one, analysis)

    def _cached(self, one: StoreRequest) -> Analysis | None:
        if self.cache is None or self.store.stored(one.recording, self._channel()):
            return None
        try:
            return cached_analysis(one.path, self.model, self.settings, self.cache)
        except RecordingError:
            return None  # missing or unreadable: the list of recordings shows it

    def _channel(self) -> int | None:
        return None if self.settings.channels == "mix" else 0


def _store(store: EmbeddingStore, one: StoreRequest, analysis: Analysis) -> Iterator[int]:
    for table in analysis.tables:
        grid = table.grid
        track = EmbeddingTrack(
            one.recording, str(one.path), grid.end_s, table.channel, grid.start_s, grid.hop_s
        )
        for first, block in analysis.embedding_blocks(table.channel):
            store.append(track, first, np.asarray(block))
            yield len(block)
