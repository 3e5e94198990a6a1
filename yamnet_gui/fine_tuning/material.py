"""Sounds as the network takes them: samples in one file on disk, patches, what is in each patch."""

import hashlib
from collections.abc import Generator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from yamnet_gui.audio import AudioSource, content_hash, mono_16k, open_audio
from yamnet_gui.core.errors import RecordingError, SettingsError
from yamnet_gui.core.model_parameters import (
    HOP_FRAMES,
    HOP_SAMPLES,
    PATCH_FRAMES,
    SAMPLE_RATE_HZ,
    WINDOW_SAMPLES,
)
from yamnet_gui.core.scores import DEFAULT_HOP_S, PATCH_S, WINDOW_S
from yamnet_gui.core.stopping import check_stopped
from yamnet_gui.yamnet import log_mel

from .sounds import TrainingSound

Floats = NDArray[np.float32]
LONGEST_S = 30.0
"""Of a longer event only so much is used, from its beginning."""
_TILE_S = (PATCH_S - DEFAULT_HOP_S) / 2


@dataclass(frozen=True)
class Material:
    """The sounds that could be read.

    `samples` (all of them,) float32 at 16 kHz, mapped from the disk; sound k is
    [`first_sample[k]`, `first_sample[k + 1]`), its patches [`first_patch[k]`, `first_patch[k + 1]`)
    of all. `starts_s` is where in its recording each begins, with context around it. `hashes` are
    SHA-256 of recordings by path, `digest` stands for everything that was read. `file` holds the
    samples.
    """

    sounds: tuple[TrainingSound, ...]
    samples: Floats
    first_sample: NDArray[np.int64]
    first_patch: NDArray[np.int64]
    starts_s: NDArray[np.float64]
    hashes: dict[Path, str]
    unreadable: tuple[str, ...]
    digest: str
    file: Path

    def samples_of(self, sound: int) -> Floats:
        return self.samples[self.first_sample[sound] : self.first_sample[sound + 1]]

    def patches_of(self, *sounds: int) -> Floats:
        """Log-mel patches (n, 96, 64) of sounds as they are, one sound after the other."""
        return np.concatenate([patches_of(self.samples_of(one)) for one in sounds])

    def blocks(self, sounds: NDArray[np.int64], patches: int) -> list[NDArray[np.int64]]:
        """The sounds in their order, in groups of some so many patches."""
        counts = np.cumsum(np.diff(self.first_patch)[sounds]) // patches
        return np.split(sounds, np.flatnonzero(np.diff(counts)) + 1)

    @property
    def patches(self) -> int:
        return int(self.first_patch[-1])

    def targets(self, labels: Sequence[str]) -> Floats:
        """Which classes sound in each patch: 0 or 1, float32 (patches, labels)."""
        places = {label: place for place, label in enumerate(labels)}
        table = np.zeros((self.patches, len(labels)), np.float32)
        for number, sound in enumerate(self.sounds):
            first, last = self.first_patch[number : number + 2]
            if sound.label is not None:
                table[first:last, places[sound.label]] = 1
            for start, end, label in sound.also:
                tiles = self.starts_s[number] + _TILE_S + DEFAULT_HOP_S * np.arange(last - first)
                inside = (tiles < end) & (start < tiles + DEFAULT_HOP_S)
                if label in places:  # else no sound of it could be read
                    table[first:last, places[label]] += inside
        return np.minimum(table, 1)


def patch_count(samples: int) -> int:
    """How many patches a sound of so many samples has; a short one is filled up with silence."""
    return 1 + max(0, samples - WINDOW_SAMPLES) // HOP_SAMPLES


def patches_of(samples: Floats) -> Floats:
    """The log-mel patches of samples (n,): float32 (patch_count(n), 96, 64)."""
    if len(samples) < WINDOW_SAMPLES:
        samples = np.pad(samples, (0, WINDOW_SAMPLES - len(samples)))
    rows = log_mel(samples)
    windows = np.lib.stride_tricks.sliding_window_view(rows, PATCH_FRAMES, axis=0)
    every = windows[::HOP_FRAMES][: patch_count(len(samples))]
    return np.ascontiguousarray(every.transpose(0, 2, 1))


def span_with_context(start_s: float, end_s: float, duration_s: float) -> tuple[float, float]:
    """The part of a recording whose frames have their centre tiles in a span.

    As for an analysis, a frame hears 0.24 s before its tile; never less than one whole frame where
    the recording is long enough.
    """
    end_s = min(end_s, start_s + LONGEST_S, duration_s)
    low, high = max(0.0, start_s - _TILE_S), min(duration_s, end_s + WINDOW_S - PATCH_S + _TILE_S)
    lacking = WINDOW_S - (high - low)
    if lacking > 0:
        low = max(0.0, min(low - lacking / 2, duration_s - WINDOW_S))
        high = min(duration_s, low + WINDOW_S)
    return low, high


