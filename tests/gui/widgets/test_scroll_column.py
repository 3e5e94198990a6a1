"""A column that scrolls by the wheel, whatever lies under the pointer."""

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication, QComboBox, QSpinBox, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from yamnet_gui.gui.widgets.scroll_column import ScrollColumn


def turn(field: QWidget) -> None:
    """One notch of the wheel towards the user."""
    at = QPointF(field.rect().center())
    event = QWheelEvent(
        at,
        field.mapToGlobal(at),
        QPoint(),
        QPoint(0, -120),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(field, event)


@pytest.mark.parametrize("kind", [QComboBox, QSpinBox])
def test_the_wheel_changes_a_field_only_where_it_has_the_focus(
    qtbot: QtBot, kind: type[QComboBox] | type[QSpinBox]
) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    inside = QWidget(window)
    field, last = kind(inside), QSpinBox(inside)
    if isinstance(field, QComboBox):
        field.addItems(["one", "two"])
    else:
        field.setValue(50)
    column = QVBoxLayout(inside)
    column.addWidget(field)
    column.addSpacing(2000)
    column.addWidget(last)
    area = ScrollColumn(inside, window)
    QVBoxLayout(window).addWidget(area)
    window.resize(300, 300)
    window.show()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)

    def value() -> int:
        return field.currentIndex() if isinstance(field, QComboBox) else field.value()

    last.setFocus()
    area.verticalScrollBar().setValue(0)
    before = value()
    turn(field)
    assert value() == before
    assert area.verticalScrollBar().value() > 0
    field.setFocus()
    turn(field)
    assert value() != before
