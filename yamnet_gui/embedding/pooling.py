"""Several frames as one direction."""

import numpy as np
from numpy.typing import NDArray

from .frames import Floats

_LEAST = 1e-3


def units(vectors: NDArray[np.floating]) -> Floats:
    """Each row divided by its length; rows of zeros stay. Float32 (n, numbers)."""
    wide = np.asarray(vectors, np.float32)
    lengths = np.linalg.norm(wide, axis=1, keepdims=True)
    return np.divide(wide, lengths, out=np.zeros_like(wide), where=lengths > 0)


def pooled(frames: NDArray[np.floating], silence: Floats | None = None) -> Floats:
    """The mean of the frames' directions, float32 (numbers,), of length 1 (or all 0).

    Where `silence`, the embedding of digital silence, is given, each frame weighs 1 less its
    cosine with it: a clip with a bark and four seconds of nothing is then like a bark.
    """
    rows = units(np.atleast_2d(frames))
    weights = np.ones(len(rows), np.float32)
    if silence is not None:
        weights = frame_weights(rows, silence)
    return units((weights @ rows)[np.newaxis])[0]


def frame_weights(rows: Floats, silence: Floats) -> Floats:
    """What each frame counts, float32 (n,): `rows` are of length 1, `silence` of any length."""
    return np.maximum(1 - rows @ units(silence[np.newaxis])[0], _LEAST)
