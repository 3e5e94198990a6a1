"""Collects Python's garbage in the window's own thread, and gives free memory back."""

import gc

from PySide6.QtCore import QObject, QTimer, Slot

from yamnet_gui.core.c_heap import give_back_free_memory

from .priority import ForegroundPriority

_EVERY_MS = 1000
_GIVE_BACK_EVERY_MS = 30_000


class GarbageCollector(QObject):
    """Takes the place of Python's automatic collection until it is closed.

    Python collects in whichever thread happens to allocate. A worker that so destroys a Qt object
    can wait for the interpreter's lock while the window holds it and waits for Qt's: both stand
    still for good.
    """

    def __init__(self, way: ForegroundPriority, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._way = way
        self._was_enabled = gc.isenabled()
        self._thresholds = gc.get_threshold()
        gc.disable()
        self._timer = QTimer(self)
        self._timer.timeout.connect(self.collect)
        self._timer.start(_EVERY_MS)
        self._give_back = QTimer(self)
        self._give_back.timeout.connect(self.give_back)
        self._give_back.start(_GIVE_BACK_EVERY_MS)

    @Slot()
    def collect(self) -> None:
        """Collects the generations whose counts have passed their thresholds.

        Not while the network loads: its modules are many, and none of them is garbage.
        """
        if not self._way.wait(0.0):
            return
        counts = gc.get_count()
        for generation in (2, 1, 0):
            if counts[generation] > self._thresholds[generation]:
                gc.collect(generation)
                return

    @Slot()
    def give_back(self) -> None:
        """Memory that nobody uses goes back to the system, unless something has to be quick."""
        if self._way.wait(0.0):
            give_back_free_memory()

    def keep_all(self) -> None:
        """What is there now stays until `close`: no collection looks through it again.

        Some hundred thousand objects of modules and panels would take a twentieth of a second.
        """
        gc.freeze()

    def close(self) -> None:
        """Python collects by itself again."""
        self._timer.stop()
        self._give_back.stop()
        gc.unfreeze()
        if self._was_enabled:
            gc.enable()
