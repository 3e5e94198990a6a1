"""Decisions that other rules or weights would contradict; a dialog next to the window."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QSize, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from yamnet_gui.core.events import Event, ReviewState
from yamnet_gui.core.text import counted, grouped
from yamnet_gui.detection import ContradictionKind
from yamnet_gui.gui.screens import resize_within_screen
from yamnet_gui.gui.times import clock
from yamnet_gui.gui.widgets.buttons import DialogButtons
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
from yamnet_gui.quality.replay import ProjectContradiction, ProjectReplay

from .evaluation_text import left_out_words
from .text_label import text_label

_COLUMNS = (
    Column("Recording", "", numeric=False),
    Column("Onset", "Start of the event that was reviewed"),
    Column("Decision", "Decision of the review", numeric=False),
    Column("Would be", "Result of the rules", numeric=False),
    Column("Score", "Highest score of the detection, or of the reviewed event"),
    Column("Note", "", numeric=False),
)


@dataclass(frozen=True, slots=True)
class ReplayChoice:
    """An entry of a box: its name and its value (None: the user is asked for a file)."""

    name: str
    value: object = None


class ReplayDialog(QDialog):
    """Chooses rules and weights, and lists the decisions that they contradict."""

    run_requested = Signal()
    cancel_requested = Signal()
    rules_file_requested = Signal()
    weights_file_requested = Signal()
    contradiction_opened = Signal(object)  # ProjectContradiction

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Decision replay")
        self._listed: tuple[ProjectContradiction, ...] = ()
        self._rules: list[ReplayChoice] = []
        self._weights: list[ReplayChoice] = []
        self._build()
        self.show_replay(None)
        resize_within_screen(self, QSize(820, 480))

    @property
    def rules_choice(self) -> ReplayChoice | None:
        """The rules to compare with the decisions."""
        place = self.rules.currentIndex()
        return self._rules[place] if 0 <= place < len(self._rules) else None

    @property
    def weights_choice(self) -> ReplayChoice | None:
        """The weights whose stored scores are used."""
        place = self.weights.currentIndex()
        return self._weights[place] if 0 <= place < len(self._weights) else None

    def set_rules(self, choices: Sequence[ReplayChoice], place: int = 0) -> None:
        """Offers these rules; one without a value asks for a file."""
        self._rules = list(choices)
        _fill(self.rules, self._rules, place)

    def set_weights(self, choices: Sequence[ReplayChoice], place: int = 0) -> None:
        """Offers these weights; one without a value asks for a file."""
        self._weights = list(choices)
        _fill(self.weights, self._weights, place)

    def show_progress(self, done: int, total: int) -> None:
        """Shows how far the work is; a total of 0 hides the bar."""
        running = total > 0
        self.progress.setVisible(running)
        self.cancel.setVisible(running)
        self.progress.setRange(0, max(total, 1))
        self.progress.setValue(done)
        self.again.setEnabled(not running)

    def show_problem(self, text: str) -> None:
        self.summary.setText(text)

    def show_replay(self, replay: ProjectReplay | None) -> None:
        """Lists all contradictions; None: none yet."""
        self._listed = replay.contradictions if replay else ()
        self.summary.setText(_summary(replay))
        self.table.set_rows([_row(o) for o in self._listed])

    def _build(self) -> None:
        self.rules = QComboBox(self)
        self.rules.setAccessibleName("Rules")
        self.rules.activated.connect(self._on_rules)
        self.weights = QComboBox(self)
        self.weights.setAccessibleName("Weights")
        self.weights.setToolTip("Only stored scores are used; nothing is analysed again")
        self.weights.activated.connect(self._on_weights)
        self.again = QPushButton("&Replay", self)
        self.again.clicked.connect(self.run_requested)
        self.progress = QProgressBar(self)
        self.progress.setFixedWidth(140)
        self.cancel = QPushButton("Cancel", self)
        self.cancel.clicked.connect(self.cancel_requested)
        row = QHBoxLayout()
        for widget in (PlainLabel("Rules"), self.rules, PlainLabel("Scores of"), self.weights):
            row.addWidget(widget)
        row.addStretch(1)
        for shown in (self.progress, self.cancel, self.again):
            row.addWidget(shown)
        self.summary = text_label(self)
        self.table = MetricsTable(_COLUMNS, "Decisions that would be contradicted", self)
        place = next(n for n, column in enumerate(_COLUMNS) if column.title == "Recording")
        self.table.setItemDelegateForColumn(place, FileNameDelegate(self.table))
        self.table.opened.connect(lambda place: self.contradiction_opened.emit(self._listed[place]))
        buttons = DialogButtons(QDialogButtonBox.StandardButton.Close, self)
        buttons.rejected.connect(self.close)
        layout = QVBoxLayout(self)
        layout.addLayout(row)
        layout.addWidget(self.summary)
        layout.addWidget(self.table, 1)
        layout.addWidget(buttons)

    def _on_rules(self, place: int) -> None:
        if self._rules[place].value is None:
            self.rules_file_requested.emit()
        else:
            self.run_requested.emit()

    def _on_weights(self, place: int) -> None:
        if self._weights[place].value is None:
            self.weights_file_requested.emit()
        else:
            self.run_requested.emit()


def _fill(box: QComboBox, choices: Sequence[ReplayChoice], place: int) -> None:
    box.clear()
    box.addItems([choice.name for choice in choices])
    box.setCurrentIndex(place)


def _summary(replay: ProjectReplay | None) -> str:
    if replay is None:
        return "Compares the decisions of the project with the detections of other rules."
    if not replay.decisions:
        text = "The project contains no decisions yet."
        return text + left_out_words(replay.skipped)
    against = len(replay.contradictions)
    recordings = counted(replay.recordings, "recording")
    text = (
        f"Of {counted(replay.decisions, 'decision')} in {recordings}, "
        f"{grouped(replay.reproduced)} would be confirmed and {grouped(against)} contradicted. "
        "Enter or a double click goes there."
    )
    return text + left_out_words(replay.skipped)


def _row(listed: ProjectContradiction) -> Row:
    contradiction = listed.contradiction
    event = contradiction.decision
    scored = contradiction.detection or event
    return (
        text_cell(listed.recording),
        Cell(clock(event.onset_s, 1), event.onset_s),
        text_cell(_decision(event)),
        text_cell(_instead(contradiction.kind, contradiction.detection)),
        metric_cell(scored.score_max, 2),
        text_cell(event.note),
    )


def _decision(event: Event) -> str:
    if event.state is ReviewState.REJECTED:
        return f"no {event.label}"
    return event.label


def _instead(kind: ContradictionKind, detection: Event | None) -> str:
    if kind is ContradictionKind.MISSED or detection is None:
        return "not detected"
    if kind is ContradictionKind.REVIVED:
        return f"{detection.label} again"
    return f"{detection.label} instead"
