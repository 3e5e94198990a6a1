"""Frames in doubt: those where half a frame more or less decides whether there is an event.

An event that only one frame reports is often none, and which are so depends on where the frames
happen to begin. So the frames at which a class peaks at a middling score
are looked at again with frames shifted by a third of the hop. The choice depends on the scores
alone, not on rules: it is made once and stays right whatever rules are tried afterwards. It is
made block by block, so that it never depends on how the scores arrived. The figures are in
`docs/decisions/finer-frames.md`.
"""

import numpy as np
from numpy.typing import NDArray

from .refine import WITHOUT_SOUND

BLOCK_FRAMES = 64
"""Frames that are chosen from together; blocks begin at multiples of it."""
_LOW, _HIGH = 0.25, 0.75
_MOST = BLOCK_FRAMES // 2
"""Frames of a block that are chosen at most, which bounds the cost of dense recordings."""


def frames_in_doubt(around: NDArray[np.float32], frames: NDArray[np.intp]) -> NDArray[np.intp]:
    """Those of the successive `frames` of a block at which any class peaks at a middling score.

    `around`: the scores (n + 2, classes) of these frames and of one on each side. Where too many
    are in doubt, those of the most classes are chosen, then the first.
    """
    rows = np.array(around)
    rows[:, WITHOUT_SOUND : WITHOUT_SOUND + 1] = 0  # it is no event unless asked for
    here = rows[1:-1]
    peaks = (here >= _LOW) & (here < _HIGH) & (here > rows[:-2]) & (here >= rows[2:])
    classes = np.count_nonzero(peaks, axis=1)
    chosen = np.argsort(-classes, kind="stable")[:_MOST]
    return np.sort(frames[chosen[classes[chosen] > 0]])


def inner_frames(count: int, block: int) -> NDArray[np.intp]:
    """The frames of a block of a table of `count` frames, without the first and last of the table:
    beyond those there is no sound to shift a frame into."""
    first = max(1, block * BLOCK_FRAMES)
    return np.arange(first, max(first, min((block + 1) * BLOCK_FRAMES, count - 1)))


def block_count(count: int) -> int:
    """The blocks of a table of so many frames."""
    return -(-count // BLOCK_FRAMES)
