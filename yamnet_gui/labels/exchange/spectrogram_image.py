"""Spectrograms as PNG files, without a window."""

import struct
import zlib
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from yamnet_gui.audio import AudioSource, SpectrogramSettings, spectrogram_columns
from yamnet_gui.core.errors import RecordingError
from yamnet_gui.core.files import replacing
from yamnet_gui.core.spans import TimeSpan

_ANCHORS = np.array(
    [(0, 0, 4), (40, 11, 84), (101, 21, 110), (159, 42, 99), (212, 72, 66), (245, 125, 21),
     (250, 193, 39), (252, 255, 164)], np.float64,
)  # fmt: skip
"""Dark to light with even steps of lightness, readable in print and by the colour-blind."""


def coloured(
    levels_db: NDArray[np.float32], floor_db: float, ceiling_db: float
) -> NDArray[np.uint8]:
    """(rows, columns) in dB, row 0 lowest, to an image (rows, columns, 3) with row 0 on top."""
    share = (np.nan_to_num(levels_db[::-1], nan=floor_db) - floor_db) / (ceiling_db - floor_db)
    at = np.clip(share, 0, 1) * (len(_ANCHORS) - 1)
    places = np.arange(len(_ANCHORS))
    bands = [np.interp(at, places, _ANCHORS[:, k]) for k in range(3)]
    return np.stack(bands, axis=-1).round().astype(np.uint8)


def png_bytes(image: NDArray[np.uint8]) -> bytes:
    """An image (height, width, 3) as PNG (ISO/IEC 15948, 8 bits per sample, no filter)."""
    height, width, _ = image.shape

    def chunk(kind: bytes, body: bytes) -> bytes:
        checksum = zlib.crc32(kind + body)
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", checksum)

    rows = np.zeros((height, 1 + width * 3), np.uint8)  # each row begins with its filter, 0
    rows[:, 1:] = image.reshape(height, width * 3)
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = zlib.compress(rows.tobytes(), 6)
    marks = chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + marks


def write_spectrogram(
    source: AudioSource,
    span: TimeSpan,
    path: Path,
    *,
    settings: SpectrogramSettings | None = None,
    width: int = 640,
    height: int = 256,
    range_db: float = 80.0,
) -> Path:
    """Draws a segment of a recording into a PNG, from its loudest level down by `range_db`.

    Raises RecordingError where it cannot be read or written.
    """
    step = max(span.duration_s, 1e-3) / width
    wanted = settings or SpectrogramSettings()
    levels = spectrogram_columns(source, wanted, span.start_s, step, width, height)
    loudest = float(np.nanmax(levels)) if np.isfinite(levels).any() else 0.0
    try:
        with replacing(path) as beside:
            beside.write_bytes(png_bytes(coloured(levels, loudest - range_db, loudest)))
    except OSError as error:
        raise RecordingError(path, f"cannot be written ({error.strerror or error})") from error
    return path
