"""Which keys are taken in a list of sounds: those pressed for what was selected on the screen."""

import time
from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QTimer, Slot
from PySide6.QtWidgets import QAbstractItemView

from yamnet_gui.core.text import counted

from .shown_event import ShownEvent


class ListKeys(QObject):
    """Follows what a list with a selection of its own paints, as `ShownEvent` does the tracks."""

    def __init__(
        self,
        view: QAbstractItemView,
        shown: ShownEvent,
        say: Callable[[str], object],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(view)
        self._viewport = view.viewport()
        self._shown = shown
        self._say = say
        self._clock = clock
        self._painted_at: float | None = clock()
        self._changed_at = self._painted_at
        self._refused = 0
        view.selectionModel().selectionChanged.connect(self._on_changed)
        view.model().modelReset.connect(self._on_changed)
        self._viewport.installEventFilter(self)

    @property
    def pressed_too_early(self) -> bool:
        """Whether the key that is being handled was pressed before the selection was painted."""
        if self._painted_at is None and self._shown.idle_at > self._changed_at:
            self._painted_at = self._shown.idle_at  # whatever was to be painted was
        return self._shown.pressed_before(self._painted_at)

    def guarded(self, act: Callable[[], object]) -> Callable[[], object]:
        """The action for what the user sees selected, and for nothing else."""

        def call() -> None:
            if not self.pressed_too_early:
                self._refused = 0
                act()
                return
            self._refused += 1
            keys = counted(self._refused, "key")
            self._say(f"{keys} not taken: what is selected now was not on the screen yet.")

        return call

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Paint and self._painted_at is None:
            QTimer.singleShot(0, self, self._on_painted)  # painted once this is handled
        return False

    @Slot()
    def _on_changed(self) -> None:
        self._painted_at, self._changed_at = None, self._clock()

    @Slot()
    def _on_painted(self) -> None:
        if self._painted_at is None:
            self._painted_at = self._clock()
