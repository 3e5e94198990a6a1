"""Sound in containers that libsndfile cannot read (M4A, MP4, MKV, WMA, WebM, …), through libav."""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from yamnet_gui.core.errors import RecordingError
from yamnet_gui.core.events import RecordingInfo
from yamnet_gui.core.sound_track import file_and_track

from .libav import FrameSamples, decoded_frames, open_container, plain_reason
from .sound_tracks import codec_name, first_track, no_such_track, other_tracks, sound_tracks
from .source import AudioSource
from .timeline import delay_s, has_time_stamps, longest_gap_s, placed

_PREROLL_S = 1.0
_PREROLL_PIECES = 16
"""Decoding begins this long before the wanted sample, so that predictors have settled, and by so
many pieces: where a gap lies before, its silence settles nothing."""
_EXACT_FORMATS = {"mov", "mp4", "m4a", "3gp"}
"""Containers whose time stamps count samples and whose seek tables are complete."""


@dataclass(frozen=True)
class _Layout:
    """The result of scanning a file: rate, channels, length, and where its pieces begin.

    `stamps` and `starts` pair the time stamp of a decoded piece with the index of its first
    sample; both are empty where time stamps count samples themselves, from `origin` on. The track
    begins with sample `first`; before it, and in gaps between pieces, there is silence.
    """

    rate: int
    channels: int
    frames: int
    origin: int
    encoding: str
    stamps: NDArray[np.int64]
    starts: NDArray[np.int64]
    cut: str = ""
    first: int = 0


class ContainerSource(AudioSource):
    """A sound track of a container, on the container's time line.

    Seeking is exact to the sample: in MP4 by time stamps, which count samples there, elsewhere by
    an index from one linear pass. Raises RecordingError where the file has no sound or is broken.
    """

    def __init__(self, path: Path) -> None:
        self._file, track = file_and_track(path)
        status = self._file.stat()
        tracks = sound_tracks(self._file)
        self._track = first_track(tracks) if track is None else track
        layout = _layout(self._file, self._track, status.st_size, status.st_mtime_ns)
        self._layout = layout
        info = RecordingInfo(path, layout.frames / layout.rate, layout.rate, layout.channels)
        super().__init__(info, layout.frames, layout.encoding, None)
        if layout.cut:
            self._warn(layout.cut)
        self.track, self.tracks = self._track, tracks
        if len(tracks) > 1:
            self._warn(other_tracks(tracks, self._track))
        self._container, self._stream = _open(self._file, self._track)
        self._pieces: Iterator[tuple[int, NDArray[np.float32]]] = iter(())
        self._held = np.zeros((0, layout.channels), np.float32)
        self._held_first = -1
        self._known_from = -1  # from here to the end of what is held, nothing else is to come

    def close(self) -> None:
        self._pieces = iter(())
        self._container.close()

    def _read(self, first: int, count: int) -> NDArray[np.float32]:
        out = np.zeros((count, self.info.channels), np.float32)
        if self._held_first < 0 or not self._known_from <= first <= self._held_end:
            self._restart(first)
        end = first + count
        while True:
            self._copy_held(out, first)
            if self._held_first >= 0 and self._held_end >= end:
                return out
            try:
                start, piece = next(self._pieces)
            except StopIteration:
                return out  # a gap at the very end stays silent
            self._known_from = self._held_end if self._held_first >= 0 else start
            self._held_first, self._held = start, piece

    @property
    def _held_end(self) -> int:
        return self._held_first + len(self._held)

    def _copy_held(self, out: NDArray[np.float32], first: int) -> None:
        if self._held_first < 0:
            return
        begin = max(first, self._held_first)
        end = min(first + len(out), self._held_end)
        if begin < end:
            part = self._held[begin - self._held_first : end - self._held_first]
            out[begin - first : end - first] = part

    def _restart(self, first: int) -> None:
        """Restarts decoding, far enough before `first`."""
        import av

        self._held_first = -1
        self._container.close()
        try:
            self._container, self._stream = _open(self._file, self._track)
            layout = self._layout
            wanted = first - int(_PREROLL_S * layout.rate)
            if wanted > 0:
                self._container.seek(self._stamp_before(wanted, first), stream=self._stream)
            self._pieces = self._located(wanted > 0, first)
        except (av.FFmpegError, OSError) as error:
            raise self._broken_at(first, plain_reason(error)) from error

    def _note_damage(self) -> None:
        self._warn("parts of the file are damaged; they are taken as silence")

    def _stamp_before(self, sample: int, first: int) -> int:
        layout = self._layout
        if not len(layout.starts):
            ticks = Fraction(1, layout.rate) / self._stream.time_base
            stamp = int((sample + layout.origin) * ticks)
            entries = self._stream.index_entries
            at = entries.search_timestamp(int((first + layout.origin) * ticks)) - _PREROLL_PIECES
            return min(stamp, entries[at].timestamp) if at >= 0 else stamp
        index = int(np.searchsorted(layout.starts, sample, side="right")) - 1
        index = min(index, int(np.searchsorted(layout.starts, first)) - _PREROLL_PIECES)
        return int(layout.stamps[max(index, 0)])

    def _located(self, sought: bool, first: int) -> Iterator[tuple[int, NDArray[np.float32]]]:
        """Decoded pieces with the index of their first sample; those that cannot be placed, not."""
        import av

        layout = self._layout
        step = self._stream.time_base * layout.rate
        position = None if sought else layout.first
        samples = FrameSamples()
        try:
            for frame in decoded_frames(self._container, self._stream, self._note_damage):
                stamp = frame.pts
                if len(layout.starts):
                    if stamp is not None:
                        index = int(np.searchsorted(layout.stamps, stamp))
                        if index < len(layout.stamps) and layout.stamps[index] == stamp:
                            position = int(layout.starts[index])
                elif stamp is not None:
                    position = int(stamp * step) - layout.origin
                if position is None:
                    continue
                piece = samples(frame)
                if piece.shape[1] != layout.channels:
                    piece = np.repeat(piece.mean(axis=1, keepdims=True), layout.channels, axis=1)
                yield position, piece
                position += len(piece)
        except (av.FFmpegError, OSError) as error:
            raise self._broken_at(first, plain_reason(error)) from error


