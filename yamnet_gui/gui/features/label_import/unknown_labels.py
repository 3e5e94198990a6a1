"""Unknown labels of a table, and what they are imported as."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QHeaderView, QTableWidget, QTableWidgetItem, QWidget

from yamnet_gui.core.text import grouped
from yamnet_gui.gui.widgets.plain_text import plain_tip
from yamnet_gui.gui.widgets.tables import PaddedHeader
from yamnet_gui.labels.exchange.import_plan import UnknownLabel

Ask = Callable[[str, Sequence[str]], str | None]
"""Asks for the label to import one as; None where the user cancels."""

_OWN, _NAME, _OTHER, _OUT = "own", "name", "other", "out"


class UnknownLabels(QTableWidget):
    """One row for each unknown label; `mapping` contains the choices."""

    changed = Signal()

    def __init__(self, ask: Ask, parent: QWidget | None = None) -> None:
        super().__init__(0, 3, parent)
        self._ask = ask
        self._boxes: dict[str, QComboBox] = {}
        self._mapping: dict[str, str | None] = {}
        self.setHorizontalHeaderLabels(["Label in the file", "Events", "Import as"])
        self.setAccessibleName("Unknown labels")
        self.verticalHeader().hide()
        self.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
        self.setSelectionMode(QTableWidget.SelectionMode.NoSelection)
        self.setTabKeyNavigation(False)
        header = PaddedHeader(self)
        self.setHorizontalHeader(header)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        header.setSectionResizeMode(1, QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(2, QHeaderView.ResizeMode.Stretch)

    @property
    def mapping(self) -> dict[str, str | None]:
        """Label of the table → label to use; None: leave its events out."""
        return dict(self._mapping)

    def show_labels(self, labels: Iterable[UnknownLabel]) -> None:
        """Adds these labels to the list; choices made so far stay."""
        for unknown in labels:
            if unknown.label not in self._boxes:
                self._add(unknown)

    def box(self, label: str) -> QComboBox:
        """The choice for one label."""
        return self._boxes[label]

    def _add(self, unknown: UnknownLabel) -> None:
        row = self.rowCount()
        self.setRowCount(row + 1)
        name = QTableWidgetItem(unknown.label or "(no label)")
        name.setToolTip(plain_tip(unknown.label))
        self.setItem(row, 0, name)
        self.setItem(row, 1, QTableWidgetItem(grouped(unknown.count)))
        box = QComboBox(self)
        box.setAccessibleName(f"Import {unknown.label} as")
        box.addItem("Custom label", (_OWN, ""))
        for suggestion in unknown.suggestions:
            box.addItem(suggestion, (_NAME, suggestion))
        box.addItem("Choose a class…", (_OTHER, ""))
        box.addItem("Skip", (_OUT, ""))
        box.activated.connect(lambda _row, u=unknown: self._on_choice(u))
        self.setCellWidget(row, 2, box)
        self._boxes[unknown.label] = box

    def _on_choice(self, unknown: UnknownLabel) -> None:
        box, label = self._boxes[unknown.label], unknown.label
        what, name = _data(box)
        if what == _OTHER:
            chosen = self._ask(label, unknown.suggestions)
            if chosen is None:
                box.setCurrentIndex(self._row_of(box, label))
                return
            if box.findText(chosen) < 0:
                box.insertItem(1, chosen, (_NAME, chosen))
            box.setCurrentIndex(box.findText(chosen))
            what, name = _NAME, chosen
        if what == _OWN:
            self._mapping.pop(label, None)
        else:
            self._mapping[label] = name if what == _NAME else None
        self.changed.emit()

    def _row_of(self, box: QComboBox, label: str) -> int:
        """The index of the current choice for the label."""
        if label not in self._mapping:
            return 0
        name = self._mapping[label]
        return box.findText("Skip" if name is None else name)


def _data(box: QComboBox) -> tuple[str, str]:
    data: Any = box.currentData()
    return str(data[0]), str(data[1])
