"""Trains the arrays of a classifier on examples: logistic regression, and a small dense network."""

from collections.abc import Generator
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from yamnet_gui.core.threads import BLAS_THREADS

from .classifier import DenseLayer, Output, activated
from .examples import NEGATIVE, ExampleSet
from .frames import Floats

Doubles = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class TrainingOptions:
    """How a custom class is trained.

    "logistic" is logistic regression, `strength` its inverse regularisation (the C of
    scikit-learn).
    "network" has one layer of `hidden` units with `dropout` and is trained by Adam for `epochs`.
    `output` "sigmoid" scores each class on its own; "softmax" suits classes that exclude each
    other. `balanced` gives every class the same weight whatever the number of its examples.
    `folds` is that of the cross-validation by recording. The same seed gives the same result.
    """

    method: Literal["logistic", "network"] = "logistic"
    output: Output = "sigmoid"
    strength: float = 100.0
    hidden: int = 128
    dropout: float = 0.5
    epochs: int = 150
    learning_rate: float = 1e-3
    decay: float = 1e-3
    balanced: bool = True
    folds: int = 5
    learning_curve: bool = True
    seed: int = 0


def train_layers(
    examples: ExampleSet, options: TrainingOptions
) -> Generator[float, None, tuple[DenseLayer, ...]]:
    """Yields the share that is done and returns the layers; close it to stop at once."""
    wanted = targets(examples, options.output)
    weights = loss_weights(examples, wanted, options)
    fit = _network if options.method == "network" else _logistic
    # on small products more threads mostly wait for each other: ten times slower on busy cores
    with BLAS_THREADS.one():
        return (yield from fit(examples.vectors, wanted, weights, options))


def targets(examples: ExampleSet, output: Output) -> Floats:
    """What each example should give, float32 (examples, outputs). Softmax has an output for "none
    of them" behind the classes where there are such examples."""
    count = len(examples.labels)
    known = examples.targets != NEGATIVE
    spare = output == "softmax" and not known.all()
    wanted = np.zeros((len(examples), count + spare), np.float32)
    wanted[np.flatnonzero(known), examples.targets[known]] = 1
    if spare:
        wanted[~known, count] = 1
    return wanted


def loss_weights(examples: ExampleSet, wanted: Floats, options: TrainingOptions) -> Floats:
    """What each example counts for each output, float32 (examples, outputs); mean 1.

    `balanced`: under softmax all classes count the same in sum, under sigmoid a class and
    everything else.
    """
    return balanced_weights(examples.weights, wanted, options.output, balanced=options.balanced)


def balanced_weights(
    weights: Doubles, wanted: Floats, output: Output, *, balanced: bool = True
) -> Floats:
    """`loss_weights` of rows that weigh `weights` (rows,) and should give `wanted`."""
    each = np.repeat(weights[:, np.newaxis], wanted.shape[1], axis=1)
    if balanced:
        if output == "softmax":
            sums = (each * wanted).sum(axis=0)
            share = np.where(sums > 0, sums, 1)[wanted.argmax(axis=1)]
            each = each / share[:, np.newaxis]
        else:
            own, rest = (each * wanted).sum(axis=0), (each * (1 - wanted)).sum(axis=0)
            each = each / np.where(wanted > 0, np.maximum(own, 1e-9), np.maximum(rest, 1e-9))
    means = each.mean(axis=0)
    return np.asarray(each / np.where(means > 0, means, 1), np.float32)


