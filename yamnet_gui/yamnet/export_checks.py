"""Whether an exported model gives this program's scores, on sounds and on test sounds."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import NDArray

from yamnet_gui.core.model_parameters import HOP_SAMPLES, SAMPLE_RATE_HZ, WINDOW_SAMPLES

from .analyzer import Analyzer, PatchNetwork
from .exports import EXPORT_TOLERANCE, INT8_TOLERANCE
from .front_end import log_mel

Floats = NDArray[np.float32]
Run = Callable[[Floats], tuple[Floats, Floats, Floats]]
"""A waveform to scores, embeddings and log-mel frames."""
_EMBEDDING_SHARE = 1e-3  # of the largest, or of 1
_LOUD = 0.5


@dataclass(frozen=True, slots=True)
class Apart:
    """How far an exported model is from this program: see `exports.Exported`."""

    largest: float
    mean: float
    crossed: float
    embeddings: float
    log_mel: float
    frames: int

    def as_dict(self) -> dict[str, float]:
        return asdict(self)


def check_sounds() -> list[Floats]:
    """Sounds at 16 kHz, always the same: shorter than a frame, one frame, and more.

    Tones, clicks, and noise of all levels, with the faint noise that every microphone has: in
    digital silence beside a pure tone a Fourier transform's rounding errors are all there is, and
    those of two libraries differ.
    """
    random = np.random.default_rng(0)
    time = np.arange(10 * SAMPLE_RATE_HZ) / SAMPLE_RATE_HZ
    sweep = 0.3 * np.sin(2 * np.pi * (80 + 350 * time) * time)
    noise = random.uniform(-1, 1, len(time)) * np.geomspace(1e-3, 0.9, len(time))
    clicks = np.zeros(len(time))
    clicks[:: SAMPLE_RATE_HZ // 3] = 0.8
    floor = 1e-3 * random.standard_normal(len(time))
    clicks += floor
    mixed = sweep + floor + np.where(time % 2 < 1, noise, 0) + np.where(time > 6, clicks, 0)
    lengths = (500, WINDOW_SAMPLES, WINDOW_SAMPLES + 1, len(time))
    sounds = [mixed[-length:] for length in lengths] + [noise[-30_000:], clicks[:40_000]]
    return [np.clip(sound, -1, 1).astype(np.float32) for sound in sounds]


def apart(run: Run, network: PatchNetwork, sounds: Sequence[Floats]) -> Apart:
    """Runs both over the sounds. Raises ValueError where the shapes are not the same."""
    scores: list[tuple[Floats, Floats]] = []
    embeddings: list[tuple[Floats, Floats]] = []
    rows: list[tuple[Floats, Floats]] = []
    for sound in sounds:
        chunks = list(Analyzer(network).run([sound]))
        own = [
            np.concatenate([getattr(c, name) for c in chunks]) for name in ("scores", "embeddings")
        ]
        theirs = run(sound)
        size = WINDOW_SAMPLES + HOP_SAMPLES * (len(own[0]) - 1)
        own.append(log_mel(np.pad(sound, (0, size - len(sound)))))
        for mine, other, pairs in zip(own, theirs, (scores, embeddings, rows), strict=True):
            if mine.shape != other.shape:
                raise ValueError(f"{other.shape} instead of {mine.shape}")
            pairs.append((mine, other))
    mine, other = (np.concatenate([pair[k] for pair in scores]) for k in (0, 1))
    difference = np.abs(mine - other)
    either = (mine >= _LOUD) | (other >= _LOUD)
    crossed = ((mine >= _LOUD) != (other >= _LOUD)).sum() / max(1, either.sum())
    return Apart(
        _largest(scores),
        float(difference.mean()),
        float(crossed),
        max(_largest([pair]) / max(1.0, float(np.abs(pair[0]).max())) for pair in embeddings),
        _largest(rows),
        len(mine),
    )


def problem_of(found: Apart, *, exact: bool) -> str:
    """Why a model may not be written; "" where it may. What is not a number fails, too."""
    if exact and not found.largest <= EXPORT_TOLERANCE:
        return f"its scores would differ from this program's by {found.largest:.1e}"
    if exact and not found.embeddings <= _EMBEDDING_SHARE:
        return f"its embeddings would differ from this program's by {found.embeddings:.1e}"
    if not found.mean <= INT8_TOLERANCE:
        return f"its scores would differ from this program's by {found.mean:.2f} on average"
    return ""


def _largest(pairs: Sequence[tuple[Floats, Floats]]) -> float:
    return max(float(np.abs(mine - other).max()) for mine, other in pairs)
