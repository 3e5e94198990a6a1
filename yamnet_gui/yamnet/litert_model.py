"""The weights as a file for LiteRT.

The operators and options are those that TensorFlow's converter writes for the same network, so
LiteRT computes the same numbers; they are described by LiteRT's own schema. TensorFlow, which would
take some seconds and 900 MB, is not needed.
"""

from collections.abc import Generator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from yamnet_gui.core.model_parameters import EMBEDDING_SIZE, MEL_BANDS, PATCH_FRAMES

from .check import check_patches, difference
from .litert_network import LiteRTError, LiteRTNetwork
from .numpy_network import run_in_numpy
from .parameters import LAYERS
from .weights import Weights, load_weights

_SCHEMA_VERSION = 3
_IDENTIFIER = b"TFL3"
_ROOM = 20_000_000
"""Bytes for the file, so that it need not be moved while it grows."""
_CHECKED_EVERY = 4  # NumPy takes a quarter of a second for a patch


def writing_litert(path: Path) -> Generator[float, None, bytes]:
    """The content of a file for LiteRT, compared with NumPy's results; yields how far it is.

    Raises WeightsError where the weights are broken, and LiteRTError where LiteRT is missing or
    would not give the network's numbers.
    """
    yield 0.05
    weights = load_weights(path)
    yield 0.2
    try:
        content = litert_content(weights)
        yield 0.4
        patches = check_patches()[::_CHECKED_EVERY]
        results = LiteRTNetwork(content, weights.file, threads=1)(patches)
    except ImportError as error:
        raise LiteRTError("LiteRT", f"cannot be loaded ({error})") from error
    except (ValueError, RuntimeError) as error:
        raise LiteRTError(path, f"cannot be written for LiteRT ({error})") from error
    if problem := difference(results, run_in_numpy(weights, patches), "NumPy"):
        raise LiteRTError(path, f"cannot be written for LiteRT: {problem}")
    yield 1.0
    return content


def litert_content(weights: Weights) -> bytes:
    """The content of a file for LiteRT: float32 patches (n, 96, 64) to scores and embeddings.

    Raises ImportError where LiteRT is not installed.
    """
    return _Writer().content(weights)


