"""The window of fine-tuning: choose, train, compare."""

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QProgressBar,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from yamnet_gui.core.text import duration_in_words
from yamnet_gui.fine_tuning import FinetuneProgress, Outcome
from yamnet_gui.gui.widgets.buttons import DialogButtons
from yamnet_gui.gui.widgets.plain_text import PlainLabel
from yamnet_gui.yamnet import EpochFigures, WeightsFile

from .choice_page import ChoicePage
from .curves import TrainingCurves
from .outcome_page import OutcomePage

CHOOSING, TRAINING, FINISHED = range(3)


class FinetuneDialog(QDialog):
    """Three pages, one after another; not modal, so that sounds can be listened to meanwhile."""

    start_requested = Signal()
    stop_requested = Signal()  # and the best pass so far counts
    cancel_requested = Signal()
    hidden = Signal()  # training goes on
    use_requested = Signal(object)  # WeightsFile
    show_requested = Signal(object)  # WeightsFile

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Fine-tune a model")
        self._passes: list[EpochFigures] = []
        self._file: WeightsFile | None = None
        self._build()
        self.show_choice()

    @property
    def page(self) -> int:
        return self.pages.currentIndex()

    def show_choice(self) -> None:
        """The first page."""
        self._show_page(CHOOSING)

    def show_training(self) -> None:
        """Training has begun."""
        self._passes = []
        self.curves.set_passes((), 0)
        self.text.setText("")
        self.bar.setValue(0)
        self.stop.setEnabled(False)
        self._show_page(TRAINING)

    def show_progress(self, step: FinetuneProgress) -> None:
        """How far it is."""
        self.bar.setValue(round(1000 * step.share))
        left = ""
        if step.seconds_left is not None and step.seconds_left > 0:
            left = f"; about {duration_in_words(step.seconds_left)} left"
        if step.text:
            self.text.setText(f"{step.text[:1].upper()}{step.text[1:]}{left}")
        if step.epoch is not None:
            self._passes.append(step.epoch)
        if step.epoch is not None or step.best_epoch:
            self.curves.set_passes(self._passes, step.best_epoch)
        self.stop.setEnabled(step.stage == "training" and bool(self._passes) and not self._stopping)

    def show_outcome(self, outcome: Outcome, file: WeightsFile) -> None:
        """Training is finished; the model is among the user's."""
        self._file = file
        self.outcome.show_outcome(outcome)
        self._show_page(FINISHED)

    def show_failed(self, text: str) -> None:
        """Training ended without a model; the choice is there again."""
        self._show_page(CHOOSING)
        self.choice.show_problem(text)

    def sizeHint(self) -> QSize:
        metrics = self.fontMetrics()
        return QSize(metrics.averageCharWidth() * 116, metrics.height() * 36)

    def reject(self) -> None:
        """Closing ends no training: it goes on without the dialog, which is only hidden."""
        if self.page == TRAINING:
            self.hide()
            self.hidden.emit()
        else:
            super().reject()

    def _build(self) -> None:
        self.choice = ChoicePage(self)
        training = QWidget(self)
        self.text = PlainLabel("", training)
        self.text.setWordWrap(True)
        self.bar = QProgressBar(training)
        self.bar.setRange(0, 1000)
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName("Training")
        self.curves = TrainingCurves(training)
        inner = QVBoxLayout(training)
        inner.setContentsMargins(0, 0, 0, 0)
        inner.addWidget(self.text)
        inner.addWidget(self.bar)
        inner.addWidget(self.curves, 1)
        self.outcome = OutcomePage(self)
        self.pages = QStackedWidget(self)
        for page in (self.choice, training, self.outcome):
            self.pages.addWidget(page)

        self.start = QPushButton("&Train", self)
        self.start.clicked.connect(self.start_requested)
        self.stop = QPushButton("&Stop and keep the best", self)
        self.stop.clicked.connect(self._on_stop)
        self.cancel = QPushButton("Ca&ncel training", self)
        self.cancel.clicked.connect(self._on_cancel)
        self.use = QPushButton("&Use in this project", self)
        self.use.clicked.connect(lambda: self.use_requested.emit(self._file))
        self.card = QPushButton("Show among the &models", self)
        self.card.clicked.connect(lambda: self.show_requested.emit(self._file))
        self.again = QPushButton("&Back", self)
        self.again.clicked.connect(self.show_choice)
        self.buttons = DialogButtons(QDialogButtonBox.StandardButton.Close, self)
        for button in (self.start, self.stop, self.cancel, self.use, self.card, self.again):
            button.setAutoDefault(False)
            self.buttons.addButton(button, QDialogButtonBox.ButtonRole.ActionRole)
        self.buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.addWidget(self.pages, 1)
        layout.addWidget(self.buttons)
        self.setWindowFlag(Qt.WindowType.WindowMaximizeButtonHint, on=True)

    def _show_page(self, page: int) -> None:
        self._stopping = False
        self.pages.setCurrentIndex(page)
        for button, own in (
            (self.start, CHOOSING),
            (self.stop, TRAINING),
            (self.cancel, TRAINING),
            (self.use, FINISHED),
            (self.card, FINISHED),
            (self.again, FINISHED),
        ):
            button.setVisible(page == own)

    def _on_stop(self) -> None:
        self._stopping = True
        self.stop.setEnabled(False)
        self.stop_requested.emit()

    def _on_cancel(self) -> None:
        self.cancel_requested.emit()
        self.show_choice()
