"""Results of very many recordings are looked through beside the project, and reviewed in it."""

import shutil
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

pytest.importorskip("duckdb", reason="needs the extra 'dataset'")

from PySide6.QtCore import QItemSelectionModel, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog
from pytestqt.modeltest import ModelTester

from tests.unit.dataset.made import CONTENTS, DAY, NAMES, info, labelled
from tests.unit.storage.folder_store import use_store
from yamnet_gui.audio.hashing import text_key
from yamnet_gui.core.events import ReviewState
from yamnet_gui.core.storage import statuses
from yamnet_gui.core.storage.address import path_of
from yamnet_gui.core.storage.store import ObjectStatus
from yamnet_gui.dataset import (
    UNIT,
    Contents,
    Dataset,
    add_units,
    build_index,
    read_unit,
    write_unit,
)
from yamnet_gui.gui.dialogs.class_picker import LabelChoice
from yamnet_gui.gui.features import Files
from yamnet_gui.gui.features.activity.feature import ActivityFeature
from yamnet_gui.gui.features.dataset.all_events import AllEvents
from yamnet_gui.gui.features.dataset.all_events_model import ProjectColumn
from yamnet_gui.gui.features.dataset_folder.feature import DatasetFolder
from yamnet_gui.gui.features.gallery.feature import Gallery
from yamnet_gui.gui.features.gallery.listing import Kind
from yamnet_gui.gui.features.review_queue.feature import ReviewQueueFeature
from yamnet_gui.gui.features.similarity.feature import SimilarSounds
from yamnet_gui.gui.features.similarity.hits import HitLabel, QueryExample
from yamnet_gui.gui.state.review_queue import QueueRequest
from yamnet_gui.gui.workbench import Workbench
from yamnet_gui.labels.project import EventFilter, QueueKind, set_state
from yamnet_gui.labels.project.attached_datasets import AttachedDataset, attach, attached_datasets

pytestmark = pytest.mark.workflow

Settled = Callable[[Workbench], None]
FRAMES = 900
"""Of the recording that is not there: more events than one page has."""


def add(folder: Path, paths_frames: list[tuple[Path, int]], contents: Contents) -> None:
    units = []
    beside = folder.with_name(f"{folder.name}-units")
    beside.mkdir()
    for k, (path, frames) in enumerate(paths_frames):
        key = text_key(str(path))
        recording, analysis = labelled(path, DAY, frames, seed=4 + k)
        unit = beside / f"{key}.{UNIT}"
        write_unit(unit, key, recording, analysis, contents, NAMES, (1, 1))
        units.append(read_unit(unit))
    add_units(folder, info(contents), units)


@pytest.fixture
def results(tmp_path: Path, sound_file: Path) -> Path:
    """A dataset with the sound file that exists and a recording that does not."""
    add(
        tmp_path / "results",
        [(sound_file, 8), (tmp_path / "gone" / "far" / "other.wav", FRAMES)],
        Contents(),
    )
    return tmp_path / "results"


@pytest.fixture
def beside(bench: Workbench, settled: Settled, results: Path, qtbot: QtBot) -> Workbench:
    """A window that looks through the dataset, whose user means to undo large steps."""
    bench.shell.questions.confirm = lambda *_args: True
    bench.feature(Files).open_all([results])  # as if it were dropped
    settled(bench)
    return bench


def panel(bench: Workbench):
    return bench.feature(AllEvents).panel


def cells(bench: Workbench, column: ProjectColumn) -> list[str]:
    model = panel(bench).model
    return [model.index(row, column).data() for row in range(model.rowCount())]


def texts(bench: Workbench, settled: Settled, column: ProjectColumn) -> list[str]:
    cells(bench, column)  # asks for the pages
    settled(bench)
    return cells(bench, column)


def select(bench: Workbench, *rows: int) -> None:
    flags = QItemSelectionModel.SelectionFlag
    table = panel(bench).table
    table.clearSelection()
    for row in rows:
        index = panel(bench).model.index(row, 0)
        table.selectionModel().select(index, flags.Select | flags.Rows)


def project_of(bench: Workbench):
    assert bench.session.project.project is not None
    return bench.session.project.project


def messages(bench: Workbench) -> list[str]:
    return [notice.text for notice in bench.shell.notices.notices]


