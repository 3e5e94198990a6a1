"""Labels out of the window and back into it, through the real actions."""

import csv
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QDialog, QDialogButtonBox
from pytestqt.qtbot import QtBot

from tests.unit.fakes import write_sound
from yamnet_gui.core.events import Event, EventList, LabelledRecording, ReviewState
from yamnet_gui.core.resources import bundled_class_map
from yamnet_gui.core.scores import FrameGrid, ScoreTable
from yamnet_gui.gui.features.export.clips_dialog import ClipsDialog
from yamnet_gui.gui.features.export.dialog import ExportDialog, ExportRequest
from yamnet_gui.gui.features.export.feature import ExportFeature, shown_labels
from yamnet_gui.gui.features.export.jobs import ScoreTablesJob
from yamnet_gui.gui.features.export.report_dialog import ReportDialog
from yamnet_gui.gui.features.label_import.dialog import ImportDialog
from yamnet_gui.gui.workbench import Workbench
from yamnet_gui.labels.formats import WriteOptions, read_labels
from yamnet_gui.labels.project import Recording, add_events, add_recordings

pytestmark = pytest.mark.workflow

Start = Callable[..., Workbench]
Settled = Callable[[Workbench], None]
SAVE = QDialogButtonBox.StandardButton.Save


@pytest.fixture
def bench(start: Start, settled: Settled, sound_file: Path, tmp_path: Path) -> Workbench:
    """Twelve seconds with three events in the personal project, one of them rejected."""
    bench = start(sound_file)
    bench.session.settings.remember_folder(tmp_path / "out", "exports")
    (tmp_path / "out").mkdir()
    settled(bench)
    events = [
        Event("d1", 3.0, 5.0, "Sine wave", 501, "/m/01v_m0", score_max=0.5),
        Event("d2", 8.0, 9.0, "White noise", 519, "/m/0cj0r", score_max=0.9),
        Event("x1", 10.0, 10.5, "Own", state=ReviewState.REJECTED),
    ]
    bench.session.project.apply(add_events(bench.session.project.recording_id, events))
    settled(bench)
    assert len(bench.session.document.events) == 3
    return bench


def opened(bench: Workbench, kind: type[QDialog], action: str = "") -> QDialog:
    """The dialog that the action opens."""
    if action:
        bench.shell.window.actions_by_id[action].trigger()
    (dialog,) = [d for d in bench.shell.window.findChildren(kind) if d.isVisible()]
    return dialog


def drop(bench: Workbench, *paths: Path) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    bench.shell.window.dropEvent(
        QDropEvent(
            QPointF(5, 5),
            Qt.DropAction.CopyAction,
            data,
            Qt.MouseButton.LeftButton,
            Qt.KeyboardModifier.NoModifier,
        )
    )


def notice(bench: Workbench) -> str:
    return " ".join(n.text for n in bench.shell.notices.notices)


@pytest.mark.parametrize("name", ["csv", "textgrid"])
def test_events_are_exported(
    name: str, bench: Workbench, settled: Settled, tmp_path: Path, qtbot: QtBot
) -> None:
    path = exported(bench, name, settled, qtbot)
    assert path.parent == tmp_path / "out"
    assert read_labels(name, path).event_count == 2  # the rejected one stays


def test_events_are_measured_where_that_is_ticked(
    bench: Workbench, settled: Settled, tmp_path: Path, qtbot: QtBot
) -> None:
    dialog = opened(bench, ExportDialog, "export")
    assert isinstance(dialog, ExportDialog)
    dialog.format.setCurrentIndex(dialog.format.findData("csv"))
    dialog.how.measures.setChecked(True)
    qtbot.waitUntil(dialog.buttons.button(SAVE).isEnabled)
    path = dialog._path()
    dialog.buttons.button(SAVE).click()
    settled(bench)
    with path.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert float(rows[0]["peak_hz"]) > 0
    assert float(rows[0]["peak_dbfs"]) < 0


