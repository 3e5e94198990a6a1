"""The table model of recordings."""

from pathlib import Path

import pytest
from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtWidgets import QStyleOptionHeader
from pytestqt.qtbot import QtBot

from yamnet_gui.gui.jobs.project import RecordingStage, progress_words, stage_of
from yamnet_gui.gui.panels.recording_table_model import EVENTS, NAME, STATE, RecordingsModel
from yamnet_gui.gui.panels.recordings import RecordingsPanel


def test_only_rows_whose_number_of_events_changed_are_announced(qtbot: QtBot) -> None:
    paths = [Path(f"/sounds/{n}.wav") for n in range(6)]
    model = RecordingsModel()
    model.set_files(paths)
    model.set_events(dict.fromkeys(paths, 3))
    announced: list[tuple[int, int]] = []

    def note(first: QModelIndex, last: QModelIndex) -> None:
        announced.append((first.row(), last.row()))

    model.dataChanged.connect(note)
    model.set_events(dict.fromkeys(paths, 3))
    assert announced == []
    model.set_events({path: 3 + (2 <= n <= 3) for n, path in enumerate(paths)})
    assert announced == [(2, 3)]
    assert model.most_events == 4
    model.set_listed({paths[0]: 9})
    assert model.most_events == 9


def test_a_column_that_counts_what_another_table_lists_says_so(qtbot: QtBot) -> None:
    model = RecordingsModel()
    model.set_files([Path("/sounds/a.wav")])
    titles: list[str] = []
    model.headerDataChanged.connect(
        lambda _side, first, _last: titles.append(
            model.headerData(first, Qt.Orientation.Horizontal)
        )
    )
    model.set_listed({})
    assert "filter of All events" in model.headerData(
        EVENTS, Qt.Orientation.Horizontal, Qt.ItemDataRole.ToolTipRole
    )
    model.set_listed(None)
    assert titles == ["Listed", "Events"]


def test_numbers_of_the_list_have_titles_and_states_are_words(qtbot: QtBot) -> None:
    panel = RecordingsPanel()
    qtbot.addWidget(panel)
    path = Path("/sounds/a.wav")
    panel.set_files([path])
    panel.set_events({path: 104})
    panel.set_state(path, progress_words(6, 108))
    panel.resize(280, 300)
    panel.show()
    qtbot.waitExposed(panel)
    header = panel.table.horizontalHeader()
    assert header.isVisible()
    titles = [panel.model.headerData(c, Qt.Orientation.Horizontal) for c in (NAME, EVENTS, STATE)]
    assert titles == ["Recording", "Events", "State"]
    for column, title in ((EVENTS, "Events"), (STATE, "State")):
        assert header.sectionSize(column) > header.fontMetrics().horizontalAdvance(title)
    assert panel.model.index(0, STATE).data() == "6 reviewed"
    assert stage_of("6 reviewed") is RecordingStage.PARTLY
    option = QStyleOptionHeader()
    header.initStyleOption(option)
    header.initStyleOptionForIndex(option, EVENTS)
    assert option.text.rstrip() == "Events"
    assert option.text != "Events", "a title over numbers ends before the next one begins"


def test_names_that_begin_alike_show_their_ends(qtbot: QtBot) -> None:
    panel = RecordingsPanel()
    qtbot.addWidget(panel)
    middle, left = Qt.TextElideMode.ElideMiddle, Qt.TextElideMode.ElideLeft
    panel.set_files([Path(f"/sounds/garden_20260503_{hour:02}0000.wav") for hour in range(9)])
    assert panel.table.textElideMode() is left
    panel.add_file(Path("/sounds/a walk along the river, with birds and bells.wav"))
    assert panel.table.textElideMode() is middle
    panel.set_files([Path("/sounds/garden_20260503_000000.wav")])
    assert panel.table.textElideMode() is middle


def test_a_change_of_one_recording_does_not_look_through_all(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked: list[str] = []
    find = RecordingsModel._find_most_events

    def counted(model: RecordingsModel) -> None:
        looked.append("")
        find(model)

    monkeypatch.setattr(RecordingsModel, "_find_most_events", counted)
    panel = RecordingsPanel()
    qtbot.addWidget(panel)
    paths = [Path(f"{n}.wav") for n in range(20)]
    panel.set_files(paths)
    panel.set_events(dict.fromkeys(paths, 7))
    looked.clear()
    panel.set_state(paths[0], "3 reviewed")
    panel.set_state(paths[0], "4 reviewed")
    assert not looked
    assert panel.model.most_events == 7
    assert panel.model.states == {"", "4 reviewed"}
    panel.set_files(paths[1:])
    assert panel.model.states == {""}
