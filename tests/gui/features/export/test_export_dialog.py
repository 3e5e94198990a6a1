"""The dialog of exports."""

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtWidgets import QDialogButtonBox, QPushButton
from pytestqt.qtbot import QtBot

from tests.gui.support.access_keys import repeated_access_keys, tab_order
from tests.gui.support.dialogs import rejected_at_the_end
from tests.gui.support.owners import DOG, Owners
from yamnet_gui.core.events import Event, EventList, LabelledRecording, ReviewState
from yamnet_gui.gui.features.export.dialog import ExportDialog
from yamnet_gui.gui.features.export.event_choice import EventChoice, Offered
from yamnet_gui.labels.exchange.export import Depth
from yamnet_gui.labels.formats import FORMATS, losses, write_labels
from yamnet_gui.labels.project import Project, Recording, add_events, add_recordings


@pytest.fixture
def labels(owners: Owners) -> LabelledRecording:
    owners.yard()
    assert owners.document.recording is not None
    return LabelledRecording(owners.document.recording.info, owners.document.events)


def updated(dialog: ExportDialog) -> ExportDialog:
    """Does at once what the dialog does a moment after each change."""
    dialog._later.stop()
    dialog._update_preview()
    return dialog


@pytest.fixture
def dialog(labels: LabelledRecording, owners: Owners, tmp_path: Path, qtbot: QtBot) -> ExportDialog:
    offered = Offered(
        labels,
        selected=frozenset({"dog2"}),
        listed=frozenset({"dog", "dog2"}),
        ticked=frozenset({DOG}),
    )
    dialog = ExportDialog(offered, owners.class_map.value, tmp_path, format_name="audacity")
    rejected_at_the_end(qtbot, dialog)
    return updated(dialog)


def test_what_a_closer_look_may_still_change_is_said(
    labels: LabelledRecording, owners: Owners, qtbot: QtBot
) -> None:
    for provisional in (False, True):
        choice = EventChoice(Offered(labels, provisional=provisional), owners.class_map.value)
        qtbot.addWidget(choice)
        assert choice.provisional.isVisibleTo(choice) is provisional


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    with Project.create(tmp_path / "p.yamnet") as made:
        recs = [Recording(n, f"/sounds/{n}.wav", "", 0, 60.0, 16_000, 1) for n in ("yard", "b")]
        made.apply(add_recordings(recs))
        made.apply(add_events("b", [Event("w", 1.0, 2.0, "Wren", score_max=0.3)]))
        yield made


@pytest.fixture
def wide(
    labels: LabelledRecording, project: Project, owners: Owners, tmp_path: Path, qtbot: QtBot
) -> ExportDialog:
    """The dialog over a project of two recordings, one of them open."""
    offered = Offered(labels, project, 2)
    dialog = ExportDialog(offered, owners.class_map.value, tmp_path, format_name="audacity")
    rejected_at_the_end(qtbot, dialog)
    choose(dialog.what.scope, "project")
    qtbot.waitUntil(lambda: dialog.what.ready)
    return updated(dialog)


def exported(dialog: ExportDialog) -> list[str]:
    updated(dialog).accept()
    assert dialog.request is not None
    return [e.id for r in dialog.request.recordings for e in r.events]


def choose(box: object, value: str) -> None:
    box.setCurrentIndex(box.findData(value))  # type: ignore[attr-defined]


def save(dialog: ExportDialog) -> QPushButton:
    return dialog.buttons.button(QDialogButtonBox.StandardButton.Save)


@pytest.mark.parametrize("name", [f.name for f in FORMATS.values() if f.can_write])
def test_access_keys_are_unique(name: str, wide: ExportDialog) -> None:
    wide.show()
    choose(wide.format, name)
    assert repeated_access_keys(wide) == {}
    choose(wide.what.scope, "shown")
    assert repeated_access_keys(wide) == {}
    wide.reject()


def test_offers_every_format_that_can_be_written(dialog: ExportDialog) -> None:
    offered = {dialog.format.itemData(i) for i in range(dialog.format.count())}
    assert offered == {name for name, fmt in FORMATS.items() if fmt.can_write}


def test_rejected_events_stay_out_unless_wanted(dialog: ExportDialog) -> None:
    assert dialog.summary.text() == "3 of 4 events"
    dialog.what.states[ReviewState.REJECTED].setChecked(True)
    assert exported(dialog) == ["speech", "dog", "dog2", "quiet"]


def test_only_the_selected_events(dialog: ExportDialog) -> None:
    choose(dialog.what.which, "selected")
    assert exported(dialog) == ["dog2"]


def test_only_those_that_are_listed_of_the_ticked_classes(dialog: ExportDialog) -> None:
    choose(dialog.what.which, "listed")
    choose(dialog.what.classes, "ticked")
    dialog.what.states[ReviewState.ACCEPTED].setChecked(False)
    dialog.what.states[ReviewState.REJECTED].setChecked(True)
    assert exported(dialog) == ["dog"]


