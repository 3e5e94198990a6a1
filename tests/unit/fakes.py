"""A network without TensorFlow, and sounds that differ from each other."""

from pathlib import Path

import numpy as np
import soundfile


class FakeNetwork:
    """Scores that depend on the patch alone, bit by bit, and on nothing else in the batch."""

    batch = 64
    calls = 2
    place_matters = False
    runtime = "tensorflow"

    def __init__(self) -> None:
        random = np.random.default_rng(7)
        self._project = random.standard_normal((64, 1024)).astype(np.float32)
        self._scores = random.standard_normal((64, 521)).astype(np.float32)

    def __call__(self, patches: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        bands = patches.mean(axis=1)
        scores = np.stack([1 / (1 + np.exp(-0.1 * (band @ self._scores))) for band in bands])
        embeddings = np.stack([np.maximum(band @ self._project, 0) for band in bands])
        return scores.astype(np.float32), embeddings.astype(np.float32)


class FakeModel:
    """A model that counts how often its network is asked for."""

    def __init__(self, sha256: str = "f" * 64) -> None:
        self.sha256 = sha256
        self.name = "fake"
        self.runtime = "auto"
        self.loaded = 0

    def network(self) -> FakeNetwork:
        self.loaded += 1
        return FakeNetwork()


def write_sound(
    path: Path, seconds: float, seed: int = 0, channels: int = 1, rate: int = 16000
) -> Path:
    """Noise bursts and tones, different for each seed and channel."""
    random = np.random.default_rng(seed)
    t = np.arange(round(seconds * rate)) / rate
    columns = []
    for _ in range(channels):
        swing = 0.5 + 0.5 * np.sin(2 * np.pi * t * random.uniform(0.05, 0.5))
        tone = np.sin(2 * np.pi * t * random.uniform(200, 3000))
        columns.append(0.2 * swing * tone + 0.05 * random.standard_normal(len(t)))
    soundfile.write(path, np.stack(columns, axis=1), rate)
    return path
