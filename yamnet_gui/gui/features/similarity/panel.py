"""The list of similar sounds: play, accept, reject, refine."""

from collections.abc import Sequence

from PySide6.QtCore import QPoint, QSize, Qt, Signal
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QHBoxLayout,
    QHeaderView,
    QPushButton,
    QStackedLayout,
    QVBoxLayout,
    QWidget,
)

from yamnet_gui.core.events import ReviewState
from yamnet_gui.core.text import counted
from yamnet_gui.embedding import progress
from yamnet_gui.gui.panels.dataset_source import DatasetSourceBar
from yamnet_gui.gui.state.datasets import Datasets
from yamnet_gui.gui.widgets.buttons import IconButton
from yamnet_gui.gui.widgets.labels import ElidedLabel
from yamnet_gui.gui.widgets.plain_text import PlainLabel, plain_tip
from yamnet_gui.gui.widgets.table_model import Index
from yamnet_gui.gui.widgets.tables import fit_columns

from .hits import HitList, ListKind
from .model import SimilarColumn, SimilarTableModel
from .search_results import HitDelegate, SearchResultsTable

_STATES = {
    "accept": ReviewState.ACCEPTED,
    "reject": ReviewState.REJECTED,
    "uncertain": ReviewState.UNCERTAIN,
    "unreview": ReviewState.UNREVIEWED,
}
_STRATEGIES = (
    ("uncertain", "Uncertain", "Frames closest to the threshold: the class learns most from them"),
    ("diverse", "Diverse", "Frames unlike everything labelled so far: these reveal missed sounds"),
    ("random", "Random", "A random sample: the only one that measures how precise the class is"),
)
_EMPTY = (
    "Select an event or a span, then find similar sounds in {} (Ctrl+F)."
    '<br><br><a href="file">Search with a file…</a>'
)


