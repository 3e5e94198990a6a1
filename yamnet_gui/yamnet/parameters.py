"""Numbers of the published model: its layers (front end and framing: `core.model_parameters`).

Sources: `params.py`, `features.py` and `yamnet.py` of `research/audioset/yamnet` in the TensorFlow
models repository, which define what the published weights were trained with.
"""

from dataclasses import dataclass

from yamnet_gui.core.model_parameters import CLASSES, EMBEDDING_SIZE

NORM_EPSILON = 1e-4
"""Added to the variance in batch normalisation."""


@dataclass(frozen=True, slots=True)
class ConvolutionLayer:
    """A convolution without bias, 'same' padding, batch norm without scale, ReLU.

    `depthwise` layers filter each of `inputs` channels with a 3×3 kernel; the others mix channels
    with a `size`×`size` kernel.
    """

    name: str
    inputs: int
    outputs: int
    size: int
    stride: int
    depthwise: bool

    @property
    def kernel_name(self) -> str:
        return f"{self.name}/{'depthwise_kernel' if self.depthwise else 'kernel'}"

    @property
    def kernel_shape(self) -> tuple[int, int, int, int]:
        """Height, width, inputs, outputs (for depthwise layers: multiplier, which is 1)."""
        return (self.size, self.size, self.inputs, 1 if self.depthwise else self.outputs)


_BLOCKS = (
    (64, 1), (128, 2), (128, 1), (256, 2), (256, 1), (512, 2), (512, 1), (512, 1),
    (512, 1), (512, 1), (512, 1), (1024, 2), (1024, 1),
)  # fmt: skip


def _layers() -> tuple[ConvolutionLayer, ...]:
    layers = [ConvolutionLayer("layer1/conv", 1, 32, 3, 2, depthwise=False)]
    for number, (filters, stride) in enumerate(_BLOCKS, start=2):
        before = layers[-1].outputs
        layers.append(
            ConvolutionLayer(
                f"layer{number}/depthwise_conv", before, before, 3, stride, depthwise=True
            )
        )
        layers.append(
            ConvolutionLayer(f"layer{number}/pointwise_conv", before, filters, 1, 1, False)
        )
    return tuple(layers)


LAYERS = _layers()
"""MobileNet v1: one 3×3 convolution, then 13 pairs of depthwise and pointwise convolutions."""


def _arrays() -> dict[str, tuple[int, ...]]:
    arrays: dict[str, tuple[int, ...]] = {}
    for layer in LAYERS:
        arrays[layer.kernel_name] = layer.kernel_shape
        for name in ("beta", "moving_mean", "moving_variance"):
            arrays[f"{layer.name}/bn/{name}"] = (layer.outputs,)
    arrays[LOGITS_KERNEL] = (EMBEDDING_SIZE, CLASSES)
    arrays[LOGITS_BIAS] = (CLASSES,)
    return arrays


LOGITS_KERNEL = "logits/kernel"
LOGITS_BIAS = "logits/bias"
ARRAYS = _arrays()
"""Shapes of all arrays of the weights by name, in the order of the layers; each is float32."""


def array_shape(name: str, classes: int = CLASSES) -> tuple[int, ...]:
    """The shape of an array in a network with so many outputs. Raises KeyError."""
    if name in (LOGITS_KERNEL, LOGITS_BIAS):
        return (*ARRAYS[name][:-1], classes)
    return ARRAYS[name]


OTHER_NAMES = {"dense/kernel": LOGITS_KERNEL, "dense/bias": LOGITS_BIAS}
"""What newer saves call some of them."""
