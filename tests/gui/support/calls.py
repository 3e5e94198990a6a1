"""A recording in which one call comes back, among sounds that are something else."""

from pathlib import Path

import numpy as np
import soundfile

RATE_HZ = 16_000
CALLS_S = tuple(2.0 + 4.8 * k for k in range(12))
"""Onsets of a rising call of 1.5 s."""
OTHERS_S = tuple(4.4 + 4.8 * k for k in range(12))
"""Onsets of bursts of noise of 1.5 s."""
LENGTH_S = 1.5
DURATION_S = 62.0


def write_calls(path: Path, seed: int = 4) -> Path:
    """A minute with twelve calls and twelve bursts over a quiet ground."""
    rng = np.random.default_rng(seed)
    sound = 0.002 * rng.standard_normal(round(DURATION_S * RATE_HZ))
    time = np.arange(round(LENGTH_S * RATE_HZ)) / RATE_HZ
    shape = np.sin(np.pi * time / LENGTH_S)
    for onset in CALLS_S:
        first = round((onset + rng.uniform(-0.1, 0.1)) * RATE_HZ)
        call = np.sin(2 * np.pi * (900 * time + 500 * time**2) + rng.uniform(0, 6))
        sound[first : first + len(time)] += 0.4 * shape * call
    for onset in OTHERS_S:
        first = round(onset * RATE_HZ)
        sound[first : first + len(time)] += 0.2 * shape * rng.standard_normal(len(time))
    soundfile.write(path, np.clip(sound, -1, 1), RATE_HZ, subtype="PCM_16")
    return path
