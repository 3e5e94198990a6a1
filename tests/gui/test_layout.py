"""Sizes and places of the window and its panels."""

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QByteArray, QPoint, QRect, QSize, Qt
from PySide6.QtWidgets import QDockWidget, QLabel
from pytestqt.qtbot import QtBot

from yamnet_gui.gui import panel_docks
from yamnet_gui.gui.main_window import MainWindow
from yamnet_gui.gui.panel_docks import PanelPlace
from yamnet_gui.gui.screens import available_screens
from yamnet_gui.gui.workbench import Workbench

Start = Callable[..., Workbench]
Settled = Callable[[Workbench], None]


def area(window: MainWindow, name: str) -> Qt.DockWidgetArea:
    return window.dockWidgetArea(window.docks[name])


def panels(window: MainWindow) -> list[QDockWidget]:
    return window.findChildren(QDockWidget)


def test_the_first_window_fits_the_screen(start: Start) -> None:
    bench = start()
    bench.shell.window.hide()
    bench.shell.window.restore_layout()
    screen = available_screens()[0]
    assert screen.contains(bench.shell.window.frameGeometry())


def test_a_window_of_a_larger_screen_comes_back_whole(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = start().shell.window
    window.hide()
    window.setGeometry(4000, 3000, 2400, 1300)
    stored = QByteArray(window.saveGeometry())
    layouts = {"geometry": stored}
    monkeypatch.setattr(window._settings, "bytes", lambda key: layouts.get(key, QByteArray()))
    window.restore_layout()
    assert available_screens()[0].contains(window.frameGeometry())


@pytest.mark.parametrize("size", [QSize(683, 350), QSize(960, 506)])
def test_on_a_small_screen_all_side_panels_share_one_column(start: Start, size: QSize) -> None:
    window = start().shell.window
    window.docks.arrange(size)
    window.layout().activate()
    window.resize(size)
    assert window.size() == size
    names = ("recordings", "classes", "events", "inspector")
    assert {area(window, name) for name in names} == {PanelPlace.RIGHT.value}
    first = window.docks["recordings"]
    assert set(window.tabifiedDockWidgets(first)) >= {window.docks[n] for n in names[1:]}
    window.docks.arrange(QSize(1366, 734))
    assert area(window, "recordings") == area(window, "classes") == PanelPlace.LEFT.value
    assert not window.tabifiedDockWidgets(window.docks["recordings"])


def test_panels_about_what_the_tracks_show_stand_under_them(start: Start, qtbot: QtBot) -> None:
    window = start().shell.window
    inspector, events = window.docks["inspector"], window.docks["events"]
    for name in ("all events", "similar"):
        window.show_panel(name)
        assert area(window, name) == PanelPlace.MIDDLE.value
        assert window.docks[name].isVisible()
        assert inspector.isVisible()
        assert events.isVisible()
        assert not events.visibleRegion().isEmpty()
    room = window.centralWidget().height()
    assert room >= 220


def test_where_there_is_no_room_under_the_tracks_a_panel_gets_a_window(start: Start) -> None:
    window = start().shell.window
    window.docks.arrange(QSize(683, 350))
    window.layout().activate()
    window.resize(683, 350)
    window.show_panel("all events")
    assert window.docks["all events"].isFloating()
    assert available_screens()[0].contains(window.docks["all events"].frameGeometry())


def test_a_panel_in_a_window_leaves_those_at_the_right_in_sight(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(panel_docks, "available_screens", lambda: [QRect(0, 0, 1366, 768)])
    window = start().shell.window
    window.setGeometry(0, 0, 1280, 720)
    window.docks.arrange(window.size())
    window.layout().activate()
    window.show_panel("map")
    map_dock, inspector = window.docks["map"], window.docks["inspector"]
    if not map_dock.isFloating():
        window.docks.float("map")
    assert map_dock.isFloating()
    beside = QRect(inspector.mapToGlobal(QPoint(0, 0)), inspector.size())
    assert not map_dock.frameGeometry().intersects(beside)


@pytest.mark.workflow
@pytest.mark.parametrize("tall", [490, 516, 540])
def test_no_panel_makes_the_window_larger_than_it_is(
    start: Start, settled: Settled, tall: int
) -> None:
    bench = start("demo")
    settled(bench)
    window = bench.shell.window
    window.docks.arrange(QSize(960, tall))
    window.layout().activate()
    window.resize(960, tall)
    settled(bench)
    for name, action in (
        ("all events", "all_events"),
        ("activity", "activity"),
        ("similar", "find_similar"),
    ):
        window.actions_by_id[action].trigger()
        settled(bench)
        window.layout().activate()
        assert window.size() == QSize(960, tall), name
        assert window.minimumSizeHint().height() <= tall, name
        window.docks[name].hide()
        settled(bench)


@pytest.mark.workflow
def test_a_panel_that_was_built_while_it_was_hidden_gets_the_room_that_it_needs(
    start: Start, qtbot: QtBot
) -> None:
    window = start().shell.window
    window.docks.arrange(QSize(960, 540))
    window.layout().activate()
    window.resize(960, 540)
    window.show_panel("all events")  # asks what the panels beside it need, and remembers it
    qtbot.waitUntil(window.docks["all events"].isVisible)
    assert window.docks["activity"].minimumSizeHint().height() < 100
    window.docks["all events"].hide()
    built = QLabel("Counting…")
    built.setMinimumHeight(500)
    window.docks["activity"].widget().layout().addWidget(built)
    window.show_panel("activity")
    assert window.docks["activity"].isFloating()


def test_a_second_panel_under_the_tracks_becomes_a_tab_of_the_first(start: Start) -> None:
    window = start().shell.window
    window.resize(1366, 734)
    window.docks.arrange(window.size())
    window.show_panel("all events")
    window.resizeDocks([window.docks["all events"]], [520], Qt.Orientation.Vertical)
    window.layout().activate()
    activity = window.docks["activity"]
    activity.widget().setMinimumHeight(100)
    least = activity.minimumSizeHint().height()
    assert window.centralWidget().height() - 220 < least
    window.show_panel("activity")
    assert not activity.isFloating()
    assert window.docks["all events"] in window.tabifiedDockWidgets(activity)


def test_the_usual_layout_comes_back(start: Start) -> None:
    window = start().shell.window
    window.addDockWidget(PanelPlace.LEFT.value, window.docks["inspector"])
    window.docks["classes"].hide()
    window.docks["events"].setFloating(True)
    window.actions_by_id["reset_layout"].trigger()
    assert area(window, "inspector") == area(window, "events") == PanelPlace.RIGHT.value
    assert window.docks["classes"].isVisible()
    assert not window.docks["events"].isFloating()


def test_the_view_menu_has_groups(start: Start) -> None:
    bench = start()
    menus = bench.shell.window.menus
    view = menus["View"].actions()
    assert sum(action.isSeparator() for action in view) >= 3
    assert menus["Panels"].menuAction() in view
    assert menus["Tracks"].menuAction() in view
    panels = [action.text() for action in menus["Panels"].actions() if action.text()]
    assert {"Recordings", "Classes", "Events", "Inspector", "All events"} <= set(panels)
    assert [a.text() for a in menus["Tracks"].actions()][:2] == ["Waveform", "Spectrogram"]
    longest = max(sum(1 for _ in group) for group in _groups(view))
    assert longest <= 6


def _groups(actions: list) -> list[list]:
    groups: list[list] = [[]]
    for action in actions:
        if action.isSeparator():
            groups.append([])
        else:
            groups[-1].append(action)
    return groups


@pytest.mark.workflow
def test_the_note_of_an_event_is_seen_without_scrolling(start: Start, settled: Settled) -> None:
    bench = start("demo")
    settled(bench)
    bench.shell.window.resize(1366, 734)
    bench.shell.window.docks.arrange(QSize(1366, 734))
    bench.session.selection.select([bench.session.document.events.events[0].id])
    note = bench.shell.inspector.note
    assert note.isVisible()
    assert note.visibleRegion().boundingRect().size() == note.size()


def test_the_title_names_the_recording_and_the_project(
    start: Start, settled: Settled, calls_project: Path, qtbot: QtBot
) -> None:
    bench = start(calls_project)
    settled(bench)
    window = bench.shell.window
    recording = bench.session.document.recording
    assert recording is not None
    title = window.windowTitle()
    assert title.startswith(f"{recording.info.path.name} — {calls_project.stem} — ")
    bench.services.recording_controller.close_recording()
    assert window.windowTitle() == f"{calls_project.stem} — yamnet_gui"