def reading(
    sounds: Sequence[TrainingSound], folder: Path, memo_folder: Path | None = None
) -> Generator[int, None, Material]:
    """Reads all sounds into a file in `folder`; yields how many are done and returns them.

    Recordings that cannot be read are left out and named. Raises SettingsError where nothing could
    be read, or the disk is full.
    """
    by_path: dict[Path, list[int]] = {}
    for place, sound in enumerate(sounds):
        by_path.setdefault(sound.path, []).append(place)
    target = folder / "sounds.f32"
    read: list[TrainingSound] = []
    counts, starts, unreadable = [], [], []
    hashes: dict[Path, str] = {}
    digest = hashlib.sha256()
    try:
        with target.open("wb") as file:
            for path, places in by_path.items():
                try:
                    with open_audio(path) as source:
                        for place in places:
                            check_stopped()
                            try:
                                start, samples = _read(source, sounds[place])
                            except RecordingError as error:
                                unreadable.append(str(error))
                                continue
                            file.write(samples.tobytes())
                            digest.update(samples.tobytes())
                            read.append(sounds[place])
                            counts.append(len(samples))
                            starts.append(start)
                            yield len(read)
                    hashes[path] = content_hash(path, memo_folder=memo_folder)
                except RecordingError as error:
                    unreadable.append(str(error))
    except OSError as error:
        reason = f"cannot be written ({error.strerror or error})"
        raise SettingsError(target, reason, "make room on the disk") from error
    if not read:
        raise SettingsError(unreadable[0] if unreadable else "sounds", "nothing could be read")
    ends = np.cumsum([0, *counts])
    described = [(str(s.path), s.label, s.group, s.start_s, s.end_s, s.also) for s in read]
    digest.update(repr(described).encode("utf-8", "surrogateescape"))
    return Material(
        sounds=tuple(read),
        samples=np.memmap(target, np.float32, "r") if ends[-1] else np.zeros(0, np.float32),
        first_sample=ends,
        first_patch=np.cumsum([0, *map(patch_count, counts)]),
        starts_s=np.array(starts),
        hashes=hashes,
        unreadable=tuple(unreadable),
        digest=digest.hexdigest(),
        file=target,
    )


def _read(source: AudioSource, sound: TrainingSound) -> tuple[float, Floats]:
    """Where the sound with its context begins, and its samples. Raises RecordingError."""
    duration = source.info.duration_s
    end = duration if sound.end_s is None else sound.end_s
    if sound.start_s >= duration:
        raise RecordingError(sound.path, f"ends before {sound.start_s:.2f} s, where an event is")
    low, high = span_with_context(sound.start_s, end, duration)
    channel = sound.channel
    if channel is not None and channel >= source.info.channels:
        channel = None
    blocks = list(mono_16k(source, channel=channel, start_s=low, end_s=high))
    samples = np.concatenate([np.zeros(0, np.float32), *blocks])
    return low, np.nan_to_num(samples, nan=0.0, posinf=0.0, neginf=0.0).astype(np.float32)


def probe_sounds(seed: int = 0) -> list[Floats]:
    """Plain sounds of every kind that a network may meet: silence, noises, tones, sweeps, clicks.

    What YAMNet says of them is to stay as it was, and is compared.
    """
    rng = np.random.default_rng(seed)
    time = np.arange(3 * SAMPLE_RATE_HZ, dtype=np.float32) / SAMPLE_RATE_HZ
    white = rng.uniform(-1, 1, len(time)).astype(np.float32)
    pink = np.cumsum(white - white.mean())
    pulses = np.zeros(len(time), np.float32)
    pulses[:: SAMPLE_RATE_HZ // 7] = 1
    sounds = [np.zeros(len(time), np.float32), white, pink / np.abs(pink).max(), pulses]
    sounds += [np.sin(2 * np.pi * hz * time) for hz in (110, 440, 1000, 3000, 6000)]
    sounds += [np.sin(2 * np.pi * (100 + 1200 * time) * time)]
    sounds += [np.sin(2 * np.pi * 150 * time) * (1 + np.sin(2 * np.pi * 4 * time)) / 2 + white / 20]
    return [
        (sound * level).astype(np.float32)
        for sound in sounds
        for level in ((1.0, 0.1, 0.01) if sound.any() else (1.0,))
    ]
