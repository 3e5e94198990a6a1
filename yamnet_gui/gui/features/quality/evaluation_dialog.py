"""How good the events of the current rules are; a dialog that stays open next to the window."""

from pathlib import Path

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QProgressBar,
    QPushButton,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from yamnet_gui.detection import Tuning
from yamnet_gui.gui.screens import resize_within_screen
from yamnet_gui.gui.widgets.buttons import DialogButtons, TickBox
from yamnet_gui.gui.widgets.file_names import short_name
from yamnet_gui.gui.widgets.plain_text import PlainLabel
from yamnet_gui.quality.evaluation import Measurement

from .class_metrics_tab import ClassMetricsTab
from .evaluation_text import basis_words, overall_words
from .mismatch_tab import MismatchTab
from .text_label import text_label
from .tuning_panel import TuningPanel


class EvaluationDialog(QDialog):
    """Metrics by class and overall, the curve of a class, mismatches to go to, and tuning."""

    measure_requested = Signal()
    cancel_requested = Signal()
    table_requested = Signal()
    csv_requested = Signal(str, str)  # base name of the file, text

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Evaluation")
        self._measurement: Measurement | None = None
        self.table_path: Path | None = None
        self.class_tab = ClassMetricsTab(self)
        self.mismatch_tab = MismatchTab(self)
        self.tuning = TuningPanel(self)
        self._build()
        self.show_measurement(None)
        resize_within_screen(self, QSize(1160, 700))

    # Choices

    @property
    def by_table(self) -> bool:
        """Whether the reference is a table instead of the project's decisions."""
        return self.source.currentIndex() == 1

    @property
    def below(self) -> bool:
        """Whether a class includes its subclasses."""
        return self.counting.isChecked()

    @property
    def collar_s(self) -> float:
        return 0.5 if self.collar.currentIndex() == 0 else 0.2

    def set_table(self, path: Path | None) -> None:
        """Sets the reference table; None goes back to the project's decisions."""
        self.table_path = path
        self.source.setItemText(1, f"the table {short_name(path.name)}" if path else "a table…")
        if path is None:
            self.source.setCurrentIndex(0)

    # Display

    def show_progress(self, text: str, done: int, total: int) -> None:
        """Shows how far the work is; a total of 0 hides the bar."""
        running = total > 0
        self.progress.setVisible(running)
        self.cancel.setVisible(running)
        self.progress.setRange(0, max(total, 1))
        self.progress.setValue(done)
        self.progress.setFormat(f"{text} %p%")
        self.again.setEnabled(not running)
        measured = self._measurement is not None and bool(self._measurement.on.items)
        self.tuning.tune.setEnabled(not running and measured)

    def show_problem(self, text: str) -> None:
        """Shows why nothing can be measured."""
        self.basis.setText(text)

    def show_stale(self, stale: bool) -> None:
        """Shows whether the rules have changed since the measurement."""
        text = basis_words(self._measurement)
        if stale and self._measurement is not None:
            text += " The rules have changed since: measure again."
        self.basis.setText(text)

    def show_measurement(self, measurement: Measurement | None) -> None:
        """Shows all metrics; None: none yet."""
        self._measurement = measurement
        self.basis.setText(basis_words(measurement))
        self.overall.setText(overall_words(measurement))
        self.mismatch_tab.show_measurement(measurement)
        self.show_tuning(None)
        self.show_progress("", 0, 0)
        evaluation = measurement.evaluation if measurement else None
        self.save.setEnabled(bool(evaluation and evaluation.labels))
        self.class_tab.show_evaluation(evaluation)

    def show_tuning(self, tuning: Tuning | None) -> None:
        """Shows the result of tuning; None: none yet."""
        self.tuning.show_tuning(tuning, alone=self.tuning.scope == "classes" and self.below)

    # Construction

    def _build(self) -> None:
        self.basis = text_label(self)
        self.overall = text_label(self)
        self.overall.setTextFormat(Qt.TextFormat.RichText)
        self.tabs = QTabWidget(self)
        self.tabs.addTab(self.class_tab, "&Classes")
        self.tabs.addTab(self.mismatch_tab, "&Mismatches")
        buttons = DialogButtons(QDialogButtonBox.StandardButton.Close, self)
        self.save = buttons.addButton("Save as CSV…", QDialogButtonBox.ButtonRole.ActionRole)
        self.save.setToolTip("Saves the table on this tab; Ctrl+C copies its selected rows")
        self.save.clicked.connect(self._on_save)
        buttons.rejected.connect(self.close)
        layout = QVBoxLayout(self)
        layout.addLayout(self._source_row())
        layout.addWidget(self.basis)
        layout.addWidget(self.overall)
        layout.addWidget(self.tabs, 1)
        layout.addWidget(self.tuning)
        layout.addWidget(buttons)

    def _source_row(self) -> QHBoxLayout:
        self.source = QComboBox(self)
        self.source.addItems(["the project's decisions", "a table…"])
        self.source.setAccessibleName("Reference")
        self.source.activated.connect(self._on_source)
        self.collar = QComboBox(self)
        self.collar.addItems(["0.5 s", "0.2 s"])
        self.collar.setAccessibleName("Collar of mismatches and curves")
        self.collar.setToolTip("How far an onset may be off, for mismatches and the curve")
        self.collar.activated.connect(self.measure_requested)
        self.counting = TickBox("Include subclasses", self)
        self.counting.setChecked(True)
        self.counting.setToolTip(
            "A detected Bark also counts for Dog and Animal; only classes with reference events"
            " or decisions are evaluated"
        )
        self.counting.clicked.connect(self.measure_requested)
        self.again = QPushButton("&Measure", self)
        self.again.setToolTip("With the current rules and decisions")
        self.again.clicked.connect(self.measure_requested)
        self.progress = QProgressBar(self)
        self.progress.setFixedWidth(150)
        self.cancel = QPushButton("Cancel", self)
        self.cancel.clicked.connect(self.cancel_requested)
        row = QHBoxLayout()
        for widget in (PlainLabel("Reference"), self.source, PlainLabel("Collar"), self.collar):
            row.addWidget(widget)
        row.addWidget(self.counting)
        row.addStretch(1)
        for shown in (self.progress, self.cancel, self.again):
            row.addWidget(shown)
        return row

    # Reactions

    def _on_source(self, index: int) -> None:
        if index == 1:
            self.table_requested.emit()
        else:
            self.set_table(None)
            self.measure_requested.emit()

    def _on_save(self) -> None:
        if self.tabs.currentIndex() == 0:
            self.csv_requested.emit("evaluation", self.class_tab.table.csv())
        else:
            self.csv_requested.emit("mismatches", self.mismatch_tab.table.csv())
