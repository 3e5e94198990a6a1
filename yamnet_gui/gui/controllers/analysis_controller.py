"""Runs the network over the open recording, and shows how far that is."""

import time
from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import QObject, Signal

from yamnet_gui.analysis import (
    AbsentModel,
    Analysis,
    AnalysisProgress,
    AnalysisSettings,
    Model,
    ResultCache,
)
from yamnet_gui.core.errors import UserError
from yamnet_gui.core.scores import FrameGrid, ScoreChunk
from yamnet_gui.gui.background.priority import ForegroundPriority
from yamnet_gui.gui.background.runner import JobHandle, JobRunner
from yamnet_gui.gui.jobs.analysis import (
    AnalyseJob,
    AnalysisStep,
    ExtraScores,
    Loading,
    LookUpJob,
)
from yamnet_gui.gui.jobs.analysis_ahead import AnalysisAhead
from yamnet_gui.gui.jobs.envelopes import envelopes_of
from yamnet_gui.gui.state.document import AnalysisState, Document, ModelName
from yamnet_gui.gui.state.score_buffer import ScoreBuffer
from yamnet_gui.gui.state.settings import Settings

from .weights import Weights

_SMALLEST_SHOWN_S = 1.0


class AnalysisController(QObject):
    """One analysis at a time; its chunks go into the document as they come."""

    loading = Signal(float)  # fraction of preparing the network, which comes before the first score
    progress = Signal(float, float)  # fraction done, seconds left (-1: not known yet)
    failed = Signal(object)  # UserError
    finished = Signal()
    analysed = Signal(object)  # Analysis: whole, with its embeddings on the disk

    def __init__(
        self,
        document: Document,
        settings: Settings,
        way: ForegroundPriority,
        weights: Weights,
        cache: ResultCache | None,
        ahead: AnalysisAhead | None = None,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._way = way
        self._document = document
        self._settings = settings
        self._runner = JobRunner("analysis", self)
        self._job: JobHandle | None = None
        self._looking_up = False
        self._cache = cache
        self._weights = weights
        self._ahead = ahead
        self._started = 0.0
        self._first_done = 0
        self._run_settings: AnalysisSettings | None = None
        self._grid: FrameGrid | None = None
        self._last: Analysis | None = None
        self.extra: ExtraScores | None = None
        """Scores of classes that the network does not know, from its embeddings."""

    @property
    def running(self) -> bool:
        return self._document.state is AnalysisState.RUNNING

    @property
    def busy(self) -> bool:
        """Whether scores are being computed or looked for."""
        return self.running or self._looking_up

    def handlers(self) -> dict[str, Callable[[], object]]:
        """What each action of the table calls."""
        return {"analyse": self.start, "cancel": self.cancel}

    @property
    def cache(self) -> ResultCache | None:
        """Where analyses are stored; None where they are not."""
        return self._cache

    def start(self) -> None:
        """Analyses the open recording with the present settings."""
        self._start()

    def start_each_channel(self) -> None:
        """Analyses the open recording once channel by channel, whatever the settings say."""
        self.cancel()
        self._start(each_channel=True)

    def _start(self, *, each_channel: bool = False) -> None:
        recording = self._document.recording
        if recording is None or self.running:
            return
        try:
            model = self._weights.model()
            settings = self.analysis_settings()
        except UserError as error:
            self.failed.emit(error)
            return
        if each_channel:
            settings = replace(settings, channels="each")
        self._run_settings = settings.published  # a closer look comes afterwards
        self._grid, self._last = None, None
        self._started = time.monotonic()
        self._document.set_state(AnalysisState.RUNNING)
        self.progress.emit(0.0, -1.0)
        job = AnalyseJob(recording.info.path, model, settings, self._cache, self._way, self.extra)
        ahead, self._ahead = self._ahead, None
        self._job = self._runner.submit(
            ahead.taken_for(job) if ahead is not None else job,
            on_result=self._on_progress,
            on_failed=self._on_failed,
            on_done=self._on_done,
        )

    def show(self, analysis: Analysis) -> None:
        """Takes a whole analysis of the open recording that was made before."""
        document = self._document
        document.set_model(ModelName(analysis.model_name, analysis.model_sha256), analysis.settings)
        document.set_envelopes(envelopes_of(analysis) or {})
        document.set_scores(tuple(ScoreBuffer.of_table(table) for table in analysis.tables))
        self.analysed.emit(analysis)

    def start_on_opening(self) -> None:
        """Analyses what was just opened, where that is wanted and can be done.

        Where it is not wanted, a result that is there already is shown all the same.
        """
        if self._weights.path is None and self._weights.chosen is None:
            self._weights.missing.emit()
        elif self._settings.value("analyse_on_open"):
            self.start()
        else:
            self._look_up()

    def _look_up(self) -> None:
        recording = self._document.recording
        if recording is None or self._cache is None:
            return
        try:
            job = LookUpJob(
                recording.info.path, self._weights.model(), self.analysis_settings(), self._cache
            )
        except UserError:
            return  # shown when an analysis is asked for

        def on_result(stored: bool) -> None:
            now = self._document.recording
            if stored and now is recording and self._document.state is AnalysisState.NONE:
                self.start()

        self._looking_up = True
        self._runner.submit(job, on_result=on_result, on_done=self._on_looked_up)

    def _on_looked_up(self) -> None:
        self._looking_up = False

    def cancel(self) -> None:
        """Stops at once; the scores so far stay, and the next start resumes from them."""
        if self._job is not None:
            self._job.cancel()
            self._job = None
            if self.running:
                self._document.set_state(AnalysisState.STOPPED)
                self.finished.emit()

    def forget(self) -> None:
        """Stops silently: another recording comes."""
        if self._job is not None:
            self._job.cancel()
            self._job = None
            self.finished.emit()

    def stored_bytes(self) -> int:
        """How much room stored results take on the disk."""
        return self._cache.size() if self._cache else 0

    def clear_cache(self) -> int:
        """Removes stored results; gives the bytes freed."""
        return self._cache.clear() if self._cache else 0

    def close(self) -> None:
        """Ends the threads."""
        self._runner.cancel_all()
        self._runner.close()
        if self._ahead is not None:
            self._ahead.close()

    def model(self) -> Model:
        """What the next analysis will be made with. Raises WeightsError where there are none."""
        return self._weights.model()

    def model_of_results(self) -> Model:
        """The model whose results are looked at; it need not be able to run.

        That of the next analysis, or without weights that of the open recording's scores. Raises
        WeightsError where there is neither.
        """
        try:
            return self.model()
        except UserError:
            shown = self._document.model
            if not shown.sha256:
                raise
            return AbsentModel(shown.sha256, shown.name)

    def analysis_settings(self) -> AnalysisSettings:
        """How the next analysis will be made."""
        return self._settings.analysis()

    def _on_progress(self, step: AnalysisStep) -> None:
        recording = self._document.recording
        if recording is None:
            return
        if isinstance(step, ModelName):
            self._document.set_model(step, self._run_settings)
            return
        if isinstance(step, Loading):
            self.loading.emit(step.fraction)
            return
        if self._grid is None:
            self._begin(step)
        elif step.analysis is not None:
            self._check_length(step.analysis)
        if len(step.chunk.scores):
            chunk = ScoreChunk(step.chunk.first_frame, step.chunk.scores, step.chunk.embeddings)
            self._document.add_chunk(chunk, step.channel)
        if step.analysis is not None:
            self._last = step.analysis
        spent = time.monotonic() - self._started
        new = step.frames_done - self._first_done
        left = -1.0
        if spent > _SMALLEST_SHOWN_S and new > 0:
            left = spent / new * (step.frames_total - step.frames_done)
        self.progress.emit(step.frames_done / max(step.frames_total, 1), left)

    def _begin(self, step: AnalysisProgress) -> None:
        """Makes room for the frames once it is known how many there will be."""
        recording = self._document.recording
        assert recording is not None
        settings = self._document.analysis_settings or self.analysis_settings()
        each = settings.channels == "each"
        channels = tuple(range(recording.info.channels)) if each else (None,)
        count = step.frames_total // len(channels)
        self._grid = FrameGrid(count, recording.info.duration_s, hop_s=settings.hop_s)
        self._first_done = step.frames_done
        self._document.begin_analysis(self._grid, channels)

    def _check_length(self, analysis: Analysis) -> None:
        """A file that ends earlier than its header says has fewer frames than announced."""
        grid = analysis.tables[0].grid
        if self._grid is not None and grid.count != self._grid.count:
            self._document.set_scores(tuple(ScoreBuffer.of_table(t) for t in analysis.tables))

    def _on_failed(self, error: UserError) -> None:
        self._document.set_state(AnalysisState.STOPPED)
        self.failed.emit(error)

    def _on_done(self) -> None:
        self._job = None
        whole, self._last = self._last, None
        if self.running:
            self._document.set_state(AnalysisState.COMPLETE)
            if whole is not None:
                self.analysed.emit(whole)
        self.finished.emit()
