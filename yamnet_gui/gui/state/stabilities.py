"""The owner of how stable the scores of the open recording's events are."""

from collections.abc import Mapping

from PySide6.QtCore import QObject, Signal

from yamnet_gui.core.errors import ProjectError
from yamnet_gui.detection import Stability
from yamnet_gui.labels.project.stabilities import store_stabilities, stored_stabilities

from .document import Document
from .project import ProjectState


class Stabilities(QObject):
    """By event id; stored with the project, for the weights that the recording was scored with."""

    changed = Signal()

    def __init__(
        self, document: Document, project: ProjectState, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._document = document
        self._project = project
        self._known: dict[str, Stability] = {}
        document.recording_changed.connect(self._forget)
        project.recording_changed.connect(self._read)
        document.analysis_changed.connect(self._on_analysis)
        self._model = ""

    @property
    def spreads(self) -> dict[str, float]:
        """How far the scores of an event lie apart, by its id."""
        return {event_id: stability.spread for event_id, stability in self._known.items()}

    def get(self, event_id: str) -> Stability | None:
        return self._known.get(event_id)

    def add(self, stabilities: Mapping[str, Stability]) -> None:
        """Adds stabilities, and stores them where the project can be written.

        Raises ProjectError where that is refused; it is shown all the same.
        """
        if stabilities:
            self._known.update(stabilities)
            self.changed.emit()
            self._store()

    def _store(self) -> None:
        project, recording_id = self._project.project, self._project.recording_id
        if project is not None and recording_id and not project.read_only:
            store_stabilities(project, recording_id, self._document.model.sha256, self._known)

    def _read(self) -> None:
        """What is known of the open recording; nothing where it comes from other weights."""
        project, recording_id = self._project.project, self._project.recording_id
        stored: dict[str, Stability] = {}
        if project is not None and recording_id:
            try:
                model = self._document.model.sha256
                stored = stored_stabilities(project, recording_id, model)
            except ProjectError:
                stored = {}
        if stored != self._known:
            self._known = stored
            self.changed.emit()

    def _on_analysis(self) -> None:
        """Other weights: what was known does not hold."""
        model = self._document.model.sha256
        if model != self._model:
            self._model = model
            self._read()

    def _forget(self) -> None:
        if self._known:
            self._known = {}
            self.changed.emit()
