"""Confusions between classes, and single mismatches to go to."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QSplitter, QVBoxLayout, QWidget

from yamnet_gui.core.text import part_of
from yamnet_gui.detection.evaluation import Confusion, Mismatch, MismatchKind
from yamnet_gui.gui.times import clock
from yamnet_gui.gui.widgets.file_names import FileNameDelegate
from yamnet_gui.gui.widgets.metrics_table import (
    Cell,
    Column,
    MetricsTable,
    Row,
    metric_cell,
    text_cell,
)
from yamnet_gui.gui.widgets.plain_text import PlainLabel
from yamnet_gui.quality.evaluation import Measurement

_CONFUSION_COLUMNS = (
    Column("Reference", "Class of the reference event", numeric=False),
    Column("Detected", "Class that was detected instead", numeric=False),
    Column("Seconds", "How long this class was detected where only the reference class occurs"),
)
_MISMATCH_COLUMNS = (
    Column("Recording", "", numeric=False),
    Column("Kind", "", numeric=False),
    Column("Reference", "Class of the reference event", numeric=False),
    Column("Detected", "Class that was detected", numeric=False),
    Column("Onset", "Start of the event"),
    Column("Duration", ""),
    Column("Score", "Highest score of the detected event"),
    Column("Edge error", "How far onset or offset are off, in seconds"),
)
_KINDS = {
    MismatchKind.MISSED: "missed",
    MismatchKind.FALSE: "false alarm",
    MismatchKind.CONFUSED: "confused",
    MismatchKind.EDGES: "edges off",
}
_MAX_LISTED = 5000


class MismatchTab(QSplitter):
    """The table of confusions; the selected one limits the list of mismatches."""

    mismatch_opened = Signal(object)  # Mismatch

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self._measurement: Measurement | None = None
        self.listed: list[Mismatch] = []
        self.confusions = MetricsTable(_CONFUSION_COLUMNS, "Confusions", self)
        self.confusions.chosen.connect(self._on_confusion)
        self.confusions.opened.connect(self._open_confusion)
        self.table = MetricsTable(_MISMATCH_COLUMNS, "Mismatches", self)
        place = next(n for n, column in enumerate(_MISMATCH_COLUMNS) if column.title == "Recording")
        self.table.setItemDelegateForColumn(place, FileNameDelegate(self.table))
        self.table.opened.connect(self._open_mismatch)
        self.which = PlainLabel(self)
        self.show_all = QPushButton("Show all", self)
        self.show_all.clicked.connect(self._on_show_all)
        head = QHBoxLayout()
        head.addWidget(self.which)
        head.addStretch(1)
        head.addWidget(self.show_all)
        lower = QWidget(self)
        column = QVBoxLayout(lower)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(head)
        column.addWidget(self.table, 1)
        self.addWidget(self.confusions)
        self.addWidget(lower)
        self.setSizes([400, 700])
        self.setChildrenCollapsible(False)

    def show_measurement(self, measurement: Measurement | None) -> None:
        """Lists all confusions and mismatches; None clears the tab."""
        self._measurement = measurement
        confusions = measurement.evaluation.confusions if measurement else ()
        self.confusions.set_rows(
            [
                (text_cell(c.reference), text_cell(c.estimated), metric_cell(c.seconds, 1))
                for c in confusions
            ]
        )  # none of them is chosen now, so that all mismatches are listed

    def _on_confusion(self, row: int) -> None:
        self._list_mismatches(row if row >= 0 else None)

    def _open_confusion(self, row: int) -> None:
        """Goes to the first mismatch of the confusion."""
        self._list_mismatches(row)
        if self.listed:
            self.table.choose(0)
            self._open_mismatch(0)

    def _open_mismatch(self, row: int) -> None:
        self.mismatch_opened.emit(self.listed[row])

    def _on_show_all(self) -> None:
        self.confusions.clearSelection()
        self._list_mismatches(None)

    def _list_mismatches(self, row: int | None) -> None:
        """Lists the mismatches of the confusion in this row; None: all."""
        measurement = self._measurement
        if measurement is None:
            self.listed, total, names = [], 0, []
        else:
            mismatches = list(measurement.mismatches)
            total = len(mismatches)
            if row is not None:
                confusion = measurement.evaluation.confusions[row]
                mismatches = [m for m in mismatches if _belongs(m, confusion)]
            self.listed = mismatches[:_MAX_LISTED]
            names = [item.name for item in measurement.on.items]
        self.table.set_rows([_mismatch_row(m, names[m.pair]) for m in self.listed])
        text = part_of(len(self.listed), total, "mismatch")
        self.which.setText(f"{text}; Enter or a double click goes there" if total else "")
        self.show_all.setVisible(row is not None)


def _mismatch_row(mismatch: Mismatch, recording: str) -> Row:
    score = mismatch.score if mismatch.kind is not MismatchKind.MISSED else None
    off = mismatch.off_s if mismatch.kind is MismatchKind.EDGES else None
    return (
        text_cell(recording),
        text_cell(_KINDS[mismatch.kind]),
        text_cell(mismatch.reference or "–"),
        text_cell(mismatch.estimated or "–"),
        Cell(clock(mismatch.onset_s, 1), mismatch.onset_s),
        metric_cell(mismatch.offset_s - mismatch.onset_s, 2),
        metric_cell(score, 2),
        metric_cell(off, 2),
    )


def _belongs(mismatch: Mismatch, confusion: Confusion) -> bool:
    """Whether a mismatch may be part of a confusion: it, or a side of it without a partner."""
    if mismatch.kind is MismatchKind.CONFUSED:
        labels = (mismatch.reference, mismatch.estimated)
        return labels == (confusion.reference, confusion.estimated)
    if mismatch.kind is MismatchKind.FALSE:
        return mismatch.estimated == confusion.estimated
    return mismatch.reference == confusion.reference
