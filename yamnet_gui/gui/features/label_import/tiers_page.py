"""The tiers of the files (Praat, ELAN, sessions of Sonic Visualiser), and which are imported."""

from collections import Counter
from collections.abc import Iterable

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from yamnet_gui.core.text import counted
from yamnet_gui.gui.widgets.tick_delegate import TickDelegate
from yamnet_gui.labels.formats import ImportResult

_NAME = Qt.ItemDataRole.UserRole


class TiersPage(QWidget):
    """One line for each tier; those that are ticked are imported, all of them at first."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.list = QListWidget(self)
        self.list.setAccessibleName("Tiers to import")
        self.list.setSelectionMode(QListWidget.SelectionMode.NoSelection)
        self.list.setItemDelegate(TickDelegate(self.list))
        self.list.itemChanged.connect(self.changed)
        row = QHBoxLayout()
        self.buttons: dict[str, QPushButton] = {}
        for text, ticked in (("&All", True), ("&None", False)):
            button = QPushButton(text, self)
            button.clicked.connect(lambda _checked=False, on=ticked: self._tick_all(on))
            row.addWidget(button)
            self.buttons[text.strip("&")] = button
        row.addStretch(1)
        layout = QVBoxLayout(self)
        layout.addWidget(self.list, 1)
        layout.addLayout(row)

    @property
    def count(self) -> int:
        return self.list.count()

    @property
    def tiers(self) -> tuple[str, ...] | None:
        """Names of the tiers to import; None: all of them."""
        items = [self.list.item(row) for row in range(self.list.count())]
        wanted = [item for item in items if item.checkState() is Qt.CheckState.Checked]
        return None if len(wanted) == len(items) else tuple(i.data(_NAME) for i in wanted)

    def show_tiers(self, results: Iterable[ImportResult]) -> None:
        """Lists the tiers of these files; choices made so far stay."""
        counts: Counter[str] = Counter()
        for result in results:
            for name, annotations in result.tiers:
                counts[name] += annotations
        before = {
            item.data(_NAME): item.checkState()
            for item in (self.list.item(row) for row in range(self.list.count()))
        }
        self.list.blockSignals(True)
        self.list.clear()
        for name, annotations in counts.items():
            title = name or "(no name)"
            item = QListWidgetItem(f"{title} – {counted(annotations, 'annotation')}")
            item.setData(_NAME, name)
            item.setFlags(Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsUserCheckable)
            item.setCheckState(before.get(name, Qt.CheckState.Checked))
            self.list.addItem(item)
        self.list.blockSignals(False)

    def _tick_all(self, ticked: bool) -> None:
        state = Qt.CheckState.Checked if ticked else Qt.CheckState.Unchecked
        self.list.blockSignals(True)
        for row in range(self.list.count()):
            self.list.item(row).setCheckState(state)
        self.list.blockSignals(False)
        self.changed.emit()