def exported(bench: Workbench, name: str, settled: Settled, qtbot: QtBot) -> Path:
    dialog = opened(bench, ExportDialog, "export")
    assert isinstance(dialog, ExportDialog)
    dialog.format.setCurrentIndex(dialog.format.findData(name))
    qtbot.waitUntil(lambda: dialog.buttons.button(SAVE).isEnabled())
    path = dialog._path()
    dialog.accept()
    settled(bench)
    qtbot.waitUntil(lambda: "Saved " in notice(bench))
    return path


def test_scores_of_the_open_recording_are_exported(
    start: Start,
    settled: Settled,
    sound_file: Path,
    tiny_weights: Path,
    tmp_path: Path,
    qtbot: QtBot,
) -> None:
    bench = start(sound_file, weights=tiny_weights)
    bench.session.settings.remember_folder(tmp_path, "exports")
    settled(bench)
    rows = exported(bench, "scores", settled, qtbot).read_text().splitlines()
    assert rows[0].startswith("onset\toffset\tSpeech\t")
    assert bench.session.document.scores is not None
    assert len(rows) == 1 + bench.session.document.scores.grid.count


def test_stored_scores_have_no_columns_of_custom_classes(
    bench: Workbench, tiny_weights: Path, tmp_path: Path
) -> None:
    """The window may know more classes than there were when a recording was analysed."""
    grid = FrameGrid(3, 1.5)
    table = ScoreTable(grid, np.zeros((3, 521), np.float32))
    classes = bundled_class_map().with_custom(["my owl"])
    labels = shown(bench)
    job = ScoreTablesJob(
        (labels,),
        tmp_path / "s.tsv",
        WriteOptions(classes=classes),
        shown=(labels.recording.path, (table,)),
    )
    *_, last = job.run()
    assert last.made == (tmp_path / "s.tsv",)
    assert (tmp_path / "s.tsv").read_text().splitlines()[0].count("\t") == 522


def test_an_export_that_fails_is_shown_and_the_window_stays_usable(
    bench: Workbench, settled: Settled, tmp_path: Path, qtbot: QtBot
) -> None:
    dialog = opened(bench, ExportDialog, "export")
    assert isinstance(dialog, ExportDialog)
    dialog.path.setText(str(tmp_path / f"{'o' * 300}.csv"))  # longer than a name may be
    qtbot.waitUntil(lambda: dialog.buttons.button(SAVE).isEnabled())
    dialog.accept()
    settled(bench)
    qtbot.waitUntil(lambda: "cannot be written" in notice(bench))


def test_a_dropped_table_is_previewed_imported_and_undone_in_one_step(
    bench: Workbench, settled: Settled, tmp_path: Path, qtbot: QtBot
) -> None:
    before = bench.session.document.events
    labels = tmp_path / "tone and noise field notes.txt"
    labels.write_text("0.25\t0.75\tAmsel\n1.0\t1.5\tDog\n")
    drop(bench, labels)
    dialog = opened(bench, ImportDialog)
    assert isinstance(dialog, ImportDialog)
    qtbot.waitUntil(lambda: not dialog.reading)
    assert dialog.counts.text().startswith("2 new")
    assert bench.session.document.events == before
    dialog.accept()
    settled(bench)
    qtbot.waitUntil(lambda: len(bench.session.document.events) == len(before) + 2)
    listed = {bench.session.document.events.get(i).label for i in bench.shell.events.shown_ids}  # type: ignore[union-attr]
    assert {"Amsel", "Dog"} <= listed
    assert "Import tone and noise field notes.txt: 2 changes." in notice(bench)
    assert bench.session.undo_steps.undo_title == "import tone and noise field notes.txt"
    bench.shell.window.actions_by_id["undo"].trigger()
    qtbot.waitUntil(lambda: bench.session.document.events == before)


