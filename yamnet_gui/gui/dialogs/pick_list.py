"""A list of names to tick, with how often each occurs."""

from collections.abc import Collection, Mapping

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from yamnet_gui.core.text import grouped, holds_words
from yamnet_gui.gui.widgets.buttons import DialogButtons
from yamnet_gui.gui.widgets.fields import SearchField
from yamnet_gui.gui.widgets.tick_delegate import TickDelegate

_NAME = Qt.ItemDataRole.UserRole


class PickListDialog(QDialog):
    """Ticks any number of names; `picked` is what is ticked.

    `names`: how many events each has, in the order in which they are listed.
    """

    def __init__(
        self,
        title: str,
        names: Mapping[str, int],
        picked: Collection[str],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.search = SearchField("Search", self)
        self.search.textChanged.connect(self._filter)
        self.list = QListWidget(self)
        self.list.setAccessibleName(title)
        self.list.setUniformItemSizes(True)
        self.list.setItemDelegate(TickDelegate(self.list))
        for name, count in names.items():
            item = QListWidgetItem(f"{name or '(no label)'}  ({grouped(count)})", self.list)
            item.setData(_NAME, name)
            item.setFlags(item.flags() | Qt.ItemFlag.ItemIsUserCheckable)
            item.setCheckState(_state(name in picked))
        self.list.itemChanged.connect(self._offer)
        everything = QPushButton("Tick &all", self)
        everything.clicked.connect(lambda: self._tick(True))
        nothing = QPushButton("Tick &none", self)
        nothing.clicked.connect(lambda: self._tick(False))
        row = QHBoxLayout()
        row.addWidget(everything)
        row.addWidget(nothing)
        row.addStretch(1)
        standard = QDialogButtonBox.StandardButton
        self.buttons = DialogButtons(standard.Ok | standard.Cancel, self)
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.addWidget(self.search)
        layout.addWidget(self.list, 1)
        layout.addLayout(row)
        layout.addWidget(self.buttons)
        self._offer()

    @property
    def picked(self) -> frozenset[str]:
        return frozenset(
            item.data(_NAME) for item in self._items() if item.checkState() == Qt.CheckState.Checked
        )

    def sizeHint(self) -> QSize:
        metrics = self.fontMetrics()
        return QSize(metrics.averageCharWidth() * 56, metrics.height() * 26)

    def _items(self) -> list[QListWidgetItem]:
        return [self.list.item(row) for row in range(self.list.count())]

    def _tick(self, on: bool) -> None:
        """Ticks what the search shows."""
        for item in self._items():
            if not item.isHidden():
                item.setCheckState(_state(on))

    def _filter(self, text: str) -> None:
        for item in self._items():
            item.setHidden(not holds_words(item.text(), text))

    def _offer(self) -> None:
        self.buttons.button(QDialogButtonBox.StandardButton.Ok).setEnabled(bool(self.picked))


def _state(on: bool) -> Qt.CheckState:
    return Qt.CheckState.Checked if on else Qt.CheckState.Unchecked
