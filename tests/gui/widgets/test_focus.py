"""Looking where Tab goes leaves everything as it was."""

import pytest
from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QMainWindow, QPushButton, QWidget
from pytestqt.qtbot import QtBot
from shiboken6 import isValid

from yamnet_gui.gui.widgets.focus import first_focus, focus_beside


@pytest.mark.parametrize("forward", [True, False])
def test_what_stands_behind_a_widget_outlives_it(qtbot: QtBot, forward: bool) -> None:
    window = QMainWindow()
    qtbot.addWidget(window)
    bar = window.menuBar()
    menu = bar.addMenu("File")
    field = QPushButton("in the window", window)
    note = QWidget(window)
    button = QPushButton("on a note", note)
    window.show()
    for start in (button, note, field, window):
        focus_beside(window, start, forward)
    first_focus(window, note)
    assert note.parentWidget() is window
    assert window.isWindow()
    note.deleteLater()
    del note, button
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
    assert all(isValid(one) for one in (window, bar, menu, field))
    assert menu.title() == "File"
