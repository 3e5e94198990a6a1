"""The recordings of a project: added, analysed in the window, missing and relocated."""

import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from PySide6.QtCore import QDate, QDateTime, QTime
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from tests.gui.support import projects
from tests.gui.support.answers import answer_questions
from yamnet_gui.analysis import AnalysisSettings, ResultCache
from yamnet_gui.core.folders import user_cache_folder
from yamnet_gui.gui.features import Files
from yamnet_gui.gui.features.dataset.batch_analysis import BatchState
from yamnet_gui.gui.features.dataset.feature import DatasetFeature
from yamnet_gui.gui.features.dataset.jobs import AnalyseAllJob, BatchStep
from yamnet_gui.gui.features.dataset.start_times_dialog import StartTimesDialog
from yamnet_gui.gui.panels.recording_table_model import STATE
from yamnet_gui.gui.workbench import Workbench
from yamnet_gui.labels.exchange.score_tables import stored_analysis
from yamnet_gui.labels.project import EventFilter, Project, RecordingState, remove_recordings
from yamnet_gui.labels.project.analysis_settings import StoredSettings

Start = Callable[..., Workbench]
Settled = Callable[[Workbench], None]


def feature(bench: Workbench) -> DatasetFeature:
    return next(f for f in bench.features if isinstance(f, DatasetFeature))


def listed(bench: Workbench) -> dict[str, str]:
    model = bench.shell.recordings.model
    rows = range(model.rowCount())
    return {model.index(r, 0).data(): model.index(r, STATE).data() for r in rows}


