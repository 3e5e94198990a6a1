"""The network with some of its layers as variables: forward, backward and one optimiser.

Everything that is drawn at random comes from the caller, and every call runs on batches of one
fixed size, so that the same calls give the same numbers. The definition of the layers is
`parameters.LAYERS`, as for running the network.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from yamnet_gui.core.model_parameters import CLASSES, EMBEDDING_SIZE, MEL_BANDS, PATCH_FRAMES

from ._tensorflow import import_tensorflow
from .model_info import ModelOutput
from .parameters import LAYERS, LOGITS_BIAS, LOGITS_KERNEL, NORM_EPSILON, ConvolutionLayer
from .weights_reading import Arrays

Floats = NDArray[np.float32]

FIRST_TRAINED = {"head": len(LAYERS), "block": len(LAYERS) - 2, "blocks": len(LAYERS) - 6, "all": 0}
"""By depth, the first of `LAYERS` that is trained: blocks are pairs of layers."""

_FIRST_MOMENT, _SECOND_MOMENT, _SMALL = 0.9, 0.999, 1e-7
_MOMENTUM = 0.99
"""How much of the statistics of batch norm stays with each step, where they are trained."""


@dataclass(frozen=True, slots=True)
class TrainingPlan:
    """What is trained and how, fixed for all steps.

    `first` is the first of `LAYERS` that is trained, `trained` the number of new classes, `keep`
    whether YAMNet's 521 stay before them. `rates` are the shares of the learning rate of
    `LAYERS[first:]`, one for each. `distillation` is what the difference to YAMNet's own scores
    counts.
    """

    first: int
    trained: int
    keep: bool
    output: ModelOutput
    rates: tuple[float, ...]
    batch: int
    weight_decay: float
    distillation: float
    train_batch_norm: bool = False

    @property
    def kept(self) -> int:
        """How many of the outputs are YAMNet's own."""
        return CLASSES if self.keep else 0

    @property
    def feature_shape(self) -> tuple[int, ...]:
        """The shape of what the frozen part gives for one patch."""
        return feature_shape(self.first)


