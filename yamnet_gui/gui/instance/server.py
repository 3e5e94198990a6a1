"""The window's side: listens for what later starts hand over; nobody can make it wait."""

import logging

from PySide6.QtCore import QObject, QTimer, Signal, Slot
from PySide6.QtNetwork import QLocalServer, QLocalSocket

from yamnet_gui.core.handover import (
    LARGEST_BYTES,
    OPENED,
    MeetingPlace,
    answer_to_greeting,
    read_hand_over,
)

_log = logging.getLogger(__name__)

_MOST_GUESTS = 16
_PATIENCE_MS = 10_000


class InstanceServer(QObject):
    """Listens at a meeting place; the caller holds its lock."""

    requested = Signal(object)  # HandOver

    def __init__(self, place: MeetingPlace, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._place = place
        self._note = place.new_note()
        self._guests: list[_Guest] = []
        self._server = QLocalServer(self)
        self._server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        self._server.setMaxPendingConnections(_MOST_GUESTS)
        self._server.newConnection.connect(self._on_connection)

    def listen(self) -> bool:
        """Whether others can reach it now. What a window that was killed left is cleared away."""
        QLocalServer.removeServer(self._note.server)
        if not self._server.listen(self._note.server):
            _log.warning("later starts open other windows: %s", self._server.errorString())
            return False
        try:
            self._place.write_note(self._note)
        except OSError as error:
            _log.warning("later starts open other windows: %s", error)
            self._server.close()
            return False
        return True

    def close(self) -> None:
        """Listens no longer."""
        if self._server.isListening():
            self._server.close()
            try:
                self._place.remove_note()
            except OSError as error:
                _log.warning("the meeting note stays: %s", error)
        for guest in list(self._guests):
            guest.end()

    @Slot()
    def _on_connection(self) -> None:
        while (link := self._server.nextPendingConnection()) is not None:
            if len(self._guests) >= _MOST_GUESTS:
                self._guests[0].end()  # whoever has been silent for longest
            guest = _Guest(link, self._note.secret, self)
            self._guests.append(guest)
            guest.requested.connect(self.requested)
            guest.ended.connect(self._on_ended)
            guest.look()  # what came before it was connected

    @Slot(object)
    def _on_ended(self, guest: "_Guest") -> None:
        if guest in self._guests:
            self._guests.remove(guest)
            guest.deleteLater()


class _Guest(QObject):
    """One later start: a greeting, then one request, within a bounded time and size."""

    requested = Signal(object)  # HandOver
    ended = Signal(object)  # itself

    def __init__(self, link: QLocalSocket, secret: str, parent: QObject) -> None:
        super().__init__(parent)
        self._link = link
        self._secret = secret
        self._greeted = self._over = False
        link.setParent(self)
        link.setReadBufferSize(LARGEST_BYTES + 1)
        link.readyRead.connect(self.look)
        link.disconnected.connect(self.end)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.end)
        self._timer.start(_PATIENCE_MS)

    @Slot()
    def look(self) -> None:
        """Takes what has come, if it is a whole line."""
        while not self._over and self._link.canReadLine():
            line = bytes(self._link.readLine(LARGEST_BYTES + 1).data())
            try:
                self._take(line)
            except ValueError as error:
                _log.warning("a request to open files is refused: %s", error)
                self.end()
        if not self._over and self._link.bytesAvailable() > LARGEST_BYTES:
            _log.warning("a request to open files is refused: it is too long")
            self.end()

    def _take(self, line: bytes) -> None:
        if not self._greeted:
            self._link.write(answer_to_greeting(line, self._secret))
            self._greeted = True
            return
        request = read_hand_over(line)
        self._link.write(OPENED)
        self._link.disconnectFromServer()  # once that is written
        self._over = True
        self.requested.emit(request)

    @Slot()
    def end(self) -> None:
        """Hangs up, whatever is still to come."""
        self._over = True
        self._timer.stop()
        self._link.blockSignals(True)
        self._link.abort()
        self.ended.emit(self)
