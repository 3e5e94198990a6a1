"""What training will take, said beforehand."""

import math
from pathlib import Path

from yamnet_gui.audio import open_audio
from yamnet_gui.core.added_packages import how_to_install
from yamnet_gui.core.errors import RecordingError, SettingsError
from yamnet_gui.core.model_parameters import CLASSES, EMBEDDING_SIZE, SAMPLE_RATE_HZ
from yamnet_gui.core.text import counted
from yamnet_gui.core.threads import usable_cores
from yamnet_gui.embedding.custom_classes import check_classes
from yamnet_gui.yamnet import PUBLISHED_SIZE
from yamnet_gui.yamnet._tensorflow import tensorflow_is_installed
from yamnet_gui.yamnet.trainable_network import FIRST_TRAINED, feature_shape

from .counts import class_counts, few_examples
from .material import patch_count, probe_sounds, span_with_context
from .outcome import DataWarning, FinetunePlan
from .settings import Depth, FinetuneSettings
from .sounds import TrainingData

_STEP_MS: dict[Depth, float] = {"head": 0.1, "block": 0.7, "blocks": 1.3, "all": 6.5}
_FORWARD_MS, _CHANGE_MS, _START_S = 1.8, 2.5, 12.0
"""Of one patch on two cores: half of the processor time that was measured (changes and their
spectrograms run on one core); rough, and said to be. What is left is measured in training."""


def plan(data: TrainingData, settings: FinetuneSettings) -> FinetunePlan:
    """How much there is to train on and what that will take; recordings are opened, not read.

    Raises SettingsError where the settings cannot be used, TensorFlow is missing or nothing can be
    read, and ClassifierError where there is too little to train on at all.
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
    check_classes(data.labels, {one.label for one in sounds})
    classes = class_counts(data.labels, ((one.label, one.group) for one in sounds))
    warnings += few_examples(classes)
    outputs = len(data.labels) + (CLASSES if settings.keep_yamnet else 0)
    return FinetunePlan(
        classes=classes,
        recordings=len({one.group for one in sounds}),
        sound_s=seconds,
        frames=frames,
        epochs=settings.epochs,
        seconds=_seconds(frames, settings),
        disk_bytes=round(4 * SAMPLE_RATE_HZ * seconds) + _feature_bytes(frames, settings),
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
            f"{how_to_install('tensorflow')}, or train a custom class, which does without",
        )


def _feature_bytes(frames: int, settings: FinetuneSettings) -> int:
    """Of what the frozen layers make of sounds that stay as they are in every pass."""
    if settings.depth == "head":
        return 0  # their embeddings are there already
    used = settings.stopping if settings.changes is not None else 1.0
    shape = feature_shape(FIRST_TRAINED[settings.depth])
    return round(frames * (1 - settings.held_out) * used) * 4 * math.prod(shape)


def _seconds(frames: int, settings: FinetuneSettings) -> float:
    """Of all passes; half of it or less where training stops early.

    Where YAMNet's classes are held below the head, each pass also has the frames of the plain
    sounds that they are held on, which outweigh small data, and at the end the scores of the parent
    and of the model are compared. Writing, checkpoints and figures between passes are left out.
    """
    training = frames * (1 - settings.held_out) * (1 - settings.stopping)
    each, forward, plain = _STEP_MS[settings.depth], frames, 0
    held = settings.keep_yamnet and settings.depth != "head"
    if settings.changes is not None:
        changed = _CHANGE_MS + (_FORWARD_MS if settings.depth != "all" else 0)
        changed += _FORWARD_MS if held else 0
    else:
        changed = 0.0
    if held:
        plain = sum(patch_count(len(sound)) for sound in probe_sounds())
        forward += 2 * (frames + plain)
    batches = math.ceil((training + plain) / settings.batch)  # the last one is filled up
    in_pass = batches * settings.batch * each + training * changed
    cores = max(1.0, math.sqrt(usable_cores() / 2))
    return _START_S + (forward * _FORWARD_MS + settings.epochs * in_pass) / 1000 / cores
