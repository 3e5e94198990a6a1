"""Which model the window works with: that of the open project, with its classes everywhere."""

from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot

from yamnet_gui.core.errors import UserError
from yamnet_gui.core.resources import bundled_class_map
from yamnet_gui.gui.state.class_map import ClassMapState
from yamnet_gui.gui.state.custom_classes import CustomClasses
from yamnet_gui.gui.state.document import Document
from yamnet_gui.gui.state.project import ProjectState
from yamnet_gui.labels.project.project_model import (
    ProjectModel,
    project_model,
    set_project_model,
)

from .recording_loader import RecordingLoader
from .weights import Weights


class ModelChoice(QObject):
    """Follows the project: made before everything that reads classes when a project is opened.

    Where the classes change, the open recording is opened again: every score, event and rule of it
    is that of another class under the same index.
    """

    changed = Signal()
    failed = Signal(object)  # UserError

    def __init__(
        self,
        project: ProjectState,
        document: Document,
        custom_classes: CustomClasses,
        weights: Weights,
        loader: RecordingLoader,
        class_map: ClassMapState,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._project = project
        self._document = document
        self._custom_classes = custom_classes
        self._weights = weights
        self._loader = loader
        self._class_map = class_map
        project.project_changed.connect(self._on_project)

    @property
    def chosen(self) -> ProjectModel | None:
        """The model of the project; None: YAMNet."""
        return self._weights.chosen

    def choose(self, model: ProjectModel | None) -> None:
        """Stores the choice in the open project and works with it (None: YAMNet).

        Raises ProjectError where the project cannot be written to.
        """
        path = self._leave()
        try:
            if self._project.project is not None:
                set_project_model(self._project.project, model)
            self._use(model)
            self._project.reload()
        finally:
            self._return(path)

    @Slot()
    def _on_project(self) -> None:
        project = self._project.project
        if project is None:
            return  # another one is being opened
        try:
            model = project_model(project)
        except UserError as error:
            self.failed.emit(error)
            return
        if model != self._weights.chosen:
            path = self._leave()
            self._use(model)
            self._return(path)

    def _leave(self) -> Path | None:
        """Closes the open recording; its path."""
        recording = self._document.recording
        if recording is None:
            return None
        self._loader.close_recording()
        return recording.info.path

    def _return(self, path: Path | None) -> None:
        if path is not None:
            self._loader.open(path)

    def _use(self, model: ProjectModel | None) -> None:
        info = self._weights.choose(model)
        classes = bundled_class_map() if model is None else model.classes
        if classes != self._class_map.model_classes or info != self._class_map.model_info:
            self._custom_classes.set_model(classes, info)
        self.changed.emit()
