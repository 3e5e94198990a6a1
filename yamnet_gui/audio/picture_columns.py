"""What all pictures of a recording share: which columns it fills, and samples beyond its ends."""

import numpy as np
from numpy.typing import NDArray

from .mono import mixed
from .source import AudioSource


def columns_inside(
    first_s: float, seconds_per_column: float, columns: int, duration_s: float
) -> range:
    """The columns that touch the recording."""
    begin = int(np.floor(-first_s / seconds_per_column)) if first_s < 0 else 0
    end = int(np.ceil((duration_s - first_s) / seconds_per_column))
    return range(min(max(begin, 0), columns), min(max(end, 0), columns))


def read_padded(
    source: AudioSource, channel: int | None, first: int, last: int
) -> NDArray[np.float32]:
    """Samples [first, last) of the mix or a channel, float32, silence outside the file."""
    out = np.zeros(last - first, np.float32)
    begin, end = max(first, 0), min(last, source.frames)
    if begin < end:
        samples = mixed(source.read(begin, end - begin), channel)
        out[begin - first : begin - first + len(samples)] = samples
    return out
