"""What one pass over a sound track finds: its rate, its length, and where its pieces lie."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from yamnet_gui.core.errors import RecordingError
from yamnet_gui.core.storage.errors import StorageError, as_recording_error

from .changes import change_sentences, most_of_time
from .libav import Span, decoded_frames, open_container, plain_reason
from .packets import PacketIndex
from .remembered import Remembered, remembered
from .sound_tracks import codec_name, no_such_track
from .timeline import delay_s, has_time_stamps, longest_gap_s, placed
from .track_scan import TrackScan, scan_fully, scan_quickly

CHUNK_S = 30.0
"""Every chunk of this length is decoded on its own, by a new decoder that begins a little before
it. So a sample has one value, whatever was read before it."""
_EXACT_FORMATS = {"mov", "mp4", "m4a", "3gp"}
"""Containers whose time stamps count samples and whose seek tables are complete."""
_FIRST_FRAMES = 64
_SETTLED_S = 1.5
"""Within this time an HE-AAC decoder has learnt its full rate, which its first frames lack."""
_ANSWERS_TO_ALL_BEFORE = ("adpcm_", "roq_dpcm", "sol_dpcm", "xan_dpcm", "interplay_dpcm", "sdx2")
_SETTLES = {"adpcm_g722", "adpcm_g726", "adpcm_g726le", "adpcm_ima_wav", "adpcm_ms", "adpcm_ima_qt"}


@dataclass(frozen=True)
class Pieces:
    """The output of the packets that yield sound, in order; arrays of one length.

    `numbers`: of the packets; `counts`: samples at the rate and channels of `kinds[kind]`, after
    `cuts` samples that do not count;
    `starts`: index of the first sample on the time line, at `rate`.
    """

    numbers: NDArray[np.int64]
    counts: NDArray[np.int64]
    cuts: NDArray[np.int64]
    starts: NDArray[np.int64]
    kind: NDArray[np.int64]
    rate: int
    kinds: tuple[tuple[int, int], ...]

    @cached_property
    def rates(self) -> NDArray[np.int64]:
        """The rate of each piece in Hz."""
        return np.array([rate for rate, _ in self.kinds], np.int64)[self.kind]

    @cached_property
    def native(self) -> NDArray[np.int64]:
        """The samples before each piece, at the rates of the pieces."""
        return np.concatenate([[0], np.cumsum(self.counts)[:-1]])

    @cached_property
    def run_firsts(self) -> NDArray[np.int64]:
        """For each piece the first of the run of one kind, without a gap, that it belongs to."""
        follows = self.starts[1:] - self.starts[:-1]
        expected = self.counts[:-1] * (self.rate / self.rates[:-1])
        breaks = (np.diff(self.kind) != 0) | (np.abs(follows - expected) > 2)
        firsts = np.where(np.concatenate([[True], breaks]), np.arange(len(self.counts)), 0)
        return np.maximum.accumulate(firsts)


@dataclass(frozen=True)
class Layout:
    """The result of scanning a track.

    Chunk c holds samples [bounds[c], bounds[c + 1]), and begins with piece `firsts[c]`. In MP4,
    `index` and `pieces` are None: time stamps count samples there, beginning with `origin`.
    `span`: the bytes of the file that all of this is about, where it was joined from several.
    """

    rate: int
    channels: int
    frames: int
    encoding: str
    warnings: tuple[str, ...]
    bounds: NDArray[np.int64]
    firsts: NDArray[np.int64]
    origin: int = 0
    index: PacketIndex | None = None
    pieces: Pieces | None = None
    span: Span | None = None

    def chunk_at(self, sample: int) -> int:
        return int(np.searchsorted(self.bounds, sample, side="right")) - 1


def open_track(path: Path, track: int, span: Span | None = None) -> tuple[Any, Any]:
    """The container and one of its sound tracks, counted from 1. Raises RecordingError."""
    container = open_container(path, span)
    streams = container.streams.audio
    if track <= len(streams):
        if streams[track - 1].codec_context is not None:
            return container, streams[track - 1]
        container.close()
        raise RecordingError(path, "its sound has an encoding that is not known")
    container.close()
    if streams:
        raise RecordingError(path, no_such_track(track, len(streams)))
    kind = "video without sound" if container.streams.video else "file without sound"
    raise RecordingError(path, f"is a {kind}")


def counts_by_stamps(container: Any) -> bool:
    """Whether a container has tables that make a scan needless."""
    return bool(_EXACT_FORMATS & set(container.format.name.split(",")))


def layout_of(path: Path, track: int) -> Layout:
    """Scans a file; remembered as long as it is unchanged, for every thread that opens it.

    Raises RecordingError where it has no such track or nothing of it can be decoded.
    """
    return _layout(remembered(path, track))


@lru_cache(maxsize=16)
def _layout(wanted: Remembered) -> Layout:
    return scanned(wanted.path, wanted.track, None)


def scanned(path: Path, track: int, span: Span | None) -> Layout:
    """The layout of a file or of a part of it; see `layout_of`."""
    import av

    container, stream = open_track(path, track, span)
    try:
        layout = _by_stamps(path, container, stream)
        if layout is None:
            layout = _by_counting(path, track, span)
        return layout
    except StorageError as error:
        raise as_recording_error(path, error) from error
    except (av.FFmpegError, OSError) as error:
        raise RecordingError(
            path, f"its audio cannot be decoded ({plain_reason(error)})", "is the file complete?"
        ) from error
    finally:
        container.close()


def _by_stamps(path: Path, container: Any, stream: Any) -> Layout | None:
    """The layout of a file whose time stamps count samples: only its two ends are decoded."""
    if not counts_by_stamps(container) or stream.duration is None:
        return None
    frames = decoded_frames(container, stream)
    beginning = [frame for frame, _ in zip(frames, range(_FIRST_FRAMES), strict=False)]
    if not beginning:
        raise RecordingError(path, "its audio cannot be decoded", "is the file complete?")
    first = beginning[0]
    rate, channels = first.sample_rate, first.layout.nb_channels
    if first.pts is None or (stream.time_base * rate).denominator != 1:
        return None
    step = int(stream.time_base * rate)
    delay = round(delay_s(container, stream, float(first.pts * stream.time_base)) * rate)
    origin = first.pts * step - delay
    last = first.pts + max(0, stream.duration - int(5 / stream.time_base))
    container.seek(last, stream=stream, backward=True)
    end = origin + delay + first.samples
    kinds = {(frame.sample_rate, frame.layout.nb_channels) for frame in beginning}
    for frame in decoded_frames(container, stream):
        kinds.add((frame.sample_rate, frame.layout.nb_channels))
        if frame.pts is not None:
            end = max(end, frame.pts * step + frame.samples)
    if len(kinds) > 1:
        return None
    total = end - origin
    bounds = np.append(np.arange(0, max(total, 1), round(CHUNK_S * rate)), total)
    return Layout(
        rate,
        channels,
        total,
        _encoding(path, container, stream),
        _cut_off(stream, (total - delay) / rate),
        bounds,
        np.zeros(0, np.int64),
        origin,
    )


def _cut_off(stream: Any, length_s: float) -> tuple[str, ...]:
    """A warning where the tables of a container name more sound than was found."""
    missing_s = float(stream.duration * stream.time_base) - length_s
    if missing_s <= 1:
        return ()
    return (f"the file ends {missing_s:.1f} s before the length that its header names",)


def _by_counting(path: Path, track: int, span: Span | None) -> Layout:
    """The layout of any other file, from one pass over all of it."""
    import av

    container, stream = open_track(path, track, span)
    try:
        try:
            scan = scan_quickly(container, stream)
        except av.error.PatchWelcomeError:
            scan = None
        if scan is None:
            container.close()
            container, stream = open_track(path, track, span)
            scan = scan_fully(container, stream)
        return replace(_laid_out(path, container, stream, scan), span=span)
    finally:
        container.close()


def _laid_out(path: Path, container: Any, stream: Any, scan: TrackScan) -> Layout:
    """The layout of a track whose packets are known."""
    if not scan.rows:
        raise RecordingError(path, "its audio cannot be decoded", "is the file complete?")
    numbers, counts, kind_of, cuts = np.array(scan.rows, np.int64).T.copy()
    kinds = list(scan.kinds)
    rate, channels = most_of_time(counts, kind_of, kinds)
    before = _before(counts, kind_of, kinds, rate)
    starts, delay, tick_s = before[:-1], 0, float(stream.time_base)
    timed = has_time_stamps(container)
    if timed:
        stamps_s = np.array(scan.stamps_s)
        starts = placed(stamps_s, starts, rate, tick_s, longest_gap_s(container))
        first_s = stamps_s[0] if np.isfinite(stamps_s[0]) else (stream.start_time or 0) * tick_s
        delay = round(delay_s(container, stream, float(first_s)) * rate)
    starts = starts + delay
    pieces = Pieces(numbers, counts, cuts, starts, kind_of, rate, tuple(kinds))
    frames_in_all = int(starts[-1] + before[-1] - before[-2])
    codec = stream.codec_context.name
    firsts = _firsts(pieces, rate, codec)
    bounds = np.concatenate([[0], starts[firsts[1:]], [frames_in_all]]).astype(np.int64)
    warnings = _changes(pieces, (rate, channels), codec)
    if scan.goes_on:
        read_s = frames_in_all / rate
        warnings.append(
            f"only its first {read_s:.1f} s are read: after them it goes on with another rate or "
            "number of channels in a way that cannot be read"
        )
    if scan.damages and timed:
        warnings.append("parts of the file are damaged; they are taken as silence")
    elif scan.damages > 1:  # one is where files were joined
        warnings.append("parts of the file are damaged; they are left out")
    if counts_by_stamps(container) and stream.duration is not None:
        warnings += _cut_off(stream, (frames_in_all - delay) / rate)
    return Layout(
        rate,
        channels,
        frames_in_all,
        _encoding(path, container, stream),
        tuple(warnings),
        bounds,
        firsts,
        index=scan.index,
        pieces=pieces,
    )


def _before(
    counts: NDArray[np.int64],
    kind_of: NDArray[np.int64],
    kinds: Sequence[tuple[int, int]],
    rate: int,
) -> NDArray[np.int64]:
    """Samples at `rate` before each piece, one longer than `counts`, without any gap."""
    rates = np.array([kind[0] for kind in kinds])[kind_of]
    if (rates == rate).all():
        return np.concatenate([[0], np.cumsum(counts)])
    before = np.zeros(len(counts) + 1, np.int64)
    edges = np.concatenate([[0], np.flatnonzero(np.diff(rates)) + 1, [len(rates)]])
    for first, end in pairwise(edges.tolist()):
        own = np.cumsum(counts[first:end])
        before[first + 1 : end + 1] = before[first] + own * rate // rates[first]
    return before


def _firsts(pieces: Pieces, rate: int, codec: str) -> NDArray[np.int64]:
    """The first piece of every chunk."""
    if codec.startswith(_ANSWERS_TO_ALL_BEFORE) and codec not in _SETTLES:
        return np.zeros(1, np.int64)
    chunk = (pieces.starts - pieces.starts[0]) // round(CHUNK_S * rate)
    return np.concatenate([[0], np.flatnonzero(np.diff(chunk)) + 1])


def _changes(pieces: Pieces, chosen: tuple[int, int], codec: str) -> list[str]:
    """Sentences about rates and channels that change inside the track."""
    rate, _ = chosen
    if codec.startswith("aac") and _is_late_full_rate(pieces, rate):
        return []
    kinds = np.array(pieces.kinds)[pieces.kind]
    return change_sentences(kinds, pieces.starts / rate, chosen)


def _is_late_full_rate(pieces: Pieces, rate: int) -> bool:
    """Whether the only change is that of an HE-AAC decoder that has learnt its full rate."""
    changes = np.flatnonzero(np.diff(pieces.kind)) + 1
    return len(changes) == 1 and pieces.starts[changes[0]] < _SETTLED_S * rate


def _encoding(path: Path, container: Any, stream: Any) -> str:
    names = container.format.name.split(",")
    outer, inner = _container_name(path, names), codec_name(stream.codec_context.name)
    return inner if names[0] == "mp3" or outer == inner else f"{outer}, {inner}"


def _container_name(path: Path, names: list[str]) -> str:
    suffix = path.suffix.lower().lstrip(".")
    if suffix in {"mka", "mkv", "webm"} and "matroska" in names:
        return "WebM" if suffix == "webm" else "MKV"
    if suffix in {"m4a", "m4b", "mp4", "mov", "3gp"} and "mp4" in names:
        return suffix.upper()
    return {"mov": "MP4", "matroska": "MKV", "asf": "WMA"}.get(names[0], names[0].upper())
