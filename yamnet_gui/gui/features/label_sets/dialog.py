"""Edits the label sets of a project: names, keys, colours, and what they are in AudioSet."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QColor, QIcon, QPixmap
from PySide6.QtWidgets import (
    QColorDialog,
    QComboBox,
    QCompleter,
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QLineEdit,
    QPushButton,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from yamnet_gui.core.class_map import ClassMap
from yamnet_gui.core.errors import UserError
from yamnet_gui.gui.state.label_sets import keys_of
from yamnet_gui.gui.theme import class_color
from yamnet_gui.gui.widgets.table_model import Index
from yamnet_gui.labels.project import (
    LABEL_SET_SUFFIX,
    LabelSet,
    OwnLabel,
    new_id,
    read_label_set,
    write_label_set,
)

_NAME, _KEY, _COLOR, _CLASS = range(4)
_HEADERS = ("Label", "Shortcut", "Colour", "AudioSet class")
_PATTERN = f"Label sets (*{LABEL_SET_SUFFIX});;Lists of names (*.txt);;All files (*)"


@dataclass(slots=True)
class _Draft:
    """A set while it is edited."""

    id: str
    name: str
    labels: list[OwnLabel] = field(default_factory=list)

    def made(self) -> LabelSet:
        return LabelSet(self.id, self.name.strip(), tuple(self.labels))


class LabelSetsDialog(QDialog):
    """Changes nothing by itself: `sets` and `chosen` are what a person wants when it is accepted.

    `taken`: keys that the window's actions have, by upper-case letter.
    """

    def __init__(
        self,
        sets: Iterable[LabelSet],
        chosen: str,
        class_map: ClassMap,
        taken: Mapping[str, str],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle("Label sets")
        self._class_map = class_map
        self._taken = taken
        self._drafts = [_Draft(s.id, s.name, list(s.labels)) for s in sets]
        self._filling = False
        self._build()
        ids = [draft.id for draft in self._drafts]
        self._list_sets(ids.index(chosen) if chosen in ids else 0 if ids else -1)

    @property
    def sets(self) -> list[LabelSet]:
        """The sets as they are now."""
        return [draft.made() for draft in self._drafts]

    @property
    def chosen(self) -> str:
        """The id of the set that is shown; "" where there is none."""
        draft = self._draft
        return draft.id if draft else ""

    def sizeHint(self) -> QSize:
        metrics = self.fontMetrics()
        return QSize(metrics.averageCharWidth() * 92, metrics.height() * 26)

    # What the buttons do

    def add_set(self, labels: LabelSet | None = None) -> None:
        """An empty set, or one that was read from a file."""
        names = {draft.name for draft in self._drafts}
        name = labels.name if labels else "My labels"
        free = next(n for n in _numbered(name) if n not in names)
        self._drafts.append(_Draft(new_id(), free, list(labels.labels) if labels else []))
        self._list_sets(len(self._drafts) - 1)
        if not labels:
            self.add_label()

    def remove_set(self) -> None:
        row = self.which.currentIndex()
        if row >= 0:
            del self._drafts[row]
            self._list_sets(min(row, len(self._drafts) - 1))

    def add_label(self, name: str = "") -> None:
        """One more label, ready to be named."""
        draft = self._draft
        if draft is None:  # the first label of all makes its set
            self.add_set()
            return
        names = {label.name for label in draft.labels}
        free = next(n for n in _numbered(name or "New label") if n not in names)
        draft.labels.append(OwnLabel(free))
        self._fill()
        self.table.setCurrentCell(len(draft.labels) - 1, _NAME)
        if not name and self.isVisible():
            self.table.edit(self.table.currentIndex())

    def remove_labels(self) -> None:
        draft = self._draft
        rows = {index.row() for index in self.table.selectedIndexes()}
        if draft is not None and rows:
            draft.labels = [x for n, x in enumerate(draft.labels) if n not in rows]
            self._fill()

    def move_label(self, by: int) -> None:
        """Moves the current label up (-1) or down (1)."""
        draft, row = self._draft, self.table.currentRow()
        if draft is not None and row >= 0 and 0 <= row + by < len(draft.labels):
            labels = draft.labels
            labels[row], labels[row + by] = labels[row + by], labels[row]
            self._fill()
            self.table.setCurrentCell(row + by, self.table.currentColumn())

    def read(self, path: Path) -> None:
        """Takes in a set from a file; says why where that cannot be."""
        try:
            found = read_label_set(path)
        except UserError as error:
            self._say(str(error))
            return
        known = [self._known(label) for label in found.labels]
        self.add_set(replace(found, labels=tuple(known)))

    def write(self, path: Path) -> None:
        """Writes the set that is shown to a file."""
        draft = self._draft
        if draft is None:
            return
        try:
            write_label_set(path, draft.made())
        except UserError as error:
            self._say(str(error))
        else:
            self._say(f"Saved as {path.name}.")

    # Placing

    def _build(self) -> None:
        self.which = QComboBox(self)
        self.which.setEditable(True)
        self.which.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.which.setAccessibleName("Label set")
        self.which.setToolTip("The set in use; type to rename it")
        self.which.currentIndexChanged.connect(self._fill)
        edit = self.which.lineEdit()
        assert edit is not None
        edit.textEdited.connect(self._rename)
        self.table = QTableWidget(0, len(_HEADERS), self)
        self.table.setHorizontalHeaderLabels(_HEADERS)
        self.table.setAccessibleName("Labels of the set")
        self.table.verticalHeader().hide()
        self.table.setSelectionBehavior(QTableWidget.SelectionBehavior.SelectRows)
        self.table.setItemDelegateForColumn(_CLASS, _ClassDelegate(self._class_map, self.table))
        header = self.table.horizontalHeader()
        header.setSectionResizeMode(_NAME, QHeaderView.ResizeMode.Stretch)
        header.setSectionResizeMode(_CLASS, QHeaderView.ResizeMode.Stretch)
        self.table.itemChanged.connect(self._on_item)
        self.table.itemDoubleClicked.connect(self._on_double)
        self.said = QLabel(self)
        self.said.setWordWrap(True)
        standard = QDialogButtonBox.StandardButton
        self.buttons = QDialogButtonBox(standard.Ok | standard.Cancel, self)
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        remove_set = self._button("Remove set", self.remove_set)
        export = self._button("Export…", self._ask_write)
        self._of_set = (remove_set, export)
        self._of_label = of_label = (
            self._button("Remove", self.remove_labels),
            self._button("Up", lambda: self.move_label(-1)),
            self._button("Down", lambda: self.move_label(1)),
        )
        layout = QVBoxLayout(self)
        layout.addLayout(
            _row(
                self.which,
                self._button("New set", lambda: self.add_set()),
                remove_set,
                self._button("Import…", self._ask_read),
                export,
            )
        )
        layout.addWidget(self.table, 1)
        layout.addLayout(
            _row(
                None,
                self._button("Add label", lambda: self.add_label()),
                *of_label,
            )
        )
        layout.addWidget(self.said)
        layout.addWidget(self.buttons)

    def _button(self, text: str, call: Callable[[], None]) -> QPushButton:
        button = QPushButton(text, self)
        button.setAutoDefault(False)
        button.clicked.connect(lambda _checked: call())
        return button

    @property
    def _draft(self) -> _Draft | None:
        row = self.which.currentIndex()
        return self._drafts[row] if 0 <= row < len(self._drafts) else None

    def _list_sets(self, row: int) -> None:
        self.which.blockSignals(True)
        self.which.clear()
        self.which.addItems([draft.name for draft in self._drafts])
        self.which.setCurrentIndex(row)
        self.which.blockSignals(False)
        self.which.setEnabled(bool(self._drafts))
        self._fill()

    def _fill(self) -> None:
        draft = self._draft
        labels: Sequence[OwnLabel] = draft.labels if draft else ()
        self._filling = True
        self.table.setRowCount(len(labels))
        keys = {label.name: key for key, label in keys_of(labels).items()}
        for row, label in enumerate(labels):
            self._item(row, _NAME).setText(label.name)
            key = self._item(row, _KEY)
            by_place = not label.key and label.name in keys
            key.setText(keys[label.name] if by_place else label.key.upper())
            palette = self.palette()
            key.setForeground(palette.placeholderText() if by_place else palette.text())
            key.setToolTip("Given by its position; type a shortcut to set it" if by_place else "")
            key.setTextAlignment(Qt.AlignmentFlag.AlignCenter)
            color = self._item(row, _COLOR)
            color.setText(label.color or "default")
            color.setFlags(color.flags() & ~Qt.ItemFlag.ItemIsEditable)
            color.setIcon(_swatch(QColor(label.color) if label.color else _usual(label)))
            color.setToolTip("Double-click to choose a colour")
            mapped = None if label.class_index is None else self._class_map[label.class_index]
            self._item(row, _CLASS).setText(mapped.name if mapped else label.mid)
        self._filling = False
        for button in self._of_set:
            button.setEnabled(draft is not None)
        for button in self._of_label:
            button.setEnabled(bool(labels))
        self._say(
            ""
            if labels
            else "A label set holds your own labels. They come first in the class search, and "
            "their shortcuts label the selected events."
        )

    def _item(self, row: int, column: int) -> QTableWidgetItem:
        """The item of a cell; kept, because Qt may be in the middle of telling of its change."""
        item = self.table.item(row, column)
        if item is None:
            item = QTableWidgetItem()
            self.table.setItem(row, column, item)
        return item

    # Changing

    def _rename(self, text: str) -> None:
        draft = self._draft
        if draft is not None and text.strip():
            draft.name = text
            self.which.setItemText(self.which.currentIndex(), text)

    def _on_item(self, item: QTableWidgetItem) -> None:
        draft = self._draft
        if self._filling or draft is None:
            return
        label, text = draft.labels[item.row()], item.text().strip()
        why = ""
        if item.column() == _NAME:
            why = self._name_fault(text, item.row())
            label = label if why else self._known(replace(label, name=text))
        elif item.column() == _KEY:
            why = self._key_fault(text, item.row())
            label = label if why else replace(label, key=text.casefold())
        elif item.column() == _CLASS:
            found = self._class_map.find(text) if text else None
            if text and found is None:
                why = f"“{text}” is not one of YAMNet's AudioSet classes."
            else:
                label = replace(
                    label,
                    class_index=found.index if found else None,
                    mid=found.mid if found else "",
                )
        draft.labels[item.row()] = label
        self._fill()
        if why:
            self._say(why)

    def _name_fault(self, name: str, row: int) -> str:
        draft = self._draft
        others = {x.name for n, x in enumerate(draft.labels) if n != row} if draft else set()
        if not name:
            return "A label needs a name."
        return f"The label {name} already exists." if name in others else ""

    def _key_fault(self, key: str, row: int) -> str:
        if not key:
            return ""
        if len(key) > 1 or not key.isprintable() or key.isspace():
            return "A shortcut is one letter, digit or symbol."
        if key.upper() in self._taken:
            return f"{key.upper()} is already the shortcut of {self._taken[key.upper()]}."
        draft = self._draft
        for n, other in enumerate(draft.labels if draft else ()):
            if n != row and other.key.casefold() == key.casefold():
                return f"This is already the shortcut of {other.name}."
        return ""

    def _known(self, label: OwnLabel) -> OwnLabel:
        """A label with the name of a class stands for that class; a wrong index is dropped."""
        found = self._class_map.find(label.name)
        if found is not None:
            return replace(label, class_index=found.index, mid=found.mid)
        index = label.class_index
        if index is not None and index >= len(self._class_map):
            return replace(label, class_index=None)
        return label

    def _on_double(self, item: QTableWidgetItem) -> None:
        draft = self._draft
        if item.column() != _COLOR or draft is None:
            return
        label = draft.labels[item.row()]
        before = QColor(label.color) if label.color else _usual(label)
        color = QColorDialog.getColor(before, self, f"Colour of {label.name}")
        if color.isValid():
            self.set_color(item.row(), color.name())

    def set_color(self, row: int, color: str) -> None:
        """Gives a label a colour (#rrggbb); "" for that of its class."""
        draft = self._draft
        if draft is not None:
            draft.labels[row] = replace(draft.labels[row], color=color)
            self._fill()

    def _ask_read(self) -> None:
        name, _chosen = QFileDialog.getOpenFileName(self, "Import label set", "", _PATTERN)
        if name:
            self.read(Path(name))

    def _ask_write(self) -> None:
        draft = self._draft
        if draft is None:
            return
        start = f"{draft.name}{LABEL_SET_SUFFIX}"
        name, _chosen = QFileDialog.getSaveFileName(self, "Export label set", start, _PATTERN)
        if name:
            self.write(Path(name))

    def _say(self, text: str) -> None:
        self.said.setText(text)


class _ClassDelegate(QStyledItemDelegate):
    """Completes the names of classes while they are typed."""

    def __init__(self, class_map: ClassMap, parent: QWidget) -> None:
        super().__init__(parent)
        self._names = [c.name for c in class_map.classes]

    def createEditor(self, parent: QWidget, option: QStyleOptionViewItem, index: Index) -> QWidget:
        edit = QLineEdit(parent)
        completer = QCompleter(self._names, edit)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
        edit.setCompleter(completer)
        return edit


def _usual(label: OwnLabel) -> QColor:
    return class_color(label.class_index, "" if label.class_index is not None else label.name)


def _swatch(color: QColor) -> QIcon:
    picture = QPixmap(12, 12)
    picture.fill(color)
    return QIcon(picture)


def _numbered(name: str):  # type: ignore[no-untyped-def]
    yield name
    number = 2
    while True:
        yield f"{name} {number}"
        number += 1


def _row(first: QWidget | None, *others: QWidget) -> QHBoxLayout:
    row = QHBoxLayout()
    if first is None:
        row.addStretch(1)
    else:
        row.addWidget(first, 1)
    for other in others:
        row.addWidget(other)
    return row
