"""The output of the model: a grid of frames in time, and the scores on it."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .errors import SettingsError
from .model_parameters import (
    HOP_SAMPLES,
    PATCH_FRAMES,
    SAMPLE_RATE_HZ,
    STFT_HOP,
    WINDOW_SAMPLES,
)

PATCH_S = PATCH_FRAMES * STFT_HOP / SAMPLE_RATE_HZ  # 0.96
"""Length of the log-mel patch that one frame is scored on."""
WINDOW_S = WINDOW_SAMPLES / SAMPLE_RATE_HZ  # 0.975
"""Length of the sound that one frame depends on: a patch plus the rest of its last STFT window."""
DEFAULT_HOP_S = HOP_SAMPLES / SAMPLE_RATE_HZ  # 0.48
"""Distance between frames in the published model."""
_LONGEST_HOP_S = 60.0


def hop_in_stft_frames(hop_s: float) -> int:
    """The distance between frames of the model in STFT frames of 10 ms.

    Raises SettingsError where it is not a multiple of 10 ms from 0.01 to 60 s.
    """
    steps = hop_s * SAMPLE_RATE_HZ / STFT_HOP if math.isfinite(hop_s) else 0.0
    if not (round(steps) >= 1 and hop_s <= _LONGEST_HOP_S):
        raise SettingsError("hop", f"{hop_s} s is not between 0.01 and 60 s")
    if abs(steps - round(steps)) > 1e-6:
        raise SettingsError("hop", f"{hop_s} s is not a multiple of 0.01 s")
    return round(steps)


@dataclass(frozen=True, slots=True)
class FrameGrid:
    """Where the frames of an analysis lie in time.

    Frame k analyses [start_s + k·hop_s, start_s + k·hop_s + 0.975). The analysed part of the
    recording runs from `start_s` to `end_s`.
    """

    count: int
    end_s: float
    start_s: float = 0.0
    hop_s: float = DEFAULT_HOP_S

    def frame_starts(self) -> NDArray[np.float64]:
        """Start of each frame's window in seconds, shape (count,)."""
        return self.start_s + self.hop_s * np.arange(self.count, dtype=np.float64)

    def tile_edges(self) -> NDArray[np.float64]:
        """Borders of the centre tiles in seconds, shape (count + 1,), never decreasing.

        Tile k = [edges[k], edges[k + 1]) is the span of one hop around the middle of frame k;
        the first begins with the analysed part and the last ends with it, so tiles neither
        overlap nor leave gaps.
        """
        if self.count == 0:
            return np.array([self.start_s])
        edges = self.start_s + PATCH_S / 2 + (np.arange(self.count + 1) - 0.5) * self.hop_s
        edges[0] = self.start_s
        edges[-1] = self.end_s
        return np.clip(edges, self.start_s, max(self.start_s, self.end_s))

    def frame_at(self, time_s: float) -> int:
        """Index of the frame whose centre tile holds `time_s`, the nearest one outside."""
        k = int(np.floor((time_s - self.start_s - PATCH_S / 2) / self.hop_s + 0.5))
        return min(max(k, 0), max(self.count - 1, 0))


@dataclass(frozen=True, slots=True)
class ScoreChunk:
    """Frames [first_frame, first_frame + n) of an analysis. Arrays are read-only.

    `scores`: float32 (n, classes), sigmoids in [0, 1]. `embeddings`: float32 (n, 1024).
    """

    first_frame: int
    scores: NDArray[np.float32]
    embeddings: NDArray[np.float32]

    def __post_init__(self) -> None:
        self.scores.flags.writeable = False
        self.embeddings.flags.writeable = False

    @property
    def next_frame(self) -> int:
        return self.first_frame + len(self.scores)


@dataclass(frozen=True, slots=True)
class ScoreTable:
    """Scores of all frames of one recording (or one channel of it).

    `scores`: float32 (grid.count, classes), read-only. `channel` is None for the mix.
    """

    grid: FrameGrid
    scores: NDArray[np.float32]
    channel: int | None = None

    def __post_init__(self) -> None:
        if len(self.scores) != self.grid.count:
            raise ValueError("scores need one row per frame")
