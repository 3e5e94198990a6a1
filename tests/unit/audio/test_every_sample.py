"""Compressed recordings are read to their end, and every sample has one value."""

import io
from pathlib import Path

import av
import numpy as np
import pytest
import soundfile

from yamnet_gui.audio import flac_frames, open_audio
from yamnet_gui.audio.container import ContainerSource
from yamnet_gui.core.errors import Cancelled, RecordingError
from yamnet_gui.core.stopping import stoppable

from .containers import write_container

RATE = 22050


def noise(seconds: float, channels: int = 1, rate: int = RATE, seed: int = 3) -> np.ndarray:
    """Noise that never repeats, softer and louder, so that bit rates vary."""
    count = round(seconds * rate)
    loudness = 0.02 + 0.2 * (np.sin(np.arange(count) / rate * 2.1) > 0)
    random = np.random.default_rng(seed)
    return (random.standard_normal((count, channels)) * loudness[:, None]).clip(-1, 1)


def mp3(sound: np.ndarray, rate: int = RATE) -> bytes:
    """An MP3 of variable bit rate with a Xing header."""
    file = io.BytesIO()
    soundfile.write(file, sound, rate, format="MP3", bitrate_mode="VARIABLE", compression_level=0.5)
    return file.getvalue()


def headerless(content: bytes) -> bytes:
    """The MP3 without its first frame, which holds the header."""
    at = content.find(b"\xff", 4 + content.find(b"Xing" if b"Xing" in content else b"Info"))
    while content[at : at + 2] != content[:2] or at < 40:
        at = content.find(b"\xff", at + 1)
    return content[at:]


def decoded(path: Path) -> np.ndarray:
    """The whole first track in one go, as libav gives it: float32 (n, channels)."""
    parts = []
    with av.open(str(path)) as container:
        for packet in container.demux(container.streams.audio[0]):
            try:
                parts += [frame.to_ndarray().T for frame in packet.decode()]
            except av.error.InvalidDataError:
                continue
    return np.concatenate(parts)


def check_exact(path: Path, reads: int = 40) -> np.ndarray:
    """Random reads equal the sequential one, which is returned."""
    with open_audio(path) as source:
        whole = np.concatenate(list(source.blocks(30_000)))
        assert len(whole) == source.frames
        random = np.random.default_rng(1)
        for _ in range(reads):
            first, count = int(random.integers(source.frames)), int(random.integers(1, 6000))
            np.testing.assert_array_equal(source.read(first, count), whole[first : first + count])
    return whole


def test_mp3_of_variable_bit_rate_without_header_is_read_to_its_end(tmp_path: Path) -> None:
    path = tmp_path / "a.mp3"
    path.write_bytes(headerless(mp3(noise(8))))
    whole = check_exact(path)
    np.testing.assert_array_equal(whole, decoded(path))
    assert len(whole) >= 8 * RATE
    with open_audio(path) as source:
        assert source.warnings == ()
        assert source.encoding == "MP3"


