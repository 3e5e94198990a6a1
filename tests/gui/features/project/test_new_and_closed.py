"""New projects that take the open recording along, and projects that are closed."""

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from PySide6.QtWidgets import QFileDialog

from tests.gui.support import projects
from yamnet_gui.core.events import ReviewState
from yamnet_gui.gui.features.dataset.feature import DatasetFeature
from yamnet_gui.gui.jobs.project import RecordingCount
from yamnet_gui.gui.state.project import StorageMode
from yamnet_gui.gui.workbench import Workbench
from yamnet_gui.labels.project import Project

Settled = Callable[[Workbench], None]


@pytest.fixture
def decided(bench: Workbench, settled: Settled) -> Workbench:
    """One event accepted, one deleted, two left alone."""
    press = bench.shell.window.actions_by_id
    stored = [event.id for event in bench.session.project.stored]
    for event_id, name in ((stored[0], "accept"), (stored[1], "delete")):
        bench.session.selection.select((event_id,))
        settled(bench)
        press[name].trigger()
        settled(bench)
    return bench


def answer(
    bench: Workbench, monkeypatch: pytest.MonkeyPatch, path: Path, verb: str | None
) -> list[str]:
    """Lets the user choose this file and the button with this text; the questions asked."""
    asked: list[str] = []

    def choose(question: str, verbs: Sequence[str]) -> str | None:
        asked.append(question)
        return next((v for v in verbs if verb is not None and v.startswith(verb)), None)

    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_arguments: (str(path), ""))
    bench.shell.questions.choose = choose  # type: ignore[method-assign]
    return asked


@pytest.mark.workflow
def test_a_new_project_takes_what_was_decided_about_the_open_recording_along(
    decided: Workbench, settled: Settled, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    former = decided.session.project.project
    assert former is not None
    before = {e.id: e.state for e in former.events.of("id-a") if e.touched}
    gone = [e.id for e in former.events.deleted("id-a")]
    path = tmp_path / "new" / "mine.yamnet"
    asked = answer(decided, monkeypatch, path, "Take 1 event along")
    decided.shell.window.actions_by_id["new_project"].trigger()
    settled(decided)
    assert "Take a.wav along into the new project, with the 1 event that" in asked[0]
    project = decided.session.project.project
    assert project is not None
    assert project.path == path
    (recording,) = project.recordings.all()
    assert project.recordings.locate(recording) == tmp_path / "ours/audio/a.wav"
    assert {e.id: e.state for e in project.events.of(recording.id)} == before
    assert set(before.values()) == {ReviewState.ACCEPTED}
    assert [e.id for e in project.events.deleted(recording.id)] == gone
    assert decided.services.recording.path == tmp_path / "ours/audio/a.wav"


@pytest.mark.workflow
@pytest.mark.parametrize("verb", ["Start empty", None])
def test_a_new_project_begins_empty_or_not_at_all_as_the_user_says(
    decided: Workbench,
    settled: Settled,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    verb: str | None,
) -> None:
    path = tmp_path / "empty.yamnet"
    answer(decided, monkeypatch, path, verb)
    decided.shell.window.actions_by_id["new_project"].trigger()
    settled(decided)
    project = decided.session.project.project
    assert project is not None
    if verb is None:
        assert not path.exists()
        assert project.path.stem == "three"
    else:
        assert project.path == path
        assert project.recordings.all() == []
        assert decided.session.document.recording is None


@pytest.mark.workflow
def test_a_closed_project_leaves_the_start_page_and_the_personal_project(
    decided: Workbench, settled: Settled, path: Path
) -> None:
    actions = decided.shell.window.actions_by_id
    assert actions["close_project"].isEnabled()
    counted = []
    decided.session.project.project_changed.connect(lambda: counted.append(1))
    actions["close_project"].trigger()
    assert counted == []  # it is open until the other is, and counted meanwhile
    decided.feature(DatasetFeature)._show_counts(
        [RecordingCount(path.parent / "audio/a.wav", "analysed")]
    )
    settled(decided)
    assert decided.session.project.storage_mode is StorageMode.PERSONAL
    assert decided.session.document.recording is None
    assert decided.shell.recordings.files == []
    assert decided.shell.welcome.isVisible()
    assert not actions["close_project"].isEnabled()
    assert not actions["undo"].isEnabled()
    with Project.open(path) as project:  # nothing holds it any more
        assert len(project.recordings.all()) == 3
        assert sum(e.touched for e in project.events.of("id-a")) == 1
    decided.services.recording.open(projects.write_tone(path.parent / "other.wav", 500.0))
    settled(decided)
    assert [p.name for p in decided.shell.recordings.files] == ["other.wav"]
    assert decided.shell.status.saved.text() == "saved in personal project"
