"""What takes long to import is imported when it is first asked for."""

import sys
import threading
import time
from pathlib import Path

import pytest
from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot

from yamnet_gui.gui.background import first_use
from yamnet_gui.gui.background.first_use import FirstUse

NAME = "a_module_that_takes_long"


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    (tmp_path / f"{NAME}.py").write_text("import threading\nWHERE = threading.current_thread()\n")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, NAME, raising=False)
    return NAME


def test_what_holds_nothing_of_qt_is_imported_in_the_background(qtbot: QtBot, module: str) -> None:
    parent, called = QObject(), []
    use = FirstUse("test", parent, (), [module])
    use.then(lambda: called.append(threading.current_thread()))
    assert not called
    assert use.busy
    qtbot.waitUntil(lambda: bool(called))
    assert called == [threading.main_thread()]
    assert sys.modules[module].WHERE is not threading.main_thread()
    use.then(lambda: called.append(threading.current_thread()))
    assert len(called) == 2  # at once
    use.close()


def test_what_holds_classes_of_qt_is_imported_in_the_thread_of_the_window(
    qtbot: QtBot, module: str
) -> None:
    parent, called = QObject(), []
    use = FirstUse("test", parent, [module])
    use.then(lambda: called.append(1))
    assert use.busy
    assert not called
    assert module not in sys.modules
    qtbot.waitUntil(lambda: bool(called))
    assert sys.modules[module].WHERE is threading.main_thread()
    use.close()


def test_asking_twice_opens_once(qtbot: QtBot, module: str) -> None:
    parent, called = QObject(), []
    use = FirstUse("test", parent, [module])
    use.then(lambda: called.append(1))
    use.then(lambda: called.append(2))
    qtbot.waitUntil(lambda: bool(called))
    qtbot.waitUntil(lambda: not use.busy)
    assert called == [2]
    use.close()


def test_asking_again_once_the_module_is_there_opens_once(qtbot: QtBot, module: str) -> None:
    parent, called = QObject(), []
    use = FirstUse("test", parent, (), [module])
    use.then(lambda: called.append(1))
    latest = time.monotonic() + 10
    while not first_use._is_there(module) and time.monotonic() < latest:
        threading.Event().wait(0.001)  # without the event loop, which would call the first
    use.then(lambda: called.append(2))
    assert called == [2]
    qtbot.waitUntil(lambda: not use.busy)
    assert called == [2]
    use.close()


def test_nothing_opens_once_it_is_closed(qtbot: QtBot, module: str) -> None:
    parent, called = QObject(), []
    use = FirstUse("test", parent, [module])
    use.close()
    use.then(lambda: called.append(1))
    assert not called
    assert not use.busy
