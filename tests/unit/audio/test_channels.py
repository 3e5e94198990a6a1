"""Channels that cancel each other in the mix are noticed; others are not."""

from pathlib import Path

import numpy as np
import pytest
import soundfile

from yamnet_gui.audio import open_audio
from yamnet_gui.audio.channels import cancels_in_mix

RATE = 8000
RNG = np.random.default_rng(6)
LEFT = RNG.normal(0, 0.1, 4 * RATE)
OTHER = RNG.normal(0, 0.1, 4 * RATE)


@pytest.mark.parametrize(
    ("channels", "cancels"),
    [
        ((LEFT, -LEFT), True),
        ((LEFT, -0.9 * LEFT), True),
        ((LEFT, -LEFT + 0.1 * OTHER), True),
        ((LEFT + 0.3, -LEFT + 0.3), True),
        ((LEFT, -LEFT, OTHER, -OTHER), True),
        (
            (LEFT * (np.arange(4 * RATE) > 3.5 * RATE), -LEFT * (np.arange(4 * RATE) > 3.5 * RATE)),
            True,
        ),
        ((LEFT, LEFT), False),
        ((LEFT, OTHER), False),
        ((LEFT, 0 * LEFT), False),
        ((LEFT, -0.3 * LEFT), False),
        ((LEFT - 0.3, LEFT + 0.3), False),
        ((LEFT,) * 4 + (0 * LEFT,) * 12, False),
        ((0 * LEFT, 0 * LEFT), False),
        ((LEFT,), False),
    ],
)
def test_a_mix_far_below_its_channels(
    tmp_path: Path, channels: tuple[np.ndarray, ...], cancels: bool
) -> None:
    path = tmp_path / "sound.wav"
    soundfile.write(path, np.stack(channels, axis=1), RATE, subtype="PCM_16")
    with open_audio(path) as source:
        assert cancels_in_mix(source) is cancels


def test_a_recording_of_a_few_samples_is_looked_at(tmp_path: Path) -> None:
    path = tmp_path / "short.wav"
    soundfile.write(path, np.stack([LEFT, -LEFT], axis=1)[:3], RATE, subtype="PCM_16")
    with open_audio(path) as source:
        assert cancels_in_mix(source)
