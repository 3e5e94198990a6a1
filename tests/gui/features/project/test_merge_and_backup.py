"""Merging copies of a project and backups, in the window."""

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from yamnet_gui.core.events import ReviewState
from yamnet_gui.gui.features.project.backups_dialog import BackupsDialog
from yamnet_gui.gui.features.project.merge_and_backup import MergeAndBackup
from yamnet_gui.gui.state.project import StorageMode
from yamnet_gui.gui.workbench import Workbench
from yamnet_gui.labels.project import (
    Merge,
    MergeChoice,
    Project,
    accept,
    backups_for,
    draw,
    reject,
    set_note,
)

pytestmark = pytest.mark.workflow

Start = Callable[..., Workbench]
Settled = Callable[[Workbench], None]


def feature(bench: Workbench) -> MergeAndBackup:
    return next(f for f in bench.features if isinstance(f, MergeAndBackup))


def project_of(bench: Workbench) -> Project:
    assert bench.session.project.project is not None
    return bench.session.project.project


def press(bench: Workbench, *keys: Qt.Key) -> None:
    for key in keys:
        QTest.keyClick(bench.shell.window, key)


def test_a_name_is_asked_for_once_and_blocks_nothing(bench: Workbench) -> None:
    press(bench, Qt.Key.Key_N)
    assert not [n for n in bench.shell.notices.notices if "Your name" in n.text]
    press(bench, Qt.Key.Key_A)
    (_notice,) = [n for n in bench.shell.notices.notices if "Your name" in n.text]
    assert next(e.state for e in bench.session.document.events) is ReviewState.ACCEPTED
    bench.shell.notices.clear("reviewer")
    press(bench, Qt.Key.Key_A)
    assert not [n for n in bench.shell.notices.notices if "Your name" in n.text]


def test_a_user_with_a_name_is_not_asked(bench: Workbench) -> None:
    bench.session.settings.set("reviewer", "Anna")
    press(bench, Qt.Key.Key_N, Qt.Key.Key_A)
    assert not [n for n in bench.shell.notices.notices if "Your name" in n.text]


def theirs(path: Path, folder: Path) -> Path:
    """A copy in which Ben has rejected one, accepted another and drawn a third."""
    there = folder / "theirs" / "three.yamnet"
    with Project.open(path) as ours:
        ours.save_as(there)
    with Project.open(there) as project:
        project.reviewer = "Ben"
        events = project.events.of("id-a").events
        items = [project.events.get("id-a", e.id) for e in events]
        first, second = (item for item in items[:2] if item is not None)
        project.apply(reject([first], "Ben"))
        project.apply(accept([second], "Ben"))
        project.apply(draw("id-b", 8.0, 9.0, "Cat", reviewer="Ben"))
    return there


def test_conflicts_are_shown_side_by_side_and_resolved(
    qtbot: QtBot, start: Start, settled: Settled, path: Path, tmp_path: Path
) -> None:
    other = theirs(path, tmp_path)
    bench = start(path)
    bench.session.settings.set("reviewer", "Anna")
    bench.session.settings.set("autoplay", False)
    settled(bench)
    press(bench, Qt.Key.Key_N, Qt.Key.Key_A)  # what Ben has rejected
    merges: list[Merge] = []
    feature(bench).compare(other, lambda merge, _name: merges.append(merge))
    settled(bench)
    (merge,) = merges
    dialog = feature(bench).dialog(merge, "theirs")
    qtbot.addWidget(dialog)
    dialog.show()
    assert "1 new event, 1 changed event" in dialog.summary.text()
    model = dialog.model
    row = [model.index(0, column).data() for column in range(5)]
    assert row == ["a.wav", "0:00.0", "✓ Dog by Anna", "✗ Dog by Ben", "this project's"]
    assert "<b>Accepted</b>" in dialog.ours.text()
    assert "<b>Rejected</b>" in dialog.theirs.text()
    assert "<b>Dog</b>" not in dialog.theirs.text()
    dialog.take[MergeChoice.THEIRS].click()
    assert model.index(0, 4).data() == "the other's"
    feature(bench).merge(merge, dialog.resolutions)
    settled(bench)
    events = bench.session.document.events.events
    assert [e.state for e in events][:2] == [ReviewState.REJECTED, ReviewState.ACCEPTED]
    assert events[0].reviewer == "Ben"
    project = project_of(bench)
    assert project.history.undo_title == "merge another copy"
    assert [
        n.text for n in bench.shell.notices.notices if n.buttons and n.buttons[0].text() == "Undo"
    ] == ["Merged: 3 changes."]
    bench.services.review.history.undo()
    settled(bench)
    assert [e.state for e in bench.session.document.events][:2] == [
        ReviewState.ACCEPTED,
        ReviewState.UNREVIEWED,
    ]
    assert not [e for e in project.events.of("id-b") if e.label == "Cat"]


