"""Scoring the sound around events again: louder, softer, shifted, and each channel alone."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from yamnet_gui.audio import AudioSource, mono_16k, open_audio
from yamnet_gui.core.events import Event
from yamnet_gui.detection import Stability, Variant, stability, stretch, variants
from yamnet_gui.yamnet import Analyzer, Network

from .model import Model

_RATE_HZ = 16_000
_LONGEST_S = 60.0  # of a longer event its first minute speaks for the rest


@dataclass(frozen=True, slots=True)
class StabilityStep:
    """How far it is, and what was found about the last event."""

    done: int
    total: int
    found: Stability


def stabilities(
    path: Path, events: Sequence[Event], model: Model, gain_db: float = 0.0
) -> Iterator[StabilityStep]:
    """Scores the events of a recording again under every variant, one after the other.

    `gain_db` is what the recording was analysed with. Events whose label is none of the model's
    classes are left out. Raises RecordingError, WeightsError.
    """
    known = [event for event in events if event.class_index is not None]
    if not known:
        return
    analyzer: Analyzer | None = None
    with open_audio(path) as source:
        for number, event in enumerate(known):
            if analyzer is None:
                analyzer = Analyzer(_loaded(model))
            found = _of_event(source, event, analyzer, gain_db)
            yield StabilityStep(number + 1, len(known), found)


def _loaded(model: Model) -> Network:
    return model.network()


def _of_event(source: AudioSource, event: Event, analyzer: Analyzer, gain_db: float) -> Stability:
    info = source.info
    several = info.channels if event.channel is None else 1
    short = event
    if event.duration_s > _LONGEST_S:
        short = event.moved(event.onset_s, event.onset_s + _LONGEST_S)
    scores: dict[Variant, list[float]] = {}
    read: dict[int | None, tuple[float, NDArray[np.float32]]] = {}
    for variant in variants(several):
        channel = event.channel if variant.channel is None else variant.channel
        if channel not in read:
            read[channel] = _around(source, short, channel, gain_db)
        start_s, samples = read[channel]
        span = stretch(short, variant, info.duration_s)
        first = max(0, round((span.start_s - start_s) * _RATE_HZ))
        last = max(first + 1, round((span.end_s - start_s) * _RATE_HZ))
        part = samples[first:last] * np.float32(10 ** (variant.gain_db / 20))
        assert event.class_index is not None
        scores[variant] = [
            float(value)
            for chunk in analyzer.run([part])
            for value in chunk.scores[:, event.class_index]
        ]
    return stability(event, scores)


def _around(
    source: AudioSource, event: Event, channel: int | None, gain_db: float
) -> tuple[float, NDArray[np.float32]]:
    """Where it starts and the samples at 16 kHz of all that any variant may need."""
    duration_s = source.info.duration_s
    spans = [stretch(event, variant, duration_s) for variant in variants(1)]
    start_s = min(span.start_s for span in spans)
    end_s = max(span.end_s for span in spans)
    blocks = mono_16k(source, channel=channel, gain_db=gain_db, start_s=start_s, end_s=end_s)
    parts = [np.zeros(0, np.float32), *blocks]
    return start_s, np.concatenate(parts)
