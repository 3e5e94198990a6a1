"""Storing the embeddings of a project."""

from collections.abc import Iterator, Sequence
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
from yamnet_gui.embedding import (
    EmbeddingStore,
    EmbeddingTrack,
    store_folder,
)


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


@dataclass(frozen=True, slots=True)
class StoreJob:
    """Writes embeddings of analyses to the store; yields the number of frames added."""

    store: EmbeddingStore
    requests: Sequence[StoreRequest]
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
