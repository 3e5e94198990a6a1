"""Whether a FLAC file is one stream, by the headers of its frames (FLAC format, RFC 9639, 9.1)."""

from pathlib import Path
from typing import BinaryIO

from yamnet_gui.core.storage.files import open_for_reading

from .links import has_flac_joint

_LARGEST_FRAME = 1 << 20
_LARGEST_BLOCK = 65_535
_PARTS, _WINDOW = 64, 1 << 16
_SEARCHED_BYTES = 1 << 25
"""A file of up to this size is searched for a second stream from end to end."""
_SIZES = {1: 192, **{n: 576 << (n - 2) for n in range(2, 6)}, **{n: 1 << n for n in range(8, 16)}}


def is_one_stream(path: Path, frames: int) -> bool:
    """Whether the frames of a file that holds `frames` samples count from 0 to the end.

    They do not where several files were joined: each counts anew. Looks at the end and at some
    places between in a large file. Raises OSError.
    """
    with open_for_reading(path) as file:
        head = file.read(26)
        if head[:4] != b"fLaC" or len(head) < 26:
            return True
        block_frames = int.from_bytes(head[10:12], "big")
        size = file.seek(0, 2)
        # what looks like the head of a frame may be sound, so that a search has the last word
        suspect = size <= _SEARCHED_BYTES or _counts_anew(file, size, block_frames)
        if suspect and has_flac_joint(file):
            return False
        file.seek(max(0, size - _LARGEST_FRAME))
        last = _last_end(file.read(), block_frames)
    # the last frame may be cut off, then it is not counted in `frames`
    return last is None or 0 <= last - frames <= _LARGEST_BLOCK


def _counts_anew(file: BinaryIO, size: int, block_frames: int) -> bool:
    before = 0
    for part in range(_PARTS):
        file.seek(size * part // _PARTS)
        content = file.read(_WINDOW)
        for end in (_first_end(content, block_frames), _last_end(content, block_frames)):
            if end is not None and end < before:
                return True
            before = before if end is None else end
    return False


def _first_end(content: bytes, block_frames: int) -> int | None:
    at = -1
    while (at := content.find(b"\xff", at + 1)) >= 0:
        end = _end_of_frame(content[at : at + 16], block_frames)
        if end is not None:
            return end
    return None


def _last_end(content: bytes, block_frames: int) -> int | None:
    at = len(content)
    while (at := content.rfind(b"\xff", 0, at)) >= 0:
        end = _end_of_frame(content[at : at + 16], block_frames)
        if end is not None:
            return end
    return None


def _end_of_frame(header: bytes, block_frames: int) -> int | None:
    """The number of samples up to the end of the frame with this header; None if it is not one."""
    if (
        len(header) < 6
        or header[1] not in (0xF8, 0xF9)
        or header[3] & 1
        or header[2] >> 4 == 0
        or header[2] & 15 == 15
    ):
        return None
    if header[3] >> 4 > 10:
        return None
    number, at = _coded_number(header, 4)
    if number is None:
        return None
    size_code, rate_code = header[2] >> 4, header[2] & 15
    count = _SIZES.get(size_code, 0)
    if size_code in (6, 7):
        width = size_code - 5
        count = int.from_bytes(header[at : at + width], "big") + 1
        at += width
    at += {12: 1, 13: 2, 14: 2}.get(rate_code, 0)
    if at >= len(header) or _crc8(header[:at]) != header[at]:
        return None
    return (number if header[1] & 1 else number * block_frames) + count


def _coded_number(header: bytes, at: int) -> tuple[int | None, int]:
    """A number in the manner of UTF-8, of up to 36 bits, and the place behind it."""
    first = header[at]
    if first < 0x80:
        return first, at + 1
    length = next((n for n in range(2, 8) if first >> (7 - n) == (1 << (n + 1)) - 2), 0)
    following = header[at + 1 : at + length]
    if not length or any(byte >> 6 != 2 for byte in following):
        return None, at
    number = first & ((1 << (7 - length)) - 1) if length < 7 else 0
    for byte in following:
        number = number << 6 | byte & 0x3F
    return number, at + length


def _crc8(content: bytes) -> int:
    value = 0
    for byte in content:
        value ^= byte
        for _ in range(8):
            value = (value << 1 ^ 0x07) & 0xFF if value & 0x80 else value << 1
    return value
