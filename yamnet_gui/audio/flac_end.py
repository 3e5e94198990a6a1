"""Where the last frame of a FLAC file ends, by its own header (FLAC format, RFC 9639, 9.1)."""

from pathlib import Path

_LARGEST_FRAME = 1 << 20
_SIZES = {1: 192, **{n: 576 << (n - 2) for n in range(2, 6)}, **{n: 1 << n for n in range(8, 16)}}


def last_flac_sample(path: Path) -> int | None:
    """The number of samples up to the end of the last frame; None where none is recognised.

    In a file of several FLAC streams this counts from the start of the last. Raises OSError.
    """
    with path.open("rb") as file:
        head = file.read(26)
        if head[:4] != b"fLaC" or len(head) < 26:
            return None
        block_frames = int.from_bytes(head[10:12], "big")
        end = file.seek(0, 2)
        file.seek(max(0, end - _LARGEST_FRAME))
        tail = file.read()
    at = len(tail)
    while (at := tail.rfind(b"\xff", 0, at)) >= 0:
        if tail[at + 1 : at + 2] in (b"\xf8", b"\xf9"):
            found = _end_of_frame(tail[at : at + 16], block_frames)
            if found is not None:
                return found
    return None


def _end_of_frame(header: bytes, block_frames: int) -> int | None:
    """The number of samples up to the end of the frame with this header; None if it is not one."""
    if len(header) < 6 or header[3] & 1 or header[2] >> 4 == 0 or header[2] & 15 == 15:
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
