"""Decodes one chunk of a sound track, by a decoder of its own."""

import math
from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .changes import resampled, with_channels
from .layout import Layout, Pieces, open_track
from .libav import FrameSamples, decoded_frames, decoded_packets
from .packets import packets_after_seek, packets_from_start

_PREROLL_S = 1.0
_PREROLL_PIECES = 16
"""Decoding begins this long before a chunk, so that predictors have settled, and by so many
pieces: where a gap lies before, its silence settles nothing."""
_WIDER = 8
"""Where a decoder is not ready by then, it begins so many times as long before."""
_MARGIN_S = 0.25
"""What is resampled begins and ends this far outside its chunk: more than the filter reaches."""
_BATCH_FRAMES = 1 << 14
_NOTHING = np.zeros((0, 1), np.float32)

Placed = tuple[int, NDArray[np.float32]]
"""Samples float32 (n, channels) and the index of the first of them."""


class ChunkDecoder:
    """Decodes chunks of a track of a file, each from a new decoder. Belongs to one thread.

    `on_damage` is called where a part cannot be decoded that no scan has met.
    """

    def __init__(
        self, path: Path, track: int, layout: Layout, on_damage: Callable[[], None]
    ) -> None:
        self._path, self._track = path, track
        self._layout = layout
        self._on_damage = on_damage
        self._container: Any = None

    def close(self) -> None:
        """Lets the file go; harmless when repeated."""
        if self._container is not None:
            self._container.close()
            self._container = None

    def pieces(self, chunk: int, at: int) -> Iterator[Placed]:
        """The pieces of a chunk that reach beyond sample `at`, in order.

        Raises RecordingError where the file is no longer there, av.FFmpegError, OSError.
        """
        if self._layout.pieces is None:
            return self._by_stamps(chunk)
        return self._by_index(chunk, at, self._layout.pieces)

    def _open(self) -> tuple[Any, Any]:
        self.close()
        self._container, stream = open_track(self._path, self._track, self._layout.span)
        return self._container, stream

    def _by_stamps(self, chunk: int) -> Iterator[Placed]:
        """Where time stamps count samples."""
        layout = self._layout
        container, stream = self._open()
        first, end = int(layout.bounds[chunk]), int(layout.bounds[chunk + 1])
        if chunk > 0:
            ticks = Fraction(1, layout.rate) / stream.time_base
            stamp = int((first - round(_PREROLL_S * layout.rate) + layout.origin) * ticks)
            entries = stream.index_entries
            at = entries.search_timestamp(int((first + layout.origin) * ticks)) - _PREROLL_PIECES
            stamp = min(stamp, entries[at].timestamp) if at >= 0 else stamp
            container.seek(stamp, stream=stream)
        step = stream.time_base * layout.rate
        samples = FrameSamples()
        position = None if chunk > 0 else 0
        for frame in decoded_frames(container, stream, self._on_damage):
            if frame.pts is not None:
                position = int(frame.pts * step) - layout.origin
            if position is None:
                continue
            if position >= end:
                return
            if position + frame.samples > first:
                piece = resampled(samples(frame), frame.sample_rate, layout.rate)
                yield position, with_channels(piece, layout.channels)
            position += frame.samples

    def _by_index(self, chunk: int, at: int, pieces: Pieces) -> Iterator[Placed]:
        layout = self._layout
        first = int(layout.firsts[chunk])
        last = chunk + 1 == len(layout.firsts)
        end = len(pieces.numbers) if last else int(layout.firsts[chunk + 1])
        if (pieces.rates[first:end] == layout.rate).all():
            before = int(np.searchsorted(pieces.starts[first:end], at, side="right")) - 1
            for number, piece in self._samples_of(first, end, first + max(0, before)):
                yield int(pieces.starts[number]), with_channels(piece, layout.channels)
            return
        low, high = int(layout.bounds[chunk]), int(layout.bounds[chunk + 1])
        for position, piece in self._at_one_rate(low, high, pieces):
            begin, stop = max(position, low), min(position + len(piece), high)
            if begin < stop:
                yield begin, piece[begin - position : stop - position]

    def _at_one_rate(self, low: int, high: int, pieces: Pieces) -> Iterator[Placed]:
        """Samples [low, high) and some around them, from pieces of several rates."""
        layout = self._layout
        margin = round(_MARGIN_S * layout.rate)
        first = max(0, int(np.searchsorted(pieces.starts, low - margin, side="right")) - 1)
        end = int(np.searchsorted(pieces.starts, high + margin))
        parts: dict[int, NDArray[np.float32]] = {}
        for number, joined in self._samples_of(first, end, first):
            taken = 0
            while taken < len(joined):
                parts[number] = joined[taken : taken + int(pieces.counts[number])]
                taken += int(pieces.counts[number])
                number += 1
        runs = pieces.run_firsts[first:end]
        edges = first + np.concatenate([[0], np.flatnonzero(np.diff(runs)) + 1, [end - first]])
        for begin, stop in zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True):
            rate, channels = pieces.kinds[pieces.kind[begin]]
            silent = np.zeros((int(pieces.counts[begin:stop].max()), channels), np.float32)
            run = [parts.get(n, silent[: pieces.counts[n]]) for n in range(begin, stop)]
            sound = np.concatenate([with_channels(part, layout.channels) for part in run])
            origin = int(pieces.starts[pieces.run_firsts[begin]])
            # only where both rates meet on a sample is the filter in the same phase every time
            common = math.gcd(rate, layout.rate)
            before = int(pieces.native[begin] - pieces.native[pieces.run_firsts[begin]])
            drop = -before % (rate // common)
            position = origin + (before + drop) * layout.rate // rate
            yield position, resampled(sound[drop:], rate, layout.rate)

    def _samples_of(
        self, first: int, end: int, wanted: int
    ) -> Iterator[tuple[int, NDArray[np.float32]]]:
        """Samples of the pieces [wanted, end), in a decoding that is made for [first, end)."""
        pieces = self._layout.pieces
        assert pieces is not None
        preroll_s = _PREROLL_S
        while True:
            begin = self._preroll_of(first, preroll_s, pieces)
            for number, piece in self._decoded(begin, first, end, wanted):
                if piece is None and number == first and begin > 0:
                    break
                if piece is not None and number >= wanted:
                    yield number, piece
            else:
                return
            preroll_s *= _WIDER

    def _preroll_of(self, first: int, preroll_s: float, pieces: Pieces) -> int:
        """The piece with which decoding begins for a chunk that begins with piece `first`."""
        wanted = pieces.starts[first] - round(preroll_s * self._layout.rate)
        at = int(np.searchsorted(pieces.starts, wanted, side="right")) - 1
        return max(0, min(at, first - round(_PREROLL_PIECES * preroll_s / _PREROLL_S)))

    def _decoded(
        self, begin: int, first: int, end: int, wanted: int
    ) -> Iterator[tuple[int, NDArray[np.float32] | None]]:
        """Pieces [first, end), decoded from piece `begin` on.

        Pieces that follow each other may come as one. None for one that the decoder does not
        give as it did in the scan, empty before `wanted`.
        """
        layout = self._layout
        pieces, index = layout.pieces, layout.index
        assert pieces is not None
        assert index is not None
        start = int(pieces.numbers[begin]) if begin else 0
        container, stream = self._open()
        packets = packets_after_seek(container, stream, index, start)
        if packets is None:
            container, stream = self._open()
            packets = packets_from_start(container, stream, index, start)
        numbers: list[int] = []

        def without_number() -> Iterator[Any]:
            for number, packet in packets:
                numbers.append(number)
                yield packet

        batch = _Batch(pieces)
        at = first
        for _, frames in decoded_packets(without_number(), stream.codec_context.channels):
            number = numbers.pop()
            while at < end and pieces.numbers[at] < number:
                yield at, None
                at += 1
            if at >= end:
                break
            if pieces.numbers[at] != number:
                continue
            kind = pieces.kinds[pieces.kind[at]]
            expected = pieces.counts[at] + pieces.cuts[at]
            right = sum(frame.samples for frame in frames) == expected
            for frame in frames:
                right = right and (frame.sample_rate, frame.layout.nb_channels) == kind
            if not right:
                yield from batch.take()
                yield at, None
            elif at < wanted:
                yield at, _NOTHING
            else:
                yield from batch.add(at, frames)
            at += 1
            if at >= end:  # what follows need not be readable
                break
        yield from batch.take()
        if at < end:
            raise OSError("it became shorter while it was read")


class _Batch:
    """Frames of pieces that follow each other without a gap, turned into one array."""

    def __init__(self, pieces: Pieces) -> None:
        self._pieces = pieces
        self._samples = FrameSamples()
        self._fifo: Any = None
        self._first = -1
        self._next = -1  # the piece that may follow
        self._count = 0

    def add(self, at: int, frames: list[Any]) -> Iterator[tuple[int, NDArray[np.float32]]]:
        """Takes the frames of piece `at`; yields what cannot wait for more."""
        import av

        pieces = self._pieces
        if pieces.cuts[at]:
            yield from self.take()
            parts = [self._samples(frame) for frame in frames]
            yield at, np.concatenate(parts)[int(pieces.cuts[at]) :]
            return
        follows = self._count > 0 and at == self._next
        last = at - 1
        if not (
            follows
            and pieces.kind[at] == pieces.kind[last]
            and pieces.starts[at] - pieces.starts[last] == pieces.counts[last]
            and self._count < _BATCH_FRAMES
        ):
            yield from self.take()
            self._first = at
            self._fifo = av.AudioFifo()
        for frame in frames:
            frame.pts = None  # the order counts, not the time
            self._fifo.write(frame)
        self._count += int(pieces.counts[at])
        self._next = at + 1

    def take(self) -> Iterator[tuple[int, NDArray[np.float32]]]:
        """The first piece of what was collected, and its samples."""
        if self._count:
            self._count = 0
            yield self._first, self._samples(self._fifo.read())