def project_of(bench: Workbench) -> Project:
    assert bench.session.project.project is not None
    return bench.session.project.project


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Four recordings, one of them broken, one in a folder of its own."""
    place = tmp_path / "sounds"
    for n, name in enumerate(("a", "b", "deep/c")):
        projects.write_tone(place / f"{name}.wav", 300.0 + 50 * n, 6.0)
    (place / "broken.wav").write_bytes(b"RIFF but no sound")
    return place


@pytest.fixture
def empty(start: Start, settled: Settled, tmp_path: Path, tiny_weights: Path) -> Workbench:
    """An empty project in a window that can analyse."""
    path = tmp_path / "mine.yamnet"
    Project.create(path).close()
    bench = start(path, weights=tiny_weights)
    bench.session.settings.set("analyse_on_open", False)
    settled(bench)
    return bench


@pytest.mark.workflow
def test_a_folder_is_added_as_one_step(empty: Workbench, settled: Settled, folder: Path) -> None:
    feature(empty).files.add([folder])
    settled(empty)
    assert listed(empty) == {"a.wav": "", "b.wav": "", "broken.wav": "failed", "c.wav": ""}
    project = project_of(empty)
    (a, _b, broken, _c) = project.recordings.all()
    assert (a.path, a.duration_s, a.sample_rate_hz, a.channels) == ("sounds/a.wav", 6.0, 16_000, 1)
    assert a.content_hash
    assert broken.state is RecordingState.FAILED
    assert project.history.undo_title == "add 4 recordings"
    feature(empty).files.add([folder / "a.wav"])
    settled(empty)
    assert "already in the project" in empty.shell.status.message.text()
    empty.services.review.history.undo()
    settled(empty)
    assert listed(empty) == {}
    empty.services.review.history.redo()
    settled(empty)
    assert len(listed(empty)) == 4


def test_paths_in_a_list_are_relative_to_it(
    empty: Workbench, settled: Settled, folder: Path
) -> None:
    (folder / "some.txt").write_text("# mine\nb.wav\n\ndeep/c.wav\nnowhere.wav\n", "utf-8")
    feature(empty).files.add([folder / "some.txt"])
    settled(empty)
    assert listed(empty) == {"b.wav": "", "c.wav": "", "nowhere.wav": "missing"}


@pytest.mark.workflow
def test_all_recordings_are_analysed_and_a_bad_one_is_marked(
    qtbot: QtBot, empty: Workbench, settled: Settled, folder: Path
) -> None:
    feature(empty).files.add([folder])
    settled(empty)
    run = feature(empty).run
    empty.shell.recordings.run_requested.emit()
    qtbot.waitUntil(lambda: run.state is BatchState.RUNNING, timeout=10_000)
    assert not empty.shell.recordings.stop.isHidden()
    settled(empty)
    assert run.state is BatchState.IDLE
    assert empty.shell.recordings.stop.isHidden()
    states = listed(empty)
    assert states.pop("broken.wav") == "failed"
    assert set(states.values()) <= {"analysed", "no events"}
    project = project_of(empty)
    for recording in project.recordings.all():
        failed = recording.name == "broken.wav"
        wanted = RecordingState.FAILED if failed else RecordingState.ANALYSED
        assert recording.state is wanted
        assert bool(recording.error) is failed
        assert bool(project.recordings.analyses(recording.id)) is not failed
    assert any("3 analysed, 1 recording failed" in n.text for n in empty.shell.notices.notices)
    assert project.history.undo_title == "add 4 recordings"  # detections are not a step of the user
    row = empty.shell.recordings.model.row_of(folder / "broken.wav")
    assert row is not None
    tip = empty.shell.recordings.model.index(row, 0).data(3)
    assert len(tip.splitlines()) == 2


def test_a_run_pauses_and_resumes_where_it_stopped(
    qtbot: QtBot, empty: Workbench, settled: Settled, folder: Path
) -> None:
    feature(empty).files.add([folder])
    settled(empty)
    run = feature(empty).run
    finished: list[str] = []

    def on_step(step) -> None:  # type: ignore[no-untyped-def]
        if step.finished:
            finished.append(step.path.name)
            if len(finished) == 1:
                feature(empty).analyse_or_pause()

    run.step.connect(on_step)
    feature(empty).analyse_or_pause()
    qtbot.waitUntil(lambda: run.state is BatchState.PAUSED, timeout=60_000)
    assert (run.done, run.total) == (1, 4)
    assert empty.shell.recordings.count.text() == "1 of 4 · paused"
    feature(empty).analyse_or_pause()
    settled(empty)
    assert sorted(finished) == ["a.wav", "b.wav", "broken.wav", "c.wav"]
    assert run.state is BatchState.IDLE


@pytest.mark.workflow
def test_a_stopped_run_keeps_what_it_has(
    qtbot: QtBot, empty: Workbench, settled: Settled, folder: Path
) -> None:
    run = feature(empty).run
    run.step.connect(lambda step: run.cancel() if step.finished else None)
    feature(empty).analyse([folder])  # what the project lacks is taken in
    qtbot.waitUntil(lambda: run.total > 0 and run.state is BatchState.IDLE, timeout=60_000)
    settled(empty)
    done = [r for r in project_of(empty).recordings.all() if r.state is RecordingState.ANALYSED]
    assert len(done) == 1


def test_a_missing_recording_is_located_by_its_content(
    start: Start, settled: Settled, tmp_path: Path
) -> None:
    path = projects.made(tmp_path / "project")
    moved = tmp_path / "elsewhere" / "renamed.wav"
    moved.parent.mkdir()
    shutil.move(tmp_path / "project" / "audio" / "b.wav", moved)
    bench = start(path)
    settled(bench)
    assert listed(bench)["b.wav"] == "missing"
    (notice,) = [n for n in bench.shell.notices.notices if "not where" in n.text]
    assert "1 recording is" in notice.text
    feature(bench).files.find(tmp_path / "elsewhere")
    settled(bench)
    assert listed(bench) == {"a.wav": "analysed", "c.wav": "analysed", "renamed.wav": "analysed"}
    assert not [n for n in bench.shell.notices.notices if "not where" in n.text]
    recording = project_of(bench).recordings.get("id-b")
    assert recording is not None
    assert recording.path == "../elsewhere/renamed.wav"
    bench.services.review.history.undo()
    settled(bench)
    assert listed(bench)["b.wav"] == "missing"


def test_undo_restores_a_removed_recording_with_its_events(
    start: Start, settled: Settled, tmp_path: Path
) -> None:
    bench = start(projects.made(tmp_path))
    settled(bench)
    project = project_of(bench)
    recording = project.recordings.get("id-b")
    assert recording is not None
    feature(bench).remove([recording])
    settled(bench)
    assert sorted(listed(bench)) == ["a.wav", "c.wav"]
    assert project.events.count() == 8
    bench.services.review.history.undo()
    settled(bench)
    assert sorted(listed(bench)) == ["a.wav", "b.wav", "c.wav"]
    assert project.events.count() == 12


@pytest.mark.workflow
def test_the_open_recording_closes_when_it_is_removed_and_comes_back_with_undo(
    start: Start, settled: Settled, tmp_path: Path
) -> None:
    bench = start(projects.made(tmp_path))
    settled(bench)
    project, loader = project_of(bench), bench.services.recording
    assert loader.path == tmp_path / "audio/a.wav"
    recording = project.recordings.get("id-a")
    assert recording is not None
    feature(bench).remove([recording])
    settled(bench)
    assert loader.path is None
    assert not bench.session.document.events
    actions = bench.shell.window.actions_by_id
    assert not actions["accept"].isEnabled()
    actions["undo"].trigger()
    settled(bench)
    assert loader.path == tmp_path / "audio/a.wav"
    assert len(bench.session.project.stored) == 4
    actions["redo"].trigger()
    settled(bench)
    assert loader.path is None


@pytest.mark.workflow
def test_the_open_recording_closes_when_its_adding_is_undone(
    start: Start, settled: Settled, tmp_path: Path
) -> None:
    bench = start(projects.made(tmp_path))
    settled(bench)
    answer_questions(bench)
    loader = bench.services.recording
    loader.open(tmp_path / "audio/c.wav")
    settled(bench)
    bench.shell.window.actions_by_id["undo"].trigger()
    settled(bench)
    assert loader.path is None
    assert sorted(listed(bench)) == ["a.wav", "b.wav"]


@pytest.mark.workflow
def test_another_recording_stays_open_when_one_is_removed_and_brought_back(
    start: Start, settled: Settled, tmp_path: Path
) -> None:
    bench = start(projects.made(tmp_path))
    settled(bench)
    project, loader = project_of(bench), bench.services.recording
    first, second, _third = project.recordings.all()
    feature(bench).remove([first])
    settled(bench)
    loader.open(project.recordings.locate(second))
    settled(bench)
    actions = bench.shell.window.actions_by_id
    actions["undo"].trigger()
    settled(bench)
    assert loader.path == project.recordings.locate(second)


def test_the_list_is_filtered_by_state(start: Start, settled: Settled, tmp_path: Path) -> None:
    path = projects.made(tmp_path)
    (tmp_path / "audio" / "c.wav").unlink()
    bench = start(path)
    settled(bench)
    bench.shell.recordings.search.setText("miss")
    assert bench.shell.recordings.count.text() == "3 recordings · 1 shown"


@pytest.mark.workflow
def test_a_recording_removed_during_a_run_does_not_end_it(
    empty: Workbench, settled: Settled, folder: Path
) -> None:
    feature(empty).files.add([folder / "a.wav", folder / "b.wav", folder / "deep"])
    settled(empty)
    project, analysing = project_of(empty), empty.services.analysis
    first, second, third = project.recordings.all()
    job = AnalyseAllJob(
        project,
        (first.id, second.id, third.id),
        analysing.model(),
        analysing.analysis_settings(),
        analysing.cache,
        empty.session.rules.rule_set,
        empty.session.class_map.value,
    )
    steps = job.run()
    assert next(steps).recording_id == first.id
    project.apply(remove_recordings([first, second]))  # in hand, and still to come
    finished = [step for step in steps if step.finished]
    assert [(s.recording_id, s.error) for s in finished] == [
        (first.id, ""),
        (second.id, ""),
        (third.id, ""),
    ]
    (left,) = project.recordings.all()
    assert left.state is RecordingState.ANALYSED
    settled(empty)


@pytest.mark.workflow
def test_a_run_lists_how_many_events_a_recording_has_when_it_is_through_with_it(
    empty: Workbench, settled: Settled, folder: Path
) -> None:
    feature(empty).files.add([folder / "a.wav", folder / "b.wav"])
    settled(empty)
    project, run = project_of(empty), feature(empty).run
    shown: list[tuple[int | None, int]] = []

    def look(step: BatchStep) -> None:
        if step.finished:
            own = EventFilter(recording_ids=frozenset([step.recording_id]), one_per_sound=True)
            held = project.events.count(own)
            shown.append((empty.shell.recordings.model.events_of(step.path), held))

    run.step.connect(look)
    feature(empty).analyse_or_pause()
    settled(empty)
    assert len(shown) == 2
    assert [listed for listed, _ in shown] == [held for _, held in shown]
    run.step.disconnect(look)


@pytest.mark.workflow
@pytest.mark.parametrize("way", ["one recording", "all recordings"])
def test_scores_stay_within_reach_of_an_export(
    qtbot: QtBot, empty: Workbench, settled: Settled, folder: Path, way: str
) -> None:
    empty.session.settings.set("gain_db", 6.0)
    feature(empty).files.add([folder / "a.wav", folder / "b.wav"])
    settled(empty)
    if way == "all recordings":
        feature(empty).analyse_or_pause()
        qtbot.waitUntil(lambda: feature(empty).run.state is BatchState.RUNNING, timeout=10_000)
    else:
        empty.session.settings.set("analyse_on_open", True)
        empty.open(folder / "a.wav")
        settled(empty)
        empty.open(folder / "b.wav")  # what was detected in the other one is stored now
    settled(empty)
    project = project_of(empty)
    recording = next(r for r in project.recordings.all() if r.name == "a.wav")
    analysis = stored_analysis(
        folder / "a.wav",
        project.recordings.analyses(recording.id),
        ResultCache(user_cache_folder()),
    )
    assert analysis is not None
    assert analysis.settings.gain_db == 6.0


def test_a_start_that_was_set_by_hand_stays_when_the_recording_is_opened_again(
    empty: Workbench, settled: Settled, folder: Path
) -> None:
    path = folder / "20240131_235958.wav"
    projects.write_tone(path, 440.0, 2.0)
    bench = empty
    feature(bench).files.add([path])
    settled(bench)
    bench.services.recording.open(path)
    settled(bench)
    project, document = project_of(bench), bench.session.document
    stored = project.recordings.at(path)
    assert stored is not None
    assert stored.start_source == "file name"
    bench.shell.window.actions_by_id["start_times"].trigger()
    dialog = feature(bench)._dialog
    assert isinstance(dialog, StartTimesDialog)
    dialog.moment.setDateTime(QDateTime(QDate(2023, 5, 1), QTime(4, 0)))
    dialog.zone.setCurrentText("UTC")
    dialog.accept()
    settled(bench)
    moment = datetime(2023, 5, 1, 4, tzinfo=UTC)
    assert document.recording is not None
    assert document.recording.info.recorded_at == moment
    bench.services.recording.open(folder / "a.wav")
    settled(bench)
    bench.services.recording.open(path)
    settled(bench)
    assert document.recording.info.recorded_at == moment
    project.undo()
    settled(bench)
    assert document.recording.info.recorded_at == stored.recorded_at


def test_a_folder_is_listed_to_any_depth_also_in_the_personal_project(
    start: Start, settled: Settled, folder: Path
) -> None:
    bench = start()
    settled(bench)
    feature(bench).files.add([folder / "deep"])
    settled(bench)
    assert set(listed(bench)) == {"c.wav"}
    bench.shell.window.files_dropped.emit([str(folder)])
    settled(bench)
    assert set(listed(bench)) == {"a.wav", "b.wav", "broken.wav", "c.wav"}


def test_several_files_of_the_command_line_open_the_first_and_list_the_others(
    start: Start, settled: Settled, folder: Path
) -> None:
    bench = start(folder / "b.wav", folder / "a.wav")
    settled(bench)
    assert bench.session.document.recording is not None
    assert bench.session.document.recording.info.path.name == "b.wav"
    assert {"a.wav", "b.wav"} <= set(listed(bench))


@pytest.mark.workflow
def test_a_folder_opened_in_a_project_is_added_to_its_list(
    start: Start, settled: Settled, tmp_path: Path, folder: Path
) -> None:
    bench = start(projects.made(tmp_path, ("mine",)))
    bench.session.settings.set("analyse_on_open", False)
    settled(bench)
    bench.feature(Files).open_folder(folder / "deep")
    settled(bench)
    assert set(listed(bench)) == {"mine.wav", "c.wav"}
    assert any("Added 1 recording" in notice.text for notice in bench.shell.notices.notices)
    project_of(bench).undo()
    settled(bench)
    assert set(listed(bench)) == {"mine.wav"}


@pytest.mark.workflow
def test_a_file_that_joins_a_project_by_being_opened_is_named_and_can_be_removed(
    start: Start, settled: Settled, tmp_path: Path, folder: Path
) -> None:
    bench = start(projects.made(tmp_path, ("mine",)))
    bench.session.settings.set("analyse_on_open", False)
    settled(bench)
    bench.feature(Files).open_all([folder / "a.wav"])
    settled(bench)
    assert set(listed(bench)) == {"mine.wav", "a.wav"}
    (notice,) = (n for n in bench.shell.notices.notices if "a.wav was added" in n.text)
    notice.findChildren(QPushButton)[0].click()
    settled(bench)
    assert set(listed(bench)) == {"mine.wav"}


@pytest.mark.workflow
def test_the_rest_is_what_no_model_has_analysed_and_other_models_are_named(
    start: Start, settled: Settled, tmp_path: Path, tiny_weights: Path
) -> None:
    path = projects.made(tmp_path, ("old", "new"))
    with Project.open(path) as project:
        old, new = (
            project.recordings.at(tmp_path / "audio/old.wav"),
            project.recordings.at(tmp_path / "audio/new.wav"),
        )
        assert old is not None
        assert new is not None
        project.recordings.update(replace(new, state=RecordingState.PENDING))
        settings = StoredSettings(AnalysisSettings())
        project.recordings.add_analysis(settings.record(old.id, "f" * 64, "my model"))
    bench = start(path, weights=tiny_weights)
    bench.session.settings.set("analyse_on_open", False)
    settled(bench)
    assert listed(bench)["old.wav"] == "other model"
    started: list[list[str]] = []
    run = feature(bench).run
    run.start = lambda ids: started.append(list(ids))  # type: ignore[method-assign]
    bench.shell.window.actions_by_id["analyse_rest"].trigger()
    settled(bench)
    assert started == [[new.id]]
    assert "already in the project" not in bench.shell.status.message.text()


@pytest.mark.workflow
def test_after_another_model_was_chosen_the_recordings_it_leaves_behind_can_be_analysed(
    start: Start, settled: Settled, tmp_path: Path, tiny_weights: Path
) -> None:
    path = projects.made(tmp_path, ("old", "new"))
    with Project.open(path) as project:
        old = project.recordings.at(tmp_path / "audio/old.wav")
        assert old is not None
        settings = StoredSettings(AnalysisSettings())
        project.recordings.add_analysis(settings.record(old.id, "f" * 64, "my model"))
    bench = start(path, weights=tiny_weights)
    bench.session.settings.set("analyse_on_open", False)
    settled(bench)
    assert not [n for n in bench.shell.notices.notices if "another model" in n.text]
    bench.services.models.choose(None)
    settled(bench)
    (notice,) = (n for n in bench.shell.notices.notices if "another model" in n.text)
    assert notice.text.startswith("1 recording has events of another model")
    started: list[list[str]] = []
    run = feature(bench).run
    run.start = lambda ids: started.append(list(ids))  # type: ignore[method-assign]
    notice.buttons[0].click()
    settled(bench)
    assert started == [[old.id]]


@pytest.mark.workflow
def test_where_start_times_are_from_is_said_once_for_the_recordings_of_a_folder(
    bench: Workbench, settled: Settled, tmp_path: Path
) -> None:
    bench.session.settings.set("analyse_on_open", False)
    for place, hour, said in (("here", 5, 1), ("here", 6, 0), ("there", 5, 1), ("here", 5, 0)):
        path = tmp_path / place / f"SM4_20240510_{hour:02}0000.wav"
        if not path.exists():
            projects.write_tone(path, 300.0, 1.0)
        bench.feature(Files).open_all([path])
        settled(bench)
        assert sum("Recording started" in n.text for n in bench.shell.notices.notices) == said
        bench.shell.notices.clear()
