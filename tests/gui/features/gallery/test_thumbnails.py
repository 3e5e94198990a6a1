"""Thumbnails: computed from the sound, in bounded memory, and only what is in sight."""

from pathlib import Path

import numpy as np
import pytest
import soundfile
from PySide6.QtGui import QImage, qGray
from pytestqt.qtbot import QtBot

from yamnet_gui.audio import SpectrogramSettings
from yamnet_gui.gui.features.gallery.thumbnail_job import (
    MISSING,
    OpenSources,
    Thumbnail,
    ThumbnailLook,
    ThumbnailRequest,
    ThumbnailsJob,
)
from yamnet_gui.gui.features.gallery.thumbnails import Thumbnails

LOOK = ThumbnailLook(columns=40, rows=20)


def made(*requests: ThumbnailRequest, look: ThumbnailLook = LOOK) -> list[Thumbnail]:
    return [t for _, t in ThumbnailsJob(requests, look, OpenSources()).run()]


def brightness(image: QImage) -> np.ndarray:
    """Rows × columns, top row first."""
    wide, high = image.width(), image.height()
    return np.array([[qGray(image.pixel(x, y)) for x in range(wide)] for y in range(high)])


def test_a_tone_is_bright_where_it_sounds_and_at_its_frequency(sound_file: Path) -> None:
    (tone,) = made(ThumbnailRequest(str(sound_file), 2.0, 4.0))
    assert tone.image is not None
    bright = brightness(tone.image)
    assert bright.shape == (20, 40)
    at = bright.argmax(axis=0)[12:28]  # 3 to 5 s of 2 to 6 s, 1 kHz of 8 kHz
    assert set(at.tolist()) <= {16, 17, 18}
    assert bright[17, 12:28].min() > bright[17, :8].max()
    assert tone.bytes < 3000


def test_what_lies_outside_the_recording_and_silence_are_dark(sound_file: Path) -> None:
    before, silent = made(
        ThumbnailRequest(str(sound_file), -2.0, 2.0), ThumbnailRequest(str(sound_file), 0.5, 1.0)
    )
    assert before.image is not None
    assert before.image.pixelColor(5, 5).alpha() == 0
    assert silent.image is not None
    assert brightness(silent.image).max() < 20


def test_a_channel_of_its_own_is_shown_and_one_that_is_not_there_is_the_mix(
    tmp_path: Path,
) -> None:
    time = np.arange(32_000) / 16_000
    tone = np.sin(2 * np.pi * 1000 * time) * 0.5
    path = tmp_path / "two.wav"
    soundfile.write(path, np.stack([tone, np.zeros_like(tone)], axis=1), 16_000)
    first, second, none = (
        brightness(t.image)  # type: ignore[arg-type]
        for t in made(*(ThumbnailRequest(str(path), 0.5, 1.0, c) for c in (0, 1, 7)))
    )
    assert first.max() > 150
    assert second.max() < 20
    assert none.max() > 150


def test_a_file_that_is_missing_or_unreadable_says_so_and_the_next_comes(
    sound_file: Path, tmp_path: Path
) -> None:
    broken = tmp_path / "broken.wav"
    broken.write_bytes(b"RIFF, but nothing more")
    gone, bad, good = made(
        ThumbnailRequest(str(tmp_path / "gone.wav"), 0.0, 1.0),
        ThumbnailRequest(str(broken), 0.0, 1.0),
        ThumbnailRequest(str(sound_file), 3.0, 1.0),
    )
    assert (gone.image, gone.problem) == (None, MISSING)
    assert bad.image is None
    assert bad.problem
    assert good.image is not None


@pytest.mark.parametrize("scale", ["linear", "mel", "log", "yamnet"])
def test_every_kind_of_spectrogram_can_be_a_thumbnail(sound_file: Path, scale: str) -> None:
    settings = SpectrogramSettings(scale=scale, low_hz=30.0)  # type: ignore[arg-type]
    look = ThumbnailLook(settings, columns=30, rows=15)
    (tone,) = made(ThumbnailRequest(str(sound_file), 3.0, 2.0), look=look)
    assert tone.image is not None
    assert brightness(tone.image).max() > 100


def test_memory_is_bounded_and_what_was_used_last_stays(sound_file: Path, qtbot: QtBot) -> None:
    thumbnails = Thumbnails(most_bytes=10_000)
    thumbnails.set_look(LOOK)
    requests = [ThumbnailRequest(str(sound_file), k / 4, 1.0) for k in range(12)]
    thumbnails.want(requests[:6])
    qtbot.waitUntil(lambda: not thumbnails.busy, timeout=60_000)
    thumbnails.want(requests[6:])
    qtbot.waitUntil(lambda: not thumbnails.busy, timeout=60_000)
    assert 0 < thumbnails.bytes <= 10_000
    assert thumbnails.get(requests[0]) is None
    assert thumbnails.get(requests[-1]) is not None
    thumbnails.close()


def test_what_was_scrolled_away_is_not_computed(sound_file: Path, qtbot: QtBot) -> None:
    thumbnails = Thumbnails()
    thumbnails.set_look(LOOK)
    away = [ThumbnailRequest(str(sound_file), k / 100, 1.0) for k in range(500)]
    here = [ThumbnailRequest(str(sound_file), 5 + k / 10, 1.0) for k in range(3)]
    thumbnails.want(away)
    qtbot.waitUntil(lambda: thumbnails.get(away[0]) is not None, timeout=60_000)
    thumbnails.want(here)
    qtbot.waitUntil(lambda: not thumbnails.busy, timeout=60_000)
    assert all(thumbnails.get(request) is not None for request in here)
    assert thumbnails.get(away[-1]) is None
    thumbnails.close()
