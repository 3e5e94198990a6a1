"""What the View menu shows, and how the box tool shows that it is in use."""

from collections.abc import Callable

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QToolButton
from pytestqt.qtbot import QtBot

from tests.gui.support.mouse import drag, place
from yamnet_gui.gui.dialogs.class_picker import ClassPickerDialog
from yamnet_gui.gui.dialogs.spectrogram import SpectrogramDialog
from yamnet_gui.gui.features.view import ViewActions
from yamnet_gui.gui.workbench import Workbench


@pytest.mark.workflow
@pytest.mark.parametrize("reject", [True, False])
def test_the_spectrogram_dialog_leaves_no_widgets(
    qtbot: QtBot, start: Callable[..., Workbench], reject: bool
) -> None:
    bench = start()
    window, view = bench.shell.window, bench.feature(ViewActions)

    def dialogs() -> list[SpectrogramDialog]:
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        return window.findChildren(SpectrogramDialog)

    for _ in range(3):
        view.spectrogram()
        view.spectrogram()  # in place of the one that is open
        (dialog,) = dialogs()
        assert dialog.isVisible()
        dialog.reject() if reject else dialog.close()
        assert dialogs() == []


@pytest.fixture
def demo(qtbot: QtBot, start: Callable[..., Workbench], settled: Callable[[Workbench], None]):
    bench = start("demo")
    settled(bench)
    bench.session.settings.set("autoplay", False)
    bench.shell.window.activateWindow()
    qtbot.waitUntil(bench.shell.window.isActiveWindow)
    return bench


@pytest.mark.workflow
def test_a_class_that_is_searched_for_joins_the_rows_and_esc_takes_it_away(
    demo: Workbench, qtbot: QtBot
) -> None:
    view, window = demo.session.class_view, demo.shell.window
    rows = view.shown

    def answer() -> None:
        dialogs = [w for w in QApplication.topLevelWidgets() if isinstance(w, ClassPickerDialog)]
        if dialogs:
            timer.stop()
            QTest.keyClicks(dialogs[0].search, "Roar")
            QTest.keyClick(dialogs[0].search, Qt.Key.Key_Return)

    timer = QTimer()
    timer.timeout.connect(answer)
    timer.start(20)
    QTest.keyClick(window, Qt.Key.Key_Slash)
    (roar,) = view.shown[:1]
    assert demo.session.class_map.value[roar].name.startswith("Roar")
    assert view.shown[1:] == rows, "all other rows are still there"
    assert view.chosen == roar
    assert "Esc takes it away" in demo.shell.status.message.text()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    QTest.keyClick(window, Qt.Key.Key_Escape)
    assert view.shown == rows


@pytest.mark.workflow
@pytest.mark.qt_log_ignore("does not support raise", extend=True)  # tooltips, offscreen
def test_the_box_tool_can_be_seen_and_esc_ends_it(demo: Workbench) -> None:
    window, track, status = demo.shell.window, demo.shell.tracks.spectrogram, demo.shell.status
    action = window.actions_by_id["box_tool"]
    (button,) = [b for b in window.toolbar.findChildren(QToolButton) if b.defaultAction() is action]
    assert not action.icon().isNull()
    assert button.isVisible()
    QTest.keyClick(window, Qt.Key.Key_B)
    assert button.isChecked()
    assert "Drag a box over the spectrogram" in status.message.text()
    assert "Esc ends the box tool" in status.message.text()
    assert track.hover_shape(track.area.boundingRect().center()) is Qt.CursorShape.CrossCursor

    event = demo.session.document.shown.events.events[0]
    demo.session.selection.select([event.id])
    drag(track, place(track, 20.0, 0.3), place(track, 30.0, 0.7))
    assert status.message.text() == (
        f"D makes it an event, Shift+B the box of {event.label}; Esc ends the box tool."
    )

    QTest.keyClick(window, Qt.Key.Key_Escape)
    assert not button.isChecked()
    assert demo.session.timeline.band_hz is not None, "the box is still there"
    assert demo.session.selection.ids
    QTest.keyClick(window, Qt.Key.Key_Escape)
    assert demo.session.timeline.selection is None
    assert not demo.session.selection.ids
