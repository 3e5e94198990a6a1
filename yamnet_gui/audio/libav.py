"""Opening containers through libav, and its decoded frames as arrays, without trusting either.

A file decides by its content which part of libav reads it. Some of these parts open what the
content names (playlists, scripts, session descriptions), so only the formats below are reached,
and nothing but the file itself is opened.
"""

import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from yamnet_gui.core.errors import RecordingError
from yamnet_gui.core.stopping import check_stopped
from yamnet_gui.core.storage.errors import StorageError, as_recording_error
from yamnet_gui.core.storage.files import open_for_reading, size_of
from yamnet_gui.core.storage.notation import is_stored

FORMATS = frozenset({
    "aa", "aac", "ac3", "ac4", "act", "adx", "aea", "aiff", "amr", "amrnb", "amrwb", "apac",
    "ape", "aptx", "aptx_hd", "asf", "asf_o", "ast", "au", "avi", "avr", "bonk", "caf", "codec2",
    "dfpwm", "dsf", "dss", "dts", "dtshd", "dv", "eac3", "flac", "flv", "g722", "g723_1", "g726",
    "g726le", "g729", "gsm", "gxf", "hca", "hcom", "iff", "ilbc", "ircam", "kux", "laf", "lc3",
    "live_flv", "loas", "matroska", "mlp", "mmf", "mov", "mp3", "mpc", "mpc8", "mpeg", "mpegts",
    "mtaf", "mxf", "nistsphere", "nsv", "nut", "nuv", "ogg", "oma", "osq", "paf", "pva", "pvf",
    "qcp", "qoa", "rka", "rm", "rso", "sbc", "sds", "sdx", "shn", "siff", "sln", "sol", "sox",
    "spdif", "swf", "tak", "truehd", "tta", "ty", "voc", "vpk", "w64", "wav", "wavarc", "wsd",
    "wtv", "wv", "xa", "xwma",
})  # fmt: skip
"""Names of libav's demuxers that hold sound themselves, and open no other file or address."""
_MOST_CHANNELS = 8
"""A frame with more channels than this, in a track that has another number, is damaged."""
_INVALID_ARGUMENT = 22
_SPAN_OF = "subfile,,start,{},end,{},,:"

Span = tuple[int, int]
"""Bytes [first, end) of a file."""


class UnknownFormatError(RecordingError):
    """The content of a file is of no format that libav knows."""


def open_container(path: Path, span: Span | None = None) -> Any:
    """An open container of libav; with `span`, of a part of the file that is one by itself.

    Raises RecordingError with what is wrong with the file.
    """
    import av

    av.logging.set_level(av.logging.PANIC)  # what matters is raised; the rest is noise on stderr
    try:
        return av.open(
            media_of(path, span),
            metadata_errors="ignore",
            container_options={
                "format_whitelist": ",".join(sorted(FORMATS)),
                "protocol_whitelist": "file,subfile" if span else "file",
            },
        )
    except StorageError as error:
        raise as_recording_error(path, error) from error
    except FileNotFoundError as error:
        raise RecordingError(
            path, "no longer exists", "restore it or remove it from the list"
        ) from error
    except (av.FFmpegError, OSError, ValueError) as error:
        if getattr(error, "errno", None) == _INVALID_ARGUMENT and "whitelist" in str(error):
            raise RecordingError(
                path,
                "is not a sound file but a playlist, script, picture or text",
                "open the sound file itself; what such a file names is never opened",
            ) from error
        unknown = isinstance(error, av.error.InvalidDataError | av.error.EOFError)
        reason = "" if unknown else f" ({plain_reason(error)})"
        raise (UnknownFormatError if unknown else RecordingError)(
            path, f"is not a sound file that can be read{reason}", "is the copy complete?"
        ) from error


def media_of(path: Path, span: Span | None = None) -> Any:
    """What libav is given to open: the name of a file, or an open file where it lies in storage."""
    if is_stored(path):
        return StoredMedia(path, span)
    # without "file:" a name such as "concat:a|b" would be taken for an address
    return f"{_SPAN_OF.format(*span) if span else ''}file:{os.fspath(path)}"


