"""Errors that nobody foresaw: shown once, copied, and the window goes on."""

import sys
import threading
from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from yamnet_gui.gui.dialogs.unexpected_error import UnexpectedErrorDialog
from yamnet_gui.gui.unexpected_errors import UnexpectedErrors


@pytest.fixture
def window(qtbot: QtBot) -> QWidget:
    widget = QWidget()
    qtbot.addWidget(widget)
    widget.show()
    return widget


@pytest.fixture
def errors(window: QWidget) -> Iterator[UnexpectedErrors]:
    errors = UnexpectedErrors(window)
    errors.install()
    yield errors
    errors.uninstall()


def dialogs(window: QWidget) -> list[UnexpectedErrorDialog]:
    return [d for d in window.findChildren(UnexpectedErrorDialog) if d.isVisible()]


def fail(number: int) -> None:
    raise ValueError(f"defect {number}")


def test_an_error_in_a_slot_is_shown_and_can_be_copied(
    errors: UnexpectedErrors, window: QWidget, qtbot: QtBot
) -> None:
    QTimer.singleShot(0, lambda: fail(1))
    qtbot.waitUntil(lambda: bool(dialogs(window)))
    (dialog,) = dialogs(window)
    assert "ValueError: defect 1" in dialog.report.toPlainText()
    qtbot.mouseClick(dialog.copy, Qt.MouseButton.LeftButton)
    assert QGuiApplication.clipboard().text() == dialog.report.toPlainText()


def test_further_errors_are_counted_in_the_open_dialog(
    errors: UnexpectedErrors, window: QWidget, qtbot: QtBot
) -> None:
    for number in (1, 2, 2):
        QTimer.singleShot(0, lambda number=number: fail(number))
    qtbot.waitUntil(lambda: bool(dialogs(window)) and "2 more" in dialogs(window)[0].more.text())
    (dialog,) = dialogs(window)
    text = dialog.report.toPlainText()
    assert text.count("ValueError: defect 1") == 1
    assert text.count("ValueError: defect 2") == 1
    dialog.reject()
    QTimer.singleShot(0, lambda: fail(3))
    qtbot.waitUntil(lambda: bool(dialogs(window)))
    assert "defect 3" in dialogs(window)[0].report.toPlainText()


def test_an_error_in_a_thread_is_shown_in_the_window(
    errors: UnexpectedErrors, window: QWidget, qtbot: QtBot
) -> None:
    thread = threading.Thread(target=fail, args=(4,))
    thread.start()
    thread.join()
    qtbot.waitUntil(lambda: bool(dialogs(window)))
    assert "defect 4" in dialogs(window)[0].report.toPlainText()


def test_the_former_handlers_come_back(window: QWidget) -> None:
    before = sys.excepthook, threading.excepthook
    errors = UnexpectedErrors(window)
    errors.install()
    assert sys.excepthook != before[0]
    errors.uninstall()
    assert (sys.excepthook, threading.excepthook) == before
