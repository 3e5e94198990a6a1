"""Sound lies where its container says: late tracks stay late, gaps are silence."""

from pathlib import Path

import av
import numpy as np
import pytest

from yamnet_gui.audio import open_audio
from yamnet_gui.audio.timeline import placed

from .containers import write_container

RATE = 48000
TICK_S = 0.001


def _stamps(counts: np.ndarray) -> np.ndarray:
    return np.round(counts / RATE, 3)


def test_pieces_that_follow_each_other_stay_where_they_are() -> None:
    counts = np.arange(500) * 960
    assert np.array_equal(placed(_stamps(counts), counts, RATE, TICK_S, 1e5), counts)


def test_a_gap_becomes_silence_of_its_length() -> None:
    counts = np.arange(500) * 960
    stamps = _stamps(counts)
    stamps[200:] += 5.0
    assert np.array_equal(
        placed(stamps, counts, RATE, TICK_S, 1e5), counts + 5 * RATE * (np.arange(500) >= 200)
    )


def test_many_gaps_of_one_piece_add_up() -> None:
    lost = np.arange(1000) % 10 != 9
    true = (np.arange(1000) * 960)[lost]
    counts = np.arange(lost.sum()) * 960
    assert np.abs(placed(_stamps(true), counts, RATE, TICK_S, 1e5) - true).max() <= 48


def test_an_unsteady_clock_is_no_gap() -> None:
    counts = np.arange(5000) * 960
    stamps = _stamps(counts) + np.random.default_rng(2).uniform(0, 0.03, 5000)
    stamps[0] = 0.0
    assert placed(stamps, counts, RATE, TICK_S, 1e5)[-1] - counts[-1] < 0.03 * RATE
    late = _stamps(counts)
    late[100] += 0.5  # one wrong stamp
    assert np.array_equal(placed(late, counts, RATE, TICK_S, 1e5), counts)


def test_stamps_that_begin_anew_close_up_and_later_gaps_are_still_gaps() -> None:
    counts = np.arange(1000) * 960
    stamps = _stamps(counts)
    stamps[500:] -= stamps[500]
    stamps[800:] += 2.0
    assert np.array_equal(
        placed(stamps, counts, RATE, TICK_S, 1e5), counts + 2 * RATE * (np.arange(1000) >= 800)
    )


def test_a_jump_beyond_the_longest_gap_closes_up() -> None:
    counts = np.arange(1000) * 960
    stamps = _stamps(counts)
    stamps[500:] += 3000.0
    assert np.array_equal(placed(stamps, counts, RATE, TICK_S, 10.0), counts)


def test_pieces_without_stamps_follow_the_one_before() -> None:
    counts = np.arange(300) * 960
    stamps = _stamps(counts)
    stamps[100:] += 1.0
    stamps[1::2] = np.nan
    starts = placed(stamps, counts, RATE, TICK_S, 1e5)
    assert np.array_equal(starts, counts + RATE * (np.arange(300) >= 100))
    assert np.array_equal(placed(np.full(300, np.nan), counts, RATE, TICK_S, 1e5), counts)


@pytest.fixture(scope="module")
def sound() -> np.ndarray:
    return np.random.default_rng(3).normal(0, 0.1, (3 * RATE, 1)).astype(np.float32)


@pytest.mark.parametrize(
    ("codec", "written", "suffix"),
    [
        ("libopus", ".webm", ".webm"),
        ("libopus", ".webm", ".mkv"),
        ("libmp3lame", ".mkv", ".flv"),
        ("mp2", ".ts", ".ts"),
        ("aac", ".m4a", ".mp4"),
        ("aac", ".m4a", ".ts"),
        ("flac", ".mkv", ".mkv"),
        ("pcm_s16le", ".mkv", ".nut"),
    ],
)
def test_a_gap_is_kept_as_silence_in_every_container(
    tmp_path: Path, sound: np.ndarray, codec: str, written: str, suffix: str
) -> None:
    whole, gap = tmp_path / f"whole{written}", tmp_path / f"gap{suffix}"
    rate = 44100 if codec == "libmp3lame" else RATE
    write_container(whole, sound, rate, codec)
    _without(whole, gap, 1.0, 2.0)
    _without(whole, tmp_path / f"all{suffix}", 9.0, 9.0)
    with open_audio(tmp_path / f"all{suffix}") as source:
        expected = source.read(0, source.frames)[:, 0]
    with open_audio(gap) as source:
        assert abs(source.frames - len(expected)) <= 0.0025 * rate
        got = np.concatenate(list(source.blocks(7000)))[:, 0]
        for first in (int(1.2 * rate), int(1.5 * rate), int(2.3 * rate), 100, int(1.9 * rate)):
            assert np.allclose(source.read(first, 9000)[:, 0], got[first : first + 9000], atol=1e-3)
    assert np.abs(got[int(1.15 * rate) : int(1.85 * rate)]).max() == 0.0
    tail = slice(int(2.3 * rate), int(2.8 * rate))
    assert abs(_lag(got[tail], expected[tail])) <= 0.001 * rate


