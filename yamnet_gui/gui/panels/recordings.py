"""The list of recordings: those of the project, or opened in this session, and their analysis."""

from collections.abc import Iterable, Mapping
from pathlib import Path

from PySide6.QtCore import QEvent, QPoint, QSize, Qt, Signal
from PySide6.QtGui import QFont, QFontMetrics, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QApplication,
    QComboBox,
    QHBoxLayout,
    QHeaderView,
    QProgressBar,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from yamnet_gui.core.text import counted, grouped
from yamnet_gui.gui.background.debounced import Debounced
from yamnet_gui.gui.jobs.project import RecordingStage
from yamnet_gui.gui.widgets.buttons import IconButton
from yamnet_gui.gui.widgets.fields import SearchField
from yamnet_gui.gui.widgets.file_names import ELIDED, eliding_of
from yamnet_gui.gui.widgets.labels import ElidedLabel
from yamnet_gui.gui.widgets.table_model import Index
from yamnet_gui.gui.widgets.tables import QuietTable, title_width

from .open_name_delegate import OpenNameDelegate
from .recording_filter import LISTED, RecordingsFilter
from .recording_table_model import EVENTS, NAME, PATH_ROLE, STATE, RecordingsModel
from .status import time_left

_STEPS = 1000
_CELL_MARGIN = 8
_STAGES: tuple[tuple[str, RecordingStage | str | None], ...] = (
    ("All states", None),
    *((stage.value, stage) for stage in RecordingStage),
    ("With listed events", LISTED),
)


