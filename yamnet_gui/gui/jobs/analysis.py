"""Analysing a recording, and everything about weights."""

import queue
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
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
    loading,
)
from yamnet_gui.analysis.analyse import replayed
from yamnet_gui.analysis.stored_finer import with_begun_finer
from yamnet_gui.audio import content_is_known
from yamnet_gui.core.errors import Cancelled, UserError
from yamnet_gui.core.pipeline import prefetched
from yamnet_gui.core.scores import ScoreChunk
from yamnet_gui.gui.background.priority import ForegroundPriority
from yamnet_gui.gui.state.document import ModelName
from yamnet_gui.yamnet import Network, WeightsFile, inspect_weights, use_weights
from yamnet_gui.yamnet.weights import KNOWN_FILES
from yamnet_gui.yamnet.weights_copies import WeightsCopy, find_copies

ExtraScores = Callable[[NDArray[np.float32]], NDArray[np.float32]]
"""Embeddings (n, 1024) to scores of further classes, float32 (n, classes)."""


_MANY = 10_000  # steps of loading that may wait to be shown


@dataclass(frozen=True, slots=True)
class Loading:
    """How much of the work is done that has to be done once before weights can be used."""

    fraction: float


AnalysisStep = AnalysisProgress | Loading | ModelName


@dataclass(frozen=True, slots=True)
class AnalyseJob:
    """Scores of a recording, chunk by chunk. Raises RecordingError, WeightsError.

    A recording that was never analysed has to be summed up first; meanwhile the network loads, and
    `Loading` comes as long as the recording waits for it. `extra` adds columns of scores, computed
    from the embeddings. The name of the model comes first: it may have to be read from the weights.
    """

    path: Path
    model: Model
    settings: AnalysisSettings
    cache: ResultCache | None
    way: ForegroundPriority = field(default_factory=ForegroundPriority)
    extra: ExtraScores | None = None

    def run(self) -> Iterator[AnalysisStep]:
        sha256 = self.model.sha256
        yield ModelName(self.model.name, sha256, known=self._is_known(sha256))
        if self.cache is None or not content_is_known(self.path, self.cache.memo_folder):
            yield from self._load_meanwhile()
        for step in self._steps():
            yield step if self.extra is None else _widened(step, self.extra)

    def _is_known(self, sha256: str) -> bool:
        """Whether the weights are published, or the model says what it was made of."""
        return sha256 in KNOWN_FILES or getattr(self.model, "info", None) is not None

    def _steps(self) -> Iterator[AnalysisProgress]:
        """The published scores, so that they come at once; finer ones as far as they are stored."""
        if self.cache is not None and self.settings.finer != "off":
            stored = cached_analysis(self.path, self.model, self.settings, self.cache)
            if stored is not None:
                whole = stored.settings.finer == self.settings.finer
                return replayed(stored if whole else with_begun_finer(stored, self.settings.finer))
        return analyse_recording(self.path, self.model, self.settings.published, self.cache)

    def _load_meanwhile(self) -> Iterator[Loading]:
        """Sums the recording up while another thread loads the network; waits for both."""
        loader = PrepareJob(self.model, self.way)
        with closing(prefetched(loader.run(), _MANY)) as steps:
            yield next(steps)  # now it runs
            if self.cache is not None and self._stored(self.cache):
                return
            with suppress(UserError):  # the analysis gets the error
                yield from steps

    def _stored(self, cache: ResultCache) -> bool:
        """Whether there is a result already; what is wrong with the file shows later."""
        try:
            return cached_analysis(self.path, self.model, self.settings, cache) is not None
        except UserError:
            return False


@dataclass(frozen=True, slots=True)
class PrepareJob:
    """Loads the network, so that the first analysis does not wait for it. Raises WeightsError."""

    model: Model
    way: ForegroundPriority

    def run(self) -> Iterator[Loading]:
        yield Loading(0.0)
        with self.way.claimed():
            steps = loading(self.model)
            try:
                while True:
                    yield Loading(next(steps))
            except StopIteration as end:
                network: Network = end.value
            finally:
                steps.close()
            network.warm_up()


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
        from yamnet_gui.yamnet.fetch import fetch_weights  # HTTP and TLS: not to start a window

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
