"""Going from panel to panel by keys."""

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QWidget

from yamnet_gui.gui.main_window import MainWindow
from yamnet_gui.gui.widgets.focus import first_focus, give_focus, takes_tab


class PanelFocus:
    """Gives the focus to the next part of the window, where it was there the last time."""

    def __init__(self, window: MainWindow) -> None:
        self._window = window

    def handlers(self) -> dict[str, Callable[[], object]]:
        """What each action of the table calls."""
        return {"next_panel": lambda: self.go(1), "previous_panel": lambda: self.go(-1)}

    def go(self, direction: int) -> None:
        """To the next (1) or previous (-1) part that can be seen and takes the focus."""
        parts, focus = self._window.parts(), QApplication.focusWidget()
        here = next((p for p in parts if focus and (p is focus or p.isAncestorOf(focus))), None)
        at = parts.index(here) if here is not None else (-1 if direction > 0 else 0)
        for step in range(1, len(parts) + 1):
            part = parts[(at + direction * step) % len(parts)]
            widget = _stop_in(part)
            if widget is not None and part is not here:
                part.window().activateWindow()
                give_focus(part.window(), widget, Qt.FocusReason.ShortcutFocusReason)
                return


def _stop_in(part: QWidget) -> QWidget | None:
    """Where the focus was in a part the last time, else the first place in it."""
    window, last = part.window(), part.focusWidget()
    inside = last is not None and part.isAncestorOf(last)
    return last if inside and last and takes_tab(window, last) else first_focus(window, part)
