"""The weights that training begins with."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from yamnet_gui.core.errors import SettingsError
from yamnet_gui.core.model_parameters import CLASSES
from yamnet_gui.yamnet import WeightsFile
from yamnet_gui.yamnet.parameters import LAYERS, LOGITS_BIAS, LOGITS_KERNEL
from yamnet_gui.yamnet.trainable_network import TrainableNetwork, TrainingPlan
from yamnet_gui.yamnet.weights import model_arrays, required_weights
from yamnet_gui.yamnet.weights_reading import Arrays

from .settings import FinetuneSettings

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Parent:
    """Weights and what embeds under them; `kernel` and `bias` are those of YAMNet's classes."""

    file: WeightsFile
    arrays: Arrays
    embed: Callable[[Floats], Floats]
    kernel: Floats
    bias: Floats

    @classmethod
    def read(cls, weights: Path | None, settings: FinetuneSettings) -> "Parent":
        """Raises UserError."""
        path = required_weights(weights)
        file, arrays = model_arrays(path)
        if settings.keep_yamnet and file.model is not None and not file.model.keeps_yamnet:
            raise SettingsError(
                path, "has none of YAMNet's classes that could be kept", "train without them"
            )
        kept = CLASSES if file.model is None or file.model.keeps_yamnet else 0
        embed = embedder(arrays, settings.batch)
        return cls(file, arrays, embed, arrays[LOGITS_KERNEL][:, :kept], arrays[LOGITS_BIAS][:kept])


def embedder(arrays: Arrays, batch: int) -> Callable[[Floats], Floats]:
    """Embeddings (n, 1024) of patches (n, 96, 64) under these weights."""
    plan = TrainingPlan(len(LAYERS), 1, False, "sigmoid", (), batch, 0.0, 0.0)
    return TrainableNetwork(arrays, plan).features
