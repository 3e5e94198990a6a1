"""Calls that wait until requests have ceased."""

from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot

from yamnet_gui.gui.background.debounced import Debounced


def test_many_requests_make_one_call(qtbot: QtBot, qapp: QObject) -> None:
    calls: list[int] = []
    later = Debounced(qapp, 0, lambda: calls.append(1))
    for _ in range(5):
        later.start()
        later.start_once()
    assert later.active
    assert not calls
    qtbot.waitUntil(lambda: not later.active)
    assert calls == [1]


def test_a_withdrawn_request_makes_no_call(qtbot: QtBot, qapp: QObject) -> None:
    calls: list[int] = []
    later = Debounced(qapp, 0, lambda: calls.append(1))
    later.start()
    later.stop()
    assert not later.active
    qtbot.wait(5)
    assert not calls


def test_a_request_may_name_another_delay(qtbot: QtBot, qapp: QObject) -> None:
    calls: list[int] = []
    later = Debounced(qapp, 60_000, lambda: calls.append(1))
    later.start_in(0)
    qtbot.waitUntil(lambda: calls == [1])
