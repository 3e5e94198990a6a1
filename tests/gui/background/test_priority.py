"""Background work gives way to the window."""

import os
import sys
import threading
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from yamnet_gui.analysis import AnalysisSettings, ResultCache
from yamnet_gui.audio.spectrogram import SpectrogramSettings
from yamnet_gui.core.errors import WeightsError
from yamnet_gui.gui.background.priority import (
    SWITCH_S,
    ForegroundPriority,
    give_way,
    give_way_quickly,
)
from yamnet_gui.gui.controllers.recording_loader import RecordingLoader
from yamnet_gui.gui.jobs.analysis import AnalyseJob
from yamnet_gui.gui.jobs.spectrogram import OverviewJob, TilesJob
from yamnet_gui.gui.state.document import Document
from yamnet_gui.gui.state.sound import Sound
from yamnet_gui.gui.state.spectrogram import Spectrogram
from yamnet_gui.gui.state.spectrogram_tiles import TileKey
from yamnet_gui.gui.state.timeline import Timeline
from yamnet_gui.yamnet import Network


@pytest.mark.skipif(sys.platform != "linux", reason="threads have priorities of their own there")
def test_only_the_thread_that_gives_way_gets_a_lower_priority() -> None:
    def niceness() -> int:
        return os.getpriority(os.PRIO_PROCESS, threading.get_native_id())

    before = niceness()
    priorities: list[int] = []

    def work() -> None:
        give_way()
        priorities.append(niceness())

    worker = threading.Thread(target=work)
    worker.start()
    worker.join()
    assert priorities == [min(before + 5, 19)]
    assert niceness() == before


def test_pythons_lock_changes_hands_at_once() -> None:
    before = sys.getswitchinterval()
    try:
        give_way_quickly()
        assert sys.getswitchinterval() == pytest.approx(SWITCH_S)
    finally:
        sys.setswitchinterval(before)


def test_nothing_is_computed_for_a_view_that_was_left_again(qtbot: QtBot) -> None:
    spectrogram = Spectrogram()
    spectrogram.set_recording(48_000, 60.0)
    asked: list[list[TileKey]] = []
    spectrogram.tiles_wanted.connect(asked.append)
    spectrogram.columns(0.0, 1.0, 500)
    spectrogram.columns(30.0, 31.0, 500)
    qtbot.waitUntil(lambda: bool(asked))
    assert len(asked) == 1
    assert all(29.0 <= key.first_s <= 31.0 for key in asked[0])


def test_work_that_can_wait_lets_claimed_work_go_first() -> None:
    way = ForegroundPriority()
    assert way.wait(0.0)
    with way.claimed():
        assert not way.wait(0.0)
        with way.claimed():
            assert not way.wait(0.001)
        assert not way.wait(0.0)
    assert way.wait(0.0)


def test_waiting_ends_as_soon_as_the_way_is_free() -> None:
    way = ForegroundPriority()
    waiting, results = threading.Event(), list[bool]()

    def wait() -> None:
        waiting.set()
        results.append(way.wait(60.0))

    with way.claimed():
        worker = threading.Thread(target=wait)
        worker.start()
        assert waiting.wait(10.0)
    worker.join(10.0)
    assert results == [True]


class _Broken:
    """A model whose network cannot be loaded."""

    sha256, name, runtime = "0" * 64, "broken", "auto"

    def network(self) -> Network:
        raise WeightsError("yamnet.h5", "is cut short")


def test_a_network_that_cannot_be_loaded_is_told_once_and_leaves_no_thread(
    sound_file: Path, tmp_path: Path
) -> None:
    way = ForegroundPriority()
    job = AnalyseJob(sound_file, _Broken(), AnalysisSettings(), ResultCache(tmp_path / "c"), way)
    with pytest.raises(WeightsError, match="cut short"):
        list(job.run())
    assert way.wait(0.0)


class _Asked(ForegroundPriority):
    """Counts how often somebody asks before a step."""

    def __init__(self) -> None:
        super().__init__()
        self.times = 0

    def wait(self, longest_s: float) -> bool:
        self.times += 1
        return super().wait(0.0)


def test_every_tile_and_every_step_of_the_whole_picture_gives_way(sound_file: Path) -> None:
    way = _Asked()
    keys = tuple(TileKey(-6, index) for index in range(3))
    assert len(list(TilesJob(sound_file, SpectrogramSettings(), keys, way).run())) == 3
    assert way.times == 3
    assert list(OverviewJob(sound_file, way).run())[-1].finished
    assert way.times > 3


def test_a_view_that_moves_has_the_right_of_way_until_it_rests(qtbot: QtBot) -> None:
    way, timeline = ForegroundPriority(), Timeline()
    opener = RecordingLoader(Document(521), timeline, Sound(), Spectrogram(), way)
    timeline.set_recording(60.0, 48_000)
    timeline.set_view(1.0, 2.0)
    timeline.pan(0.5)
    assert not way.wait(0.0)
    qtbot.waitUntil(lambda: way.wait(0.0))
    timeline.pan(0.5)
    assert not way.wait(0.0)
    opener.close()
    assert way.wait(0.0)
