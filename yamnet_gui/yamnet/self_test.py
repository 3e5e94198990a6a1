"""The installation test of the published model, and how fast this machine is.

`yamnet_test.py` of `research/audioset/yamnet` in the TensorFlow models repository asks that three
seconds of zeros, of white noise and of a sine of 440 Hz have *Silence*, *White noise* and *Sine
wave* among the ten classes with the highest mean scores.
"""

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from yamnet_gui.core.model_parameters import MEL_BANDS, PATCH_FRAMES, SAMPLE_RATE_HZ
from yamnet_gui.core.resources import bundled_class_map
from yamnet_gui.core.scores import DEFAULT_HOP_S

from .analyzer import Analyzer, PatchNetwork
from .litert_file import litert_is_installed
from .network import EMBEDDING_TOLERANCE, SCORE_TOLERANCE
from .runtimes import load_network

_SECONDS = 3
_SINE_HZ = 440.0
_SEED = 51773
_TOP = 10
_SPEED_SECONDS = 120

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class SoundResult:
    """What one runtime made of one test sound. `place` of the expected class counts from 1; 0 where
    the model has no such class."""

    sound: str
    expected: str
    place: int
    finite: bool
    scores: Floats
    embeddings: Floats

    @property
    def recognised(self) -> bool:
        return 0 < self.place <= _TOP


@dataclass(frozen=True, slots=True)
class RuntimeResult:
    """One runtime's results, and its speed in frames per second of wall time."""

    runtime: str
    sounds: tuple[SoundResult, ...]
    frames_per_s: float

    @property
    def hour_s(self) -> float:
        """Seconds that the network takes for an hour of sound at the default hop."""
        return 3600 / DEFAULT_HOP_S / self.frames_per_s


@dataclass(frozen=True, slots=True)
class Difference:
    """The largest differences of two runtimes' scores and embeddings over all test sounds.

    That of embeddings is relative to the largest embedding of the sound where that exceeds 1, as
    rounding is.
    """

    runtimes: tuple[str, str]
    scores: float
    embeddings: float

    @property
    def equal(self) -> bool:
        return self.scores <= SCORE_TOLERANCE and self.embeddings <= EMBEDDING_TOLERANCE


def run_self_test(networks: Mapping[str, Callable[[], PatchNetwork]]) -> Iterator[RuntimeResult]:
    """Runs the test sounds through each runtime, by name; a network is made when its turn comes."""
    for name, make in networks.items():
        network = make()  # its first call prepares what the others use
        network(np.zeros((1, PATCH_FRAMES, MEL_BANDS), np.float32))
        sounds = tuple(
            _result(network, sound, expected, samples) for sound, expected, samples in test_sounds()
        )
        yield RuntimeResult(name, sounds, _speed(network))


def test_sounds() -> list[tuple[str, str, Floats]]:
    """Name, expected class and samples (48000,) at 16 kHz of each test sound."""
    count = _SECONDS * SAMPLE_RATE_HZ
    noise = np.random.RandomState(_SEED).uniform(-1.0, 1.0, count)
    sine = np.sin(2 * np.pi * _SINE_HZ * np.linspace(0, _SECONDS, count))
    return [
        ("zeros", "Silence", np.zeros(count, np.float32)),
        ("noise", "White noise", noise.astype(np.float32)),
        ("sine", "Sine wave", sine.astype(np.float32)),
    ]


def differences(results: list[RuntimeResult]) -> list[Difference]:
    """Each runtime against the first one."""
    first, *others = results
    return [
        Difference(
            (first.runtime, other.runtime),
            max(_apart(a.scores, b.scores) for a, b in _pairs(first, other)),
            max(
                _apart(a.embeddings, b.embeddings) / max(1.0, float(np.abs(a.embeddings).max()))
                for a, b in _pairs(first, other)
            ),
        )
        for other in others
    ]


def runtimes(path: Path) -> dict[str, Callable[[], PatchNetwork]]:
    """Every runtime that can run the weights at `path` on this machine, the reference first."""
    found: dict[str, Callable[[], PatchNetwork]] = {
        "TensorFlow": lambda: load_network(path, runtime="tensorflow")
    }
    if litert_is_installed():
        found["LiteRT"] = lambda: load_network(path, runtime="litert")
    return found


def _pairs(one: RuntimeResult, other: RuntimeResult) -> Iterator[tuple[SoundResult, SoundResult]]:
    return zip(one.sounds, other.sounds, strict=True)


def _apart(one: Floats, other: Floats) -> float:
    """The largest difference; infinite where either is not finite."""
    apart = float(np.abs(one - other).max())
    return apart if np.isfinite(apart) else float("inf")


def _result(network: PatchNetwork, sound: str, expected: str, samples: Floats) -> SoundResult:
    chunks = list(Analyzer(network).run([samples]))
    scores = np.concatenate([chunk.scores for chunk in chunks])
    embeddings = np.concatenate([chunk.embeddings for chunk in chunks])
    names = bundled_class_map().names
    order = np.argsort(-scores.mean(axis=0), kind="stable").tolist()
    # a fine-tuned model may have left YAMNet's classes out, which then do not stand first
    there = scores.shape[1] >= len(names)
    place = order.index(names.index(expected)) + 1 if there else 0
    finite = bool(np.isfinite(scores).all() and np.isfinite(embeddings).all())
    return SoundResult(sound, expected, place, finite, scores, embeddings)


def _speed(network: PatchNetwork) -> float:
    """Frames per second from samples to scores."""
    random = np.random.RandomState(_SEED)
    samples = random.uniform(-0.5, 0.5, _SPEED_SECONDS * SAMPLE_RATE_HZ).astype(np.float32)
    began = time.perf_counter()
    frames = sum(len(chunk.scores) for chunk in Analyzer(network).run([samples]))
    return frames / (time.perf_counter() - began)
