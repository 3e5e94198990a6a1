"""Samples of every format, from any place in the file."""

from pathlib import Path

import numpy as np
import pytest
import soundfile

from yamnet_gui.audio import MemorySource, open_audio
from yamnet_gui.core.errors import RecordingError

from .containers import write_container

RATE = 44100

SNDFILE = [
    ("WAV", "PCM_U8", "WAV, 8 bit", 8),
    ("WAV", "PCM_16", "WAV, 16 bit", 16),
    ("WAV", "PCM_24", "WAV, 24 bit", 24),
    ("WAV", "PCM_32", "WAV, 32 bit", 32),
    ("WAV", "FLOAT", "WAV, 32 bit float", None),
    ("WAV", "DOUBLE", "WAV, 64 bit float", None),
    ("WAVEX", "PCM_16", "WAV, 16 bit", 16),
    ("RF64", "PCM_16", "RF64, 16 bit", 16),
    ("W64", "PCM_24", "W64, 24 bit", 24),
    ("WAV", "ULAW", "WAV, µ-law", None),
    ("FLAC", "PCM_S8", "FLAC, 8 bit", 8),
    ("FLAC", "PCM_16", "FLAC, 16 bit", 16),
    ("FLAC", "PCM_24", "FLAC, 24 bit", 24),
    ("OGG", "VORBIS", "OGG, Vorbis", None),
    ("OGG", "OPUS", "OGG, Opus", None),
    ("MP3", "MPEG_LAYER_III", "MP3", None),
    ("AIFF", "PCM_16", "AIFF, 16 bit", 16),
    ("AIFF", "PCM_24", "AIFF, 24 bit", 24),
    ("CAF", "PCM_16", "CAF, 16 bit", 16),
    ("AU", "PCM_16", "AU, 16 bit", 16),
]
CONTAINERS = [
    ("m4a", "aac", "M4A, AAC"),
    ("mp4", "aac", "MP4, AAC"),
    ("m4a", "alac", "M4A, ALAC"),
    ("aac", "aac", "AAC"),
    ("mkv", "aac", "MKV, AAC"),
    ("mka", "flac", "MKV, FLAC"),
    ("mkv", "pcm_s16le", "MKV, PCM_S16LE"),
    ("webm", "libopus", "WebM, Opus"),
    ("wma", "wmav2", "WMA, WMA 2"),
    ("mov", "pcm_s16le", "MOV, PCM_S16LE"),
]


