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
    from yamnet_gui.gui.context import Context
    from yamnet_gui.quality.references import Scored, StoredScores


class Jump(QObject):
    """Shows a stretch of any recording, and the event of a label there; opens it where needed."""

    def __init__(self, context: Context, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._document = context.session.document
        self._selection = context.session.selection
        self._timeline = context.session.timeline
        self._recording_loader = context.services.recording
        self._transport = context.services.transport
        self._wanted: tuple[Path, TimeSpan, str] | None = None
        self._recording_loader.opened.connect(self._on_opened)
        self._recording_loader.failed.connect(self._forget)
        self._document.events_changed.connect(self._on_events)

    @property
    def waiting(self) -> bool:
        """Whether a recording is being opened."""
        recording = self._document.recording
        return self._wanted is not None and (
            recording is None or recording.info.path != self._wanted[0]
        )

    def go(self, path: Path, span: TimeSpan, label: str = "") -> None:
        """Shows the stretch now, or once its recording is there."""
        recording = self._document.recording
        self._wanted = (path, span, label)
        if recording is not None and recording.info.path == path:
            self._show()
            self._wanted = None
        else:
            self._recording_loader.open(path)

    def _show(self) -> None:
        if self._wanted is None:
            return
        _path, span, label = self._wanted
        near = self._document.events.between(span.start_s, span.end_s)
        same = [e for e in near if e.label == label]
        if same:
            best = max(same, key=lambda e: _shared(e.span, span))
            self._transport.go_to(best.id)
            return
        self._selection.select(())
        self._timeline.set_selection(span)
        self._timeline.reveal(span)
        self._transport.seek(span.start_s)

    def _on_opened(self, path: Path) -> None:
        if self._wanted is not None and self._wanted[0] == path:
            self._show()
        else:  # a person went elsewhere meanwhile
            self._wanted = None

    def _on_events(self) -> None:
        """Once events are there, the one meant is chosen."""
        recording = self._document.recording
        if self._wanted is None or recording is None or recording.info.path != self._wanted[0]:
            return
        if len(self._document.events):
            self._show()
            self._wanted = None

    def _forget(self, _error: object) -> None:
        self._wanted = None


class CurrentScores:
    """The scores that measures of quality work on: those on the screen, and stored ones."""

    def __init__(self, context: Context) -> None:
        self._document = context.session.document
        self._project = context.session.project
        self._analysis = context.services.analysis

    def present_model(self) -> ModelName:
        """The weights of the scores on the screen, else those that the next analysis would use."""
        if self._document.model.sha256:
            return self._document.model
        try:
            model = self._analysis.model()
        except UserError:
            return ModelName()
        return ModelName(model.name, model.sha256)

    def stored_scores(self, model_sha256: str) -> StoredScores:
        """Where scores of these weights are found; those of the open recording are at hand."""
        from yamnet_gui.analysis import AnalysisSettings
        from yamnet_gui.quality.references import Scored, StoredScores

        document = self._document
        at_hand: dict[Path, Scored] = {}
        complete = document.state is AnalysisState.COMPLETE
        if document.recording is not None and complete and document.model.sha256 == model_sha256:
            tables = tuple(buffer.table() for buffer in document.buffers)
            scored = Scored(tables, document.envelopes)
            at_hand[document.recording.info.path] = scored
            project = self._project.project
            found = project.recordings.get(self._project.recording_id) if project else None
            if project is not None and found is not None:
                at_hand[project.recordings.locate(found)] = scored
        try:
            settings = self._analysis.analysis_settings()
        except UserError:
            settings = AnalysisSettings()
        return StoredScores(self._analysis.cache, model_sha256, settings, at_hand)

    def shown_events(self) -> dict[str, EventList]:
        """Events of the open recording as they stand on the screen, by its id in the project."""
        recording_id = self._project.recording_id
        return {recording_id: self._document.events} if recording_id else {}


def _shared(a: TimeSpan, b: TimeSpan) -> float:
    return min(a.end_s, b.end_s) - max(a.start_s, b.start_s)
