"""A window on a project of its own."""

from collections.abc import Callable
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from tests.gui.support import projects
from yamnet_gui.gui.workbench import Workbench

Start = Callable[..., Workbench]
Settled = Callable[[Workbench], None]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return projects.made(tmp_path / "ours")


@pytest.fixture
def bench(qtbot: QtBot, start: Start, settled: Settled, path: Path) -> Workbench:
    bench = start(path)
    bench.session.settings.set("autoplay", False)
    settled(bench)
    bench.shell.window.activateWindow()
    qtbot.waitUntil(bench.shell.window.isActiveWindow)
    return bench
