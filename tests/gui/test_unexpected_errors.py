"""Errors that nobody foresaw: shown once, copied, and the window goes on."""

import sys
import threading
from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QGuiApplication, QPaintEvent
from PySide6.QtWidgets import QDialog, QWidget
from pytestqt.qtbot import QtBot
from shiboken6 import isValid

from yamnet_gui.gui.background.runner import JobRunner
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


def fail_elsewhere(number: int) -> None:
    raise ValueError(f"defect {number}")


def fail_at_last(number: int) -> None:
    raise ValueError(f"defect {number}")


class FailingPaint(QWidget):
    """Fails whenever it is painted, each time with another text."""

    painted = 0

    def paintEvent(self, event: QPaintEvent) -> None:
        self.painted += 1
        raise ValueError(f"painting {self.painted}")


class FailingJob:
    """A defect before or after the first result."""

    def __init__(self, *, at_once: bool) -> None:
        self.at_once = at_once

    def run(self) -> Iterator[int]:
        if self.at_once:
            raise KeyError("job")
        return self.later()

    def later(self) -> Iterator[int]:
        yield 1
        raise KeyError("job")


def test_what_fails_at_every_repaint_is_shown_and_logged_once(
    errors: UnexpectedErrors, window: QWidget, qtbot: QtBot, caplog: pytest.LogCaptureFixture
) -> None:
    failing = FailingPaint(window)
    failing.show()
    qtbot.waitUntil(lambda: bool(dialogs(window)))
    dialogs(window)[0].reject()
    qtbot.waitUntil(lambda: not dialogs(window))

    def painted_again() -> bool:
        failing.update()
        return failing.painted > 8

    qtbot.waitUntil(painted_again)
    QTimer.singleShot(0, lambda: fail(1))
    qtbot.waitUntil(lambda: bool(dialogs(window)))
    assert "painting" not in dialogs(window)[0].report.toPlainText()
    assert len([r for r in caplog.records if r.exc_info and "painting" in str(r.exc_info[1])]) == 3


@pytest.mark.parametrize("at_once", [True, False])
def test_a_defect_in_a_job_is_shown_whoever_drops_its_failures(
    errors: UnexpectedErrors, window: QWidget, qtbot: QtBot, at_once: bool
) -> None:
    runner = JobRunner("failing")
    try:
        runner.submit(FailingJob(at_once=at_once))
        qtbot.waitUntil(lambda: bool(dialogs(window)) and not runner.busy)
        assert "KeyError: 'job'" in dialogs(window)[0].report.toPlainText()
    finally:
        runner.close()


def test_an_error_under_a_modal_dialog_is_shown_above_it(
    errors: UnexpectedErrors, window: QWidget, qtbot: QtBot
) -> None:
    modal = QDialog(window)
    modal.open()
    QTimer.singleShot(0, lambda: fail(1))
    qtbot.waitUntil(lambda: bool(dialogs(modal)))
    modal.reject()
    modal.deleteLater()
    qtbot.waitUntil(lambda: not isValid(modal))
    QTimer.singleShot(0, lambda: fail_elsewhere(2))
    qtbot.waitUntil(lambda: bool(dialogs(window)))


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
    QTimer.singleShot(0, lambda: fail(1))
    for _ in range(2):
        QTimer.singleShot(0, lambda: fail_elsewhere(2))
    qtbot.waitUntil(lambda: bool(dialogs(window)) and "2 more" in dialogs(window)[0].more.text())
    (dialog,) = dialogs(window)
    text = dialog.report.toPlainText()
    assert text.count("ValueError: defect 1") == 1
    assert text.count("ValueError: defect 2") == 1
    dialog.reject()
    QTimer.singleShot(0, lambda: fail_at_last(3))
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
    before = sys.excepthook, threading.excepthook, sys.unraisablehook
    errors = UnexpectedErrors(window)
    errors.install()
    assert sys.excepthook != before[0]
    errors.uninstall()
    assert (sys.excepthook, threading.excepthook, sys.unraisablehook) == before
