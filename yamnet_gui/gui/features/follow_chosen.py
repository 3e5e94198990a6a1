"""Shows what is chosen in a list of sounds of any recordings, without leaving the list."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Slot
from PySide6.QtWidgets import QWidget

from yamnet_gui.gui.background.debounced import Debounced
from yamnet_gui.gui.controllers.navigation import Destination

if TYPE_CHECKING:
    from yamnet_gui.gui.context import Context

_CHOOSING_MS = 150
"""So that arrow keys held down do not open every recording on their way."""


class FollowChosen(QObject):
    """Goes to what `chosen` gives, in its recording, and plays nothing; keys go on in `view`.

    Only while the window follows the selection. An analysis that is running is not left for it:
    Enter opens the sound all the same.
    """

    def __init__(
        self,
        context: Context,
        view: QWidget,
        chosen: Callable[[], Destination | None],
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._settings = context.session.settings
        self._navigator = context.services.navigation
        self._analysis = context.services.analysis
        self._view = view
        self._chosen = chosen
        self._last: Destination | None = None
        self._leads = False  # a recording is being opened for what was chosen
        self._later = Debounced(self, _CHOOSING_MS, self._show)
        context.services.recording.opened.connect(self._on_opened)
        context.services.recording.failed.connect(self._on_failed)

    @property
    def busy(self) -> bool:
        return self._later.active

    def soon(self) -> None:
        """Something was chosen."""
        self._later.start_in(_CHOOSING_MS)

    def stop(self) -> None:
        self._later.stop()

    def _show(self) -> None:
        to = self._chosen() if self._settings.value("follow_selection") else None
        if to is None or to == self._last:  # a list that was read again chooses the same once more
            return
        self._last = to
        if self._navigator.is_open(to) or not self._analysis.running:
            self._leads = not self._navigator.is_open(to)
            self._navigator.go(to)

    @Slot(Path)
    def _on_opened(self, _path: Path) -> None:
        """The arrow keys go on through the list when what was chosen opened another recording."""
        if self._leads:
            self._leads = False
            self._view.window().activateWindow()
            self._view.setFocus(Qt.FocusReason.OtherFocusReason)

    @Slot(object)
    def _on_failed(self, _error: object) -> None:
        self._leads = False
