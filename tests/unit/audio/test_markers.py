"""Markers that recorders and editors write into sound files."""

import struct
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
import soundfile

from yamnet_gui.audio.markers import Marker, file_markers

from .containers import write_container

RATE = 8000


def _riff(name: bytes, body: bytes) -> bytes:
    return name + struct.pack("<I", len(body)) + body + b"\0" * (len(body) % 2)


def cues(points: dict[int, int], *entries: tuple[bytes, int, bytes]) -> bytes:
    """The chunks `cue ` and `LIST` of points by id, and of entries (kind, id, body)."""
    table = b"".join(struct.pack("<II4sIII", n, 0, b"data", 0, 0, at) for n, at in points.items())
    listed = b"".join(_riff(kind, struct.pack("<I", n) + body) for kind, n, body in entries)
    return _riff(b"cue ", struct.pack("<I", len(points)) + table) + _riff(b"LIST", b"adtl" + listed)


def with_chunks(path: Path, chunks: bytes) -> Path:
    soundfile.write(path, np.zeros(4 * RATE), RATE, subtype="PCM_16")
    whole = path.read_bytes() + chunks
    path.write_bytes(whole[:4] + struct.pack("<I", len(whole) - 8) + whole[8:])
    return path


def region(samples: int, text: bytes = b"") -> bytes:
    return struct.pack("<I4sHHHH", samples, b"rgn ", 0, 0, 0, 0) + text


def test_cue_points_with_labels_notes_and_lengths(tmp_path: Path) -> None:
    chunks = cues(
        {1: RATE, 2: 3 * RATE, 7: RATE // 2, 9: 0},
        (b"labl", 1, b"Amsel\0"),
        (b"note", 1, "singt über dem Bach\0".encode()),
        (b"labl", 2, "Käuzchen".encode("cp1252") + b"\0"),
        (b"ltxt", 2, region(RATE // 4)),
        (b"ltxt", 7, region(80, b"short\0")),
    )
    assert file_markers(with_chunks(tmp_path / "cues.wav", chunks)) == (
        Marker(0.0, 0.0, ""),
        Marker(0.5, 0.51, "short"),
        Marker(1.0, 1.0, "Amsel", "singt über dem Bach"),
        Marker(3.0, 3.25, "Käuzchen"),
    )


def test_position_where_no_offset_is_written(tmp_path: Path) -> None:
    point = struct.pack("<II4sIII", 1, 2 * RATE, b"data", 0, 0, 0)
    path = with_chunks(tmp_path / "position.wav", _riff(b"cue ", struct.pack("<I", 1) + point))
    assert file_markers(path) == (Marker(2.0, 2.0, ""),)


@pytest.mark.parametrize(
    "chunks",
    [
        b"cue " + struct.pack("<I", 4000) + b"\1\0\0\0",
        _riff(b"cue ", b""),
        _riff(b"cue ", struct.pack("<I", 0xFFFFFFFF)),
        _riff(b"cue ", b"\xff" * 27),
        cues({1: 5}, (b"labl", 99, b"nobody")) + _riff(b"LIST", b"adtl" + b"labl\xff\xff\xff\xff"),
        _riff(b"LIST", b"ad"),
    ],
)
def test_broken_chunks_give_what_can_be_read(tmp_path: Path, chunks: bytes) -> None:
    assert len(file_markers(with_chunks(tmp_path / "broken.wav", chunks))) <= 1


def test_markers_of_aiff(tmp_path: Path) -> None:
    path = tmp_path / "marks.aiff"
    soundfile.write(path, np.zeros(4 * RATE), RATE, subtype="PCM_16")
    entries = [(1, RATE, b"first"), (2, 2 * RATE, b"even"), (3, 3 * RATE, b"")]
    body = struct.pack(">H", len(entries))
    for number, at, text in entries:
        body += struct.pack(">HIB", number, at, len(text)) + text + b"\0" * (1 - len(text) % 2)
    whole = path.read_bytes() + b"MARK" + struct.pack(">I", len(body)) + body
    path.write_bytes(whole[:4] + struct.pack(">I", len(whole) - 8) + whole[8:])
    assert file_markers(path) == (
        Marker(1.0, 1.0, "first"), Marker(2.0, 2.0, "even"), Marker(3.0, 3.0, "")
    )  # fmt: skip


@pytest.mark.parametrize("suffix", [".mp4", ".m4b", ".mkv", ".mka", ".mov"])
def test_chapters_of_containers(tmp_path: Path, suffix: str) -> None:
    path = write_chapters(tmp_path / f"book{suffix}")
    assert file_markers(path) == (Marker(0.0, 1.0, "Beginn"), Marker(1.0, 2.5, "Fortsetzung"))


def write_chapters(path: Path) -> Path:
    plain = path.with_name("plain.m4a")
    write_container(plain, np.zeros((3 * RATE, 1), np.float32), RATE, "aac")
    spans = [(0, 1000, "Beginn"), (1000, 2500, "Fortsetzung")]
    kind = {".m4b": "mp4"}.get(path.suffix)
    with av.open(str(plain)) as old, av.open(str(path), "w", format=kind) as new:
        stream = new.add_stream_from_template(old.streams.audio[0])
        new.set_chapters(
            [
                {"id": n, "start": start, "end": end, "time_base": Fraction(1, 1000),
                 "metadata": {"title": title}}
                for n, (start, end, title) in enumerate(spans)
            ]
        )  # fmt: skip
        for packet in old.demux(old.streams.audio[0]):
            if packet.size:
                packet.stream = stream
                new.mux(packet)
    return path


def test_files_without_markers(tmp_path: Path) -> None:
    path = tmp_path / "plain.flac"
    soundfile.write(path, np.zeros(RATE), RATE)
    assert file_markers(path) == ()
    path = tmp_path / "plain.wav"
    soundfile.write(path, np.zeros(RATE), RATE)
    assert file_markers(path) == ()
