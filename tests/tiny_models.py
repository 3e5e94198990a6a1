"""A small fine-tuned model without training: the tiny network with other classes."""

from pathlib import Path

import numpy as np

from yamnet_gui.core.class_map import SoundClass
from yamnet_gui.core.resources import bundled_class_map
from yamnet_gui.yamnet import ModelInfo, ModelOutput, WeightsFile, write_model
from yamnet_gui.yamnet.parameters import LOGITS_BIAS, LOGITS_KERNEL
from yamnet_gui.yamnet.weights import model_arrays


def write_tiny_model(
    path: Path,
    weights: Path,
    trained: tuple[str, ...] = ("chiffchaff", "hammer drill"),
    *,
    keep: bool = False,
    output: ModelOutput = "sigmoid",
    name: str = "garden",
    thresholds: tuple[float, ...] = (),
    card: str = "",
) -> WeightsFile:
    """Writes a model of these classes, behind YAMNet's own (`keep`) or instead of them.

    They are scored as YAMNet's first classes are, so that sounds differ in them.
    """
    parent, arrays = model_arrays(weights)
    kernel, bias = arrays[LOGITS_KERNEL], arrays[LOGITS_BIAS]
    count = len(trained)
    new = (2 * kernel[:, :count], bias[:count] + 1)
    if keep:
        new = (np.concatenate([kernel, new[0]], axis=1), np.concatenate([bias, new[1]]))
    own = bundled_class_map().classes if keep else ()
    classes = (*own, *(SoundClass(len(own) + k, "", text) for k, text in enumerate(trained)))
    info = ModelInfo(
        name=name,
        classes=classes,
        trained=count,
        output=output,
        parent=parent.identity,
        parent_name=parent.name,
        created="2026-11-26T10:00:00Z",
        thresholds=thresholds,
        card=card or f"# {name}\n",
    )
    values = {LOGITS_KERNEL: new[0], LOGITS_BIAS: new[1]}
    values = {key: np.ascontiguousarray(array, np.float32) for key, array in values.items()}
    return write_model(path, arrays | values, info)
