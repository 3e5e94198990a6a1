"""Analysing a recording, and everything about weights."""

import queue
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from yamnet_gui.analysis import (
    AnalysisProgress,
    AnalysisSettings,
    Model,
    ResultCache,
    analyse_recording,
    cached_analysis,
)
from yamnet_gui.audio import content_is_known
from yamnet_gui.core.errors import Cancelled, UserError
from yamnet_gui.core.scores import ScoreChunk
from yamnet_gui.gui.background.priority import ForegroundPriority
from yamnet_gui.yamnet import WeightsFile, fetch_weights, inspect_weights, use_weights
from yamnet_gui.yamnet.weights_copies import WeightsCopy, find_copies

ExtraScores = Callable[[NDArray[np.float32]], NDArray[np.float32]]
"""Embeddings (n, 1024) to scores of further classes, float32 (n, classes)."""


@dataclass(frozen=True, slots=True)
class AnalyseJob:
    """Scores of a recording, chunk by chunk. Raises RecordingError, WeightsError.

    A recording that was never analysed has to be summed up first; meanwhile the network loads.
    `extra` adds columns of scores, computed from the embeddings.
    """

    path: Path
    model: Model
    settings: AnalysisSettings
    cache: ResultCache | None
    way: ForegroundPriority = field(default_factory=ForegroundPriority)
    extra: ExtraScores | None = None

    def run(self) -> Iterator[AnalysisProgress]:
        for step in self._steps():
            yield step if self.extra is None else _widened(step, self.extra)

    def _steps(self) -> Iterator[AnalysisProgress]:
        if self.cache is not None and content_is_known(self.path, self.cache.memo_folder):
            yield from analyse_recording(self.path, self.model, self.settings, self.cache)
            return
        loading = threading.Thread(target=self._load, name="load network")
        loading.start()
        try:
            yield from analyse_recording(self.path, self.model, self.settings, self.cache)
        finally:
            loading.join()

    def _load(self) -> None:
        with self.way.claimed(), suppress(UserError):  # the next user of it gets the error
            self.model.network().warm_up()


@dataclass(frozen=True, slots=True)
class LookUpJob:
    """Whether a finished result is there already. Nothing is summed up for it."""

    path: Path
    model: Model
    settings: AnalysisSettings
    cache: ResultCache

    def run(self) -> Iterator[bool]:
        if content_is_known(self.path, self.cache.memo_folder):
            yield cached_analysis(self.path, self.model, self.settings, self.cache) is not None


def _widened(step: AnalysisProgress, extra: ExtraScores) -> AnalysisProgress:
    chunk = step.chunk
    if not len(chunk.scores):
        return step
    scores = np.concatenate([chunk.scores, extra(chunk.embeddings)], axis=1)
    return replace(step, chunk=ScoreChunk(chunk.first_frame, scores, chunk.embeddings))


@dataclass(frozen=True, slots=True)
class InspectWeightsJob:
    """Reads a weights file and says what it is. Raises WeightsError."""

    path: Path

    def run(self) -> Iterator[WeightsFile]:
        yield inspect_weights(self.path)


@dataclass(frozen=True, slots=True)
class UseWeightsJob:
    """Takes a copy of a weights file. Raises WeightsError."""

    path: Path

    def run(self) -> Iterator[WeightsFile]:
        yield use_weights(self.path)


class FindCopiesJob:
    """Looks for YAMNet in the caches of other programs: one list of `WeightsCopy`."""

    def run(self) -> Iterator[list[WeightsCopy]]:
        yield find_copies()


@dataclass(frozen=True, slots=True)
class FetchProgress:
    """Bytes received, and bytes in all where the server sends it."""

    done: int
    total: int | None


class FetchWeightsJob:
    """Downloads the published weights: yields `FetchProgress`, at last the `WeightsFile`."""

    def run(self) -> Iterator[FetchProgress | WeightsFile]:
        results: queue.Queue[FetchProgress | WeightsFile | Exception] = queue.Queue()
        stop = threading.Event()

        def fetch() -> None:
            try:
                results.put(
                    fetch_weights(
                        progress=lambda done, total: results.put(FetchProgress(done, total)),
                        cancelled=stop.is_set,
                    )
                )
            except (UserError, Cancelled) as error:
                results.put(error)

        thread = threading.Thread(target=fetch, name="fetch weights")
        thread.start()
        try:
            while True:
                value = results.get()
                if isinstance(value, Exception):
                    raise value
                yield value
                if isinstance(value, WeightsFile):
                    return
        finally:
            stop.set()
            thread.join()
