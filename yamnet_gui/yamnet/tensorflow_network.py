"""The network as one TensorFlow function over a batch of fixed size."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from yamnet_gui.core.model_parameters import MEL_BANDS, PATCH_FRAMES
from yamnet_gui.core.threads import network_threads

from ._tensorflow import import_tensorflow
from .model_info import ModelInfo
from .network import Floats, Network
from .parameters import LAYERS
from .weights import Weights

_CALLS_AT_ONCE = 2
"""While one waits for its slowest thread, or a core is busy with reading and resampling, the other
continues."""


class TensorFlowNetwork(Network):
    """The reference, and the runtime for GPUs.

    Every call runs the same concrete function on `batch` patches (the last ones padded with
    zeros), so that a patch's result depends on its place in the batch at most.
    """

    runtime = "tensorflow"
    place_matters = True

    def __init__(self, weights: Weights, batch: int = 64) -> None:
        tf = import_tensorflow()
        gpus = tf.config.list_physical_devices("GPU")
        device = f"GPU ({len(gpus)})" if gpus else f"CPU ({network_threads()} cores)"
        super().__init__(weights.file, batch, device, _CALLS_AT_ONCE)
        # Handed to the graph, not part of it: as constants they are copied and rewritten by each
        # pass over the graph, which costs half a second and 170 MB, and gains 2 % of a call at most
        signature = tf.TensorSpec((batch, PATCH_FRAMES, MEL_BANDS), tf.float32)
        function = tf.function(network_function(tf, weights, tf.constant), autograph=False)
        self._function = function.get_concrete_function(signature)
        self._constant: Callable[[Floats], Any] = tf.constant

    def _run(self, patches: Floats) -> tuple[Floats, Floats]:
        count = len(patches)
        if count < self.batch:
            full = np.zeros((self.batch, PATCH_FRAMES, MEL_BANDS), np.float32)
            full[:count] = patches
            patches = full
        scores, embeddings = self._function(self._constant(patches))
        return scores.numpy()[:count], embeddings.numpy()[:count]


def network_function(
    tf: Any, weights: Weights, held: Callable[[NDArray[np.float32]], Any]
) -> Callable[[Any], tuple[Any, Any]]:
    """The network itself, of patches (n, 96, 64); `held` is how the graph holds the weights."""
    kernels = [held(kernel) for kernel in weights.kernels]
    biases = [held(bias) for bias in weights.biases]
    last = (held(weights.logits_kernel), held(weights.logits_bias))
    return network_of(tf, kernels, biases, last, weights.file.model)


def network_of(
    tf: Any,
    kernels: Sequence[Any],
    biases: Sequence[Any],
    last: tuple[Any, Any],
    model: ModelInfo | None,
) -> Callable[[Any], tuple[Any, Any]]:
    """The network of tensors that go with `LAYERS`; `last` are kernel and bias of the last layer.

    `model` says how its numbers become scores (None: as YAMNet's do).
    """

    def network(patches: Any) -> tuple[Any, Any]:
        net = tf.expand_dims(patches, -1)
        for layer, kernel, bias in zip(LAYERS, kernels, biases, strict=True):
            strides = [1, layer.stride, layer.stride, 1]
            convolve = tf.nn.depthwise_conv2d if layer.depthwise else tf.nn.conv2d
            net = convolve(net, kernel, strides=strides, padding="SAME")
            net = tf.nn.relu(tf.nn.bias_add(net, bias))
        embeddings = tf.reduce_mean(net, axis=(1, 2))
        return scores_of_logits(tf, tf.matmul(embeddings, last[0]) + last[1], model), embeddings

    return network


def scores_of_logits(tf: Any, logits: Any, model: ModelInfo | None) -> Any:
    """The scores (n, classes) of the last layer's numbers: see `model_info.ModelOutput`."""
    if model is None or model.output == "sigmoid":
        return tf.sigmoid(logits)
    own = logits[:, : len(model.classes) - model.trained]
    trained = logits[:, len(model.classes) - model.trained :]
    if model.output == "softmax":
        shared = tf.nn.softmax(trained)
    else:  # the number of "none of them" is 0
        shared = tf.nn.softmax(tf.pad(trained, ((0, 0), (0, 1))))[:, :-1]
    return tf.concat((tf.sigmoid(own), shared), axis=1) if model.keeps_yamnet else shared