def _open(path: Path, track: int) -> tuple[Any, Any]:
    """The container and one of its sound tracks, counted from 1. Raises RecordingError."""
    container = open_container(path)
    streams = container.streams.audio
    if track <= len(streams):
        return container, streams[track - 1]
    container.close()
    if streams:
        raise RecordingError(path, no_such_track(track, len(streams)))
    kind = "video without sound" if container.streams.video else "file without sound"
    raise RecordingError(path, f"is a {kind}")


@lru_cache(maxsize=16)
def _layout(path: Path, track: int, _size: int, _modified_ns: int) -> _Layout:
    """Scans a file; remembered as long as it is unchanged, for every thread that opens it."""
    import av

    container, stream = _open(path, track)
    try:
        first = next(decoded_frames(container, stream), None)
        if first is None:
            raise RecordingError(path, "its audio cannot be decoded", "is the file complete?")
        rate, channels = first.sample_rate, first.layout.nb_channels
        stamp = first.pts if first.pts is not None else stream.start_time or 0
        delay = round(delay_s(container, stream, float(stamp * stream.time_base)) * rate)
        names = container.format.name.split(",")
        encoding = f"{_container_name(path, names)}, {codec_name(stream.codec_context.name)}"
        exact = (
            bool(_EXACT_FORMATS & set(names))
            and first.pts is not None
            and (stream.time_base * rate).denominator == 1
            and stream.duration is not None
        )
        scan = _by_stamps if exact else _by_counting
        return scan(container, stream, first, _Facts(path, track, rate, channels, encoding, delay))
    except (av.FFmpegError, OSError) as error:
        raise RecordingError(
            path, f"its audio cannot be decoded ({plain_reason(error)})", "is the file complete?"
        ) from error
    finally:
        container.close()


@dataclass(frozen=True, slots=True)
class _Facts:
    path: Path
    track: int
    rate: int
    channels: int
    encoding: str
    delay: int


def _by_stamps(container: Any, stream: Any, first: Any, facts: _Facts) -> _Layout:
    """The layout of a file whose time stamps count samples: only its end is decoded."""
    step = int(stream.time_base * facts.rate)
    origin = first.pts * step - facts.delay
    last = first.pts + max(0, stream.duration - int(5 / stream.time_base))
    container.seek(last, stream=stream, backward=True)
    end = origin + facts.delay + first.samples
    for frame in decoded_frames(container, stream):
        if frame.pts is not None:
            end = max(end, frame.pts * step + frame.samples)
    none = np.zeros(0, np.int64)
    frames = end - origin
    missing_s = (stream.duration * step - (frames - facts.delay)) / facts.rate
    cut = (
        f"the file ends {missing_s:.1f} s before the length that its header names"
        if missing_s > 1
        else ""
    )
    return _Layout(facts.rate, facts.channels, frames, origin, facts.encoding, none, none, cut)


def _by_counting(container: Any, stream: Any, first: Any, facts: _Facts) -> _Layout:
    """The layout of any other file, from one pass over all of it."""
    container.close()
    container, stream = _open(facts.path, facts.track)
    stamps: list[int | None] = []
    counts = [0]
    try:
        for frame in decoded_frames(container, stream):
            stamps.append(frame.pts)
            counts.append(counts[-1] + frame.samples)
        starts = np.array(counts[:-1], np.int64)
        if has_time_stamps(container):
            tick_s = float(stream.time_base)
            stamps_s = np.array([np.nan if s is None else s * tick_s for s in stamps])
            starts = placed(stamps_s, starts, facts.rate, tick_s, longest_gap_s(container))
    finally:
        container.close()
    starts += facts.delay
    frames = int(starts[-1]) + counts[-1] - counts[-2]
    # a stamp that is not above the one before does not determine a position
    pairs = [(s, n) for s, n in zip(stamps, starts.tolist(), strict=True) if s is not None]
    ascending = pairs[:1] + [b for a, b in pairwise(pairs) if b[0] > a[0]]
    table = np.array(ascending, np.int64).reshape(-1, 2)
    order = np.argsort(table[:, 0], kind="stable")
    table = table[order]
    return _Layout(
        facts.rate,
        facts.channels,
        frames,
        0,
        facts.encoding,
        table[:, 0].copy(),
        table[:, 1].copy(),
        first=facts.delay,
    )


def _container_name(path: Path, names: list[str]) -> str:
    suffix = path.suffix.lower().lstrip(".")
    if suffix in {"mka", "mkv", "webm"} and "matroska" in names:
        return "WebM" if suffix == "webm" else "MKV"
    if suffix in {"m4a", "m4b", "mp4", "mov", "3gp"} and "mp4" in names:
        return suffix.upper()
    return {"mov": "MP4", "matroska": "MKV", "asf": "WMA"}.get(names[0], names[0].upper())
