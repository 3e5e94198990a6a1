"""Opens in the window what later starts hand over, once no dialog or menu is in the way."""

import logging
import os
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Slot
from PySide6.QtGui import QFileOpenEvent, QGuiApplication
from PySide6.QtWidgets import QApplication, QWidget

from yamnet_gui.core.errors import UserError
from yamnet_gui.core.handover import Claim, HandOver
from yamnet_gui.core.storage.address import path_of_address
from yamnet_gui.gui.state.settings import Settings

if TYPE_CHECKING:
    from .server import InstanceServer

_log = logging.getLogger(__name__)

SETTING = "single_instance"
_LOOK_MS = 200
_CLAIM_MS = 3_000


class FurtherFiles(QObject):
    """Listens as long as the setting says so; also takes the files that macOS sends.

    Where another window has the claim, this one takes it over when that is closed.
    """

    def __init__(
        self,
        claim: Claim,
        settings: Settings,
        window: QWidget,
        open_all: Callable[[Sequence[Path]], None],
        open_demo: Callable[[], None],
    ) -> None:
        super().__init__()
        self._claim = claim
        self._settings = settings
        self._window = window
        self._open_all = open_all
        self._open_demo = open_demo
        self._server: InstanceServer | None = None
        self._waiting: list[HandOver] = []
        self._timer = QTimer(self)
        self._timer.setInterval(_LOOK_MS)
        self._timer.timeout.connect(self._open_waiting)
        self._claiming = QTimer(self)
        self._claiming.setInterval(_CLAIM_MS)
        self._claiming.timeout.connect(self._listen)
        settings.changed.connect(self._on_setting)
        if sys.platform == "darwin":  # elsewhere each event would pass here for nothing
            QApplication.instance().installEventFilter(self)
        self._on_setting(SETTING)

    def close(self) -> None:
        """Listens no longer; what still waits is not opened."""
        if sys.platform == "darwin":
            QApplication.instance().removeEventFilter(self)
        self._settings.changed.disconnect(self._on_setting)
        self._stop()
        self._timer.stop()
        self._waiting.clear()

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        """macOS hands files over as events of the application."""
        if isinstance(event, QFileOpenEvent) and event.file():
            self.take(HandOver((Path(event.file()),)))
            return True
        return False

    @Slot(object)
    def take(self, request: HandOver) -> None:
        """Comes to the front, and opens the files as if they had been dropped."""
        _log.info("asked to open %d files", len(request.files))
        for address in request.secret_addresses:
            with suppress(UserError):  # the file itself will say so
                path_of_address(address)
        self._waiting.append(request)
        self._to_front(request.activation)
        self._open_waiting()

    @Slot()
    def _open_waiting(self) -> None:
        """A dialog is about what is open now, so that it is finished first."""
        if QApplication.activeModalWidget() or QApplication.activePopupWidget():
            self._timer.start()
            return
        self._timer.stop()
        waiting, self._waiting = self._waiting, []
        for request in waiting:
            if request.demo:
                self._open_demo()
            elif request.files:
                self._open_all(request.files)

    def _to_front(self, activation: str) -> None:
        if activation and QGuiApplication.platformName().startswith("wayland"):
            os.environ["XDG_ACTIVATION_TOKEN"] = activation  # where Qt looks for it
        window = self._window
        if window.isMinimized():
            window.setWindowState(window.windowState() & ~Qt.WindowState.WindowMinimized)
        window.show()
        window.raise_()
        window.activateWindow()

    @Slot(str)
    def _on_setting(self, key: str) -> None:
        if key != SETTING:
            return
        if self._settings.value(SETTING):
            self._listen()
        else:
            self._stop()

    @Slot()
    def _listen(self) -> None:
        from .server import InstanceServer  # Qt's network: not before the window is there

        place = self._claim.place
        if self._server is not None or place is None:
            return
        if not self._claim.take():
            self._claiming.start()
            return
        self._claiming.stop()
        server = InstanceServer(place, self)
        if not server.listen():
            server.deleteLater()
            self._claim.give_back()
            return
        server.requested.connect(self.take)
        self._server = server

    def _stop(self) -> None:
        self._claiming.stop()
        if self._server is not None:
            self._server.close()
            self._server.deleteLater()
            self._server = None
        self._claim.give_back()