class _Writer:
    """One graph in the making."""

    def __init__(self) -> None:
        import flatbuffers
        from ai_edge_litert import schema_py_generated

        self._flat: Any = flatbuffers
        self._schema: Any = schema_py_generated
        self._buffers: list[Any] = [self._schema.BufferT()]  # the first one is empty by rule
        self._tensors: list[Any] = []
        self._operators: list[Any] = []
        self._codes: dict[str, int] = {}

    def content(self, weights: Weights) -> bytes:
        patches = self._variable("patches", PATCH_FRAMES, MEL_BANDS)
        height, width = PATCH_FRAMES, MEL_BANDS
        net = self._variable("image", height, width, 1)
        last = self._constant("last", np.array(-1, np.int32))
        self._operator("EXPAND_DIMS", [patches, last], net, self._schema.ExpandDimsOptionsT())
        for layer, kernel, bias in zip(LAYERS, weights.kernels, weights.biases, strict=True):
            height, width = -(-height // layer.stride), -(-width // layer.stride)
            # depthwise: (height, width, channels, 1); others: (height, width, inputs, outputs)
            order = (3, 0, 1, 2)
            inputs = [
                net,
                self._constant(f"{layer.name}/kernel", np.transpose(kernel, order)),
                self._constant(f"{layer.name}/bias", bias),
            ]
            net = self._variable(layer.name, height, width, layer.outputs)
            name = "DEPTHWISE_CONV_2D" if layer.depthwise else "CONV_2D"
            self._operator(name, inputs, net, self._convolution(layer.stride, layer.depthwise))
        axes = self._constant("axes", np.array([1, 2], np.int32))
        embeddings = self._variable("output 1: embeddings", EMBEDDING_SIZE)
        self._operator("MEAN", [net, axes], embeddings, self._schema.ReducerOptionsT())
        return self._packed([patches], [self._scores(embeddings, weights), embeddings])

    def _scores(self, embeddings: int, weights: Weights) -> int:
        """What the last layer makes of embeddings: see `model_info.ModelOutput`."""
        kernel, bias, model = weights.logits_kernel, weights.logits_bias, weights.file.model
        # the interpreter's outputs are told apart by the order of their names
        scores = self._variable("output 0: scores", len(bias))
        if model is None or model.output == "sigmoid":
            logits = self._dense("logits", embeddings, kernel, bias)
            self._operator("LOGISTIC", [logits], scores)
            return scores
        own, parts = len(bias) - model.trained, []
        if own:
            logits = self._dense("own logits", embeddings, kernel[:, :own], bias[:own])
            parts.append(self._variable("own scores", own))
            self._operator("LOGISTIC", [logits], parts[-1])
        none = 1 if model.output == "softmax-or-none" else 0  # one more, whose number is 0
        padded = np.pad(kernel[:, own:], ((0, 0), (0, none))), np.pad(bias[own:], (0, none))
        logits = self._dense("trained logits", embeddings, *padded)
        shares = self._variable("shares", model.trained + none)
        options = _filled(self._schema.SoftmaxOptionsT(), beta=1.0)
        self._operator("SOFTMAX", [logits], shares, options)
        parts.append(self._variable("trained scores", model.trained))
        begin = self._constant("begin", np.zeros(2, np.int32))
        size = self._constant("size", np.array([-1, model.trained], np.int32))
        self._operator("SLICE", [shares, begin, size], parts[-1], self._schema.SliceOptionsT())
        options = _filled(self._schema.ConcatenationOptionsT(), axis=1)
        self._operator("CONCATENATION", parts, scores, options)
        return scores

    def _dense(
        self, name: str, inputs: int, kernel: NDArray[np.float32], bias: NDArray[np.float32]
    ) -> int:
        made = self._variable(name, len(bias))
        weights = [
            self._constant(f"{name}/kernel", np.transpose(kernel)),
            self._constant(f"{name}/bias", bias),
        ]
        options = self._schema.FullyConnectedOptionsT()
        self._operator("FULLY_CONNECTED", [inputs, *weights], made, options)
        return made

    def _convolution(self, stride: int, depthwise: bool) -> Any:
        schema = self._schema
        kind = schema.DepthwiseConv2DOptionsT if depthwise else schema.Conv2DOptionsT
        more = {"depthMultiplier": 1} if depthwise else {}
        return _filled(
            kind(),
            padding=schema.Padding.SAME,
            strideW=stride,
            strideH=stride,
            dilationWFactor=1,
            dilationHFactor=1,
            fusedActivationFunction=schema.ActivationFunctionType.RELU,
            **more,
        )

    def _variable(self, name: str, *shape: int) -> int:
        """A tensor that is computed, for any number of patches; its number."""
        return self._tensor(name, (1, *shape), "FLOAT32", 0, shapeSignature=[-1, *shape])

    def _constant(self, name: str, values: NDArray[Any]) -> int:
        """A tensor with these float32 or int32 values; its number."""
        raw = np.frombuffer(np.ascontiguousarray(values).tobytes(), np.uint8)
        self._buffers.append(_filled(self._schema.BufferT(), data=raw))
        kind = values.dtype.name.upper()
        return self._tensor(name, values.shape, kind, len(self._buffers) - 1)

    def _tensor(
        self, name: str, shape: tuple[int, ...], kind: str, buffer: int, **more: Any
    ) -> int:
        tensor = _filled(
            self._schema.TensorT(),
            name=name,
            shape=list(shape),
            type=getattr(self._schema.TensorType, kind),
            buffer=buffer,
            hasRank=True,
            **more,
        )
        self._tensors.append(tensor)
        return len(self._tensors) - 1

    def _operator(self, name: str, inputs: list[int], output: int, options: Any = None) -> None:
        more = {}
        if options is not None:
            kind = type(options).__name__.removesuffix("T")
            number = getattr(self._schema.BuiltinOptions, kind)
            more = {"builtinOptionsType": number, "builtinOptions": options}
        code = self._codes.setdefault(name, len(self._codes))
        operator = self._schema.OperatorT()
        self._operators.append(
            _filled(operator, opcodeIndex=code, inputs=inputs, outputs=[output], **more)
        )

    def _packed(self, inputs: list[int], outputs: list[int]) -> bytes:
        schema = self._schema
        graph = _filled(
            schema.SubGraphT(),
            name="main",
            tensors=self._tensors,
            operators=self._operators,
            inputs=inputs,
            outputs=outputs,
        )
        numbers = [getattr(schema.BuiltinOperator, name) for name in self._codes]
        codes = [
            _filled(schema.OperatorCodeT(), builtinCode=n, deprecatedBuiltinCode=n) for n in numbers
        ]
        model = _filled(
            schema.ModelT(),
            version=_SCHEMA_VERSION,
            description="YAMNet",
            subgraphs=[graph],
            buffers=self._buffers,
            operatorCodes=codes,
        )
        builder = self._flat.Builder(_ROOM)
        builder.Finish(model.Pack(builder), file_identifier=_IDENTIFIER)
        return bytes(builder.Output())


def _filled(made: Any, **values: Any) -> Any:
    """An object of the schema with these values."""
    for name, value in values.items():
        setattr(made, name, value)
    return made
