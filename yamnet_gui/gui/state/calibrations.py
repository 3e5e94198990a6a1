"""The owner of the calibration in use: what scores of each class mean."""

from PySide6.QtCore import QObject, Signal

from yamnet_gui.core.events import EventList
from yamnet_gui.detection import ClassCalibration, with_probability
from yamnet_gui.labels.project import Project
from yamnet_gui.labels.project.calibrations import (
    Calibration,
    drop_calibration,
    reread,
    store_calibration,
)

from .document import Document
from .project import ProjectState


class Calibrations(QObject):
    """The calibration stored in the open project, and the probabilities that follow from it.

    A calibration that was made with other weights than the open recording's scores is not applied
    to them. `changed` is emitted when the calibration or the weights of the scores change.
    """

    changed = Signal()

    def __init__(
        self, document: Document, project: ProjectState, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._document = document
        self._project = project
        self._stored: Calibration | None = None
        self._model = ""
        project.project_changed.connect(self.reread)
        project.texts_changed.connect(self.reread)
        document.analysis_changed.connect(self._on_analysis)

    @property
    def stored(self) -> Calibration | None:
        """What is stored in the project, whether it fits or not."""
        return self._stored

    @property
    def stale(self) -> bool:
        """Whether the open recording was scored by other weights than those calibrated."""
        model = self._document.model.sha256
        return self._stored is not None and bool(model) and not self._stored.fits(model)

    def in_use(self) -> dict[int, ClassCalibration]:
        """Calibrations by class index that hold for the scores on the screen."""
        stored = self._stored
        if stored is None or not stored.fits(self._document.model.sha256):
            return {}
        return stored.known

    def of_class(self, class_index: int | None) -> ClassCalibration | None:
        """What is known of a class about the scores on the screen, be it enough or not."""
        stored = self._stored
        if class_index is None or stored is None or not stored.fits(self._document.model.sha256):
            return None
        return stored.classes.get(class_index)

    def with_probabilities(self, events: EventList) -> EventList:
        """The events with probabilities, where enough is known of their class.

        Without a calibration in use they stay as they are: an import may have set them.
        """
        if self._stored is None:
            return events
        return with_probability(events, self.in_use())

    def store(self, calibration: Calibration) -> Calibration:
        """Stores it with the project as the next version and uses it. Raises ProjectError."""
        stored = store_calibration(self._writable(), calibration)
        self.reread()
        return stored

    def drop(self) -> None:
        """Uses none any more. Raises ProjectError."""
        drop_calibration(self._writable())
        self.reread()

    def reread(self) -> None:
        """Reads what is stored in the project now."""
        stored = reread(self._project.project)
        if stored != self._stored:
            self._stored = stored
            self.changed.emit()

    def _on_analysis(self) -> None:
        """Scores of other weights have other probabilities, or none."""
        model = self._document.model.sha256
        if model != self._model:
            self._model = model
            if self._stored is not None:
                self.changed.emit()

    def _writable(self) -> Project:
        return self._project.writable()
