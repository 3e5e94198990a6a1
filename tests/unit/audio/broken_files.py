"""Broken and odd recordings, each with what is to happen when the user opens it."""

import os
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
import soundfile

RATE = 22050


@dataclass(frozen=True, slots=True)
class BrokenFile:
    """`expect`: whether opening fails with a RecordingError that holds `words`, or succeeds.

    Where it opens, `words` stand in one of the source's warnings ("" if it has none), and
    `frames` is its length where that is certain. `reads` is False where a part in its middle
    cannot be decoded, so that reading it whole raises a RecordingError.
    """

    name: str
    path: Path
    expect: Literal["error", "opens"]
    words: str = ""
    frames: int | None = None
    reads: bool = True


def tone(seconds: float = 1.0, channels: int = 1, rate: int = RATE) -> np.ndarray:
    """A quiet chord with a click in its middle, float64 (n, channels)."""
    t = np.arange(round(seconds * rate)) / rate
    pitches = 440.0 * 1.5 ** np.arange(channels)
    sound = 0.3 * np.sin(2 * np.pi * t[:, None] * pitches)
    sound[len(t) // 2 : len(t) // 2 + 20] += 0.4
    return sound


def wav_bytes(
    data: bytes,
    *,
    channels: int = 1,
    rate: int = RATE,
    bits: int = 16,
    form: int = 1,
    riff: bytes = b"RIFF",
    data_size: int | None = None,
    before: bytes = b"",
) -> bytes:
    """A WAV file made by hand, so that its header can say anything."""
    align = channels * bits // 8
    fmt = struct.pack("<HHIIHH", form, channels, rate, (rate * align) & 0xFFFFFFFF, align, bits)
    size = len(data) if data_size is None else data_size
    body = b"WAVE" + b"fmt " + struct.pack("<I", 16) + fmt + before
    body += b"data" + struct.pack("<I", size & 0xFFFFFFFF) + data
    return riff + struct.pack("<I", len(body)) + body


def make_broken_files(folder: Path) -> list[BrokenFile]:
    """Writes every broken or odd file into `folder` (an existing one) and says what to expect."""
    made = [*_no_files(folder), *_no_sound(folder), *_cut(folder), *_odd(folder)]
    return [*made, *_containers(folder)]


def _no_files(folder: Path) -> list[BrokenFile]:
    (folder / "folder.wav").mkdir()
    (folder / "empty.wav").write_bytes(b"")
    (folder / "empty.m4a").write_bytes(b"")
    files = [
        BrokenFile("missing", folder / "missing.wav", "error", "no such file"),
        BrokenFile("missing folder", folder / "nowhere" / "a.flac", "error", "no such file"),
        BrokenFile("folder", folder / "folder.wav", "error", "is a folder"),
        BrokenFile("empty", folder / "empty.wav", "error", "is empty"),
        BrokenFile("empty container", folder / "empty.m4a", "error", "is empty"),
    ]
    if hasattr(os, "geteuid") and os.geteuid() != 0:
        locked = folder / "locked.wav"
        soundfile.write(locked, tone(), RATE)
        locked.chmod(0)
        files.append(BrokenFile("no permission", locked, "error", "permission"))
    if hasattr(os, "mkfifo"):
        os.mkfifo(folder / "pipe.wav")
        files.append(BrokenFile("pipe", folder / "pipe.wav", "error", "device or pipe"))
        (folder / "dangling.wav").symlink_to(folder / "gone.wav")
        (folder / "loop.wav").symlink_to(folder / "loop.wav")
        files.append(BrokenFile("dangling link", folder / "dangling.wav", "error", "no such file"))
        files.append(BrokenFile("looping link", folder / "loop.wav", "error", "cannot be reached"))
    return files


def _no_sound(folder: Path) -> list[BrokenFile]:
    noise = np.random.default_rng(5).integers(0, 256, 6000, dtype=np.uint8).tobytes()
    picture = b"\x89PNG\r\n\x1a\n" + noise
    contents = {
        "text.wav": b"This is a letter, not a sound.\n" * 40,
        "text.mp3": b"This is a letter, not a sound.\n" * 40,
        "text.m4a": b"This is a letter, not a sound.\n" * 40,
        "table.flac": b"onset_s,offset_s,label\n0.0,1.0,Speech\n" * 20,
        "page.ogg": b"<!DOCTYPE html><html><body>404 not found</body></html>\n" * 10,
        "noise.wav": noise,
        "noise.m4a": noise,
        "zeros.wav": bytes(5000),
        "picture.wav": picture,
        "one byte.wav": b"R",
        "header only.wav": b"RIFF\x00\x00\x00\x00WAVE",
        "no data chunk.wav": wav_bytes(b"")[:36],
        "no samples.wav": wav_bytes(b""),
        "no channels.wav": wav_bytes(bytes(4000), channels=0),
        "no rate.wav": wav_bytes(bytes(4000), rate=0),
        "no bits.wav": wav_bytes(bytes(4000), bits=0),
        "absurd rate.wav": wav_bytes(bytes(4000), rate=0x7FFFFFFF),
        "unknown codec.wav": wav_bytes(bytes(4000), form=0x4242),
    }
    words = {
        "no samples.wav": "no samples",
        "no data chunk.wav": "",
        "absurd rate.wav": "sample rate",
    }
    files = []
    for name, content in contents.items():
        (folder / name).write_bytes(content)
        files.append(BrokenFile(name, folder / name, "error", words.get(name, "")))
    return files


def _cut(folder: Path) -> list[BrokenFile]:
    """Files that end too early: what is there can be opened, if the header is."""
    files = []
    sound = (tone() * 32767).astype("<i2").tobytes()
    whole = wav_bytes(sound)
    path = folder / "cut.wav"
    path.write_bytes(whole[: 44 + 20001])
    files.append(BrokenFile("cut wav", path, "opens", "ends", frames=10000))
    path = folder / "unknown length.wav"
    path.write_bytes(wav_bytes(sound, data_size=0xFFFFFFFF))
    files.append(BrokenFile("streamed wav", path, "opens", frames=RATE))
    path = folder / "junk after.wav"
    path.write_bytes(whole + b"some junk that is no chunk")
    files.append(BrokenFile("junk at the end", path, "opens", frames=RATE))
    noise = np.random.default_rng(3).uniform(-0.5, 0.5, (RATE * 3, 1))
    for name, kind in (("cut.flac", "FLAC"), ("cut.ogg", "OGG"), ("cut.mp3", "MP3")):
        soundfile.write(folder / name, noise, RATE, format=kind)
        content = (folder / name).read_bytes()
        (folder / name).write_bytes(content[: len(content) * 6 // 10])
        words = "ends" if kind == "FLAC" else ""
        files.append(BrokenFile(name, folder / name, "opens", words))
    for name, kind in (("stub.flac", "FLAC"), ("stub.ogg", "OGG"), ("stub.aiff", "AIFF")):
        soundfile.write(folder / name, tone(), RATE, format=kind)
        (folder / name).write_bytes((folder / name).read_bytes()[:20])
        files.append(BrokenFile(name, folder / name, "error"))
    path = folder / "spoilt.flac"
    soundfile.write(path, noise, RATE)
    content = bytearray(path.read_bytes())
    content[len(content) // 2 : len(content) // 2 + 3000] = bytes(3000)
    path.write_bytes(bytes(content))
    files.append(BrokenFile("spoilt in the middle", path, "opens", frames=RATE * 3, reads=False))
    return files


def _odd(folder: Path) -> list[BrokenFile]:
    """Files that look odd and are right."""
    holes = tone()
    holes[100], holes[200], holes[300] = np.nan, np.inf, -np.inf
    soundfile.write(folder / "holes.wav", holes, RATE, subtype="FLOAT")
    soundfile.write(folder / "one sample.wav", tone()[:1], RATE)
    soundfile.write(folder / "32 channels.wav", np.repeat(tone(0.2), 32, axis=1), RATE)
    soundfile.write(folder / "loud.wav", tone() * 40, RATE, subtype="FLOAT")
    soundfile.write(folder / "flac inside.wav", tone(), RATE, format="FLAC")
    soundfile.write(folder / "no suffix", tone(), RATE, format="WAV")
    soundfile.write(folder / "名前 'ü\" 🐦.wav", tone(), RATE)
    soundfile.write(folder / "bat.wav", tone(0.1, rate=384000), 384000)
    return [
        BrokenFile("not a number", folder / "holes.wav", "opens", "not numbers", frames=RATE),
        BrokenFile("one sample", folder / "one sample.wav", "opens", frames=1),
        BrokenFile("32 channels", folder / "32 channels.wav", "opens", frames=RATE // 5),
        BrokenFile("beyond full scale", folder / "loud.wav", "opens", frames=RATE),
        BrokenFile("wrong suffix", folder / "flac inside.wav", "opens", frames=RATE),
        BrokenFile("no suffix", folder / "no suffix", "opens", frames=RATE),
        BrokenFile("any script", folder / "名前 'ü\" 🐦.wav", "opens", frames=RATE),
        BrokenFile("384 kHz", folder / "bat.wav", "opens", frames=38400),
    ]


def _containers(folder: Path) -> list[BrokenFile]:
    from .containers import write_container, write_silent_video

    write_silent_video(folder / "silent film.mp4")
    write_container(folder / "whole.m4a", tone(2), RATE, "aac")
    content = (folder / "whole.m4a").read_bytes()
    (folder / "no index.m4a").write_bytes(content[: len(content) // 2])
    write_container(folder / "whole.mka", tone(3), RATE, "flac")
    content = (folder / "whole.mka").read_bytes()
    (folder / "cut.mka").write_bytes(content[: len(content) // 2])
    (folder / "m4a inside.wav").write_bytes((folder / "whole.m4a").read_bytes())
    return [
        BrokenFile("video without sound", folder / "silent film.mp4", "error", "without sound"),
        BrokenFile("m4a without index", folder / "no index.m4a", "error", "not a sound file"),
        BrokenFile("cut mka", folder / "cut.mka", "opens"),
        BrokenFile("m4a named wav", folder / "m4a inside.wav", "opens"),
    ]
