"""Results of very many recordings are looked through, and some are taken into the project."""

from collections.abc import Callable
from pathlib import Path

import pytest

pytest.importorskip("duckdb", reason="needs the extra 'dataset'")

from PySide6.QtCore import Qt

from tests.unit.dataset.made import DAY, NAMES, info, labelled
from yamnet_gui.audio.hashing import text_key
from yamnet_gui.dataset import UNIT, Contents, add_units, read_unit, write_unit
from yamnet_gui.gui.features import Files
from yamnet_gui.gui.features.dataset_folder.dialog import DatasetDialog
from yamnet_gui.gui.features.dataset_folder.feature import DatasetFolder
from yamnet_gui.gui.workbench import Workbench
from yamnet_gui.labels.project import EventFilter

Settled = Callable[[Workbench], None]


@pytest.fixture
def results(tmp_path: Path, sound_file: Path) -> Path:
    """A dataset with the sound file that exists and a recording that does not."""
    contents, units = Contents(), []
    (tmp_path / "units").mkdir()
    for k, path in enumerate((sound_file, tmp_path / "gone" / "other.wav")):
        key = text_key(str(path))
        recording, analysis = labelled(path, DAY, 8 if k == 0 else 60, seed=4 + k)
        unit = tmp_path / "units" / f"{key}.{UNIT}"
        write_unit(unit, key, recording, analysis, contents, NAMES, (1, 1))
        units.append(read_unit(unit))
    add_units(tmp_path / "results", info(contents), units)
    return tmp_path / "results"


@pytest.fixture
def dialog(bench: Workbench, settled: Settled, results: Path) -> DatasetDialog:
    bench.feature(Files).open_all([results])  # as if it were dropped
    made = bench.shell.window.findChild(DatasetDialog)
    settled(bench)
    return made


@pytest.mark.workflow
def test_events_are_filtered_sorted_and_taken_into_the_project(
    bench: Workbench, settled: Settled, dialog: DatasetDialog, sound_file: Path
) -> None:
    assert "2 recordings" in dialog.summary.text()
    scores = [row.score_max for row in dialog.model.rows]
    assert scores == sorted(scores, reverse=True)
    everything = len(scores)
    dialog.table.horizontalHeader().setSortIndicator(1, Qt.SortOrder.AscendingOrder)
    settled(bench)
    onsets = [row.onset_s for row in dialog.model.rows]
    assert onsets == sorted(onsets)
    dialog.search.setText(sound_file.name)
    settled(bench)
    mine = list(dialog.model.rows)
    assert 0 < len(mine) < everything
    assert {Path(row.file) for row in mine} == {sound_file}
    assert not dialog.take.isEnabled()
    dialog.table.selectRow(0)
    dialog.take.click()
    settled(bench)
    assert bench.feature(DatasetFolder)._shown is None  # it closes
    project = bench.session.project.project
    assert project is not None
    assert project.recordings.at(sound_file) is not None
    assert bench.session.document.recording is not None
    assert bench.session.document.recording.info.path == sound_file


@pytest.mark.workflow
def test_recordings_that_are_not_on_this_disk_are_taken_as_well(
    bench: Workbench, settled: Settled, dialog: DatasetDialog, tmp_path: Path
) -> None:
    dialog.search.setText("other.wav")
    settled(bench)
    wanted = sorted((row.onset_s, row.label) for row in dialog.model.rows)
    dialog.table.selectAll()
    dialog.take.click()
    settled(bench)
    project = bench.session.project.project
    assert project is not None
    recording = project.recordings.at(tmp_path / "gone" / "other.wav")
    assert recording is not None
    taken = project.events.of(recording.id)
    assert sorted((event.onset_s, event.label) for event in taken) == wanted
    project.undo()
    assert project.events.count(EventFilter()) == 0


@pytest.mark.workflow
def test_a_damaged_dataset_gives_a_sentence(
    bench: Workbench, settled: Settled, results: Path, tmp_path: Path
) -> None:
    (results / "manifest.json").write_text("{")
    feature = bench.feature(DatasetFolder)
    feature.show(results)
    settled(bench)
    dialog = bench.shell.window.findChild(DatasetDialog)
    assert dialog is None or not dialog.isVisible()
    assert any("is damaged" in notice.text for notice in bench.shell.notices.notices)
