"""Runs the network over the open recording, and looks after its weights."""

import time
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from yamnet_gui.analysis import (
    Analysis,
    AnalysisProgress,
    AnalysisSettings,
    Model,
    ResultCache,
    WeightsModel,
)
from yamnet_gui.core.errors import SettingsError, UserError
from yamnet_gui.core.scores import FrameGrid, ScoreChunk
from yamnet_gui.gui.background.priority import ForegroundPriority
from yamnet_gui.gui.background.runner import JobHandle, JobRunner
from yamnet_gui.gui.jobs.analysis import (
    AnalyseJob,
    ExtraScores,
    FetchProgress,
    FetchWeightsJob,
    InspectWeightsJob,
    LookUpJob,
    UseWeightsJob,
)
from yamnet_gui.gui.state.document import AnalysisState, Document, ModelName
from yamnet_gui.gui.state.settings import Settings
from yamnet_gui.yamnet import WeightsFile, find_weights
from yamnet_gui.yamnet.weights import KNOWN_FILES

_SMALLEST_SHOWN_S = 1.0


def _cache_or_none() -> ResultCache | None:
    """Results are kept where that is possible; a folder that cannot be written costs only time."""
    try:
        return ResultCache()
    except SettingsError:
        return None


class AnalysisController(QObject):
    """One analysis at a time; its chunks go into the document as they come."""

    progress = Signal(float, float)  # fraction done, seconds left (-1: not known yet)
    failed = Signal(object)  # UserError
    finished = Signal()
    analysed = Signal(object)  # Analysis: whole, with its embeddings on the disk
    weights_changed = Signal()
    weights_missing = Signal()
    fetch_progress = Signal(object)  # FetchProgress
    fetch_failed = Signal(object)  # UserError
    weights_checked = Signal(object)  # WeightsFile | UserError

    def __init__(
        self,
        document: Document,
        settings: Settings,
        way: ForegroundPriority,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._way = way
        self._document = document
        self._settings = settings
        self._runner = JobRunner("analysis", self)
        self._weights = JobRunner("weights", self)
        self._job: JobHandle | None = None
        self._looking = False
        self._fetch: JobHandle | None = None
        self._model: Model | None = None
        self._cache = _cache_or_none()
        self._started = 0.0
        self._first_done = 0
        self._grid: FrameGrid | None = None
        self._last: Analysis | None = None
        self.extra: ExtraScores | None = None
        """Scores of classes that the network does not know, from its embeddings."""
        self._unknown_told: set[str] = set()

    @property
    def looking(self) -> bool:
        """Whether a result that may be there already is looked for."""
        return self._looking

    @property
    def running(self) -> bool:
        return self._document.state is AnalysisState.RUNNING

    @property
    def busy(self) -> bool:
        """Whether scores are being computed or looked for."""
        return self.running or self._looking

    def handlers(self) -> dict[str, Callable[[], object]]:
        """What each action of the table calls."""
        return {"analyse": self.start, "cancel": self.cancel}

    @property
    def cache(self) -> ResultCache | None:
        """Where analyses are kept; None where nothing can be."""
        return self._cache

    @property
    def weights_path(self) -> Path | None:
        """Where the weights are; None where there are none yet."""
        found = find_weights()
        return found if found is not None and found.is_file() else None

    def start(self) -> None:
        """Analyses the open recording with the present settings."""
        recording = self._document.recording
        if recording is None or self.running:
            return
        try:
            model = self.model()
            settings = self.analysis_settings()
        except UserError as error:
            self.failed.emit(error)
            return
        self._document.set_model(
            ModelName(model.name, model.sha256, known=model.sha256 in KNOWN_FILES), settings
        )
        self._grid, self._last = None, None
        self._started = time.monotonic()
        self._document.set_state(AnalysisState.RUNNING)
        self.progress.emit(0.0, -1.0)
        self._job = self._runner.submit(
            AnalyseJob(recording.info.path, model, settings, self._cache, self._way, self.extra),
            on_result=self._take,
            on_failed=self._fail,
            on_done=self._done,
        )

    def start_on_opening(self) -> None:
        """Analyses what was just opened, where that is wanted and can be done.

        Where it is not wanted, a result that is there already is shown all the same.
        """
        if self.weights_path is None:
            self.weights_missing.emit()
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
                recording.info.path, self.model(), self.analysis_settings(), self._cache
            )
        except UserError:
            return  # told when somebody asks for an analysis

        def found(there: bool) -> None:
            now = self._document.recording
            if there and now is recording and self._document.state is AnalysisState.NONE:
                self.start()

        self._looking = True
        self._runner.submit(job, on_result=found, on_done=self._looked)

    def _looked(self) -> None:
        self._looking = False

    def cancel(self) -> None:
        """Stops at once; what is there stays, and the next start goes on from it."""
        if self._job is not None:
            self._job.cancel()
            self._job = None
            if self.running:
                self._document.set_state(AnalysisState.STOPPED)
                self.finished.emit()

    def forget(self) -> None:
        """Stops without a word: another recording comes."""
        if self._job is not None:
            self._job.cancel()
            self._job = None
            self.finished.emit()

    def clear_cache(self) -> int:
        """Removes stored results; gives the bytes freed."""
        return self._cache.clear() if self._cache else 0

    def fetch_weights(self) -> None:
        if self._fetch is None:
            self._fetch = self._weights.submit(
                FetchWeightsJob(),
                on_result=self._take_fetch,
                on_failed=self._fetch_failed,
                on_done=self._fetch_done,
            )

    def cancel_fetch(self) -> None:
        if self._fetch is not None:
            self._fetch.cancel()
            self._fetch = None

    def use_weights(self, path: Path) -> None:
        """Takes a copy of a local file."""
        self._weights.submit(
            UseWeightsJob(path), on_result=self._take_weights, on_failed=self._fetch_failed
        )

    def check_weights(self) -> None:
        """Reads the weights file that would be used; the answer comes as `weights_checked`."""
        path = self.weights_path
        if path is not None:
            self._weights.submit(
                InspectWeightsJob(path),
                on_result=self.weights_checked.emit,
                on_failed=self.weights_checked.emit,
            )

    def close(self) -> None:
        """Ends the threads."""
        self._runner.cancel_all()
        self._weights.cancel_all()
        self._runner.close()
        self._weights.close()

    def model(self) -> Model:
        """The network, loaded when it first has to run. Raises WeightsError where there is none."""
        path = find_weights()
        if self._model is None or getattr(self._model, "path", None) != path:
            memo = self._cache.memo_folder if self._cache else None
            self._model = WeightsModel(path, memo)
        return self._model

    def analysis_settings(self) -> AnalysisSettings:
        """How the next analysis will be made."""
        return AnalysisSettings(
            hop_s=self._settings.value("hop_s"),
            channels=self._settings.value("channels"),
            gain_db=self._settings.value("gain_db"),
        )

    def _take(self, step: AnalysisProgress) -> None:
        recording = self._document.recording
        if recording is None:
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
            from yamnet_gui.gui.state.score_buffer import ScoreBuffer

            self._document.set_scores(tuple(ScoreBuffer.of_table(t) for t in analysis.tables))

    def _fail(self, error: UserError) -> None:
        self._document.set_state(AnalysisState.STOPPED)
        self.failed.emit(error)

    def _done(self) -> None:
        self._job = None
        whole, self._last = self._last, None
        if self.running:
            self._document.set_state(AnalysisState.COMPLETE)
            if whole is not None:
                self.analysed.emit(whole)
        self.finished.emit()

    def _take_fetch(self, value: FetchProgress | WeightsFile) -> None:
        if isinstance(value, WeightsFile):
            self._take_weights(value)
        else:
            self.fetch_progress.emit(value)

    def _take_weights(self, file: WeightsFile) -> None:
        self._model = None
        self.weights_checked.emit(file)
        self.weights_changed.emit()

    def _fetch_failed(self, error: UserError) -> None:
        self.fetch_failed.emit(error)

    def _fetch_done(self) -> None:
        self._fetch = None
