"""YAMNet's own view."""

import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from yamnet_gui.audio import MemorySource, SpectrogramSettings, mono_16k, spectrogram_columns
from yamnet_gui.audio.log_mel import log_mel, mel_matrix
from yamnet_gui.core.model_parameters import MEL_BANDS, STFT_HOP

YAMNET = SpectrogramSettings(scale="yamnet")


@pytest.mark.reference
def test_equals_the_published_front_end(reference: Path) -> None:
    tried = 0
    for golden in sorted((reference / "golden").glob("*.npz")):
        with np.load(golden) as content:
            if "log_mel" not in content:
                continue
            wave = content["waveform" if "waveform" in content else "waveform_16k"]
            expected = content["log_mel"]
        padded = np.zeros((len(expected) - 1) * STFT_HOP + 400, np.float32)
        shared = min(len(wave), len(padded))
        padded[:shared] = wave[:shared]
        # the published one transforms in float32, whose rounding shows between the lines of tones
        np.testing.assert_allclose(log_mel(padded), expected, rtol=0, atol=5e-3)
        assert np.abs(log_mel(padded) - expected).mean() < 1e-3
        tried += 1
    assert tried > 5


def test_silence_is_the_logarithm_of_the_offset() -> None:
    np.testing.assert_allclose(log_mel(np.zeros(1600, np.float32)), math.log(0.001), atol=1e-6)
    assert log_mel(np.zeros(399, np.float32)).shape == (0, MEL_BANDS)


def test_bands_overlap_in_triangles() -> None:
    matrix = mel_matrix()
    assert matrix.shape == (257, MEL_BANDS)
    assert (matrix[:4] == 0).all()  # below 125 Hz
    assert (matrix[241:] == 0).all()  # above 7500 Hz
    inside = matrix.sum(axis=1)[12:230]
    np.testing.assert_allclose(inside, 1.0, atol=1e-5)


@settings(max_examples=25, deadline=None)
@given(
    rate=st.sampled_from((16000, 44100, 48000, 8000)),
    first=st.integers(0, 250),
    count=st.integers(1, 80),
)
@pytest.mark.workflow
def test_columns_of_one_hop_are_the_models_own_frames(rate: int, first: int, count: int) -> None:
    sound = np.random.default_rng(rate).uniform(-0.3, 0.3, (rate * 4, 2)).astype(np.float32)
    source = MemorySource(sound, rate)
    frames = log_mel(np.concatenate(list(mono_16k(source))))
    # a column of one hop around the middle of frame k
    picture = spectrogram_columns(source, YAMNET, first * 0.01 + 0.0075, 0.01, count, MEL_BANDS)
    expected = frames[first : first + count].T * (20 / math.log(10))
    np.testing.assert_allclose(picture, expected, rtol=0, atol=0.02)


def test_wide_columns_show_the_loudest_frame() -> None:
    sound = np.random.default_rng(1).uniform(-0.3, 0.3, 64000).astype(np.float32)
    sound[:30000] *= 0.01
    source = MemorySource(sound, 16000)
    picture = spectrogram_columns(source, YAMNET, 0.0, 1.0, 4, MEL_BANDS)
    assert (picture[:, 3] > picture[:, 0] + 10).all()


def test_every_band_has_as_many_rows() -> None:
    source = MemorySource(np.zeros(16000, np.float32), 16000)
    assert spectrogram_columns(source, YAMNET, 0.0, 0.01, 50, 200).shape == (200, 50)
