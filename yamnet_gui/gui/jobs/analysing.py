"""Analysing a recording, and everything about weights."""

import queue
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from yamnet_gui.batch import (
    AnalysisProgress,
    AnalysisSettings,
    Model,
    ResultCache,
    analyse_recording,
)
from yamnet_gui.core.errors import Cancelled, UserError
from yamnet_gui.yamnet import WeightsFile, fetch_weights, inspect_weights, use_weights


@dataclass(frozen=True, slots=True)
class AnalyseJob:
    """Scores of a recording, chunk by chunk. Raises RecordingError, WeightsError."""

    path: Path
    model: Model
    settings: AnalysisSettings
    cache: ResultCache | None

    def run(self) -> Iterator[AnalysisProgress]:
        yield from analyse_recording(self.path, self.model, self.settings, self.cache)


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


@dataclass(frozen=True, slots=True)
class FetchProgress:
    """Bytes received, and bytes in all where the server says."""

    done: int
    total: int | None


class FetchWeightsJob:
    """Downloads the published weights: yields `FetchProgress`, at last the `WeightsFile`."""

    def run(self) -> Iterator[FetchProgress | WeightsFile]:
        news: queue.Queue[FetchProgress | WeightsFile | Exception] = queue.Queue()
        stop = threading.Event()

        def fetch() -> None:
            try:
                news.put(
                    fetch_weights(
                        progress=lambda done, total: news.put(FetchProgress(done, total)),
                        cancelled=stop.is_set,
                    )
                )
            except (UserError, Cancelled) as error:
                news.put(error)

        thread = threading.Thread(target=fetch, name="fetch weights")
        thread.start()
        try:
            while True:
                value = news.get()
                if isinstance(value, Exception):
                    raise value
                yield value
                if isinstance(value, WeightsFile):
                    return
        finally:
            stop.set()
            thread.join()
