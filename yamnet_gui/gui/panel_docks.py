"""Where the panels stand: at the sides, under the tracks, or in windows of their own."""

from dataclasses import dataclass
from enum import Enum
from itertools import pairwise

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import (
    QDockWidget,
    QMainWindow,
    QMenu,
    QStyle,
    QStyleOptionDockWidget,
    QStylePainter,
    QWidget,
)

from yamnet_gui.gui.widgets.plain_text import plain_tip

from .screens import SIDES, available_screens, fit, fitted

_NARROWEST, _WIDEST = 286, 360
_TWO_COLUMNS = QSize(1000, 560)
"""The smallest window with panels at both sides, one above the other; below that all are tabs."""
_LEAST_TRACKS = 220
_PARTS = {"recordings": 5, "classes": 6, "events": 11, "inspector": 9}
"""How the panels of a side share its height."""


class PanelPlace(Enum):
    """Where a panel stands at first. MIDDLE: under the tracks, which it is about."""

    LEFT = Qt.DockWidgetArea.LeftDockWidgetArea
    RIGHT = Qt.DockWidgetArea.RightDockWidgetArea
    MIDDLE = Qt.DockWidgetArea.BottomDockWidgetArea


@dataclass(frozen=True, slots=True)
class _Panel:
    dock: QDockWidget
    place: PanelPlace
    behind: str
    hidden: bool


class _Dock(QDockWidget):
    """Writes its title in the font that it has now; Qt keeps the one from when it was made."""

    def paintEvent(self, event: QPaintEvent) -> None:
        if self.isFloating():
            super().paintEvent(event)
            return
        option = QStyleOptionDockWidget()
        self.initStyleOption(option)
        QStylePainter(self).drawControl(QStyle.ControlElement.CE_DockWidgetTitle, option)


