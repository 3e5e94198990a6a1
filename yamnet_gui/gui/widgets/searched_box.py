"""A box of names that is searched by typing."""

from PySide6.QtCore import QEvent, QObject, QStringListModel, Qt, Slot
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QAbstractItemView, QComboBox, QCompleter, QLineEdit, QWidget

from yamnet_gui.core.text import holds_words


class SearchedBox(QComboBox):
    """What is typed lists the entries with these words; Enter chooses the first of them.

    Nothing but its entries can be chosen: Escape, leaving the box and a text that none of them
    holds bring back what was chosen.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setEditable(True)
        self.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self._names = QStringListModel(self)
        self.suggestions = QCompleter(self._names, self)
        self.suggestions.setCompletionMode(QCompleter.CompletionMode.UnfilteredPopupCompletion)
        self._clicked = False
        self.field = field = QLineEdit(self)
        self.setLineEdit(field)
        self.setCompleter(self.suggestions)
        field.textEdited.connect(self._on_edited)
        field.returnPressed.connect(self._choose_first)
        field.editingFinished.connect(self._restore)
        field.installEventFilter(self)
        self.currentIndexChanged.connect(lambda: field.setCursorPosition(0))

    @property
    def _list(self) -> QAbstractItemView:
        """What matches, under the field."""
        shown = self.suggestions.popup()
        assert shown is not None
        return shown

    @property
    def in_use(self) -> bool:
        """Whether the user is typing or looking at the list: its entries should stay."""
        typing = self.field.hasFocus() and self.field.text() != self.chosen
        return typing or self.view().isVisible() or self._list.isVisible()

    @property
    def chosen(self) -> str:
        """The text of the entry that is chosen, whatever is being typed; "" for none."""
        return self.itemText(self.currentIndex())

    def choose(self, text: str) -> None:
        """Chooses the entry of this text; none where there is no such."""
        self.setCurrentIndex(self.findText(text, Qt.MatchFlag.MatchExactly))

    def _matches(self) -> list[str]:
        typed = self.field.text().strip()
        names = [name for row in range(self.count()) if (name := self.itemText(row))]
        matches = [name for name in names if holds_words(name, typed)]
        return sorted(matches, key=lambda n: not n.casefold().startswith(typed.casefold()))

    @Slot()
    def _on_edited(self) -> None:
        self._names.setStringList(self._matches())

    @Slot()
    def _choose_first(self) -> None:
        """Enter; Qt itself has chosen an entry that was typed in full, or marked in the list."""
        text = self.field.text()
        if text == self.chosen:
            return
        matches = self._matches() if text.strip() else []
        if matches:
            self.choose(matches[0])
            self.activated.emit(self.currentIndex())
        self._restore()

    @Slot()
    def _restore(self) -> None:
        self._list.hide()
        self.setEditText(self.chosen)
        self.field.setCursorPosition(0)

    def event(self, event: QEvent) -> bool:
        if event.type() is QEvent.Type.ShortcutOverride and self._is_back(event):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if self._is_back(event):
            self._restore()
            self.field.selectAll()
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        self._clicked = event.reason() is Qt.FocusReason.MouseFocusReason
        super().focusInEvent(event)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        released = event.type() is QEvent.Type.MouseButtonRelease
        if watched is self.field and released and self._clicked:
            self._clicked = False
            if not self.field.hasSelectedText():
                self.field.selectAll()  # so that typing searches at once
        return super().eventFilter(watched, event)

    def _is_back(self, event: QEvent) -> bool:
        """Whether it is Escape while something else was typed; else the key is the window's."""
        escape = isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Escape
        return escape and self.field.text() != self.chosen
