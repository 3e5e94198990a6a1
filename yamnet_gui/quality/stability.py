"""Scoring the sound around events again: louder, softer, shifted, and each channel alone."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from yamnet_gui.analysis.model import Model
from yamnet_gui.audio import AudioSource, mono_16k, open_audio
from yamnet_gui.core.events import Event
from yamnet_gui.core.model_parameters import HOP_SAMPLES, SAMPLE_RATE_HZ, WINDOW_SAMPLES
from yamnet_gui.detection import Stability, Variant, segment, stability, variants
from yamnet_gui.yamnet import Analyzer, frame_count

_LONGEST_S = 60.0  # of a longer event its first minute speaks for the rest

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class StabilityProgress:
    """How far it is, and the result of the last event."""

    done: int
    total: int
    result: Stability


@dataclass(frozen=True, slots=True)
class _Piece:
    """The sound of one variant of an event, filled up with silence to whole frames."""

    event: Event
    variant: Variant
    samples: Floats
    frames: int


def stabilities(
    path: Path, events: Sequence[Event], model: Model, gain_db: float = 0.0
) -> Iterator[StabilityProgress]:
    """Scores the events of a recording again under every variant, one after the other.

    `gain_db` is what the recording was analysed with. Events whose label is none of the model's
    classes are left out. Raises RecordingError, WeightsError.
    """
    known = [event for event in events if event.class_index is not None]
    if not known:
        return
    done = 0
    with open_audio(path) as source:
        network = model.network()
        analyzer = Analyzer(network)
        waiting: list[_Piece] = []
        for number, event in enumerate(known):
            waiting += _pieces(source, event, gain_db)
            # short events share a call of the network, which takes a batch whatever it holds
            if sum(map(_room, waiting)) < network.batch and number + 1 < len(known):
                continue
            for result in _scored(waiting, analyzer):
                done += 1
                yield StabilityProgress(done, len(known), result)
            waiting = []


def _pieces(source: AudioSource, event: Event, gain_db: float) -> Iterator[_Piece]:
    info = source.info
    several = info.channels if event.channel is None else 1
    short = event
    if event.duration_s > _LONGEST_S:
        short = event.moved(event.onset_s, event.onset_s + _LONGEST_S)
    read: dict[int | None, tuple[float, Floats]] = {}
    for variant in variants(several):
        channel = event.channel if variant.channel is None else variant.channel
        if channel not in read:
            read[channel] = _around(source, short, channel, gain_db)
        start_s, samples = read[channel]
        span = segment(short, variant, info.duration_s)
        first = max(0, round((span.start_s - start_s) * SAMPLE_RATE_HZ))
        last = max(first + 1, round((span.end_s - start_s) * SAMPLE_RATE_HZ))
        part = samples[first:last] * np.float32(10 ** (variant.gain_db / 20))
        yield _Piece(event, variant, part, frame_count(len(part)))


def _room(piece: _Piece) -> int:
    """Frames from the beginning of a piece to where the next may begin without touching it."""
    return piece.frames - 1 + -(-WINDOW_SAMPLES // HOP_SAMPLES)


def _scored(pieces: Sequence[_Piece], analyzer: Analyzer) -> Iterator[Stability]:
    """Runs the network over the pieces laid one after the other; none affects
    another, because frames that reach over an end are discarded."""
    rooms = [_room(piece) for piece in pieces]
    stream = np.zeros(sum(rooms) * HOP_SAMPLES + WINDOW_SAMPLES, np.float32)
    first = 0
    for piece, room in zip(pieces, rooms, strict=True):
        stream[first * HOP_SAMPLES : first * HOP_SAMPLES + len(piece.samples)] = piece.samples
        first += room
    chunks = [chunk.scores for chunk in analyzer.run([stream])]
    scores = np.concatenate(chunks)
    by_event: dict[str, tuple[Event, dict[Variant, list[float]]]] = {}
    first = 0
    for piece, room in zip(pieces, rooms, strict=True):
        column = scores[first : first + piece.frames, piece.event.class_index]
        by_event.setdefault(piece.event.id, (piece.event, {}))[1][piece.variant] = column.tolist()
        first += room
    for event, by_variant in by_event.values():
        yield stability(event, by_variant)


def _around(
    source: AudioSource, event: Event, channel: int | None, gain_db: float
) -> tuple[float, Floats]:
    """Where it starts and the samples at 16 kHz of all that any variant may need."""
    duration_s = source.info.duration_s
    spans = [segment(event, variant, duration_s) for variant in variants(1)]
    start_s = min(span.start_s for span in spans)
    end_s = max(span.end_s for span in spans)
    blocks = mono_16k(source, channel=channel, gain_db=gain_db, start_s=start_s, end_s=end_s)
    parts = [np.zeros(0, np.float32), *blocks]
    return start_s, np.concatenate(parts)
