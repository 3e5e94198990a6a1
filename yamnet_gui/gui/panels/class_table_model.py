"""The table model of classes: a sorted list, or a tree by the ontology."""

from typing import Any

from PySide6.QtCore import (
    QAbstractItemModel,
    QModelIndex,
    QObject,
    Qt,
    Signal,
)

from yamnet_gui.gui.state.class_counts import IN_WORDS
from yamnet_gui.gui.state.class_map import ClassMapState
from yamnet_gui.gui.state.class_view import ClassOrder, ClassView
from yamnet_gui.gui.state.document import Document
from yamnet_gui.gui.state.rules import Rules
from yamnet_gui.gui.theme import class_color
from yamnet_gui.gui.widgets.plain_text import plain_tip
from yamnet_gui.gui.widgets.table_model import Index

from .class_cells import ClassCells, ClassColumn
from .class_rows import ROOT, ClassMetrics, ClassNode, ClassRows

CLASS_ROLE = Qt.ItemDataRole.UserRole
SCORE_ROLE = Qt.ItemDataRole.UserRole + 1

_HEADERS = ("Class", "Thr.", "N", "Best")
_TIPS = (
    "Tick a class to show it as a row in the score track",
    "Threshold: score that an event of this class must reach somewhere; bold if it has its own.\n"
    "A quiet part of a longer event may score less",
    f"Number of {IN_WORDS}; of a category, those of all classes below it",
    "Highest score of this class in the recording",
)
_NO_PARENT = QModelIndex()
_CHOOSABLE = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
# put together once: Qt asks for them thousands of times, and each `|` takes microseconds
_FLAGS: dict[int, Qt.ItemFlag] = {
    ClassColumn.NAME: _CHOOSABLE | Qt.ItemFlag.ItemIsUserCheckable,
    ClassColumn.THRESHOLD: _CHOOSABLE | Qt.ItemFlag.ItemIsEditable,
}


_COLUMNS = tuple(ClassColumn)
"""By number: looked up for each cell that is painted."""


