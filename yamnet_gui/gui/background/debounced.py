"""A call that waits until requests for it have ceased, or until the present work is over."""

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer, Slot


class Debounced(QObject):
    """Calls `slot` once in the thread of `parent`, `ms` milliseconds after it was requested.

    `start` postpones a call that is already waiting; `start_once` leaves it as it is, so that an
    unbroken row of requests cannot put the call off for ever.
    """

    def __init__(self, parent: QObject, ms: int, slot: Callable[[], object]) -> None:
        super().__init__(parent)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(ms)
        self._timer.timeout.connect(slot)

    @property
    def active(self) -> bool:
        """Whether the call is still to come."""
        return self._timer.isActive()

    @Slot()
    def start(self) -> None:
        """Requests the call, counted from now."""
        self._timer.start()

    @Slot()
    def start_once(self) -> None:
        """Requests the call; one that is waiting comes when it was due."""
        if not self._timer.isActive():
            self._timer.start()

    def start_in(self, ms: int) -> None:
        """Requests the call with another delay than usual, counted from now."""
        self._timer.start(ms)

    def set_delay(self, ms: int) -> None:
        """Another delay for the requests that follow."""
        self._timer.setInterval(ms)

    @Slot()
    def stop(self) -> None:
        """Withdraws the request."""
        self._timer.stop()
