"""All shortcuts: look them up, change them, see which are in use."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QKeySequence, QPalette
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QHeaderView,
    QKeySequenceEdit,
    QPushButton,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from yamnet_gui.core.text import holds_words
from yamnet_gui.gui.screens import resize_to_hint
from yamnet_gui.gui.widgets.buttons import DialogButtons
from yamnet_gui.gui.widgets.fields import SearchField
from yamnet_gui.gui.widgets.plain_text import PlainLabel, plain_tip

_ID_ROLE = Qt.ItemDataRole.UserRole


@dataclass(frozen=True, slots=True)
class ShortcutRow:
    """An action and its key, as Qt writes keys ("Ctrl+E"; empty for none).

    `usual` is the key that the program gives it by itself.
    """

    id: str
    title: str
    key: str
    category: str
    usual: str = ""


class ShortcutsDialog(QDialog):
    """Every action by category. `key_changed` requests each change at once."""

    key_changed = Signal(str, object)  # action id, key | None for the usual one

    def __init__(self, rows: Iterable[ShortcutRow], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Keyboard shortcuts")
        self._rows = {row.id: row for row in rows}
        self._build()
        self._list()
        resize_to_hint(self)

    def row(self, action: str) -> ShortcutRow:
        """An action with its present shortcut."""
        return self._rows[action]

    def users_of(self, key: str, but: str = "") -> list[ShortcutRow]:
        """Actions that have this key, without one of them."""
        wanted = _same(key)
        return [r for r in self._rows.values() if wanted and r.id != but and _same(r.key) == wanted]

    def choose(self, action: str) -> None:
        """Selects the row of an action."""
        for item in self._items():
            if item.data(0, _ID_ROLE) == action:
                self.tree.setCurrentItem(item)

    def sizeHint(self) -> QSize:
        metrics = self.fontMetrics()
        return QSize(metrics.averageCharWidth() * 80, metrics.height() * 34)

    def _build(self) -> None:
        self.search = SearchField("Filter by action or shortcut", self)
        self.search.textChanged.connect(self._filter)
        self.tree = QTreeWidget(self)
        self.tree.setColumnCount(2)
        self.tree.setHeaderLabels(["Action", "Shortcut"])
        self.tree.setUniformRowHeights(True)
        self.tree.setAlternatingRowColors(True)
        self.tree.setAccessibleName("Actions and shortcuts")
        self.tree.header().setStretchLastSection(False)
        self.tree.header().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self.tree.header().resizeSection(1, self.fontMetrics().averageCharWidth() * 24)
        self.tree.currentItemChanged.connect(self._on_current)
        self.search.left_down.connect(self.tree.setFocus)
        self.edit = QKeySequenceEdit(self)
        self.edit.setMaximumSequenceLength(1)
        self.edit.setClearButtonEnabled(True)
        self.edit.setAccessibleName("New shortcut")
        self.edit.keySequenceChanged.connect(self._on_typed)
        self.set = QPushButton("&Set", self)
        self.set.clicked.connect(self._on_set)
        self.reset = QPushButton("&Default", self)
        self.reset.clicked.connect(self._on_reset)
        self.reset_all = QPushButton("&Reset all to default", self)
        self.reset_all.clicked.connect(self._on_reset_all)
        self.note = PlainLabel(self)
        self.note.setWordWrap(True)
        self.note.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        self.note.setMinimumHeight(self.fontMetrics().height() + 2)
        label = PlainLabel("New shor&tcut", self)
        label.setBuddy(self.edit)
        row = QHBoxLayout()
        row.addWidget(label)
        row.addWidget(self.edit, 1)
        row.addWidget(self.set)
        row.addWidget(self.reset)
        buttons = DialogButtons(QDialogButtonBox.StandardButton.Close, self)
        buttons.addButton(self.reset_all, QDialogButtonBox.ButtonRole.ResetRole)
        buttons.rejected.connect(self.reject)
        for button in (*buttons.buttons(), self.set, self.reset):
            if isinstance(button, QPushButton):
                button.setAutoDefault(False)
        layout = QVBoxLayout(self)
        layout.addWidget(self.search)
        layout.addWidget(self.tree, 1)
        layout.addLayout(row)
        layout.addWidget(self.note)
        layout.addWidget(buttons)

    def _list(self) -> None:
        groups: dict[str, QTreeWidgetItem] = {}
        for row in self._rows.values():
            if row.category not in groups:
                group = QTreeWidgetItem([row.category, ""])
                font = group.font(0)
                font.setBold(True)
                group.setFont(0, font)
                group.setFlags(Qt.ItemFlag.ItemIsEnabled)
                self.tree.addTopLevelItem(group)
                groups[row.category] = group
            item = QTreeWidgetItem(groups[row.category])
            item.setData(0, _ID_ROLE, row.id)
            item.setText(0, row.title)
            self._show_key(item)
        self.tree.expandAll()
        self._on_current(None)

    def _items(self) -> list[QTreeWidgetItem]:
        return [item for group in self._groups() for item in _below(group)]

    def _groups(self) -> list[QTreeWidgetItem]:
        items = (self.tree.topLevelItem(i) for i in range(self.tree.topLevelItemCount()))
        return [group for group in items if group is not None]

    def _show_key(self, item: QTreeWidgetItem) -> None:
        row = self._rows[item.data(0, _ID_ROLE)]
        item.setText(1, _shown(row.key))
        font = self.tree.font()
        font.setBold(_same(row.key) != _same(row.usual))
        item.setFont(1, font)
        item.setToolTip(
            1, plain_tip(f"Default: {_shown(row.usual) or 'none'}" if font.bold() else "")
        )

    def _filter(self, text: str) -> None:
        for item in self._items():
            item.setHidden(not holds_words(f"{item.text(0)} {item.text(1)}", text))
        for group in self._groups():
            group.setHidden(all(item.isHidden() for item in _below(group)))

    def _current(self) -> str | None:
        item = self.tree.currentItem()
        return item.data(0, _ID_ROLE) if item is not None else None

    def _on_current(self, item: QTreeWidgetItem | None) -> None:
        action = self._current()
        key = self._rows[action].key if action else ""
        self.edit.blockSignals(True)
        self.edit.setKeySequence(QKeySequence(key))
        self.edit.blockSignals(False)
        self._on_typed()

    def _on_typed(self) -> None:
        action = self._current()
        row = self._rows[action] if action else None
        key = self.edit.keySequence().toString(QKeySequence.SequenceFormat.PortableText)
        for widget in (self.edit, self.set):
            widget.setEnabled(row is not None)
        self.set.setText("&Set")
        self.reset.setEnabled(row is not None and _same(row.key) != _same(row.usual))
        if row is None:
            self.note.setText("Select an action, then press its new shortcut.")
            return
        self.set.setEnabled(_same(key) != _same(row.key))
        users = self.users_of(key, but=row.id)
        if users:
            names = " and ".join(f"“{r.title}”" for r in users)
            self.note.setText(
                f"{_shown(key)} is already the shortcut of {names}, which would lose it."
            )
            self.set.setText("&Reassign")
        elif not key:
            self.note.setText(f"“{row.title}” will have no shortcut." if row.key else "")
        else:
            self.note.setText("")

    def _on_set(self) -> None:
        action = self._current()
        if action:
            key = self.edit.keySequence().toString(QKeySequence.SequenceFormat.PortableText)
            self._give(action, key)

    def _on_reset(self) -> None:
        action = self._current()
        if action:
            self._give(action, self._rows[action].usual)

    def _on_reset_all(self) -> None:
        for row in list(self._rows.values()):
            if _same(row.key) != _same(row.usual):
                self._change(row.id, row.usual)
        self._on_current(None)

    def _give(self, action: str, key: str) -> None:
        for other in self.users_of(key, but=action):
            self._change(other.id, "")
        self._change(action, key)
        self._on_current(None)

    def _change(self, action: str, key: str) -> None:
        row = replace(self._rows[action], key=key)
        self._rows[action] = row
        for item in self._items():
            if item.data(0, _ID_ROLE) == action:
                self._show_key(item)
        self.key_changed.emit(action, None if _same(key) == _same(row.usual) else key)


def _below(group: QTreeWidgetItem) -> list[QTreeWidgetItem]:
    children = (group.child(i) for i in range(group.childCount()))
    return [item for item in children if item is not None]


def _same(key: str) -> str:
    """A key in one way of writing it, so that "ctrl+e" and "Ctrl+E" are the same."""
    return QKeySequence(key).toString(QKeySequence.SequenceFormat.PortableText)


def _shown(key: str) -> str:
    return QKeySequence(key).toString(QKeySequence.SequenceFormat.NativeText)
