"""What training will take, said beforehand."""

from pathlib import Path

import numpy as np

from yamnet_gui.audio import open_audio
from yamnet_gui.core.errors import RecordingError, SettingsError
from yamnet_gui.core.model_parameters import CLASSES, EMBEDDING_SIZE, SAMPLE_RATE_HZ
from yamnet_gui.core.text import counted
from yamnet_gui.core.threads import usable_cores
from yamnet_gui.yamnet import PUBLISHED_SIZE
from yamnet_gui.yamnet._tensorflow import tensorflow_is_installed

from .material import patch_count, span_with_context
from .outcome import ClassCount, DataWarning, FinetunePlan
from .prepared import note_of
from .settings import Depth, FinetuneSettings
from .sounds import TrainingData

_STEP_MS: dict[Depth, float] = {"head": 0.1, "block": 0.7, "blocks": 1.3, "all": 6.5}
_FORWARD_MS, _CHANGE_MS, _START_S = 1.8, 2.5, 12.0
"""Of one patch on two cores: half of the processor time that was measured (changes and their
spectrograms run on one core); rough, and said to be. What is left is measured in training."""
_FEATURE_BYTES: dict[Depth, int] = {"head": 0, "block": 24_576, "blocks": 49_152, "all": 24_576}


def plan(data: TrainingData, settings: FinetuneSettings) -> FinetunePlan:
    """How much there is to train on and what that will take; recordings are opened, not read.

    Raises SettingsError where the settings cannot be used, TensorFlow is missing or nothing can be
    read.
    """
    settings.checked()
    check_tensorflow()
    durations: dict[Path, float] = {}
    warnings = []
    for path in dict.fromkeys(one.path for one in data.sounds):
        try:
            with open_audio(path) as source:
                durations[path] = source.info.duration_s
        except RecordingError as error:
            warnings.append(DataWarning("unreadable", str(error)))
    sounds = [one for one in data.sounds if one.path in durations]
    if not sounds:
        raise SettingsError(data.source, "holds no sound that can be read")
    seconds, frames = 0.0, 0
    for one in sounds:
        end = durations[one.path] if one.end_s is None else one.end_s
        low, high = span_with_context(one.start_s, end, durations[one.path])
        seconds += high - low
        frames += patch_count(round((high - low) * SAMPLE_RATE_HZ))
    classes = []
    for label in (*data.labels, None):
        own = [one.group for one in sounds if one.label == label]
        if own or label is not None:
            recordings = len(set(own))
            classes.append(ClassCount(label, len(own), recordings, note_of(len(own), recordings)))
    few = [c.label for c in classes if c.label is not None and c.note]
    if few:
        sentence = f"Too little to rely on of {counted(len(few), 'class')}: {', '.join(few[:5])}."
        warnings.append(DataWarning("few examples", sentence, tuple(few)))
    outputs = len(data.labels) + (CLASSES if settings.keep_yamnet else 0)
    return FinetunePlan(
        classes=tuple(classes),
        recordings=len({one.group for one in sounds}),
        sound_s=seconds,
        frames=frames,
        epochs=settings.epochs,
        seconds=_seconds(frames, settings),
        disk_bytes=round(4 * SAMPLE_RATE_HZ * seconds) + frames * _feature_bytes(settings),
        model_bytes=PUBLISHED_SIZE + 4 * (EMBEDDING_SIZE + 1) * (outputs - CLASSES),
        device=f"{counted(usable_cores(), 'core')}, or a GPU where TensorFlow has one",
        warnings=tuple(warnings),
    )


def check_tensorflow() -> None:
    """Raises SettingsError where it is not installed."""
    if not tensorflow_is_installed():
        raise SettingsError(
            "Fine-tuning",
            "needs TensorFlow, which is not installed",
            "install the package tensorflow, or train a custom class, which does without",
        )


def _feature_bytes(settings: FinetuneSettings) -> int:
    return 0 if settings.changes else _FEATURE_BYTES[settings.depth]


def _seconds(frames: int, settings: FinetuneSettings) -> float:
    """Of all passes; half of it or less where training stops early."""
    training = frames * (1 - settings.held_out) * (1 - settings.stopping)
    each = _STEP_MS[settings.depth]
    if settings.changes is not None:
        each += _CHANGE_MS + (_FORWARD_MS if settings.depth != "all" else 0)
        if settings.keep_yamnet and settings.depth != "head":
            each += _FORWARD_MS
    cores = max(1.0, float(np.sqrt(usable_cores() / 2)))
    return _START_S + (frames * _FORWARD_MS + settings.epochs * training * each) / 1000 / cores
