"""Which branches of the ontology are open in the list of classes."""

from PySide6.QtCore import QAbstractItemModel, QModelIndex, QObject, Signal, Slot
from PySide6.QtWidgets import QTreeView

from yamnet_gui.gui.widgets.table_model import Index

from .class_table_model import ClassTableModel


class OpenBranches(QObject):
    """Opens the same branches again after the tree was rebuilt; all of them during a search."""

    restored = Signal()

    def __init__(self, tree: QTreeView, model: ClassTableModel) -> None:
        super().__init__(tree)
        self._tree = tree
        self._model = model
        self._keys: set[str] = set()
        model.modelAboutToBeReset.connect(self._remember)
        model.modelReset.connect(self.restore)

    @Slot()
    def restore(self) -> None:
        """Opens the branches; the first level where none were open."""
        if not self._model.tree:
            return
        if self._model.search:
            self._tree.expandAll()
        elif self._keys:
            for index in _all_below(self._model):
                if self._model.key_at(index) in self._keys:
                    self._tree.expand(index)
        else:
            self._tree.expandToDepth(0)
        self.restored.emit()

    @Slot()
    def _remember(self) -> None:
        if self._model.tree and not self._model.search:
            self._keys = {
                self._model.key_at(index)
                for index in _all_below(self._model)
                if self._tree.isExpanded(index)
            }


def _all_below(model: QAbstractItemModel, parent: Index | None = None) -> list[Index]:
    """Every index of the first column, from the top."""
    indexes: list[Index] = []
    above = QModelIndex() if parent is None else parent
    for row in range(model.rowCount(above)):
        index = model.index(row, 0, above)
        indexes.append(index)
        indexes.extend(_all_below(model, index))
    return indexes
