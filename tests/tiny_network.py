"""A small deterministic stand-in for the weights, in the layout of the published file."""

from pathlib import Path

import h5py
import numpy as np

from yamnet_gui.core.model_parameters import CLASSES, EMBEDDING_SIZE
from yamnet_gui.yamnet.parameters import LAYERS


def write_tiny_weights(path: Path, seed: int = 0) -> Path:
    """Writes random weights of the published shapes (15 MB) that depend on `seed` alone.

    Kernels are scaled so that activations keep their size from layer to layer, and the last layer
    so that each class answers to some patches and not to others: scores of noise, tones and
    silence differ.
    """
    random = np.random.default_rng(seed)
    with h5py.File(path, "w") as file:

        def write(layer: str, name: str, values: np.ndarray) -> None:
            file[f"{layer}/{layer}/{name}:0"] = np.asarray(values, dtype=np.float32)

        for layer in LAYERS:
            height, width, inputs, _ = layer.kernel_shape
            terms = height * width * (1 if layer.depthwise else inputs)
            kernel = random.standard_normal(layer.kernel_shape) * np.sqrt(3 / terms)
            if layer.inputs == 1:  # else the level of silence, log(0.001), outweighs all sounds
                kernel -= kernel.mean(axis=(0, 1))
            elif not layer.depthwise:  # else what all channels share outgrows what they tell
                kernel -= kernel.mean(axis=2, keepdims=True)
            write(layer.name, layer.kernel_name.rpartition("/")[2], kernel)
            write(f"{layer.name}/bn", "beta", 0.05 * random.standard_normal(layer.outputs))
            write(f"{layer.name}/bn", "moving_mean", 0.05 * random.standard_normal(layer.outputs))
            write(f"{layer.name}/bn", "moving_variance", random.uniform(0.8, 1.2, layer.outputs))
        logits = random.standard_normal((EMBEDDING_SIZE, CLASSES)) * np.sqrt(0.004 / EMBEDDING_SIZE)
        write("logits", "kernel", logits - logits.mean(axis=0))
        write("logits", "bias", random.normal(-1.5, 0.3, CLASSES))
    return path
