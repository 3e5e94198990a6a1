"""The owner of the custom classes of the open project."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal

from yamnet_gui.core.class_map import ClassMap
from yamnet_gui.embedding import Classifier
from yamnet_gui.yamnet import ModelInfo

from .class_map import ClassMapState
from .class_view import ClassView
from .document import Document


@dataclass(frozen=True, slots=True)
class CustomClass:
    """One class and its classifier; None if that is missing or fits another model."""

    label: str
    classifier: Classifier | None = field(default=None, compare=False)
    path: Path | None = None

    @property
    def key(self) -> str:
        """What its scores depend on."""
        return f"{self.label}|{self.classifier.sha256}" if self.classifier is not None else ""


class CustomClasses(QObject):
    """Custom classes in a fixed order: the index of a class never changes within a project.

    New ones come last; undoing that takes the last ones away. Class map, score buffers and the
    shown classes have followed before `changed` is emitted.
    """

    changed = Signal()

    def __init__(
        self,
        class_map: ClassMapState,
        document: Document,
        class_view: ClassView,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._class_map = class_map
        self._document = document
        self._class_view = class_view
        self._classes: tuple[CustomClass, ...] = ()

    @property
    def classes(self) -> tuple[CustomClass, ...]:
        return self._classes

    @property
    def first_index(self) -> int:
        """The index of the first custom class."""
        return self._class_map.model_count

    @property
    def key(self) -> tuple[str, ...]:
        """What all their scores depend on; () if no class has scores."""
        keys = tuple(c.key for c in self._classes)
        return keys if any(keys) else ()

    def get(self, label: str) -> CustomClass | None:
        return next((c for c in self._classes if c.label.casefold() == label.casefold()), None)

    def index_of(self, label: str) -> int | None:
        """The class index of a custom class; None if there is none of this label."""
        for place, one in enumerate(self._classes):
            if one.label.casefold() == label.casefold():
                return self.first_index + place
        return None

    def set(self, classes: Iterable[CustomClass]) -> None:
        """Replaces all custom classes. Raises ValueError where names clash."""
        custom = tuple(classes)
        if custom == self._classes and [c.key for c in custom] == [c.key for c in self._classes]:
            return
        self._class_map.set_custom_classes([c.label for c in custom])
        self._classes = custom
        self._class_view.forget_from(len(self._class_map.value))
        self._document.set_class_count(len(self._class_map.value))
        self.changed.emit()

    def set_model(self, classes: ClassMap, info: ModelInfo | None) -> None:
        """The classes of another model, without custom ones; those of before are all forgotten."""
        self._class_map.set_model_classes(classes, info)
        self._classes = ()
        self._class_view.forget_from(0)
        self._document.set_class_count(len(classes))
        self.changed.emit()

    def with_put(self, *classes: CustomClass) -> tuple[CustomClass, ...]:
        """All classes with these: new ones last, known ones replaced."""
        custom = list(self._classes)
        for one in classes:
            index = self.index_of(one.label)
            if index is None:
                custom.append(one)
            else:
                custom[index - self.first_index] = one
        return tuple(custom)


def columns_of(
    classes: tuple[CustomClass, ...], embeddings: NDArray[np.float32]
) -> NDArray[np.float32]:
    """Scores of custom classes, float32 (n, classes); each classifier runs once."""
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