class ClassTableModel(QAbstractItemModel):
    """Classes with tick, colour, threshold, number of events and best score.

    Reads from the owners on `refresh()`. A new threshold is asked for by `threshold_edited`
    (class, value) and never stored here; ticking goes to the class view.
    """

    threshold_edited = Signal(int, float)
    figures_changed = Signal()
    """In any row. `dataChanged` of a whole tree makes the view ask for ten thousand indexes, to
    find out which of them it shows."""

    def __init__(
        self,
        class_map: ClassMapState,
        class_view: ClassView,
        rules: Rules,
        document: Document,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._class_map = class_map
        self._view = class_view
        self._rules = rules
        self._cells = ClassCells(class_view, rules)
        self._document = document
        self._search = ""
        self._order = class_view.order
        self._rows = ClassRows(class_map)
        self._metrics = ClassMetrics(document, class_map.value)
        self._rows.build(self._order, self._search, self._metrics)

    @property
    def tree(self) -> bool:
        """Whether the rows form a tree."""
        return self._order is ClassOrder.ONTOLOGY

    @property
    def order(self) -> list[int]:
        """The classes from the top, whatever is searched for; none of them while it is a tree."""
        return [] if self.tree else self._metrics.order(self._order, self._class_map.value)

    @property
    def colored(self) -> frozenset[int]:
        """Classes that are drawn somewhere: with a row in the score track, or with events."""
        return self._metrics.with_events | frozenset(self._view.shown)

    def _colored(self, class_index: int | None) -> bool:
        return class_index in self._metrics.with_events or class_index in self._view.shown

    @property
    def search(self) -> str:
        return self._search

    def set_search(self, text: str) -> None:
        """Lists only classes whose name holds every word (in the tree: with what is above)."""
        if text.strip() != self._search:
            self.beginResetModel()
            self._search = text.strip()
            self._rows.build(self._order, self._search, self._metrics)
            self.endResetModel()

    def refresh(self) -> None:
        """Reads scores, counts, thresholds and ticks again, and sorts."""
        self._metrics = ClassMetrics(self._document, self._class_map.value)
        if (
            self._view.order is not self._order
            or len(self._class_map.value) != self._rows.class_count
        ):
            self.beginResetModel()
            self._order = self._view.order
            self._rows.build(self._order, self._search, self._metrics)
            self.endResetModel()
            return
        if not self.tree:
            self._resort()
        self.figures_changed.emit()

    def index_of(self, class_index: int | None) -> QModelIndex:
        """The first row of a class; invalid where it is not listed."""
        number = None if class_index is None else self._rows.number_of(class_index)
        if number is None:
            return QModelIndex()
        return self.createIndex(self._rows.nodes[number].row, 0, number)

    def class_at(self, index: Index) -> int | None:
        """The class of a row; None for a mere group."""
        return self._node(index).class_index if index.isValid() else None

    def key_at(self, index: Index) -> str:
        """What identifies a row while the tree is rebuilt: its path from the root."""
        parts = []
        while index.isValid():
            parts.append(self._node(index).mid)
            index = self.parent(index)
        return "|".join(reversed(parts))

    def rowCount(self, parent: Index = _NO_PARENT) -> int:
        return 0 if parent.column() > 0 else len(self._node(parent).children)

    def columnCount(self, parent: Index = _NO_PARENT) -> int:
        return len(ClassColumn)

    def index(self, row: int, column: int, parent: Index = _NO_PARENT) -> QModelIndex:
        children = self._node(parent).children
        if parent.column() > 0 or not (0 <= row < len(children) and 0 <= column < len(ClassColumn)):
            return QModelIndex()
        return self.createIndex(row, column, children[row])

    def parent(self, index: Index = _NO_PARENT) -> QModelIndex:  # type: ignore[override]
        if not index.isValid():
            return QModelIndex()
        above = self._node(index).parent
        return (
            QModelIndex()
            if above == ROOT
            else self.createIndex(self._rows.nodes[above].row, 0, above)
        )

    def headerData(
        self,
        section: int,
        orientation: Qt.Orientation,
        role: int = Qt.ItemDataRole.DisplayRole,
    ) -> Any:
        if orientation is not Qt.Orientation.Horizontal or not 0 <= section < len(_HEADERS):
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return _HEADERS[section]
        if role == Qt.ItemDataRole.ToolTipRole:
            return _TIPS[section]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(ClassColumn(section))
        return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        if not index.isValid():
            return Qt.ItemFlag.NoItemFlags
        if self._node(index).class_index is None:
            return _CHOOSABLE
        return _FLAGS.get(index.column(), _CHOOSABLE)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        node = self._rows.nodes[index.internalId()]
        column = _COLUMNS[index.column()]
        if role == Qt.ItemDataRole.DisplayRole:
            return self._cells.text(node, column, self._metrics)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(column)
        if role == Qt.ItemDataRole.DecorationRole:
            own = column in (ClassColumn.NAME, ClassColumn.BEST) and self._colored(node.class_index)
            return class_color(node.class_index) if own else None
        if role == CLASS_ROLE:
            return node.class_index
        if role == SCORE_ROLE:
            return self._metrics.score(node)
        if role == Qt.ItemDataRole.ToolTipRole:
            return plain_tip(self._cells.tip(node, self._metrics))
        return (
            None
            if node.class_index is None
            else self._cells.class_data(node.class_index, column, role)
        )

    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        class_index = self.class_at(index)
        if class_index is None:
            return False
        if role == Qt.ItemDataRole.CheckStateRole and index.column() == ClassColumn.NAME:
            self._view.tick(class_index, Qt.CheckState(value) is Qt.CheckState.Checked)
            return True
        if role == Qt.ItemDataRole.EditRole and index.column() == ClassColumn.THRESHOLD:
            wanted = float(value)
            if wanted != round(self._rules.rule(class_index).on, 2):
                self.threshold_edited.emit(class_index, wanted)
            return True
        return False

    def _resort(self) -> None:
        order = self._rows.sorted_children(self._order, self._metrics)
        if order == self._rows.nodes[ROOT].children:
            return
        self.layoutAboutToBeChanged.emit()
        before = self.persistentIndexList()
        self._rows.set_order(order)
        after = [
            self.createIndex(self._rows.nodes[i.internalId()].row, i.column(), i.internalId())
            for i in before
        ]
        self.changePersistentIndexList(before, after)
        self.layoutChanged.emit()

    def _node(self, index: Index) -> ClassNode:
        return self._rows.nodes[index.internalId()] if index.isValid() else self._rows.nodes[ROOT]


def _alignment(column: ClassColumn) -> Qt.AlignmentFlag:
    left = column is ClassColumn.NAME
    side = Qt.AlignmentFlag.AlignLeft if left else Qt.AlignmentFlag.AlignRight
    return side | Qt.AlignmentFlag.AlignVCenter
