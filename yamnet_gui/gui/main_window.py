"""Places menus, toolbar, panels and tracks; decides nothing."""

from collections.abc import Mapping

from PySide6.QtCore import QByteArray, QChildEvent, QPoint, QSize, Qt, Signal
from PySide6.QtGui import (
    QCloseEvent,
    QDragEnterEvent,
    QDropEvent,
)
from PySide6.QtWidgets import (
    QDockWidget,
    QMainWindow,
    QSizePolicy,
    QStackedWidget,
    QTabBar,
    QToolBar,
    QVBoxLayout,
    QWidget,
)

from .actions import TOOLBAR
from .state.settings import Settings
from .window_actions import WindowActions

_LEFT, _RIGHT = Qt.DockWidgetArea.LeftDockWidgetArea, Qt.DockWidgetArea.RightDockWidgetArea
_LAYOUT_VERSION = 2  # counts up when panels come or go: a layout without them would hide them
_PANEL_WIDTH = 270
_WIDEST_PANEL = 360


class MainWindow(QMainWindow):
    """A frame for what it is given: actions by the table, docks, a page for an empty window."""

    files_dropped = Signal(list)  # list[str]
    closing = Signal()

    def __init__(self, settings: Settings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._settings = settings
        self.setObjectName("main window")
        self.setAcceptDrops(True)
        self.setDockNestingEnabled(True)
        self.setWindowTitle("yamnet_gui")
        self._docks: dict[str, QDockWidget] = {}
        self._pages = QStackedWidget()
        self._top = QWidget()
        self._layout = QVBoxLayout(self._top)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(0)
        self._layout.addWidget(self._pages, 1)
        self.setCentralWidget(self._top)
        self.window_actions = WindowActions(self, settings)
        self.actions_by_id = self.window_actions.by_id
        self.menus = self.window_actions.menus

    @property
    def middle(self) -> QWidget:
        """What holds the tracks, or the page of an empty window."""
        return self._top

    def set_pages(self, empty: QWidget, tracks: QWidget) -> None:
        """The page of an empty window, and the tracks."""
        self._pages.addWidget(empty)
        self._pages.addWidget(tracks)

    def show_tracks(self, shown: bool) -> None:
        self._pages.setCurrentIndex(1 if shown else 0)

    def add_panel(
        self,
        name: str,
        title: str,
        panel: QWidget,
        left: bool,
        *,
        behind: str = "",
        hidden: bool = False,
    ) -> None:
        """A side panel that can be moved, hidden and comes back where it was.

        `behind`: the name of a panel to stand behind as a tab. `hidden`: until it is wanted.
        """
        dock = QDockWidget(title, self)
        dock.setObjectName(name)
        dock.setWidget(panel)
        self.addDockWidget(_LEFT if left else _RIGHT, dock)
        if behind:
            self.tabifyDockWidget(self._docks[behind], dock)
            self._docks[behind].raise_()
        if hidden:
            dock.hide()
        self._docks[name] = dock
        action = dock.toggleViewAction()
        action.setText(f"Panel: {title}")
        self.menus["View"].addAction(action)

    def show_panel(self, name: str) -> None:
        """Brings a panel to the front, wherever it is."""
        dock = self._docks[name]
        dock.show()
        if dock.isFloating():
            dock.activateWindow()
        else:
            dock.raise_()

    def float_panel(self, name: str) -> None:
        """Takes a panel out into a large window of its own, or puts it back."""
        dock = self._docks[name]
        dock.setFloating(not dock.isFloating())
        if dock.isFloating():
            size = QSize(min(900, self.width() * 5 // 8), min(760, self.height() * 4 // 5))
            dock.resize(size)
            corner = QPoint(self.width() - size.width() - 16, self.height() - size.height() - 40)
            dock.move(self.mapToGlobal(corner))
        self.show_panel(name)

    def make_toolbar(self, widgets: Mapping[str, QWidget]) -> None:
        """The toolbar of the table, with the widgets that it names."""
        bar = QToolBar("Toolbar", self)
        bar.setObjectName("toolbar")
        bar.setMovable(False)
        bar.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonIconOnly)
        for name in TOOLBAR:
            if name == "|":
                bar.addSeparator()
            elif name == " ":
                space = QWidget()
                space.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
                bar.addWidget(space)
            elif name in self.actions_by_id:
                bar.addAction(self.actions_by_id[name])
            elif name in widgets:
                bar.addWidget(widgets[name])
        self.addToolBar(bar)
        self.toolbar = bar
        self.menus["View"].addAction(bar.toggleViewAction())

    def restore_layout(self) -> None:
        """Size and panels as they were left, or a good start."""
        geometry = self._settings.bytes("geometry")
        if geometry.isEmpty() or not self.restoreGeometry(geometry):
            self.resize(1440, 900)
        state = self._settings.bytes("docks")
        if state.isEmpty() or not self.restoreState(state, _LAYOUT_VERSION):
            self.arrange()

    def arrange(self) -> None:
        """The usual widths and heights of the panels."""
        docks = [d for d in self._docks.values() if not d.isFloating()]
        if docks:
            wide = min(max(self.width() // 5, _PANEL_WIDTH), _WIDEST_PANEL)
            self.resizeDocks(docks, [wide] * len(docks), Qt.Orientation.Horizontal)
        tall = {"recordings": 130, "classes": 520, "events": 430, "inspector": 260}
        for left in (_LEFT, _RIGHT):
            side = [d for d in docks if self.dockWidgetArea(d) == left]
            self.resizeDocks(
                side, [tall.get(d.objectName(), 300) for d in side], Qt.Orientation.Vertical
            )

    def save_layout(self) -> None:
        self._settings.set_bytes("geometry", QByteArray(self.saveGeometry()))
        self._settings.set_bytes("docks", QByteArray(self.saveState(_LAYOUT_VERSION)))

    def childEvent(self, event: QChildEvent) -> None:
        """Tabs of panels keep their names whole; where there is no room for all, they scroll."""
        bar = event.child()
        if event.polished() and isinstance(bar, QTabBar):
            bar.setElideMode(Qt.TextElideMode.ElideNone)
            bar.setUsesScrollButtons(True)
        super().childEvent(event)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if any(url.isLocalFile() for url in event.mimeData().urls()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        paths = [url.toLocalFile() for url in event.mimeData().urls() if url.isLocalFile()]
        if paths:
            event.acceptProposedAction()
            self.files_dropped.emit(paths)

    def closeEvent(self, event: QCloseEvent) -> None:
        self.save_layout()
        self.closing.emit()
        event.accept()
