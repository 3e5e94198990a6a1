"""The context menu of the list of classes."""

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QTreeView

from yamnet_gui.gui.state.class_map import ClassMapState
from yamnet_gui.gui.state.class_view import ClassView
from yamnet_gui.gui.state.rules import Rules
from yamnet_gui.gui.widgets.table_model import Index

from .class_cells import ClassColumn
from .class_table_model import ClassTableModel


class ClassMenu(QObject):
    """Ticks classes, edits their threshold in the tree, and requests that it is cleared."""

    class_cleared = Signal(int)
    gallery_requested = Signal(str)

    def __init__(
        self,
        tree: QTreeView,
        model: ClassTableModel,
        class_map: ClassMapState,
        class_view: ClassView,
        rules: Rules,
    ) -> None:
        super().__init__(tree)
        self._tree = tree
        self._model = model
        self._class_map = class_map
        self._view = class_view
        self._rules = rules

    def at(self, index: Index) -> QMenu:
        """What can be done with the class of a row, and with all of them."""
        class_index = self._model.class_at(index)
        menu = QMenu(self._tree)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        if class_index is not None:
            self._class_actions(menu, index, class_index)
            menu.addSeparator()
        none = menu.addAction("Untick all")
        none.setEnabled(bool(self._view.ticked))
        none.triggered.connect(self._untick_all)
        if self._model.tree:
            menu.addAction("Expand all").triggered.connect(self._tree.expandAll)
            menu.addAction("Collapse all").triggered.connect(self._tree.collapseAll)
        return menu

    def _class_actions(self, menu: QMenu, index: Index, class_index: int) -> None:
        name = self._class_map.value[class_index].name
        show = QAction(f"Always show {name}", menu)
        show.setCheckable(True)
        show.setChecked(class_index in self._view.ticked)
        show.toggled.connect(lambda on: self._view.tick(class_index, on))
        menu.addAction(show)
        thumbnails = menu.addAction("Show its events in the gallery")
        thumbnails.triggered.connect(lambda: self.gallery_requested.emit(name))
        change = menu.addAction("Set threshold…")
        cell = index.siblingAtColumn(ClassColumn.THRESHOLD)  # type: ignore[union-attr]
        change.triggered.connect(lambda: self._tree.edit(cell))
        clear = menu.addAction("Use the threshold for all classes")
        clear.setEnabled(class_index in self._rules.rule_set.classes)
        clear.triggered.connect(lambda: self.class_cleared.emit(class_index))

    def _untick_all(self) -> None:
        for class_index in sorted(self._view.ticked):
            self._view.tick(class_index, False)
