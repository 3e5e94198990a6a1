"""What features about the quality of detections share: scores at hand."""

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
        from yamnet_gui.quality.references import RecordingScores, StoredScores

        document = self._document
        at_hand: dict[Path, RecordingScores] = {}
        complete = document.state is AnalysisState.COMPLETE
        if document.recording is not None and complete and document.model.sha256 == model_sha256:
            tables = tuple(buffer.table() for buffer in document.buffers)
            scored = RecordingScores(tables, document.envelopes)
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
