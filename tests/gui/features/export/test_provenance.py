"""How exported files were made, written beside them by each dialog of an export."""

from pathlib import Path

import pytest
from PySide6.QtWidgets import QDialogButtonBox
from pytestqt.qtbot import QtBot

from tests.gui.support.dialogs import rejected_at_the_end
from tests.gui.support.owners import Owners
from yamnet_gui.batch.rerun import rerun
from yamnet_gui.core.errors import LabelsError
from yamnet_gui.core.events import Event, LabelledRecording
from yamnet_gui.core.pipeline import completed
from yamnet_gui.core.provenance import read_provenance
from yamnet_gui.gui.features.export.dialog import ExportDialog
from yamnet_gui.gui.features.export.event_choice import Offered
from yamnet_gui.gui.features.export.jobs import ExportJob, ReportJob
from yamnet_gui.gui.features.export.report_dialog import ReportDialog
from yamnet_gui.labels.project import Project, Recording, add_events, add_recordings

SAVE = QDialogButtonBox.StandardButton.Save


@pytest.fixture
def labels(owners: Owners) -> LabelledRecording:
    owners.yard()
    assert owners.document.recording is not None
    return LabelledRecording(owners.document.recording.info, owners.document.events)


def test_a_report_of_a_project_comes_with_what_repeats_it(
    labels: LabelledRecording, owners: Owners, tmp_path: Path, qtbot: QtBot
) -> None:
    with Project.create(tmp_path / "spring.yamnet") as project:
        rec = Recording("b", "/sounds/b.wav", "", 0, 60.0, 16_000, 1)
        project.apply(add_recordings([rec]))
        project.apply(add_events("b", [Event("w", 1.0, 2.0, "Wren", score_max=0.3)]))
        dialog = ReportDialog(Offered(None, project, 1), owners.class_map.value, tmp_path)
        rejected_at_the_end(qtbot, dialog)
        qtbot.waitUntil(lambda: dialog.summary.text() == "1 event")
        dialog.provenance.setChecked(True)
        dialog.accept()
        request = dialog.request
        assert request is not None
        job = ReportJob(request.recordings, request.path, request.facts, request.provenance)
        assert list(job.run()) == [request.path]
    beside = request.path.with_name(f"{request.path.name}.provenance.json")
    written = read_provenance(beside)
    assert Path(written.outputs[0].path) == request.path
    assert written.recordings[0].events[0][:3] == (1.0, 2.0, "Wren")
    assert completed(rerun(beside)).same


def test_a_file_of_others_is_left_as_it_is_and_nothing_is_exported(
    labels: LabelledRecording, owners: Owners, tmp_path: Path, qtbot: QtBot
) -> None:
    dialog = ExportDialog(Offered(labels), owners.class_map.value, tmp_path)
    rejected_at_the_end(qtbot, dialog)
    qtbot.waitUntil(dialog.buttons.button(SAVE).isEnabled)
    dialog.provenance.setChecked(True)
    dialog.accept()
    request = dialog.request
    assert request is not None
    assert request.provenance is not None
    request.provenance.path.write_text("mine")
    job = ExportJob("csv", request.recordings, request.path, request.options, request.provenance)
    with pytest.raises(LabelsError, match="did not write"):
        list(job.run())
    assert not request.path.exists()
    assert request.provenance.path.read_text() == "mine"
    request.provenance.path.unlink()
    last = list(job.run())[-1]
    assert last.made[-1] == request.provenance.path
    assert read_provenance(last.made[-1]).event_count == request.event_count


def test_no_file_is_written_beside_an_export_that_was_not_asked_for(
    labels: LabelledRecording, owners: Owners, tmp_path: Path, qtbot: QtBot
) -> None:
    dialog = ExportDialog(Offered(labels), owners.class_map.value, tmp_path)
    rejected_at_the_end(qtbot, dialog)
    qtbot.waitUntil(dialog.buttons.button(SAVE).isEnabled)
    dialog.accept()
    assert dialog.request is not None
    assert dialog.request.provenance is None