class RecordingsPanel(QWidget):
    """Recordings to choose from; a double click or Enter asks to open one.

    At the foot all of them can be analysed: start, pause and stop, with progress and time left.
    """

    open_requested = Signal(object)  # Path
    only_selected = Signal(object)  # Path: by a click, which opens nothing
    run_requested = Signal()  # analyse all, pause or resume
    stop_requested = Signal()
    menu_requested = Signal(QPoint, list)  # where, and the chosen files

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.model = RecordingsModel(self)
        self._proxy = RecordingsFilter(self.model, self)
        self.search = SearchField("Filter by name", self)
        self.search.textChanged.connect(self._on_filter)
        self.search.left_down.connect(self._enter_table)
        self.search.returnPressed.connect(self._enter_table)
        self.stages = QComboBox(self)
        self.stages.setAccessibleName("Filter by state")
        self.stages.setToolTip("Show only recordings in this state")
        for text, stage in _STAGES:
            self.stages.addItem(text, stage)
        self.stages.currentIndexChanged.connect(self._on_stage)
        self.table = QuietTable(self)
        self.table.setModel(self._proxy)
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.table.setTextElideMode(ELIDED)
        self.table.setItemDelegateForColumn(NAME, OpenNameDelegate(self.table))
        self.table.setAccessibleName("Recordings")
        header = self.table.horizontalHeader()
        header.setSectionResizeMode(NAME, QHeaderView.ResizeMode.Stretch)
        header.setMinimumSectionSize(8)
        for column in (EVENTS, STATE):
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.Fixed)
        self.table.entered_row.connect(self._on_entered)
        self._clicked: Path | None = None
        self._once = Debounced(self, QApplication.doubleClickInterval(), self._on_clicked_once)
        self.table.clicked.connect(self._on_clicked)
        self.table.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.table.customContextMenuRequested.connect(self._on_menu)
        self.count = ElidedLabel("", self, dim=True, mode=ELIDED)
        self.bar = QProgressBar(self)
        self.bar.setTextVisible(False)
        self.bar.setFixedHeight(3)
        self.bar.setAccessibleName("Progress of all recordings")
        self.run = IconButton("analyse", "▶", "Analyse all recordings", self)
        self.run.clicked.connect(self.run_requested)
        self.stop = IconButton("stop", "■", "Stop analysing all recordings", self)
        self.stop.clicked.connect(self.stop_requested)
        self._batch = ""
        foot = QHBoxLayout()
        foot.setSpacing(2)
        foot.addWidget(self.count, 1)
        foot.addWidget(self.run)
        foot.addWidget(self.stop)
        filters = QHBoxLayout()
        filters.setSpacing(4)
        for field, share in ((self.search, 3), (self.stages, 2)):
            field.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
            filters.addWidget(field, share)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(6, 6, 6, 4)
        layout.setSpacing(4)
        layout.addLayout(filters)
        layout.addWidget(self.table, 1)
        layout.addWidget(self.bar)
        layout.addLayout(foot)
        self.show_batch(running=False, paused=False)

    def set_files(self, paths: Iterable[Path]) -> None:
        """Lists these recordings."""
        self.model.set_files(paths)
        self._on_files()

    def add_file(self, path: Path) -> None:
        """Lists one more recording, if it is not there yet."""
        self.model.add(path)
        self._on_files()

    def add_files(self, paths: Iterable[Path]) -> None:
        """Lists more recordings, each once, behind those that are listed."""
        self.model.set_files([*self.model.paths, *paths])
        self._on_files()

    @property
    def files(self) -> list[Path]:
        """Every recording of the list."""
        return self.model.paths

    @property
    def chosen(self) -> list[Path]:
        """The selected recordings."""
        rows = sorted(index.row() for index in self.table.selectionModel().selectedRows())
        return [self._proxy.index(row, NAME).data(PATH_ROLE) for row in rows]

    def set_state(self, path: Path, text: str, tip: str = "") -> None:
        """The state of a recording in a word or two; the tooltip may have more."""
        self.set_states({path: (text, tip)})

    def set_states(self, states: Mapping[Path, tuple[str, str]]) -> None:
        """The same of many at once."""
        self.model.set_states(states)
        self._fit_states()

    def set_events(self, counts: Mapping[Path, int | None]) -> None:
        """How many events each recording has."""
        self.model.set_events(counts)
        self._fit_states()

    def set_listed(self, counts: Mapping[Path, int] | None) -> None:
        """How many of each recording's events another table lists; None where it filters none."""
        self.model.set_listed(counts)
        self._fit_states()
        self._show_count()

    def show_note(self, text: str) -> None:
        """What is being done with the list; "" where nothing is."""
        self._batch = text
        self._show_count()

    def show_batch(
        self,
        *,
        running: bool,
        paused: bool,
        fraction: float = 0.0,
        text: str = "",
        left_s: float | None = None,
    ) -> None:
        """Whether all recordings are being analysed, how far (0 to 1), and how long it takes."""
        active = running or paused
        self.run.show_icon("pause" if running else "analyse")
        self.run.setToolTip(
            "Pause" if running else "Resume analysis" if paused else "Analyse all recordings"
        )
        self.run.setAccessibleName(self.run.toolTip())
        self.stop.setVisible(active)
        self.bar.setVisible(active)
        self.bar.setRange(0, _STEPS)
        self.bar.setValue(round(fraction * _STEPS))
        left = "paused" if paused else time_left(left_s) if left_s is not None else ""
        self._batch = " · ".join(part for part in (text, left) if part) if active else ""
        self._show_count()

    def set_current(self, path: Path | None) -> None:
        """Marks the recording that is open and brings it into view."""
        self.model.set_current(path)
        self._fit_states()
        row = self.model.row_of(path) if path else None
        if row is not None:
            index = self._proxy.mapFromSource(self.model.index(row, NAME))
            if index.isValid():
                self.table.setCurrentIndex(index)

    def step(self, by: int) -> None:
        """Asks for the recording that stands `by` rows from the current one in the list."""
        row = self.table.currentIndex().row() + by
        if 0 <= row < self._proxy.rowCount():
            self.open_requested.emit(self._proxy.index(row, NAME).data(PATH_ROLE))

    def sizeHint(self) -> QSize:
        return QSize(280, 260)

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._fit_states()
        super().resizeEvent(event)
        if self.table.currentIndex().isValid():
            self.table.scrollTo(self.table.currentIndex())

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() is QEvent.Type.FontChange:
            self._fit_states()

    def _on_files(self) -> None:
        self.table.setTextElideMode(eliding_of(path.name for path in self.model.paths))
        self._show_count()

    def _fit_states(self) -> None:
        """Gives the states what they need, but never most of the room."""
        font = QFont(self.table.font())
        font.setBold(True)
        usual, metrics = self.table.fontMetrics(), QFontMetrics(font)
        widths = [usual.horizontalAdvance(text) for text in self.model.states]
        widest = max(*widths, metrics.horizontalAdvance(self.model.current_state), 0)
        width = min(widest + _CELL_MARGIN, self.width() * 2 // 5)
        self.table.setColumnWidth(STATE, max(width, title_width(self.table, STATE)))
        most = self.model.most_events
        room = metrics.horizontalAdvance(grouped(most)) + _CELL_MARGIN if most is not None else 0
        self.table.setColumnWidth(EVENTS, max(room, title_width(self.table, EVENTS)))
        self.table.setColumnHidden(EVENTS, most is None)

    def _on_menu(self, position: QPoint) -> None:
        self.menu_requested.emit(self.table.viewport().mapToGlobal(position), self.chosen)

    def _on_filter(self, text: str) -> None:
        self._proxy.setFilterFixedString(text.strip())
        self._show_count()

    def _on_stage(self, _row: int) -> None:
        self._proxy.set_stage(self.stages.currentData())
        self._show_count()

    def _on_clicked(self, index: Index) -> None:
        self._clicked = index.data(PATH_ROLE)
        self._once.start()

    def _on_clicked_once(self) -> None:
        path = self._clicked
        if path is not None and path != self.model.current and self.chosen == [path]:
            self.only_selected.emit(path)

    def _on_entered(self, index: Index) -> None:
        self._once.stop()
        self.open_requested.emit(index.data(PATH_ROLE))

    def _enter_table(self) -> None:
        if self._proxy.rowCount():
            self.table.setFocus(Qt.FocusReason.TabFocusReason)
            if not self.table.currentIndex().isValid():
                self.table.selectRow(0)

    def _show_count(self) -> None:
        if self._batch:
            self.count.setText(self._batch)
            return
        total, shown = self.model.rowCount(), self._proxy.rowCount()
        text = counted(total, "recording")
        if shown != total:
            text += f" · {grouped(shown)} shown"
        listed = self.model.listed
        if listed is not None:
            events = sum(listed.get(path, 0) for path in self.model.paths)
            text += f" · {counted(events, 'listed event')}"
        self.count.setText(text if total else "Open a file or a folder")
