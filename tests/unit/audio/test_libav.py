"""What is opened through libav, and what it decodes, is not trusted."""

from pathlib import Path

import av
import numpy as np
import pytest

from yamnet_gui.audio import open_audio
from yamnet_gui.audio.libav import FORMATS, FrameSamples, decoded_frames, open_container
from yamnet_gui.core.errors import RecordingError

from .containers import write_container

RATE = 16000
DATA = Path(__file__).parents[2] / "data" / "audio"

NAMING_OTHERS = {
    "ffconcat": "ffconcat version 1.0\nfile {other}\n",
    "concat script": "# a comment\nffconcat version 1.0\nfile '{other}'\ninpoint 0\n",
    "HLS": "#EXTM3U\n#EXT-X-TARGETDURATION:3\n#EXTINF:3,\n{other}\n#EXT-X-ENDLIST\n",
    "HLS over http": "#EXTM3U\n#EXT-X-TARGETDURATION:3\n#EXTINF:3,\nhttp://127.0.0.1:9/a.ts\n",
    "subfile": "#EXTM3U\n#EXT-X-TARGETDURATION:3\n#EXTINF:3,\nsubfile,,start,0,end,0,,:{other}\n",
    "SDP": "v=0\no=- 0 0 IN IP4 ::1\ns=x\nc=IN IP4 ::1\nt=0 0\nm=audio 5004 RTP/AVP 0\n",
    "DASH": '<?xml version="1.0"?>\n<MPD type="static"><BaseURL>{other}</BaseURL></MPD>\n',
    "M3U": "#EXTM3U\n{other}\n",
    "PLS": "[playlist]\nFile1={other}\n",
    "RealText": "<window><a href='{other}'>x</a></window>\n",
    "binaural script": "-SE\nts1: pink/40\nNOW ts1\n",
}


@pytest.mark.parametrize("suffix", [".wav", ".mp3", ".m4a", ".m3u8", ".ffconcat", ".sdp", ".mpd"])
@pytest.mark.parametrize("kind", NAMING_OTHERS)
def test_what_names_other_files_is_refused_in_one_sentence(
    tmp_path: Path, kind: str, suffix: str
) -> None:
    other = tmp_path / "other.m4a"
    write_container(other, np.zeros((RATE, 1), np.float32), RATE, "aac")
    script = tmp_path / f"script{suffix}"
    script.write_text(NAMING_OTHERS[kind].format(other=other), encoding="ascii")
    with pytest.raises(RecordingError) as raised:
        open_audio(script)
    assert "\n" not in str(raised.value)
    assert str(script) in str(raised.value)


def test_a_script_is_called_one(tmp_path: Path) -> None:
    script = tmp_path / "script.wav"
    script.write_text("ffconcat version 1.0\nfile other.wav\n", encoding="ascii")
    with pytest.raises(RecordingError, match="not a sound file but a playlist, script"):
        open_audio(script)


def test_every_format_that_may_be_opened_is_one_of_libav() -> None:
    known = {name for format in av.formats_available for name in format.split(",")}
    assert known >= FORMATS
    assert not FORMATS & {"concat", "hls", "sdp", "dash", "image2", "lavfi", "rtsp", "imf", "sbg"}


@pytest.mark.parametrize("name", ["http:a.webm", "concat:a|b.mka", "a%20b#?.mka", "data:,x.mka"])
def test_a_name_that_looks_like_an_address_is_a_name(
    tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write_container(Path("plain.mka"), np.zeros((RATE, 1), np.float32), RATE, "libopus")
    Path("plain.mka").rename(name)
    with open_audio(Path(name)) as source:
        assert source.info.duration_s == 1.0


def test_a_frame_with_impossible_channels_costs_that_frame() -> None:
    with open_audio(DATA / "31_channels.m4a") as source:
        assert source.info.channels == 2
        assert source.warnings == ("the file ends 1.7 s before the length that its header names",)
        sound = source.read(0, source.frames)
    assert len(sound) == source.frames > 6000
    assert np.abs(sound).max() <= 1.0


@pytest.mark.parametrize(
    ("codec", "suffix", "layout", "channels"),
    [
        ("libopus", ".mka", "7.1", 8),
        ("wavpack", ".wv", "7.1", 8),
        ("wavpack", ".wv", "hexadecagonal", 16),
        ("wavpack", ".wv", "22.2", 24),
    ],
)
def test_eight_channels_and_more_are_read(
    tmp_path: Path, codec: str, suffix: str, layout: str, channels: int
) -> None:
    path = tmp_path / f"many{suffix}"
    sound = np.random.default_rng(1).uniform(-0.5, 0.5, (4800, channels)).astype(np.float32)
    _write_many(path, sound, codec, layout)
    container = open_container(path)
    samples = FrameSamples()
    stream = container.streams.audio[0]
    decoded = np.concatenate([samples(f) for f in decoded_frames(container, stream)])
    container.close()
    assert decoded.shape[1] == channels
    if codec == "wavpack":
        assert np.allclose(decoded, sound, atol=1 / 128)  # encoded with 8 bits


def _write_many(path: Path, sound: np.ndarray, codec: str, layout: str) -> None:
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=48000, layout=layout)
        stream.codec_context.open()
        encoder = stream.codec_context
        whole = av.AudioFrame.from_ndarray(sound.reshape(1, -1), format="flt", layout=layout)
        whole.sample_rate, whole.pts = 48000, 0
        cut = av.AudioResampler(encoder.format, layout, 48000, encoder.frame_size or 1024)
        for frame in [*cut.resample(whole), *cut.resample(None)]:
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
