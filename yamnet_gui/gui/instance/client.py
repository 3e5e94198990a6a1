"""The side of a later start: asks the window that is open, for a bounded time."""

import ctypes
import sys
from collections.abc import Callable

from PySide6.QtCore import QEventLoop, QObject, QTimer, Slot
from PySide6.QtNetwork import QLocalSocket

from yamnet_gui.core.handover import (
    LARGEST_ANSWER_BYTES,
    OPENED,
    HandOver,
    MeetingPlace,
    greeting,
    is_proof,
)

_PATIENCE_S = 6.0
_AGAIN_MS = 50


def hand_over(
    place: MeetingPlace,
    request: HandOver,
    patience_s: float = _PATIENCE_S,
    is_free: Callable[[], bool] = lambda: False,
) -> bool:
    """Whether the window at the meeting place opens it. Needs an application.

    A window that is still starting is waited for; one that does not answer in time is not, nor is
    one that has ended meanwhile, as `is_free` says.
    """
    try:
        line = request.line()
    except ValueError:
        return False
    loop = QEventLoop()
    asking = _Asking(place, line, loop, is_free)
    QTimer.singleShot(round(patience_s * 1000), loop, loop.quit)
    loop.exec()
    asking.link.abort()
    return asking.opened


class _Asking(QObject):
    """One conversation; ends the loop that waits for it."""

    def __init__(
        self,
        place: MeetingPlace,
        request: bytes,
        loop: QEventLoop,
        is_free: Callable[[], bool],
    ) -> None:
        super().__init__(loop)
        self._is_free = is_free
        self._place = place
        self._request = request
        self._loop = loop
        self._secret = self._nonce = ""
        self._proven = False
        self.opened = False
        self.link = QLocalSocket(self)
        self.link.setReadBufferSize(LARGEST_ANSWER_BYTES)
        self.link.connected.connect(self._greet)
        self.link.readyRead.connect(self._look)
        self.link.disconnected.connect(self._on_end)
        self.link.errorOccurred.connect(self._on_end)
        self._again = QTimer(self)
        self._again.setSingleShot(True)
        self._again.timeout.connect(self._try)
        self._again.start(0)

    @Slot()
    def _try(self) -> None:
        note = self._place.read_note()
        if self._is_free():
            self._loop.quit()
        elif note is None:
            self._again.start(_AGAIN_MS)
        else:
            self._secret = note.secret
            self.link.connectToServer(note.server)

    @Slot()
    def _greet(self) -> None:
        line, self._nonce = greeting()
        self.link.write(line)

    @Slot()
    def _look(self) -> None:
        while self.link.canReadLine():
            line = bytes(self.link.readLine(LARGEST_ANSWER_BYTES).data())
            if self._proven:
                self.opened = line == OPENED
                self._loop.quit()
            elif is_proof(line, self._nonce, self._secret):
                self._proven = True
                if sys.platform == "win32":  # else the window only blinks in the task bar
                    ctypes.windll.user32.AllowSetForegroundWindow(-1)
                self.link.write(self._request)
            else:
                self._loop.quit()
                return
        if self.link.bytesAvailable() >= LARGEST_ANSWER_BYTES:
            self._loop.quit()

    @Slot()
    def _on_end(self) -> None:
        self._look()
        if not self._nonce:  # nobody listens there yet, or no longer
            self._again.start(_AGAIN_MS)
        else:
            self._loop.quit()
