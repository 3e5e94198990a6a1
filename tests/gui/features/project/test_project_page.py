"""The page of a project, and what opens it."""

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from tests.gui.support import projects
from yamnet_gui.core.events import ReviewState
from yamnet_gui.gui.features.dataset.feature import DatasetFeature
from yamnet_gui.gui.features.project.page import ProjectPage
from yamnet_gui.gui.features.project.project_page import ProjectPageFeature
from yamnet_gui.gui.features.recent_files import RecentFiles
from yamnet_gui.gui.workbench import Workbench
from yamnet_gui.labels.project import Overview, Task

Start = Callable[..., Workbench]
Settled = Callable[[Workbench], None]


@pytest.mark.workflow
def test_a_project_chosen_on_the_start_page_shows_where_it_is_and_goes_on_there(
    start: Start, settled: Settled, tmp_path: Path, qtbot: QtBot
) -> None:
    path = projects.made(tmp_path / "one")
    bench = start()
    settled(bench)
    bench.session.settings.set("autoplay", False)
    bench.session.settings.remember_project(path)
    bench.session.settings.remember_project(tmp_path / "moved away.yamnet")
    settled(bench)
    welcome = bench.shell.welcome
    rows = welcome.projects.rows
    qtbot.waitUntil(lambda: rows[0].link.missing)
    assert [row.path for row in rows] == [tmp_path / "moved away.yamnet", path]
    assert not rows[1].link.missing
    rows[0].remove.click()
    assert [row.path for row in welcome.projects.rows] == [path]
    qtbot.mouseClick(welcome.projects.rows[0].link, Qt.MouseButton.LeftButton)
    settled(bench)
    feature = bench.feature(ProjectPageFeature)
    page = feature.page
    assert page is not None
    assert page.isVisible()
    assert bench.session.document.recording is not None  # is opened behind the page
    assert page.title.text() == path.stem
    assert page.events.number.text() == "0"
    assert page.next.text() == "Review 12 events"
    assert page.failed.isHidden()
    qtbot.mouseClick(page.next, Qt.MouseButton.LeftButton)
    settled(bench)
    assert bench.shell.tracks.isVisible()
    current = bench.services.event_navigation.current
    assert current is not None
    QTest.keyClick(bench.shell.window, Qt.Key.Key_A)
    settled(bench)
    bench.shell.window.actions_by_id["project_page"].trigger()
    settled(bench)
    assert page.isVisible()
    assert page.events.number.text() == "1"
    assert page.next.text() == "Review 11 events"
    assert page.bars.days[-1][1] >= 1
    assert "Accept" in page.steps[0].text()
    qtbot.keyClick(page.next, Qt.Key.Key_Escape)
    assert bench.shell.tracks.isVisible()


def test_without_a_recording_the_page_of_the_project_is_shown(
    start: Start, settled: Settled, tmp_path: Path
) -> None:
    bench = start(projects.made(tmp_path))
    settled(bench)
    assert bench.shell.tracks.isVisible()
    bench.shell.window.actions_by_id["close"].trigger()
    settled(bench)
    page = bench.feature(ProjectPageFeature).page
    assert page is not None
    assert page.isVisible()
    assert page.back.isHidden()
    bench.services.recording.open(bench.shell.recordings.files[1])
    settled(bench)
    assert bench.shell.tracks.isVisible()


def test_a_new_project_asks_for_recordings(start: Start, settled: Settled, tmp_path: Path) -> None:
    bench = start()
    settled(bench)
    bench.services.projects.create(tmp_path / "new.yamnet")
    settled(bench)
    page = bench.feature(ProjectPageFeature).page
    assert page is not None
    assert page.isVisible()
    assert page.next.text() == "Add recordings…"
    assert page.others[Task.EXPORT].isHidden()
    assert page.others[Task.REVIEW].isHidden()


def test_the_personal_project_has_no_page(start: Start, settled: Settled) -> None:
    bench = start()
    settled(bench)
    assert not bench.shell.window.actions_by_id["project_page"].isEnabled()
    assert bench.shell.welcome.isVisible()
    assert bench.feature(ProjectPageFeature).page is None


