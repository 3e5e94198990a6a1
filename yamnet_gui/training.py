"""Fine-tuning as commands and notebooks start it: on a cluster where one is named."""

import os
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from .batch.cluster import check_place
from .batch.run_folder import run_folder
from .fine_tuning import (
    DataChoice,
    FinetuneProgress,
    FinetuneSettings,
    Outcome,
    fine_tune,
    training_data,
)
from .fine_tuning.embedding_step import EmbedElsewhere, SoundBlocks
from .fine_tuning.material import Material


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
    cluster: str = "",
) -> Outcome:
    """Trains a model that begins with YAMNet's weights, and writes it to `output`.

    `data` is a folder with a subfolder of sounds for each class, a project, or a table of labels;
    `classes` are the labels to train (none: all), `none` labels of sounds that belong to none of
    them, `same_source` a regular expression whose group says which original a file was cut from.
    `settings` say how (None: the last layer alone). `progress` is called after every step. The
    outcome compares the ways to detect the classes on recordings that training never heard, and
    says which to use. What was interrupted goes on when called again, unless `restart`. With a
    `cluster` ("local:4" or others, as `yamnet-gui finetune --cluster` takes them) its workers embed
    the sounds; they must see the folder of `output`. Raises UserError.
    """
    sounds = training_data(Path(data), DataChoice(tuple(classes), tuple(none), same_source))
    begin = Path(weights) if weights is not None else None
    steps = fine_tune(
        sounds,
        Path(output),
        settings,
        weights=begin,
        restart=restart,
        elsewhere=workers_of(cluster),
    )
    outcome = None
    for step in steps:
        outcome = step.outcome
        if progress is not None:
            progress(step)
    assert outcome is not None
    return outcome


def workers_of(cluster: str) -> EmbedElsewhere | None:
    """Who embeds the sounds of a fine-tuning; None for "", which is this process.

    Raises SettingsError where the value names no cluster.
    """
    if not cluster:
        return None
    check_place(cluster)
    return _Workers(cluster)


@dataclass(frozen=True)
class _Workers:
    """The workers of a cluster, which see the folder of the model."""

    cluster: str

    def __call__(
        self, blocks: SoundBlocks, material: Material, out: Path
    ) -> Generator[int, None, Sequence[NDArray[np.float32]]]:
        from .batch.cluster.arrays import arrays_from_cluster

        folder = run_folder(out.absolute())
        recipe = {"weights": blocks.identity, "batch": blocks.batch}
        keys, samples = blocks.keys(material), material.file
        return (yield from arrays_from_cluster(self.cluster, blocks, keys, samples, folder, recipe))
