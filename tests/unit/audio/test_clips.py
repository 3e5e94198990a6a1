"""Clips are exact to the sample."""

import os
from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import given
from hypothesis import strategies as st

from yamnet_gui.audio import MemorySource, open_audio, safe_name, write_clip
from yamnet_gui.core.errors import RecordingError
from yamnet_gui.core.spans import TimeSpan

RATE = 44100


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    path = tmp_path / "whole.wav"
    numbers = np.random.default_rng(0).integers(-30000, 30000, (RATE * 2, 2), dtype=np.int16)
    soundfile.write(path, numbers, RATE)
    return path


@pytest.mark.parametrize("form", ["wav", "flac"])
def test_clip_holds_the_same_numbers(recording: Path, tmp_path: Path, form: str) -> None:
    whole, _ = soundfile.read(recording, dtype="int16")
    with open_audio(recording) as source:
        span = write_clip(source, TimeSpan(0.5, 1.25), tmp_path / f"clip.{form}", format=form)
    clip, rate = soundfile.read(tmp_path / f"clip.{form}", dtype="int16")
    assert rate == RATE
    first, last = round(0.5 * RATE), round(1.25 * RATE)
    np.testing.assert_array_equal(clip, whole[first:last])
    assert span == TimeSpan(first / RATE, last / RATE)


@pytest.mark.parametrize("subtype", ["PCM_U8", "PCM_16", "PCM_24", "PCM_32", "FLOAT"])
@pytest.mark.parametrize("form", ["wav", "flac"])
def test_depth_is_preserved(tmp_path: Path, subtype: str, form: str) -> None:
    sound = np.random.default_rng(1).uniform(-0.9, 0.9, (5000, 3))
    soundfile.write(tmp_path / "a.wav", sound, 8000, subtype=subtype)
    with open_audio(tmp_path / "a.wav") as source:
        write_clip(source, TimeSpan(0.1, 0.4), tmp_path / "b", format=form)
        expected = source.read(800, 2400)
    with open_audio(tmp_path / "b") as clip:
        assert clip.info.channels == 3
        samples = clip.read(0, clip.frames)
        narrowed = form == "flac" and subtype in ("PCM_32", "FLOAT")
        np.testing.assert_allclose(samples, expected, rtol=0, atol=2.0**-23 if narrowed else 0)
        if not narrowed:
            with open_audio(tmp_path / "a.wav") as source:
                assert clip.bit_depth == source.bit_depth


@pytest.mark.parametrize(
    ("span", "padding", "fixed", "expected"),
    [
        ((0.5, 1.0), 0.1, None, (0.4, 1.1)),
        ((0.05, 1.95), 0.2, None, (0.0, 2.0)),
        ((0.9, 1.1), 0.0, 1.0, (0.5, 1.5)),
        ((0.0, 0.1), 0.0, 1.0, (0.0, 1.0)),
        ((1.9, 2.0), 0.0, 1.0, (1.0, 2.0)),
        ((0.5, 0.6), 0.0, 9.0, (0.0, 2.0)),
    ],
)
def test_padding_and_fixed_length(
    tmp_path: Path,
    span: tuple[float, float],
    padding: float,
    fixed: float | None,
    expected: tuple[float, float],
) -> None:
    source = MemorySource(np.zeros(2000, np.float32), 1000)
    written = write_clip(
        source, TimeSpan(*span), tmp_path / "c.wav", padding_s=padding, fixed_length_s=fixed
    )
    assert (written.start_s, written.end_s) == expected
    assert soundfile.info(tmp_path / "c.wav").frames == round(written.duration_s * 1000)


def test_a_span_without_sound_is_refused_and_leaves_nothing(tmp_path: Path) -> None:
    source = MemorySource(np.zeros(2000, np.float32), 1000)
    with pytest.raises(RecordingError, match="no audio"):
        write_clip(source, TimeSpan(5, 6), tmp_path / "c.wav")
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_missing_is_named(tmp_path: Path) -> None:
    source = MemorySource(np.zeros(2000, np.float32), 1000)
    with pytest.raises(RecordingError, match="cannot be written"):
        write_clip(source, TimeSpan(0, 1), tmp_path / "missing" / "c.wav")


def test_a_failed_clip_leaves_the_old_one(tmp_path: Path) -> None:
    class Broken(MemorySource):
        def _read(self, first: int, count: int) -> np.ndarray:
            raise RecordingError("a.wav", "is broken")

    path = tmp_path / "c.wav"
    path.write_bytes(b"the old one")
    with pytest.raises(RecordingError, match="is broken"):
        write_clip(Broken(np.zeros(2000, np.float32), 1000), TimeSpan(0, 1), path)
    assert path.read_bytes() == b"the old one"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Bark", "Bark"),
        ("Bee, wasp, etc.", "Bee, wasp, etc"),
        ("a/b\\c:d", "a_b_c_d"),
        ("  two   words  ", "two words"),
        ("CON", "_CON"),
        ("nul.wav", "_nul.wav"),
        ("..", "_"),
        ("", "_"),
        ("line\nbreak", "line_break"),
        ("-rf", "rf"),
        ("Vögel 🐦", "Vögel 🐦"),
        ('what?*"<>|', "what______"),
    ],
)
def test_safe_names(text: str, expected: str) -> None:
    assert safe_name(text) == expected


@given(st.text())
def test_any_text_gives_a_name_for_every_system(text: str) -> None:
    name = safe_name(text)
    assert name
    assert not set(name) & set('<>:"/\\|?*\0\n')
    assert name[-1] not in " ."
    assert len(name.encode()) <= 121
    assert safe_name(name) == name


@pytest.mark.skipif(os.name != "posix", reason="names are text elsewhere")
def test_a_clip_in_a_folder_whose_name_is_not_utf_8(recording: Path, tmp_path: Path) -> None:
    folder = tmp_path / os.fsdecode(b"d\xff")
    folder.mkdir()
    with open_audio(recording) as source:
        write_clip(source, TimeSpan(0.5, 1.25), folder / "clip.wav")
    assert (folder / "clip.wav").stat().st_size > 1000
