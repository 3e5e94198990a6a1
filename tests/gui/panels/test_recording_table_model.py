"""The table model of recordings."""

from pathlib import Path

from PySide6.QtCore import QModelIndex
from pytestqt.qtbot import QtBot

from yamnet_gui.gui.panels.recording_table_model import RecordingsModel


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
