"""Whether the event that a key acts on was on the screen when the key was pressed."""

import time
from collections.abc import Callable

from PySide6.QtCore import QAbstractEventDispatcher, QEvent, QObject, QTimer, Slot
from PySide6.QtGui import QGuiApplication, QInputEvent, QWindow
from PySide6.QtWidgets import QWidget
from shiboken6 import isValid

from yamnet_gui.core.events import Event
from yamnet_gui.gui.state.document import Document
from yamnet_gui.gui.state.selection import EventSelection

_STALE_S = 60.0


def _signature(event: Event | None) -> tuple[float, float, str] | None:
    return None if event is None else (event.onset_s, event.offset_s, event.label)


class ShownEvent(QObject):
    """Follows what is painted and when keys are pressed.

    Under load, keys wait in the queue of the system while the window is at work: what they reach
    may have been selected after they were pressed. The clock of the system's input is not that of
    this program, so a key's age is how much later than the promptest key it comes; and no key is
    older than the last moment at which the window had nothing to do.
    """

    def __init__(
        self,
        window: QWidget,
        document: Document,
        selection: EventSelection,
        parent: QObject | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(parent)
        self._window = window
        self._document = document
        self._selection = selection
        self._clock = clock
        self._event_id: str | None = None
        self._look: tuple[float, float, str] | None = None
        self._painted_at: float | None = clock()
        self._own_step: float | None = None
        self._pressed_at: float | None = None
        self._least_lag_s = float("inf")
        self._idle_at = clock()
        self._input: QWindow | None = None
        window.installEventFilter(self)
        selection.changed.connect(self._on_selection)
        document.events_changed.connect(self._on_events)
        application = QGuiApplication.instance()
        if isinstance(application, QGuiApplication):
            application.focusWindowChanged.connect(self._on_focus)
        self._dispatcher = QAbstractEventDispatcher.instance()
        self._dispatcher.aboutToBlock.connect(self._on_idle)

    def close(self) -> None:
        """Stops listening, before the window is destroyed."""
        self._window.removeEventFilter(self)
        self._dispatcher.aboutToBlock.disconnect(self._on_idle)
        application = QGuiApplication.instance()
        if isinstance(application, QGuiApplication):
            application.focusWindowChanged.disconnect(self._on_focus)
        self._on_focus(None)

    @property
    def pressed_too_early(self) -> bool:
        """Whether the key that is being handled was pressed before the event was painted.

        False where no key is being handled: menus and buttons are slower than the screen.
        """
        return self.pressed_before(self._painted_at)

    @property
    def idle_at(self) -> float:
        """The last moment at which the window had nothing to do."""
        return self._idle_at

    def pressed_before(self, painted_at: float | None) -> bool:
        """Whether the key that is being handled is older than this; None: than what comes."""
        if self._pressed_at is None:
            return False
        return painted_at is None or self._pressed_at < painted_at

    @Slot()
    def step_made(self) -> None:
        """The user's own step changed the event: it is still the one on the screen."""
        if self._own_step is not None and self._selection.current == self._event_id:
            self._painted_at = self._own_step

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        kind = event.type()
        if watched is self._window:
            if kind == QEvent.Type.UpdateRequest and self._painted_at is None:
                QTimer.singleShot(0, self, self._on_painted)  # painted once this is handled
        elif kind == QEvent.Type.ShortcutOverride and isinstance(event, QInputEvent):
            self._pressed_at = self._press_time(event.timestamp() / 1000)
        elif kind == QEvent.Type.KeyRelease:
            self._pressed_at = None
        return False

    def _press_time(self, stamp_s: float) -> float:
        if not stamp_s:
            return self._idle_at
        now = self._clock()
        lag_s = now - stamp_s
        if (
            lag_s - self._least_lag_s > _STALE_S
        ):  # the clocks went apart, as in a suspended computer
            self._least_lag_s = lag_s
        self._least_lag_s = min(self._least_lag_s, lag_s)
        return max(now - (lag_s - self._least_lag_s), self._idle_at)

    def _on_selection(self) -> None:
        self._event_id = self._selection.current
        self._look = _signature(self._selection.current_in(self._document.events))
        self._painted_at = self._own_step = None

    def _on_events(self) -> None:
        """Other rules or steps may have changed the event under its id."""
        look = _signature(self._selection.current_in(self._document.events))
        if look != self._look:
            self._look = look
            self._own_step, self._painted_at = self._painted_at, None

    @Slot()
    def _on_painted(self) -> None:
        if self._painted_at is None:
            self._painted_at = self._clock()

    @Slot()
    def _on_idle(self) -> None:
        self._idle_at = self._clock()
        self._pressed_at = None
        self._on_painted()  # whatever was to be painted was

    @Slot(object)
    def _on_focus(self, window: QWindow | None) -> None:
        if self._input is not None and isValid(self._input):
            self._input.removeEventFilter(self)
        self._input = window
        if window is not None:
            window.installEventFilter(self)
