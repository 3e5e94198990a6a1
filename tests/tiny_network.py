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


def write_tiny_saved_model(folder: Path, weights: Path) -> Path:
    """The variables of a weights file as TensorFlow writes them into a SavedModel's folder.

    The names are those of YAMNet on TensorFlow Hub and Kaggle. The graph is not a real one: it
    must never be read.
    """
    import tensorflow as tf

    from yamnet_gui.yamnet.weights_hdf5 import model_in_hdf5
    from yamnet_gui.yamnet.weights_saved_model import _names_by_order

    arrays = model_in_hdf5(weights, weights.read_bytes())[0]
    keys = {
        f"_yamnet/layer_with_weights-{number}/{part}/.ATTRIBUTES/VARIABLE_VALUE": arrays[name]
        for (number, part), name in _names_by_order().items()
    }
    (folder / "variables").mkdir(parents=True)
    tf.raw_ops.SaveV2(
        prefix=str(folder / "variables" / "variables"),
        tensor_names=list(keys),
        shape_and_slices=[""] * len(keys),
        tensors=[tf.constant(array) for array in keys.values()],
    )
    (folder / "saved_model.pb").write_bytes(b"not a graph")
    return folder