@pytest.mark.parametrize("suffix", [".mp4", ".mov", ".mkv", ".ts", ".flv"])
def test_a_sound_track_that_starts_late_stays_late(
    tmp_path: Path, sound: np.ndarray, suffix: str
) -> None:
    write_container(tmp_path / "sound.m4a", sound, RATE, "aac")
    with open_audio(tmp_path / "sound.m4a") as source:
        expected = source.read(0, source.frames)[:, 0]
    path = tmp_path / f"late{suffix}"
    _beside_pictures(tmp_path / "sound.m4a", path, 1.25)
    with open_audio(path) as source:
        late = source.read(0, source.frames)[:, 0]
        again = source.read(RATE, 20000)[:, 0]
    assert np.allclose(again, late[RATE : RATE + 20000], atol=1e-3)
    assert np.abs(late[: int(1.2 * RATE)]).max() == 0.0
    shift = _lag(late[: int(4.2 * RATE)], expected)
    assert abs(shift - 1.25 * RATE) <= 0.0015 * RATE


def test_a_sound_track_that_starts_first_has_no_delay(tmp_path: Path, sound: np.ndarray) -> None:
    write_container(tmp_path / "sound.m4a", sound, RATE, "aac")
    for suffix in (".mkv", ".ts"):
        path = tmp_path / f"first{suffix}"
        _beside_pictures(tmp_path / "sound.m4a", path, 0.0, pictures_at_s=0.8)
        with open_audio(path) as source:
            assert np.abs(source.read(0, 4000)).max() > 0.01
            assert source.info.duration_s == pytest.approx(3.0, abs=0.05)


def _without(source: Path, target: Path, begin_s: float, end_s: float) -> None:
    """Copies packets but for those in [begin_s, end_s), with their time stamps."""
    with av.open(str(source)) as old, av.open(str(target), "w") as new:
        stream = new.add_stream_from_template(old.streams.audio[0])
        for packet in old.demux(old.streams.audio[0]):
            if packet.size and not begin_s <= float(packet.pts * packet.time_base) < end_s:
                packet.stream = stream
                new.mux(packet)


def _beside_pictures(
    source: Path, target: Path, sound_at_s: float, pictures_at_s: float = 0.0
) -> None:
    with av.open(str(source)) as old, av.open(str(target), "w") as new:
        codec = "flv" if target.suffix == ".flv" else "mpeg4"
        video = new.add_stream(codec, rate=10)
        video.width, video.height, video.pix_fmt = 64, 48, "yuv420p"
        stream = new.add_stream_from_template(old.streams.audio[0])
        grey = np.full((48, 64, 3), 90, np.uint8)
        for number in range(45):
            picture = av.VideoFrame.from_ndarray(grey, "rgb24")
            picture.pts = number + round(pictures_at_s * 10)
            new.mux(video.encode(picture))
        new.mux(video.encode(None))
        for packet in old.demux(old.streams.audio[0]):
            if packet.size:
                packet.pts += round(sound_at_s / packet.time_base)
                packet.dts = packet.pts
                packet.stream = stream
                new.mux(packet)


def _lag(later: np.ndarray, sound: np.ndarray) -> int:
    """By how many samples the first lags behind the second."""
    size = 1 << (len(later) + len(sound)).bit_length()
    product = np.fft.rfft(later, size) * np.conj(np.fft.rfft(sound, size))
    best = int(np.fft.irfft(product, size).argmax())
    return best if best < size // 2 else best - size