def test_labels_can_be_picked_and_scores_bounded(dialog: ExportDialog) -> None:
    dialog.what.pick_labels({"Dog", "Speech"})
    assert dialog.what.classes.currentText() == "2 chosen labels…"
    dialog.what.states[ReviewState.REJECTED].setChecked(True)
    dialog.what.low.setValue(0.65)
    dialog.what.high.setValue(0.8)
    assert exported(dialog) == ["dog2"]


def test_events_of_one_channel(wide: ExportDialog, owners: Owners, qtbot: QtBot) -> None:
    assert not wide.what.channels.isVisibleTo(wide)  # all is of the mix
    events = [replace(owners.event(f"c{n}", n), channel=n) for n in range(3)]
    shown = wide.what._offered.shown
    assert shown is not None
    channelled = replace(shown, events=EventList.of([*shown.events, *events]))
    offered = replace(wide.what._offered, shown=channelled)
    dialog = ExportDialog(offered, owners.class_map.value, Path("/tmp"), format_name="raven")
    rejected_at_the_end(qtbot, dialog)
    for scope in ("shown", "project"):
        choose(dialog.what.scope, scope)
        qtbot.waitUntil(lambda: dialog.what.ready)
        box = dialog.what.channels
        assert box.isVisibleTo(dialog)
        texts = [box.itemText(i) for i in range(box.count())]
        assert texts == ["All channels", "Mix", "Channel 1", "Channel 2", "Channel 3"]
    dialog.what.channels.setCurrentText("Channel 2")
    assert exported(dialog) == ["c1"]


def test_parent_classes_can_be_added(dialog: ExportDialog) -> None:
    choose(dialog.what.which, "selected")
    choose(dialog.what.hierarchy, Depth.ANCESTORS.value)
    updated(dialog).accept()
    assert dialog.request is not None
    labels = {e.label for e in dialog.request.recordings[0].events}
    assert labels == {"Dog", "Animal", "Domestic animals, pets"}


def test_the_ending_follows_the_format_and_the_name_stays(
    dialog: ExportDialog, tmp_path: Path
) -> None:
    assert dialog.path.text() == str(tmp_path / "yard.txt")
    dialog.path.setText(str(tmp_path / "mine.txt"))
    choose(dialog.format, "jams")
    assert dialog.path.text() == str(tmp_path / "mine.jams")


def test_a_proposed_name_follows_the_scope_and_a_typed_one_stays(
    wide: ExportDialog, tmp_path: Path
) -> None:
    choose(wide.format, "csv")
    assert wide.path.text() == str(tmp_path / "events.csv")
    choose(wide.what.scope, "shown")
    assert wide.path.text() == str(tmp_path / "yard.csv")
    choose(wide.what.scope, "project")
    assert wide.path.text() == str(tmp_path / "events.csv")
    wide.path.setText(str(tmp_path / "mine.csv"))
    choose(wide.what.scope, "shown")
    assert wide.path.text() == str(tmp_path / "mine.csv")


def test_the_format_comes_before_its_options_in_the_tab_order(wide: ExportDialog) -> None:
    choose(wide.format, "raven")
    wide.show()
    wanted = [wide.what.hierarchy, wide.format, wide.how.split, wide.how.label_column, wide.path]
    assert tab_order(wide, wanted) == wanted


def test_what_gets_lost_is_shown(dialog: ExportDialog) -> None:
    assert dialog._preview is not None
    lost = losses("audacity", dialog._preview.recordings)
    assert lost
    for text in lost:
        assert text.split(": ", 1)[1] in dialog.lost.text()
    assert "review state" in dialog.lost.text()
    assert dialog.lost.text().startswith("In this format:")
    dialog.sidecar.setChecked(True)
    assert dialog.lost.text().startswith("In this format, but stored in the sidecar file")


def test_many_events_are_looked_through_in_the_background(
    dialog: ExportDialog, labels: LabelledRecording, owners: Owners, tmp_path: Path, qtbot: QtBot
) -> None:
    events = EventList.of(owners.event(str(i), i * 0.01, note="x") for i in range(2500))
    many = replace(labels, events=events)
    big = ExportDialog(Offered(many), owners.class_map.value, tmp_path, format_name="audacity")
    rejected_at_the_end(qtbot, big)
    assert not save(big).isEnabled()
    updated(big)
    assert "Checking" in big.lost.text()
    qtbot.waitUntil(lambda: "note of 2,500 events is lost" in big.lost.text(), timeout=10_000)
    assert save(big).isEnabled()


def test_an_existing_file_is_named_before_it_is_replaced(
    dialog: ExportDialog, tmp_path: Path
) -> None:
    (tmp_path / "old.txt").write_text("old")
    dialog.path.setText(str(tmp_path / "old.txt"))
    assert "old.txt exists and will be replaced" in dialog.place_note.text()
    assert save(dialog).text() == "&Replace"
    dialog.path.setText(str(tmp_path))
    assert not save(dialog).isEnabled()
    dialog.path.setText("")
    assert not save(dialog).isEnabled()


