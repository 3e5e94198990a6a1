"""Moving the cursor and the view by keys."""

from collections.abc import Callable

from yamnet_gui.core.spans import TimeSpan
from yamnet_gui.gui.state.timeline import Timeline

from .transport import Transport

_STEP_OF_VIEW = 0.01
_ZOOM_STEP = 0.5
_PAGE = 0.9


class CursorAndView:
    """Steps are parts of the view, so that they are as fine as what is seen."""

    def __init__(self, timeline: Timeline, transport: Transport) -> None:
        self._timeline = timeline
        self._transport = transport

    def handlers(self) -> dict[str, Callable[[], object]]:
        """What each action of the table calls."""
        timeline = self._timeline
        return {
            "zoom_in": lambda: timeline.zoom(_ZOOM_STEP, self._zoom_centre()),
            "zoom_out": lambda: timeline.zoom(1 / _ZOOM_STEP, self._zoom_centre()),
            "zoom_all": timeline.show_all,
            "cursor_left": lambda: self.move_cursor(-1, extend=False),
            "cursor_right": lambda: self.move_cursor(1, extend=False),
            "extend_left": lambda: self.move_cursor(-1, extend=True),
            "extend_right": lambda: self.move_cursor(1, extend=True),
            "cursor_start": lambda: self._transport.seek(0.0),
            "cursor_end": lambda: self._transport.seek(timeline.duration_s),
            "page_left": lambda: timeline.pan(-_PAGE * timeline.view.duration_s),
            "page_right": lambda: timeline.pan(_PAGE * timeline.view.duration_s),
        }

    def move_cursor(self, direction: int, extend: bool) -> None:
        """Moves the cursor by one hundredth of the view; with `extend` the selection follows."""
        timeline = self._timeline
        before = timeline.cursor_s
        self._transport.seek(before + direction * _STEP_OF_VIEW * timeline.view.duration_s)
        if not extend:
            return
        now, selected = timeline.cursor_s, timeline.selection
        if selected is None:
            fixed = before
        else:
            at_start = abs(selected.start_s - before) < abs(selected.end_s - before)
            fixed = selected.end_s if at_start else selected.start_s
        timeline.set_selection(TimeSpan(min(fixed, now), max(fixed, now)), timeline.band_hz)

    def _zoom_centre(self) -> float:
        """The cursor where it is visible, else the middle."""
        view = self._timeline.view
        at = self._timeline.cursor_s
        return at if view.start_s <= at <= view.end_s else view.centre_s
