"""The signal that the model hears."""

from pathlib import Path

import numpy as np
import pytest
import resampy
import soundfile

from yamnet_gui.audio import MemorySource, mixed, mono_16k, open_audio


def joined(*args: object, **options: object) -> np.ndarray:
    pieces = list(mono_16k(*args, **options))  # type: ignore[arg-type]
    return np.concatenate(pieces) if pieces else np.zeros(0, np.float32)


def stereo(tmp_path: Path, rate: int = 44100) -> Path:
    numbers = np.random.default_rng(2).integers(-9000, 9000, (rate, 2), dtype=np.int16)
    soundfile.write(tmp_path / "stereo.wav", numbers, rate)
    return tmp_path / "stereo.wav"


@pytest.mark.parametrize("block", [1000, 44100, 1 << 20])
def test_mix_equals_the_published_decoding(tmp_path: Path, block: int) -> None:
    path = stereo(tmp_path)
    numbers, rate = soundfile.read(path, dtype="int16")
    published = resampy.resample((numbers / 32768.0).mean(axis=1).astype(np.float32), rate, 16000)
    with open_audio(path) as source:
        np.testing.assert_allclose(joined(source, block_frames=block), published, atol=1e-6)


def test_one_channel_and_gain(tmp_path: Path) -> None:
    path = stereo(tmp_path)
    numbers, rate = soundfile.read(path, dtype="float32")
    expected = resampy.resample(numbers[:, 1].copy(), rate, 16000) * 10 ** (6 / 20)
    with open_audio(path) as source:
        np.testing.assert_allclose(joined(source, channel=1, gain_db=6.0), expected, atol=2e-6)
        with pytest.raises(ValueError, match="no channel 2"):
            joined(source, channel=2)


def test_part_of_a_recording(tmp_path: Path) -> None:
    sound = np.random.default_rng(1).uniform(-0.5, 0.5, 32000).astype(np.float32)
    source = MemorySource(sound, 16000)
    np.testing.assert_array_equal(joined(source, start_s=0.25, end_s=1.5), sound[4000:24000])
    np.testing.assert_array_equal(joined(source, start_s=1.9, end_s=9.0), sound[30400:])
    assert len(joined(source, start_s=5.0)) == 0


@pytest.mark.parametrize("channels", [1, 2, 3, 8])
def test_mix_is_the_mean(channels: int) -> None:
    samples = np.random.default_rng(0).uniform(-1, 1, (500, channels)).astype(np.float32)
    np.testing.assert_allclose(mixed(samples), samples.mean(axis=1), atol=1e-7)
    np.testing.assert_array_equal(mixed(samples, channels - 1), samples[:, -1])


@pytest.mark.reference
def test_equals_the_reference_waveforms(reference: Path) -> None:
    tried = 0
    for golden in sorted((reference / "golden").glob("file_*.npz")):
        with np.load(golden) as content:
            if "waveform_16k" not in content:
                continue
            expected = content["waveform_16k"]
        name = golden.stem.removeprefix("file_")
        path = next((reference / "audio").rglob(f"{name}.*"))
        with open_audio(path) as source:
            # resampy itself differs by 1.4e-6 from one machine to another where sound is loud
            np.testing.assert_allclose(joined(source), expected, rtol=0, atol=2e-6)
        tried += 1
    assert tried


@pytest.mark.parametrize(
    "rate",
    [
        8000,
        11025,
        16000,
        44101,
        *(pytest.param(r, marks=pytest.mark.workflow) for r in (44100, 48000)),
    ],
)
@pytest.mark.workflow
def test_what_follows_skipped_samples_is_the_same_to_the_last_bit(tmp_path, rate):
    path = tmp_path / "sound.wav"
    noise = np.random.default_rng(rate).normal(0, 0.2, (5 * rate, 2))
    soundfile.write(path, noise, rate, "PCM_16")
    with open_audio(path) as source:
        whole = np.concatenate(list(mono_16k(source, gain_db=3.0, block_frames=5000)))
        for skip in (1, 100, 4000, 7680, 70_001, len(whole) - 1, len(whole), len(whole) + 9):
            blocks = [np.zeros(0, np.float32)]
            blocks += mono_16k(source, gain_db=3.0, block_frames=5000, skip=skip)
            assert np.array_equal(np.concatenate(blocks), whole[skip:]), skip


def test_skipped_samples_are_not_read(tmp_path, monkeypatch):
    path = tmp_path / "sound.wav"
    soundfile.write(path, np.zeros((60 * 44100, 2)), 44100, "PCM_16")
    with open_audio(path) as source:
        read: list[int] = []
        inner = source.read
        monkeypatch.setattr(source, "read", lambda a, n: read.append(n) or inner(a, n))
        left = sum(len(block) for block in mono_16k(source, skip=50 * 16000, block_frames=10_000))
    assert left == 10 * 16000
    assert sum(read) < 11 * 44100
