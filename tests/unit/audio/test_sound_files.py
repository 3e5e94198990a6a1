"""Which files of a folder are taken for recordings."""

from pathlib import Path

import av
import pytest
import soundfile

from yamnet_gui.audio import SOUND_SUFFIXES, is_sound_file, open_audio

from .broken_files import tone
from .containers import write_container


@pytest.mark.parametrize(
    ("name", "codec"),
    [
        ("00001.MTS", "ac3"),
        ("a.m2ts", "aac"),
        ("a.m4v", "aac"),
        ("a.mp2", "mp2"),
        ("a.wmv", "wmav2"),
        ("a.mpg", "mp2"),
        ("a.flv", "libmp3lame"),
        ("a.ogv", "flac"),
        ("a.3g2", "aac"),
        ("a.ts", "aac"),
    ],
)
def test_video_and_rare_sound_files_are_recordings_and_open(
    tmp_path: Path, name: str, codec: str
) -> None:
    if codec not in av.codecs_available:
        pytest.skip(f"this libav has no {codec}")
    path = tmp_path / name
    rate = 44100
    container = {".m4v": "x.mp4", ".ogv": "x.ogg"}.get(path.suffix, name)
    write_container(tmp_path / container, tone(1.0, rate=rate), rate, codec)
    (tmp_path / container).rename(path)
    assert is_sound_file(path)
    with open_audio(path) as source:
        assert source.info.duration_s == pytest.approx(1.0, abs=0.1)


def test_source_texts_that_share_an_ending_are_not_recordings(tmp_path: Path) -> None:
    path = tmp_path / "index.ts"
    path.write_text("export const sound = 1;\n" * 40)
    assert not is_sound_file(path)


def test_hidden_files_are_not_recordings(tmp_path: Path) -> None:
    (tmp_path / "._a.wav").write_bytes(b"x")
    assert not is_sound_file(tmp_path / "._a.wav")


def test_every_format_of_libsndfile_has_an_ending() -> None:
    named = {"AIFF": ".aif", "IRCAM": ".sf", "SVX": ".svx", "NIST": ".sph", "WAVEX": ".wav"}
    without = {"RAW", "MAT4", "MAT5", "MPC2K", "HTK"}  # no header, or files of other kinds as well
    for name in set(soundfile.available_formats()) - without:
        assert named.get(name, f".{name.lower()}") in SOUND_SUFFIXES