def test_an_equal_copy_contains_nothing_new(
    bench: Workbench, settled: Settled, tmp_path: Path
) -> None:
    copy = tmp_path / "copy.yamnet"
    project_of(bench).save_as(copy)
    feature(bench).compare(copy, feature(bench).show)
    settled(bench)
    assert "copy contains nothing new" in bench.shell.status.message.text()


def test_a_file_that_is_no_project_is_refused_with_words(
    bench: Workbench, settled: Settled, tmp_path: Path
) -> None:
    odd = tmp_path / "odd.yamnet"
    odd.write_text("no project", "utf-8")
    feature(bench).compare(odd, feature(bench).show)
    settled(bench)
    assert any("is not a project file" in n.text for n in bench.shell.notices.notices)


def test_a_backup_restores_an_earlier_state(
    bench: Workbench, settled: Settled, path: Path, qtbot: QtBot
) -> None:
    press(bench, Qt.Key.Key_N, Qt.Key.Key_A)
    feature(bench).back_up()
    settled(bench)
    press(bench, Qt.Key.Key_R, Qt.Key.Key_R)
    assert project_of(bench).events.count() == 12
    backups = backups_for(path)
    dialog = BackupsDialog(path, backups, bench.shell.window)
    qtbot.addWidget(dialog)
    assert dialog.chosen == backups[0]
    assert "just now" in dialog.list.item(0).text()
    bench.services.projects.restore(backups[0], path)
    settled(bench)
    assert bench.session.project.storage_mode is StorageMode.PROJECT
    assert [e.state for e in bench.session.document.events] == [
        ReviewState.ACCEPTED,
        *[ReviewState.UNREVIEWED] * 3,
    ]
    (notice,) = [n for n in bench.shell.notices.notices if "saved as" in n.text]
    assert "three before " in notice.text
    press(bench, Qt.Key.Key_A)  # and work goes on
    backup = next(path.parent.glob("three before *.yamnet"))
    with Project.open(backup, read_only=True) as former:
        states = [e.state for e in former.events.of("id-a")]
        assert states.count(ReviewState.REJECTED) == 2


def test_a_broken_backup_leaves_the_project_as_it_was(
    bench: Workbench, settled: Settled, path: Path, tmp_path: Path
) -> None:
    broken = tmp_path / "broken.yamnet"
    broken.write_bytes(b"SQLite format 3\x00" + b"x" * 200)
    press(bench, Qt.Key.Key_N, Qt.Key.Key_A)
    bench.services.projects.restore(broken, path)
    settled(bench)
    assert any("broken.yamnet" in n.text for n in bench.shell.notices.notices)
    assert bench.session.project.storage_mode is StorageMode.PROJECT
    assert next(e.state for e in bench.session.document.events) is ReviewState.ACCEPTED


def test_a_damaged_project_opens_read_only_and_offers_its_backups(
    start: Start, settled: Settled, path: Path
) -> None:
    with Project.open(path) as project:
        (item,) = project.events.at(project.events.rows()[:1])
        project.apply(set_note(item, "stays"))
        project.backup()
    data = bytearray(path.read_bytes())
    middle = len(data) // 2 // 4096 * 4096
    data[middle : middle + 4096] = b"\xff" * 4096
    path.write_bytes(data)
    bench = start(path)
    settled(bench)
    assert bench.session.project.storage_mode is StorageMode.READ_ONLY
    (notice,) = [n for n in bench.shell.notices.notices if "Decisions cannot be saved" in n.text]
    assert [button.text() for button in notice.buttons][:2] == ["Save project as…", "Backups…"]
    press(bench, Qt.Key.Key_N, Qt.Key.Key_A)
    assert all(e.state is ReviewState.UNREVIEWED for e in bench.session.document.events)
    bench.services.projects.restore(backups_for(path)[0], path)
    settled(bench)
    assert bench.session.project.storage_mode is StorageMode.PROJECT
    assert project_of(bench).events.at(project_of(bench).events.rows()[:1])[0].event.note == "stays"


def test_a_decision_that_cannot_be_stored_shows_an_error_and_is_not_applied(
    bench: Workbench, settled: Settled
) -> None:
    project = project_of(bench)
    bench.session.settings.set("reviewer", "Anna")
    pages = project._connection.database.execute("PRAGMA page_count").fetchone()[0]
    project._connection.database.execute(f"PRAGMA max_page_count = {pages}")
    press(bench, Qt.Key.Key_N)
    for _ in range(400):
        current = bench.services.event_navigation.current
        assert current is not None
        before = bench.session.document.events
        bench.services.review.labels.set_note(current.id, current.note + "x" * 500)
        if any("disk is full" in n.text for n in bench.shell.notices.notices):
            break
    assert any(
        "cannot make the change: the disk is full" in n.text for n in bench.shell.notices.notices
    )
    assert bench.session.document.events == before
    assert {e for e in before if e.touched} == {e for e in project.events.of("id-a") if e.touched}
    assert project.check() == ""
    project._connection.database.execute("PRAGMA max_page_count = 1073741823")
    press(bench, Qt.Key.Key_A)
    assert bench.session.document.events.events[0].state is ReviewState.ACCEPTED
