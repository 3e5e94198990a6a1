"""What a feature is: something that the window offers beside showing a recording."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QDialog


class Feature(QObject):
    """One thing that the window can do. Made once everything that it builds on is there.

    Imports its dialogs when they are first wanted: the window stands sooner without them.
    """

    def __init__(self) -> None:
        super().__init__()
        self._dialog: QDialog | None = None

    def handlers(self) -> Mapping[str, Callable[[], object]]:
        """What each of its actions calls, by the action's id."""
        return {}

    @property
    def busy(self) -> bool:
        """Whether it has work under way that will still change the screen or a file."""
        return False

    def take_dropped(self, paths: Sequence[Path]) -> Sequence[Path]:
        """Takes what it has a use for of files dropped on the window; gives back the rest."""
        return paths

    def close(self) -> None:
        """Ends its threads; called once, before the project is closed."""

    def open_dialog(self, dialog: QDialog, on_accepted: Callable[[], object]) -> None:
        """Shows a dialog over the window and goes on; `on_accepted` is called when it is agreed."""
        self.close_dialog()
        self._dialog = dialog
        dialog.accepted.connect(on_accepted)
        dialog.finished.connect(self._forget_dialog)
        dialog.open()

    def close_dialog(self) -> None:
        """Dismisses the dialog that is open, with whatever it does in the background."""
        if self._dialog is not None:
            self._dialog.reject()

    def _forget_dialog(self) -> None:
        if self._dialog is not None:
            self._dialog.deleteLater()
            self._dialog = None


def run_dialog(dialog: QDialog) -> bool:
    """Shows a dialog until it is answered; False where it was dismissed."""
    try:
        return dialog.exec() == QDialog.DialogCode.Accepted
    finally:
        dialog.deleteLater()
