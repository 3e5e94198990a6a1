"""Custom classes as files: loaded, saved, removed from the project."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QFileDialog

from yamnet_gui.core.errors import UserError
from yamnet_gui.core.text import listed
from yamnet_gui.embedding import CLASSIFIER_SUFFIX, read_classifier, write_classifier
from yamnet_gui.gui.widgets.notices import NoticeKind
from yamnet_gui.labels.overwrite_guard import spare

from .project_classes import ProjectClasses
from .score_jobs import checked_model

if TYPE_CHECKING:
    from yamnet_gui.gui.context import Context


class ClassFiles(QObject):
    """Loads classifier files into the open project, and saves copies of its classifiers."""

    loaded = Signal(str)  # the label of the first class of the file

    def __init__(
        self, context: Context, classes: ProjectClasses, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._classes = classes
        self._custom_classes = context.session.custom_classes
        self._embeddings = context.session.embeddings
        self._settings = context.session.settings
        self._questions = context.shell.questions
        self._notices = context.shell.notices
        self._show_error = context.shell.show_error
        self._window = context.shell.window

    def load(self, path: Path) -> None:
        """Adds the classes of a file to the project."""
        try:
            model = self._embeddings.model_sha256
            labels = self._classes.use(checked_model(path, read_classifier(path), model), "load")
        except UserError as error:
            self._show_error(error)
            return
        self.loaded.emit(labels[0])
        self._notices.show_notice(
            NoticeKind.INFO, f"Loaded {listed(labels)} from {path.name}.", seconds=8
        )

    def take_dropped(self, paths: Sequence[Path]) -> Sequence[Path]:
        """Loads the classifier files among these; returns the others."""
        for path in paths:
            if path.suffix == CLASSIFIER_SUFFIX:
                self.load(path)
        return [path for path in paths if path.suffix != CLASSIFIER_SUFFIX]

    def save(self, label: str, path: Path) -> None:
        """Writes the classifier of a class, with any other classes that it has."""
        one = self._custom_classes.get(label)
        if one is None or one.classifier is None:
            return
        try:
            spare(path)
            write_classifier(path, one.classifier)
        except UserError as error:
            self._show_error(error)
            return
        self._notices.show_notice(NoticeKind.INFO, f"Saved to {path}.", seconds=8)

    def remove(self, label: str) -> None:
        """Removes a class with its scores and detections; reviewed events stay."""
        if self._questions.confirm(
            f"Remove the custom class {label}? Events that you have reviewed stay.", "Remove"
        ):
            try:
                self._classes.remove(label)
            except UserError as error:
                self._show_error(error)

    def ask_load(self) -> None:
        """Asks for a file to load."""
        name, _chosen = QFileDialog.getOpenFileName(
            self._window,
            "Load a custom class",
            self._settings.folder("classes"),
            f"Custom classes (*{CLASSIFIER_SUFFIX});;All files (*)",
        )
        if name:
            self._settings.remember_folder(Path(name).parent, "classes")
            self.load(Path(name))

    def ask_save(self, label: str) -> None:
        """Asks where to save a class."""
        folder = Path(self._settings.folder("classes"))
        name, _chosen = QFileDialog.getSaveFileName(
            self._window,
            "Save the custom class",
            str(folder / f"{label}{CLASSIFIER_SUFFIX}"),
            f"Custom classes (*{CLASSIFIER_SUFFIX})",
        )
        if name:
            self._settings.remember_folder(Path(name).parent, "classes")
            self.save(label, Path(name))