def test_all_of_its_events_are_scrolled_filtered_and_sorted(
    beside: Workbench, settled: Settled, sound_file: Path, qtmodeltester: ModelTester
) -> None:
    total = panel(beside).model.rowCount()
    assert total > 250  # more than a page
    assert f"{total} events" in panel(beside).count.text()
    assert cells(beside, ProjectColumn.CLASS)[-1] == "…"  # on its way
    scores = texts(beside, settled, ProjectColumn.SCORE)
    assert cells(beside, ProjectColumn.CLASS)[-1] in NAMES
    header = panel(beside).table.horizontalHeader()
    header.setSortIndicator(ProjectColumn.SCORE, Qt.SortOrder.DescendingOrder)
    settled(beside)
    assert texts(beside, settled, ProjectColumn.SCORE) == sorted(scores, reverse=True)
    panel(beside).fields.least.setValue(0.99)
    settled(beside)
    surest = texts(beside, settled, ProjectColumn.SCORE)
    assert 0 < len(surest) <= sum(score >= "0.99" for score in scores)  # they are rounded
    assert min(surest) >= "0.99"
    panel(beside).fields.least.setValue(0)
    panel(beside).fields.search.setText(sound_file.name)
    settled(beside)
    assert set(texts(beside, settled, ProjectColumn.RECORDING)) == {sound_file.name}
    qtmodeltester.check(panel(beside).model)
    beside.session.datasets.choose(None)
    settled(beside)
    assert panel(beside).fields.search.text() == sound_file.name  # what was entered stays
    assert sound_file.name in cells(beside, ProjectColumn.RECORDING)[0]


def test_a_decision_brings_all_events_of_the_recording_and_is_one_step(
    beside: Workbench, settled: Settled, monkeypatch: pytest.MonkeyPatch
) -> None:
    panel(beside).fields.search.setText("other.wav")
    settled(beside)
    total = panel(beside).model.rowCount()
    select(beside, 2, 3)
    panel(beside).table.setFocus()
    QTest.keyClick(panel(beside).table, Qt.Key.Key_A)
    settled(beside)
    project = project_of(beside)
    other = next(r for r in project.recordings.all() if r.name == "other.wav")
    assert len(project.events.of(other.id)) == total
    states = texts(beside, settled, ProjectColumn.STATE)
    assert [k for k, state in enumerate(states) if state == "✓"] == [2, 3]
    beside.shell.window.actions_by_id["undo"].trigger()
    settled(beside)
    assert all(r.name != "other.wav" for r in project.recordings.all())
    assert "✓" not in texts(beside, settled, ProjectColumn.STATE)
    beside.shell.window.actions_by_id["redo"].trigger()
    settled(beside)
    assert texts(beside, settled, ProjectColumn.STATE) == states
    choice = LabelChoice("Owl", None, "")
    monkeypatch.setattr(beside.shell.questions, "label", lambda *_args: choice)
    select(beside, 1)
    beside.feature(AllEvents).ask_label()
    settled(beside)
    assert texts(beside, settled, ProjectColumn.CLASS)[1] == "Owl"
    assert texts(beside, settled, ProjectColumn.STATE)[1] == "✓"


def test_a_row_leads_to_its_event_in_its_recording(
    beside: Workbench, settled: Settled, sound_file: Path
) -> None:
    beside.services.recording_controller.close_recording()
    settled(beside)
    panel(beside).fields.search.setText(sound_file.name)
    settled(beside)
    select(beside, 0)
    settled(beside)
    recording = beside.session.document.recording
    assert recording is not None
    assert recording.info.path == sound_file
    row = beside.feature(AllEvents).of_dataset.rows.row(0)
    assert row is not None
    view = beside.session.timeline.view
    assert view.start_s <= row.event.onset_s <= view.end_s


def test_the_folder_of_recordings_that_are_elsewhere_is_asked_for_once(
    beside: Workbench, settled: Settled, sound_file: Path, tmp_path: Path, monkeypatch
) -> None:
    here = tmp_path / "disk" / "far" / "other.wav"
    here.parent.mkdir(parents=True)
    here.write_bytes(sound_file.read_bytes())
    panel(beside).fields.search.setText("other.wav")
    settled(beside)
    select(beside, 0)
    settled(beside)
    assert any("recordings of this dataset are elsewhere" in text for text in messages(beside))
    asked = lambda *_args: str(tmp_path / "disk")  # noqa: E731
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", asked)
    notice = beside.shell.notices.notices[0]
    notice.buttons[0].click()
    settled(beside)
    (dataset,) = attached_datasets(project_of(beside))
    assert dataset.locate(str(tmp_path / "gone" / "far" / "other.wav")) == here
    select(beside, 1)
    settled(beside)
    recording = beside.session.document.recording
    assert recording is not None
    assert recording.info.path == here


