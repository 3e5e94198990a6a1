"""Rows of the score track for what is heard at the cursor."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer

from yamnet_gui.gui.state.best import best_first
from yamnet_gui.gui.state.class_view import Showing

from .feature import Feature

if TYPE_CHECKING:
    from yamnet_gui.gui.workbench import Workbench

_AT_MOST_EVERY_MS = 120


class AtCursor(Feature):
    """While "the best at the cursor" are shown, the rows follow the cursor."""

    def __init__(self, workbench: Workbench) -> None:
        super().__init__(workbench)
        self._later = QTimer(workbench)
        self._later.setSingleShot(True)
        self._later.setInterval(_AT_MOST_EVERY_MS)
        self._later.timeout.connect(self._find)
        workbench.timeline.cursor_changed.connect(lambda _time_s: self._soon())
        workbench.document.scores_changed.connect(self._soon)
        workbench.classes.options_changed.connect(self._soon)

    @property
    def busy(self) -> bool:
        return self._later.isActive()

    def close(self) -> None:
        self._later.stop()

    def _soon(self) -> None:
        if self._bench.classes.showing is Showing.CURSOR and not self._later.isActive():
            self._later.start()

    def _find(self) -> None:
        bench = self._bench
        scores = bench.document.scores
        at = scores.at(bench.timeline.cursor_s) if scores is not None else None
        if at is not None:  # where nothing is known yet the former rows stay
            bench.deriver.set_at_cursor(tuple(best_first(at, bench.classes.limit)))
