"""Where the parts of Ogg and FLAC files begin that were joined end to end.

A chained Ogg file begins each link with pages that are marked so (RFC 3533, section 6), and a
joined native FLAC file each stream with a marker (RFC 9639, section 8.1). libav loses the frames at
a joint of FLAC, and does not follow Ogg into a link with another codec, rate or number of channels.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import BinaryIO

from yamnet_gui.core.stopping import check_stopped
from yamnet_gui.core.storage.files import open_for_reading

from .libav import Span

_OGG_BEGIN = re.compile(rb"OggS\x00[\x02\x06]")
_FLAC_BEGIN = re.compile(rb"fLaC[\x00\x80]\x00")
_FLAC_INFO_AT = 8  # behind the marker and the head of its first block
_OPUS_RATE_HZ = 48_000
_OGG_HEAD_BYTES = 27
_BLOCK_BYTES = 1 << 20
_OVERLAP_BYTES = 5
"""One less than the shortest pattern, so that none is found twice."""


@dataclass(frozen=True, slots=True)
class Link:
    """A part of a file: its bytes, and (codec, rate in Hz, channels) as far as its header says."""

    span: Span
    kind: tuple[str, int, int]


def links_of(file: Path) -> tuple[Link, ...]:
    """The parts of a file that must be read one by one; none where it is a single one.

    Raises OSError.
    """
    with open_for_reading(file) as opened:
        head = opened.read(4)
        if head[:3] not in (b"Ogg", b"fLa", b"ID3"):
            return ()
        links = _ogg_links(opened) if head == b"OggS" else _flac_links(opened)
    return links if len(links) > 1 else ()


def has_flac_joint(file: BinaryIO) -> bool:
    """Whether a second FLAC stream follows in an open file. Raises OSError."""
    return len(_flac_links(file)) > 1


def _places(file: BinaryIO, pattern: re.Pattern[bytes]) -> Iterator[int]:
    """Where a pattern occurs; not by a memory map, which kills the process if a file shrinks."""
    at, rest = 0, b""
    while True:
        check_stopped()
        file.seek(at)
        block = file.read(_BLOCK_BYTES)
        if not block:
            return
        first, content = at - len(rest), rest + block
        for match in pattern.finditer(content):
            yield first + match.start()
        at += len(block)
        rest = content[-_OVERLAP_BYTES:]


def _bytes(file: BinaryIO, at: int, count: int) -> bytes:
    file.seek(at)
    return file.read(count)


def _ogg_links(file: BinaryIO) -> tuple[Link, ...]:
    """None where libav follows from each link into the next."""
    begins: list[int] = []
    kinds: list[list[tuple[str, int, int]]] = []
    expected = -1
    for at in _places(file, _OGG_BEGIN):
        page = _bytes(file, at, _OGG_HEAD_BYTES + 255 + 64)
        if len(page) < _OGG_HEAD_BYTES:
            continue
        sound_at = _OGG_HEAD_BYTES + page[26]
        kind = _ogg_kind(page[sound_at:])
        if at != expected:  # the streams of a link begin page upon page
            begins.append(at)
            kinds.append([])
        kinds[-1] += [kind] if kind else []
        expected = at + sound_at + sum(page[_OGG_HEAD_BYTES:sound_at])
    if any(len(of_link) != 1 for of_link in kinds) or len({of[0] for of in kinds}) < 2:
        return ()
    spans = pairwise([*begins, file.seek(0, 2)])
    return tuple(Link(span, of[0]) for span, of in zip(spans, kinds, strict=True))


def _ogg_kind(head: bytes) -> tuple[str, int, int] | None:
    """What the first packet of an Ogg stream says; None where it is no sound."""
    if head[:7] == b"\x01vorbis":
        return "vorbis", int.from_bytes(head[12:16], "little"), head[11]
    if head[:8] == b"OpusHead":
        return "opus", _OPUS_RATE_HZ, head[9]
    if head[:8] == b"Speex   ":
        rate, channels = head[36:40], head[48:52]
        return "speex", int.from_bytes(rate, "little"), int.from_bytes(channels, "little")
    if head[:5] == b"\x7fFLAC":
        return "flac", *_rate_and_channels(head[9 + _FLAC_INFO_AT :])
    return None


def _flac_links(file: BinaryIO) -> tuple[Link, ...]:
    begins: list[int] = []
    kinds: list[tuple[str, int, int]] = []
    sound_from = 0
    for at in _places(file, _FLAC_BEGIN):
        head = _bytes(file, at, _FLAC_INFO_AT + 18)
        if at < sound_from or head[6:8] != b"\0\x22":  # in a picture or the like, or by chance
            continue
        rate, channels = _rate_and_channels(head[_FLAC_INFO_AT:])
        if rate == 0:
            continue
        sound_from = _end_of_metadata(file, at + 4)
        begins.append(at)
        kinds.append(("flac", rate, channels))
    if not begins or (begins[0] > 0 and _bytes(file, 0, 3) != b"ID3"):
        return ()
    spans = pairwise([*begins, file.seek(0, 2)])
    return tuple(Link(span, kind) for span, kind in zip(spans, kinds, strict=True))


def _rate_and_channels(stream_info: bytes) -> tuple[int, int]:
    packed = int.from_bytes(stream_info[10:14], "big")  # 20 bits of rate, 3 of channels
    return packed >> 12, (packed >> 9 & 7) + 1


def _end_of_metadata(file: BinaryIO, at: int) -> int:
    last = False
    while not last:
        head = _bytes(file, at, 4)
        if len(head) < 4:
            break
        last = bool(head[0] & 0x80)
        at += 4 + int.from_bytes(head[1:], "big")
    return at
