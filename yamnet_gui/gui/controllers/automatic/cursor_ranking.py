"""Rows of the score track for what is heard at the cursor."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yamnet_gui.gui.background.debounced import Debounced
from yamnet_gui.gui.state.class_view import Showing
from yamnet_gui.gui.state.top_classes import top_classes

from .service import AutomaticService

if TYPE_CHECKING:
    from yamnet_gui.gui.context import Context

_AT_MOST_EVERY_MS = 120


class CursorRanking(AutomaticService):
    """While "the best at the cursor" are shown, the rows follow the cursor."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._class_view = context.session.class_view
        self._document = context.session.document
        self._timeline = context.session.timeline
        self._shown_classes = context.services.shown_classes
        self._later = Debounced(self, _AT_MOST_EVERY_MS, self._find)
        self._timeline.cursor_changed.connect(lambda _time_s: self._soon())
        self._document.scores_changed.connect(self._soon)
        self._class_view.options_changed.connect(self._soon)

    @property
    def busy(self) -> bool:
        return self._later.active

    def close(self) -> None:
        self._later.stop()

    def _soon(self) -> None:
        if self._class_view.showing is Showing.CURSOR:
            self._later.start_once()

    def _find(self) -> None:
        scores = self._document.scores
        at = scores.at(self._timeline.cursor_s) if scores is not None else None
        if at is not None:  # where nothing is known yet the former rows stay
            self._shown_classes.set_at_cursor(tuple(top_classes(at, self._class_view.limit)))
