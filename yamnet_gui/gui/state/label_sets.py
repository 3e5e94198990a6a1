"""The owner of the label sets of the project, and of the one that keys and lists use."""

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QObject, Signal

from yamnet_gui.core.errors import ProjectError
from yamnet_gui.gui.theme import set_own_colors
from yamnet_gui.labels.project import LabelSet, OwnLabel

from .project import ProjectState, StorageMode

_CHOSEN = "label set"
_DIGITS = "123456789"


def keys_of(labels: Sequence[OwnLabel]) -> dict[str, OwnLabel]:
    """Labels by key: those with a key of their own, then the others on the digits left over."""
    by_key: dict[str, OwnLabel] = {}
    for label in labels:
        if label.key:
            by_key.setdefault(label.key.casefold(), label)
    free = iter([digit for digit in _DIGITS if digit not in by_key])
    for label in labels:
        digit = None if label.key else next(free, None)
        if digit is not None:
            by_key[digit] = label
    return by_key


class LabelSets(QObject):
    """Follows the project. `chosen` is None where nobody has chosen a set."""

    changed = Signal()

    def __init__(self, project: ProjectState, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._project = project
        self._sets: tuple[LabelSet, ...] = ()
        self._chosen = ""
        self._keys: Mapping[str, OwnLabel] = {}
        project.project_changed.connect(self._on_project)
        project.label_sets_changed.connect(self._read)

    @property
    def sets(self) -> tuple[LabelSet, ...]:
        """All of the project, by name."""
        return self._sets

    @property
    def chosen(self) -> LabelSet | None:
        return next((s for s in self._sets if s.id == self._chosen), None)

    @property
    def labels(self) -> tuple[OwnLabel, ...]:
        """Those of the chosen set."""
        chosen = self.chosen
        return chosen.labels if chosen else ()

    @property
    def keys(self) -> Mapping[str, OwnLabel]:
        """Labels of the chosen set by their key."""
        return self._keys

    def choose(self, set_id: str) -> None:
        """Uses a set ("" for none) from now on, also after a restart."""
        if set_id == self._chosen:
            return
        self._chosen = set_id
        project = self._project.project
        if project is not None and self._project.storage_mode is not StorageMode.READ_ONLY:
            project.settings.set_value(_CHOSEN, set_id)
        self._use(self._sets)

    def _on_project(self) -> None:
        project = self._project.project
        self._chosen = project.settings.value(_CHOSEN) if project is not None else ""
        self._read()

    def _read(self) -> None:
        project = self._project.project
        try:
            sets = project.settings.label_sets() if project is not None else []
        except ProjectError:
            sets = []
        self._use(tuple(sorted(sets, key=lambda s: (s.name.casefold(), s.id))))

    def _use(self, sets: tuple[LabelSet, ...]) -> None:
        self._sets = sets
        self._keys = keys_of(self.labels)
        colors = {label.name: label.color for s in sets for label in s.labels if label.color}
        chosen = {label.name: label.color for label in self.labels if label.color}
        set_own_colors({**colors, **chosen})
        self.changed.emit()
