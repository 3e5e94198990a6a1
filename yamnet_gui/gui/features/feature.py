"""A feature: something that the window offers besides showing a recording."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QDialog


class Feature(QObject):
    """One part of what the window can do; created after the services that it needs.

    It imports its dialogs when they are first opened, so that the window starts faster.
    """

    def __init__(self) -> None:
        super().__init__()
        self._dialog: QDialog | None = None

    def handlers(self) -> Mapping[str, Callable[[], object]]:
        """The handlers of its actions, by the action's id."""
        return {}

    @property
    def busy(self) -> bool:
        """Whether work is running that will still change the screen or a file."""
        return False

    def take_dropped(self, paths: Sequence[Path]) -> Sequence[Path]:
        """Opens those of the dropped files that it can read; returns the others."""
        return paths

    def close(self) -> None:
        """Stops its threads; called once, before the project is closed."""

    def open_dialog(self, dialog: QDialog, on_accepted: Callable[[], object]) -> None:
        """Opens a modal dialog and returns at once; `on_accepted` is called if it is accepted."""
        self.close_dialog()
        self._dialog = dialog
        dialog.accepted.connect(on_accepted)
        dialog.finished.connect(self._forget_dialog)
        dialog.open()

    def close_dialog(self) -> None:
        """Rejects the open dialog, which stops its background work."""
        if self._dialog is not None:
            self._dialog.reject()

    def _forget_dialog(self) -> None:
        if self._dialog is not None:
            self._dialog.deleteLater()
            self._dialog = None


def run_dialog(dialog: QDialog) -> bool:
    """Shows a dialog until it is closed; False if it was rejected."""
    try:
        return dialog.exec() == QDialog.DialogCode.Accepted
    finally:
        dialog.deleteLater()
