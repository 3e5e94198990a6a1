"""The weights as a file for LiteRT, written without TensorFlow.

The operators and options are those that TensorFlow's converter writes for the same network, so
LiteRT computes the same numbers; they are described by LiteRT's own schema.
"""

from collections.abc import Generator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from yamnet_gui.core.model_parameters import CLASSES, EMBEDDING_SIZE, MEL_BANDS, PATCH_FRAMES

from .check import check_patches, difference
from .conversion import LiteRTError
from .litert_network import LiteRTNetwork
from .numpy_network import run_in_numpy
from .parameters import LAYERS
from .weights import Weights, load_weights

_SCHEMA_VERSION = 3
_IDENTIFIER = b"TFL3"
_CHECKED_EVERY = 4  # NumPy takes a quarter of a second for a patch


def written_without_tensorflow(path: Path) -> Generator[float, None, bytes]:
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
        embeddings = self._variable("embeddings", EMBEDDING_SIZE)
        self._operator("MEAN", [net, axes], embeddings, self._schema.ReducerOptionsT())
        logits = self._variable("logits", CLASSES)
        kernel = self._constant("logits/kernel", np.transpose(weights.logits_kernel))
        dense = [embeddings, kernel, self._constant("logits/bias", weights.logits_bias)]
        self._operator("FULLY_CONNECTED", dense, logits, self._schema.FullyConnectedOptionsT())
        scores = self._variable("scores", CLASSES)
        self._operator("LOGISTIC", [logits], scores)
        return self._packed([patches], [scores, embeddings])

    def _convolution(self, stride: int, depthwise: bool) -> Any:
        schema = self._schema
        options = schema.DepthwiseConv2DOptionsT() if depthwise else schema.Conv2DOptionsT()
        options.padding = schema.Padding.SAME
        options.strideW = options.strideH = stride
        options.dilationWFactor = options.dilationHFactor = 1
        options.fusedActivationFunction = schema.ActivationFunctionType.RELU
        if depthwise:
            options.depthMultiplier = 1
        return options

    def _variable(self, name: str, *shape: int) -> int:
        """A tensor that is computed, for any number of patches; its number."""
        tensor = self._tensor(name, (1, *shape), np.float32, buffer=0)
        tensor.shapeSignature = [-1, *shape]
        return len(self._tensors) - 1

    def _constant(self, name: str, values: NDArray[Any]) -> int:
        buffer = self._schema.BufferT()
        buffer.data = np.frombuffer(np.ascontiguousarray(values).tobytes(), np.uint8)
        self._buffers.append(buffer)
        self._tensor(name, values.shape, values.dtype.type, len(self._buffers) - 1)
        return len(self._tensors) - 1

    def _tensor(self, name: str, shape: tuple[int, ...], kind: type, buffer: int) -> Any:
        types = self._schema.TensorType
        tensor = self._schema.TensorT()
        tensor.name, tensor.shape, tensor.buffer = name, list(shape), buffer
        tensor.type = {np.float32: types.FLOAT32, np.int32: types.INT32}[kind]
        tensor.hasRank = True
        self._tensors.append(tensor)
        return tensor

    def _operator(self, name: str, inputs: list[int], output: int, options: Any = None) -> None:
        operator = self._schema.OperatorT()
        operator.opcodeIndex = self._codes.setdefault(name, len(self._codes))
        operator.inputs, operator.outputs = inputs, [output]
        if options is not None:
            kind = type(options).__name__.removesuffix("T")
            operator.builtinOptionsType = getattr(self._schema.BuiltinOptions, kind)
            operator.builtinOptions = options
        self._operators.append(operator)

    def _packed(self, inputs: list[int], outputs: list[int]) -> bytes:
        schema = self._schema
        graph = schema.SubGraphT()
        graph.name = "main"
        graph.tensors, graph.operators = self._tensors, self._operators
        graph.inputs, graph.outputs = inputs, outputs
        model = schema.ModelT()
        model.version, model.description = _SCHEMA_VERSION, "YAMNet"
        model.subgraphs, model.buffers = [graph], self._buffers
        model.operatorCodes = []
        for name in self._codes:
            code = schema.OperatorCodeT()
            code.builtinCode = code.deprecatedBuiltinCode = getattr(schema.BuiltinOperator, name)
            model.operatorCodes.append(code)
        builder = self._flat.Builder(20_000_000)
        builder.Finish(model.Pack(builder), file_identifier=_IDENTIFIER)
        return bytes(builder.Output())