def test_the_project_remembers_it_until_it_is_closed(
    start, settled: Settled, results: Path, tmp_path: Path
) -> None:
    first = start()
    settled(first)
    first.services.projects.create(tmp_path / "p.yamnet")
    settled(first)
    assert not panel(first).source.isVisibleTo(panel(first))
    first.feature(DatasetFolder).show(results)
    settled(first)
    assert panel(first).source.isVisibleTo(panel(first))
    first.shell.window.close()
    first.close()
    again = start(tmp_path / "p.yamnet")
    settled(again)
    assert [one.folder for one in again.session.datasets.attached] == [results]
    assert again.session.datasets.source is None
    again.session.datasets.choose(results)
    again.feature(DatasetFolder).leave()
    settled(again)
    assert again.session.datasets.attached == ()
    assert not panel(again).source.isVisibleTo(panel(again))
    again.shell.window.actions_by_id["undo"].trigger()
    settled(again)
    assert [one.folder for one in again.session.datasets.attached] == [results]


def test_one_that_is_not_there_can_be_looked_for(
    beside: Workbench, settled: Settled, results: Path, tmp_path: Path, monkeypatch
) -> None:
    beside.session.datasets.choose(None)
    settled(beside)
    results.rename(tmp_path / "moved")
    beside.session.datasets.choose(results)
    settled(beside)
    assert beside.session.datasets.source is None
    notice = beside.shell.notices.notices[0]
    assert notice.text == f"The dataset {results} is not there."
    asked = lambda *_args: str(tmp_path / "moved")  # noqa: E731
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", asked)
    notice.buttons[0].click()
    settled(beside)
    assert beside.session.datasets.opened is not None
    assert [one.folder for one in attached_datasets(project_of(beside))] == [tmp_path / "moved"]
    assert panel(beside).model.rowCount() > 250


