"""The list of classes: search, tick, thresholds, what was heard."""

from PySide6.QtCore import (
    QEvent,
    QItemSelectionModel,
    QPoint,
    QSignalBlocker,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QHBoxLayout,
    QHeaderView,
    QVBoxLayout,
    QWidget,
)

from yamnet_gui.core.text import counted, grouped
from yamnet_gui.gui.background.debounced import Debounced
from yamnet_gui.gui.state.class_map import ClassMapState
from yamnet_gui.gui.state.class_view import ClassOrder, ClassView, Showing
from yamnet_gui.gui.state.document import AnalysisState, Document
from yamnet_gui.gui.state.rules import Rules
from yamnet_gui.gui.widgets.fields import SearchField
from yamnet_gui.gui.widgets.number_box import WholeBox
from yamnet_gui.gui.widgets.table_model import Index
from yamnet_gui.gui.widgets.tables import QuietTree

from .class_branches import OpenBranches
from .class_cells import ClassColumn
from .class_delegate import ClassDelegate
from .class_menu import ClassMenu
from .class_table_model import ClassTableModel
from .score_channel_box import ScoreChannelBox
from .threshold_row import ThresholdRow

_COALESCED_MS = 350
_ORDERS = (
    (ClassOrder.BEST, "Sort by best score"),
    (ClassOrder.MEAN, "Sort by mean score"),
    (ClassOrder.COUNT, "Sort by number of events"),
    (ClassOrder.NAME, "Sort by name"),
    (ClassOrder.ONTOLOGY, "Ontology tree"),
)
_SHOWINGS = (
    (Showing.BEST, "Show top classes"),
    (Showing.CURSOR, "Show top classes at the cursor"),
    (Showing.EVENTS, "Show classes with events"),
    (Showing.TICKED, "Show ticked classes"),
)


