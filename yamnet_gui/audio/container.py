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

from .source import AudioSource

_PREROLL_S = 1.0
"""Decoding begins this long before the wanted sample, so that predictors have settled."""
_EXACT_FORMATS = {"mov", "mp4", "m4a", "3gp"}
"""Containers whose time stamps count samples and whose seek tables are complete."""


@dataclass(frozen=True)
class _Layout:
    """The result of scanning a file: rate, channels, length, and where its pieces begin.

    `stamps` and `starts` pair the time stamp of a decoded piece with the index of its first
    sample; both are empty where time stamps count samples themselves, from `origin` on.
    """

    rate: int
    channels: int
    frames: int
    origin: int
    encoding: str
    stamps: NDArray[np.int64]
    starts: NDArray[np.int64]
    cut: str = ""


class ContainerSource(AudioSource):
    """The first sound track of a container.

    Seeking is exact to the sample: in MP4 by time stamps, which count samples there, elsewhere by
    an index from one linear pass. Raises RecordingError where the file has no sound or is broken.
    """

    def __init__(self, path: Path) -> None:
        status = path.stat()
        layout = _layout(path, status.st_size, status.st_mtime_ns)
        self._layout = layout
        info = RecordingInfo(path, layout.frames / layout.rate, layout.rate, layout.channels)
        super().__init__(info, layout.frames, layout.encoding, None)
        if layout.cut:
            self._warn(layout.cut)
        self._container, self._stream = _open(path)
        self._pieces: Iterator[tuple[int, NDArray[np.float32]]] = iter(())
        self._held = np.zeros((0, layout.channels), np.float32)
        self._held_first = -1

    def close(self) -> None:
        self._pieces = iter(())
        self._container.close()

    def _read(self, first: int, count: int) -> NDArray[np.float32]:
        out = np.zeros((count, self.info.channels), np.float32)
        reach = self._held_first + len(self._held)
        if self._held_first < 0 or not self._held_first <= first <= reach:
            self._restart(first)
        end = first + count
        while True:
            self._copy_held(out, first)
            if self._held_first >= 0 and self._held_first + len(self._held) >= end:
                return out
            try:
                start, piece = next(self._pieces)
            except StopIteration:
                return out  # a gap at the very end stays silent
            self._held_first, self._held = start, piece

    def _copy_held(self, out: NDArray[np.float32], first: int) -> None:
        if self._held_first < 0:
            return
        begin = max(first, self._held_first)
        end = min(first + len(out), self._held_first + len(self._held))
        if begin < end:
            part = self._held[begin - self._held_first : end - self._held_first]
            out[begin - first : end - first] = part

    def _restart(self, first: int) -> None:
        """Restarts decoding, far enough before `first`."""
        import av

        self._held_first = -1
        self._container.close()
        try:
            self._container, self._stream = _open(self.info.path)
            layout = self._layout
            wanted = first - int(_PREROLL_S * layout.rate)
            if wanted > 0:
                self._container.seek(self._stamp_before(wanted), stream=self._stream)
            self._pieces = self._located(wanted > 0, first)
        except (av.FFmpegError, OSError) as error:
            raise self._broken_at(first, _reason(error)) from error

    def _stamp_before(self, sample: int) -> int:
        layout = self._layout
        if not len(layout.starts):
            ticks = Fraction(1, layout.rate) / self._stream.time_base
            return int((sample + layout.origin) * ticks)
        index = int(np.searchsorted(layout.starts, sample, side="right")) - 1
        return int(layout.stamps[max(index, 0)])

    def _located(self, sought: bool, first: int) -> Iterator[tuple[int, NDArray[np.float32]]]:
        """Decoded pieces with the index of their first sample; those that cannot be placed, not."""
        import av

        layout = self._layout
        step = self._stream.time_base * layout.rate
        position = None if sought else 0
        try:
            for stamp, piece in _decoded(self._container, self._stream, layout.channels, True):
                if len(layout.starts):
                    if position is None and stamp is not None:
                        index = int(np.searchsorted(layout.stamps, stamp))
                        if index < len(layout.stamps) and layout.stamps[index] == stamp:
                            position = int(layout.starts[index])
                elif stamp is not None:
                    position = int(stamp * step) - layout.origin
                if position is None:
                    continue
                yield position, piece
                position += len(piece)
        except (av.FFmpegError, OSError) as error:
            raise self._broken_at(first, _reason(error)) from error


def _open(path: Path) -> tuple[Any, Any]:
    """The container and its first sound track. Raises RecordingError."""
    import av

    av.logging.set_level(av.logging.PANIC)  # what matters is raised; the rest is noise on stderr
    try:
        container = av.open(str(path), metadata_errors="ignore")
    except FileNotFoundError as error:
        raise RecordingError(
            path, "no longer exists", "restore it or remove it from the list"
        ) from error
    except (av.FFmpegError, OSError, ValueError) as error:
        self_explanatory = isinstance(error, av.error.InvalidDataError | av.error.EOFError)
        reason = "" if self_explanatory else f" ({_reason(error)})"
        raise RecordingError(
            path, f"is not a sound file that can be read{reason}", "is the copy complete?"
        ) from error
    if not container.streams.audio:
        container.close()
        kind = "video without sound" if container.streams.video else "file without sound"
        raise RecordingError(path, f"is a {kind}")
    return container, container.streams.audio[0]


