"""Where the samples of a WAV, RF64, BW64, AIFF or AU file lie when its header states a wrong size.

Recorders write the size of the samples last. What stops before, writes into a pipe, or passes 4 GB
in a field of 32 bits leaves 0, a placeholder, or the size modulo 2³² there.
"""

import os
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from yamnet_gui.core.errors import Cancelled, UserError
from yamnet_gui.core.storage.files import open_for_reading, size_of

_WRAP = 1 << 32
_PLACEHOLDERS = ((0xFFFF_0000, 0xFFFF_FFFF), (0x7FFF_0000, 0x8000_0000))
"""Sizes, first and last, that are written where none is known yet, or where a counter stopped."""
_SUBTYPES = {
    (1, 1): "PCM_U8",
    (1, 2): "PCM_16",
    (1, 3): "PCM_24",
    (1, 4): "PCM_32",
    (3, 4): "FLOAT",
    (3, 8): "DOUBLE",
    (6, 1): "ALAW",
    (7, 1): "ULAW",
}
_AU_SUBTYPES = {
    1: ("ULAW", 1),
    2: ("PCM_S8", 1),
    3: ("PCM_16", 2),
    4: ("PCM_24", 3),
    5: ("PCM_32", 4),
    6: ("FLOAT", 4),
    7: ("DOUBLE", 8),
    27: ("ALAW", 1),
}
_AIFF_KINDS = {b"NONE": 1, b"twos": 1, b"in24": 1, b"in32": 1, b"sowt": 1, b"fl32": 3, b"fl64": 3}
_AIFF_KINDS |= {b"FL32": 3, b"FL64": 3, b"alaw": 6, b"ALAW": 6, b"ulaw": 7, b"ULAW": 7}
_EXTENSIBLE = 0xFFFE
_MOST_CHUNKS = 10_000

NO_SIZE = (
    "the size field in its header was never filled in; the recording is read to the end of the file"
)
SIZE_TOO_SMALL = (
    "the size field in its header is too small for so long a file; the recording is read to its end"
)


@dataclass(frozen=True, slots=True)
class RawSamples:
    """Bytes [start, end) of a file hold samples of libsndfile's `subtype`.

    `container` is the name for display, `warning` what is wrong with the header ("" for nothing).
    """

    container: str
    subtype: str
    endian: str
    sample_rate_hz: int
    channels: int
    start: int
    end: int
    warning: str


@dataclass(frozen=True, slots=True)
class _Header:
    """What a WAV header states; `stated` is the size of the samples, None where it has none."""

    container: str
    endian: str
    form: bytes
    start: int
    stated: int | None


def samples_with_wrong_size(path: Path) -> RawSamples | None:
    """Where samples lie whose size in the header is wrong; None where it is right or unknown kind.

    Raises OSError.
    """
    with open_for_reading(path) as file:
        end = size_of(file)
        magic = file.read(12)
        if magic[:4] in (b".snd", b"dns."):
            return _au(file, end)
        if magic[:4] == b"FORM" and magic[8:] in (b"AIFF", b"AIFC"):
            return _aiff(file, end)
        if magic[:4] not in (b"RIFF", b"RIFX", b"RF64", b"BW64") or magic[8:] != b"WAVE":
            return None
        header = _wave(file, magic[:4], end)
        if header is None:
            return None
        size = _true_size(file, header, end)
        return None if size is None else _raw(header, header.start + size[0], size[1])


def has_placeholder_size(path: Path) -> bool:
    """Whether the header of a WAV file holds a placeholder in place of the size of its samples."""
    with open_for_reading(path) as file:
        magic = file.read(12)
        if magic[:4] not in (b"RIFF", b"RIFX") or magic[8:] != b"WAVE":
            return False
        header = _wave(file, magic[:4], size_of(file))
        return header is not None and header.stated is not None and _placeholder(header.stated)


