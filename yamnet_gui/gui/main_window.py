"""Places menus, toolbar, panels and tracks; decides nothing."""

from collections.abc import Mapping

from PySide6.QtCore import QByteArray, QChildEvent, QSize, Qt, Signal
from PySide6.QtGui import (
    QCloseEvent,
    QDragEnterEvent,
    QDropEvent,
    QShowEvent,
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
from .panel_docks import PanelDocks, PanelPlace
from .screens import available_screens, fit
from .state.settings import Settings
from .widgets.focus import focus_beside, give_focus, shown_part
from .window_actions import WindowActions

FIRST_SIZE = (1440, 900)
_LAYOUT_VERSION = 3  # counts up when panels come or go: a layout without them would hide them
_DIRECT = Qt.FindChildOption.FindDirectChildrenOnly


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
        self.docks = PanelDocks(self, self.menus["Panels"])
        self._restored = self._shown = False

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

    @property
    def page(self) -> QWidget | None:
        """What is in the middle now."""
        return self._pages.currentWidget()

    def show_page(self, page: QWidget) -> None:
        """Shows something else in the middle, until the tracks or the first page are shown."""
        if self._pages.indexOf(page) < 0:
            self._pages.addWidget(page)
        self._pages.setCurrentWidget(page)

    def add_panel(
        self,
        name: str,
        title: str,
        panel: QWidget,
        left: bool = False,
        *,
        middle: bool = False,
        behind: str = "",
        hidden: bool = False,
    ) -> None:
        """A panel at the left or right, or in the `middle` under the tracks, that can be moved.

        `behind`: the name of a panel to stand behind as a tab. `hidden`: until it is wanted.
        """
        side = PanelPlace.LEFT if left else PanelPlace.RIGHT
        place = PanelPlace.MIDDLE if middle else side
        self.docks.add(name, title, panel, place, behind, hidden)

    def show_panel(self, name: str) -> None:
        """Brings a panel to the front, wherever it is."""
        self.docks.show(name)

    def hide_panel(self, name: str) -> None:
        """Closes a panel; it opens where it was."""
        self.docks.hide(name)

    def float_panel(self, name: str, size: QSize | None = None) -> None:
        """Takes a panel out into a window of its own, large or of this size, or puts it back."""
        self.docks.float(name, size)

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
        toggle = bar.toggleViewAction()
        toggle.setToolTip("Show or hide the toolbar")
        self.menus["Panels"].addAction(toggle)

    def restore_layout(self) -> None:
        """Size and panels as they were left, or a good start, on the screens that exist."""
        geometry = self._settings.layout("geometry")
        if geometry.isEmpty() or not self.restoreGeometry(geometry):
            self.resize(*FIRST_SIZE)
            for screen in available_screens()[:1]:
                self.move(screen.center() - self.rect().center())
        if not self.isMaximized() and not self.isFullScreen():
            fit(self)
        state = self._settings.layout("docks")
        self._restored = not state.isEmpty() and self.restoreState(state, _LAYOUT_VERSION)
        if self._restored:
            self.docks.fit_to_screens()
        else:
            self.docks.arrange(self.size())
            layout = self.layout()
            if layout is not None:
                layout.activate()  # else what the panels needed before would hold the size
            fit(self)

    def reset_layout(self) -> None:
        """Puts every panel back where it stands at first."""
        self.docks.reset(self.size())

    def save_layout(self) -> None:
        self._settings.set_layout("geometry", QByteArray(self.saveGeometry()))
        self._settings.set_layout("docks", QByteArray(self.saveState(_LAYOUT_VERSION)))

    def showEvent(self, event: QShowEvent) -> None:
        if not self._shown and (not self._restored or self._too_large()):
            self.docks.arrange(self.size())  # another size may have been asked for meanwhile
        self._shown = True
        super().showEvent(event)

    def _too_large(self) -> bool:
        """Whether panels that were restored need more than the screen has."""
        least = self.minimumSizeHint()
        screens = available_screens()
        return bool(screens) and not any(
            least.width() <= s.width() and least.height() <= s.height() for s in screens
        )

    def parts(self) -> list[QWidget]:
        """What can be seen, from left to right and from the top: bars, panels, tracks.

        Panels behind others as tabs are not among them.
        """
        docks = [d for d in self.findChildren(QDockWidget, options=_DIRECT) if d.isVisible()]
        fixed = [d for d in docks if not d.isFloating() and not shown_part(self, d).isEmpty()]
        fixed.sort(key=lambda dock: (dock.x(), dock.y()))
        left = [d for d in fixed if d.geometry().right() <= self._top.x()]
        right = [d for d in fixed if d.x() > self._top.geometry().right()]
        below = [d for d in fixed if d not in left and d not in right]
        bars = [bar for bar in self.findChildren(QToolBar) if bar.isVisible()]
        inside = self._top.findChildren(QWidget, options=_DIRECT)
        over = [w for w in inside if w is not self._pages and w.isVisible()]
        floating = [d for d in docks if d.isFloating()]
        return [*bars, *left, self._pages, *over, *below, *right, *floating]

    def focusNextPrevChild(self, forward: bool) -> bool:
        """Tab goes through what can be seen, and around."""
        start = self.focusWidget() or self
        widget = focus_beside(self, start, forward)
        if widget is None:
            return False
        reason = Qt.FocusReason
        give_focus(self, widget, reason.TabFocusReason if forward else reason.BacktabFocusReason)
        return True

    def childEvent(self, event: QChildEvent) -> None:
        """Tabs of panels keep their names whole; where there is no room for all, they scroll."""
        # asked for only then: there are hundreds of these events while the window is made
        if event.polished() and isinstance(bar := event.child(), QTabBar):
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
