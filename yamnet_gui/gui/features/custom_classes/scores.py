"""Custom classes of the open project: their scores on the screen, their events everywhere."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Slot

from yamnet_gui.analysis import Analysis
from yamnet_gui.core.text import counted
from yamnet_gui.embedding import EmbeddingStore
from yamnet_gui.gui.background.debounced import Debounced
from yamnet_gui.gui.background.runner import JobHandle, JobRunner
from yamnet_gui.gui.features.feature import Feature
from yamnet_gui.gui.state.custom_classes import columns_of
from yamnet_gui.gui.state.document import AnalysisState
from yamnet_gui.gui.state.score_buffer import ScoreBuffer

from .project_classes import ProjectClasses
from .score_jobs import Columns, ColumnsJob, DetectJob, DetectProgress, unfinished

if TYPE_CHECKING:
    from yamnet_gui.gui.context import Context


class CustomClassScores(Feature):
    """Scores and detects custom classes in the open recording and in the whole project."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._custom_classes = context.session.custom_classes
        self._document = context.session.document
        self._embeddings = context.session.embeddings
        self._project = context.session.project
        self._rules = context.session.rules
        self._analysis_controller = context.services.analysis
        self._event_updater = context.services.events
        self._project_manager = context.services.projects
        self._show_error = context.shell.show_error
        self._show_message = context.shell.show_message
        self._status = context.shell.status
        self._runner = JobRunner("custom classes", self)
        self._everywhere = JobRunner("custom classes in all recordings", self)
        self._job: JobHandle | None = None
        self._analysis: Analysis | None = None
        self._scored: tuple[tuple[str, ...], tuple[ScoreBuffer, ...]] = ((), ())
        self._closed = False
        self._asked, self._found = False, 0  # a search that the user asked for
        self._store: EmbeddingStore | None = None
        self._searched: set[str] = set()
        self._lost: frozenset[str] = frozenset()  # labels whose detections are still to go
        self._soon = Debounced(self, 0, self._score)
        self.stored = ProjectClasses(context, self)
        self.stored.replaced.connect(self.detect_everywhere)
        self._project.project_changed.connect(self._on_project)
        self._analysis_controller.analysed.connect(self._on_analysed)
        self._document.recording_changed.connect(self._on_recording)
        self._document.analysis_changed.connect(self._score_soon)
        self._embeddings.changed.connect(self._on_embeddings)
        self._custom_classes.changed.connect(self._on_changed)

    @property
    def busy(self) -> bool:
        running = self._runner.busy or self._everywhere.busy
        return self._soon.active or running or self.stored.busy

    def close(self) -> None:
        self._closed = True  # the project that is closed after this changes, too
        self._soon.stop()
        self.stored.close()
        self._runner.close()
        self._everywhere.close()

    def find_everywhere(self) -> None:
        """Detects custom classes in all analysed recordings, and says the result to who asked."""
        if self._embeddings.frames() is None:
            self._show_message("Nothing to search yet: analyse recordings of the project first.")
            return
        self._found = 0
        self.detect_everywhere()
        self._asked = self._everywhere.busy

    @Slot(list)
    def detect_everywhere(self, lost: Sequence[str] = ()) -> None:
        """Detects custom classes in all analysed recordings of the project.

        Detections of the labels in `lost`, which have no scores any more, go.
        """
        store = self._embeddings.store
        if store is not None:
            self._searched = set(store.recordings())
        self._detect(None, frozenset(lost))

    def _detect(self, only: frozenset[str] | None, lost: frozenset[str] = frozenset()) -> None:
        project, frames = self._project.project, self._embeddings.frames()
        if project is None or project.read_only:
            return
        if only is None:
            self._everywhere.cancel_all()
        classes = self._custom_classes
        if only is None:
            scored = {one.label for one in classes.classes if one.classifier is not None}
            lost = self._lost = (self._lost | lost) - scored
        if not lost and (frames is None or not classes.key):
            return
        shown = self._document.state is AnalysisState.COMPLETE and self._document.buffers
        self._everywhere.submit(
            DetectJob(
                project,
                frames,
                classes.classes,
                classes.first_index,
                self._rules.rule_set,
                self._project.recording_id if shown else "",
                only,
                lost,
            ),
            on_result=self._show_progress,
            on_failed=self._show_error,
            on_done=self._on_detected if only is None else self._count,
        )

    def _on_project(self) -> None:
        self._everywhere.cancel_all()
        self._asked = False
        self._lost = frozenset()

    def _on_detected(self) -> None:
        self._lost = frozenset()
        if self._asked:
            self._asked = False
            many = counted(self._found, "event")
            self._show_message(
                f"All analysed recordings are searched: {many} of custom classes beside those of"
                " the open one; All events lists them."
            )
        self._count()

    def _count(self) -> None:
        """Counts including what was detected in the open recording but not stored yet."""
        self._project_manager.store_detections()
        self._project_manager.count()

    def _on_embeddings(self) -> None:
        """Detects custom classes also in recordings that were analysed meanwhile."""
        self._score_soon()
        store = self._embeddings.store
        if store is None:
            return
        stored = set(store.recordings())
        if store is not self._store:
            self._store, self._searched = store, stored
            self._resume()
        new = stored - self._searched
        self._searched = stored
        if new:
            self._detect(frozenset(new))

    def _show_progress(self, step: DetectProgress) -> None:
        self._found += step.count
        if not self._analysis_controller.running:
            share = step.done / max(step.total, 1)
            if step.done < step.total:
                self._status.set_progress("Detecting custom classes", share)
            else:
                self._status.clear_progress()

    @Slot()
    def _on_changed(self) -> None:
        self._score_soon()
        classes = self._custom_classes.classes if self._custom_classes.key else ()
        self._analysis_controller.extra = partial(columns_of, classes) if classes else None
        self._resume()

    def _resume(self) -> None:
        """Goes on with what an earlier session did not come to the end of."""
        project = self._project.project
        store, loading = self._embeddings.store, self.stored.loading
        if (
            project is None
            or project.read_only
            or store is None
            or loading
            or self._everywhere.busy
        ):
            return
        lost = unfinished(project)
        if lost is not None:
            self.detect_everywhere(lost)

    # The open recording

    def _on_recording(self) -> None:
        if self._job is not None:
            self._job.cancel()
            self._job = None
        self._scored = ((), ())
        recording = self._document.recording
        mine = recording is not None and self._analysis is not None
        if not (mine and self._analysis.recording.path == recording.info.path):  # type: ignore[union-attr]
            self._analysis = None

    def _on_analysed(self, analysis: Analysis) -> None:
        self._analysis = analysis
        self._score_soon()

    def _score_soon(self) -> None:
        if not self._closed:
            self._soon.start()

    def _score(self) -> None:
        """Computes the columns of the custom classes, unless they are up to date."""
        document, classes = self._document, self._custom_classes.classes
        if document.state is not AnalysisState.COMPLETE or not document.buffers:
            return
        key, buffers = self._custom_classes.key, document.buffers
        if key == self._scored[0] and buffers is self._scored[1]:
            return
        if not classes:
            had, self._scored = self._scored[0], (key, buffers)
            if had:  # undone: what was derived from their scores goes
                self._event_updater.derive()
            return
        recording_id = self._project.recording_id
        frames = self._embeddings.frames()
        if self._analysis is None and (frames is None or not recording_id):
            return
        if self._job is not None:
            self._job.cancel()

        def on_columns(columns: Columns | None) -> None:
            if columns is None or document.buffers is not buffers:
                return
            if len(columns.scores) == buffers[0].ready:
                self._scored = (key, buffers)
                document.put_columns(
                    columns.channel, self._custom_classes.first_index, columns.scores
                )

        channels = tuple(buffer.channel for buffer in buffers)
        self._job = self._runner.submit(
            ColumnsJob(classes, channels, self._analysis, frames, recording_id),
            on_result=on_columns,
            on_done=self._event_updater.derive,
            on_failed=self._show_error,
        )
