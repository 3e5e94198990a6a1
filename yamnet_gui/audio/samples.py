"""Samples and rates that callers hand in as arrays and numbers."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from yamnet_gui.core.errors import RecordingError, SettingsError


def checked_samples(sound: ArrayLike) -> NDArray[np.float32]:
    """The samples as float32 (n,) or (n, channels). Raises RecordingError."""
    try:
        samples = np.asarray(sound)
    except ValueError as error:
        raise RecordingError("samples", "are not an array") from error
    if samples.dtype.kind == "i":
        raise RecordingError(
            "samples", "are whole numbers", "divide them by their range, such as 32768 for 16 bits"
        )
    if samples.dtype.kind != "f" or samples.ndim not in (1, 2) or not samples.size:
        raise RecordingError("samples", "are not numbers of shape (n,) or (n, channels)")
    if samples.ndim == 2 and samples.shape[1] > samples.shape[0]:
        raise RecordingError("samples", "have more channels than samples", "transpose them")
    if not np.isfinite(samples).all():
        raise RecordingError("samples", "are not all finite")
    return samples.astype(np.float32)


def checked_rate(rate: int | None) -> int:
    """The sample rate in Hz. Raises SettingsError."""
    if rate is None:
        raise SettingsError("rate", "is needed with samples", "give their sample rate in Hz")
    if not (rate == int(rate) and 1000 <= rate <= 10_000_000):
        raise SettingsError("rate", f"{rate} Hz cannot be right")
    return int(rate)
