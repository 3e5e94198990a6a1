"""The events of all recordings: one table over the whole project."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from PySide6.QtCore import QItemSelectionModel, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDialogButtonBox
from pytestqt.modeltest import ModelTester
from pytestqt.qtbot import QtBot

from tests.gui.support import projects
from yamnet_gui.core.events import ReviewState
from yamnet_gui.gui.features.dataset.all_events import AllEvents
from yamnet_gui.gui.features.dataset.all_events_model import ProjectColumn
from yamnet_gui.gui.features.export.dialog import ExportDialog
from yamnet_gui.gui.workbench import Workbench
from yamnet_gui.labels.project import SET_BY_HAND, EventFilter, Project, set_starts

Start = Callable[..., Workbench]
Settled = Callable[[Workbench], None]


@pytest.fixture
def bench(qtbot: QtBot, start: Start, settled: Settled, tmp_path: Path) -> Workbench:
    bench = start(projects.made(tmp_path))
    bench.session.settings.set("autoplay", False)
    bench.session.settings.set("reviewer", "Anna")
    settled(bench)
    bench.shell.window.show_panel("all events")
    qtbot.waitUntil(lambda: feature(bench).panel.isVisible())
    settled(bench)
    bench.shell.window.activateWindow()
    qtbot.waitUntil(bench.shell.window.isActiveWindow)
    return bench


def feature(bench: Workbench) -> AllEvents:
    return next(f for f in bench.features if isinstance(f, AllEvents))


def project_of(bench: Workbench) -> Project:
    assert bench.session.project.project is not None
    return bench.session.project.project


def listed(bench: Workbench) -> list[tuple[str, str, str]]:
    model = feature(bench).panel.model
    columns = (ProjectColumn.RECORDING, ProjectColumn.CLASS, ProjectColumn.SCORE)
    return [
        tuple(model.index(row, column).data() for column in columns)
        for row in range(model.rowCount())
    ]  # type: ignore[misc]


def select(bench: Workbench, *rows: int) -> None:
    table = feature(bench).panel.table
    flags = QItemSelectionModel.SelectionFlag
    table.clearSelection()
    for row in rows:
        index = feature(bench).panel.model.index(row, 0)
        table.selectionModel().select(index, flags.Select | flags.Rows)


def count(bench: Workbench, state: ReviewState) -> int:
    return project_of(bench).events.count(EventFilter(states=frozenset([state])))


@pytest.mark.workflow
def test_all_recordings_are_listed_filtered_and_sorted(
    bench: Workbench, settled: Settled, qtmodeltester: ModelTester
) -> None:
    panel = feature(bench).panel
    assert [row[0] for row in listed(bench)] == ["a.wav"] * 4 + ["b.wav"] * 4 + ["c.wav"] * 4
    qtmodeltester.check(panel.model)
    panel.table.horizontalHeader().setSortIndicator(
        ProjectColumn.SCORE, Qt.SortOrder.DescendingOrder
    )
    panel.fields.search.setText("bird")
    settled(bench)
    assert listed(bench) == [
        ("a.wav", "Bird", "0.70"),
        ("b.wav", "Bird", "0.69"),
        ("c.wav", "Bird", "0.68"),
    ]
    assert panel.count.text() == "12 events · 3 shown"
    panel.fields.search.clear()
    panel.fields.least.setValue(0.885)
    settled(bench)
    assert [row[0] for row in listed(bench)] == ["a.wav", "b.wav"]


@pytest.mark.workflow
def test_an_event_is_opened_in_its_recording(bench: Workbench, settled: Settled) -> None:
    panel = feature(bench).panel
    panel.opened.emit(9)
    settled(bench)
    event = bench.services.event_navigation.current
    assert event is not None
    assert (bench.services.recording.path.name, event.onset_s) == ("c.wav", 2.0)  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("key", "state"),
    [
        (Qt.Key.Key_A, ReviewState.ACCEPTED),
        (Qt.Key.Key_R, ReviewState.REJECTED),
        (Qt.Key.Key_U, ReviewState.UNCERTAIN),
    ],
)
@pytest.mark.workflow
def test_a_key_decides_on_a_selection_across_recordings_as_one_step(
    bench: Workbench, settled: Settled, key: Qt.Key, state: ReviewState
) -> None:
    select(bench, 1, 5, 9)
    feature(bench).panel.table.setFocus()
    QTest.keyClick(feature(bench).panel.table, key)
    settled(bench)
    assert count(bench, state) == 3
    assert bench.session.document.events.events[1].state is state  # the open recording follows
    assert bench.session.document.events.events[1].reviewer == "Anna"
    assert len(feature(bench).panel.selected) == 3
    bench.services.review.history.undo()
    settled(bench)
    assert count(bench, state) == 0


def test_what_is_filtered_out_by_a_decision_leaves_the_table(
    bench: Workbench, settled: Settled
) -> None:
    panel = feature(bench).panel
    panel.fields.states.setCurrentIndex(1)
    settled(bench)
    select(bench, 0, 4)
    panel.decided.emit(ReviewState.ACCEPTED)
    settled(bench)
    assert panel.count.text() == "12 events · 10 shown"
    assert listed(bench)[0] == ("a.wav", "Bird", "0.70")


@pytest.mark.workflow
def test_rejected_events_can_be_left_out(bench: Workbench, settled: Settled) -> None:
    panel = feature(bench).panel
    select(bench, 0, 4)
    panel.decided.emit(ReviewState.REJECTED)
    settled(bench)
    panel.fields.states.setCurrentText("Not rejected")
    settled(bench)
    assert panel.count.text() == "12 events · 10 shown"


def test_shortcuts_act_on_the_open_recording_if_nothing_is_selected_here(
    bench: Workbench, settled: Settled
) -> None:
    feature(bench).panel.table.clearSelection()
    bench.services.queue_controller.step(1)
    QTest.keyClick(feature(bench).panel.table, Qt.Key.Key_A)
    settled(bench)
    assert bench.session.document.events.events[0].state is ReviewState.ACCEPTED
    assert count(bench, ReviewState.ACCEPTED) == 1


@pytest.mark.workflow
def test_what_is_selected_across_recordings_can_be_exported(
    bench: Workbench, settled: Settled, qtbot: QtBot
) -> None:
    select(bench, 0, 5, 7)
    wanted = sorted((place, label) for place, label, _ in (listed(bench)[k] for k in (0, 5, 7)))
    assert len({place for place, _ in wanted}) > 1
    bench.shell.window.actions_by_id["export"].trigger()
    (dialog,) = [d for d in bench.shell.window.findChildren(ExportDialog) if d.isVisible()]
    what = dialog.what
    if what.scope.findData("project") != what.scope.currentIndex():
        assert not what.which_rows.isVisible()
        what.scope.setCurrentIndex(what.scope.findData("project"))
    assert what.which_rows.isVisible()
    what.which_rows.setCurrentIndex(what.which_rows.findData("selected"))
    save = dialog.buttons.button(QDialogButtonBox.StandardButton.Save)
    qtbot.waitUntil(save.isEnabled)
    assert dialog.summary.text().startswith("3 of 12 events")
    assert sorted(
        (r.recording.path.name, e.label) for r in dialog.what.recordings for e in r.events
        if (r.recording.path, e.id) in (what.choice.events or ())
    ) == wanted  # fmt: skip
    dialog.reject()


@pytest.mark.workflow
def test_clock_times_come_with_the_date_and_can_be_filtered_by_the_time_of_day(
    bench: Workbench, settled: Settled
) -> None:
    panel, project = feature(bench).panel, project_of(bench)
    assert not panel.fields.time_of_day.isVisible()
    one, two = project.recordings.get("id-a"), project.recordings.get("id-b")
    assert one is not None
    assert two is not None
    morning = datetime(2026, 5, 3, 6, 0, tzinfo=UTC)
    starts = ((one, morning, SET_BY_HAND), (two, morning.replace(hour=22), SET_BY_HAND))
    project.apply(set_starts(starts))
    bench.session.settings.set("clock_time", True)
    settled(bench)
    assert panel.fields.time_of_day.isVisible()
    panel.model.set_compact(True)
    onsets = [panel.model.index(row, ProjectColumn.ONSET).data() for row in range(12)]
    assert onsets[:4] == ["05-03 06:00"] * 4
    assert all(text.startswith("0:0") for text in onsets[8:])
    panel.model.set_compact(False)
    assert panel.model.index(0, ProjectColumn.ONSET).data().startswith("2026-05-03 06:00:0")
    bench.shell.window.docks["all events"].setFloating(True)
    for width in (300, 340, 700):
        panel.parentWidget().resize(width, 400)
        table, header = panel.table, panel.table.horizontalHeader()
        shown = [c for c in ProjectColumn if not table.isColumnHidden(c)]
        for column in shown:
            title = str(panel.model.headerData(column, Qt.Orientation.Horizontal))
            assert header.sectionSize(column) > header.fontMetrics().horizontalAdvance(title)
        assert table.columnWidth(ProjectColumn.CLASS) >= 100
        assert (ProjectColumn.RECORDING in shown) == (width == 700)
    panel.fields.time_of_day.setText("5-7")
    settled(bench)
    assert {row[0] for row in listed(bench)} == {"a.wav"}
    panel.fields.time_of_day.setText("5-")
    settled(bench)
    assert len(listed(bench)) == 12
    panel.fields.time_of_day.setText("21:30 - 6")
    settled(bench)
    assert {row[0] for row in listed(bench)} == {"b.wav"}
    bench.session.settings.set("clock_time", False)
    settled(bench)
    assert len(listed(bench)) == 12


@pytest.mark.workflow
def test_a_row_that_is_chosen_opens_its_recording_and_the_arrow_keys_go_on(
    bench: Workbench, settled: Settled
) -> None:
    table = feature(bench).panel.table
    table.setFocus()
    table.selectRow(5)
    settled(bench)
    event = bench.services.event_navigation.current
    assert event is not None
    assert (bench.services.recording.path.name, event.onset_s) == ("b.wav", 2.0)  # type: ignore[union-attr]
    assert table.hasFocus()
    QTest.keyClick(table, Qt.Key.Key_Down)
    settled(bench)
    following = bench.services.event_navigation.current
    assert following is not None
    assert following.onset_s > event.onset_s
    assert bench.shell.tracks.ruler.timeline.view.start_s <= following.onset_s
    bench.session.settings.set("follow_selection", False)
    table.selectRow(9)
    settled(bench)
    assert bench.services.recording.path.name == "b.wav"  # type: ignore[union-attr]


def test_an_empty_table_says_why_it_is_empty(bench: Workbench, settled: Settled) -> None:
    panel = bench.feature(AllEvents).panel
    bench.shell.window.show_panel("all events")
    settled(bench)
    assert panel.model.rowCount()
    assert not panel.empty.isVisible()
    panel.fields.search.setText("no such sound")
    settled(bench)
    assert panel.empty.isVisible()
    assert panel.empty.text() == "No events match the filter."
    assert panel.empty.geometry() == panel.table.viewport().rect()
