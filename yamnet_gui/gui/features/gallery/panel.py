"""The panel of the gallery: what to list, the grid, and steps on what is selected."""

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import QEvent, QPoint, QSignalBlocker, QSize, Qt, Signal
from PySide6.QtGui import QHideEvent, QPalette, QResizeEvent, QShowEvent
from PySide6.QtWidgets import (
    QBoxLayout,
    QComboBox,
    QHBoxLayout,
    QPushButton,
    QSlider,
    QStackedLayout,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from yamnet_gui.core.events import ReviewState
from yamnet_gui.core.text import counted, grouped
from yamnet_gui.gui.panels.event_table_model import STATE_CHOICES
from yamnet_gui.gui.theme import state_mark
from yamnet_gui.gui.widgets.buttons import IconButton
from yamnet_gui.gui.widgets.channel_box import ChannelBox
from yamnet_gui.gui.widgets.escape import leave_by_escape
from yamnet_gui.gui.widgets.labels import ElidedLabel
from yamnet_gui.gui.widgets.plain_text import PlainLabel, plain_tip
from yamnet_gui.gui.widgets.searched_box import SearchedBox
from yamnet_gui.labels.project import ClassCounts

from .grid import CardGrid
from .items import WHOLE
from .listing import ORDERS, Choice, Kind
from .model import GalleryModel
from .painter import CardPainter
from .sources import Order

SMALLEST, USUAL, LARGEST, STEP = 90, 160, 360, 10
"""Pixels across of a thumbnail, and by how many it grows at a time."""
SPANS = ((1.0, "1 s"), (2.0, "2 s"), (4.0, "4 s"), (10.0, "10 s"), (WHOLE, "Whole event"))
USUAL_SPAN = 1
_MOST_REMEMBERED = 10_000
_ONE_ROW = 900
"""Pixels from which all choices stand side by side."""
_KINDS = (
    (Kind.EVENTS, "As in All events", "What the table of all events lists now, with its filter"),
    (Kind.CLASS, "One class", "All events of a class in all recordings"),
    (Kind.QUEUE, "Review queue", "The events of the review queue"),
    (Kind.SIMILAR, "Similar sounds", "The list of similar sounds, or what a lasso selected"),
)
_ORDERS = {
    Order.LISTED: "As listed",
    Order.SIMILARITY: "Most similar first",
    Order.SCORE: "Highest score first",
    Order.LOW_SCORE: "Lowest score first",
    Order.TIME: "By recording and time",
    Order.LABEL: "By class",
    Order.DURATION: "Longest first",
}
_EMPTY = {
    Kind.EVENTS: "No events: analyse recordings, or clear the filter of All events.",
    Kind.CLASS: "Choose a class of which there are events.",
    Kind.QUEUE: "There is no review queue: choose an order of review in the panel Events.",
    Kind.SIMILAR: "Nothing listed: find similar sounds (Ctrl+F), or draw a lasso on the sound map.",
}
_DECISIONS = (
    ("accept", "Accept", ReviewState.ACCEPTED, "Accept what is selected (A)"),
    ("reject", "Reject", ReviewState.REJECTED, "Reject what is selected (R)"),
    ("uncertain", "Uncertain", ReviewState.UNCERTAIN, "Mark what is selected as uncertain (U)"),
)


class GalleryPanel(QWidget):
    """Shows the cards of a model; requests everything else."""

    choice_changed = Signal(object)  # Choice
    refresh_requested = Signal()
    size_changed = Signal(int)
    span_changed = Signal(float)
    decided = Signal(object)  # ReviewState
    relabel_requested = Signal()
    undo_requested = Signal()
    menu_requested = Signal(QPoint)
    hover_switched = Signal(bool)
    seen = Signal(bool)  # whether it can be seen now
    left = Signal()  # Escape: back to the recording

    def __init__(
        self, model: GalleryModel, painter: CardPainter, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.model = model
        self.painter = painter
        self._kind = Kind.EVENTS
        self._build()
        leave_by_escape(self, self.left.emit)
        self._chosen: frozenset[int] = frozenset()
        model.modelAboutToBeReset.connect(self._remember)
        model.modelReset.connect(self._restore)
        self.grid.selectionModel().selectionChanged.connect(lambda *_: self._show_count())
        self._style()

    @property
    def choice(self) -> Choice:
        """What is chosen to be listed."""
        return Choice(
            Kind(self.kinds.currentData()),
            str(self.classes.currentData() or ""),
            STATE_CHOICES[self.states.currentIndex()][1],
            Order(self.orders.currentData()),
            self.channels.value,
        )

    @property
    def span_s(self) -> float:
        """How many seconds each thumbnail shows."""
        return float(self.spans.currentData())

    def show_choice(self, choice: Choice) -> None:
        """Shows what is listed, without a signal."""
        self._kind = choice.kind
        self.kinds.setCurrentIndex(self.kinds.findData(choice.kind))
        self.classes.setVisible(choice.kind is Kind.CLASS)
        self.states.setVisible(choice.kind is not Kind.SIMILAR)
        if choice.channels is None:
            with QSignalBlocker(self.channels):
                self.channels.choose_all()
        self._show_channels()
        if choice.label and self.classes.findData(choice.label) < 0:
            self.classes.addItem(choice.label, choice.label)
        self.classes.setCurrentIndex(self.classes.findData(choice.label))
        self.states.setCurrentIndex([s for _, s in STATE_CHOICES].index(choice.states))
        self.orders.clear()
        for order in ORDERS[choice.kind]:
            self.orders.addItem(_ORDERS[order], order)
        self.orders.setCurrentIndex(max(self.orders.findData(choice.order), 0))
        self._show_count()

    def set_classes(self, counts: Sequence[ClassCounts]) -> None:
        """Classes to choose from, those with most events first."""
        chosen = self.classes.currentData()
        if self.classes.in_use:
            return
        self.classes.clear()
        for one in sorted(counts, key=lambda c: (-c.total, c.label)):
            self.classes.addItem(f"{one.label} · {grouped(one.total)}", one.label)
        if chosen and self.classes.findData(chosen) < 0:
            self.classes.addItem(chosen, chosen)
        self.classes.setCurrentIndex(self.classes.findData(chosen))

    def set_channels(self, channels: frozenset[int | None]) -> None:
        """What the events of the project are of."""
        self.channels.offer(channels)
        self._show_channels()

    def _show_channels(self) -> None:
        self.channels.setVisible(self._kind is not Kind.SIMILAR and self.channels.count() > 1)

    def set_message(self, text: str, undo: bool) -> None:
        """What the last step did, with a button to undo it."""
        self.message.setText(text)
        self.undo.setVisible(undo)

    def sizeHint(self) -> QSize:
        return QSize(620, 420)

    def minimumSizeHint(self) -> QSize:
        return QSize(260, 220)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.seen.emit(True)

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.seen.emit(False)

    def resizeEvent(self, event: QResizeEvent) -> None:
        side_by_side = self.width() >= _ONE_ROW
        style = Qt.ToolButtonStyle
        for button in self.buttons:
            button.setToolButtonStyle(
                style.ToolButtonTextBesideIcon if side_by_side else style.ToolButtonIconOnly
            )
        direction = QBoxLayout.Direction
        self._bars.setDirection(direction.LeftToRight if side_by_side else direction.TopToBottom)
        super().resizeEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        kinds = (QEvent.Type.PaletteChange, QEvent.Type.FontChange)
        if event.type() in kinds and hasattr(self, "grid"):
            self._style()

    def _style(self) -> None:
        self.painter.set_fonts(self.grid.font(), self.palette())
        self._set_card()
        self.grid.viewport().update()

    def _set_card(self) -> None:
        wide = self.zoom.value() // STEP * STEP
        self.grid.set_card(self.painter.size_for(wide))
        self.size_changed.emit(wide)

    def _build(self) -> None:
        self.grid = CardGrid(self.painter, self)
        self.grid.setModel(self.model)
        self.grid.setAccessibleName("Thumbnails")
        self.grid.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.grid.customContextMenuRequested.connect(
            lambda at: self.menu_requested.emit(self.grid.viewport().mapToGlobal(at))
        )
        self.grid.zoomed.connect(lambda by: self.zoom.setValue(self.zoom.value() + by * 2 * STEP))
        self.empty = PlainLabel(self)
        self.empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.empty.setWordWrap(True)
        self.empty.setMargin(16)
        self.empty.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        pages = QWidget(self)
        self._pages = QStackedLayout(pages)
        self._pages.setContentsMargins(0, 0, 0, 0)
        self._pages.addWidget(self.grid)
        self._pages.addWidget(self.empty)
        self._bars = QBoxLayout(QBoxLayout.Direction.TopToBottom)
        self._bars.setSpacing(4)
        self._bars.addLayout(self._make_choices(), 3)
        self._bars.addLayout(self._make_view(), 2)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(6, 6, 6, 4)
        layout.setSpacing(4)
        layout.addLayout(self._bars)
        layout.addWidget(pages, 1)
        layout.addLayout(self._make_foot())

    def _make_choices(self) -> QHBoxLayout:
        self.kinds = self._box("What to show")
        for kind, text, tip in _KINDS:
            self.kinds.addItem(text, kind)
            tips = Qt.ItemDataRole.ToolTipRole
            self.kinds.setItemData(self.kinds.count() - 1, plain_tip(tip), tips)
        self.classes = SearchedBox(self)
        self._set_up(self.classes, "Class to show: type to search")
        self.classes.field.setPlaceholderText("Class…")
        self.classes.hide()
        self.states = self._box("Filter by state")
        self.states.addItems([text for text, _ in STATE_CHOICES])
        self.channels = ChannelBox(self)
        self.channels.chosen.connect(self._on_chosen)
        self.orders = self._box("Sort thumbnails")
        row = QHBoxLayout()
        row.setSpacing(4)
        for box in (self.kinds, self.classes, self.states, self.orders):
            row.addWidget(box, 1)
            box.activated.connect(self._on_chosen)
        row.insertWidget(row.count() - 1, self.channels, 1)
        return row

    def _make_view(self) -> QHBoxLayout:
        self.spans = self._box("Seconds that each thumbnail shows")
        for seconds, text in SPANS:
            self.spans.addItem(text, seconds)
        self.spans.setCurrentIndex(USUAL_SPAN)
        self.spans.currentIndexChanged.connect(lambda: self.span_changed.emit(self.span_s))
        self.hear = QToolButton(self)
        self.hear.setText("Hear")
        self.hear.setToolTip("Play the thumbnail under the pointer (Space plays the chosen one)")
        self.hear.setCheckable(True)
        self.hear.setAutoRaise(True)
        self.hear.toggled.connect(self.hover_switched)
        again = IconButton("undo", "⟳", "Look up again what is listed", self)
        again.clicked.connect(self.refresh_requested)
        self.zoom = QSlider(Qt.Orientation.Horizontal, self)
        self.zoom.setRange(SMALLEST, LARGEST)
        self.zoom.setSingleStep(STEP)
        self.zoom.setPageStep(4 * STEP)
        self.zoom.setValue(USUAL)
        self.zoom.setAccessibleName("Size of the thumbnails")
        self.zoom.setToolTip("Size of the thumbnails (Ctrl with the wheel)")
        self.zoom.setMinimumWidth(60)
        self.zoom.valueChanged.connect(lambda _value: self._set_card())
        row = QHBoxLayout()
        row.setSpacing(4)
        row.addWidget(self.spans)
        row.addWidget(self.hear)
        row.addWidget(again)
        row.addWidget(self.zoom, 1)
        return row

    def _make_foot(self) -> QHBoxLayout:
        self.count = PlainLabel(self)
        self.count.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        self.message = ElidedLabel("", self, align=Qt.AlignmentFlag.AlignRight)
        self.undo = QPushButton("Undo", self)
        self.undo.setToolTip("Take the last step back (Ctrl+Z)")
        self.undo.clicked.connect(self.undo_requested)
        self.undo.hide()
        row = QHBoxLayout()
        row.setSpacing(2)
        row.addWidget(self.count)
        row.addWidget(self.message, 1)
        row.addWidget(self.undo)
        self.buttons: list[IconButton] = []
        for name, text, state, tip in _DECISIONS:
            button = IconButton(name, state_mark(state), tip, self)
            button.setText(text)
            button.clicked.connect(lambda _on=False, s=state: self.decided.emit(s))
            self.buttons.append(button)
        relabel = IconButton("search", "/", "Give what is selected another class… (/)", self)
        relabel.setText("Relabel…")
        relabel.clicked.connect(self.relabel_requested)
        self.buttons.append(relabel)
        for button in self.buttons:
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # keys stay those of the grid
            row.addWidget(button)
        return row

    def _box(self, name: str) -> QComboBox:
        box = QComboBox(self)
        self._set_up(box, name)
        return box

    def _set_up(self, box: QComboBox, name: str) -> None:
        box.setAccessibleName(name)
        box.setToolTip(plain_tip(name))
        box.setMinimumContentsLength(6)
        box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)

    def _on_chosen(self) -> None:
        choice = self.choice
        if choice.order not in ORDERS[choice.kind] or choice.kind is not self._kind:
            choice = replace(choice, order=ORDERS[choice.kind][0])
        self.show_choice(choice)
        self.choice_changed.emit(choice)

    def _remember(self) -> None:
        few = self.grid.selected_count <= _MOST_REMEMBERED
        self._chosen = self.model.keys_of(self.grid.selected) if few else frozenset()

    def _restore(self) -> None:
        """What was selected stays so, where it is listed still."""
        if self._chosen:
            self.grid.select_rows(self.model.rows_of(self._chosen))
        self._show_count()

    def _show_count(self) -> None:
        shown, chosen = self.model.rowCount(), self.grid.selected_count
        words = counted(shown, "sound")
        if chosen:
            words += f" · {grouped(chosen)} selected"
        self.count.setText(words)
        for button in self.buttons:
            button.setEnabled(chosen > 0)
        self.empty.setText(_EMPTY[Kind(self.kinds.currentData())])
        self._pages.setCurrentWidget(self.grid if shown else self.empty)
