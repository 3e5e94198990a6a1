"""What a feature is: something that the window offers beside showing a recording."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QDialog

if TYPE_CHECKING:
    from yamnet_gui.gui.workbench import Workbench


class Feature:
    """One thing that the window can do. Made with the workbench, after everything is placed.

    Imports its dialogs when they are first wanted: the window stands sooner without them.
    """

    def __init__(self, workbench: Workbench) -> None:
        self._bench = workbench

    def handlers(self) -> Mapping[str, Callable[[], object]]:
        """What each of its actions calls, by the action's id."""
        return {}

    @property
    def busy(self) -> bool:
        """Whether it has work under way that will still change the screen or a file."""
        return False

    def close(self) -> None:
        """Ends its threads; called once, before the project is closed."""


def run_dialog(dialog: QDialog) -> bool:
    """Shows a dialog until it is answered; False where it was dismissed."""
    try:
        return dialog.exec() == QDialog.DialogCode.Accepted
    finally:
        dialog.deleteLater()