def test_mp3_whose_header_states_a_third_is_read_to_its_end(tmp_path: Path) -> None:
    content = bytearray(mp3(noise(8)))
    at = max(content.find(b"Xing"), content.find(b"Info"))
    frames = int.from_bytes(content[at + 8 : at + 12], "big")
    content[at + 8 : at + 12] = (frames // 3).to_bytes(4, "big")
    path = tmp_path / "a.mp3"
    path.write_bytes(content)
    whole = check_exact(path)
    np.testing.assert_array_equal(whole, decoded(path))
    assert len(whole) >= 7.9 * RATE


@pytest.mark.parametrize("tag", [b"", b"ID3\4\0\0\0\0\0\x0a" + bytes(10), b"APETAGEX" + bytes(24)])
def test_joined_mp3_is_read_through_all_parts(
    tmp_path: Path, tag: bytes, capfd: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "joined.mp3"
    path.write_bytes(mp3(noise(2)) + tag + mp3(noise(3, seed=4)) + headerless(mp3(noise(2))))
    whole = check_exact(path, 20)
    np.testing.assert_array_equal(whole, decoded(path))
    assert 7 * RATE <= len(whole) <= 7.4 * RATE
    assert capfd.readouterr().err == ""


def test_joined_mp3_of_other_rate_and_channels_keeps_its_pitch(tmp_path: Path) -> None:
    t = np.arange(4 * 44100) / 44100
    first = 0.3 * np.sin(2 * np.pi * 1000 * t)[:, None]
    t = np.arange(2 * RATE) / RATE
    second = np.repeat(0.3 * np.sin(2 * np.pi * 1000 * t)[:, None], 2, axis=1)
    path = tmp_path / "joined.mp3"
    path.write_bytes(mp3(first, 44100) + mp3(second, RATE))
    whole = check_exact(path, 20)
    with open_audio(path) as source:
        assert source.info.sample_rate_hz == 44100
        assert source.info.channels == 1
        assert 6 <= source.info.duration_s < 6.2
        assert "sample rate changes from 44100 to 22050" in source.warnings[0]
        assert "number of channels changes from 1 to 2" in source.warnings[1]
    for at_s in (1.0, 4.5, 5.5):
        part = whole[round(at_s * 44100) :][:8820, 0]
        spectrum = np.abs(np.fft.rfft(part * np.hanning(len(part))))
        assert abs(np.argmax(spectrum) * 5 - 1000) <= 10


def test_aac_whose_rate_changes_keeps_its_pitch(tmp_path: Path) -> None:
    content = b""
    for seconds, rate in ((4.0, 44100), (2.0, RATE)):
        write_container(tmp_path / "part.aac", tone(seconds, 1000, rate), rate, "aac")
        content += (tmp_path / "part.aac").read_bytes()
    path = tmp_path / "changes.aac"
    path.write_bytes(content)
    whole = check_exact(path, 20)
    with open_audio(path) as source:
        assert source.info.sample_rate_hz == 44100
        assert source.info.duration_s == pytest.approx(6, abs=0.15)
        assert "sample rate changes from 44100 to 22050 at 4." in source.warnings[0]
    for at_s in (1.0, 4.5, 5.5):
        part = whole[round(at_s * 44100) :][:8820, 0]
        spectrum = np.abs(np.fft.rfft(part * np.hanning(len(part))))
        assert abs(np.argmax(spectrum) * 5 - 1000) <= 10


def test_mp3_of_constant_bit_rate_without_header_has_no_warning(tmp_path: Path) -> None:
    file = io.BytesIO()
    soundfile.write(file, noise(4), RATE, format="MP3", bitrate_mode="CONSTANT")
    path = tmp_path / "a.mp3"
    path.write_bytes(headerless(file.getvalue()))
    whole = check_exact(path, 10)
    np.testing.assert_array_equal(whole, decoded(path))
    with open_audio(path) as source:
        assert source.warnings == ()
        assert source.info.duration_s == pytest.approx(4, abs=0.15)


@pytest.mark.parametrize("kind", ["VORBIS", "OPUS"])
def test_chained_ogg_is_read_through_all_links(tmp_path: Path, kind: str) -> None:
    links = []
    for seconds, seed in ((1.5, 1), (2, 2), (1, 3)):
        file = io.BytesIO()
        sound = noise(seconds, 1, 48000, seed)
        soundfile.write(file, sound, 48000, format="OGG", subtype=kind)
        links.append(file.getvalue())
    path = tmp_path / "chained.ogg"
    path.write_bytes(b"".join(links))
    whole = check_exact(path, 20)
    assert len(whole) / 48000 == pytest.approx(4.5, abs=0.03)


def tone(seconds: float, hz: float, rate: int, channels: int = 1) -> np.ndarray:
    wave = 0.3 * np.sin(2 * np.pi * hz * np.arange(round(seconds * rate)) / rate)
    return np.repeat(wave[:, None], channels, axis=1)


def link(sound: np.ndarray, rate: int, kind: str) -> bytes:
    """A file of one link."""
    file = io.BytesIO()
    if kind == "native FLAC":
        soundfile.write(file, sound, rate, format="FLAC")
    else:
        soundfile.write(file, sound, rate, format="OGG", subtype=kind)
    return file.getvalue()


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (("VORBIS", 22050, 1), ("VORBIS", 44100, 2)),
        (("OPUS", 48000, 1), ("OPUS", 48000, 2)),
        (("VORBIS", 22050, 1), ("OPUS", 48000, 2)),
        (("native FLAC", 22050, 1), ("native FLAC", 44100, 2)),
    ],
)
def test_links_of_other_kinds_are_read_through(
    tmp_path: Path, first: tuple[str, int, int], second: tuple[str, int, int]
) -> None:
    """Each at its place and pitch, at the rate and the channels of the longer one."""
    contents = []
    for (kind, rate, channels), seconds, hz in ((first, 2.0, 1000), (second, 3.5, 3000)):
        contents.append(link(tone(seconds, hz, rate, channels), rate, kind))
    path = tmp_path / ("a.flac" if first[0] == "native FLAC" else "a.ogg")
    path.write_bytes(contents[0] + b"not of any page" + contents[1])
    whole = check_exact(path, 30)
    rate = second[1]
    with open_audio(path) as source:
        assert (source.info.sample_rate_hz, source.info.channels) == second[1:]
        assert source.info.duration_s == pytest.approx(5.5, abs=0.03)
        assert any("number of channels changes from 1 to 2 at 2.0 s" in w for w in source.warnings)
    for at_s, hz in ((0.5, 1000), (1.85, 1000), (2.1, 3000), (5.2, 3000)):
        part = whole[round(at_s * rate) :][: rate // 10, 0]
        spectrum = np.abs(np.fft.rfft(part * np.hanning(len(part))))
        assert abs(np.argmax(spectrum) * 10 - hz) <= 10
        assert spectrum.max() > 0.1 * len(part) * 0.5


def test_a_link_that_is_damaged_is_not_passed_over_in_silence(tmp_path: Path) -> None:
    contents = [link(noise(2, n), RATE, "VORBIS") for n in (1, 2)]
    path = tmp_path / "chained.ogg"
    path.write_bytes(contents[0] + contents[1][:200])
    assert len(check_exact(path, 10)) == 2 * RATE
    with open_audio(path) as source:
        assert source.warnings == ("parts of the file are damaged; they are left out",)


def test_a_file_of_links_that_becomes_shorter_while_it_is_read(tmp_path: Path) -> None:
    contents = [link(noise(2, n), RATE, "VORBIS") for n in (1, 2)]
    path = tmp_path / "chained.ogg"
    path.write_bytes(b"".join(contents))
    with open_audio(path) as source:
        source.read(0, 1000)
        path.write_bytes(contents[0])
        with pytest.raises(RecordingError, match=r"cannot be read at [23]\.. s"):
            source.read(3 * RATE, 1000)


def test_chained_ogg_flac_is_read_from_anywhere(tmp_path: Path) -> None:
    contents, sounds = b"", []
    for seed in (1, 2):
        sounds.append(noise(3, 1, 8000, seed))
        write_container(tmp_path / "link.oga", sounds[-1], 8000, "flac")
        contents += (tmp_path / "link.oga").read_bytes()
    (tmp_path / "chained.oga").write_bytes(contents)
    whole = check_exact(tmp_path / "chained.oga")
    np.testing.assert_allclose(whole, np.concatenate(sounds), rtol=0, atol=2e-4)


@pytest.mark.parametrize("quiet_s", [0.3, 2, 3])
def test_joined_flac_keeps_every_sample(tmp_path: Path, quiet_s: float) -> None:
    """Also where the first part is silence, which takes next to no place, and as long."""
    quiet = np.zeros((round(quiet_s * 8000), 1))
    sounds = [quiet, noise(3, 1, 8000), noise(1, 1, 8000, 2)]
    path = tmp_path / "joined.flac"
    path.write_bytes(b"".join(link(sound, 8000, "native FLAC") for sound in sounds))
    whole = check_exact(path, 20)
    np.testing.assert_allclose(whole, np.concatenate(sounds), rtol=0, atol=1 / 32768)


@pytest.mark.parametrize("searched_bytes", [0, 1 << 25])
def test_large_joined_flac_is_noticed_without_a_search(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, searched_bytes: int
) -> None:
    monkeypatch.setattr(flac_frames, "_SEARCHED_BYTES", searched_bytes)
    single = link(noise(3, 1, 8000), 8000, "native FLAC")
    path = tmp_path / "a.flac"
    path.write_bytes(single)
    assert flac_frames.is_one_stream(path, 3 * 8000)
    path.write_bytes(single + link(noise(3, 1, 8000, 5), 8000, "native FLAC"))
    assert not flac_frames.is_one_stream(path, 3 * 8000)


def test_flac_that_does_not_state_its_length(tmp_path: Path) -> None:
    sound = np.rint(noise(3, 2) * 32767).astype(np.int16)
    soundfile.write(tmp_path / "a.flac", sound, RATE)
    content = bytearray((tmp_path / "a.flac").read_bytes())
    content[21] &= 0xF0
    content[22:26] = bytes(4)
    (tmp_path / "a.flac").write_bytes(content)
    whole = check_exact(tmp_path / "a.flac", 20)
    np.testing.assert_array_equal(np.rint(whole * 32768), sound)


def test_vorbis_after_near_jumps(tmp_path: Path) -> None:
    path = tmp_path / "near.ogg"
    soundfile.write(path, noise(35, 1, 16000), 16000, format="OGG")
    with open_audio(path) as source:
        whole = source.read(0, source.frames)
        assert source.frames == 35 * 16000
        for jump_s in (0.1, 7.4, 8.3, 9.4, 12.0):
            source.read(100, 50)
            first = 150 + round(jump_s * 16000)
            np.testing.assert_array_equal(source.read(first, 500), whole[first : first + 500])


@pytest.mark.parametrize(
    ("suffix", "codec", "rate"),
    [("wav", "g722", 16000), ("wav", "adpcm_yamaha", 8000), ("ts", "mp2", 32000)],
)
def test_codecs_that_libsndfile_lacks(tmp_path: Path, suffix: str, codec: str, rate: int) -> None:
    path = tmp_path / f"a.{suffix}"
    write_container(path, noise(12, 1, rate), rate, codec)
    whole = check_exact(path)
    expected = decoded(path)
    assert len(whole) == expected.size


def test_joined_transport_streams(tmp_path: Path) -> None:
    write_container(tmp_path / "a.ts", noise(4, 1, 32000), 32000, "mp2")
    write_container(tmp_path / "b.ts", noise(3, 1, 32000, 5), 32000, "mp2")
    path = tmp_path / "joined.ts"
    path.write_bytes((tmp_path / "a.ts").read_bytes() + (tmp_path / "b.ts").read_bytes())
    whole = check_exact(path)
    assert len(whole) / 32000 == pytest.approx(7, abs=0.1)


def test_gsm_in_wav(tmp_path: Path) -> None:
    path = tmp_path / "gsm.wav"
    soundfile.write(path, noise(6, 1, 8000), 8000, subtype="GSM610")
    assert len(check_exact(path)) / 8000 == pytest.approx(6, abs=0.05)


def test_chunks_join_without_a_seam(tmp_path: Path) -> None:
    """Across the borders of chunks, sound is what one decoder gives for the whole file."""
    path = tmp_path / "long.mp3"
    path.write_bytes(mp3(noise(65, 1, 8000), 8000))
    whole = decoded(path)
    with open_audio(path) as source:
        assert isinstance(source, ContainerSource)
        for border in (30, 60):
            first = border * 8000 - 5000
            np.testing.assert_array_equal(source.read(first, 10_000), whole[first : first + 10_000])


def test_a_seek_that_fails_is_made_up_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "long.mp3"
    path.write_bytes(mp3(noise(40, 1, 8000), 8000))
    with open_audio(path) as source:
        right = source.read(35 * 8000, 4000)
    monkeypatch.setattr("yamnet_gui.audio.chunks.packets_after_seek", lambda *_: None)
    with open_audio(path) as source:
        np.testing.assert_array_equal(source.read(35 * 8000, 4000), right)


def test_compressed_file_that_grows_or_shrinks_while_it_is_open(tmp_path: Path) -> None:
    path = tmp_path / "live.mp3"
    content = headerless(mp3(noise(8)))
    path.write_bytes(content)
    with open_audio(path) as source:
        whole = source.read(0, source.frames)
        path.write_bytes(content + content)
        np.testing.assert_array_equal(source.read(0, 10 * len(whole)), whole)
    with open_audio(path) as source:
        assert source.frames == 2 * len(whole)
        path.write_bytes(content[: len(content) // 2])
        source.read(0, 100)
        with pytest.raises(RecordingError, match=r"cannot be read at .* became shorter"):
            source.read(len(whole), 1000)


@pytest.mark.parametrize("asked", range(1, 12, 2))
def test_a_read_that_is_stopped_midway_leaves_no_silence_behind(tmp_path: Path, asked: int) -> None:
    """Whoever stopped it may read on from the same source later."""
    path = tmp_path / "a.ogg"
    soundfile.write(path, noise(20.0), RATE, format="OGG", subtype="VORBIS")
    with open_audio(path) as source:
        whole = source.read(0, source.frames)
    with open_audio(path) as source:
        looks = iter(range(asked))

        def read_on() -> None:
            with stoppable(lambda: next(looks, None) is None):
                while True:
                    source.read(RATE, 10 * RATE)

        with pytest.raises(Cancelled):
            read_on()
        np.testing.assert_array_equal(source.read(RATE, 10 * RATE), whole[RATE : 11 * RATE])


@pytest.mark.parametrize("asked", range(1, 6))
def test_a_stopped_read_of_a_link_at_another_rate_does_not_mix_up_its_parts(
    tmp_path: Path, asked: int
) -> None:
    path = tmp_path / "chained.ogg"
    parts = link(noise(20), RATE, "VORBIS") + link(noise(15, rate=2 * RATE), 2 * RATE, "VORBIS")
    path.write_bytes(parts)
    with open_audio(path) as source:
        assert source.info.sample_rate_hz == RATE
        whole = source.read(0, source.frames)
    with open_audio(path) as source:
        source.read(21 * RATE, RATE)  # the first block of the second link
        looks = iter(range(asked))
        with pytest.raises(Cancelled), stoppable(lambda: next(looks, None) is None):
            source.read(31 * RATE, RATE)
        np.testing.assert_array_equal(source.read(31 * RATE, RATE), whole[31 * RATE :][:RATE])
