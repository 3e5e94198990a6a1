"""The network in NumPy alone: slow, and the reference for files that the program writes itself."""

import numpy as np
from numpy.typing import NDArray

from .model_info import ModelInfo
from .network import Floats
from .parameters import LAYERS
from .weights import Weights


def run_in_numpy(weights: Weights, patches: Floats) -> tuple[Floats, Floats]:
    """Scores (n, classes) and embeddings (n, 1024) of log-mel patches (n, 96, 64), all float32.

    A quarter of a second for a patch.
    """
    net = patches[..., np.newaxis]
    for layer, kernel, bias in zip(LAYERS, weights.kernels, weights.biases, strict=True):
        if layer.depthwise or layer.size > 1:
            windows = _windows(net, layer.size, layer.stride)
            if layer.depthwise:
                net = np.einsum("nhwcij,ijc->nhwc", windows, kernel[..., 0], optimize=True)
            else:
                net = np.einsum("nhwcij,ijco->nhwo", windows, kernel, optimize=True)
        else:
            net = net @ kernel[0, 0]
        net = np.maximum(net + bias, 0)
    embeddings = net.mean(axis=(1, 2))
    logits = embeddings @ weights.logits_kernel + weights.logits_bias
    scores = _scores(logits, weights.file.model)
    return scores.astype(np.float32), embeddings.astype(np.float32)


def _scores(logits: Floats, model: ModelInfo | None) -> Floats:
    """The scores (n, classes) of the last layer's numbers: see `model_info.ModelOutput`."""
    with np.errstate(over="ignore"):  # of a very low number: the score is 0
        scores = 1 / (1 + np.exp(-logits))
    if model is not None and model.output != "sigmoid":
        trained = logits[:, len(model.classes) - model.trained :]
        none = -np.inf if model.output == "softmax" else 0.0
        highest = np.maximum(trained.max(axis=1, keepdims=True), none)
        shares = np.exp(trained - highest)
        whole = shares.sum(axis=1, keepdims=True) + np.exp(none - highest)
        scores[:, len(model.classes) - model.trained :] = shares / whole
    return np.asarray(scores, np.float32)


def _windows(net: Floats, size: int, stride: int) -> NDArray[np.float32]:
    """Views (n, height, width, channels, size, size), padded as TensorFlow's "SAME" does."""
    padding = [(0, 0)]
    for length in net.shape[1:3]:
        total = max((-(-length // stride) - 1) * stride + size - length, 0)
        padding.append((total // 2, total - total // 2))
    padded = np.pad(net, [*padding, (0, 0)])
    windows = np.lib.stride_tricks.sliding_window_view(padded, (size, size), axis=(1, 2))
    return windows[:, ::stride, ::stride]
