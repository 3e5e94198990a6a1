"""Places menus, toolbar, panels and tracks; decides nothing."""

from collections.abc import Callable, Mapping

from PySide6.QtCore import QByteArray, QChildEvent, QPoint, QSize, Qt, Signal, Slot
from PySide6.QtGui import (
    QAction,
    QCloseEvent,
    QDragEnterEvent,
    QDropEvent,
    QKeySequence,
)
from PySide6.QtWidgets import (
    QDockWidget,
    QMainWindow,
    QMenu,
    QSizePolicy,
    QStackedWidget,
    QTabBar,
    QToolBar,
    QVBoxLayout,
    QWidget,
)

from .actions import ACTIONS, MENUS, TOOLBAR, ActionSpec, Needs
from .state.settings import Settings
from .theme import Theme, icon

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
        self.actions_by_id: dict[str, QAction] = {}
        self.menus: dict[str, QMenu] = {}
        self._docks: dict[str, QDockWidget] = {}
        self._pages = QStackedWidget()
        self._top = QWidget()
        self._layout = QVBoxLayout(self._top)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(0)
        self._layout.addWidget(self._pages, 1)
        self.setCentralWidget(self._top)
        self._make_actions()
        settings.changed.connect(self._on_setting)

    def add_bar(self, bar: QWidget) -> None:
        """Puts a bar above the tracks."""
        self._layout.insertWidget(0, bar)

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

    def connect_actions(self, handlers: Mapping[str, Callable[[], object]]) -> None:
        """Gives actions their work."""
        for action_id, handler in handlers.items():
            self.actions_by_id[action_id].triggered.connect(_without_argument(handler))

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
        self.menus["View"].addAction(bar.toggleViewAction())

    def offer(self, present: set[Needs]) -> None:
        """Enables what can be done with what is there."""
        for spec in ACTIONS:
            if spec.needs is not Needs.NOTHING:
                self.actions_by_id[spec.id].setEnabled(spec.needs in present)

    def apply_shortcuts(self) -> None:
        """Gives every action its key: the usual one, or the one a person chose."""
        for spec in ACTIONS:
            chosen = self._settings.shortcut(spec.id)
            keys = spec.keys if chosen is None else (chosen,)
            action = self.actions_by_id[spec.id]
            action.setShortcuts([QKeySequence(k) for k in keys if k])
            shown = action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
            title = spec.title.replace("&", "").rstrip("…")
            tip = spec.tip or title
            action.setToolTip(f"{tip} ({shown})" if shown else tip)

    def set_theme(self, theme: Theme) -> None:
        """Icons in the colours of the theme."""
        palette = theme.palette()
        for spec in ACTIONS:
            if spec.icon:
                self.actions_by_id[spec.id].setIcon(icon(spec.icon, palette))

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

    @Slot(str)
    def _on_setting(self, key: str) -> None:
        if key == "keys":
            self.apply_shortcuts()

    def _make_actions(self) -> None:
        for name in MENUS:
            menu = self.menuBar().addMenu(f"&{name}")
            menu.setToolTipsVisible(True)
            self.menus[name] = menu
        for spec in ACTIONS:
            if spec.separator:
                self.menus[spec.menu].addSeparator()
            self.menus[spec.menu].addAction(self._make_action(spec))
        self.apply_shortcuts()

    def _make_action(self, spec: ActionSpec) -> QAction:
        action = QAction(spec.title, self)
        action.setObjectName(spec.id)
        action.setCheckable(spec.checkable)
        action.setEnabled(spec.needs is Needs.NOTHING)
        self.actions_by_id[spec.id] = action
        return action


def _without_argument(handler: Callable[[], object]) -> Callable[[bool], None]:
    def call(_checked: bool = False) -> None:
        handler()

    return call