def _logistic(
    vectors: Floats, wanted: Floats, weights: Floats, options: TrainingOptions
) -> Generator[float, None, tuple[DenseLayer, ...]]:
    """Logistic regression with an L2 penalty (inverse `strength`), by SciPy's L-BFGS.

    All outputs are fitted in one go, in the space that the examples span, where the solution lies.
    """
    from scipy.optimize import minimize

    yield 0.0
    basis = _basis(vectors)
    inner = vectors.astype(np.float64) @ basis
    shape = (inner.shape[1] + 1, wanted.shape[1])

    def loss(flat: Doubles) -> tuple[float, Doubles]:
        array = flat.reshape(shape)
        raw = inner @ array[:-1] + array[-1]
        if options.output == "softmax":
            logs = raw - np.logaddexp.reduce(raw, axis=1, keepdims=True)
            total = -(weights * wanted * logs).sum()
            given = np.exp(logs)
        else:
            total = (weights * (np.logaddexp(0, raw) - wanted * raw)).sum()
            given = 0.5 * (1 + np.tanh(raw / 2))
        slope = weights * (given - wanted)
        down = np.vstack([inner.T @ slope + array[:-1] / options.strength, slope.sum(axis=0)])
        return total + (array[:-1] ** 2).sum() / (2 * options.strength), down.ravel()

    flat = np.zeros(shape[0] * shape[1])
    for done in range(0, _MOST_STEPS, _STEPS_AT_ONCE):
        step = minimize(
            loss, flat, jac=True, method="L-BFGS-B", options={"maxiter": _STEPS_AT_ONCE}
        )
        flat = step.x
        yield (done + _STEPS_AT_ONCE) / _MOST_STEPS  # a place to be stopped at
        if step.success:
            break
    coefficients = flat.reshape(shape)
    bias = coefficients[-1].copy()
    bias[~wanted.any(axis=0)] = _NEVER  # a class of which no example was left to train on
    yield 1.0
    return (_layer(basis @ coefficients[:-1], bias),)


def _basis(vectors: Floats) -> Doubles:
    """Orthonormal columns (numbers, k) that span the examples.

    What is learned from them by slopes never leaves their span. With fewer examples than numbers
    in an embedding, looking only there is exact and many times faster.
    """
    wide = vectors.astype(np.float64)
    if len(wide) >= wide.shape[1]:
        return np.eye(wide.shape[1])
    return np.linalg.qr(wide.T)[0]


_MOST_STEPS = 240
_STEPS_AT_ONCE = 30
_NEVER = -20.0


def _network(
    vectors: Floats, wanted: Floats, weights: Floats, options: TrainingOptions
) -> Generator[float, None, tuple[DenseLayer, ...]]:
    """A dense layer with ReLU and dropout and a last layer, trained by Adam (Kingma and Ba, 2015)
    on cross-entropy; dropout after Srivastava et al. (2014), scaled while training."""
    rng = np.random.default_rng(options.seed)
    basis = _basis(vectors)
    inner = np.asarray(vectors @ basis, np.float32) * _WIDEN
    numbers, outputs, hidden = inner.shape[1], wanted.shape[1], options.hidden
    arrays = [
        rng.normal(0, np.sqrt(2 / vectors.shape[1]), (numbers, hidden)).astype(np.float32),
        np.zeros(hidden, np.float32),
        rng.normal(0, np.sqrt(1 / hidden), (hidden, outputs)).astype(np.float32),
        np.zeros(outputs, np.float32),
    ]
    adam = _Adam(arrays, options.learning_rate, options.decay)
    keep = 1 - options.dropout
    for epoch in range(options.epochs):
        yield epoch / options.epochs
        order = rng.permutation(len(inner))
        for first in range(0, len(order), _BATCH):
            part = order[first : first + _BATCH]
            inputs = inner[part]
            before = inputs @ arrays[0] + arrays[1]
            mask = (rng.random(before.shape, np.float32) < keep).astype(np.float32) / keep
            middle = np.maximum(before, 0) * mask
            given = activated(middle @ arrays[2] + arrays[3], options.output)
            # the slope of both cross-entropies is the same: what is given less what is wanted
            slope = (given - wanted[part]) * weights[part] / len(part)
            back = (slope @ arrays[2].T) * mask * (before > 0)
            adam.step([inputs.T @ back, back.sum(axis=0), middle.T @ slope, slope.sum(axis=0)])
    yield 1.0
    return (_layer(basis @ arrays[0] * _WIDEN, arrays[1]), _layer(arrays[2], arrays[3]))


_BATCH = 64
_WIDEN = np.float32(8.0)


class _Adam:
    """Gradient steps with a separate rate for each number; weights (not biases) decay."""

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


def _layer(weights: NDArray[np.floating], bias: NDArray[np.floating]) -> DenseLayer:
    return DenseLayer(
        np.ascontiguousarray(weights, np.float32), np.ascontiguousarray(bias, np.float32)
    )
