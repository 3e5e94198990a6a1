"""Edits the label sets of a project: names, shortcuts, colours, and their AudioSet classes."""

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from PySide6.QtCore import QSize, Slot
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QHBoxLayout,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from yamnet_gui.core.class_map import ClassMap
from yamnet_gui.core.errors import UserError
from yamnet_gui.gui.widgets.buttons import DialogButtons
from yamnet_gui.gui.widgets.plain_text import PlainLabel
from yamnet_gui.labels.overwrite_guard import spare
from yamnet_gui.labels.project import LABEL_SET_SUFFIX, LabelSet, read_label_set, write_label_set

from .drafts import LabelSetDraft, LabelSetDrafts
from .table import LabelColumn, LabelTable

_PATTERN = f"Label sets (*{LABEL_SET_SUFFIX});;Lists of names (*.txt);;All files (*)"
_HELP = (
    "A label set holds your own labels. They come first in the class search, and "
    "their shortcuts label the selected events."
)


class LabelSetsDialog(QDialog):
    """Changes nothing itself: `sets` and `chosen` are the result when it is accepted.

    `used`: shortcuts of the window's actions, title by upper-case letter.
    """

    def __init__(
        self,
        sets: Iterable[LabelSet],
        chosen: str,
        class_map: ClassMap,
        used: Mapping[str, str],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle("Label sets")
        self._drafts = LabelSetDrafts(sets, class_map, used)
        self.table = LabelTable(class_map, self)
        self._build()
        ids = [draft.id for draft in self._drafts]
        self._list_sets(ids.index(chosen) if chosen in ids else 0 if ids else -1)

    @property
    def sets(self) -> list[LabelSet]:
        """The sets as they are now."""
        return [draft.label_set() for draft in self._drafts]

    @property
    def chosen(self) -> str:
        """The id of the set that is shown; "" if there is none."""
        draft = self._draft
        return draft.id if draft else ""

    def sizeHint(self) -> QSize:
        metrics = self.fontMetrics()
        return QSize(metrics.averageCharWidth() * 92, metrics.height() * 26)

    # Buttons

    def add_set(self) -> None:
        """A new set with one label."""
        self._list_sets(self._drafts.add())
        self.add_label()

    def remove_set(self) -> None:
        """Removes the set that is shown."""
        row = self.which.currentIndex()
        if row >= 0:
            self._drafts.remove(row)
            self._list_sets(min(row, len(self._drafts) - 1))

    def add_label(self) -> None:
        """One more label, ready to be named."""
        draft = self._draft
        if draft is None:  # the first label creates its set
            self.add_set()
            return
        row = draft.add("New label")
        self._show_set()
        self.table.setCurrentCell(row, LabelColumn.NAME)
        if self.isVisible():
            self.table.edit(self.table.currentIndex())

    def remove_labels(self) -> None:
        """Removes the selected labels."""
        draft, rows = self._draft, self.table.rows
        if draft is not None and rows:
            draft.remove(rows)
            self._show_set()

    def move_label(self, by: int) -> None:
        """Moves the current label up (-1) or down (1)."""
        draft, row = self._draft, self.table.currentRow()
        if draft is not None and draft.move(row, by):
            self._show_set()
            self.table.setCurrentCell(row + by, self.table.currentColumn())

    def read(self, path: Path) -> None:
        """Adds a set from a file, or shows why it cannot be read."""
        try:
            label_set = read_label_set(path)
        except UserError as error:
            self.message.setText(str(error))
        else:
            self._list_sets(self._drafts.insert(label_set))

    def write(self, path: Path) -> None:
        """Writes the set that is shown to a file."""
        draft = self._draft
        if draft is None:
            return
        try:
            spare(path)
            write_label_set(path, draft.label_set())
        except UserError as error:
            self.message.setText(str(error))
        else:
            self.message.setText(f"Saved as {path.name}.")

    # Layout

    def _build(self) -> None:
        self.which = QComboBox(self)
        self.which.setEditable(True)
        self.which.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.which.setAccessibleName("Label set")
        self.which.setToolTip("The set in use; type to rename it")
        self.which.currentIndexChanged.connect(self._show_set)
        edit = self.which.lineEdit()
        assert edit is not None
        edit.textEdited.connect(self._rename)
        self.table.edited.connect(self._on_edited)
        self.message = PlainLabel(self)
        self.message.setWordWrap(True)
        standard = QDialogButtonBox.StandardButton
        self.buttons = DialogButtons(standard.Ok | standard.Cancel, self)
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        new, remove = (
            self._button("New set", self.add_set),
            self._button("Remove set", self.remove_set),
        )
        read, export = (
            self._button("Import…", self._ask_read),
            self._button("Export…", self._ask_write),
        )
        self._of_set = (remove, export)
        self._of_label = (
            self._button("Remove", self.remove_labels),
            self._button("Up", lambda: self.move_label(-1)),
            self._button("Down", lambda: self.move_label(1)),
        )
        sets = QHBoxLayout()
        sets.addWidget(self.which, 1)
        for button in (new, remove, read, export):
            sets.addWidget(button)
        labels = QHBoxLayout()
        labels.addStretch(1)
        for button in (self._button("Add label", self.add_label), *self._of_label):
            labels.addWidget(button)
        layout = QVBoxLayout(self)
        layout.addLayout(sets)
        layout.addWidget(self.table, 1)
        layout.addLayout(labels)
        layout.addWidget(self.message)
        layout.addWidget(self.buttons)

    def _button(self, text: str, call: Callable[[], None]) -> QPushButton:
        button = QPushButton(text, self)
        button.setAutoDefault(False)
        button.clicked.connect(lambda _checked: call())
        return button

    # Display

    @property
    def _draft(self) -> LabelSetDraft | None:
        return self._drafts.at(self.which.currentIndex())

    def _list_sets(self, row: int) -> None:
        self.which.blockSignals(True)
        self.which.clear()
        self.which.addItems([draft.name for draft in self._drafts])
        self.which.setCurrentIndex(row)
        self.which.blockSignals(False)
        self.which.setEnabled(len(self._drafts) > 0)
        self._show_set()

    @Slot()
    def _show_set(self) -> None:
        self.table.show_draft(self._draft)
        self._on_edited("")

    @Slot(str)
    def _on_edited(self, problem: str) -> None:
        """Shows why a text was refused, and offers what can be done now."""
        draft = self._draft
        for button in self._of_set:
            button.setEnabled(draft is not None)
        filled = draft is not None and bool(draft.labels)
        for button in self._of_label:
            button.setEnabled(filled)
        self.message.setText(problem or ("" if filled else _HELP))

    @Slot(str)
    def _rename(self, text: str) -> None:
        draft = self._draft
        if draft is not None and text.strip():
            draft.name = text
            self.which.setItemText(self.which.currentIndex(), text)

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
