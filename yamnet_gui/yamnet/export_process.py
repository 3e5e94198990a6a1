"""Builds a model for other programs with TensorFlow, in a process of its own, and checks it.

    python -m yamnet_gui.yamnet.export_process FORMAT MODEL OUT

Beside OUT lie the sounds that it is checked on and its class map; the figures are written there.
Prints how far it is, a fraction a line, and at last what `own_process` waits for.
"""

import json
import os
import sys
import threading
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from yamnet_gui.core.class_map import ClassMap
from yamnet_gui.core.errors import UserError

from ._quiet import without_noise
from ._tensorflow import import_tensorflow
from .export_checks import Run, apart, check_sounds, problem_of
from .exports import CLASSES_FILE, EXPORT_FORMATS, RESULT, SOUNDS, ExportFormat
from .own_process import DONE, FAILED, end_with_parent
from .tensorflow_network import TensorFlowNetwork, network_function
from .waveform_function import network_of_variables, waveform_function
from .weights import Weights, load_weights, model_arrays

Floats = NDArray[np.float32]


def write_saved_model(tf: Any, model: Path, out: Path, classes: Path) -> None:
    """A folder with the published signature: call it with a waveform, ask it for its class map.

    Its variables have their published names: this program and others read it as weights, too.
    """
    file, arrays = model_arrays(model)

    class Exported(tf.Module):
        def __init__(self) -> None:
            super().__init__()
            self.variables_by_place = [
                tf.Variable(array, trainable=True, name=name) for name, array in arrays.items()
            ]
            self.class_map_asset = tf.saved_model.Asset(str(classes))

        @tf.function(input_signature=[])  # type: ignore[untyped-decorator]
        def class_map_path(self) -> Any:
            return self.class_map_asset.asset_path

        @tf.function(input_signature=[tf.TensorSpec((None,), tf.float32, "waveform")])  # type: ignore[untyped-decorator]
        def __call__(self, waveform: Any) -> Any:
            held = dict(zip(arrays, self.variables_by_place, strict=True))
            return waveform_function(tf, network_of_variables(tf, held, file.model))(waveform)

        @tf.function(input_signature=[tf.TensorSpec((None,), tf.float32, "waveform")])  # type: ignore[untyped-decorator]
        def serve(self, waveform: Any) -> dict[str, Any]:
            return dict(zip(_NAMES, self(waveform), strict=True))

    exported = Exported()
    tf.saved_model.save(exported, str(out), signatures={"serving_default": exported.serve})


def lite_model(tf: Any, weights: Weights, *, int8: bool) -> bytes:
    """A file for LiteRT of the whole model; with `int8` its weights are stored in 8 bits."""
    function = waveform_function(tf, network_function(tf, weights, lambda values: values))

    class Exported(tf.Module):
        @tf.function(input_signature=[tf.TensorSpec((None,), tf.float32, "waveform")])  # type: ignore[untyped-decorator]
        def serve(self, waveform: Any) -> dict[str, Any]:
            return dict(zip(_NAMES, function(waveform), strict=True))

    exported = Exported()
    concrete = exported.serve.get_concrete_function()
    converter = tf.lite.TFLiteConverter.from_concrete_functions([concrete], exported)
    if int8:
        converter.optimizations = [tf.lite.Optimize.DEFAULT]
    return converter.convert()


def run_saved_model(tf: Any, path: Path) -> Run:
    """The model in the folder, loaded as any program would."""
    loaded = tf.saved_model.load(str(path))

    def run(waveform: Floats) -> tuple[Floats, Floats, Floats]:
        scores, embeddings, log_mel = loaded(tf.constant(waveform))
        return scores.numpy(), embeddings.numpy(), log_mel.numpy()

    return run


def run_lite_model(content: bytes) -> Run:
    """The file, run by LiteRT's own interpreter."""
    from ai_edge_litert.interpreter import Interpreter

    interpreter: Any = Interpreter(model_content=content)
    runner = interpreter.get_signature_runner("serving_default")

    def run(waveform: Floats) -> tuple[Floats, Floats, Floats]:
        made = runner(waveform=waveform)
        return made[_NAMES[0]], made[_NAMES[1]], made[_NAMES[2]]

    return run


def run_onnx_model(content: bytes) -> Run:
    """The file, run by ONNX Runtime."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])

    def run(waveform: Floats) -> tuple[Floats, Floats, Floats]:
        scores, embeddings, log_mel = session.run(list(_NAMES), {"waveform": waveform})
        return scores, embeddings, log_mel

    return run


def export(form: ExportFormat, model: Path, out: Path) -> str:
    """Makes OUT; what went wrong, or ""."""
    print(0.05, flush=True)
    classes = out.parent / CLASSES_FILE
    try:
        weights = load_weights(model)
        tf = import_tensorflow()
    except UserError as error:
        return str(error)
    print(0.3, flush=True)
    if form.name == "savedmodel":
        write_saved_model(tf, model, out, classes)
        run = run_saved_model(tf, out)
    elif form.name == "onnx":
        from .onnx_model import onnx_model

        content = onnx_model(weights, ClassMap.from_csv(classes))
        out.write_bytes(content)
        run = run_onnx_model(content)
    else:
        content = lite_model(tf, weights, int8=not form.exact)
        out.write_bytes(content)
        with without_noise():
            run = run_lite_model(content)
    print(0.7, flush=True)
    with np.load(out.parent / SOUNDS, allow_pickle=False) as stored:
        sounds = [*stored.values(), *check_sounds()]
    try:
        found = apart(run, TensorFlowNetwork(weights), sounds)
    except ValueError as error:
        return f"its results would have other shapes ({error})"
    (out.parent / RESULT).write_text(json.dumps(found.as_dict()))
    return problem_of(found, exact=form.exact)


_NAMES = ("scores", "embeddings", "log_mel_spectrogram")

if __name__ == "__main__":
    form, model, out = EXPORT_FORMATS[sys.argv[1]], Path(sys.argv[2]), Path(sys.argv[3])
    threading.Thread(target=end_with_parent, args=(out.parent,), daemon=True).start()
    problem = export(form, model, out)
    print(FAILED + problem if problem else DONE, flush=True)
    os._exit(0)  # TensorFlow would take two seconds to say goodbye
