"""Keeping embeddings of a project, and looking for what resembles something."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from yamnet_gui.analysis import (
    Analysis,
    AnalysisSettings,
    Model,
    ResultCache,
    analyse_recording,
    cached_analysis,
    silence_embedding,
)
from yamnet_gui.core.errors import RecordingError, UserError
from yamnet_gui.embedding import (
    Duplicate,
    EmbeddingStore,
    Exclusion,
    Frames,
    Match,
    Query,
    Track,
    find_similar,
    near_duplicates,
    pooled,
    store_folder,
)

_AT_ONCE = 4096
_SAMPLED = 2000


@dataclass(frozen=True, slots=True)
class OpenStoreJob:
    """Opens the store of a project by one model; only to read where another program writes it.

    `opened` holds what nobody may have taken over when the window closes in the meantime.
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
class Wanted:
    """A recording whose embeddings are to be kept; `analysis` where it is at hand."""

    recording: str
    path: Path
    analysis: Analysis | None = None


@dataclass(frozen=True, slots=True)
class KeepJob:
    """Takes embeddings of stored analyses into the store; yields how many frames were added."""

    store: EmbeddingStore
    wanted: Sequence[Wanted]
    model: Model
    settings: AnalysisSettings
    cache: ResultCache | None

    def run(self) -> Iterator[int]:
        for one in self.wanted:
            analysis = one.analysis or self._cached(one)
            if analysis is None or analysis.model_sha256 != self.store.model_sha256:
                continue
            yield from _keep(self.store, one, analysis)

    def _cached(self, one: Wanted) -> Analysis | None:
        if self.cache is None or self.store.stored(one.recording, self._channel()):
            return None
        try:
            return cached_analysis(one.path, self.model, self.settings, self.cache)
        except RecordingError:
            return None  # gone or unreadable: the list of recordings says so

    def _channel(self) -> int | None:
        return None if self.settings.channels == "mix" else 0


def _keep(store: EmbeddingStore, one: Wanted, analysis: Analysis) -> Iterator[int]:
    for table in analysis.tables:
        grid = table.grid
        track = Track(
            one.recording, str(one.path), grid.end_s, table.channel, grid.start_s, grid.hop_s
        )
        for first, block in analysis.embedding_blocks(table.channel):
            store.append(track, first, np.asarray(block))
            yield len(block)


@dataclass(frozen=True, slots=True)
class SearchJob:
    """The best matches over all stored frames; nothing of what it was asked with."""

    frames: Frames
    positives: tuple[NDArray[np.float32], ...]
    negatives: tuple[NDArray[np.float32], ...]
    exclude: tuple[Exclusion, ...]
    limit: int

    def run(self) -> Iterator[list[Match]]:
        try:
            query = Query.of(self.positives, self.negatives)
        except ValueError as error:
            raise UserError("The examples", f"cannot be searched with: {error}") from error
        share = _share(self.frames, query)
        yield find_similar(self.frames, query, self.limit, exclude=self.exclude, share=share)


def _share(frames: Frames, query: Query) -> float:
    """How much of a match's cosine the frames beside it need to belong to it.

    Nine tenths of the way from what any sound has in common with the query: where all recordings
    are alike, a fixed share would take all of a recording for one match.
    """
    rows = frames.live_rows()
    rows = rows[:: max(1, len(rows) // _SAMPLED)]
    usual = frames.read(rows) @ query.direction * frames.scales[rows]
    return 0.9 + 0.1 * float(np.clip(np.median(usual), 0.0, 1.0))


@dataclass(frozen=True, slots=True)
class DuplicatesJob:
    """Recordings that sound nearly like this one."""

    frames: Frames
    recording: str

    def run(self) -> Iterator[list[Duplicate]]:
        yield near_duplicates(self.frames, self.recording)


@dataclass(frozen=True, slots=True)
class OutsideJob:
    """A file that is not in the project as one vector (1, 1024), in which silence weighs little.

    Raises UserError.
    """

    path: Path
    model: Model
    settings: AnalysisSettings
    cache: ResultCache | None

    def run(self) -> Iterator[NDArray[np.float32] | None]:
        for step in analyse_recording(self.path, self.model, self.settings, self.cache):
            if step.analysis is None:
                yield None  # a place to be cancelled at
                continue
            channel = step.analysis.tables[0].channel
            heard = np.array(step.analysis.embeddings(channel)[:_AT_ONCE])
            yield pooled(heard, silence_embedding(self.model))[np.newaxis]
