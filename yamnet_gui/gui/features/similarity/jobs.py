"""Searching the embeddings of a project in the background."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from yamnet_gui.analysis import (
    AnalysisSettings,
    Model,
    ResultCache,
    analyse_recording,
    silence_embedding,
)
from yamnet_gui.core.errors import UserError
from yamnet_gui.embedding import (
    Duplicate,
    Exclusion,
    Frames,
    Match,
    Query,
    find_similar,
    near_duplicates,
    pooled,
)

_MOST_FRAMES = 4096
"""Frames of a file that are pooled into one vector."""
_SAMPLED = 2000


@dataclass(frozen=True, slots=True)
class SearchJob:
    """The best matches among all stored frames, without the examples themselves.

    Raises UserError if the examples cannot be searched with.
    """

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
    """The share of a match's cosine that neighbouring frames need to belong to it.

    Nine tenths of the way up from the median cosine: where all recordings are alike, a fixed share
    would merge a whole recording into one match.
    """
    rows = frames.live_rows()
    rows = rows[:: max(1, len(rows) // _SAMPLED)]
    usual = frames.read(rows) @ query.direction * frames.scales[rows]
    return 0.9 + 0.1 * float(np.clip(np.median(usual), 0.0, 1.0))


@dataclass(frozen=True, slots=True)
class DuplicatesJob:
    """Recordings that repeat most of this one."""

    frames: Frames
    recording: str

    def run(self) -> Iterator[list[Duplicate]]:
        yield near_duplicates(self.frames, self.recording)


@dataclass(frozen=True, slots=True)
class FileExampleJob:
    """One vector, float32 (1, 1024), for a file from anywhere; silence in it weighs little.

    Raises UserError.
    """

    path: Path
    model: Model
    settings: AnalysisSettings
    cache: ResultCache | None

    def run(self) -> Iterator[NDArray[np.float32] | None]:
        for step in analyse_recording(self.path, self.model, self.settings, self.cache):
            if step.analysis is None:
                yield None  # lets the job be cancelled
                continue
            channel = step.analysis.tables[0].channel
            embeddings = np.array(step.analysis.embeddings(channel)[:_MOST_FRAMES])
            yield pooled(embeddings, silence_embedding(self.model))[np.newaxis]
