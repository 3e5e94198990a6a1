"""The published model as an ONNX graph: a waveform to scores, embeddings and log-mel frames."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from yamnet_gui.core.class_map import ClassMap
from yamnet_gui.core.model_parameters import (
    EMBEDDING_SIZE,
    FFT_LENGTH,
    HOP_FRAMES,
    HOP_SAMPLES,
    LOG_OFFSET,
    MEL_BANDS,
    PATCH_FRAMES,
    STFT_HOP,
    STFT_WINDOW,
    WINDOW_SAMPLES,
)

from .front_end import window_and_mel
from .parameters import LAYERS, ConvolutionLayer
from .weights import Weights

_OPSET = 17  # the first with STFT
_IR_VERSION = 8  # that of the same time, which every runtime of today reads


def onnx_model(weights: Weights, classes: ClassMap) -> bytes:
    """The graph with its weights; the names of the classes are in its metadata as `classes`.

    Inputs and outputs: `waveform` float32 (samples,), `scores` (frames, classes), `embeddings`
    (frames, 1024), `log_mel_spectrogram` (rows, 64).
    """
    from onnx import TensorProto, helper

    graph = _Graph()
    log_mel = _front_end(graph)
    patches = graph.node("Gather", log_mel, _patch_places(graph), axis=0)
    net = graph.node("Unsqueeze", patches, graph.held([1], np.int64))
    for layer, kernel, bias in zip(LAYERS, weights.kernels, weights.biases, strict=True):
        net = graph.node(
            "Conv",
            net,
            graph.held(_kernel(layer, kernel)),
            graph.held(bias),
            auto_pad="SAME_UPPER",  # as TensorFlow pads: more at the end
            strides=[layer.stride, layer.stride],
            group=layer.inputs if layer.depthwise else 1,
        )
        net = graph.node("Relu", net)
    embeddings = graph.node("ReduceMean", net, axes=[2, 3], keepdims=0)
    logits = graph.node(
        "Gemm", embeddings, graph.held(weights.logits_kernel), graph.held(weights.logits_bias)
    )
    scores = _scores(graph, logits, weights)
    outputs = {
        "scores": (scores, ["frames", len(classes)]),
        "embeddings": (embeddings, ["frames", EMBEDDING_SIZE]),
        "log_mel_spectrogram": (log_mel, ["rows", MEL_BANDS]),
    }
    for name, (value, _) in outputs.items():
        graph.nodes.append(helper.make_node("Identity", [value], [name]))
    shapes = {"waveform": ["samples"]} | {name: shape for name, (_, shape) in outputs.items()}
    infos = [
        helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)
        for name, shape in shapes.items()
    ]
    made = helper.make_model(
        helper.make_graph(graph.nodes, "yamnet", infos[:1], infos[1:], graph.tensors),
        opset_imports=[helper.make_opsetid("", _OPSET)],
        ir_version=_IR_VERSION,
        producer_name="yamnet_gui",
    )
    helper.set_model_props(made, {"classes": "\n".join(classes.names)})
    return made.SerializeToString(deterministic=True)


class _Graph:
    """Nodes and constants with names of their own."""

    def __init__(self) -> None:
        self.nodes: list[Any] = []
        self.tensors: list[Any] = []

    def node(self, kind: str, *inputs: str, **attributes: Any) -> str:
        """Adds a node of one output; its name."""
        from onnx import helper

        name = f"{kind}_{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, list(inputs), [name], **attributes))
        return name

    def held(self, values: Any, kind: Any = np.float32) -> str:
        """Adds a constant; its name."""
        from onnx import numpy_helper

        name = f"constant_{len(self.tensors)}"
        array = np.ascontiguousarray(np.asarray(values, kind))
        self.tensors.append(numpy_helper.from_array(array.reshape(np.shape(values)), name))
        return name


def _front_end(graph: _Graph) -> str:
    window, mel = window_and_mel()
    count = graph.node("Shape", "waveform")
    beyond = graph.node(
        "Max", graph.node("Sub", count, _whole(graph, WINDOW_SAMPLES)), _zero(graph)
    )
    hops = graph.node(
        "Div",
        graph.node("Add", beyond, _whole(graph, HOP_SAMPLES - 1)),
        _whole(graph, HOP_SAMPLES),
    )
    size = graph.node(
        "Add",
        graph.node("Mul", hops, _whole(graph, HOP_SAMPLES)),
        # silence behind each window as well, up to the length of the transform
        _whole(graph, WINDOW_SAMPLES + FFT_LENGTH - STFT_WINDOW),
    )
    pads = graph.node("Concat", _zero(graph), graph.node("Sub", size, count), axis=0)
    padded = graph.node("Pad", "waveform", pads)
    signal = graph.node("Unsqueeze", padded, graph.held([0, 2], np.int64))
    full = np.zeros(FFT_LENGTH, np.float32)
    full[:STFT_WINDOW] = window
    spectrum = graph.node(
        "STFT", signal, graph.held(STFT_HOP, np.int64), graph.held(full), onesided=1
    )
    magnitude = graph.node("ReduceL2", spectrum, axes=[0, 3], keepdims=0)
    weights = np.zeros((FFT_LENGTH // 2 + 1, MEL_BANDS), np.float32)
    weights[: len(mel)] = mel
    bands = graph.node("MatMul", magnitude, graph.held(weights))
    return graph.node("Log", graph.node("Add", bands, graph.held(LOG_OFFSET)))


def _patch_places(graph: _Graph) -> str:
    """The rows of each patch, int64 (frames, 96); as many as the waveform gives."""
    count = graph.node("Shape", "waveform")
    beyond = graph.node(
        "Max", graph.node("Sub", count, _whole(graph, WINDOW_SAMPLES)), _zero(graph)
    )
    whole = graph.node("Add", beyond, _whole(graph, 2 * HOP_SAMPLES - 1))
    frames = graph.node("Squeeze", graph.node("Div", whole, _whole(graph, HOP_SAMPLES)))
    one, zero = graph.held(1, np.int64), graph.held(0, np.int64)
    first = graph.node(
        "Mul", graph.node("Range", zero, frames, one), graph.held(HOP_FRAMES, np.int64)
    )
    columns = graph.held(np.arange(PATCH_FRAMES), np.int64)
    return graph.node("Add", graph.node("Unsqueeze", first, _whole(graph, 1)), columns)


def _scores(graph: _Graph, logits: str, weights: Weights) -> str:
    model = weights.file.model
    if model is None or model.output == "sigmoid":
        return graph.node("Sigmoid", logits)
    own = len(model.classes) - model.trained
    trained = _columns(graph, logits, own, len(model.classes))
    if model.output == "softmax":
        shared = graph.node("Softmax", trained, axis=1)
    else:  # the number of "none of them" is 0
        with_none = graph.node("Pad", trained, graph.held([0, 0, 0, 1], np.int64))
        every = graph.node("Softmax", with_none, axis=1)
        shared = _columns(graph, every, 0, model.trained)
    if not own:
        return shared
    first = graph.node("Sigmoid", _columns(graph, logits, 0, own))
    return graph.node("Concat", first, shared, axis=1)


def _columns(graph: _Graph, values: str, first: int, last: int) -> str:
    bounds: Sequence[int] = (first, last, 1)
    return graph.node("Slice", values, *(_whole(graph, bound) for bound in bounds))


def _kernel(layer: ConvolutionLayer, kernel: NDArray[np.float32]) -> NDArray[np.float32]:
    """Height, width, inputs, outputs to outputs, inputs of a group, height, width."""
    return kernel.transpose(2, 3, 0, 1) if layer.depthwise else kernel.transpose(3, 2, 0, 1)


def _whole(graph: _Graph, number: int) -> str:
    return graph.held([number], np.int64)


def _zero(graph: _Graph) -> str:
    return _whole(graph, 0)