class PanelDocks:
    """The panels of a window, by name; each can be moved, hidden, and comes back where it was."""

    def __init__(self, window: QMainWindow, menu: QMenu) -> None:
        self._window = window
        self._menu = menu
        self._end = menu.addSeparator()
        self._panels: dict[str, _Panel] = {}
        self._stacked = False
        for corner, area in (
            (Qt.Corner.BottomLeftCorner, PanelPlace.LEFT),
            (Qt.Corner.BottomRightCorner, PanelPlace.RIGHT),
        ):
            window.setCorner(corner, area.value)

    def __contains__(self, name: str) -> bool:
        return name in self._panels

    def __getitem__(self, name: str) -> QDockWidget:
        return self._panels[name].dock

    def add(
        self, name: str, title: str, panel: QWidget, place: PanelPlace, behind: str, hidden: bool
    ) -> None:
        """See `MainWindow.add_panel`."""
        dock = _Dock(title, self._window)
        dock.setObjectName(name)
        dock.setWidget(panel)
        self._panels[name] = _Panel(dock, place, behind, hidden)
        self._put(name)
        action = dock.toggleViewAction()
        action.setToolTip(plain_tip(f"Show or hide the panel {title}"))
        self._menu.insertAction(self._end, action)

    def show(self, name: str) -> None:
        """Brings a panel to the front, wherever it is.

        Where the window has no room for it under the tracks it gets a window of its own. Beside
        another panel there it takes no more room, but becomes a tab.
        """
        dock = self._panels[name].dock
        middle = self._window.dockWidgetArea(dock) is PanelPlace.MIDDLE.value
        if middle and dock.isHidden() and not dock.isFloating():
            if layout := self._window.layout():
                layout.activate()  # the tracks have the room of a panel that was just closed
            dock.widget().updateGeometry()  # what it needed before it was built is remembered
            least, shared = dock.minimumSizeHint().height(), self._middle_height()
            room = self._middle_room() + shared
            if room < least and shared < least:
                self.float(name)
                return
            dock.show()
            tall = shared if shared >= least else min(max(self._window.height() // 3, least), room)
            self._window.resizeDocks([dock], [tall], Qt.Orientation.Vertical)
        dock.show()
        if dock.isFloating():
            dock.activateWindow()
        else:
            dock.raise_()

    def _middle_room(self) -> int:
        """Height that the tracks can give to panels under them without the window growing."""
        tracks, style = self._window.centralWidget(), self._window.style()
        least = max(_LEAST_TRACKS, tracks.minimumSizeHint().height() if tracks else 0)
        border = style.pixelMetric(QStyle.PixelMetric.PM_DockWidgetSeparatorExtent)
        return _height(tracks) - least - border

    def _middle_height(self) -> int:
        """Height of the panels that are seen under the tracks; 0 without one."""
        docks = [p.dock for p in self._panels.values() if not p.dock.isFloating()]
        middle = PanelPlace.MIDDLE.value
        seen = [d for d in docks if d.isVisible() and self._window.dockWidgetArea(d) is middle]
        return max((d.height() for d in seen), default=0)

    def hide(self, name: str) -> None:
        """Closes a panel; it opens again where it was."""
        self._panels[name].dock.close()

    def float(self, name: str, size: QSize | None = None) -> None:
        """Takes a panel out into a window of its own, large or of this size, or puts it back."""
        window, dock = self._window, self._panels[name].dock
        dock.setFloating(not dock.isFloating())
        if dock.isFloating():
            usual = QSize(min(900, window.width() * 5 // 8), min(760, window.height() * 4 // 5))
            size = (size or usual).expandedTo(dock.minimumSizeHint())
            left = max(self._tracks_end() - size.width(), SIDES)
            corner = QPoint(left, window.height() - size.height() - 40)
            wanted = QRect(window.mapToGlobal(corner), size)
            dock.setGeometry(fitted(wanted, available_screens()))
        self.show(name)

    def _tracks_end(self) -> int:
        """Where the tracks end in the window: beside them stand the panels about what is chosen."""
        tracks = self._window.centralWidget()
        return tracks.geometry().right() + 1 if tracks is not None else self._window.width()

    def reset(self, size: QSize) -> None:
        """Puts every panel where it stands at first in a window of this size."""
        for name, panel in self._panels.items():
            panel.dock.setFloating(False)
            self._put(name)
        self._stacked = False
        self.arrange(size)

    def arrange(self, size: QSize) -> None:
        """The usual widths and heights; in a small window all side panels are tabs in a column."""
        window = self._window
        small = size.width() < _TWO_COLUMNS.width() or size.height() < _TWO_COLUMNS.height()
        if small and not self._stacked:
            self._stack()
        elif self._stacked and not small:
            for name in self._panels:
                self._put(name)
        self._stacked = small
        docks = [p.dock for p in self._panels.values() if p.place is not PanelPlace.MIDDLE]
        docks = [dock for dock in docks if not dock.isFloating()]
        if docks:
            wide = min(max(size.width() // 5, _NARROWEST), _WIDEST)
            window.resizeDocks(docks, [wide] * len(docks), Qt.Orientation.Horizontal)
        for place in () if small else (PanelPlace.LEFT, PanelPlace.RIGHT):
            names = [n for n in _PARTS if n in self and self._panels[n].place is place]
            names = [n for n in names if self[n] in docks]
            whole = sum(_PARTS[n] for n in names)
            heights = [(size.height() - 120) * _PARTS[n] // whole for n in names]
            window.resizeDocks([self[n] for n in names], heights, Qt.Orientation.Vertical)

    def fit_to_screens(self) -> None:
        """Brings panels in windows of their own back to the screens that exist."""
        for panel in self._panels.values():
            if panel.dock.isFloating():
                fit(panel.dock)

    def _put(self, name: str) -> None:
        panel, window = self._panels[name], self._window
        window.addDockWidget(panel.place.value, panel.dock)
        behind = panel.behind or self._first_in_middle(name)
        if behind:
            window.tabifyDockWidget(self[behind], panel.dock)
            self[behind].raise_()
        panel.dock.setVisible(not panel.hidden)

    def _first_in_middle(self, name: str) -> str:
        """The panel that this one shares the room under the tracks with; "" for none."""
        if self._panels[name].place is not PanelPlace.MIDDLE:
            return ""
        first = next(n for n, p in self._panels.items() if p.place is PanelPlace.MIDDLE)
        return first if first != name else ""

    def _stack(self) -> None:
        window = self._window
        sides = [p for p in self._panels.values() if p.place is not PanelPlace.MIDDLE]
        docked = [p.dock for p in sides if not p.dock.isFloating()]
        for before, dock in pairwise(docked):
            hidden = dock.isHidden()
            if before is docked[0]:
                window.addDockWidget(PanelPlace.RIGHT.value, before)
            window.tabifyDockWidget(before, dock)
            dock.setVisible(not hidden)
        if docked:
            docked[0].raise_()


def _height(widget: QWidget | None) -> int:
    return widget.height() if widget is not None else 0
