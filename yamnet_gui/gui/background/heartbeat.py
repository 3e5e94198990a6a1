"""Lets workers rest while the window is busy with something that takes long."""

import threading
import time

from PySide6.QtCore import QCoreApplication, QObject, Qt, QTimer, Slot

from yamnet_gui.core.stopping import Stopped

BEAT_MS = 10
BUSY_S = 0.03
"""From so long without a beat on, the window is busy with one thing."""
LONGEST_S = 0.5
"""Behind the last beat. Later they work on: what the window does may be waiting for one of them."""
_LOOK_EVERY_S = 0.02


class Heartbeat(QObject):
    """A timer of the window's thread that beats while workers are at work.

    All threads take turns with Python's lock, and with the cores: beside four workers the window
    needs five times as long for whatever it does. For a few milliseconds nobody sees that; where it
    does something longer, workers rest until it is done, wherever they could be stopped.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._work: set[object] = set()
        self._last: float | None = None
        self._resting = 0
        self._beaten = threading.Condition()
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._beat)

    @property
    def beats(self) -> bool:
        """Whether anything is at work."""
        return self._timer.isActive()

    def begin(self, work: object) -> None:
        """Something begins in the background. In the window's thread, as `end`."""
        self._work.add(work)
        if not self._timer.isActive():
            self._beat()
            self._timer.start(BEAT_MS)

    def end(self, work: object) -> None:
        """It has ended, or is not to rest any more; without work no timer wakes the computer."""
        self._work.discard(work)
        if not self._work:
            self._timer.stop()
            self._last = None
            self._wake()

    def end_all(self) -> None:
        """Whatever is at work is not to rest any more."""
        for work in tuple(self._work):
            self.end(work)

    def rest(self, stopped: Stopped) -> None:
        """In a worker: comes back when the window is not busy, or the work is to stop."""
        last = self._last
        if last is None or not 0 < time.monotonic() - last - BUSY_S < LONGEST_S - BUSY_S:
            return
        with self._beaten:
            self._resting += 1
            try:
                while self._last == last and time.monotonic() - last < LONGEST_S and not stopped():
                    self._beaten.wait(_LOOK_EVERY_S)
            finally:
                self._resting -= 1

    @Slot()
    def _beat(self) -> None:
        self._last = time.monotonic()
        if self._resting:
            self._wake()

    def _wake(self) -> None:
        with self._beaten:
            self._beaten.notify_all()


def heartbeat() -> Heartbeat | None:
    """That of the application, while there is one; without it workers never rest."""
    application = QCoreApplication.instance()
    return application.findChild(Heartbeat) if application is not None else None


def start_heartbeat(application: QCoreApplication) -> None:
    """From now on what begins in the background rests while the window is busy."""
    if heartbeat() is None:
        Heartbeat(application)


def end_heartbeat() -> None:
    """Nothing rests any more."""
    beats = heartbeat()
    if beats is not None:
        beats.setParent(None)
        beats.end_all()
