"""Work on very many things that may wait a moment: a piece in each turn of the event loop."""

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer, Slot

MANY = 10_000
"""From so many events or rows on, views show a change one after the other."""


class Turns(QObject):
    """Does pieces of work in the order in which they were asked for, keys and painting between.

    A piece that is waiting already is not asked for twice.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._waiting: dict[Callable[[], object], None] = {}
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._do_one)

    @property
    def busy(self) -> bool:
        """Whether something is still to be done."""
        return bool(self._waiting)

    def do(self, work: Callable[[], object], count: int) -> None:
        """Does work on so many things: at once where they are few and nothing is waiting."""
        if count < MANY and not self._waiting:
            work()
            return
        self._waiting.setdefault(work)
        if not self._timer.isActive():
            self._timer.start()

    @Slot()
    def _do_one(self) -> None:
        work = next(iter(self._waiting), None)
        if work is None:
            return
        del self._waiting[work]
        if self._waiting:
            self._timer.start()  # first: an error in this piece does not hold up the others
        work()