def feature_shape(first: int) -> tuple[int, ...]:
    """The shape of what the layers before `LAYERS[first]` make of one patch."""
    if first == len(LAYERS):
        return (EMBEDDING_SIZE,)
    height, width = PATCH_FRAMES, MEL_BANDS
    for layer in LAYERS[:first]:
        height, width = -(-height // layer.stride), -(-width // layer.stride)
    return (height, width, LAYERS[first].inputs)


class TrainableNetwork:
    """The network at one moment of its training, on `TrainingPlan.batch` patches at a time.

    `arrays` are those of the parent, by the names in `parameters.ARRAYS`. The new classes begin at
    0: with the logits of "no idea". Raises WeightsError where TensorFlow cannot be used.
    """

    def __init__(self, arrays: Arrays, plan: TrainingPlan) -> None:
        self.plan = plan
        self._tf = tf = import_tensorflow()
        self._parent = arrays
        self._variables: dict[str, Any] = {}
        for layer in LAYERS[plan.first :]:
            self._add(layer.kernel_name, arrays[layer.kernel_name])
            for name in _norms(layer):
                self._add(name, arrays[name])
        kernel, bias = arrays[LOGITS_KERNEL], arrays[LOGITS_BIAS]
        new = np.zeros((EMBEDDING_SIZE, plan.trained), np.float32)
        kept = slice(0, plan.kept)
        self._add(LOGITS_KERNEL, np.hstack([kernel[:, kept], new]))
        self._add(LOGITS_BIAS, np.hstack([bias[kept], np.zeros(plan.trained, np.float32)]))
        self._rates = self._rate_by_name()
        self._moments = {
            f"{name} {moment}": tf.Variable(tf.zeros_like(self._variables[name]))
            for name in self._rates
            for moment in ("first moment", "second moment")
        }
        self._steps = tf.Variable(0, dtype=tf.int64)
        # handed to the graphs, not part of them, where each pass over a graph would copy them
        self._fixed = {name: tf.constant(arrays[name]) for name in _names_below(plan.first)}
        self._starts = {name: one.read_value() for name, one in self._variables.items()}

    @cached_property
    def _frozen(self) -> Any:
        return self._compiled(self._frozen_part, (PATCH_FRAMES, MEL_BANDS))

    @cached_property
    def _forward(self) -> Any:
        return self._compiled(self._outputs, self.plan.feature_shape)

    @cached_property
    def _train(self) -> Any:
        plan = self.plan
        shapes = (plan.feature_shape, (plan.trained,), (plan.trained,), (plan.kept,), ())
        return self._compiled(self._step, *shapes, rate=True)

    # What callers use

    def features(self, patches: Floats) -> Floats:
        """What the frozen layers make of patches (n, 96, 64): (n, *feature_shape)."""
        return self._in_batches(lambda part: (self._frozen(part),), patches)[0]

    def outputs(self, features: Floats) -> tuple[Floats, Floats]:
        """Logits (n, outputs) and embeddings (n, 1024) of features."""
        logits, embeddings = self._in_batches(self._forward, features)
        return logits, embeddings

    def step(
        self,
        features: Floats,
        targets: Floats,
        weights: Floats,
        teacher: Floats,
        distilled: Floats,
        rate: float,
    ) -> float:
        """One step of the optimiser on up to `batch` patches; the loss before it.

        `targets` and `weights` (n, trained) are what each class should be and what that counts,
        `teacher` (n, 521 or 0) the parent's own scores and `distilled` (n,) what they count.
        """
        parts = (features, targets, weights, teacher, distilled)
        loss = self._train(*map(self._padded, parts), np.float32(rate))
        return float(loss)

    def state(self) -> dict[str, NDArray[Any]]:
        """Everything that training changes, for a checkpoint."""
        state = {name: one.numpy() for name, one in (self._variables | self._moments).items()}
        return state | {"steps": self._steps.numpy()}

    def set_state(self, state: Mapping[str, NDArray[Any]]) -> None:
        """Goes back to a state. Raises KeyError or ValueError where it is that of another plan."""
        for name, variable in (self._variables | self._moments | {"steps": self._steps}).items():
            value = state[name]
            if tuple(value.shape) != tuple(variable.shape):
                raise ValueError(f"{name} has another shape")
            variable.assign(value)

    def state_shapes(self) -> dict[str, tuple[int, ...]]:
        """The names and shapes of what `state` gives."""
        every = self._variables | self._moments | {"steps": self._steps}
        return {name: tuple(one.shape) for name, one in every.items()}

    def arrays(self) -> Arrays:
        """All arrays of the model as it is now, by the names in `parameters.ARRAYS`."""
        return self._parent | {name: one.numpy() for name, one in self._variables.items()}

    def set_head(self, kernel: Floats, bias: Floats) -> None:
        """Begins the new classes with a kernel (1024, trained) and a bias (trained,)."""
        for name, values in ((LOGITS_KERNEL, kernel), (LOGITS_BIAS, bias)):
            now = self._variables[name].numpy()
            now[..., self.plan.kept :] = values
            self._variables[name].assign(now)

    # How it is done

    def _add(self, name: str, values: Floats) -> None:
        self._variables[name] = self._tf.Variable(np.asarray(values, np.float32), trainable=False)

    def _rate_by_name(self) -> dict[str, float]:
        """The share of the learning rate of everything that the optimiser changes."""
        plan = self.plan
        rates = {}
        for layer, rate in zip(LAYERS[plan.first :], plan.rates, strict=True):
            rates[layer.kernel_name] = rates[f"{layer.name}/bn/beta"] = rate
        return rates | {LOGITS_KERNEL: 1.0, LOGITS_BIAS: 1.0}

    def _compiled(self, function: Any, *shapes: tuple[int, ...], rate: bool = False) -> Any:
        """A graph for batches of these shapes, and perhaps a number."""
        tf = self._tf
        signature = [tf.TensorSpec((self.plan.batch, *shape), tf.float32) for shape in shapes]
        signature += [tf.TensorSpec((), tf.float32)] * rate
        return tf.function(function, autograph=False).get_concrete_function(*signature)

    def _padded(self, values: Floats) -> Any:
        count = len(values)
        if count < self.plan.batch:
            full = np.zeros((self.plan.batch, *values.shape[1:]), np.float32)
            full[:count] = values
            values = full
        return self._tf.constant(values)

    def _in_batches(self, function: Any, values: Floats) -> tuple[Floats, ...]:
        batch = self.plan.batch
        parts = []
        for start in range(0, max(1, len(values)), batch):
            part = values[start : start + batch]
            given = function(self._padded(part))
            parts.append([one.numpy()[: len(part)] for one in given])
        return tuple(np.concatenate(column) for column in zip(*parts, strict=True))

    def _frozen_part(self, patches: Any) -> Any:
        tf = self._tf
        net = tf.expand_dims(patches, -1)
        for layer in LAYERS[: self.plan.first]:
            net = self._convolved(layer, net, self._fixed[layer.kernel_name])
            net = self._normalised(net, *(self._fixed[name] for name in _norms(layer)))
        return tf.reduce_mean(net, axis=(1, 2)) if self.plan.first == len(LAYERS) else net

    def _convolved(self, layer: Any, net: Any, kernel: Any) -> Any:
        tf = self._tf
        if layer.size == 1:  # as a product, whose slope takes a fraction of a convolution's on CPUs
            _, height, width, inputs = net.shape
            flat = tf.matmul(tf.reshape(net, (-1, inputs)), tf.reshape(kernel, (inputs, -1)))
            return tf.reshape(flat, (-1, height, width, layer.outputs))
        convolve = tf.nn.depthwise_conv2d if layer.depthwise else tf.nn.conv2d
        strides = [1, layer.stride, layer.stride, 1]
        return convolve(net, kernel, strides=strides, padding="SAME")

    def _normalised(self, net: Any, beta: Any, mean: Any, variance: Any) -> Any:
        tf = self._tf
        scale = tf.math.rsqrt(variance + NORM_EPSILON)
        return tf.nn.relu(net * scale + (beta - mean * scale))

    def _outputs(self, features: Any, training: bool = False) -> tuple[Any, Any]:
        """Logits and embeddings; while `training`, batch norm may follow the batch."""
        tf, net = self._tf, features
        for layer in LAYERS[self.plan.first :]:
            net = self._convolved(layer, net, self._variables[layer.kernel_name])
            beta, mean, variance = (self._variables[name] for name in _norms(layer))
            if training and self.plan.train_batch_norm:
                seen_mean, seen_variance = tf.nn.moments(net, axes=(0, 1, 2))
                mean.assign(_MOMENTUM * mean + (1 - _MOMENTUM) * tf.stop_gradient(seen_mean))
                variance.assign(
                    _MOMENTUM * variance + (1 - _MOMENTUM) * tf.stop_gradient(seen_variance)
                )
                mean, variance = seen_mean, seen_variance
            net = self._normalised(net, beta, mean, variance)
        if self.plan.first < len(LAYERS):
            net = tf.reduce_mean(net, axis=(1, 2))
        logits = tf.matmul(net, self._variables[LOGITS_KERNEL]) + self._variables[LOGITS_BIAS]
        return logits, net

    def _loss(self, logits: Any, targets: Any, weights: Any, teacher: Any, distilled: Any) -> Any:
        """Weighted cross-entropy of the new classes, and that of YAMNet's own with the teacher.

        The latter sums over the 521 classes less the teacher's own entropy: 0 where nothing moved
        (Hinton et al., 2015, for sigmoids).
        """
        tf = self._tf
        own = logits[:, self.plan.kept :]
        if self.plan.output == "sigmoid":
            entropy = tf.nn.sigmoid_cross_entropy_with_logits(targets, own)
            loss = tf.reduce_sum(entropy * weights)
        else:
            weights = weights[:, 0]  # the same for all classes
            if self.plan.output == "softmax-or-none":
                none = 1 - tf.reduce_sum(targets, axis=1, keepdims=True)
                targets = tf.concat([targets, none], axis=1)
            entropy = -targets * tf.nn.log_softmax(self._with_none(own), axis=1)
            loss = tf.reduce_sum(tf.reduce_sum(entropy, axis=1) * weights)
        loss /= tf.maximum(tf.reduce_sum(weights), 1e-6)
        if self.plan.kept and self.plan.first < len(LAYERS):
            kept = logits[:, : self.plan.kept]
            entropy = tf.nn.sigmoid_cross_entropy_with_logits(teacher, kept)
            least = tf.nn.sigmoid_cross_entropy_with_logits(teacher, self._logit(teacher))
            moved = tf.reduce_sum(tf.reduce_sum(entropy - least, axis=1) * distilled)
            loss += self.plan.distillation * moved / tf.maximum(tf.reduce_sum(distilled), 1e-6)
        return loss

    def _with_none(self, own: Any) -> Any:
        if self.plan.output != "softmax-or-none":
            return own
        return self._tf.concat([own, self._tf.zeros_like(own[:, :1])], axis=1)

    def _logit(self, scores: Any) -> Any:
        clipped = self._tf.clip_by_value(scores, 1e-7, 1 - 1e-7)
        return self._tf.math.log(clipped / (1 - clipped))

    def _step(
        self, features: Any, targets: Any, weights: Any, teacher: Any, distilled: Any, rate: Any
    ) -> Any:
        """AdamW (Loshchilov and Hutter, ICLR 2019) with its own rate for each layer."""
        tf = self._tf
        names = list(self._rates)
        watched = [self._variables[name] for name in names]
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch(watched)
            logits, _ = self._outputs(features, training=True)
            loss = self._loss(logits, targets, weights, teacher, distilled)
        slopes = tape.gradient(loss, watched)
        self._steps.assign_add(1)
        steps = tf.cast(self._steps, tf.float32)
        first_scale = 1 - tf.pow(_FIRST_MOMENT, steps)
        second_scale = 1 - tf.pow(_SECOND_MOMENT, steps)
        kept = self.plan.kept
        for name, variable, slope in zip(names, watched, slopes, strict=True):
            if kept and self.plan.first == len(LAYERS):
                # nothing below the kept classes moves, so they stay as they are to the last bit
                mask = np.arange(variable.shape[-1]) >= kept
                slope = slope * mask.astype(np.float32)
            first = self._moments[f"{name} first moment"]
            second = self._moments[f"{name} second moment"]
            first.assign(_FIRST_MOMENT * first + (1 - _FIRST_MOMENT) * slope)
            second.assign(_SECOND_MOMENT * second + (1 - _SECOND_MOMENT) * slope * slope)
            own_rate = rate * self._rates[name]
            change = (first / first_scale) / (tf.sqrt(second / second_scale) + _SMALL)
            if variable.shape.rank > 1 and self.plan.weight_decay:
                # towards where they began, not 0, which would forget the parent (L2-SP: Li et al.,
                # ICML 2018)
                change = change + self.plan.weight_decay * (variable - self._starts[name])
            variable.assign_sub(own_rate * change)
        return loss


def _norms(layer: ConvolutionLayer) -> tuple[str, str, str]:
    """The names of beta, mean and variance of a layer's batch norm."""
    return (
        f"{layer.name}/bn/beta",
        f"{layer.name}/bn/moving_mean",
        f"{layer.name}/bn/moving_variance",
    )


def _names_below(first: int) -> list[str]:
    """The names of all arrays of the layers before `first`."""
    return [name for layer in LAYERS[:first] for name in (layer.kernel_name, *_norms(layer))]
