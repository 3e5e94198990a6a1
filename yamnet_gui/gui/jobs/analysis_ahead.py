"""The analysis of the recording that the program starts with, begun before there is a window."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from yamnet_gui.analysis import ResultCache, WeightsModel
from yamnet_gui.core.errors import UserError
from yamnet_gui.core.pipeline import prefetched
from yamnet_gui.core.stopping import Stopped, stop_question, stoppable
from yamnet_gui.gui.background.priority import ForegroundPriority, give_way
from yamnet_gui.gui.state.settings import Settings

from .analysis import AnalyseJob, AnalysisStep, Loading

_MANY = 100_000  # steps that may wait for the window


class AnalysisAhead:
    """Runs `job` in a thread from now on, until it is taken or closed.

    Imports and panels take most of the time until a window is there, on one core; files and the
    network need neither.
    """

    def __init__(self, job: AnalyseJob) -> None:
        self.job = job
        self._stopped: Stopped = lambda: False
        self._steps = prefetched(self._run(), _MANY)
        next(self._steps)  # now it runs

    def taken_for(self, job: AnalyseJob) -> TakenAnalysis:
        """What it has done so far and will do, where that is what `job` asks for; else `job`."""
        return TakenAnalysis(self, job)

    def results(self) -> Iterator[AnalysisStep]:
        """What it does, from the first step on; it ends with the work of the calling thread."""
        self._stopped = stop_question()
        try:
            yield from self._steps
        finally:
            self.close()

    def close(self) -> None:
        """Stops it and waits for its thread; may be called twice."""
        self._stopped = lambda: True
        self._steps.close()

    def _run(self) -> Iterator[AnalysisStep]:
        yield Loading(0.0)
        give_way()
        with stoppable(lambda: self._stopped()):
            yield from self.job.run()


@dataclass(frozen=True, slots=True)
class TakenAnalysis:
    """A job that continues an analysis begun ahead, where it is the same."""

    ahead: AnalysisAhead
    job: AnalyseJob

    def run(self) -> Iterator[AnalysisStep]:
        if self.ahead.job == self.job:
            yield from self.ahead.results()
        else:
            self.ahead.close()
            yield from self.job.run()


def begin_analysis(path: Path, settings: Settings) -> AnalysisAhead | None:
    """Begins to analyse a recording as a window with these settings will; None where it will not.

    What is wrong with the recording or the weights shows when the window asks for them.
    """
    if not settings.value("analyse_on_open"):
        return None
    cache = ResultCache()
    try:
        model = WeightsModel(memo_folder=cache.memo_folder, runtime=settings.value("runtime"))
    except UserError:
        return None
    way = ForegroundPriority()
    return AnalysisAhead(AnalyseJob(path, model, settings.analysis(), cache, way))
