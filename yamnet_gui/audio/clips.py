"""Segments of a recording as separate sound files."""

import unicodedata
from pathlib import Path
from typing import Literal

import numpy as np
import soundfile

from yamnet_gui.core.errors import RecordingError
from yamnet_gui.core.files import replacing
from yamnet_gui.core.spans import TimeSpan
from yamnet_gui.core.text import shortened

from .sndfile import native_name
from .source import BLOCK_FRAMES, AudioSource

ClipFormat = Literal["wav", "flac"]
_FORBIDDEN = '<>:"/\\|?*'
_RESERVED = {"con", "prn", "aux", "nul"} | {f"{d}{n}" for d in ("com", "lpt") for n in range(10)}
_LARGEST_WAV_BYTES = 0xFFFF0000


def write_clip(
    source: AudioSource,
    span: TimeSpan,
    path: Path,
    *,
    padding_s: float = 0.0,
    fixed_length_s: float | None = None,
    format: ClipFormat = "wav",
) -> TimeSpan:
    """Writes a segment of a recording, exact to the sample, at its own rate and depth.

    `padding_s` is added before and after, as far as the recording goes. With `fixed_length_s` the
    clip has that length around the middle of the span, moved inside the recording where it would
    reach beyond, and shorter only where the recording is. Gives the span written.
    Raises RecordingError where nothing lies in the span, or reading or writing fails.
    """
    first, last = clip_frames(source, span, padding_s, fixed_length_s)
    rate = source.info.sample_rate_hz
    if first >= last:
        raise RecordingError(source.info.path, "has no audio in the span to be exported")
    container, subtype = _encoding(source, format, last - first)
    try:
        with (
            replacing(path) as beside,
            soundfile.SoundFile(
                native_name(beside), "w", rate, source.info.channels, subtype, format=container
            ) as clip,
        ):
            for at in range(first, last, BLOCK_FRAMES):
                clip.write(_samples(source, at, min(BLOCK_FRAMES, last - at)))
    except (OSError, soundfile.SoundFileError) as error:
        reason = getattr(error, "strerror", None) or getattr(error, "error_string", str(error))
        raise RecordingError(path, f"cannot be written ({reason})") from error
    return TimeSpan(first / rate, last / rate)


def clip_frames(
    source: AudioSource, span: TimeSpan, padding_s: float, fixed_length_s: float | None
) -> tuple[int, int]:
    """First sample and the one after the last of a clip."""
    rate = source.info.sample_rate_hz
    if fixed_length_s is not None:
        count = min(round(fixed_length_s * rate), source.frames)
        first = round((span.centre_s - fixed_length_s / 2) * rate)
        first = min(max(first, 0), source.frames - count)
        return first, first + count
    first = max(0, round((span.start_s - padding_s) * rate))
    return first, min(source.frames, max(first, round((span.end_s + padding_s) * rate)))


def safe_name(text: str, longest: int = 120) -> str:
    """`text` as a file name for every system: no separators, reserved names or trailing dots."""
    text = unicodedata.normalize("NFC", text)
    name = "".join("_" if c in _FORBIDDEN or not c.isprintable() else c for c in text)
    name = " ".join(name.split())
    name = shortened(name, longest).strip(" .").lstrip("-")
    if name.split(".")[0].strip().casefold() in _RESERVED:
        name = f"_{name}"
    return name or "_"


def _encoding(source: AudioSource, container: ClipFormat, frames: int) -> tuple[str, str]:
    """libsndfile's names for container and sample type."""
    depth = source.bit_depth
    if container == "flac":
        # FLAC holds whole numbers of up to 24 bits
        return "FLAC", {8: "PCM_S8", 16: "PCM_16"}.get(depth or 24, "PCM_24")
    subtype = {8: "PCM_U8", 16: "PCM_16", 24: "PCM_24", 32: "PCM_32"}.get(depth or 0, "FLOAT")
    size = frames * source.info.channels * ((depth or 32) // 8)
    return ("RF64" if size > _LARGEST_WAV_BYTES else "WAV"), subtype


def _samples(source: AudioSource, first: int, count: int) -> np.ndarray:
    if source.has_int16:
        return source.read_int16(first, count)
    return source.read(first, count)