class SimilarPanel(QWidget):
    """A list to go through with shortcuts: A accepts, R rejects, Space plays, + and − refine.

    Its signals carry rows, which are indices into the owner's list.
    """

    decided = Signal(int, object)  # row, ReviewState
    refined = Signal(int, bool)  # row, whether more like it (else less)
    play_requested = Signal(int)
    opened = Signal(int)
    row_chosen = Signal()  # by the user, in the table
    again_requested = Signal()
    label_requested = Signal()
    file_requested = Signal()
    next_requested = Signal(str)  # strategy
    train_requested = Signal()
    menu_requested = Signal(QPoint, int)
    gallery_requested = Signal()

    def __init__(self, similar: HitList, datasets: Datasets, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._similar = similar
        self.source = DatasetSourceBar(datasets, self)
        self._datasets = datasets
        self.autoplay = True
        self.model = SimilarTableModel(similar, self)
        self._build()
        similar.reset.connect(self._on_reset)
        similar.hit_changed.connect(self._show_progress)
        similar.hits_changed.connect(self._show_progress)
        similar.query_changed.connect(self._show_query)
        similar.label_changed.connect(self._show_label)
        datasets.source_changed.connect(self._show_query)
        self._show_query()
        self._show_label()
        self._on_reset()

    @property
    def row(self) -> int:
        """The current row; -1 for none."""
        return self.table.currentIndex().row()

    def select_row(self, row: int) -> None:
        if 0 <= row < self.model.rowCount():
            self.table.selectRow(row)
            self.table.scrollTo(self.model.index(row, 0))

    def set_custom_classes(self, labels: Sequence[str]) -> None:
        """The custom classes that "Label next ten" can ask about."""
        before = self.asked.currentText()
        self.asked.clear()
        self.asked.addItems(list(labels))
        self.asked.setCurrentIndex(max(0, self.asked.findText(before)))
        self._suggestions.setVisible(bool(labels))

    def sizeHint(self) -> QSize:
        return QSize(300, 420)

    def _build(self) -> None:
        self.title = ElidedLabel("", self)
        font = self.title.font()
        font.setBold(True)
        self.title.setFont(font)
        self.again = QPushButton("Search again", self)
        self.again.setToolTip(
            "Search with the accepted sounds as further examples and the rejected ones as "
            "negative examples"
        )
        self.again.clicked.connect(self.again_requested)
        head = QHBoxLayout()
        head.setSpacing(4)
        head.addWidget(self.title, 1)
        head.addWidget(self.again)

        self.label = QPushButton(self)
        self.label.setToolTip(
            "The class that accepted sounds get; rejected ones are negative examples"
        )
        self.label.clicked.connect(self.label_requested)
        label_row = QHBoxLayout()
        label_row.setSpacing(4)
        label_row.addWidget(PlainLabel("Accept as", self))
        label_row.addWidget(self.label, 1)

        self.table = SearchResultsTable(self)
        self.table.setModel(self.model)
        self.table.setItemDelegate(HitDelegate(self.table))
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.table.setAccessibleName("Similar sounds")
        self.table.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.table.customContextMenuRequested.connect(self._on_menu)
        self.table.entered_row.connect(lambda index: self.opened.emit(index.row()))
        self.table.key_pressed.connect(self.do)
        self.table.selectionModel().currentRowChanged.connect(self._on_current)
        header = self.table.horizontalHeader()
        header.setMinimumSectionSize(20)
        header.setSectionResizeMode(SimilarColumn.FILE, QHeaderView.ResizeMode.Stretch)
        widths = {
            SimilarColumn.STATE: "✓",
            SimilarColumn.SCORE: "0.00 ———",
            SimilarColumn.TIME: "0:00:00.0",
            SimilarColumn.CHANNEL: "mix",
        }
        fit_columns(self.table, widths)
        self.empty = PlainLabel(self)
        self.empty.setTextFormat(Qt.TextFormat.RichText)  # a link
        self.empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.empty.setWordWrap(True)
        self.empty.setMargin(16)
        self.empty.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        self.empty.linkActivated.connect(lambda _link: self.file_requested.emit())
        pages = QWidget(self)
        self._pages = QStackedLayout(pages)
        self._pages.setContentsMargins(0, 0, 0, 0)
        self._pages.addWidget(self.table)
        self._pages.addWidget(self.empty)

        self.buttons: dict[str, IconButton] = {}
        row = QHBoxLayout()
        row.setSpacing(2)
        for name, sign, sign_text, tip in (
            ("play", "play", "▶", "Play (Space)"),
            ("accept", "accept", "✓", "It is the class (A)"),
            ("reject", "reject", "✗", "It is not the class (R)"),
            ("more", "zoom-in", "+", "More like this (+)"),
            ("less", "zoom-out", "−", "Less like this (−)"),
        ):
            button = IconButton(sign, sign_text, tip, self)
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            button.clicked.connect(lambda _on=False, name=name: self.do(name))
            self.buttons[name] = button
            row.addWidget(button)
        thumbnails = IconButton("gallery", "▦", "Show as thumbnails in the gallery", self)
        thumbnails.clicked.connect(self.gallery_requested)
        row.addWidget(thumbnails)
        row.addStretch(1)
        self.train = QPushButton("Train…", self)
        self.train.setToolTip("Train the class on the accepted and rejected sounds")
        self.train.clicked.connect(self.train_requested)
        row.addWidget(self.train)
        self.progress = PlainLabel(self)
        self.progress.setWordWrap(True)
        self.progress.setForegroundRole(QPalette.ColorRole.PlaceholderText)

        self.asked = QComboBox(self)
        self.asked.setAccessibleName("Custom class to label for")
        self.strategy = QComboBox(self)
        self.strategy.setAccessibleName("Strategy")
        for key, words, tip in _STRATEGIES:
            self.strategy.addItem(words, key)
            self.strategy.setItemData(
                self.strategy.count() - 1, plain_tip(tip), Qt.ItemDataRole.ToolTipRole
            )
        self.strategy.setToolTip("How the ten sounds are chosen")
        self.next_ten = QPushButton("Label next ten", self)
        self.next_ten.setToolTip(
            "Show the ten sounds whose labels would help this custom class most"
        )
        self.next_ten.clicked.connect(
            lambda: self.next_requested.emit(str(self.strategy.currentData()))
        )
        self._suggestions = QWidget(self)
        ask = QHBoxLayout(self._suggestions)
        ask.setContentsMargins(0, 0, 0, 0)
        ask.setSpacing(4)
        ask.addWidget(self.asked, 1)
        ask.addWidget(self.strategy)
        ask.addWidget(self.next_ten)
        self._suggestions.hide()

        layout = QVBoxLayout(self)
        layout.setContentsMargins(6, 6, 6, 4)
        layout.setSpacing(4)
        layout.addWidget(self.source)
        layout.addLayout(head)
        layout.addLayout(label_row)
        layout.addWidget(pages, 1)
        layout.addLayout(row)
        layout.addWidget(self.progress)
        layout.addWidget(self._suggestions)

    # Requests

    def do(self, name: str) -> None:
        """Carries out a shortcut or a button on the current row."""
        row = self.row
        if row < 0:
            return
        if name in _STATES:
            self.decided.emit(row, _STATES[name])
        elif name in ("more", "less"):
            self.refined.emit(row, name == "more")
        elif name == "play":
            self.play_requested.emit(row)
        else:
            self.select_row(row + (1 if name == "next" else -1))

    def go_on(self, after: int) -> None:
        """Selects the next unreviewed row; stays if there is none."""
        hits = self._similar.hits
        rows = [*range(after + 1, len(hits)), *range(after)]
        for row in rows:
            if hits[row].state is ReviewState.UNREVIEWED:
                self.select_row(row)
                return

    def _on_current(self, current: Index, _before: Index) -> None:
        valid = current.isValid()
        for button in self.buttons.values():
            button.setEnabled(valid)
        if valid and self.table.hasFocus():
            self.row_chosen.emit()
            if self.autoplay:
                self.play_requested.emit(current.row())

    def _on_menu(self, position: QPoint) -> None:
        index = self.table.indexAt(position)
        if index.isValid():
            self.menu_requested.emit(self.table.viewport().mapToGlobal(position), index.row())

    # Display

    def _on_reset(self) -> None:
        self.table.setColumnHidden(SimilarColumn.CHANNEL, not self.model.has_channels)
        self._show_query()
        self._show_progress()
        for button in self.buttons.values():
            button.setEnabled(False)

    def _show_query(self) -> None:
        similar = self._similar
        self.title.setText(similar.title or "Similar sounds")
        kind = similar.kind
        refinable = kind is ListKind.SIMILAR and bool(similar.positives)
        self.again.setVisible(refinable)
        self.again.setEnabled(refinable and not similar.searching)
        for name in ("more", "less"):
            self.buttons[name].setVisible(refinable)
        if similar.hits:
            self._pages.setCurrentWidget(self.table)
            return
        if similar.searching:
            self.empty.setText("Searching…")
        elif similar.title:
            self.empty.setText("No matches.")
        else:
            of_dataset = self._datasets.source is not None
            where = "the dataset" if of_dataset else "all recordings of the project"
            self.empty.setText(_EMPTY.format(where))
        self._pages.setCurrentWidget(self.empty)

    def _show_label(self) -> None:
        label = self._similar.label
        self.label.setText(label.label.replace("&", "&&") if label else "Choose a class…")

    def _show_progress(self, _row: int = 0) -> None:
        decisions = self._similar.decisions
        self.train.setEnabled(bool(decisions))
        self.again.setEnabled(bool(decisions) and not self._similar.searching)
        if not self._similar.hits:
            self.progress.setText("")
        elif not decisions:
            words = counted(len(self._similar.hits), "sound")
            note = self._similar.note
            self.progress.setText(f"{words}. The search {note}." if note else words)
        else:
            self.progress.setText(progress(decisions, random=self._similar.random).sentence)