def sound(seconds: float = 4.0, channels: int = 2, rate: int = RATE) -> np.ndarray:
    """Noise in bursts with silence between them, so that codecs change their ways."""
    rng = np.random.default_rng(11)
    n = round(seconds * rate)
    loud = (np.arange(n) // (rate // 3) % 3 != 0)[:, None]
    return rng.uniform(-0.5, 0.5, (n, channels)) * loud


def random_spans(frames: int, count: int = 25) -> list[tuple[int, int]]:
    rng = np.random.default_rng(1)
    spans = [(int(a), int(rng.integers(1, 9000))) for a in rng.integers(0, frames, count)]
    return [*spans, (0, 10), (frames - 1, 1), (frames - 5, 100), (1, frames)]


def check_random_reads(path: Path, tolerance: float) -> None:
    with open_audio(path) as source:
        linear = np.concatenate(list(source.blocks(10_000)))
        assert len(linear) == source.frames
        for first, count in random_spans(source.frames):
            samples = source.read(first, count)
            expected = linear[first : first + count]
            assert samples.shape == expected.shape
            np.testing.assert_allclose(samples, expected, rtol=0, atol=tolerance)


@pytest.mark.parametrize(("kind", "subtype", "words", "depth"), SNDFILE)
def test_libsndfile_formats(
    tmp_path: Path, kind: str, subtype: str, words: str, depth: int | None
) -> None:
    path = tmp_path / f"sound.{kind.lower()}"
    rate = 48000 if subtype == "OPUS" else RATE
    original = sound(rate=rate)
    soundfile.write(path, original, rate, format=kind, subtype=subtype)
    with open_audio(path) as source:
        assert source.encoding == words
        assert source.bit_depth == depth
        assert source.info.channels == 2
        assert source.info.sample_rate_hz == rate
        assert source.frames == len(original)
        assert source.info.duration_s == pytest.approx(4.0)
        samples = source.read(0, source.frames)
        assert samples.dtype == np.float32
        step = 2.0 ** -(min(depth or 16, 24) - 1)
        if depth or subtype in ("FLOAT", "DOUBLE"):
            np.testing.assert_allclose(samples, original, rtol=0, atol=step)
    # Opus predicts from what came before; a second of it settles to less than a 16-bit step
    check_random_reads(path, {"OPUS": 2e-5, "MPEG_LAYER_III": 2e-7}.get(subtype, 0))


@pytest.mark.parametrize(("suffix", "codec", "words"), CONTAINERS)
def test_container_formats(tmp_path: Path, suffix: str, codec: str, words: str) -> None:
    path = tmp_path / f"{codec}.{suffix}"
    rate = 48000 if codec == "libopus" else RATE
    original = sound(rate=rate)
    write_container(path, original, rate, codec)
    with open_audio(path) as source:
        assert source.encoding == words
        assert source.info.sample_rate_hz == rate
        assert source.info.channels == 2
        assert abs(source.frames - len(original)) <= 4096  # codecs work in whole packets
        samples = source.read(0, len(original))
        if codec in ("alac", "flac", "pcm_s16le"):
            assert source.frames == len(original)
            np.testing.assert_allclose(samples, original, rtol=0, atol=2.0**-15)
    check_random_reads(path, 2e-5 if codec == "libopus" else 1e-6)


@pytest.mark.parametrize("rate", [8000, pytest.param(32000, marks=pytest.mark.workflow)])
@pytest.mark.parametrize("loudness", [0.0, 0.02])
@pytest.mark.workflow
def test_vorbis_is_exact_where_pages_are_long(tmp_path: Path, rate: int, loudness: float) -> None:
    path = tmp_path / "quiet.ogg"
    quiet = sound(60, 1, rate) * loudness
    quiet[::rate] = 0.3  # one click a second tells where we are
    soundfile.write(path, quiet, rate, format="OGG", compression_level=1.0)
    check_random_reads(path, 0)


def test_random_reads_of_a_longer_mp3(tmp_path: Path) -> None:
    path = tmp_path / "long.mp3"
    soundfile.write(path, sound(30, 1), RATE, format="MP3", bitrate_mode="VARIABLE")
    check_random_reads(path, 2e-7)


@pytest.mark.workflow
def test_random_reads_of_a_longer_m4a(tmp_path: Path) -> None:
    path = tmp_path / "long.m4a"
    write_container(path, sound(30, 1), RATE, "aac")
    check_random_reads(path, 1e-6)


@pytest.mark.parametrize("channels", [1, 3, 6, 17])
def test_any_number_of_channels(tmp_path: Path, channels: int) -> None:
    path = tmp_path / "many.wav"
    original = sound(0.2, channels)
    soundfile.write(path, original, RATE, subtype="FLOAT")
    with open_audio(path) as source:
        np.testing.assert_array_equal(source.read(0, source.frames), original.astype(np.float32))


@pytest.mark.parametrize("rate", [8000, 11025, 96000, 192000, 384000])
def test_any_rate(tmp_path: Path, rate: int) -> None:
    path = tmp_path / "rate.wav"
    soundfile.write(path, sound(0.1, 1, rate), rate)
    with open_audio(path) as source:
        assert source.info.sample_rate_hz == rate
        assert source.info.duration_s == round(0.1 * rate) / rate


def test_integers_are_the_files_own(tmp_path: Path) -> None:
    path = tmp_path / "whole.wav"
    numbers = np.random.default_rng(0).integers(-32768, 32768, (5000, 2), dtype=np.int16)
    soundfile.write(path, numbers, RATE)
    with open_audio(path) as source:
        assert source.has_int16
        np.testing.assert_array_equal(source.read_int16(10, 4000), numbers[10:4010])
        np.testing.assert_array_equal(source.read(0, 5000), numbers / np.float32(32768))


def test_integers_of_a_float_file_are_rounded_and_limited() -> None:
    source = MemorySource(np.array([0.5, 2.0, -2.0, 1e-5], np.float32), RATE)
    assert source.read_int16(0, 4).ravel().tolist() == [16384, 32767, -32768, 0]


def test_blocks_cover_exactly_the_part_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "part.wav"
    soundfile.write(path, np.arange(1000, dtype=np.int16), RATE)
    with open_audio(path) as source:
        joined = np.concatenate(list(source.blocks(64, 100, 333)))
        assert (joined.ravel() * 32768).tolist() == list(range(100, 333))
        assert list(source.blocks(64, 2000)) == []
        with pytest.raises(ValueError, match="negative"):
            source.read(-1, 10)


def test_file_that_shrinks_while_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "shrinking.wav"
    soundfile.write(path, sound(10), RATE)
    with open_audio(path) as source:
        source.read(0, 100)
        with path.open("rb+") as file:
            file.truncate(50_000)
        with pytest.raises(RecordingError, match="cannot be read at"):
            source.read(RATE * 8, 1000)


def test_container_that_vanishes_while_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "vanishing.m4a"
    rate = 8000
    write_container(path, sound(40, 1, rate), rate, "aac")
    with open_audio(path) as source:
        source.read(0, 100)
        path.unlink()
        with pytest.raises(RecordingError, match="no longer exists"):
            source.read(rate * 39, 1000)


def test_several_files_open_at_once_do_not_disturb_each_other(tmp_path: Path) -> None:
    path = tmp_path / "shared.m4a"
    write_container(path, sound(), RATE, "aac")
    with open_audio(path) as one, open_audio(path) as other:
        expected = one.read(50_000, 1000)
        other.read(100, 1000)
        one.read(100_000, 10)
        np.testing.assert_array_equal(other.read(50_000, 1000), expected)


def test_closing_twice_is_harmless(tmp_path: Path) -> None:
    for name, codec in (("a.m4a", "aac"), ("a.mka", "flac")):
        write_container(tmp_path / name, sound(1), RATE, codec)
        source = open_audio(tmp_path / name)
        source.read(0, 100)
        source.close()
        source.close()
