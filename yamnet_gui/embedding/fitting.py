"""Fits the arrays of a classifier to examples: logistic regression, and a small dense network."""

from collections.abc import Generator
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from .classifier import Layer, Output, activated
from .examples import NEGATIVE, ExampleSet
from .frames import Floats

Doubles = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class TeachOptions:
    """How a class is taught.

    "logistic" is logistic regression, `strength` its inverse regularisation (scikit-learn's C).
    "network" has one layer of `hidden` units with `dropout` and is trained by Adam for `epochs`.
    `output` "sigmoid" judges each class on its own; "softmax" suits classes that exclude each
    other. `balanced` gives every class the same weight whatever the number of its examples.
    `folds` is that of the cross-validation by recording. The same seed gives the same result.
    """

    method: Literal["logistic", "network"] = "logistic"
    output: Output = "sigmoid"
    strength: float = 1.0
    hidden: int = 128
    dropout: float = 0.5
    epochs: int = 150
    learning_rate: float = 1e-3
    decay: float = 1e-3
    balanced: bool = True
    folds: int = 5
    learning_curve: bool = True
    seed: int = 0


def fitted(
    examples: ExampleSet, options: TeachOptions
) -> Generator[float, None, tuple[Layer, ...]]:
    """Yields the share that is done and returns the layers; close it to stop at once."""
    vectors = unit(examples.vectors)
    weights = frame_weights(examples, options.balanced)
    wanted = targets(examples, options.output)
    fit = _network if options.method == "network" else _logistic
    return (yield from fit(vectors, wanted, weights, options))


def unit(vectors: Floats) -> Floats:
    """Each row divided by its length; rows of zeros stay."""
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.divide(vectors, lengths, out=np.zeros_like(vectors), where=lengths > 0)


def targets(examples: ExampleSet, output: Output) -> Floats:
    """What each frame should give, float32 (frames, outputs). Softmax has an output for "none of
    them" behind the classes where there are such examples."""
    own = examples.targets[examples.owners]
    count = len(examples.labels)
    spare = output == "softmax" and bool((own == NEGATIVE).any())
    wanted = np.zeros((len(own), count + spare), np.float32)
    known = own != NEGATIVE
    wanted[np.flatnonzero(known), own[known]] = 1
    if spare:
        wanted[~known, count] = 1
    return wanted


def frame_weights(examples: ExampleSet, balanced: bool) -> Doubles:
    """The weight of each frame: an example counts as much as its `weight`, however many frames it
    has; `balanced`, every class (and the negatives) counts the same in sum. Mean 1 an example."""
    each = examples.weights.copy()
    if balanced:
        kinds = examples.targets + 1
        sums = np.bincount(kinds, each, minlength=len(examples.labels) + 1)
        each = each / sums[kinds]
    each *= len(each) / each.sum()
    frames = np.bincount(examples.owners, minlength=len(examples))
    return np.asarray((each / frames)[examples.owners])


def _logistic(
    vectors: Floats, wanted: Floats, weights: Doubles, options: TeachOptions
) -> Generator[float, None, tuple[Layer, ...]]:
    """Logistic regression with an L2 penalty, by scikit-learn.

    The solution lies in the space that the examples span, so it is looked for there: with fewer
    examples than numbers in an embedding this is exact and many times faster.
    """
    from sklearn.linear_model import LogisticRegression

    wide = vectors.astype(np.float64)
    basis = np.eye(wide.shape[1])
    if len(wide) < wide.shape[1]:
        basis = np.linalg.qr(wide.T)[0]
    inner = wide @ basis

    def fit(labels: NDArray[np.int64], weight: Doubles) -> tuple[Doubles, Doubles]:
        model = LogisticRegression(C=options.strength * _SCALE, max_iter=1000)
        model.fit(inner, labels, weight)
        return basis @ model.coef_.T, model.intercept_

    columns = wanted.shape[1]
    if options.output == "softmax" and columns > 1:
        yield 0.0
        found = wanted.argmax(axis=1)
        kernel = np.zeros((wide.shape[1], columns))
        bias = np.full(columns, _NEVER)
        coefficients, intercept = fit(found, weights)
        present = np.unique(found)
        if len(present) == 2:  # scikit-learn gives one row for two classes
            coefficients = np.concatenate([-coefficients / 2, coefficients / 2], axis=1)
            intercept = np.concatenate([-intercept / 2, intercept / 2])
        kernel[:, present], bias[present] = coefficients, intercept
        yield 1.0
        return (_layer(kernel, bias),)
    kernel, bias = np.zeros((wide.shape[1], columns)), np.zeros(columns)
    for k in range(columns):
        yield k / columns
        labels = wanted[:, k].astype(np.int64)
        if labels.min() == labels.max():
            bias[k] = -_NEVER if labels[0] else _NEVER
            continue
        coefficients, intercept = fit(labels, _evened(weights, labels, options.balanced))
        kernel[:, k], bias[k] = coefficients[:, 0], intercept[0]
    yield 1.0
    return (_layer(kernel, bias),)


