"""What features about the quality of detections share: scores at hand, a thread, a jump."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from yamnet_gui.core.errors import UserError
from yamnet_gui.core.events import EventList
from yamnet_gui.core.spans import TimeSpan
from yamnet_gui.gui.state.document import AnalysisState, ModelName

if TYPE_CHECKING:
    from yamnet_gui.batch.subjects import Scored, StoredScores
    from yamnet_gui.gui.workbench import Workbench


class Jump(QObject):
    """Shows a stretch of any recording, and the event of a label there; opens it where needed."""

    def __init__(self, workbench: Workbench) -> None:
        super().__init__(workbench)
        self._bench = workbench
        self._wanted: tuple[Path, TimeSpan, str] | None = None
        workbench.opener.opened.connect(self._on_opened)
        workbench.opener.failed.connect(self._forget)
        workbench.document.events_changed.connect(self._on_events)

    @property
    def waiting(self) -> bool:
        """Whether a recording is being opened."""
        recording = self._bench.document.recording
        return self._wanted is not None and (
            recording is None or recording.info.path != self._wanted[0]
        )

    def go(self, path: Path, span: TimeSpan, label: str = "") -> None:
        """Shows the stretch now, or once its recording is there."""
        recording = self._bench.document.recording
        self._wanted = (path, span, label)
        if recording is not None and recording.info.path == path:
            self._show()
            self._wanted = None
        else:
            self._bench.opener.open(path)

    def _show(self) -> None:
        if self._wanted is None:
            return
        _path, span, label = self._wanted
        bench = self._bench
        near = bench.document.events.between(span.start_s, span.end_s)
        same = [e for e in near if e.label == label]
        if same:
            best = max(same, key=lambda e: _shared(e.span, span))
            bench.controller.go_to(best.id)
            return
        bench.selection.select(())
        bench.timeline.set_selection(span)
        bench.timeline.reveal(span)
        bench.controller.seek(span.start_s)

    def _on_opened(self, path: Path) -> None:
        if self._wanted is not None and self._wanted[0] == path:
            self._show()
        else:  # a person went elsewhere meanwhile
            self._wanted = None

    def _on_events(self) -> None:
        """Once events are there, the one meant is chosen."""
        recording = self._bench.document.recording
        if self._wanted is None or recording is None or recording.info.path != self._wanted[0]:
            return
        if len(self._bench.document.events):
            self._show()
            self._wanted = None

    def _forget(self, _error: object) -> None:
        self._wanted = None


def present_model(bench: Workbench) -> ModelName:
    """The weights of the scores on the screen, else those that the next analysis would use."""
    if bench.document.model.sha256:
        return bench.document.model
    try:
        model = bench.analysing.model()
    except UserError:
        return ModelName()
    return ModelName(model.name, model.sha256)


def stored_scores(bench: Workbench, model_sha256: str) -> StoredScores:
    """Where scores of these weights are found; those of the open recording are at hand."""
    from yamnet_gui.batch import AnalysisSettings
    from yamnet_gui.batch.subjects import Scored, StoredScores

    document = bench.document
    at_hand: dict[Path, Scored] = {}
    complete = document.state is AnalysisState.COMPLETE and document.model.sha256 == model_sha256
    if document.recording is not None and complete:
        tables = tuple(buffer.table() for buffer in document.buffers)
        scored = Scored(tables, document.envelopes)
        at_hand[document.recording.info.path] = scored
        project = bench.project.project
        found = project.recording(bench.project.recording_id) if project else None
        if project is not None and found is not None:
            at_hand[project.locate(found)] = scored
    try:
        settings = bench.analysing.analysis_settings()
    except UserError:
        settings = AnalysisSettings()
    return StoredScores(bench.analysing.cache, model_sha256, settings, at_hand)


def shown_events(bench: Workbench) -> dict[str, EventList]:
    """Events of the open recording as they stand on the screen, by its id in the project."""
    recording_id = bench.project.recording_id
    return {recording_id: bench.document.events} if recording_id else {}


def _shared(a: TimeSpan, b: TimeSpan) -> float:
    return min(a.end_s, b.end_s) - max(a.start_s, b.start_s)