class StoredMedia:
    """A file in storage, or a part of it, as PyAV reads one. Raises StorageError."""

    def __init__(self, path: Path, span: Span | None = None) -> None:
        self._file = open_for_reading(path)
        self.name = path.name
        self._start, end = span or (0, size_of(self._file))
        self._size = end - self._start
        self._at = 0

    def read(self, count: int) -> bytes:
        self._file.seek(self._start + self._at)
        content = self._file.read(max(0, min(count, self._size - self._at)))
        self._at += len(content)
        return content

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        base = {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: self._size}[whence]
        self._at = max(0, base + offset)
        return self._at

    def tell(self) -> int:
        return self._at


def decoded_frames(
    container: Any, stream: Any, on_damage: Callable[[], None] | None = None
) -> Iterator[Any]:
    """The decoded frames of a stream that hold sound, one after another; see `decoded_packets`."""
    channels = stream.codec_context.channels
    for _packet, frames in decoded_packets(container.demux(stream), channels, on_damage):
        yield from frames


def decoded_packets(
    packets: Iterable[Any], channels: int, on_damage: Callable[[], None] | None = None
) -> Iterator[tuple[Any, list[Any]]]:
    """Each packet with its decoded frames that hold sound, of a track that states `channels`.

    Packets that cannot be decoded, and frames that cannot be what they claim, yield no frame, as
    in players; `on_damage` is called where sound follows after them.
    """
    import av

    begun = damaged = False
    for packet in packets:
        check_stopped()
        try:
            decoded = packet.decode()
        except (av.FFmpegError, ValueError):  # a codec may call a packet invalid in many ways
            damaged = begun
            decoded = []
        frames = [frame for frame in decoded if frame.samples > 0]
        sound = [frame for frame in frames if _plausible(frame, channels)]
        damaged = damaged or len(sound) < len(frames)
        if sound:
            if damaged and on_damage is not None:
                on_damage()
            begun, damaged = True, False
        yield packet, sound


def _plausible(frame: Any, channels: int) -> bool:
    claimed = frame.layout.nb_channels
    return frame.sample_rate > 0 and (claimed == channels or 1 <= claimed <= _MOST_CHANNELS)


class FrameSamples:
    """Turns decoded frames into arrays; one for each stream that is read."""

    def __init__(self) -> None:
        self._made_for: tuple[str, str, int] | None = None
        self._repacker: Any = None

    def __call__(self, frame: Any) -> NDArray[np.float32]:
        """float32 (n, channels) of a frame of any sample format."""
        channels = frame.layout.nb_channels
        if frame.format.is_planar and channels >= _MOST_CHANNELS:
            # PyAV counts planes up to the first empty pointer, and libav ends its list of eight
            # or more with none: what lies behind would be taken for further channels.
            frame = self._packed(frame)
        if frame.format.name == "fltp":  # most lossy codecs; four times as fast as to_ndarray
            count = frame.samples
            planes = [np.frombuffer(plane, np.float32, count) for plane in frame.planes]
            return np.stack(planes, axis=1)
        array = frame.to_ndarray()
        if not frame.format.is_planar:
            array = array.reshape(-1, channels).T
        if array.dtype.kind == "f":
            return np.ascontiguousarray(array.T, np.float32)
        if array.dtype == np.uint8:
            return ((array.T.astype(np.float32) - 128.0) / 128.0).astype(np.float32)
        return (array.T / np.float32(-float(np.iinfo(array.dtype).min))).astype(np.float32)

    def _packed(self, frame: Any) -> Any:
        import av

        made_for = (frame.format.name, frame.layout.name, frame.sample_rate)
        if made_for != self._made_for:
            self._made_for = made_for
            self._repacker = av.AudioResampler(
                format=frame.format.packed, layout=frame.layout, rate=frame.sample_rate
            )
        frame.pts = None  # the order counts, not the time, which may be damaged
        (packed,) = self._repacker.resample(frame)
        return packed


def plain_reason(error: Exception) -> str:
    """The error of libav in plain words."""
    text = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return str(text).strip().rstrip(".")
