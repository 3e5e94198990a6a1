"""Markers that a sound file holds: cue points of WAV, markers of AIFF, chapters of containers."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from yamnet_gui.core.sound_track import file_of
from yamnet_gui.core.storage.errors import as_recording_error
from yamnet_gui.core.storage.files import open_for_reading

from .libav import UnknownFormatError, open_container
from .wave_header import riff_chunks

_LARGEST_CHUNK = 1 << 24
_MOST_MARKERS = 100_000
_AV_TIME_BASE = 1_000_000
_SEE_DS64 = 0xFFFFFFFF


@dataclass(frozen=True, slots=True)
class Marker:
    """A point (`end_s` = `start_s`) or span, in seconds from the start of the file.

    `label` is "" where the file gives the marker no name.
    """

    start_s: float
    end_s: float
    label: str
    note: str = ""


def file_markers(path: Path) -> tuple[Marker, ...]:
    """The markers of a sound file in order of time. Raises RecordingError."""
    file = file_of(path)
    try:
        with open_for_reading(file) as opened:
            head = opened.read(12)
            end = opened.seek(0, 2)
            if head[8:] == b"WAVE" and head[:4] in (b"RIFF", b"RF64", b"BW64", b"RIFX"):
                found = _cue_points(opened, end, ">" if head[:4] == b"RIFX" else "<")
            elif head[:4] == b"FORM" and head[8:] in (b"AIFF", b"AIFC"):
                found = _aiff_markers(opened, end)
            else:
                found = _chapters(file)
    except OSError as error:
        raise as_recording_error(path, error) from error
    return tuple(sorted(found, key=lambda marker: (marker.start_s, marker.end_s)))


def _chunk(file: BinaryIO, start: int, size: int) -> bytes:
    file.seek(start)
    return file.read(size) if size <= _LARGEST_CHUNK else b""


def _cue_points(file: BinaryIO, end: int, order: str) -> list[Marker]:
    """Points of the chunk `cue `, with their texts and lengths from the list `adtl`.

    Source: Multimedia Programming Interface and Data Specifications 1.0 (IBM, Microsoft).
    """
    rate = 0
    points: dict[int, int] = {}
    labels: dict[int, str] = {}
    notes: dict[int, str] = {}
    lengths: dict[int, int] = {}
    for name, start, size in _wave_chunks(file, end, order):
        if name == b"fmt ":
            body = _chunk(file, start, min(size, 16))
            rate = struct.unpack_from(f"{order}I", body, 4)[0] if len(body) >= 8 else 0
        elif name == b"cue ":
            points |= _points(_chunk(file, start, size), order)
        elif name == b"LIST":
            body = _chunk(file, start, size)
            for kind, content in _entries(body, order) if body[:4] == b"adtl" else ():
                number = struct.unpack_from(f"{order}I", content)[0]
                if kind == b"labl":
                    labels[number] = _text(content[4:])
                elif kind == b"note":
                    notes[number] = _text(content[4:])
                elif kind == b"ltxt" and len(content) >= 20:
                    lengths[number] = struct.unpack_from(f"{order}I", content, 4)[0]
                    labels.setdefault(number, _text(content[20:]))
    if not rate:
        return []
    return [
        Marker(at / rate, (at + lengths.get(n, 0)) / rate, labels.get(n, ""), notes.get(n, ""))
        for n, at in points.items()
    ]


def _wave_chunks(file: BinaryIO, end: int, order: str) -> Iterator[tuple[bytes, int, int]]:
    """`riff_chunks`, also behind samples of more than 4 GB, whose size the chunk `ds64` states."""
    long_size = 0
    for name, start, size in riff_chunks(file, 12, end, order):
        yield name, start, size
        if name == b"ds64" and size >= 16:
            sizes = _chunk(file, start, 16)  # the file may end within it
            long_size = int.from_bytes(sizes[8:], "little")
        if name == b"data" and size == _SEE_DS64 and start + long_size < end:
            yield from riff_chunks(file, start + long_size + long_size % 2, end, order)
            return


def _points(body: bytes, order: str) -> dict[int, int]:
    """Sample numbers of the cue points by their ids."""
    points = {}
    for at in range(4, min(len(body), 4 + 24 * _MOST_MARKERS) - 23, 24):
        number, position, _chunk_id, _start, _block, offset = struct.unpack_from(
            f"{order}II4sIII", body, at
        )
        points[number] = offset or position  # some writers fill in only one of them
    count = struct.unpack_from(f"{order}I", body)[0] if len(body) >= 4 else 0
    return dict(list(points.items())[:count])


def _entries(body: bytes, order: str) -> Iterator[tuple[bytes, bytes]]:
    """Kind and content of each entry of a list that begins with a cue point's id."""
    at = 4
    while at + 12 <= len(body):
        kind, size = struct.unpack_from(f"{order}4sI", body, at)
        content = body[at + 8 : at + 8 + size]
        if len(content) >= 4:
            yield kind, content
        at += 8 + size + (size & 1)


def _aiff_markers(file: BinaryIO, end: int) -> list[Marker]:
    """Source: Audio Interchange File Format 1.3 (Apple), chunks COMM and MARK."""
    rate = 0.0
    found: list[tuple[int, str]] = []
    for name, start, size in riff_chunks(file, 12, end, ">"):
        body = _chunk(file, start, size) if name in (b"COMM", b"MARK") else b""
        if name == b"COMM" and len(body) >= 18:
            rate = _extended(body[8:18])
        elif name == b"MARK" and len(body) >= 2:
            at = 2
            for _ in range(struct.unpack_from(">H", body)[0]):
                if at + 7 > len(body):
                    break
                _number, position, length = struct.unpack_from(">HIB", body, at)
                found.append((position, _text(body[at + 7 : at + 7 + length])))
                at += 7 + length + (1 - length % 2)  # with its length byte a text is even
    if not 0 < rate < 1e9:
        return []
    return [Marker(position / rate, position / rate, text) for position, text in found]


def _extended(raw: bytes) -> float:
    """An 80-bit number, as AIFF stores rates."""
    exponent, mantissa = struct.unpack(">HQ", raw)
    return float(mantissa) * 2.0 ** ((exponent & 0x7FFF) - 16383 - 63) if exponent < 0x7FFF else 0.0


def _chapters(file: Path) -> list[Marker]:
    try:
        container = open_container(file)
    except UnknownFormatError:
        return []  # of a format that has no chapters
    with container:
        begin_s = max(0.0, (container.start_time or 0) / _AV_TIME_BASE)
        found = []
        for chapter in container.chapters()[:_MOST_MARKERS]:
            start_s = max(0.0, float(chapter["start"] * chapter["time_base"]) - begin_s)
            end_s = max(start_s, float(chapter["end"] * chapter["time_base"]) - begin_s)
            found.append(Marker(start_s, end_s, _line(chapter["metadata"].get("title", ""))))
        return found


def _text(raw: bytes) -> str:
    """Text that ends at a zero byte: UTF-8, else as Windows writes it in the West."""
    raw = raw.split(b"\0")[0]
    try:
        return _line(raw.decode("utf-8"))
    except UnicodeDecodeError:
        return _line(raw.decode("cp1252", errors="replace"))


def _line(text: str) -> str:
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())
