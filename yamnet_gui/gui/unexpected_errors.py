"""Catches errors that nobody foresaw, in slots, painting, jobs and threads, and shows them once."""

import logging
import sys
import threading
import traceback
from types import TracebackType

from PySide6.QtCore import QObject, Signal, Slot, qVersion
from PySide6.QtWidgets import QApplication, QWidget
from shiboken6 import isValid

from yamnet_gui.core.report import error_report

from .dialogs.unexpected_error import UnexpectedErrorDialog

_MOST_LOGGED = 3
"""What fails at every repaint would fill the disk with the same traceback."""

_log = logging.getLogger(__name__)


class UnexpectedErrors(QObject):
    """While installed, an error that would end in a bare traceback is logged and shown.

    The window goes on: what the user decided is in the project already. The same error, one that
    was raised in the same lines, is shown once in the life of the window: showing it repaints
    the window, which may raise it again.
    """

    _raised = Signal(str)  # by a signal, because threads raise errors, too

    def __init__(self, window: QWidget) -> None:
        super().__init__()
        self._window = window
        self._dialog: UnexpectedErrorDialog | None = None
        self._former = sys.excepthook, threading.excepthook, sys.unraisablehook
        self._count: dict[str, int] = {}
        self._lock = threading.Lock()
        self._raised.connect(self._show)

    def install(self) -> None:
        sys.excepthook = self._on_error
        threading.excepthook = self._on_thread_error
        sys.unraisablehook = self._on_unraisable

    def uninstall(self) -> None:
        sys.excepthook, threading.excepthook, sys.unraisablehook = self._former

    def _on_error(
        self, kind: type[BaseException], error: BaseException, trace: TracebackType | None
    ) -> None:
        if not issubclass(kind, Exception):  # Ctrl+C and the like keep their meaning
            self._former[0](kind, error, trace)
            return
        count = self._counted(kind, trace)
        if count <= _MOST_LOGGED:
            _log.error("an unexpected error", exc_info=(kind, error, trace))
        elif count & (count - 1) == 0:
            _log.error("the same unexpected error (%s) for the %dth time", kind.__name__, count)
        if count == 1:
            self._raised.emit(error_report(kind, error, trace, f"Qt {qVersion()}"))
        else:
            self._raised.emit("")

    def _on_thread_error(self, raised: threading.ExceptHookArgs) -> None:
        if raised.exc_value is not None:
            self._on_error(raised.exc_type, raised.exc_value, raised.exc_traceback)

    def _on_unraisable(self, raised: "sys.UnraisableHookArgs") -> None:
        """What fails while something is destroyed has no effect that a user could notice."""
        kind, trace = raised.exc_type, raised.exc_traceback
        if self._counted(kind, trace) <= _MOST_LOGGED:
            exc_info = None if raised.exc_value is None else (kind, raised.exc_value, trace)
            _log.error("an error in %r", raised.object, exc_info=exc_info)

    def _counted(self, kind: type[BaseException], trace: TracebackType | None) -> int:
        """How often an error of this kind was raised in the same lines."""
        where = "|".join(f"{f.filename}:{f.lineno}" for f in traceback.extract_tb(trace))
        with self._lock:
            key = f"{kind.__qualname__}|{where}"
            self._count[key] = self._count.get(key, 0) + 1
            return self._count[key]

    @Slot(str)
    def _show(self, report: str) -> None:
        """Shows a new error; one that was shown before ("") only counts while a dialog is open."""
        if self._dialog is not None and isValid(self._dialog):
            self._dialog.add(report)
        elif report and isValid(self._window):
            # above a modal dialog, which would take all input from one behind it
            parent = QApplication.activeModalWidget() or self._window
            self._dialog = UnexpectedErrorDialog(report, parent)
            self._dialog.finished.connect(self._forget)
            self._dialog.open()

    @Slot()
    def _forget(self) -> None:
        if self._dialog is not None:
            self._dialog.deleteLater()
            self._dialog = None
