"""The owner of the classes that people taught in the open project."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal

from yamnet_gui.embedding import Classifier

from .class_map import KnownClasses
from .document import Document


@dataclass(frozen=True, slots=True)
class CustomClass:
    """One class, and what gives its scores; None where that is gone or fits another model."""

    label: str
    classifier: Classifier | None = field(default=None, compare=False)
    path: Path | None = None

    @property
    def key(self) -> str:
        """What its scores depend on."""
        return f"{self.label}|{self.classifier.sha256}" if self.classifier is not None else ""


class CustomClasses(QObject):
    """Taught classes in a fixed order: a class keeps its index as long as the project lives.

    Class map and score buffers grow with it, before `changed` tells the others.
    """

    changed = Signal()
    retrained = Signal(int)  # class index; its scores mean something else from now on

    def __init__(
        self, class_map: KnownClasses, document: Document, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._class_map = class_map
        self._document = document
        self._classes: tuple[CustomClass, ...] = ()

    @property
    def classes(self) -> tuple[CustomClass, ...]:
        return self._classes

    @property
    def first_index(self) -> int:
        """The index of the first taught class."""
        return self._class_map.own

    @property
    def key(self) -> tuple[str, ...]:
        """What all their scores depend on; () where no class has any."""
        keys = tuple(c.key for c in self._classes)
        return keys if any(keys) else ()

    def get(self, label: str) -> CustomClass | None:
        return next((c for c in self._classes if c.label.casefold() == label.casefold()), None)

    def index_of(self, label: str) -> int | None:
        """The class index of a taught class."""
        for place, one in enumerate(self._classes):
            if one.label.casefold() == label.casefold():
                return self.first_index + place
        return None

    def set(self, classes: Iterable[CustomClass]) -> None:
        """All taught classes of another project. Raises ValueError where names clash."""
        found = tuple(classes)
        if found == self._classes and [c.key for c in found] == [c.key for c in self._classes]:
            return
        self._class_map.set_custom_classes([c.label for c in found])
        self._classes = found
        self._document.set_class_count(len(self._class_map))
        self.changed.emit()

    def put(self, *classes: CustomClass) -> None:
        """New classes at the end, known ones in their place. Raises ValueError for bad names."""
        found = list(self._classes)
        again = []
        for one in classes:
            index = self.index_of(one.label)
            if index is None:
                found.append(one)
                continue
            before = found[index - self.first_index].key  # "" while it is being loaded
            if before and before != one.key:
                again.append(index)
            found[index - self.first_index] = one
        self.set(found)
        for index in again:
            self.retrained.emit(index)

    def forget(self, label: str) -> None:
        """A class without scores from now on; its place stays, for the sake of its events."""
        one = self.get(label)
        if one is not None:
            self.put(CustomClass(one.label))


def columns_of(
    classes: tuple[CustomClass, ...], embeddings: NDArray[np.float32]
) -> NDArray[np.float32]:
    """Scores of taught classes, float32 (n, classes); each classifier runs once."""
    result = np.zeros((len(embeddings), len(classes)), np.float32)
    known: dict[int, NDArray[np.float32]] = {}
    for place, one in enumerate(classes):
        if one.classifier is None:
            continue
        key = id(one.classifier)
        if key not in known:
            known[key] = one.classifier.scores(embeddings)
        result[:, place] = known[key][:, one.classifier.labels.index(one.label)]
    return result
