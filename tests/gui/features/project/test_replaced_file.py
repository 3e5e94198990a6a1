"""The window when the open project's file is removed or replaced by another program."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from yamnet_gui.core.events import ReviewState
from yamnet_gui.gui.features.project.merge_and_backup import MergeAndBackup
from yamnet_gui.gui.widgets.notices import Notice
from yamnet_gui.gui.workbench import Workbench
from yamnet_gui.labels.project import Merge, Project, reject

pytestmark = pytest.mark.workflow

Start = Callable[..., Workbench]
Settled = Callable[[Workbench], None]


@pytest.fixture
def bench(bench: Workbench) -> Workbench:
    bench.session.settings.set("reviewer", "Anna")
    return bench


def bar(bench: Workbench) -> Notice | None:
    return next((n for n in bench.shell.notices.notices if n.key == "replaced"), None)


def decided_in(path: Path) -> int:
    with Project.open(path, read_only=True) as project:
        events = [e for r in project.recordings.all() for e in project.events.of(r.id)]
        return sum(event.state is ReviewState.ACCEPTED for event in events)


def test_a_replaced_project_goes_on_in_a_copy_and_is_merged(
    bench: Workbench,
    qtbot: QtBot,
    settled: Settled,
    path: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    there = tmp_path / "theirs" / path.name
    project = bench.session.project.project
    assert project is not None
    project.save_as(there)
    with Project.open(there) as theirs:
        events = theirs.events.of("id-b").events
        found = theirs.events.get("id-b", events[0].id)
        assert found is not None
        theirs.apply(reject([found]))
    for _n in range(2):
        QTest.keyClick(bench.shell.window, Qt.Key.Key_N)
        QTest.keyClick(bench.shell.window, Qt.Key.Key_A)
    shutil.copyfile(there, path.with_name("synchronised.part"))
    path.with_name("synchronised.part").replace(path)
    qtbot.waitUntil(lambda: bar(bench) is not None)  # without a further decision
    notice = bar(bench)
    assert notice is not None
    (copy,) = path.parent.glob("three continued *.yamnet")
    assert f"{path}: was replaced by another file while it was open" in notice.text
    assert copy.name in notice.text
    saved = bench.services.projects.saved_text()
    assert saved.text == f"saved in {copy.stem}"
    assert bench.shell.status.saved.text() == saved.text
    QTest.keyClick(bench.shell.window, Qt.Key.Key_N)
    QTest.keyClick(bench.shell.window, Qt.Key.Key_A)
    settled(bench)
    shown = sum(e.state is ReviewState.ACCEPTED for e in bench.session.document.events)
    assert shown == 3
    assert decided_in(copy) == 3
    assert decided_in(path) == 0
    merges: list[Merge] = []
    merging = bench.feature(MergeAndBackup)
    monkeypatch.setattr(merging, "show", lambda merge, _name: merges.append(merge))
    merge_button, save_button = notice.buttons
    assert merge_button.text() == f"Merge with {path.name}…"
    assert save_button.text() == "Save project as…"
    bench.feature(MergeAndBackup).compare(path, merging.show)
    settled(bench)
    (merge,) = merges
    assert [c.kind for c in merge.additions] == ["event"]
    merging.merge(merge, {})
    settled(bench)
    with Project.open(copy, read_only=True) as merged:
        states = [e.state for e in merged.events.of("id-b")]
    assert states.count(ReviewState.REJECTED) == 1


def test_a_removed_project_offers_to_merge_once_a_file_comes_back(
    bench: Workbench, qtbot: QtBot, path: Path, tmp_path: Path
) -> None:
    shutil.copyfile(path, tmp_path / "before.yamnet")
    path.unlink()
    QTest.keyClick(bench.shell.window, Qt.Key.Key_N)
    QTest.keyClick(bench.shell.window, Qt.Key.Key_A)
    qtbot.waitUntil(lambda: bar(bench) is not None)
    notice = bar(bench)
    assert notice is not None
    assert "was removed, renamed or moved while it was open" in notice.text
    assert [b.text() for b in notice.buttons] == ["Save project as…"]
    (copy,) = path.parent.glob("three continued *.yamnet")
    assert decided_in(copy) == 1
    (tmp_path / "before.yamnet").replace(path)

    def offered() -> bool:
        shown = bar(bench)
        return shown is not None and len(shown.buttons) == 2

    qtbot.waitUntil(offered)


def test_a_read_only_window_says_that_it_shows_what_was(
    bench: Workbench, qtbot: QtBot, settled: Settled, path: Path, tmp_path: Path
) -> None:
    bench.services.projects.open(path, read_only=True)
    settled(bench)
    shutil.copyfile(path, tmp_path / "new.yamnet")
    (tmp_path / "new.yamnet").replace(path)
    qtbot.waitUntil(lambda: bar(bench) is not None)
    notice = bar(bench)
    assert notice is not None
    assert "What is shown is as it was before" in notice.text
    notice.buttons[0].click()
    settled(bench)
    assert bar(bench) is None
    assert bench.session.project.project is not None
    assert bench.session.project.project.read_only


def test_a_window_project_that_was_taken_away_deletes_no_other_folder(
    bench: Workbench, settled: Settled, path: Path
) -> None:
    """Projects of a window only go with their folder; a copy of one lies among other things."""
    from yamnet_gui.gui.state.project import StorageMode
    from yamnet_gui.labels.project.paths import data_folder

    scratch = data_folder() / "window-x" / "unsaved.yamnet"
    bench.services.projects._replace(Project.create(scratch), StorageMode.SCRATCH)
    shutil.rmtree(scratch.parent)
    (data_folder() / "mine.txt").write_text("stays")
    bench.services.projects.open(path)
    settled(bench)
    assert (data_folder() / "mine.txt").read_text() == "stays"
    assert list(data_folder().glob("unsaved continued *.yamnet"))