def test_recent_files_are_in_the_file_menu_until_they_are_cleared(
    start: Start, settled: Settled, tmp_path: Path, sound_file: Path
) -> None:
    path = projects.made(tmp_path / "one")
    bench = start(sound_file)
    settled(bench)
    bench.services.projects.open(path)
    settled(bench)
    menu = bench.shell.window.menus["Open recent"]
    menu.aboutToShow.emit()
    texts = [action.text() for action in menu.actions() if action.text()]
    assert texts == [path.name, "a.wav", sound_file.name, "&Clear this list"]
    menu.actions()[0].trigger()
    settled(bench)
    menu.actions()[-1].trigger()
    assert bench.session.settings.recent_projects() == []
    assert bench.session.settings.recent_files() == []
    assert not menu.menuAction().isVisible()
    assert path.is_file()


def test_a_window_that_begins_with_a_recording_looks_at_no_recent_files(
    start: Start, settled: Settled, sound_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench = start(sound_file)
    settled(bench)
    assert bench.feature(RecentFiles)._job.busy is False
    assert bench.shell.welcome.projects.rows == []


@pytest.mark.workflow
def test_the_list_of_recordings_counts_what_all_events_lists(
    start: Start, settled: Settled, tmp_path: Path
) -> None:
    bench = start(projects.made(tmp_path))
    settled(bench)
    project = bench.session.project.project
    assert project is not None
    recordings = bench.shell.recordings
    model = recordings.model
    assert [model.events_of(path) for path in model.paths] == [4, 4, 4]
    bench.shell.window.actions_by_id["all_events"].trigger()
    settled(bench)
    panel = bench.shell.window.docks["all events"].widget()
    panel.fields.search.setText("dog")
    settled(bench)
    assert [model.events_of(path) for path in model.paths] == [3, 3, 3]
    assert recordings.count.text() == "3 recordings · 9 listed events"
    panel.fields.search.setText("b.wav")
    settled(bench)
    assert [model.events_of(path) for path in model.paths] == [0, 4, 0]
    assert sum(model.events_of(path) or 0 for path in model.paths) == panel.model.rowCount()
    recordings.stages.setCurrentText("With listed events")
    assert recordings.table.model().rowCount() == 1
    recordings.stages.setCurrentIndex(0)
    panel.fields.states.setCurrentIndex(1)
    panel.fields.search.clear()
    settled(bench)
    event = next(iter(bench.session.document.events))
    assert event.state is ReviewState.UNREVIEWED
    bench.shell.window.docks["all events"].hide()
    assert [model.events_of(path) for path in model.paths] == [4, 4, 4]


@pytest.mark.parametrize("width", [345, 760])
def test_the_page_is_nowhere_cut_off(qtbot: QtBot, width: int) -> None:
    page = ProjectPage()
    qtbot.addWidget(page)
    page.resize(width, 400)
    page.show()
    page.set_project(Path("/recordings/of a very long summer/and its nights.yamnet"), recording="a")
    page.show_overview(
        Overview(
            recordings=12_345, analysed=9_000, failed=1_200, missing=3_000, waiting=10,
            events=1_000_000, reviewed=20,
        )
    )  # fmt: skip
    qtbot.waitExposed(page)
    shares = (page.recordings, page.analysed, page.reviewed, page.failed, page.missing)
    for widget in (page.next, page.bars, page.events, *shares):
        assert widget.isVisible()
        assert widget.mapTo(page, widget.rect().topRight()).x() < width
        assert widget.width() >= widget.minimumSizeHint().width()


@pytest.mark.workflow
def test_a_project_opens_with_the_recording_worked_on_last_and_adds_from_beside_it(
    start: Start, settled: Settled, tmp_path: Path
) -> None:
    path = projects.made(tmp_path / "one")
    bench = start(path)
    settled(bench)
    last = bench.shell.recordings.files[1]
    bench.services.recording.open(last)
    settled(bench)
    bench.services.projects.open_personal()
    bench.services.recording_controller.close_recording()
    settled(bench)
    bench.services.projects.open(path)
    settled(bench)
    assert bench.session.document.recording is not None
    assert bench.session.document.recording.info.path == last
    bench.services.projects.create(tmp_path / "two.yamnet")
    settled(bench)
    assert bench.feature(DatasetFeature).files.folder() != str(tmp_path)  # it has the open one
    bench.services.recording_controller.close_recording()
    bench.services.projects.create(tmp_path / "three.yamnet")
    settled(bench)
    assert bench.feature(DatasetFeature).files.folder() == str(tmp_path)
    page = ProjectPage()
    page.show_overview(Overview())
    assert not page.others[Task.ADD_FOLDER].isHidden()
