"""Tab and F6 through the real window: what gets the focus can be seen, and Tab comes around."""

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QPalette
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDockWidget, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from tests.gui.support.mouse import click, place
from yamnet_gui.core.events import Event, EventList
from yamnet_gui.gui.workbench import Workbench

pytestmark = pytest.mark.workflow

SHIFT = Qt.KeyboardModifier.ShiftModifier
MOST = 200


def seen(window: QWidget, widget: QWidget) -> bool:
    """Whether a part of the widget lies inside all that contain it."""
    rect = widget.rect()
    inner = widget
    while inner is not window:
        outer = inner.parentWidget()
        rect = rect.translated(inner.mapTo(outer, QPoint())).intersected(outer.rect())
        inner = outer
    return widget.isVisible() and not rect.isEmpty()


def walk(window: QWidget, *, back: bool = False) -> list[QWidget]:
    """Every widget that Tab comes to, once around."""
    stops: list[QWidget] = []
    while True:
        focus = QApplication.focusWidget()
        assert focus is not None
        QTest.keyClick(focus, Qt.Key.Key_Backtab if back else Qt.Key.Key_Tab,
                       SHIFT if back else Qt.KeyboardModifier.NoModifier)  # fmt: skip
        widget = QApplication.focusWidget()
        assert widget is not None
        assert widget is not focus, f"Tab stays in {widget}"
        assert seen(window, widget), f"Tab goes to what is not visible: {widget}"
        if widget in stops:
            assert widget is stops[0], f"Tab comes back to {widget}, not to where it began"
            return stops
        stops.append(widget)
        assert len(stops) < MOST


def part_of(bench: Workbench) -> QWidget:
    focus = QApplication.focusWidget()
    assert focus is not None
    return next(p for p in bench.shell.window.parts() if p is focus or p.isAncestorOf(focus))


def test_tab_and_f6_reach_all_that_is_visible_and_nothing_else(
    qtbot: QtBot, start: Callable[..., Workbench], settled: Callable[[Workbench], None],
    sound_file: Path,
) -> None:  # fmt: skip
    bench = start()
    window = bench.shell.window
    settled(bench)
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    bench.shell.recordings.setFocus()
    walk(window)

    bench.open(sound_file)
    settled(bench)
    bench.session.document.set_events(EventList.of([Event("a", 1.0, 2.0, "Dog")]))
    bench.session.selection.select(("a",))
    usual = walk(window)
    assert set(walk(window, back=True)) == set(usual)
    for part in (bench.shell.events.table, bench.shell.tracks.waveform, bench.shell.classes.search):
        assert part in usual

    docks = window.findChildren(QDockWidget)
    for dock in docks:  # many panels, most of them behind others as tabs
        dock.show()
    window.show_panel("progress")
    qtbot.waitUntil(lambda: not bench.busy)
    assert bench.shell.events.table not in walk(window)
    window.show_panel("events")
    stops = walk(window)
    assert bench.shell.events.table in stops

    window.resize(1000, 560)
    qtbot.waitUntil(lambda: not bench.busy)
    walk(window)

    bench.shell.notices.show_notice("info", "Restore?", [("Restore", lambda: None)])
    parts = []
    for _ in range(len(window.parts()) + 1):
        QTest.keyClick(window, Qt.Key.Key_F6)
        parts.append(part_of(bench))
    assert bench.shell.notices in parts
    assert len(set(parts)) >= 6
    there = QApplication.focusWidget()
    QTest.keyClick(window, Qt.Key.Key_F6)
    QTest.keyClick(window, Qt.Key.Key_F6, SHIFT)
    assert QApplication.focusWidget() is there


def test_f6_comes_back_to_the_place_in_a_panel(
    qtbot: QtBot, start: Callable[..., Workbench], settled: Callable[[Workbench], None],
) -> None:  # fmt: skip
    bench = start()
    window = bench.shell.window
    settled(bench)
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    bench.shell.events.minimum_score.setFocus()
    QTest.keyClick(window, Qt.Key.Key_F6)
    assert part_of(bench) is not window.docks["events"]
    QTest.keyClick(window, Qt.Key.Key_F6, SHIFT)
    assert QApplication.focusWidget() is bench.shell.events.minimum_score
    window.float_panel("events")
    QTest.keyClick(bench.shell.events.minimum_score, Qt.Key.Key_F6)
    assert part_of(bench) is not window.docks["events"]


def test_space_presses_the_button_with_the_focus_and_plays_elsewhere(
    qtbot: QtBot, start: Callable[..., Workbench], settled: Callable[[Workbench], None],
    sound_file: Path,
) -> None:  # fmt: skip
    bench = start(sound_file)
    window, panel = bench.shell.window, bench.shell.events
    settled(bench)
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    played: list[bool] = []
    window.actions_by_id["play"].triggered.connect(lambda: played.append(True))
    pressed: list[bool] = []
    bench.shell.notices.show_notice("info", "Sure?", [("Sure", lambda: pressed.append(True))])

    def space() -> None:
        focus = QApplication.focusWidget()
        assert focus is not None
        QTest.keyClick(focus, Qt.Key.Key_Space)

    bench.shell.tracks.waveform.setFocus()
    for presses in (1, 2):
        space()
        assert (len(played), pressed) == (presses, [])
    sure = next(b for b in bench.shell.notices.findChildren(QPushButton) if b.text() == "Sure")
    sure.setFocus(Qt.FocusReason.TabFocusReason)
    space()
    assert (len(played), pressed) == (2, [True])
    bench.session.settings.set("one_per_sound", False)
    one_per_sound = panel.foot.button
    before = panel.foot._one
    one_per_sound.setFocus(Qt.FocusReason.TabFocusReason)
    space()
    assert len(played) == 2
    assert panel.foot._one is not before
    panel.states.setFocus(Qt.FocusReason.TabFocusReason)
    space()  # a box is no button
    assert len(played) == 3
    panel.table.setFocus()
    space()
    assert len(played) == 4
    bench.session.settings.set("one_per_sound", False)
    window.float_panel("events")  # a window of its own
    one_per_sound.window().activateWindow()
    qtbot.waitUntil(one_per_sound.isActiveWindow)
    one_per_sound.setFocus(Qt.FocusReason.TabFocusReason)
    space()
    assert len(played) == 4
    assert panel.foot._one is not before
    panel.search.setFocus()
    space()
    assert len(played) == 4
    assert panel.search.text() == " "


def test_a_track_that_got_the_focus_by_a_key_has_a_frame(
    qtbot: QtBot, start: Callable[..., Workbench], settled: Callable[[Workbench], None],
    sound_file: Path,
) -> None:  # fmt: skip
    bench = start(sound_file)
    window, track = bench.shell.window, bench.shell.tracks.waveform
    settled(bench)
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    color = track.palette().color(QPalette.ColorRole.Highlight)

    def framed() -> bool:
        picture = track.grab().toImage()
        middle = picture.height() // 2
        return picture.pixelColor(0, middle) == color == picture.pixelColor(1, middle)

    bench.shell.events.search.setFocus()
    assert not framed()
    for _ in window.parts():
        QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_F6)
        if track.hasFocus():
            break
    assert track.hasFocus()
    assert framed()
    click(track, place(track, 2.0))
    assert track.hasFocus()
    bench.shell.events.search.setFocus()
    assert not framed()
