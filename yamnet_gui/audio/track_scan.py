"""One pass over the packets of a sound track: what each of them yields."""

from collections import deque
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from yamnet_gui.core.stopping import check_stopped

from .libav import decoded_packets
from .packets import PacketIndex, PacketIndexBuilder

_DECODED_FIRST, _DECODED_LAST = 64, 16
"""Packets at either end that a quick scan decodes as well."""


@dataclass
class TrackScan:
    """What the packets that yield sound yield, in order.

    `rows`: number of the packet, samples, number of their kind, and how many more samples the
    decoder gives before these; `stamps_s`: time stamps in
    seconds, NaN where there is none; `kinds`: (rate in Hz, channels) to its number; `damages`:
    how many times packets could not be decoded; `goes_on`: whether more follows that libav cannot
    read, as a link of an Ogg file with another rate or number of channels.
    """

    rows: list[tuple[int, int, int, int]] = field(default_factory=list)
    stamps_s: list[float] = field(default_factory=list)
    kinds: dict[tuple[int, int], int] = field(default_factory=dict)
    damages: int = 0
    goes_on: bool = False
    index: PacketIndex | None = None

    def add(self, number: int, frames: list[Any], tick_s: float, most: int | None = None) -> None:
        """Takes the frames of a packet, of which only the last `most` samples count."""
        if not frames:
            return
        last = frames[-1]
        kind = self.kinds.setdefault((last.sample_rate, last.layout.nb_channels), len(self.kinds))
        count = sum(frame.samples for frame in frames)
        kept = count if most is None else min(count, most)
        self.rows.append((number, kept, kind, count - kept))
        stamp = frames[0].pts
        self.stamps_s.append(np.nan if stamp is None else stamp * tick_s)

    def note_damage(self) -> None:
        """Counts a place that could not be decoded."""
        self.damages += 1


def scan_fully(container: Any, stream: Any) -> TrackScan:
    """Decodes every packet of a newly opened track. Raises av.FFmpegError, OSError, Cancelled."""
    import av

    scan, index = TrackScan(), PacketIndexBuilder()
    tick_s = float(stream.time_base)
    channels = stream.codec_context.channels
    packets = decoded_packets(container.demux(stream), channels, scan.note_damage)
    try:
        for number, (packet, frames) in enumerate(packets):
            check_stopped()
            index.add(packet)
            scan.add(number, frames, tick_s, _most_of_link(packet) if number else None)
    except av.error.PatchWelcomeError:
        scan.goes_on = True
    scan.index = index.finish()
    return scan


def _most_of_link(packet: Any) -> int | None:
    """How many samples count of the first packet of a later Vorbis link.

    libav 62 overlaps it with the last of the link before, which may have been long. ffmpeg 5 takes
    it for a short one; half a short block is what the two have in common.
    """
    if not packet.size or not packet.has_sidedata("new_extradata"):
        return None
    headers = bytes(packet.get_sidedata("new_extradata"))
    at = headers.find(b"\x01vorbis")
    if at < 0 or at + 28 >= len(headers):
        return None
    return (1 << (headers[at + 28] & 15)) // 2


def scan_quickly(container: Any, stream: Any) -> TrackScan | None:
    """The same from the packets' own durations, where these can be relied on, else None.

    That is in MP3 whose packets follow each other without anything between, and are all of one
    kind, and in Ogg of one link whose time stamps have no gap. Both ends are decoded.
    """
    name, codec = container.format.name, stream.codec_context.name
    if not (name == "mp3" or (name == "ogg" and codec in ("vorbis", "opus", "libopus"))):
        return None
    steady = _steady_mp3 if name == "mp3" else _steady_ogg
    index = PacketIndexBuilder()
    facts: list[tuple[int, int, int, int, int]] = []
    scan = TrackScan()
    tick_s = float(stream.time_base)
    channels = stream.codec_context.channels
    held: deque[tuple[int, Any]] = deque()
    ends: dict[int, list[Any]] = {}
    header = b""
    for number, packet in enumerate(container.demux(stream)):
        check_stopped()
        index.add(packet)
        cut = 0
        if number and packet.size and packet.has_sidedata("skip_samples"):
            side = bytes(packet.get_sidedata("skip_samples"))
            if any(side[:4]):
                return None
            cut = int.from_bytes(side[4:8], "little") if name == "mp3" else 0
        if name == "mp3" and packet.size:
            kind = _mp3_kind(bytes(memoryview(packet)[:4]))
            if kind != (header or kind):
                return None
            header = kind
        facts.append((packet.pos or 0, packet.size, packet.pts or 0, packet.duration or 0, cut))
        if number < _DECODED_FIRST:
            ends[number] = next(decoded_packets([packet], channels))[1]
        else:
            held.append((number, packet))
            if len(held) > _DECODED_LAST:
                held.popleft()
    for number, packet in held:
        ends[number] = next(decoded_packets([packet], channels))[1]
    scan.index = index.finish()
    table = np.array(facts, np.int64)
    if len(table) < 2 or not scan.index.seekable or not steady(table[:-1]):
        return None
    return _filled(scan, table, ends, stream, tick_s)


def _mp3_kind(head: bytes) -> bytes:
    """What must not change from one MPEG audio header to the next: layer, rate, mono or not."""
    return bytes([head[1] & 0xFE, head[2] & 0x0C, head[3] >> 6 == 3]) if len(head) == 4 else head


def _steady_mp3(table: NDArray[np.int64]) -> bool:
    places, sizes, _, durations, _ = table.T
    return bool(
        (places[1:] == places[:-1] + sizes[:-1]).all() and (durations == durations[0]).all()
    )


def _steady_ogg(table: NDArray[np.int64]) -> bool:
    _, _, stamps, durations, _ = table.T
    return bool((stamps[1:] == stamps[:-1] + durations[:-1]).all() and (durations > 0).all())


def _filled(
    scan: TrackScan,
    table: NDArray[np.int64],
    ends: dict[int, list[Any]],
    stream: Any,
    tick_s: float,
) -> TrackScan | None:
    """The scan with the packets between its ends; None where these do not agree with the rest."""
    first = next((frames for frames in ends.values() if frames), None)
    if first is None:
        return None
    kind = (first[0].sample_rate, first[0].layout.nb_channels)
    per_tick = stream.time_base * kind[0]
    if any(
        (frame.sample_rate, frame.layout.nb_channels) != kind
        for frames in ends.values()
        for frame in frames
    ):
        return None
    counts = table[:, 3] * per_tick.numerator
    if (counts % per_tick.denominator).any():
        return None
    counts = counts // per_tick.denominator - table[:, 4]
    # the first packets are cut to the delay of the encoder; from there on they are whole
    settled = [number for number in ends if 8 <= number < _DECODED_FIRST]
    for number in settled:
        if number < len(counts) - 1 and sum(f.samples for f in ends[number]) != counts[number]:
            return None
    stamps = table[:, 2].copy()
    for number, frames in ends.items():
        counts[number] = sum(frame.samples for frame in frames)
        if frames and frames[0].pts is not None:
            stamps[number] = frames[0].pts
    scan.kinds[kind] = 0
    numbers = np.flatnonzero(counts > 0)
    scan.rows = [(int(number), int(counts[number]), 0, 0) for number in numbers]
    scan.stamps_s = (stamps[numbers] * tick_s).tolist()
    return scan