def test_a_dropped_table_goes_to_the_recording_of_its_name_not_to_the_open_one(
    bench: Workbench, settled: Settled, tmp_path: Path, qtbot: QtBot
) -> None:
    before = bench.session.document.events
    write_sound(tmp_path / "X.wav", 12.0)
    project = bench.session.project.project
    assert project is not None
    labels = tmp_path / "X.Table.1.selections.txt"
    labels.write_text(
        "Selection\tView\tChannel\tBegin Time (s)\tEnd Time (s)\tLow Freq (Hz)\tHigh Freq (Hz)\t"
        "Species\n1\tSpectrogram 1\t1\t1.5\t2.5\t1000\t3000\tWren\n"
    )
    drop(bench, labels)
    dialog = opened(bench, ImportDialog)
    assert isinstance(dialog, ImportDialog)
    qtbot.waitUntil(lambda: not dialog.reading)
    dialog.accept()
    settled(bench)
    qtbot.waitUntil(lambda: "selections.txt: 2 changes" in notice(bench))
    recording = project.recordings.at(tmp_path / "X.wav")
    assert recording is not None
    assert [e.label for e in project.events.of(recording.id)] == ["Wren"]
    assert bench.session.document.events == before
    assert all(e.label != "Wren" for e in project.events.of(bench.session.project.recording_id))


def test_a_rejected_import_changes_nothing(
    bench: Workbench, settled: Settled, tmp_path: Path, qtbot: QtBot
) -> None:
    before = bench.session.document.events, bench.session.undo_steps.undo_title
    labels = tmp_path / "labels.txt"
    labels.write_text("0.25\t0.75\tAmsel\n")
    drop(bench, labels)
    dialog = opened(bench, ImportDialog)
    dialog.reject()
    settled(bench)
    assert (bench.session.document.events, bench.session.undo_steps.undo_title) == before


def test_a_recording_dropped_with_its_labels_is_opened(
    start: Start, settled: Settled, sound_file: Path, tmp_path: Path, qtbot: QtBot
) -> None:
    bench = start()
    settled(bench)
    labels = sound_file.with_suffix(".txt")
    labels.write_text("0.25\t0.75\tAmsel\n")
    drop(bench, sound_file, labels)
    settled(bench)
    assert bench.session.document.recording is not None
    dialog = opened(bench, ImportDialog)
    assert isinstance(dialog, ImportDialog)
    qtbot.waitUntil(lambda: not dialog.reading)
    assert [p.path for p in dialog.read.plan.events] == [sound_file]
    dialog.reject()


def test_clips_are_cut_and_listed(
    bench: Workbench, settled: Settled, tmp_path: Path, qtbot: QtBot
) -> None:
    dialog = opened(bench, ClipsDialog, "cut_clips")
    assert isinstance(dialog, ClipsDialog)
    dialog.folder.setText(str(tmp_path / "clips"))
    ok = dialog.buttons.button(QDialogButtonBox.StandardButton.Ok)
    qtbot.waitUntil(ok.isEnabled)
    dialog.accept()
    settled(bench)
    qtbot.waitUntil(lambda: "listed in manifest.csv" in notice(bench))
    made = list((tmp_path / "clips").rglob("*.wav"))
    assert len(made) == 2
    assert soundfile.info(made[0]).samplerate == 16_000


def test_a_report_is_written(
    bench: Workbench, settled: Settled, tmp_path: Path, qtbot: QtBot
) -> None:
    dialog = opened(bench, ReportDialog, "report")
    assert isinstance(dialog, ReportDialog)
    qtbot.waitUntil(lambda: dialog.buttons.button(SAVE).isEnabled())
    path = dialog._path()
    dialog.accept()
    settled(bench)
    qtbot.waitUntil(lambda: "Saved " in notice(bench))
    assert "How it was made" in path.read_text(encoding="utf-8")


def test_closing_the_window_closes_an_open_dialog(bench: Workbench, tmp_path: Path) -> None:
    labels = tmp_path / "labels.txt"
    labels.write_text("0.25\t0.75\tAmsel\n" * 1)
    drop(bench, labels)
    opened(bench, ImportDialog)
    bench.close()  # a thread that goes on would fail the test