def _decoded(
    container: Any, stream: Any, channels: int | None, forgiving: bool
) -> Iterator[tuple[int | None, NDArray[np.float32]]]:
    """Time stamp and samples, float32 (n, channels), of one decoded piece after another.

    Pieces with another number of channels are mixed or repeated to fit. `forgiving` skips broken
    packets, as players do, instead of raising.
    """
    import av

    for packet in container.demux(stream):
        try:
            frames = packet.decode()
        except av.error.InvalidDataError:
            if forgiving:
                continue
            raise
        for frame in frames:
            if frame.samples == 0:
                continue
            piece = _samples(frame)
            if channels is not None and piece.shape[1] != channels:
                piece = np.repeat(piece.mean(axis=1, keepdims=True), channels, axis=1)
            yield frame.pts, piece


def _samples(frame: Any) -> NDArray[np.float32]:
    """float32 (n, channels) of a decoded frame of any sample format."""
    array = frame.to_ndarray()
    if not frame.format.is_planar:
        array = array.reshape(-1, len(frame.layout.channels)).T
    if array.dtype.kind == "f":
        return np.ascontiguousarray(array.T, np.float32)
    if array.dtype == np.uint8:
        return ((array.T.astype(np.float32) - 128.0) / 128.0).astype(np.float32)
    return (array.T / np.float32(-float(np.iinfo(array.dtype).min))).astype(np.float32)


@lru_cache(maxsize=16)
def _layout(path: Path, _size: int, _modified_ns: int) -> _Layout:
    """Scans a file; remembered as long as it is unchanged, for every thread that opens it."""
    import av

    container, stream = _open(path)
    try:
        first = next(_decoded_raw(container, stream), None)
        if first is None:
            raise RecordingError(path, "its audio cannot be decoded", "is the file complete?")
        rate, channels = first.sample_rate, len(first.layout.channels)
        names = container.format.name.split(",")
        encoding = f"{_container_name(path, names)}, {_codec_name(stream.codec_context.name)}"
        exact = (
            bool(_EXACT_FORMATS & set(names))
            and first.pts is not None
            and (stream.time_base * rate).denominator == 1
            and stream.duration is not None
        )
        scan = _by_stamps if exact else _by_counting
        return scan(container, stream, first, _Facts(rate, channels, encoding))
    except (av.FFmpegError, OSError) as error:
        raise RecordingError(
            path, f"its audio cannot be decoded ({_reason(error)})", "is the file complete?"
        ) from error
    finally:
        container.close()


@dataclass(frozen=True, slots=True)
class _Facts:
    rate: int
    channels: int
    encoding: str


def _decoded_raw(container: Any, stream: Any) -> Iterator[Any]:
    import av

    for packet in container.demux(stream):
        try:
            yield from (frame for frame in packet.decode() if frame.samples)
        except av.error.InvalidDataError:
            continue


def _by_stamps(container: Any, stream: Any, first: Any, facts: _Facts) -> _Layout:
    """The layout of a file whose time stamps count samples: only its end is decoded."""
    step = int(stream.time_base * facts.rate)
    origin = first.pts * step
    last = first.pts + max(0, stream.duration - int(5 / stream.time_base))
    container.seek(last, stream=stream, backward=True)
    end = origin + first.samples
    for frame in _decoded_raw(container, stream):
        if frame.pts is not None:
            end = max(end, frame.pts * step + frame.samples)
    none = np.zeros(0, np.int64)
    frames = end - origin
    missing_s = (stream.duration * step - frames) / facts.rate
    cut = (
        f"the file ends {missing_s:.1f} s before the length that its header names"
        if missing_s > 1
        else ""
    )
    return _Layout(facts.rate, facts.channels, frames, origin, facts.encoding, none, none, cut)


def _by_counting(container: Any, stream: Any, first: Any, facts: _Facts) -> _Layout:
    """The layout of any other file, from one pass over all of it."""
    container.seek(0)
    pairs: list[tuple[int, int]] = []
    total = 0
    container2, stream2 = _open(Path(container.name))
    try:
        for frame in _decoded_raw(container2, stream2):
            if frame.pts is not None:
                pairs.append((frame.pts, total))
            total += frame.samples
    finally:
        container2.close()
    # a stamp that is not above the one before does not determine a position
    ascending = pairs[:1] + [b for a, b in pairwise(pairs) if b[0] > a[0]]
    table = np.array(ascending, np.int64).reshape(-1, 2)
    order = np.argsort(table[:, 0], kind="stable")
    table = table[order]
    return _Layout(
        facts.rate, facts.channels, total, 0, facts.encoding, table[:, 0].copy(), table[:, 1].copy()
    )


def _container_name(path: Path, names: list[str]) -> str:
    suffix = path.suffix.lower().lstrip(".")
    if suffix in {"mka", "mkv", "webm"} and "matroska" in names:
        return "WebM" if suffix == "webm" else "MKV"
    if suffix in {"m4a", "m4b", "mp4", "mov", "3gp"} and "mp4" in names:
        return suffix.upper()
    return {"mov": "MP4", "matroska": "MKV", "asf": "WMA"}.get(names[0], names[0].upper())


def _codec_name(codec: str) -> str:
    known = {"aac": "AAC", "opus": "Opus", "libopus": "Opus", "vorbis": "Vorbis", "mp3": "MP3"}
    known |= {"mp3float": "MP3", "wmav1": "WMA 1", "wmav2": "WMA 2", "alac": "ALAC"}
    return known.get(codec, codec.upper())


def _reason(error: Exception) -> str:
    text = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return str(text).strip().rstrip(".")
