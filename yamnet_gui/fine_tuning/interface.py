"""What notebooks and scripts use: `from yamnet_gui import finetune`."""

import os
from collections.abc import Callable, Sequence
from pathlib import Path

from .outcome import FinetuneProgress, Outcome
from .run import fine_tune
from .settings import FinetuneSettings
from .sounds import DataChoice, training_data


def finetune(
    data: str | os.PathLike[str],
    output: str | os.PathLike[str],
    *,
    classes: Sequence[str] = (),
    none: Sequence[str] = (),
    same_source: str = "",
    settings: FinetuneSettings | None = None,
    weights: str | os.PathLike[str] | None = None,
    progress: Callable[[FinetuneProgress], None] | None = None,
    restart: bool = False,
) -> Outcome:
    """Trains a model that begins with YAMNet's weights, and writes it to `output`.

    `data` is a folder with a subfolder of sounds for each class, a project, or a table of labels;
    `classes` are the labels to train (none: all), `none` labels of sounds that belong to none of
    them, `same_source` a regular expression whose group says which original a file was cut from.
    `settings` say how (None: the last layer alone). `progress` is called after every step. The
    outcome compares the ways to detect the classes on recordings that training never heard, and
    says which to use. What was interrupted goes on when called again, unless `restart`. Raises
    UserError.
    """
    sounds = training_data(Path(data), DataChoice(tuple(classes), tuple(none), same_source))
    begin = Path(weights) if weights is not None else None
    outcome = None
    for step in fine_tune(sounds, Path(output), settings, weights=begin, restart=restart):
        outcome = step.outcome
        if progress is not None:
            progress(step)
    assert outcome is not None
    return outcome
