"""An index of the packets of a sound track, and the way back to any of them.

libav's own seeking lands where a file's tables, bit rates and time stamps lead it, which may be
elsewhere. Here a seek is only a guess: the packets that follow are compared with those of the one
pass in which the index was made, and where none is recognised, reading begins at the start.
"""

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import NDArray

from yamnet_gui.core.storage.errors import StorageError

_NO_STAMP = -(1 << 63)
_BYTE_FORMATS = {
    *("mp3", "aac", "ac3", "eac3", "dts", "mpegts", "mpeg", "loas", "truehd", "mlp"),
    *("wav", "w64", "aiff", "au", "amr", "g722", "gsm", "g726", "g726le", "flac"),
}
"""Formats in which a packet can be read from its place in the file, without any table."""
_NEAR = 200
"""So many packets from the beginning are passed over faster than a seek takes."""
_UNKNOWN_PACKETS = 500
"""After so many packets that are not in the index, a seek has failed."""
_STEPS_BACK = (0, 40, 400)


@dataclass(frozen=True)
class PacketIndex:
    """Facts about all packets of a track, in the order in which they are read.

    `places`: byte places, -1 where unknown; `stamps`: time stamps; `keys`: hashes of place and
    content. `set_ups`: packets that carry new parameters for the decoder (the later links of a
    chained Ogg file). `seekable`: whether the demuxer survives a jump past a change.
    """

    places: NDArray[np.int64]
    stamps: NDArray[np.int64]
    keys: NDArray[np.uint64]
    set_ups: tuple[int, ...]
    seekable: bool

    def number_of(self, packet: Any) -> int | None:
        """The number of a packet; None where it is not known or not the only one of its kind."""
        key = _key(packet)
        at = int(np.searchsorted(self._sorted_keys, np.uint64(key)))
        if at >= len(self.keys) or self._sorted_keys[at] != key:
            return None
        if at + 1 < len(self.keys) and self._sorted_keys[at + 1] == key:
            return None
        return int(self._order[at])

    @cached_property
    def _order(self) -> NDArray[np.int64]:
        return np.argsort(self.keys, kind="stable")

    @cached_property
    def _sorted_keys(self) -> NDArray[np.uint64]:
        return self.keys[self._order]


class PacketIndexBuilder:
    """Collects the facts of one packet after another."""

    def __init__(self) -> None:
        self._facts: list[tuple[int, int, int]] = []
        self._set_ups: list[int] = []
        self._links = 0

    def add(self, packet: Any) -> None:
        place = packet.pos if packet.pos is not None else -1
        stamp = packet.pts if packet.pts is not None else _NO_STAMP
        if self._facts and packet.size:
            if packet.has_sidedata("new_extradata"):
                self._set_ups.append(len(self._facts))
            self._links += packet.has_sidedata("strings_metadata")
        self._facts.append((place, stamp, _key(packet)))

    def finish(self) -> PacketIndex:
        places, stamps, keys = zip(*self._facts, strict=True) if self._facts else ((), (), ())
        return PacketIndex(
            np.array(places, np.int64),
            np.array(stamps, np.int64),
            np.array(keys, np.uint64),
            tuple(self._set_ups),
            not self._set_ups and not self._links,
        )


def _key(packet: Any) -> int:
    place = packet.pos if packet.pos is not None else -1
    return (place & 0xFFFF_FFFF) << 32 | (zlib.crc32(packet) if packet.size else 0)


def packets_after_seek(
    container: Any, stream: Any, index: PacketIndex, number: int
) -> Iterator[tuple[int, Any]] | None:
    """Packets of a newly opened container from `number` on, each with its number, after a seek.

    None where no seek leads there: then the file must be opened again and read from its start.
    """
    import av

    if not index.seekable or number <= _NEAR:
        return None
    for back in _STEPS_BACK:
        try:
            _seek(container, stream, index, max(0, number - back))
            packets = _recognised(container.demux(stream), index)
            first = next(packets, None)
        except StorageError:
            raise
        except (av.FFmpegError, OSError):
            continue
        if first is not None and first[0] <= number:
            return (pair for pair in chain([first], packets) if pair[0] >= number)
    return None


def packets_from_start(
    container: Any, stream: Any, index: PacketIndex, number: int
) -> Iterator[tuple[int, Any]]:
    """Packets of a newly opened container from `number` on, each with its number.

    One that sets the decoder up for what follows comes before them.
    """
    set_up = max((at for at in index.set_ups if at < number), default=-1)
    return (
        pair
        for pair in enumerate(container.demux(stream))
        if pair[0] >= number or pair[0] == set_up
    )


def _seek(container: Any, stream: Any, index: PacketIndex, number: int) -> None:
    place, stamp = int(index.places[number]), int(index.stamps[number])
    if place > 0 and _BYTE_FORMATS & set(container.format.name.split(",")):
        container.seek(place, stream=stream, unsupported_byte_offset=True)
    else:
        container.seek(stamp if stamp != _NO_STAMP else 0, stream=stream)


def _recognised(packets: Iterator[Any], index: PacketIndex) -> Iterator[tuple[int, Any]]:
    """The packets from the first that the index knows on."""
    for unknown, packet in enumerate(packets):
        number = index.number_of(packet)
        if number is not None:
            yield number, packet
            yield from enumerate(packets, number + 1)
            return
        if unknown > _UNKNOWN_PACKETS:
            return
