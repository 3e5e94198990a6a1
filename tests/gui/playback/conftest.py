"""Recordings for playback whose every sample is known."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile

RATE_HZ = 44100


@pytest.fixture
def make_recording(tmp_path: Path) -> Callable[..., tuple[Path, np.ndarray]]:
    """Writes noise as 16-bit WAV; gives the path and the samples as they read back."""

    def make(
        seconds: float = 3.0, channels: int = 2, rate_hz: int = RATE_HZ
    ) -> tuple[Path, np.ndarray]:
        random = np.random.default_rng(7)
        frames = round(seconds * rate_hz)
        numbers = random.integers(-16000, 16000, (frames, channels), np.int16)
        path = tmp_path / f"noise-{seconds}-{channels}-{rate_hz}.wav"
        soundfile.write(path, numbers, rate_hz, subtype="PCM_16")
        return path, numbers.astype(np.float32) / 32768

    return make
