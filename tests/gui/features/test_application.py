"""What the window offers about the program itself."""

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices

from yamnet_gui.core.log import log_path, logging_to_file
from yamnet_gui.gui.workbench import Workbench


def test_the_folder_of_the_log_is_shown_or_the_reason_why_not(
    start: Callable[..., Workbench], monkeypatch: pytest.MonkeyPatch
) -> None:
    shown: list[str] = []
    monkeypatch.setattr(
        QDesktopServices, "openUrl", lambda url: shown.append(QUrl(url).toLocalFile()) or True
    )
    bench = start()
    action = bench.shell.window.actions_by_id["show_log"]
    action.trigger()
    assert shown == []
    assert "cannot be shown" in bench.shell.notices.notices[-1].text
    with logging_to_file([]):
        action.trigger()
    assert [Path(folder) for folder in shown] == [log_path().parent]
