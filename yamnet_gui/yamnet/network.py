"""The network as one TensorFlow function over a batch of fixed size."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from yamnet_gui.core.model_parameters import MEL_BANDS, PATCH_FRAMES
from yamnet_gui.core.threads import usable_cores

from ._tensorflow import import_tensorflow
from .parameters import LAYERS
from .weights import Weights, WeightsFile, load_weights, required_weights

Floats = NDArray[np.float32]

DEFAULT_BATCH = 64
"""Patches per call of the network."""


class Network:
    """YAMNet from log-mel patches to scores and embeddings.

    Every call runs the same concrete function on `batch` patches (the last ones padded with
    zeros), so that a patch's result depends on its place in the batch at most, never on how many
    came with it. Calls from several threads are safe.
    """

    def __init__(self, weights: Weights, batch: int = DEFAULT_BATCH) -> None:
        self.weights_file: WeightsFile = weights.file
        self.batch = batch
        self._logits_kernel = weights.logits_kernel
        tf = import_tensorflow()
        gpus = tf.config.list_physical_devices("GPU")
        self.device = f"GPU ({len(gpus)})" if gpus else f"CPU ({usable_cores()} cores)"
        """Where the network runs, for display."""
        self._function = _concrete_function(tf, weights, batch)
        self._constant: Callable[[Floats], Any] = tf.constant

    def __call__(self, patches: Floats) -> tuple[Floats, Floats]:
        """Log-mel patches float32 (n, 96, 64) to scores (n, 521) and embeddings (n, 1024)."""
        outputs = [
            self._run(patches[start : start + self.batch])
            for start in range(0, len(patches), self.batch)
        ]
        if len(outputs) == 1:
            return outputs[0]
        if not outputs:
            kernel = self._logits_kernel
            return np.empty((0, kernel.shape[1]), np.float32), np.empty(
                (0, kernel.shape[0]), np.float32
            )
        scores, embeddings = zip(*outputs, strict=True)
        return np.concatenate(scores), np.concatenate(embeddings)

    def warm_up(self) -> None:
        """Runs a batch of silence: the first call prepares what all others use."""
        self(np.zeros((1, PATCH_FRAMES, MEL_BANDS), np.float32))

    def _run(self, patches: Floats) -> tuple[Floats, Floats]:
        count = len(patches)
        if count < self.batch:
            full = np.zeros((self.batch, PATCH_FRAMES, MEL_BANDS), np.float32)
            full[:count] = patches
            patches = full
        scores, embeddings = self._function(self._constant(patches))
        return scores.numpy()[:count], embeddings.numpy()[:count]


def load_network(path: Path | None = None, batch: int = DEFAULT_BATCH) -> Network:
    """The network with the weights in `path`, else with those that `find_weights` finds.

    Raises WeightsError where there are none or where they are broken.
    """
    return Network(load_weights(required_weights(path)), batch)


def _concrete_function(tf: Any, weights: Weights, batch: int) -> Any:
    # Handed to the graph, not part of it: as constants they are copied and rewritten by each pass
    # over the graph, which costs half a second and 170 MB, and gains 2 % of a call at most.
    kernels = [tf.constant(kernel) for kernel in weights.kernels]
    biases = [tf.constant(bias) for bias in weights.biases]
    logits_kernel = tf.constant(weights.logits_kernel)
    logits_bias = tf.constant(weights.logits_bias)

    def network(patches: Any) -> tuple[Any, Any]:
        net = tf.reshape(patches, (batch, PATCH_FRAMES, MEL_BANDS, 1))
        for layer, kernel, bias in zip(LAYERS, kernels, biases, strict=True):
            strides = [1, layer.stride, layer.stride, 1]
            convolve = tf.nn.depthwise_conv2d if layer.depthwise else tf.nn.conv2d
            net = convolve(net, kernel, strides=strides, padding="SAME")
            net = tf.nn.relu(tf.nn.bias_add(net, bias))
        embeddings = tf.reduce_mean(net, axis=(1, 2))
        scores = tf.sigmoid(tf.matmul(embeddings, logits_kernel) + logits_bias)
        return scores, embeddings

    signature = tf.TensorSpec((batch, PATCH_FRAMES, MEL_BANDS), tf.float32)
    return tf.function(network, autograph=False).get_concrete_function(signature)
