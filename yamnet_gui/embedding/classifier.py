"""Custom classes: a few arrays that turn embeddings into scores, and the file that holds them."""

import math
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from .frames import Floats

CLASSIFIER_SUFFIX = ".yamnet-class"
Output = Literal["sigmoid", "softmax"]


@dataclass(frozen=True)
class DenseLayer:
    """values · weights + bias; `weights` float32 (in, out), `bias` float32 (out,)."""

    weights: Floats
    bias: Floats

    def __call__(self, values: Floats) -> Floats:
        return values @ self.weights + self.bias


@dataclass(frozen=True)
class Classifier:
    """Custom classes on the embeddings of one model.

    `layers` follow each other with a ReLU between two. "sigmoid" scores each class on its own;
    "softmax" shares 1 among them and, where the last layer has one output more than there are
    labels, "none of them". `unit_length` divides each embedding by its length first.
    `thresholds` (one a label) have the best F1 in the cross-validation, `about` describes the
    training and the cross-validation; plain JSON values.
    """

    labels: tuple[str, ...]
    layers: tuple[DenseLayer, ...]
    model_sha256: str
    output: Output = "sigmoid"
    unit_length: bool = False
    thresholds: tuple[float, ...] = ()
    about: dict[str, Any] = field(default_factory=dict)

    @property
    def numbers(self) -> int:
        """Width of the embeddings that it takes."""
        return int(self.layers[0].weights.shape[0])

    @property
    def sha256(self) -> str:
        """Names what the scores depend on: labels, arrays, output."""
        digest = sha256(repr((self.labels, self.output, self.unit_length)).encode())
        for layer in self.layers:
            for array in (layer.weights, layer.bias):
                digest.update(repr(array.shape).encode())
                digest.update(np.ascontiguousarray(array, "<f4").tobytes())
        return digest.hexdigest()

    def threshold(self, label: str) -> float:
        """The score from which the class counts as present; 0.5 without a cross-validation."""
        place = self.labels.index(label)
        return self.thresholds[place] if self.thresholds else 0.5

    def scores(self, embeddings: NDArray[np.float16] | Floats) -> Floats:
        """Scores in [0, 1] of frames (n, numbers), float32 (n, labels). Uncalibrated."""
        values = np.asarray(embeddings, np.float32)
        if self.unit_length:
            lengths = np.linalg.norm(values, axis=1, keepdims=True)
            values = np.divide(values, lengths, out=np.zeros_like(values), where=lengths > 0)
        for layer in self.layers[:-1]:
            values = np.maximum(layer(values), 0)
        return activated(self.layers[-1](values), self.output)[:, : len(self.labels)]


def activated(values: Floats, output: Output) -> Floats:
    """Sigmoids, or the softmax over each row."""
    if output == "softmax":
        powers = np.exp(values - values.max(axis=1, keepdims=True))
        return np.asarray(powers / powers.sum(axis=1, keepdims=True), np.float32)
    return np.asarray(0.5 * (1 + np.tanh(values / 2)), np.float32)  # never overflows


def checked(classifier: Classifier) -> Classifier:
    """The classifier, where all its parts fit together. Raises ValueError with the reason."""
    labels, layers = classifier.labels, classifier.layers
    if not labels or len({label.casefold() for label in labels}) != len(labels):
        raise ValueError("its classes need unique names")
    if not layers:
        raise ValueError("it has no layers")
    width = classifier.numbers
    for layer in layers:
        if layer.weights.ndim != 2 or layer.weights.shape[0] != width:
            raise ValueError("the shapes of its layers do not match")
        width = int(layer.weights.shape[1])
        if layer.bias.shape != (width,):
            raise ValueError("the shapes of its layers do not match")
        if not (np.isfinite(layer.weights).all() and np.isfinite(layer.bias).all()):
            raise ValueError("its numbers are not all finite")
    spare = 1 if classifier.output == "softmax" else 0
    if not len(labels) <= width <= len(labels) + spare:
        raise ValueError("its number of outputs differs from its number of classes")
    if classifier.thresholds and (
        len(classifier.thresholds) != len(labels)
        or not all(math.isfinite(t) and 0 <= t <= 1 for t in classifier.thresholds)
    ):
        raise ValueError("its thresholds are invalid")
    return classifier
