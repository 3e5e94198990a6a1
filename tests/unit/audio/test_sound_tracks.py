"""Files with several sound tracks: which is read, and how another one is named."""

from pathlib import Path

import numpy as np
import pytest

from yamnet_gui.audio import content_hash, open_audio, peaks_key
from yamnet_gui.audio.sound_tracks import sound_tracks, track_path
from yamnet_gui.core.errors import RecordingError
from yamnet_gui.core.sound_track import file_and_track, file_of, stem_of, with_track
from yamnet_gui.core.text import unique_names
from yamnet_gui.labels.project import content_fingerprint

from .containers import write_tracks

RATE = 44100
RNG = np.random.default_rng(4)
SILENCE = np.zeros((2 * RATE, 1), np.float32)
NOISE = RNG.normal(0, 0.1, (2 * RATE, 1)).astype(np.float32)
WIDE = RNG.normal(0, 0.1, (2 * 48000, 2)).astype(np.float32)


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tracks")
    return write_tracks(
        folder / "film.mkv", (SILENCE, RATE), (SILENCE, RATE), (NOISE, RATE), (WIDE, 48000)
    )


@pytest.mark.parametrize("suffix", [".mkv", ".mp4", ".mov", ".ts"])
def test_the_first_track_that_is_not_silent_is_offered(tmp_path: Path, suffix: str) -> None:
    path = write_tracks(tmp_path / f"film{suffix}", (SILENCE, RATE), (WIDE, 48000))
    with open_audio(path) as source:
        assert (source.track, len(source.tracks)) == (2, 2)
        assert (source.info.channels, source.info.sample_rate_hz) == (2, 48000)
        assert source.info.path == path
        assert np.abs(source.read(0, 9000)).max() > 0.1
        (hint,) = source.warnings
        assert hint.startswith("this is sound track 2 of 2; the file also holds 1 (AAC, 44.1 kHz")
        assert "silent" in hint


def test_every_track_is_a_recording_of_its_own(film: Path) -> None:
    with open_audio(film) as source:
        assert source.track == 3
    shapes = {}
    for number in (1, 2, 4):
        path = with_track(film, number)
        with open_audio(path) as source:
            assert source.info.path == path
            assert source.track == number
            shapes[number] = (source.info.sample_rate_hz, source.info.channels)
            assert (np.abs(source.read(0, 9000)).max() > 0.01) == (number == 4)
    assert shapes == {1: (RATE, 1), 2: (RATE, 1), 4: (48000, 2)}
    paths = [film, *(with_track(film, n) for n in (1, 2, 4))]
    for identity in (content_hash, peaks_key, content_fingerprint):
        assert len({identity(path) for path in paths}) == 4


def test_a_track_of_silence_alone_and_a_missing_one(film: Path, tmp_path: Path) -> None:
    silent = write_tracks(tmp_path / "silent.mkv", (SILENCE, RATE), (SILENCE, RATE))
    with open_audio(silent) as source:
        assert source.track == 1
    with pytest.raises(RecordingError, match="has no sound track 5, only 4"):
        open_audio(with_track(film, 5))
    with pytest.raises(RecordingError, match="has no sound track 9"):
        track_path(film, 9)


def test_the_offered_track_is_called_like_the_file(film: Path) -> None:
    assert track_path(film, 3) == film
    assert track_path(with_track(film, 1), 3) == film
    assert track_path(film, 4).name == "film.mkv#track=4"
    assert [t.number for t in sound_tracks(film)] == [1, 2, 3, 4]


def test_a_track_that_starts_later_than_another_keeps_its_delay(tmp_path: Path) -> None:
    path = write_tracks(tmp_path / "film.mkv", (NOISE, RATE), (NOISE, RATE), delays_s=(0.0, 0.75))
    with open_audio(with_track(path, 2)) as source:
        sound = source.read(0, source.frames)[:, 0]
    first = int(np.flatnonzero(np.abs(sound) > 0.01)[0])
    assert 0.70 * RATE < first <= 0.78 * RATE
    with open_audio(path) as source:
        assert np.abs(source.read(0, 4000)).max() > 0.01


def test_a_name_with_a_track_is_split_only_where_no_file_is_called_so(tmp_path: Path) -> None:
    film = tmp_path / "film.mkv"
    assert file_and_track(with_track(film, 2)) == (film, 2)
    assert file_of(with_track(film, 12)) == film
    assert with_track(with_track(film, 2), None) == film
    assert file_and_track(film) == (film, None)
    odd = tmp_path / "odd.wav#track=2"
    odd.write_bytes(b"")
    assert file_and_track(odd) == (odd, None)
    assert file_and_track(tmp_path / "a.mkv#track=0") == (tmp_path / "a.mkv#track=0", None)
    assert stem_of(with_track(film, 2)) == "film#track=2"
    assert unique_names([film, with_track(film, 2)]) == ["film", "film#track=2"]


def test_a_track_for_which_there_is_no_decoder_is_not_offered_first(tmp_path: Path) -> None:
    path = write_tracks(tmp_path / "film.mkv", (NOISE, RATE), (WIDE, 48000))
    content = path.read_bytes()
    assert content.count(b"A_AAC") == 2
    path.write_bytes(content.replace(b"A_AAC", b"A_XYZ", 1))
    with open_audio(path) as source:
        assert source.track == 2
        assert [track.text.split(",")[0] for track in source.tracks] == ["unknown codec", "AAC"]
        assert "silent" not in source.tracks[0].text