def test_what_may_not_be_replaced_is_named_before_anything_is_tried(
    dialog: ExportDialog, labels: LabelledRecording, tmp_path: Path
) -> None:
    (tmp_path / "old.txt").write_text("old")
    named = {
        "p.yamnet": "is the name of a project",
        "new.wav": "is the name of a recording",
    }
    if os.name == "posix":
        (tmp_path / "link.txt").symlink_to(tmp_path / "old.txt")
        os.mkfifo(tmp_path / "pipe.txt")
        named |= {"link.txt": "is a link to another file", "pipe.txt": "is not a regular file"}
    for name, reason in named.items():
        dialog.path.setText(str(tmp_path / name))
        assert dialog.place_note.text().startswith(f"{name} {reason}")
        assert not save(dialog).isEnabled()
        assert save(dialog).text() == "&Save"
    dialog.path.setText(str(tmp_path / "old.txt"))
    assert save(dialog).isEnabled()


def test_the_whole_project_is_exported_with_the_open_recording_as_shown(
    wide: ExportDialog,
) -> None:
    assert wide.summary.text() == "4 of 5 events in 2 recordings"
    assert sorted(exported(wide)) == ["dog2", "quiet", "speech", "w"]


def test_recordings_of_the_project_can_be_picked(wide: ExportDialog) -> None:
    wide.what.pick_files({"/sounds/b.wav"})
    assert exported(wide) == ["w"]


def test_several_recordings_are_written_to_a_folder_if_the_format_takes_one(
    wide: ExportDialog, tmp_path: Path
) -> None:
    assert wide.path.text() == str(tmp_path)
    assert "One file per recording" in wide.place_note.text()
    choose(wide.format, "csv")
    assert wide.path.text() == str(tmp_path / "events.csv")
    wide.how.split.setChecked(True)
    assert wide.path.text() == str(tmp_path)
    updated(wide).accept()
    assert wide.request is not None
    made = write_labels(
        wide.request.format_name,
        wide.request.recordings,
        wide.request.path,
        options=wide.request.options,
    )
    assert {"b.csv", "yard.csv"} <= {p.name for p in made}


def test_names_may_begin_at_the_common_folder(wide: ExportDialog) -> None:
    choose(wide.format, "csv")
    wide.how.relative.setChecked(True)
    updated(wide).accept()
    assert wide.request is not None
    assert wide.request.options.base == Path("/sounds")


@pytest.mark.parametrize(
    ("name", "fields"),
    [("raven", {"label_column", "score_column", "clock"}), ("jams", {"curator", "email"}),
     ("audacity", set())],
)  # fmt: skip
def test_only_options_that_the_format_has_a_use_for_are_shown(
    name: str, fields: set[str], dialog: ExportDialog
) -> None:
    choose(dialog.format, name)
    how = dialog.how
    shown = {
        field
        for field in ("split", "relative", "clock", "label_column", "score_column", "curator",
                      "email")
        if getattr(how, field).isVisibleTo(how)
    }  # fmt: skip
    assert shown == fields


def test_score_tables_hold_no_events(dialog: ExportDialog) -> None:
    choose(dialog.format, "scores")
    updated(dialog)
    assert dialog.summary.text() == "Scores of 1 recording"
    assert not dialog.what.classes.isEnabled()
    choose(dialog.format, "csv")
    assert dialog.what.classes.isEnabled()


def test_the_request_can_be_written_as_it_is(dialog: ExportDialog) -> None:
    dialog.sidecar.setChecked(True)
    updated(dialog).accept()
    request = dialog.request
    assert request is not None
    assert request.event_count == 3
    made = write_labels(
        request.format_name, request.recordings, request.path, options=request.options
    )
    assert [p.name for p in made] == ["yard.txt", "yard.txt.yamnet.json"]


def test_a_cancelled_dialog_has_no_request(dialog: ExportDialog) -> None:
    dialog.reject()
    assert dialog.request is None


def test_selection_tables_of_raven_are_named_as_raven_names_them(dialog: ExportDialog) -> None:
    choose(dialog.format, "raven")
    assert dialog.path.text().endswith("yard.selections.txt")
    choose(dialog.format, "audacity")
    assert dialog.path.text().endswith("yard.txt")
    choose(dialog.format, "raven")
    assert dialog.path.text().endswith("yard.selections.txt")


def test_a_folder_in_which_nothing_can_be_written_keeps_the_dialog_and_its_choices(
    dialog: ExportDialog, tmp_path: Path
) -> None:
    (tmp_path / "taken").write_text("a file")
    dialog.path.setText(str(tmp_path / "taken" / "labels.csv"))
    dialog.accept()
    assert dialog.request is None
    assert not dialog.result()
    assert dialog.place_note.text().startswith(f"Nothing can be written in {tmp_path / 'taken'} (")
    dialog.path.setText(str(tmp_path / "labels.csv"))
    dialog.accept()
    assert dialog.request is not None
    assert list(tmp_path.iterdir()) == [tmp_path / "taken"]
