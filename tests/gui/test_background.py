"""Background work gives way to the window."""

import os
import sys
import threading

import pytest

from yamnet_gui.gui.jobs.background import SWITCH_S, give_way, give_way_quickly
from yamnet_gui.gui.state.spectrogram import Spectrogram, TileKey


@pytest.mark.skipif(sys.platform != "linux", reason="threads have priorities of their own there")
def test_only_the_thread_that_gives_way_gets_a_lower_priority() -> None:
    def niceness() -> int:
        return os.getpriority(os.PRIO_PROCESS, threading.get_native_id())

    before = niceness()
    found: list[int] = []

    def work() -> None:
        give_way()
        found.append(niceness())

    worker = threading.Thread(target=work)
    worker.start()
    worker.join()
    assert found == [min(before + 5, 19)]
    assert niceness() == before


def test_pythons_lock_changes_hands_at_once() -> None:
    before = sys.getswitchinterval()
    try:
        give_way_quickly()
        assert sys.getswitchinterval() == pytest.approx(SWITCH_S)
    finally:
        sys.setswitchinterval(before)


def test_nothing_is_computed_for_a_view_that_was_left_again(qtbot) -> None:  # type: ignore[no-untyped-def]
    spectrogram = Spectrogram()
    spectrogram.set_recording(48_000, 60.0)
    asked: list[list[TileKey]] = []
    spectrogram.tiles_wanted.connect(asked.append)
    spectrogram.columns(0.0, 1.0, 500)
    spectrogram.columns(30.0, 31.0, 500)
    qtbot.waitUntil(lambda: bool(asked))
    assert len(asked) == 1
    assert all(29.0 <= key.first_s <= 31.0 for key in asked[0])
