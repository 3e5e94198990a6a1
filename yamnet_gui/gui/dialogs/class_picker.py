"""Search for a class and choose it with Enter."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QAbstractListModel, QEvent, QModelIndex, QObject, QRectF, QSize, Qt
from PySide6.QtGui import QIcon, QKeyEvent, QPainter, QPalette, QPixmap
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFrame,
    QListView,
    QVBoxLayout,
    QWidget,
)

from yamnet_gui.core.class_map import ClassMap
from yamnet_gui.core.ontology import Ontology
from yamnet_gui.core.text import counted, holds_words
from yamnet_gui.gui.theme import class_color
from yamnet_gui.gui.widgets.buttons import DialogButtons
from yamnet_gui.gui.widgets.drawing import draw_swatch
from yamnet_gui.gui.widgets.fields import SearchField
from yamnet_gui.gui.widgets.labels import KINDS
from yamnet_gui.gui.widgets.plain_text import PlainLabel
from yamnet_gui.gui.widgets.table_model import Index

CHOICE_ROLE = Qt.ItemDataRole.UserRole
_NO_PARENT = QModelIndex()
_MOST_OWN = 20
_ICON = 12
"""Pixels of a swatch; left to the style it would be larger on fine screens."""


@dataclass(frozen=True, slots=True)
class LabelChoice:
    """A label for an event: one of the classes, or (`class_index` None) a custom label."""

    label: str
    class_index: int | None = None
    mid: str = ""


class ChoicesModel(QAbstractListModel):
    """What is offered; texts and icons are made for rows that are looked at, which few are."""

    def __init__(self, text_of: Callable[[LabelChoice], str], parent: QWidget) -> None:
        super().__init__(parent)
        self._text_of = text_of
        self._scale = parent.devicePixelRatioF()
        self._choices: Sequence[LabelChoice] = ()
        self._icons: dict[LabelChoice, QIcon] = {}

    def set_choices(self, choices: Sequence[LabelChoice]) -> None:
        """Offers these instead."""
        self.beginResetModel()
        self._choices = choices
        self.endResetModel()

    def rowCount(self, parent: Index = _NO_PARENT) -> int:
        return 0 if parent.isValid() else len(self._choices)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        choice = self._choices[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return self._text_of(choice)
        if role == CHOICE_ROLE:
            return choice
        if role == Qt.ItemDataRole.DecorationRole:
            if choice not in self._icons:
                self._icons[choice] = _icon(choice, self._scale)
            return self._icons[choice]
        return None


class ClassPickerDialog(QDialog):
    """Finds a class by any words of its name, or accepts a custom label.

    `first`: what is offered before all others, such as the labels of the chosen set and kinds of
    what the event is now; then `used`, labels used last, newest first. `choice` is the answer.
    """

    def __init__(
        self,
        class_map: ClassMap,
        ontology: Ontology,
        used: Iterable[str] = (),
        title: str = "Relabel to",
        *,
        own_labels: bool = True,
        first: Iterable[LabelChoice] = (),
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self._class_map = class_map
        self._ontology = ontology
        self._own = {choice.label: choice for choice in first}
        self._used = tuple(dict.fromkeys([*self._own, *used]))
        self._first = len(self._own)
        self._own_labels = own_labels
        self.choice: LabelChoice | None = None
        self.search = SearchField(f"Search {counted(len(class_map), 'class')}", self)
        self.search.textChanged.connect(self._list)
        self.search.installEventFilter(self)
        self.model = ChoicesModel(self._text_of, self)
        self.list = QListView(self)
        self.list.setModel(self.model)
        self.list.setFrameShape(QFrame.Shape.StyledPanel)
        self.list.setUniformItemSizes(True)
        self.list.setIconSize(QSize(_ICON, _ICON))
        self.list.setAccessibleName("Classes")
        self.list.activated.connect(self._on_chosen)
        self.list.selectionModel().currentChanged.connect(self._on_current)
        self.kinds = PlainLabel(self)
        self.kinds.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        self.kinds.setWordWrap(True)
        standard = QDialogButtonBox.StandardButton
        self.buttons = DialogButtons(standard.Ok | standard.Cancel, self)
        self.buttons.accepted.connect(self._on_chosen)
        self.buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.addWidget(self.search)
        layout.addWidget(self.list, 1)
        layout.addWidget(self.kinds)
        layout.addWidget(self.buttons)
        self._list("")
        self.search.setFocus(Qt.FocusReason.PopupFocusReason)

    def sizeHint(self) -> QSize:
        metrics = self.fontMetrics()
        return QSize(metrics.averageCharWidth() * 60, metrics.height() * 26)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._on_chosen()
        elif event.key() in (Qt.Key.Key_PageDown, Qt.Key.Key_PageUp, Qt.Key.Key_Up):
            self._move(event.key())
        else:
            super().keyPressEvent(event)

    def choices(self, text: str) -> list[LabelChoice]:
        """What is offered for a text, best first."""
        used = [x for x in self._used if holds_words(x, text)]
        recent = [self._choice(label) for label in used][: _MOST_OWN + self._first]
        if not self._own_labels:
            recent = [c for c in recent if c.class_index is not None]
        known = {c.label for c in recent}
        matches = [
            LabelChoice(c.name, c.index, c.mid)
            for c in self._class_map.search(text)
            if c.name not in known
        ]
        offered = recent + matches
        typed = text.strip()
        exact = any(c.label.casefold() == typed.casefold() for c in offered)
        if exact:  # what was typed in full goes before longer names
            offered.sort(key=lambda c: c.label.casefold() != typed.casefold())
        elif typed and self._own_labels:
            offered.append(LabelChoice(typed))
        return offered

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Arrow keys typed into the field move in the list."""
        if watched is self.search and isinstance(event, QKeyEvent):
            pressed = event.type() == QKeyEvent.Type.KeyPress
            if pressed and event.key() in (
                Qt.Key.Key_Down,
                Qt.Key.Key_Up,
                Qt.Key.Key_PageDown,
                Qt.Key.Key_PageUp,
            ):
                self._move(event.key())
                return True
        return False

    def _move(self, key: int) -> None:
        page = max(1, self.list.height() // max(self.list.sizeHintForRow(0), 1) - 1)
        step = {
            Qt.Key.Key_Down: 1,
            Qt.Key.Key_Up: -1,
            Qt.Key.Key_PageDown: page,
            Qt.Key.Key_PageUp: -page,
        }[Qt.Key(key)]
        row = self.list.currentIndex().row() + step
        self._go_to(min(max(row, 0), self.model.rowCount() - 1))

    def _go_to(self, row: int) -> None:
        self.list.setCurrentIndex(self.model.index(row))

    def _choice(self, label: str) -> LabelChoice:
        if label in self._own:
            return self._own[label]
        match = self._class_map.find(label)
        return LabelChoice(match.name, match.index, match.mid) if match else LabelChoice(label)

    def _list(self, text: str) -> None:
        self.model.set_choices(self.choices(text))
        self._go_to(0)
        self._on_current(self.list.currentIndex())
        ok = self.buttons.button(QDialogButtonBox.StandardButton.Ok)
        ok.setEnabled(self.model.rowCount() > 0)

    def _text_of(self, choice: LabelChoice) -> str:
        new = choice.class_index is None and choice.label not in self._used
        return f"Use the label “{choice.label}”" if new else choice.label

    def _on_current(self, index: Index) -> None:
        self.kinds.setText(self._about(index.data(CHOICE_ROLE)))

    def _about(self, choice: LabelChoice | None) -> str:
        if choice is None:
            return "No class matches."
        if choice.label in self._own and choice.class_index is not None:
            name = self._class_map[choice.class_index].name
            if name != choice.label:
                return f"A label of your set, mapped to {name} in AudioSet"
        if choice.class_index is None:
            return "A custom label, not one of YAMNet's classes"
        node = self._ontology.of_class(choice.class_index)
        kinds = KINDS.join(n.name for n in self._ontology.path_to(node.mid)) if node else ""
        return f"In {kinds}" if kinds else "A top-level class"

    def _on_chosen(self) -> None:
        choice = self.list.currentIndex().data(CHOICE_ROLE)
        if choice is not None:
            self.choice = choice
            self.accept()


def _icon(choice: LabelChoice, scale: float) -> QIcon:
    picture = QPixmap(round(_ICON * scale), round(_ICON * scale))
    picture.setDevicePixelRatio(scale)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    color = class_color(choice.class_index, choice.label)
    draw_swatch(painter, _swatch_box(), color, choice.class_index is not None)
    painter.end()
    icon = QIcon(picture)
    icon.addPixmap(picture, QIcon.Mode.Selected)  # else the style tints it
    return icon


def _swatch_box() -> QRectF:
    return QRectF(1.5, 1.5, 9, 9)


def choices_of(class_map: ClassMap, indices: Iterable[int]) -> list[LabelChoice]:
    """Classes as labels."""
    entries = (class_map[index] for index in indices)
    return [LabelChoice(entry.name, entry.index, entry.mid) for entry in entries]


def near_classes(ontology: Ontology, class_index: int | None) -> list[int]:
    """What a class is a kind of, nearest first, then the kinds of it: where a correction at
    another level goes."""
    node = ontology.of_class(class_index) if class_index is not None else None
    if node is None:
        return []
    kin = [*ontology.above(node.mid), *ontology.children(node.mid)]
    return [n.class_index for n in kin if n.class_index is not None]


def used_labels(labels: Iterable[str], most: int = _MOST_OWN) -> Sequence[str]:
    """The labels used most, most used first."""
    counts = Counter(labels)
    return [label for label, _ in counts.most_common(most)]
