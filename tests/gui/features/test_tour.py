"""The tour: offered once, six steps beside what they are about, and called again."""

from collections.abc import Callable

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtWidgets import QPushButton, QWidget
from pytestqt.qtbot import QtBot

from yamnet_gui.gui.features.tour import STEPS, TourFeature
from yamnet_gui.gui.workbench import Workbench

pytestmark = pytest.mark.workflow
Start = Callable[..., Workbench]
Settled = Callable[[Workbench], None]


def press(qtbot: QtBot, bench: Workbench, key: Qt.Key) -> None:
    focus = bench.shell.window.focusWidget()
    assert focus is not None
    qtbot.keyClick(focus, key)


def test_the_first_start_offers_the_demo_and_six_steps_by_keys(
    start: Start, settled: Settled, qtbot: QtBot
) -> None:
    bench = start()
    window, tour = bench.shell.window, bench.feature(TourFeature)
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    bench.offer_tour()
    callout = tour._callout
    assert callout is not None
    for button in bench.shell.welcome.findChildren(QPushButton):
        covered = QRect(button.mapTo(window, QPoint(0, 0)), button.size())
        assert not covered.intersects(callout.geometry())  # the offer lies on no other way to begin
    titles = []
    for _step in STEPS:
        press(qtbot, bench, Qt.Key.Key_Return)
        settled(bench)
        titles.append(callout.title.text())
        whole = window.rect()
        assert whole.contains(callout.geometry())
        assert "{" not in callout.text.text()
        if callout._part not in (bench.shell.tracks, None):  # the note hides nothing else
            part: QWidget = callout._part
            covered = QRect(part.mapTo(window, QPoint(0, 0)), part.size())
            assert not covered.intersects(callout.geometry().adjusted(14, 14, -14, -14))
    assert titles == [step.title for step in STEPS]
    assert bench.session.document.recording is not None
    press(qtbot, bench, Qt.Key.Key_Return)
    assert not tour.running
    bench.offer_tour()
    assert not tour.running  # seen
    window.actions_by_id["tour"].trigger()
    assert tour.running
    press(qtbot, bench, Qt.Key.Key_Escape)
    assert not tour.running


def test_the_tour_names_keys_as_they_are_set_and_goes_back(start: Start, settled: Settled) -> None:
    bench = start("demo")
    settled(bench)
    bench.session.settings.set_shortcut("accept", "Y")
    tour = bench.feature(TourFeature)
    tour.start()
    for _ in range(3):
        tour._onward()
    assert tour._callout is not None
    assert tour._callout.text.text().startswith("Y accepts the event")
    assert bench.session.selection.ids  # there is something in the inspector
    tour._callout.back_button.click()
    assert tour._callout.title.text() == STEPS[2].title
    tour._callout.close_button.click()
    assert not tour.running
