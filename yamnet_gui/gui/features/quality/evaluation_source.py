"""What the events are measured against: the project's decisions, or a reference table."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from .current_scores import CurrentScores

if TYPE_CHECKING:
    from yamnet_gui.gui.context import Context
    from yamnet_gui.quality.references import StoredScores

    from .jobs import Source


class EvaluationSource:
    """The reference and the scores of the recordings that it is about."""

    def __init__(self, context: Context) -> None:
        self._document = context.session.document
        self._project = context.session.project
        self._scores = CurrentScores(context)

    def of_decisions(self) -> Source:
        """The decisions of the open project."""
        from .jobs import Source

        return Source(self._stored(), self._project.project, self._scores.shown_events())

    def of_table(self, table: Path) -> Source:
        """A reference table. It may be about the recordings of the project and the open one; a
        table that names none of them is about the open recording."""
        from .jobs import Source

        project = self._project.project
        paths: dict[Path, str] = {}
        if project is not None:
            paths = {project.recordings.locate(r): r.id for r in project.recordings.all()}
        recording = self._document.recording
        if recording is not None:
            paths.setdefault(recording.info.path, self._project.recording_id)
        here = recording.info.path if recording is not None else None
        return Source(self._stored(), table=table, paths=paths, otherwise=here)

    def _stored(self) -> StoredScores:
        return self._scores.stored_scores(self._scores.present_model().sha256)
