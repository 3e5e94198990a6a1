"""Dialogs in tests without the window."""

from typing import TypeVar

from PySide6.QtWidgets import QDialog
from pytestqt.qtbot import QtBot

D = TypeVar("D", bound=QDialog)


def rejected_at_the_end(qtbot: QtBot, dialog: D) -> D:
    """Rejects the dialog after the test, which stops its threads.

    A dialog that is not shown is not rejected by closing it. If an assertion fails while its
    thread runs, the thread would be destroyed with it, which aborts the whole process.
    """
    qtbot.addWidget(dialog, before_close_func=lambda shown: shown.reject())
    return dialog
