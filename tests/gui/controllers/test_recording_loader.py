"""A recording whose length is still being found shows its waveform already."""

import io
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from pytestqt.qtbot import QtBot

from yamnet_gui.audio import layout
from yamnet_gui.core.errors import RecordingError
from yamnet_gui.core.stopping import check_stopped
from yamnet_gui.gui.background.priority import ForegroundPriority
from yamnet_gui.gui.controllers.recording_loader import RecordingLoader
from yamnet_gui.gui.state.document import Document
from yamnet_gui.gui.state.sound import Sound
from yamnet_gui.gui.state.spectrogram import Spectrogram
from yamnet_gui.gui.state.timeline import Timeline

RATE = 8000
SCAN_WAITS_S = 20.0


class Loading:
    """A loader with the owners that it fills."""

    def __init__(self) -> None:
        self.document, self.timeline, self.sound = Document(521), Timeline(), Sound()
        way = ForegroundPriority()
        self.loader = RecordingLoader(self.document, self.timeline, self.sound, Spectrogram(), way)
        self.failures: list[object] = []
        self.loader.failed.connect(self.failures.append)

    def shows_sound(self) -> bool:
        pyramid = self.sound.pyramid
        return pyramid is not None and pyramid.ready_frames > RATE


@pytest.fixture
def loading() -> Iterator[Loading]:
    loading = Loading()
    yield loading
    loading.loader.close()


@pytest.fixture(scope="module")
def hour(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An hour of MP3 without a header: three minutes, twenty times."""
    file = io.BytesIO()
    noise = np.random.default_rng(2).uniform(-0.4, 0.4, 180 * RATE)
    soundfile.write(file, noise, RATE, format="MP3", bitrate_mode="VARIABLE", compression_level=0.9)
    content = file.getvalue()
    begin = content.find(content[:2], 100)  # the first frame holds the header
    path = tmp_path_factory.mktemp("hour") / "hour.mp3"
    path.write_bytes(content[begin:] * 20)
    return path


@pytest.fixture
def may_scan(monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """The scan of a file waits until this is set."""
    layout._layout.cache_clear()
    event = threading.Event()
    scan = layout.scan_quickly

    def waiting(container: Any, stream: Any) -> Any:
        deadline = time.monotonic() + SCAN_WAITS_S
        while not event.wait(0.01) and time.monotonic() < deadline:
            check_stopped()
        return scan(container, stream)

    monkeypatch.setattr(layout, "scan_quickly", waiting)
    yield event
    event.set()


@pytest.mark.workflow
def test_an_hour_without_header_shows_its_waveform_while_its_length_is_found(
    qtbot: QtBot, loading: Loading, hour: Path, may_scan: threading.Event
) -> None:
    loading.loader.open(hour)
    qtbot.waitUntil(loading.shows_sound, timeout=15_000)
    assert loading.document.recording is None
    low, high = loading.sound.columns(0, 0.5, 1.0, 10) or (np.zeros(0), np.zeros(0))
    assert (high - low > 0.3).all()
    assert loading.timeline.duration_s > 60
    may_scan.set()
    qtbot.waitUntil(lambda: loading.document.recording is not None, timeout=30_000)
    assert loading.document.recording is not None
    duration_s = loading.document.recording.info.duration_s
    assert duration_s == pytest.approx(3600, abs=5)
    assert loading.timeline.duration_s == duration_s
    assert loading.failures == []


def test_a_file_that_fails_after_its_first_look_leaves_the_window_empty(
    qtbot: QtBot,
    loading: Loading,
    hour: Path,
    may_scan: threading.Event,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    loading.loader.open(hour)
    qtbot.waitUntil(loading.shows_sound, timeout=15_000)
    broken = RecordingError(hour, "cannot be read")

    def fail(*_: Any) -> Any:
        raise broken

    monkeypatch.setattr(layout, "_laid_out", fail)
    may_scan.set()
    qtbot.waitUntil(lambda: bool(loading.failures), timeout=30_000)
    assert loading.sound.pyramid is None
    assert loading.timeline.duration_s == 0


def test_closing_ends_the_first_look(
    qtbot: QtBot, loading: Loading, hour: Path, may_scan: threading.Event
) -> None:
    loading.loader.open(hour)
    qtbot.waitUntil(loading.shows_sound, timeout=15_000)
    loading.loader.close_recording()
    assert loading.sound.pyramid is None
    may_scan.set()


def test_a_missing_file_is_reported_once(qtbot: QtBot, loading: Loading, tmp_path: Path) -> None:
    loading.loader.open(tmp_path / "missing.mp3")
    qtbot.waitUntil(lambda: bool(loading.failures) and not loading.loader.busy)
    assert len(loading.failures) == 1


def test_opening_another_file_ends_the_scan(
    qtbot: QtBot, loading: Loading, hour: Path, may_scan: threading.Event, tmp_path: Path
) -> None:
    """`may_scan` never lets it go on, so what comes after it would have to wait."""
    other = tmp_path / "other.wav"
    soundfile.write(other, np.full(RATE, 0.25), RATE)
    loading.loader.open(hour)
    qtbot.waitUntil(loading.shows_sound, timeout=15_000)
    loading.loader.open(other)
    qtbot.waitUntil(lambda: loading.loader.path == other, timeout=10_000)
    assert not may_scan.is_set()
    loading.loader.open(hour)
    qtbot.waitUntil(loading.shows_sound, timeout=15_000)
    loading.loader.close_recording()
    qtbot.waitUntil(lambda: not loading.loader.busy, timeout=10_000)
    assert loading.document.recording is None
    assert loading.failures == []


@pytest.mark.workflow
def test_the_first_look_stays_until_the_true_waveform_reaches_as_far(
    qtbot: QtBot, loading: Loading, hour: Path, may_scan: threading.Event
) -> None:
    loading.loader.open(hour)
    qtbot.waitUntil(loading.shows_sound, timeout=15_000)
    reached_s: list[float] = []

    def note() -> None:
        pyramid = loading.sound.pyramid
        reached_s.append(pyramid.ready_frames / pyramid.sample_rate_hz if pyramid else 0.0)

    note()
    loading.sound.changed.connect(note)
    may_scan.set()

    def true_one_is_shown() -> bool:
        recording, pyramid = loading.document.recording, loading.sound.pyramid
        if recording is None or pyramid is None:
            return False
        return pyramid.frames == round(recording.info.duration_s * RATE)

    qtbot.waitUntil(true_one_is_shown, timeout=60_000)
    assert len(reached_s) > 1
    assert reached_s == sorted(reached_s)
