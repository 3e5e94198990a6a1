"""What is wrong with the size that a W64, AIFF or CAF header states, where readers cope with it.

They then read to the end of the file without a word, so that a cut recording would look complete.
"""

import struct
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from yamnet_gui.core.storage.files import open_for_reading, size_of

from .wave_header import NO_SIZE, cut_off, riff_chunks

_MOST_CHUNKS = 10_000
_W64_RIFF = bytes.fromhex("726966662e91cf11a5d628db04c10000")
_W64_DATA = bytes.fromhex("64617461f3acd3118cd100c04f8edb8a")
_W64_HEAD_BYTES = 24
_UNSET_32, _UNSET_64 = 0x7F00_0000, 1 << 62
"""Sizes from here on are written where none is known yet: by sox, ffmpeg and others."""


def size_remark(path: Path, duration_s: float) -> str:
    """A sentence for a header that states no size, or more samples than there are, else "".

    `duration_s`: of what can be read. Raises OSError.
    """
    with open_for_reading(path) as file:
        end = size_of(file)
        magic = file.read(16)
        unset = _UNSET_64
        if magic == _W64_RIFF:
            places = [
                (at, size - _W64_HEAD_BYTES)
                for name, at, size in _w64_chunks(file, end)
                if name == _W64_DATA
            ]
        elif magic[:4] == b"caff":  # a size of -1 is its word for "up to the end"
            chunks = _caf_chunks(file, end)
            places = [(at + 4, size - 4) for name, at, size in chunks if name == b"data"]
            places = [place for place in places if place[1] != -5]
        elif magic[:4] == b"FORM":
            unset = _UNSET_32
            chunks = riff_chunks(file, 12, end, ">")
            places = [(at + 8, size - 8) for name, at, size in chunks if name == b"SSND"]
        else:
            return ""
    if not places:
        return ""
    at, stated = places[0]
    there = end - at
    if there > 0 and (stated <= 0 or stated >= max(unset, there + 1)):
        return NO_SIZE
    return cut_off((stated - there) / there * duration_s) if stated > there > 0 else ""


def _w64_chunks(file: BinaryIO, end: int) -> Iterator[tuple[bytes, int, int]]:
    """GUID, place of the content and size, with its head, of each chunk."""
    at = 40
    for _ in range(_MOST_CHUNKS):
        if at + _W64_HEAD_BYTES > end:
            return
        file.seek(at)
        head = file.read(_W64_HEAD_BYTES)
        size = struct.unpack("<Q", head[16:])[0]
        yield head[:16], at + _W64_HEAD_BYTES, size
        at += max(_W64_HEAD_BYTES, -(-size // 8) * 8)


def _caf_chunks(file: BinaryIO, end: int) -> Iterator[tuple[bytes, int, int]]:
    """Name, place of the content and stated size of each chunk."""
    at = 8
    for _ in range(_MOST_CHUNKS):
        if at + 12 > end:
            return
        file.seek(at)
        head = file.read(12)
        size = struct.unpack(">q", head[4:])[0]
        yield head[:4], at + 12, size
        at += 12 + max(0, size)
