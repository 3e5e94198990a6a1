"""The scores that features about the quality of detections work on."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from yamnet_gui.core.errors import UserError
from yamnet_gui.core.events import EventList
from yamnet_gui.gui.state.document import AnalysisState, ModelName

if TYPE_CHECKING:
    from yamnet_gui.gui.context import Context
    from yamnet_gui.quality.references import RecordingScores, StoredScores


class CurrentScores:
    """Scores of the open recording, and stored ones of all recordings."""

    def __init__(self, context: Context) -> None:
        self._document = context.session.document
        self._project = context.session.project
        self._analysis = context.services.analysis

    def present_model(self) -> ModelName:
        """The weights of the open recording's scores, else those of the next analysis."""
        if self._document.model.sha256:
            return self._document.model
        try:
            model = self._analysis.model()
        except UserError:
            return ModelName()
        return ModelName(model.name, model.sha256)

    def stored_scores(self, model_sha256: str) -> StoredScores:
        """Stored scores of these weights, and those of the open recording."""
        from yamnet_gui.analysis import AnalysisSettings
        from yamnet_gui.quality.references import RecordingScores, StoredScores

        document = self._document
        in_memory: dict[Path, RecordingScores] = {}
        complete = document.state is AnalysisState.COMPLETE
        if document.recording is not None and complete and document.model.sha256 == model_sha256:
            tables = tuple(buffer.table() for buffer in document.buffers)
            scored = RecordingScores(tables, document.envelopes)
            in_memory[document.recording.info.path] = scored
            project = self._project.project
            known = project.recordings.get(self._project.recording_id) if project else None
            if project is not None and known is not None:
                in_memory[project.recordings.locate(known)] = scored
        try:
            settings = self._analysis.analysis_settings()
        except UserError:
            settings = AnalysisSettings()
        return StoredScores(self._analysis.cache, model_sha256, settings, in_memory)

    def shown_events(self) -> dict[str, EventList]:
        """Current events of the open recording, by its id in the project."""
        recording_id = self._project.recording_id
        return {recording_id: self._document.events} if recording_id else {}
