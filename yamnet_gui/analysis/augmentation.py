"""Augmented copies of sounds for training: made on the waveform, before the network."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from yamnet_gui.audio import mono_16k, open_audio
from yamnet_gui.core.errors import RecordingError
from yamnet_gui.core.model_parameters import SAMPLE_RATE_HZ, WINDOW_SAMPLES
from yamnet_gui.core.scores import DEFAULT_HOP_S
from yamnet_gui.embedding import Example
from yamnet_gui.yamnet import Analyzer, PatchNetwork

from .model import Model

Floats = NDArray[np.float32]
_LONGEST_S = 30.0


@dataclass(frozen=True, slots=True)
class Augmentation:
    """How copies differ; each value is drawn at random between the two bounds.

    `gain_db`: louder or quieter. `noise_db`: white noise so far below the sound. `shift_s`: earlier
    or later by up to this, the gap filled with what was cut off at the other end. `mix_db`: another
    recording so far below the sound, in `mix_share` of the copies where there is one to mix with.
    The same seed gives the same copies.
    """

    copies: int = 3
    gain_db: tuple[float, float] = (-9.0, 6.0)
    noise_db: tuple[float, float] = (20.0, 45.0)
    shift_s: float = 0.24
    mix_db: tuple[float, float] = (8.0, 20.0)
    mix_share: float = 0.5
    seed: int = 0


def samples_of(
    path: Path, start_s: float = 0.0, end_s: float | None = None, channel: int | None = None
) -> Floats:
    """16 kHz mono samples of a span, no more than 30 s of it. Raises RecordingError."""
    last = start_s + _LONGEST_S if end_s is None else min(end_s, start_s + _LONGEST_S)
    with open_audio(path) as source:
        last = min(last, source.info.duration_s)
        blocks = list(mono_16k(source, channel=channel, start_s=start_s, end_s=last))
    return np.concatenate([np.zeros(0, np.float32), *blocks])


def changed(
    samples: Floats, options: Augmentation, others: Sequence[Floats] = (), number: int = 0
) -> Iterator[Floats]:
    """`options.copies` changed copies of 16 kHz samples (n,), each float32 (n,).

    `number` differs for each sound, so that each gets different copies from one seed.
    """
    rng = np.random.default_rng([options.seed, number])
    level = _level(samples)
    for _ in range(options.copies):
        copy = np.roll(
            samples, int(rng.uniform(-options.shift_s, options.shift_s) * SAMPLE_RATE_HZ)
        )
        mixing = len(others) > 0 and rng.random() < options.mix_share
        if mixing:
            copy = copy + _fitted(others[int(rng.integers(len(others)))], len(copy), rng) * (
                level * _factor(-rng.uniform(*options.mix_db))
            )
        noise = rng.standard_normal(len(copy), np.float32)
        copy = copy + noise * (level * _factor(-rng.uniform(*options.noise_db)))
        gain = _factor(rng.uniform(*options.gain_db))
        peak = float(np.abs(copy).max(initial=0.0))
        yield (copy * min(gain, 1 / peak if peak > 0 else gain)).astype(np.float32)


def embedded_copies(
    samples: Floats,
    network: PatchNetwork,
    options: Augmentation,
    others: Sequence[Floats] = (),
    number: int = 0,
    hop_s: float = DEFAULT_HOP_S,
) -> Iterator[Floats]:
    """The embeddings of each changed copy, float32 (frames, 1024)."""
    for copy in changed(samples, options, others, number):
        yield embedding_of(copy, network, hop_s)


def embedding_of(samples: Floats, network: PatchNetwork, hop_s: float = DEFAULT_HOP_S) -> Floats:
    """The embeddings of 16 kHz samples, float32 (frames, 1024)."""
    chunks = Analyzer(network, hop_s).run([samples])
    return np.concatenate([chunk.embeddings for chunk in chunks])


def silence_of(network: PatchNetwork) -> Floats:
    """The embedding of digital silence, float32 (1024,)."""
    return embedding_of(np.zeros(WINDOW_SAMPLES, np.float32), network)[0]


def _level(samples: Floats) -> float:
    """Root of the mean square of the louder half, so that pauses do not count."""
    if not len(samples):
        return 0.0
    squares = np.square(samples.astype(np.float64))
    return float(np.sqrt(squares[squares >= np.median(squares)].mean()))


def _fitted(other: Floats, length: int, rng: np.random.Generator) -> Floats:
    """A part of another sound, as long as needed, at a level of 1."""
    if not len(other):
        return np.zeros(length, np.float32)
    start = int(rng.integers(len(other)))
    part = np.resize(np.roll(other, -start), length)
    level = _level(part)
    return part / level if level > 0 else part


def _factor(db: float) -> np.float32:
    return np.float32(10 ** (db / 20))


@dataclass(frozen=True, slots=True)
class SoundExample:
    """A segment of a file (`end_s` None: to its end) that is an example of `label`.

    `label` None: of none of the classes. `group` as in `embedding.Example`.
    """

    path: Path
    label: str | None
    group: str
    start_s: float = 0.0
    end_s: float | None = None
    channel: int | None = None
    weight: float = 1.0


def augmented_examples(
    sounds: Sequence[SoundExample], model: Model, options: Augmentation | None = None
) -> Iterator[tuple[int, list[Example]]]:
    """Augmented copies of each sound as examples to train on and never to test on; yields how many
    sounds are done and the copies of the last one.

    Sounds of other labels are mixed in. What cannot be read any more is skipped. Raises
    WeightsError.
    """
    options = options or Augmentation()
    read = []
    for sound in sounds:
        try:
            read.append(samples_of(sound.path, sound.start_s, sound.end_s, sound.channel))
        except RecordingError:
            read.append(np.zeros(0, np.float32))
    network = model.network()
    for number, (sound, samples) in enumerate(zip(sounds, read, strict=True)):
        examples = []
        if len(samples):
            others = [
                r for s, r in zip(sounds, read, strict=True) if s.label != sound.label and len(r)
            ]
            for frames in embedded_copies(samples, network, options, others, number):
                weight = sound.weight / options.copies
                examples.append(Example(frames, sound.label, sound.group, weight, augmented=True))
        yield number + 1, examples