def _placeholder(size: int) -> bool:
    return any(low <= size <= high for low, high in _PLACEHOLDERS)


def riff_chunks(
    file: BinaryIO, at: int, end: int, order: str = "<"
) -> Iterator[tuple[bytes, int, int]]:
    """Name, place of the content and stated size of one chunk after another, from `at` on.

    Ends at `end`, or where a name is not of printable letters: what follows is no chunk.
    """
    for _ in range(_MOST_CHUNKS):
        file.seek(at)
        head = file.read(8)
        if len(head) < 8 or not all(32 <= letter < 127 for letter in head[:4]):
            return
        size = struct.unpack(f"{order}I", head[4:])[0]
        yield head[:4], at + 8, size
        at += 8 + size + size % 2
        if at >= end:
            return


def _wave(file: BinaryIO, magic: bytes, end: int) -> _Header | None:
    order = ">" if magic == b"RIFX" else "<"
    large = magic in (b"RF64", b"BW64")
    form, long_size = b"", None
    for name, start, size in riff_chunks(file, 12, end, order):
        if name == b"data":
            stated: int | None = size
            filled = long_size not in (None, 0, 2**64 - 1)
            if magic == b"RF64" and size == 0xFFFF_FFFF and filled:
                return None  # as it should be
            if large and (filled or size in (0, 0xFFFF_FFFF)):
                stated = long_size if filled else None
            container = "WAV" if magic.startswith(b"RIF") else magic.decode()
            endian = "BIG" if order == ">" else "LITTLE"
            return _Header(container, endian, form, start, stated) if form else None
        file.seek(start)
        if name == b"fmt ":
            form = file.read(min(size, 40))
        elif name == b"ds64" and size >= 16 and len(sizes := file.read(16)) == 16:
            long_size = struct.unpack("<Q", sizes[8:])[0]
    return None


def _true_size(file: BinaryIO, header: _Header, end: int) -> tuple[int, str] | None:
    """Bytes of samples and a warning, where the header states another size."""
    there = end - header.start
    stated = header.stated
    if there <= 0:
        return None
    if stated is None:
        return there, NO_SIZE
    if header.container != "WAV":
        # libsndfile knows no BW64, and takes a size of 32 bits in an RF64 header for none
        return min(stated, there), "" if stated <= there else _missing(header, stated - there)
    if stated == 0 or (_placeholder(stated) and stated < there):
        order = ">" if header.endian == "BIG" else "<"
        follows = header.start + stated + stated % 2
        return None if _are_chunks(file, follows, end, order) else (there, NO_SIZE)
    wraps = (there - stated) // _WRAP
    return (stated + wraps * _WRAP, SIZE_TOO_SMALL) if wraps > 0 else None


def _missing(header: _Header, missing: int) -> str:
    rate_bytes = struct.unpack("<I", header.form[8:12])[0] if len(header.form) >= 12 else 0
    return cut_off(missing / max(1, rate_bytes))


def cut_off(missing_s: float) -> str:
    """What is said of a file that lacks its end."""
    return f"the file ends {missing_s:.1f} s before the length that its header names"


def _are_chunks(file: BinaryIO, at: int, end: int, order: str) -> bool:
    """Whether what lies between `at` and the end of the file is a list of chunks, or nothing."""
    last = at
    for _name, start, size in riff_chunks(file, at, end, order):
        last = start + size
    return end - 1 <= last <= end + 1


