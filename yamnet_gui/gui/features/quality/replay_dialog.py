"""Which decisions other rules or weights would contradict; stays open beside the window."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from yamnet_gui.core.events import Event, ReviewState
from yamnet_gui.core.text import counted
from yamnet_gui.detection import ContradictionKind
from yamnet_gui.gui.times import clock
from yamnet_gui.gui.widgets.metrics_table import (
    Cell,
    Column,
    MetricsTable,
    Row,
    metric_cell,
    text_cell,
)
from yamnet_gui.quality.replay import ProjectContradiction, ProjectReplay

from .evaluation_text import left_out_words

_COLUMNS = (
    Column("Recording", "", numeric=False),
    Column("Onset", "Where the decided event begins"),
    Column("Decision", "What a person decided", numeric=False),
    Column("Would be", "What the rules say instead", numeric=False),
    Column("Score", "Highest score of the detection, or of the decided event"),
    Column("Note", "", numeric=False),
)


@dataclass(frozen=True, slots=True)
class ReplayChoice:
    """Something to choose: its name, and what it stands for (None: to be asked for)."""

    name: str
    value: object = None


class ReplayDialog(QDialog):
    """Chooses rules and weights, and lists the decisions that they contradict."""

    run_requested = Signal()
    cancel_requested = Signal()
    rules_file_wanted = Signal()
    weights_file_wanted = Signal()
    contradiction_opened = Signal(object)  # Objection

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Decision replay")
        self._listed: tuple[ProjectContradiction, ...] = ()
        self._rules: list[ReplayChoice] = []
        self._weights: list[ReplayChoice] = []
        self._build()
        self.show_replay(None)
        self.resize(820, 480)

    @property
    def rules_choice(self) -> ReplayChoice | None:
        """The rules to hold against the decisions."""
        place = self.rules.currentIndex()
        return self._rules[place] if 0 <= place < len(self._rules) else None

    @property
    def weights_choice(self) -> ReplayChoice | None:
        """The weights whose stored scores are used."""
        place = self.weights.currentIndex()
        return self._weights[place] if 0 <= place < len(self._weights) else None

    def set_rules(self, choices: Sequence[ReplayChoice], place: int = 0) -> None:
        """Rules to choose from; one without a value asks for a file."""
        self._rules = list(choices)
        _fill(self.rules, self._rules, place)

    def set_weights(self, choices: Sequence[ReplayChoice], place: int = 0) -> None:
        """Weights to choose from; one without a value asks for a file."""
        self._weights = list(choices)
        _fill(self.weights, self._weights, place)

    def show_progress(self, done: int, total: int) -> None:
        """Work goes on; 0 of 0 is over."""
        running = total > 0
        self.progress.setVisible(running)
        self.cancel.setVisible(running)
        self.progress.setRange(0, max(total, 1))
        self.progress.setValue(done)
        self.again.setEnabled(not running)

    def show_problem(self, text: str) -> None:
        self.said.setText(text)

    def show_replay(self, found: ProjectReplay | None) -> None:
        """Every objection; None: none yet."""
        self._listed = found.contradictions if found else ()
        self.said.setText(_words(found))
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
        for widget in (QLabel("Rules"), self.rules, QLabel("Scores of"), self.weights):
            row.addWidget(widget)
        row.addStretch(1)
        for shown in (self.progress, self.cancel, self.again):
            row.addWidget(shown)
        self.said = QLabel(self)
        self.said.setWordWrap(True)
        self.said.setTextFormat(Qt.TextFormat.PlainText)
        self.said.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.table = MetricsTable(_COLUMNS, "Decisions that would be contradicted", self)
        self.table.opened.connect(lambda place: self.contradiction_opened.emit(self._listed[place]))
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close, self)
        buttons.rejected.connect(self.close)
        layout = QVBoxLayout(self)
        layout.addLayout(row)
        layout.addWidget(self.said)
        layout.addWidget(self.table, 1)
        layout.addWidget(buttons)

    def _on_rules(self, place: int) -> None:
        if self._rules[place].value is None:
            self.rules_file_wanted.emit()
        else:
            self.run_requested.emit()

    def _on_weights(self, place: int) -> None:
        if self._weights[place].value is None:
            self.weights_file_wanted.emit()
        else:
            self.run_requested.emit()


def _fill(box: QComboBox, choices: Sequence[ReplayChoice], place: int) -> None:
    box.clear()
    box.addItems([choice.name for choice in choices])
    box.setCurrentIndex(place)


def _words(found: ProjectReplay | None) -> str:
    if found is None:
        return "Holds the decisions of the project against what rules would find."
    if not found.decisions:
        text = "There are no decisions to hold against the rules."
        return text + left_out_words(found.skipped)
    against = len(found.contradictions)
    recordings = counted(found.recordings, "recording")
    text = (
        f"Of {found.decisions:,} decisions in {recordings} {found.kept:,} would be kept and "
        f"{against:,} contradicted. Enter or a double click goes there."
    )
    return text + left_out_words(found.skipped)


def _row(found: ProjectContradiction) -> Row:
    contradiction = found.contradiction
    event = contradiction.decision
    scored = contradiction.detection or event
    return (
        text_cell(found.recording),
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
        return "not found"
    if kind is ContradictionKind.REVIVED:
        return f"{detection.label} again"
    return f"{detection.label} instead"
