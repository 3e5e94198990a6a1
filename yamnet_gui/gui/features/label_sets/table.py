"""The table of the labels of one set, edited in place."""

from enum import IntEnum

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QColor, QIcon, QPixmap
from PySide6.QtWidgets import (
    QColorDialog,
    QCompleter,
    QHeaderView,
    QLineEdit,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableWidget,
    QTableWidgetItem,
    QWidget,
)

from yamnet_gui.core.class_map import ClassMap
from yamnet_gui.gui.state.label_sets import keys_of
from yamnet_gui.gui.theme import class_color
from yamnet_gui.gui.widgets.table_model import Index
from yamnet_gui.gui.widgets.tables import PaddedHeader
from yamnet_gui.labels.project import OwnLabel

from .drafts import LabelSetDraft

_HEADERS = ("Label", "Shortcut", "Colour", "AudioSet class")


class LabelColumn(IntEnum):
    """Columns of the table."""

    NAME = 0
    SHORTCUT = 1
    COLOR = 2
    CLASS = 3


class LabelTable(QTableWidget):
    """Shows a draft and writes what is typed into it."""

    edited = Signal(str)  # why the text was refused, "" where it was accepted

    def __init__(self, class_map: ClassMap, parent: QWidget | None = None) -> None:
        super().__init__(0, len(LabelColumn), parent)
        self._class_map = class_map
        self._draft: LabelSetDraft | None = None
        self._filling = False
        self.setHorizontalHeaderLabels(_HEADERS)
        self.setAccessibleName("Labels of the set")
        self.verticalHeader().hide()
        self.setTabKeyNavigation(False)
        self.setSelectionBehavior(QTableWidget.SelectionBehavior.SelectRows)
        self.setItemDelegateForColumn(LabelColumn.CLASS, _ClassDelegate(class_map, self))
        header = PaddedHeader(self)
        self.setHorizontalHeader(header)
        header.setSectionResizeMode(LabelColumn.NAME, QHeaderView.ResizeMode.Stretch)
        header.setSectionResizeMode(LabelColumn.CLASS, QHeaderView.ResizeMode.Stretch)
        self.itemChanged.connect(self._on_item)
        self.itemDoubleClicked.connect(self._on_double_click)

    @property
    def rows(self) -> set[int]:
        """The selected rows."""
        return {index.row() for index in self.selectedIndexes()}

    def show_draft(self, draft: LabelSetDraft | None) -> None:
        """Lists the labels of a set as they are now."""
        self._draft = draft
        labels = draft.labels if draft else []
        self._filling = True
        self.setRowCount(len(labels))
        keys = {label.name: key for key, label in keys_of(labels).items()}
        for row, label in enumerate(labels):
            self._show_label(row, label, "" if label.key else keys.get(label.name, ""))
        self._filling = False

    def set_color(self, row: int, color: str) -> None:
        """Gives a label a colour (#rrggbb); "" for that of its class."""
        if self._draft is not None:
            self._draft.set_color(row, color)
            self.show_draft(self._draft)
            self.edited.emit("")

    def _show_label(self, row: int, label: OwnLabel, positional: str) -> None:
        """`positional`: the shortcut that a label without its own has by its position."""
        self._cell(row, LabelColumn.NAME).setText(label.name)
        key = self._cell(row, LabelColumn.SHORTCUT)
        key.setText(positional or label.key.upper())
        palette = self.palette()
        key.setForeground(palette.placeholderText() if positional else palette.text())
        key.setToolTip("Given by its position; type a shortcut to set it" if positional else "")
        key.setTextAlignment(Qt.AlignmentFlag.AlignCenter)
        color = self._cell(row, LabelColumn.COLOR)
        color.setText(label.color or "default")
        color.setFlags(color.flags() & ~Qt.ItemFlag.ItemIsEditable)
        color.setIcon(_swatch(QColor(label.color) if label.color else _default_color(label)))
        color.setToolTip("Double-click to choose a colour")
        name = label.mid if label.class_index is None else self._class_map[label.class_index].name
        self._cell(row, LabelColumn.CLASS).setText(name)

    def _cell(self, row: int, column: int) -> QTableWidgetItem:
        """The item of a cell; never replaced, because Qt may be signalling its change."""
        item = self.item(row, column)
        if item is None:
            item = QTableWidgetItem()
            self.setItem(row, column, item)
        return item

    @Slot(QTableWidgetItem)
    def _on_item(self, item: QTableWidgetItem) -> None:
        draft = self._draft
        if self._filling or draft is None:
            return
        row, text, problem = item.row(), item.text().strip(), ""
        match item.column():
            case LabelColumn.NAME:
                problem = draft.set_name(row, text)
            case LabelColumn.SHORTCUT:
                problem = draft.set_shortcut(row, text)
            case LabelColumn.CLASS:
                problem = draft.set_class(row, text)
        self.show_draft(draft)
        self.edited.emit(problem)

    @Slot(QTableWidgetItem)
    def _on_double_click(self, item: QTableWidgetItem) -> None:
        if item.column() != LabelColumn.COLOR or self._draft is None:
            return
        label = self._draft.labels[item.row()]
        before = QColor(label.color) if label.color else _default_color(label)
        color = QColorDialog.getColor(before, self, f"Colour of {label.name}")
        if color.isValid():
            self.set_color(item.row(), color.name())


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


def _default_color(label: OwnLabel) -> QColor:
    return class_color(label.class_index, "" if label.class_index is not None else label.name)


def _swatch(color: QColor) -> QIcon:
    picture = QPixmap(12, 12)
    picture.fill(color)
    return QIcon(picture)