def test_without_events_no_dialog_is_opened(start: Start, settled: Settled) -> None:
    bench = start()
    settled(bench)
    for action in ("export", "cut_clips", "report"):
        bench.shell.window.actions_by_id[action].trigger()
        assert "nothing to export yet" in notice(bench)
        assert not [d for d in bench.shell.window.findChildren(QDialog) if d.isVisible()]


def big_request(bench: Workbench, path: Path) -> ExportRequest:
    """An export that takes a while."""
    events = EventList.of(Event(f"e{k}", k * 0.01, k * 0.01 + 1, "Dog") for k in range(15_000))
    labels = replace(shown(bench), events=events)
    return ExportRequest("csv", (labels,), path, WriteOptions())


def shown(bench: Workbench) -> LabelledRecording:
    labels = shown_labels(bench.session.document)
    assert labels is not None
    return labels


def exporting(bench: Workbench) -> ExportFeature:
    (feature,) = [f for f in bench.features if isinstance(f, ExportFeature)]
    return feature


def test_a_cancelled_export_leaves_the_old_file(
    bench: Workbench, settled: Settled, tmp_path: Path, qtbot: QtBot
) -> None:
    out = tmp_path / "out" / "big.csv"
    out.write_bytes(b"old")
    exporting(bench)._write(big_request(bench, out))
    qtbot.waitUntil(lambda: "%" in notice(bench))
    (button,) = next(n.buttons for n in bench.shell.notices.notices if n.key == "export")
    assert button.text() == "Cancel"
    button.click()
    settled(bench)
    assert "cancelled" in notice(bench)
    assert {p.name: p.read_bytes() for p in out.parent.iterdir()} == {"big.csv": b"old"}


def test_closing_the_window_lets_an_export_come_to_its_end(
    bench: Workbench, tmp_path: Path, qtbot: QtBot
) -> None:
    out = tmp_path / "out" / "big.csv"
    exporting(bench)._write(big_request(bench, out))
    bench.close()
    assert read_labels("csv", out).event_count == 15_000


def test_the_whole_project_is_exported_from_the_window(
    bench: Workbench, settled: Settled, tmp_path: Path, qtbot: QtBot
) -> None:
    project = bench.session.project.project
    assert project is not None
    other = Recording("other", str(tmp_path / "other.wav"), "", 0, 9.0, 16_000, 1)
    project.apply(add_recordings([other]))
    project.apply(add_events("other", [Event("w", 1.0, 2.0, "Wren")]))
    settled(bench)
    dialog = opened(bench, ExportDialog, "export")
    assert isinstance(dialog, ExportDialog)
    dialog.what.scope.setCurrentIndex(dialog.what.scope.findData("project"))
    qtbot.waitUntil(lambda: dialog.buttons.button(SAVE).isEnabled())
    path = dialog._path()
    dialog.accept()
    settled(bench)
    qtbot.waitUntil(lambda: "Saved " in notice(bench))
    counts = {r.recording.path.name: len(r.events) for r in read_labels("csv", path).recordings}
    assert counts == {"tone and noise.wav": 2, "other.wav": 1}


def test_a_table_named_on_the_command_line_is_shown(
    start: Start, settled: Settled, tmp_path: Path, qtbot: QtBot
) -> None:
    table = tmp_path / "labels.tsv"
    table.write_text("filename\tonset\toffset\tevent_label\nnight.wav\t0.25\t0.75\tAmsel\n")
    bench = start(table)
    settled(bench)
    dialog = opened(bench, ImportDialog)
    assert isinstance(dialog, ImportDialog)
    qtbot.waitUntil(lambda: not dialog.reading)
    dialog.add_missing.setChecked(True)
    dialog.accept()
    settled(bench)
    qtbot.waitUntil(lambda: bench.shell.recordings.model.rowCount() == 1)
    project = bench.session.project.project
    assert project is not None
    (recording,) = project.recordings.all()
    assert project.recordings.locate(recording) == tmp_path / "night.wav"
