"""What an export says while it runs."""

from collections.abc import Iterator
from pathlib import Path

from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot

from yamnet_gui.gui.features.export.export_run import ExportRun
from yamnet_gui.gui.widgets.notices import NoticeBar
from yamnet_gui.labels.formats import WriteStep


class Writing:
    """Half of the events, and no end while nobody asks for it."""

    def run(self) -> Iterator[WriteStep]:
        yield WriteStep(0, 1, 48)


def test_the_share_of_the_events_is_shown(qtbot: QtBot) -> None:
    bar, owner = NoticeBar(), QObject()
    qtbot.addWidget(bar)
    run = ExportRun(bar, lambda _error: None, owner)
    run.write_table(Writing(), Path("demo.selections.txt"), 96)
    qtbot.waitUntil(lambda: [n.text for n in bar.notices] == ["Writing, 50%"])
    qtbot.waitUntil(lambda: not run.busy)
    run.close()