def _raw(header: _Header, end: int, warning: str) -> RawSamples | None:
    order = ">" if header.endian == "BIG" else "<"
    form = header.form
    if len(form) < 16:
        return None
    kind, channels, rate, _, align, bits = struct.unpack(f"{order}HHIIHH", form[:16])
    if kind == _EXTENSIBLE and len(form) >= 26:
        kind = struct.unpack(f"{order}H", form[24:26])[0]
    if channels == 0 or rate == 0 or align % channels:
        return None
    width = align // channels
    subtype = _SUBTYPES.get((kind, width))
    if subtype is None or (kind == 1 and -(-bits // 8) != width):
        return None
    end = header.start + (end - header.start) // align * align
    start = header.start
    return RawSamples(header.container, subtype, header.endian, rate, channels, start, end, warning)


def _au(file: BinaryIO, end: int) -> RawSamples | None:
    file.seek(0)
    head = file.read(24)
    if len(head) < 24:
        return None
    order, endian = ("<", "LITTLE") if head[:4] == b"dns." else (">", "BIG")
    start, stated, encoding, rate, channels = struct.unpack(f"{order}5I", head[4:])
    subtype, width = _AU_SUBTYPES.get(encoding, ("", 1))
    there = end - start
    # nothing can follow the samples in this format, and a size of 2³² − 1 is its word for "unknown"
    if not subtype or channels == 0 or rate == 0 or not 0 <= stated < there - width * channels:
        return None
    warning = NO_SIZE if stated == 0 else SIZE_TOO_SMALL
    whole = there // (width * channels) * (width * channels)
    return RawSamples("AU", subtype, endian, rate, channels, start, start + whole, warning)


def _aiff(file: BinaryIO, end: int) -> RawSamples | None:
    """An AIFF file without a size, or of more than 4 GB: there the number of samples fits."""
    common, start, stated, empty = b"", 0, 0, False
    for name, content, size in riff_chunks(file, 12, end, ">"):
        if name == b"COMM":
            file.seek(content)
            common = file.read(min(size, 22))
        elif name == b"SSND" and content + 8 < end:
            file.seek(content)
            start = content + 8 + struct.unpack(">I", file.read(4))[0]
            stated = max(0, size - 8)
            empty = stated == 0 and not _are_chunks(file, content + 8, end, ">")
            break
    if len(common) < 18 or not start:
        return None
    channels, frames, bits, exponent, mantissa = struct.unpack(">HIHHQ", common[:18])
    form = common[18:22] or b"NONE"
    width = -(-bits // 8)
    subtype = _SUBTYPES.get((_AIFF_KINDS.get(form, 0), width), "")
    size = frames * channels * width
    there = end - start
    if not subtype or channels == 0 or there <= 0:
        return None
    if empty:
        size = there // (channels * width) * (channels * width)
    elif there < _WRAP or not stated < size <= there:
        return None
    subtype = "PCM_S8" if subtype == "PCM_U8" else subtype
    rate = round(mantissa * 2.0 ** ((exponent & 0x7FFF) - 16383 - 63))
    endian = "LITTLE" if form == b"sowt" else "BIG"
    warning = NO_SIZE if empty else SIZE_TOO_SMALL
    return RawSamples("AIFF", subtype, endian, rate, channels, start, start + size, warning)


class FileSpan:
    """Bytes [start, end) of a file as a file of its own, to be read from any place.

    What goes wrong ends the file there, because readers in C pass no exception on, and stands in
    `problem`.
    """

    def __init__(self, path: Path, start: int, end: int) -> None:
        self._file = open_for_reading(path, buffered=False)
        self.problem: OSError | UserError | Cancelled | None = None
        self._start, self._size = start, end - start
        self._at = 0

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        base = {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: self._size}[whence]
        self._at = max(0, base + offset)
        return self._at

    def tell(self) -> int:
        return self._at

    def readinto(self, buffer: memoryview) -> int:
        view = memoryview(buffer)[: max(0, self._size - self._at)]
        try:
            self._file.seek(self._start + self._at)
            count = self._file.readinto(view) or 0  # type: ignore[attr-defined]
        except (OSError, UserError, Cancelled) as error:
            self.problem = error
            return 0
        self._at += count
        return count

    def read(self, count: int) -> bytes:
        content = bytearray(count)
        return bytes(content[: self.readinto(memoryview(content))])

    def close(self) -> None:
        self._file.close()
