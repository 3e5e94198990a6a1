"""The dialogs of clips and of the report."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtWidgets import QDialogButtonBox
from pytestqt.qtbot import QtBot

from tests.gui.support.access_keys import repeated_access_keys, tab_order
from tests.gui.support.dialogs import rejected_at_the_end
from tests.gui.support.owners import DOG, Owners
from yamnet_gui.core.events import Event, LabelledRecording, ReviewState
from yamnet_gui.gui.features.export.clips_dialog import ClipsDialog
from yamnet_gui.gui.features.export.event_choice import Offered
from yamnet_gui.gui.features.export.report_dialog import ReportDialog
from yamnet_gui.labels.exchange.clips import Overlap, Split, Windows
from yamnet_gui.labels.project import EventFilter, Project, Recording, add_events, add_recordings

OK, SAVE = QDialogButtonBox.StandardButton.Ok, QDialogButtonBox.StandardButton.Save


@pytest.fixture
def labels(owners: Owners) -> LabelledRecording:
    owners.yard()
    assert owners.document.recording is not None
    return LabelledRecording(owners.document.recording.info, owners.document.events)


@pytest.fixture
def clips(labels: LabelledRecording, owners: Owners, tmp_path: Path, qtbot: QtBot) -> ClipsDialog:
    offered = Offered(labels, ticked=frozenset({DOG}))
    dialog = ClipsDialog(offered, owners.class_map.value, tmp_path)
    rejected_at_the_end(qtbot, dialog)
    qtbot.waitUntil(lambda: dialog.summary.text() != "")
    return dialog


def test_windows_have_options_of_their_own(clips: ClipsDialog, qtbot: QtBot) -> None:
    clips.kind.setCurrentIndex(clips.kind.findData("windows"))
    clips.length.setValue(2.0)
    clips.hop.setValue(1.0)
    clips.audiofolder.setChecked(True)
    assert clips.padding.isHidden()
    assert clips.overlap.isHidden()
    assert not clips.hop.isHidden()
    assert clips.template.text() == "{recording}_{onset:09.3f}"
    ok = clips.buttons.button(OK)
    qtbot.waitUntil(lambda: ok.isEnabled() and "Dog" not in clips.example.text())
    clips.accept()
    assert clips.request is not None
    assert clips.request.options.windows == Windows(2.0, 1.0)
    assert clips.request.options.audiofolder


def test_clips_are_counted_and_named_before_they_are_cut(
    clips: ClipsDialog, tmp_path: Path, qtbot: QtBot
) -> None:
    assert clips.summary.text() == "3 clips"
    assert "Dog/yard_00009.000_Dog_0.70.wav" in clips.example.text()
    clips.format.setCurrentIndex(clips.format.findData("flac"))
    clips.what.classes.setCurrentIndex(clips.what.classes.findData("ticked"))
    clips.what.states[ReviewState.REJECTED].setChecked(True)
    clips.folders.setChecked(False)
    clips.template.setText("{n}-{label}")
    clips.split.setCurrentIndex(1)
    qtbot.waitUntil(lambda: "2-Dog.flac" in clips.example.text())
    assert clips.summary.text() == "2 clips"
    assert "train: 2 clips of 1 recording" in clips.example.text()
    clips.padding.setValue(0.5)
    clips.length.setValue(2.0)
    clips.overlap.setCurrentIndex(clips.overlap.findData(Overlap.ALONE.value))
    qtbot.waitUntil(lambda: clips.buttons.button(OK).isEnabled())
    clips.accept()
    request = clips.request
    assert request is not None
    options = request.options
    assert (options.padding_s, options.fixed_length_s) == (0.5, 2.0)
    assert (options.overlap, options.split) == (Overlap.ALONE, Split())
    assert request.folder == tmp_path / "clips"
    assert [e.id for r in request.recordings for e in r.events] == ["dog", "dog2"]


def test_tab_follows_the_order_of_the_fields(clips: ClipsDialog) -> None:
    clips.show()
    wanted = [clips.format, clips.padding, clips.length, clips.overlap, clips.template, clips.most]
    assert tab_order(clips, wanted) == wanted


def test_access_keys_are_unique(
    clips: ClipsDialog, labels: LabelledRecording, owners: Owners, tmp_path: Path, qtbot: QtBot
) -> None:
    report = ReportDialog(Offered(labels), owners.class_map.value, tmp_path)
    rejected_at_the_end(qtbot, report)
    for dialog in (clips, report):
        dialog.show()
        assert repeated_access_keys(dialog) == {}


def test_a_bad_template_is_shown(clips: ClipsDialog) -> None:
    clips.template.setText("{nonsense}")
    assert "nonsense" in clips.example.text()
    assert not clips.buttons.button(OK).isEnabled()


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    with Project.create(tmp_path / "spring.yamnet") as made:
        recs = [Recording(n, f"/sounds/{n}.wav", "", 0, 60.0, 16_000, 1) for n in ("yard", "b")]
        made.apply(add_recordings(recs))
        made.apply(add_events("b", [Event("w", 1.0, 2.0, "Wren", score_max=0.3)]))
        yield made


def test_a_report_is_about_the_whole_project_by_default(
    labels: LabelledRecording, project: Project, owners: Owners, tmp_path: Path, qtbot: QtBot
) -> None:
    dialog = ReportDialog(Offered(labels, project, 2), owners.class_map.value, tmp_path)
    rejected_at_the_end(qtbot, dialog)
    qtbot.waitUntil(lambda: dialog.summary.text() == "5 events")
    assert dialog.title.text() == "spring"
    assert dialog.path.text() == str(tmp_path / "spring.html")
    (tmp_path / "spring.html").write_text("old")
    dialog.path.setText(str(tmp_path / "spring"))
    assert dialog.buttons.button(SAVE).text() == "&Replace"
    dialog.accept()
    assert dialog.request is not None
    assert dialog.request.path == tmp_path / "spring.html"
    assert dialog.request.facts.made_with["Project"] == "spring.yamnet"
    assert len(dialog.request.recordings) == 2


def test_a_folder_in_which_nothing_can_be_written_keeps_the_dialog_of_clips(
    clips: ClipsDialog, tmp_path: Path, qtbot: QtBot
) -> None:
    qtbot.waitUntil(clips.buttons.button(QDialogButtonBox.StandardButton.Ok).isEnabled)
    (tmp_path / "taken").write_text("a file")
    clips.folder.setText(str(tmp_path / "taken" / "clips"))
    clips.accept()
    assert clips.request is None
    assert clips.place_note.text().startswith(f"Nothing can be written in {tmp_path / 'taken'} (")


def test_a_report_of_the_whole_project_can_be_of_what_the_table_of_all_events_lists(
    labels: LabelledRecording, project: Project, owners: Owners, tmp_path: Path, qtbot: QtBot
) -> None:
    offered = Offered(labels, project, 2, filtered=(EventFilter(text="wren"), 1))
    dialog = ReportDialog(offered, owners.class_map.value, tmp_path)
    rejected_at_the_end(qtbot, dialog)
    qtbot.waitUntil(lambda: dialog.summary.text() == "5 events")
    rows = dialog.what.which_rows
    assert not rows.isHidden()
    rows.setCurrentIndex(rows.findText("Filtered in All events (1)"))
    qtbot.waitUntil(lambda: dialog.summary.text() == "1 event")


def test_a_long_name_in_a_narrow_box_is_elided_in_the_middle(
    labels: LabelledRecording, owners: Owners, tmp_path: Path, qtbot: QtBot
) -> None:
    info = replace(labels.recording, path=Path("/sounds/") / f"2026-05-03 {'a' * 40} north.wav")
    dialog = ClipsDialog(Offered(replace(labels, recording=info)), owners.class_map.value, tmp_path)
    rejected_at_the_end(qtbot, dialog)
    dialog.what.scope.resize(160, dialog.what.scope.height())
    shown = dialog.what.scope.shown_text
    assert shown.startswith("This rec")
    assert "…" in shown
    assert shown.endswith(".wav)")