_SCALE = 10.0
_NEVER = -20.0


def _evened(weights: Doubles, labels: NDArray[np.int64], balanced: bool) -> Doubles:
    """Weights with which a class and all the rest count the same."""
    if not balanced:
        return weights
    sums = np.bincount(labels, weights, minlength=2)
    return np.asarray(weights * (weights.sum() / (2 * sums))[labels])


def _network(
    vectors: Floats, wanted: Floats, weights: Doubles, options: TeachOptions
) -> Generator[float, None, tuple[Layer, ...]]:
    """A dense layer with ReLU and dropout and a last layer, trained by Adam (Kingma and Ba, 2015)
    on cross-entropy; dropout after Srivastava et al. (2014), scaled while training."""
    rng = np.random.default_rng(options.seed)
    numbers, outputs, hidden = vectors.shape[1], wanted.shape[1], options.hidden
    scaled = vectors * _WIDEN
    arrays = [
        rng.normal(0, np.sqrt(2 / numbers), (numbers, hidden)).astype(np.float32),
        np.zeros(hidden, np.float32),
        rng.normal(0, np.sqrt(1 / hidden), (hidden, outputs)).astype(np.float32),
        np.zeros(outputs, np.float32),
    ]
    adam = _Adam(arrays, options.learning_rate, options.decay)
    each = weights.astype(np.float32)[:, np.newaxis]
    if options.output == "sigmoid" and options.balanced:
        share = (each * wanted).sum(axis=0) / each.sum()
        share = np.clip(share, 1e-6, 1 - 1e-6)
        each = each * np.where(wanted > 0, 0.5 / share, 0.5 / (1 - share)).astype(np.float32)
    keep = 1 - options.dropout
    for epoch in range(options.epochs):
        yield epoch / options.epochs
        order = rng.permutation(len(scaled))
        for first in range(0, len(order), _BATCH):
            part = order[first : first + _BATCH]
            inputs = scaled[part]
            before = inputs @ arrays[0] + arrays[1]
            mask = (rng.random(before.shape, np.float32) < keep).astype(np.float32) / keep
            middle = np.maximum(before, 0) * mask
            given = activated(middle @ arrays[2] + arrays[3], options.output)
            # the slope of both cross-entropies is the same: what is given less what is wanted
            slope = (given - wanted[part]) * each[part] / len(part)
            back = (slope @ arrays[2].T) * mask * (before > 0)
            adam.step([inputs.T @ back, back.sum(axis=0), middle.T @ slope, slope.sum(axis=0)])
    yield 1.0
    return (_layer(arrays[0] * _WIDEN, arrays[1]), _layer(arrays[2], arrays[3]))


_BATCH = 64
_WIDEN = np.float32(8.0)


class _Adam:
    """Steps downhill with a rate of its own for each number; weights (not biases) decay."""

    def __init__(self, arrays: list[Floats], rate: float, decay: float) -> None:
        self._arrays = arrays
        self._rate = rate
        self._decay = decay
        self._mean = [np.zeros_like(a) for a in arrays]
        self._square = [np.zeros_like(a) for a in arrays]
        self._steps = 0

    def step(self, slopes: list[Floats]) -> None:
        self._steps += 1
        first, second = 1 - 0.9**self._steps, 1 - 0.999**self._steps
        for array, slope, mean, square in zip(
            self._arrays, slopes, self._mean, self._square, strict=True
        ):
            mean += 0.1 * (slope - mean)
            square += 0.001 * (slope * slope - square)
            if array.ndim == 2:
                array *= np.float32(1 - self._rate * self._decay)
            array -= np.float32(self._rate) * (mean / first) / (np.sqrt(square / second) + 1e-8)


def _layer(weights: NDArray[np.floating], bias: NDArray[np.floating]) -> Layer:
    return Layer(np.ascontiguousarray(weights, np.float32), np.ascontiguousarray(bias, np.float32))
