"""Merging another copy of a project: additions, and conflicts side by side."""

from collections.abc import Mapping
from html import escape

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QHeaderView,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from yamnet_gui.core.events import Event
from yamnet_gui.core.text import counted
from yamnet_gui.gui.widgets.buttons import DialogButtons
from yamnet_gui.gui.widgets.plain_text import PlainLabel
from yamnet_gui.gui.widgets.tables import QuietTable
from yamnet_gui.labels.project import Merge, MergeChoice

from .conflict_model import AT, RECORDING, TAKE, ConflictModel, facts

_BUTTONS = (
    (MergeChoice.OURS, "This project's"),
    (MergeChoice.THEIRS, "The other's"),
    (MergeChoice.BOTH, "Both"),
)


class MergeDialog(QDialog):
    """Shows a merge before it is made. `resolutions` are the choices; names by recording id."""

    def __init__(
        self, merge: Merge, names: Mapping[str, str], other: str, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(f"Merge {other}")
        self.model = ConflictModel(merge.conflicts, names, self)
        self.summary = PlainLabel(_summary(merge, other), self)
        self.summary.setWordWrap(True)
        self.table = QuietTable(self)
        self.table.setModel(self.model)
        self.table.setSelectionMode(QuietTable.SelectionMode.ExtendedSelection)
        self.table.setAccessibleName("Conflicting decisions")
        header = self.table.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        for column in (RECORDING, AT, TAKE):
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.ResizeToContents)
        self.ours, self.theirs = (PlainLabel(self) for _ in range(2))
        for label in (self.ours, self.theirs):
            label.setTextFormat(Qt.TextFormat.RichText)
            label.setAlignment(Qt.AlignmentFlag.AlignTop)
            label.setWordWrap(True)
        standard = QDialogButtonBox.StandardButton
        self.buttons = DialogButtons(standard.Ok | standard.Cancel, self)
        self.buttons.button(standard.Ok).setText("Merge")
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        panes = QHBoxLayout()
        panes.addWidget(self.ours, 1)
        panes.addWidget(self.theirs, 1)
        take = QHBoxLayout()
        take.addWidget(PlainLabel("For selected rows, use:", self))
        self.take: dict[MergeChoice, QPushButton] = {}
        for choice, words in _BUTTONS:
            button = QPushButton(words, self)
            button.setAutoDefault(False)
            button.clicked.connect(lambda _checked, c=choice: self.choose(c))
            self.take[choice] = button
            take.addWidget(button)
        take.addStretch(1)
        self._conflicts = QWidget(self)
        inside = QVBoxLayout(self._conflicts)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.addWidget(self.table, 1)
        inside.addLayout(take)
        inside.addLayout(panes)
        layout = QVBoxLayout(self)
        layout.addWidget(self.summary)
        layout.addWidget(self._conflicts, 1)
        layout.addWidget(self.buttons)
        self._conflicts.setVisible(bool(merge.conflicts))
        self.table.selectionModel().currentChanged.connect(lambda *_: self._show())
        if merge.conflicts:
            self.table.selectAll()
            self.table.selectionModel().setCurrentIndex(
                self.model.index(0, 0), self.table.selectionModel().SelectionFlag.NoUpdate
            )

    @property
    def resolutions(self) -> dict[tuple[str, str], MergeChoice]:
        """What is used for each conflict."""
        return self.model.resolutions

    def choose(self, choice: MergeChoice) -> None:
        """Resolves the selected rows."""
        rows = sorted(index.row() for index in self.table.selectionModel().selectedRows())
        self.model.choose(rows, choice)

    def sizeHint(self) -> QSize:
        metrics = self.fontMetrics()
        rows = 32 if self.model.conflicts else 8
        return QSize(metrics.averageCharWidth() * 100, metrics.height() * rows)

    def _show(self) -> None:
        row = self.table.currentIndex().row()
        if 0 <= row < len(self.model.conflicts):
            conflict = self.model.conflicts[row]
            self.ours.setText(_pane("This project", conflict.ours, conflict.theirs))
            self.theirs.setText(_pane("The other copy", conflict.theirs, conflict.ours))


def _summary(merge: Merge, other: str) -> str:
    changed = sum(c.kind == "event" and c.old is not None for c in merge.additions)
    rest = len(merge.additions) - merge.new_recordings - merge.new_events - changed
    counts = (
        (merge.new_recordings, "new recording"),
        (merge.new_events, "new event"),
        (changed, "changed event"),
        (rest, "other change"),
    )
    parts = [counted(count, noun) for count, noun in counts if count]
    text = f"{other} contains {', '.join(parts) or 'nothing new'}."
    if merge.conflicts:
        many = counted(len(merge.conflicts), "event")
        text += f" {many} {'was' if len(merge.conflicts) == 1 else 'were'} reviewed differently:"
    if not merge.related:
        text = f"The two projects have no common history; recordings are matched by content. {text}"
    return text + " The merge is one step of undo." * (not merge.conflicts)


def _pane(title: str, event: Event | None, other: Event | None) -> str:
    """One side as rich text; differences in bold."""
    there = dict(facts(other))
    rows = "".join(
        f"<tr><td>{name}&nbsp;&nbsp;</td><td>"
        + (escape(value) if there.get(name) == value else f"<b>{escape(value)}</b>")
        + "</td></tr>"
        for name, value in facts(event)
        if value or there.get(name)
    )
    return f"<p><b>{title}</b></p><table>{rows}</table>"