def test_one_that_cannot_be_opened_gives_a_sentence(
    beside: Workbench, settled: Settled, results: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    beside.session.datasets.choose(None)
    settled(beside)
    with monkeypatch.context() as without:
        without.setitem(sys.modules, "duckdb", None)
        beside.session.datasets.choose(results)
        settled(beside)
    assert any("needs the library duckdb" in text for text in messages(beside))
    (results / "manifest.json").write_text("{")
    beside.session.datasets.choose(results)
    settled(beside)
    assert any("is damaged" in text for text in messages(beside))
    assert panel(beside).model.rowCount() > 0  # those of the project again


def test_files_that_change_while_it_is_open(
    beside: Workbench, settled: Settled, results: Path, tmp_path: Path
) -> None:
    """One that has grown is opened again; of one that is damaged, what is listed stays, and what
    would be read for a decision gives a sentence."""
    before = panel(beside).model.rowCount()
    add_more(results, tmp_path)
    header = panel(beside).table.horizontalHeader()
    header.setSortIndicator(ProjectColumn.SCORE, Qt.SortOrder.DescendingOrder)
    settled(beside)
    assert panel(beside).model.rowCount() > before
    for path in (results / "events").rglob("*.parquet"):
        path.write_bytes(path.read_bytes()[:100])
    header.setSortIndicator(ProjectColumn.ONSET, Qt.SortOrder.DescendingOrder)
    assert texts(beside, settled, ProjectColumn.CLASS)[0] in NAMES
    assert "cannot be read" not in panel(beside).count.text()
    select(beside, 0)
    beside.feature(AllEvents).decide(ReviewState.ACCEPTED)
    settled(beside)
    assert any("cannot be read" in text for text in messages(beside))
    assert not project_of(beside).events.count(
        EventFilter(states=frozenset({ReviewState.ACCEPTED}))
    )


def test_one_at_an_address_that_changes_or_goes_is_noticed(
    bench: Workbench, settled: Settled, results: Path, tmp_path: Path, monkeypatch
) -> None:
    store = use_store(tmp_path / "storage", monkeypatch)
    there = store.folder / "bucket" / "results"
    shutil.copytree(results, there)
    far = AttachedDataset(path_of("fake://bucket/results"))
    settled(bench)
    bench.session.project.apply(attach(project_of(bench), far))
    bench.session.datasets.choose(far.folder)
    settled(bench)
    bench.shell.window.show_panel("all events")
    settled(bench)
    before = panel(bench).model.rowCount()
    assert before > 250
    add_more(results, tmp_path)
    shutil.copytree(results, there, dirs_exist_ok=True)
    store.tags["manifest.json"] = "two"
    statuses.ask_again()  # as some seconds later
    header = panel(bench).table.horizontalHeader()
    header.setSortIndicator(ProjectColumn.SCORE, Qt.SortOrder.DescendingOrder)
    settled(bench)
    assert panel(bench).model.rowCount() > before
    assert bench.session.datasets.opened is not None
    shutil.rmtree(there)
    statuses.ask_again()
    monkeypatch.setattr(store, "_status", not_by_the_window(store._status))
    header.setSortIndicator(ProjectColumn.ONSET, Qt.SortOrder.DescendingOrder)
    settled(bench)
    notice = bench.shell.notices.notices[0]
    assert notice.text.startswith("fake://bucket/results: ")
    (close,) = notice.buttons
    close.click()
    settled(bench)
    assert attached_datasets(project_of(bench)) == ()


def not_by_the_window(ask: Callable[[Path], ObjectStatus]) -> Callable[[Path], ObjectStatus]:
    window = threading.current_thread()

    def status(path: Path) -> ObjectStatus:
        assert threading.current_thread() is not window, "the window waits for storage"
        return ask(path)

    return status


def add_more(results: Path, tmp_path: Path) -> None:
    contents = Contents()
    path = tmp_path / "gone" / "third.wav"
    key = text_key(str(path))
    recording, analysis = labelled(path, DAY, 60, seed=9)
    unit = tmp_path / f"{key}.{UNIT}"
    write_unit(unit, key, recording, analysis, contents, NAMES, (1, 1))
    add_units(results, info(contents), [read_unit(unit)])


def test_a_read_only_project_shows_it_in_this_window_only(
    start, settled: Settled, results: Path, tmp_path: Path
) -> None:
    bench = start()
    settled(bench)
    bench.services.projects.create(tmp_path / "p.yamnet")
    settled(bench)
    bench.services.projects.open_personal()
    settled(bench)
    bench.services.projects.open(tmp_path / "p.yamnet", read_only=True)
    settled(bench)
    bench.feature(DatasetFolder).show(results)
    settled(bench)
    assert panel(bench).model.rowCount() > 250
    select(bench, 0)
    bench.feature(AllEvents).decide(ReviewState.ACCEPTED)
    settled(bench)
    assert project_of(bench).events.count(EventFilter()) == 0
    assert messages(bench)  # says that nothing can be stored
    bench.feature(DatasetFolder).leave()
    assert bench.session.datasets.attached == ()


def test_its_files_are_checked_while_it_is_looked_through(
    beside: Workbench, settled: Settled, results: Path
) -> None:
    beside.feature(DatasetFolder).check()
    settled(beside)
    assert any("is whole" in text for text in messages(beside))
    stray = next((results / "events").rglob("*.parquet")).with_name("stray.parquet")
    stray.write_bytes(b"")
    beside.feature(DatasetFolder).check()
    settled(beside)
    assert any("stray.parquet is not listed" in text for text in messages(beside))
    assert panel(beside).model.rowCount() > 250


def test_the_window_closes_while_a_question_runs(beside: Workbench) -> None:
    header = panel(beside).table.horizontalHeader()
    for column in (ProjectColumn.SCORE, ProjectColumn.CLASS, ProjectColumn.ONSET):
        header.setSortIndicator(column, Qt.SortOrder.AscendingOrder)
        beside.feature(AllEvents).query()
    beside.shell.window.close()
    beside.close()


def test_the_next_events_of_it_are_reviewed_in_an_order(
    beside: Workbench, settled: Settled, results: Path, sound_file: Path
) -> None:
    queue = beside.session.review_queue
    bar = beside.shell.events.queue
    assert bar.scope.itemText(2) == "Next of results"
    feature = beside.feature(ReviewQueueFeature)
    built = []  # before those are left out whose file is not there
    queue.changed.connect(lambda: built.append(queue.rows.tolist()) if len(queue.rows) else None)
    feature.request(QueueRequest(QueueKind.SCORE, True, "Dog", dataset=results))
    settled(beside)
    project = project_of(beside)
    other = next(r for r in project.recordings.all() if r.name == "other.wav")
    events = project.events.of(other.id)
    items = project.events.at(built[0])
    best = sorted((e.score_max for e in events if e.label == "Dog"), reverse=True)
    mine = [i.event.score_max for i in items if i.recording_id == other.id]
    assert mine == best[: len(mine)]
    assert mine
    assert {item.event.label for item in items} == {"Dog"}
    # what was decided on does not come again
    project.apply(set_state(items, ReviewState.ACCEPTED, "Anna"))
    settled(beside)
    built.clear()
    feature.request(QueueRequest(QueueKind.RANDOM, True, "Dog", dataset=results))
    settled(beside)
    assert all(set(rows).isdisjoint(item.row for item in items) for rows in built)
    feature.request(QueueRequest(QueueKind.STABILITY, True, dataset=results))
    settled(beside)
    assert len(queue.rows) == 0


def test_activity_counts_it_and_leads_to_its_events(beside: Workbench, settled: Settled) -> None:
    activity = beside.feature(ActivityFeature)
    activity.show()
    settled(beside)
    assert activity.panel is not None
    opened = beside.session.datasets.opened
    assert opened is not None
    picture = activity.panel.map.picture
    assert picture is not None
    assert np.nansum(picture.values) == opened.events.count(EventFilter())
    row, column = np.argwhere(picture.values == np.nanmax(picture.values))[0].tolist()
    activity.panel.opened.emit(row, column)
    settled(beside)
    assert panel(beside).model.rowCount() == picture.values[row, column]
    beside.session.datasets.choose(None)
    activity.show()
    settled(beside)
    assert "No recording has a known start" in activity.panel.empty.text()  # in the project


def test_sounds_like_an_example_are_found_in_it_and_decided_on(
    bench: Workbench, settled: Settled, tmp_path: Path, sound_file: Path
) -> None:
    bench.shell.questions.confirm = lambda *_args: True
    folder = tmp_path / "embedded"
    add(folder, [(sound_file, 8), (tmp_path / "gone" / "other.wav", 300)], CONTENTS)
    with Dataset(folder) as dataset:
        (wanted,) = dataset.arrays(
            "SELECT embedding FROM embeddings WHERE start_s > 100 ORDER BY start_s LIMIT 1"
        )["embedding"]
    bench.feature(DatasetFolder).show(folder)
    settled(bench)
    similar = bench.feature(SimilarSounds)
    example = QueryExample("this", np.array(wanted, np.float32)[np.newaxis])
    similar.search.search([example])
    settled(bench)
    assert any("has no index yet" in text for text in messages(bench))
    bench.session.datasets.choose(None)
    with Dataset(folder) as dataset:
        for _step in build_index(dataset):
            pass
    bench.session.datasets.choose(folder)
    settled(bench)
    similar.search.search([example])
    settled(bench)
    hits = similar.similar.hits
    assert hits[0].score > 0.99
    assert 100 < hits[0].place.span.start_s < 101
    assert Path(hits[0].place.path).name == "other.wav"
    assert "recall" in similar.panel.progress.text() or "nearest" in similar.panel.progress.text()
    project = project_of(bench)
    similar.similar.set_label(HitLabel("Dog", 0))
    similar.decide(0, ReviewState.ACCEPTED)
    settled(bench)
    other = next(r for r in project.recordings.all() if r.name == "other.wav")
    accepted = project.events.at(
        project.events.rows(EventFilter(states=frozenset({ReviewState.ACCEPTED})))
    )
    assert [(a.recording_id, a.event.label) for a in accepted] == [(other.id, "Dog")]
    assert len(project.events.of(other.id)) > 1  # all of its events came along
    hit = similar.similar.hits[0]
    assert (hit.state, hit.place.recording) == (ReviewState.ACCEPTED, other.id)
    bench.shell.window.actions_by_id["undo"].trigger()
    settled(bench)
    assert all(r.name != "other.wav" for r in project.recordings.all())
    assert similar.similar.hits[0].state is ReviewState.UNREVIEWED
    similar.decide(0, ReviewState.REJECTED)
    settled(bench)
    assert similar.similar.hits[0].state is ReviewState.REJECTED


def test_the_gallery_shows_what_is_listed_of_it(beside: Workbench, settled: Settled) -> None:
    panel(beside).fields.search.setText("other.wav")
    settled(beside)
    gallery = beside.feature(Gallery)
    gallery.show(Kind.EVENTS)
    settled(beside)
    assert gallery.panel is not None
    model, grid = gallery.panel.model, gallery.panel.grid
    assert model.rowCount() == panel(beside).model.rowCount()
    item = model.item(0)
    assert item is not None
    assert item.name == "other.wav"
    flags = QItemSelectionModel.SelectionFlag
    for row in (0, 2):
        grid.selectionModel().select(model.index(row, 0), flags.Select)
    gallery._steps.decide(ReviewState.REJECTED)
    settled(beside)
    settled(beside)
    states = [model.item(row).state for row in range(4)]
    assert [state is ReviewState.REJECTED for state in states] == [True, False, True, False]
    rejected = EventFilter(states=frozenset({ReviewState.REJECTED}))
    assert project_of(beside).events.count(rejected) == 2
