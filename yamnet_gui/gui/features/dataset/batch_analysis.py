"""Analyses many recordings of the project in the window, with pause, resume and cancel."""

import time
from collections.abc import Sequence
from enum import StrEnum

from PySide6.QtCore import QObject, Signal

from yamnet_gui.core.errors import UserError
from yamnet_gui.gui.background.runner import JobHandle, JobRunner
from yamnet_gui.gui.controllers.analysis_controller import AnalysisController
from yamnet_gui.gui.state.class_map import ClassMapState
from yamnet_gui.gui.state.project import ProjectState
from yamnet_gui.gui.state.rules import Rules
from yamnet_gui.gui.state.shown_events import ShownEvents

from .jobs import AnalyseAllJob, BatchStep

_SMALLEST_SHOWN_S = 2.0


class BatchState(StrEnum):
    """The state of a run."""

    IDLE = "idle"
    RUNNING = "running"
    PAUSED = "paused"


class BatchRun(QObject):
    """One run over many recordings at a time, in a thread of its own.

    Pausing stops within a chunk and remembers the remaining recordings; results of the current
    recording are in the cache, so that nothing is computed twice.
    """

    changed = Signal()  # state or progress
    step = Signal(object)  # BatchStep
    failed = Signal(object)  # UserError
    finished = Signal(int, int)  # recordings that succeeded, and those that failed

    def __init__(
        self,
        project: ProjectState,
        rules: Rules,
        analysing: AnalysisController,
        class_map: ClassMapState,
        shown: ShownEvents,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._shown = shown
        self._project = project
        self._rules = rules
        self._analysing = analysing
        self._class_map = class_map
        self._runner = JobRunner("all recordings", self)
        self._job: JobHandle | None = None
        self._state = BatchState.IDLE
        self._todo: list[str] = []
        self._durations: dict[str, float] = {}
        self._total = 0
        self._failures = 0
        self._through_s = 0.0
        self._in_hand_s = 0.0
        self._started = 0.0
        self._started_s = 0.0
        project.project_changed.connect(self.cancel)

    @property
    def state(self) -> BatchState:
        return self._state

    @property
    def total(self) -> int:
        """Number of recordings of this run."""
        return self._total

    @property
    def done(self) -> int:
        """How many of them are finished, including failed ones."""
        return self._total - len(self._todo)

    @property
    def failures(self) -> int:
        return self._failures

    @property
    def fraction(self) -> float:
        """Progress of the run by the duration of the recordings, 0 to 1."""
        whole = sum(self._durations.values())
        if whole <= 0:
            return self.done / max(self._total, 1)
        return min(1.0, (self._through_s + self._in_hand_s) / whole)

    @property
    def left_s(self) -> float | None:
        """Estimated seconds that are left; None while there is no estimate."""
        spent = time.monotonic() - self._started
        now_s = self._through_s + self._in_hand_s
        analysed_s = now_s - self._started_s
        if self._state is not BatchState.RUNNING or spent < _SMALLEST_SHOWN_S or analysed_s <= 0:
            return None
        return spent / analysed_s * max(0.0, sum(self._durations.values()) - now_s)

    def start(self, recording_ids: Sequence[str]) -> None:
        """Analyses these recordings of the project; those that are up to date are skipped."""
        project = self._project.project
        if project is None or self._state is not BatchState.IDLE:
            return
        recordings = [r for r in map(project.recordings.get, recording_ids) if r is not None]
        self._todo = [r.id for r in recordings]
        # one of unknown duration counts as a minute
        self._durations = {r.id: r.duration_s or 60.0 for r in recordings}
        self._total, self._failures = len(recordings), 0
        self._through_s = self._in_hand_s = 0.0
        if recordings:
            self.resume()

    def resume(self) -> None:
        """Continues with the remaining recordings."""
        project = self._project.project
        if project is None or self._state is BatchState.RUNNING or not self._todo:
            return
        try:
            model, settings = self._analysing.model(), self._analysing.analysis_settings()
        except UserError as error:
            self._end()
            self.failed.emit(error)
            return
        self._started, self._started_s = time.monotonic(), self._through_s
        self._state = BatchState.RUNNING
        self._job = self._runner.submit(
            AnalyseAllJob(
                project,
                tuple(self._todo),
                model,
                settings,
                self._analysing.cache,
                self._rules.rule_set,
                self._class_map.value,
                self._shown.one_per_sound,
            ),
            on_result=self._on_step,
            on_failed=self._on_failed,
            on_done=self._on_done,
        )
        self.changed.emit()

    def pause(self) -> None:
        """Stops within a chunk; `resume` continues there."""
        if self._state is BatchState.RUNNING:
            self._stop()
            self._in_hand_s = 0.0
            self._state = BatchState.PAUSED
            self.changed.emit()

    def cancel(self) -> None:
        """Ends the run; finished recordings stay."""
        if self._state is not BatchState.IDLE:
            self._stop()
            self._end()

    def close(self) -> None:
        """Ends the thread."""
        self._stop()
        self._runner.close()

    def _stop(self) -> None:
        if self._job is not None:
            self._job.cancel()
            self._job = None

    def _end(self) -> None:
        self._todo = []
        self._state = BatchState.IDLE
        self.changed.emit()

    def _on_step(self, step: BatchStep) -> None:
        if not step.finished:
            self._in_hand_s = step.seconds
        elif step.recording_id in self._todo:
            self._todo.remove(step.recording_id)
            self._through_s += self._durations.get(step.recording_id, 0.0)
            self._in_hand_s = 0.0
            self._failures += bool(step.error)
        self.step.emit(step)
        self.changed.emit()

    def _on_failed(self, error: UserError) -> None:
        self._job = None
        self._end()
        self.failed.emit(error)

    def _on_done(self) -> None:
        if self._job is None:  # failed: shown already
            return
        self._job = None
        good = self.done - self._failures
        self._end()
        self.finished.emit(good, self._failures)
