"""The owner of which datasets are beside the project, and of which one is looked through."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from yamnet_gui.core.errors import ProjectError
from yamnet_gui.labels.project.attached_datasets import AttachedDataset, attached_datasets

from .project import ProjectState

if TYPE_CHECKING:
    from yamnet_gui.dataset import Dataset, DatasetEvents


@dataclass(frozen=True, slots=True)
class OpenedDataset:
    """An open dataset: to be asked in one thread alone.

    `stamp` tells whether it was changed since. `words` say what is in it, `problem` what is wrong
    with it at a glance (""). `class_index`: of its labels.
    """

    folder: Path
    dataset: Dataset
    events: DatasetEvents
    stamp: tuple[int, int]
    words: str
    problem: str
    class_index: Mapping[str, int] = field(default_factory=dict)


class Datasets(QObject):
    """Follows the project; a read-only one remembers nothing, so that the window does.

    `source` is what tables, activity and searches are about: None is the project itself.
    """

    changed = Signal()  # which there are, or where their recordings are
    source_changed = Signal()
    opened_changed = Signal()
    prepared_changed = Signal()

    def __init__(self, project: ProjectState, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._project = project
        self._stored: tuple[AttachedDataset, ...] = ()
        self._passing: tuple[AttachedDataset, ...] = ()
        self._source: Path | None = None
        self._opened: OpenedDataset | None = None
        self._prepared = 0.0
        project.project_changed.connect(self._on_project)
        project.texts_changed.connect(self._read)

    @property
    def attached(self) -> tuple[AttachedDataset, ...]:
        """All of them, in the order in which they came."""
        passing = {one.folder: one for one in self._passing}
        stored = tuple(passing.pop(one.folder, one) for one in self._stored)
        return (*stored, *passing.values())

    @property
    def source(self) -> AttachedDataset | None:
        """The one that is looked through; None: the project."""
        return next((one for one in self.attached if one.folder == self._source), None)

    @property
    def opened(self) -> OpenedDataset | None:
        """The source, once it is open."""
        return self._opened

    @property
    def prepared(self) -> float:
        """How much is done so that questions to it are answered at once, 0 to 1."""
        return self._prepared

    def set_prepared(self, share: float) -> None:
        if share != self._prepared:
            self._prepared = share
            self.prepared_changed.emit()

    def choose(self, folder: Path | None) -> None:
        """Looks through one of them, or through the project (None)."""
        if folder != self._source:
            self._source = folder
            self._opened = None
            self.source_changed.emit()

    def set_opened(self, opened: OpenedDataset | None) -> None:
        if opened is not self._opened:
            self._opened = opened
            self._prepared = 0.0
            self.opened_changed.emit()

    def hold(self, dataset: AttachedDataset) -> None:
        """Takes one in, or what is known of it, as long as the window has this project open."""
        others = tuple(one for one in self._passing if one.folder != dataset.folder)
        self._passing = (*others, dataset)
        self.changed.emit()

    def drop(self, folder: Path) -> None:
        """Forgets one that the project does not remember."""
        self._passing = tuple(one for one in self._passing if one.folder != folder)
        self._show()

    def _on_project(self) -> None:
        self._passing = ()
        self.choose(None)
        self._read()

    def _read(self) -> None:
        project = self._project.project
        try:
            stored = attached_datasets(project) if project is not None else ()
        except ProjectError:  # whoever shows the project says so
            stored = ()
        if stored != self._stored:
            self._stored = stored
            self._show()

    def _show(self) -> None:
        self.changed.emit()
        if self.source is None:
            self.choose(None)