class ClassesPanel(QWidget):
    """All classes; requests thresholds, and sets in the class view what is shown and selected."""

    threshold_requested = Signal(object, float)  # class index | None for all, value
    class_cleared = Signal(int)
    order_changed = Signal(object, object, bool)
    """Classes from the top, those of them in colour, and whether the list was made anew: of another
    recording, or in another kind of order."""

    def __init__(
        self,
        class_map: ClassMapState,
        class_view: ClassView,
        rules: Rules,
        document: Document,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._class_map = class_map
        self._view = class_view
        self._rules = rules
        self._document = document
        self._made: tuple[object, ...] = ()
        self._arriving = False  # results of another recording, which sort the list anew
        self.model = ClassTableModel(class_map, class_view, rules, document, self)
        self.model.threshold_edited.connect(self._on_edited)
        self.model.figures_changed.connect(self._on_figures)
        self._later = Debounced(self, _COALESCED_MS, self.refresh)
        self._painted_rules = rules.rule_set
        self._build()
        self._branches = OpenBranches(self.tree, self.model)
        self._branches.restored.connect(self._on_chosen)
        self.class_menu = ClassMenu(self.tree, self.model, class_map, class_view, rules)
        self.class_menu.class_cleared.connect(self.class_cleared)
        document.scores_changed.connect(self._refresh_soon)
        document.events_changed.connect(self._refresh_soon)
        document.recording_changed.connect(self._on_recording)
        document.analysis_changed.connect(self._refresh_soon)
        class_view.shown_changed.connect(self._refresh_soon)
        class_view.options_changed.connect(self._on_options)
        class_view.chosen_changed.connect(self._on_chosen)
        rules.changed.connect(self._on_rules)
        self._on_rules()
        self._on_options()
        self._branches.restore()

    def refresh(self) -> None:
        """Reads the owners at once; otherwise that happens a few times a second."""
        self._later.stop()
        self.model.refresh()
        if self._arriving:
            self.tree.scrollTo(self.tree.currentIndex())
            whole = self._document.state is AnalysisState.COMPLETE
            self._arriving = not whole or self._document.loading_events
        if self._document.state is AnalysisState.RUNNING:
            return  # else colours would not keep still
        recording = self._document.recording
        path = recording.info.path if recording else None
        # colours keep still where a class is trained: only the model's own make another list
        made = path, self._view.order, self._class_map.model_classes
        anew, self._made = made != self._made, made
        self.order_changed.emit(self.model.order, self.model.colored, anew)

    def sizeHint(self) -> QSize:
        return QSize(280, 480)

    def _build(self) -> None:
        self.search = SearchField("Search classes", self)
        self._show_count()
        self.model.modelReset.connect(self._show_count)
        self.search.textChanged.connect(self.model.set_search)
        self.search.left_down.connect(self._enter_tree)
        self.search.returnPressed.connect(self._enter_tree)
        self.showing = QComboBox(self)
        self.showing.setAccessibleName("Classes in the score track")
        self.showing.setToolTip("Classes shown as rows in the score track")
        for showing, text in _SHOWINGS:
            self.showing.addItem(text, showing)
        self.showing.setMinimumContentsLength(8)
        self.showing.activated.connect(self._on_showing)
        self.limit = WholeBox(self)
        self.limit.setRange(1, 60)
        self.limit.setAccessibleName("Rows in the score track")
        self.limit.setToolTip("Maximum number of rows in the score track")
        self.limit.valueChanged.connect(self._on_limit)
        self.order = QComboBox(self)
        self.order.setAccessibleName("Sort order of the classes")
        self.order.setToolTip("How to sort the list of classes")
        for order, text in _ORDERS:
            self.order.addItem(text, order)
        self.order.setMinimumContentsLength(8)
        self.order.activated.connect(self._on_order)

        self.channel = ScoreChannelBox(self._document, self)
        self.tree = QuietTree(self)
        self.tree.setModel(self.model)
        self.tree.setItemDelegate(ClassDelegate(self.tree))
        self.tree.setAccessibleName("Classes")
        self.tree.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.tree.setEditTriggers(
            QAbstractItemView.EditTrigger.DoubleClicked
            | QAbstractItemView.EditTrigger.EditKeyPressed
        )
        self.tree.setExpandsOnDoubleClick(False)
        self.tree.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.tree.customContextMenuRequested.connect(self._on_menu)
        self.tree.selectionModel().currentChanged.connect(self._on_current)
        self._fit_columns()

        self.threshold = ThresholdRow(self)
        self.threshold.changed.connect(self._on_threshold)

        first, second = QHBoxLayout(), QHBoxLayout()
        for row in (first, second):
            row.setSpacing(4)
        first.addWidget(self.showing, 1)
        first.addWidget(self.limit)
        second.addWidget(self.order, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(6, 6, 6, 6)
        layout.setSpacing(4)
        layout.addWidget(self.search)
        layout.addLayout(first)
        layout.addLayout(second)
        layout.addWidget(self.channel)
        layout.addWidget(self.tree, 1)
        layout.addWidget(self.threshold)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() is QEvent.Type.FontChange:
            self._fit_columns()

    def _fit_columns(self) -> None:
        header = self.tree.header()
        header.setStretchLastSection(False)
        header.setMinimumSectionSize(24)
        header.setSectionResizeMode(ClassColumn.NAME, QHeaderView.ResizeMode.Stretch)
        metrics = self.fontMetrics()
        for column, text in (
            (ClassColumn.THRESHOLD, "0.000"),
            (ClassColumn.COUNT, grouped(max(len(self._document.events), 100))),
            (ClassColumn.BEST, "0.00"),
        ):
            wide = metrics.horizontalAdvance(text) + 12
            if wide != header.sectionSize(column):
                header.resizeSection(column, wide)

    def _on_recording(self) -> None:
        self._arriving = True
        self._refresh_soon()

    def _refresh_soon(self) -> None:
        self._later.start_once()

    def _on_figures(self) -> None:
        self._fit_columns()
        self.tree.viewport().update()

    def _on_options(self) -> None:
        for box, value in ((self.showing, self._view.showing), (self.order, self._view.order)):
            box.setCurrentIndex(box.findData(value))
        with QSignalBlocker(self.limit):
            self.limit.setValue(self._view.limit)
        self.limit.setEnabled(self._view.showing is not Showing.TICKED)
        self.tree.setRootIsDecorated(self._view.order is ClassOrder.ONTOLOGY)
        self.refresh()

    def _on_rules(self) -> None:
        before, self._painted_rules = self._painted_rules, self._rules.rule_set
        self.threshold.show_value(self._rules.rule_set.default.on or 0.0)
        changed = before.changed_classes(self._painted_rules, len(self._class_map.value))
        self._repaint_thresholds(None if self.model.tree else changed)
        self._refresh_soon()

    def _repaint_thresholds(self, classes: set[int] | None) -> None:
        """Thresholds are read as they are painted; a line that is dragged changes nothing else.

        None: those of all classes, or of one that may have several rows.
        """
        view = self.tree.viewport()
        left = self.tree.columnViewportPosition(ClassColumn.THRESHOLD)
        wide = self.tree.columnWidth(ClassColumn.THRESHOLD)
        if classes is None:
            view.update(left, 0, wide, view.height())
            return
        for class_index in classes:
            row = self.tree.visualRect(self.model.index_of(class_index))
            view.update(left, row.top(), wide, row.height())

    def _on_threshold(self, value: float) -> None:
        self.threshold_requested.emit(None, value)

    def _show_count(self) -> None:
        self.search.setPlaceholderText(f"Search {counted(len(self._class_map.value), 'class')}")

    def _on_edited(self, class_index: int, value: float) -> None:
        self.threshold_requested.emit(class_index, value)

    def _on_showing(self, row: int) -> None:
        self._view.set_options(showing=Showing(self.showing.itemData(row)))

    def _on_limit(self, count: int) -> None:
        self._view.set_options(limit=count)

    def _on_order(self, row: int) -> None:
        self._view.set_options(order=ClassOrder(self.order.itemData(row)))

    def _enter_tree(self) -> None:
        """Moves to the list and selects the first class that matches."""
        index = self.tree.currentIndex()
        if not index.isValid() or self.model.class_at(index) is None:
            index = self.model.index(0, 0)
            while index.isValid() and self.model.class_at(index) is None:
                index = self.tree.indexBelow(index)
        if index.isValid():
            self.tree.setCurrentIndex(index)
            self.tree.setFocus(Qt.FocusReason.TabFocusReason)

    def _on_current(self, index: Index) -> None:
        chosen = self.model.class_at(index)
        if chosen is not None:
            self._view.choose(chosen)

    def _on_chosen(self) -> None:
        chosen = self._view.chosen
        if chosen is not None and self.model.class_at(self.tree.currentIndex()) == chosen:
            return
        if self._later.active:
            self.refresh()  # so that the list scrolls to where the class is going to stand
        index = self.model.index_of(chosen)
        flags = QItemSelectionModel.SelectionFlag
        self.tree.selectionModel().setCurrentIndex(index, flags.ClearAndSelect | flags.Rows)
        if index.isValid():
            self.tree.scrollTo(index)

    def _on_menu(self, position: QPoint) -> None:
        index = self.tree.indexAt(position)
        self.class_menu.at(index).popup(self.tree.viewport().mapToGlobal(position))
