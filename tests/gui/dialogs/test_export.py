"""The dialog of exports."""

from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtWidgets import QDialogButtonBox
from pytestqt.qtbot import QtBot

from tests.gui.worlds import DOG, World
from yamnet_gui.core.events import EventList, LabelledRecording, ReviewState
from yamnet_gui.gui.dialogs.export import ExportDialog
from yamnet_gui.labels.formats import FORMATS, losses, write_labels


@pytest.fixture
def labels(world: World) -> LabelledRecording:
    world.yard()
    assert world.document.recording is not None
    return LabelledRecording(world.document.recording.info, world.document.events)


@pytest.fixture
def dialog(labels: LabelledRecording, world: World, tmp_path: Path, qtbot: QtBot) -> ExportDialog:
    dialog = ExportDialog(
        [labels],
        world.class_map,
        tmp_path,
        selected=["dog2"],
        listed=["dog", "dog2"],
        ticked=[DOG],
        format_name="audacity",
    )
    qtbot.addWidget(dialog)
    return dialog


def exported(dialog: ExportDialog) -> list[str]:
    dialog.accept()
    assert dialog.request is not None
    return [e.id for e in dialog.request.recordings[0].events]


def choose(dialog: ExportDialog, box: str, value: str) -> None:
    combo = getattr(dialog, box)
    combo.setCurrentIndex(combo.findData(value))


def save(dialog: ExportDialog) -> object:
    return dialog.buttons.button(QDialogButtonBox.StandardButton.Save)


def test_offers_every_format_that_can_be_written(dialog: ExportDialog) -> None:
    offered = {dialog.format.itemData(i) for i in range(dialog.format.count())}
    assert offered == {name for name, fmt in FORMATS.items() if fmt.can_write}


def test_rejected_events_stay_out_unless_wanted(dialog: ExportDialog) -> None:
    assert dialog.summary.text() == "3 of 4 events"
    dialog.states[ReviewState.REJECTED].setChecked(True)
    assert exported(dialog) == ["speech", "dog", "dog2", "quiet"]


def test_only_the_selected_events(dialog: ExportDialog) -> None:
    choose(dialog, "which", "selected")
    assert exported(dialog) == ["dog2"]


def test_only_those_that_are_listed_of_the_ticked_classes(dialog: ExportDialog) -> None:
    choose(dialog, "which", "listed")
    choose(dialog, "classes", "ticked")
    dialog.states[ReviewState.ACCEPTED].setChecked(False)
    dialog.states[ReviewState.REJECTED].setChecked(True)
    assert exported(dialog) == ["dog"]


def test_the_ending_follows_the_format_and_the_name_stays(
    dialog: ExportDialog, tmp_path: Path
) -> None:
    assert dialog.path.text() == str(tmp_path / "yard.txt")
    dialog.path.setText(str(tmp_path / "mine.txt"))
    choose(dialog, "format", "jams")
    assert dialog.path.text() == str(tmp_path / "mine.jams")


def test_what_gets_lost_is_told(dialog: ExportDialog, labels: LabelledRecording) -> None:
    dialog._look_for_losses()
    for text in losses("audacity", dialog._chosen):
        assert text.split(": ", 1)[1] in dialog.lost.text()
    assert "review state" in dialog.lost.text()


def test_many_events_are_looked_through_in_the_background(
    dialog: ExportDialog, labels: LabelledRecording, world: World, tmp_path: Path, qtbot: QtBot
) -> None:
    events = EventList.of(world.event(str(i), i * 0.01, note="x") for i in range(2500))
    many = replace(labels, events=events)
    big = ExportDialog([many], world.class_map, tmp_path, format_name="audacity")
    qtbot.addWidget(big)
    big._look_for_losses()
    assert "Looking" in big.lost.text()
    qtbot.waitUntil(lambda: "note of 2500 events is lost" in big.lost.text(), timeout=10_000)
    big.reject()


def test_an_existing_file_is_named_before_it_is_replaced(
    dialog: ExportDialog, tmp_path: Path
) -> None:
    (tmp_path / "old.txt").write_text("old")
    dialog.path.setText(str(tmp_path / "old.txt"))
    assert "old.txt exists and will be replaced" in dialog.place_note.text()
    assert save(dialog).text() == "&Replace"  # type: ignore[attr-defined]
    dialog.path.setText(str(tmp_path))
    assert not save(dialog).isEnabled()  # type: ignore[attr-defined]
    dialog.path.setText("")
    assert not save(dialog).isEnabled()  # type: ignore[attr-defined]


def test_several_recordings_go_into_a_folder_where_the_format_holds_one(
    labels: LabelledRecording, world: World, tmp_path: Path, qtbot: QtBot
) -> None:
    other = replace(labels, recording=replace(labels.recording, path=Path("/sounds/b.wav")))
    dialog = ExportDialog([labels, other], world.class_map, tmp_path, format_name="audacity")
    qtbot.addWidget(dialog)
    assert dialog.path.text() == str(tmp_path)
    choose(dialog, "format", "csv")
    assert dialog.path.text().endswith(".csv")


def test_the_request_can_be_written_as_it_is(dialog: ExportDialog, tmp_path: Path) -> None:
    dialog.sidecar.setChecked(True)
    dialog.accept()
    request = dialog.request
    assert request is not None
    assert request.event_count == 3
    made = write_labels(
        request.format_name, request.recordings, request.path, options=request.options
    )
    assert [p.name for p in made] == ["yard.txt", "yard.txt.yamnet.json"]


def test_cancel_asks_for_nothing(dialog: ExportDialog) -> None:
    dialog.reject()
    assert dialog.request is None
