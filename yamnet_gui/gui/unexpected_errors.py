"""Catches errors that nobody foresaw, in slots and in threads, and shows them once."""

import logging
import sys
import threading
from types import TracebackType

from PySide6.QtCore import QObject, Signal, Slot, qVersion
from PySide6.QtWidgets import QWidget

from yamnet_gui.core.report import error_report

from .dialogs.unexpected_error import UnexpectedErrorDialog

_log = logging.getLogger(__name__)


class UnexpectedErrors(QObject):
    """While installed, an error that would end in a bare traceback is logged and shown.

    The window goes on: what the user decided is in the project already.
    """

    _raised = Signal(str)  # by a signal, because threads raise errors, too

    def __init__(self, window: QWidget) -> None:
        super().__init__()
        self._window = window
        self._dialog: UnexpectedErrorDialog | None = None
        self._former = sys.excepthook, threading.excepthook
        self._raised.connect(self._show)

    def install(self) -> None:
        sys.excepthook = self._on_error
        threading.excepthook = self._on_thread_error

    def uninstall(self) -> None:
        sys.excepthook, threading.excepthook = self._former

    def _on_error(
        self, kind: type[BaseException], error: BaseException, trace: TracebackType | None
    ) -> None:
        if not issubclass(kind, Exception):  # Ctrl+C and the like keep their meaning
            self._former[0](kind, error, trace)
            return
        _log.error("an unexpected error", exc_info=(kind, error, trace))
        self._raised.emit(error_report(kind, error, trace, f"Qt {qVersion()}"))

    def _on_thread_error(self, raised: threading.ExceptHookArgs) -> None:
        if raised.exc_value is not None:
            self._on_error(raised.exc_type, raised.exc_value, raised.exc_traceback)

    @Slot(str)
    def _show(self, report: str) -> None:
        if self._dialog is not None:
            self._dialog.add(report)
            return
        self._dialog = UnexpectedErrorDialog(report, self._window)
        self._dialog.finished.connect(self._forget)
        self._dialog.open()

    @Slot()
    def _forget(self) -> None:
        if self._dialog is not None:
            self._dialog.deleteLater()
            self._dialog = None
