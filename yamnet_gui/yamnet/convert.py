"""The weights as a file for LiteRT, made by TensorFlow's converter in a process of its own.

    python -m yamnet_gui.yamnet.convert WEIGHTS OUT

Writes OUT only once its scores and embeddings equal TensorFlow's on fixed patches. Prints how far
it is, a fraction a line, and at last what `conversion` waits for.
"""

import os
import shutil
import sys
import threading
from pathlib import Path

from yamnet_gui.core.errors import WeightsError
from yamnet_gui.core.model_parameters import MEL_BANDS, PATCH_FRAMES

from ._tensorflow import import_tensorflow
from .check import check_patches, difference
from .conversion import DONE, FAILED, TEMPORARY
from .litert_network import LiteRTNetwork
from .tensorflow_network import TensorFlowNetwork, network_function
from .weights import Weights, load_weights


def converted(weights: Weights) -> bytes:
    """The content of a file for LiteRT: float32 patches (n, 96, 64) to scores and embeddings."""
    tf = import_tensorflow()
    function = network_function(tf, weights, lambda values: values)
    signature = tf.TensorSpec((None, PATCH_FRAMES, MEL_BANDS), tf.float32)
    concrete = tf.function(function, autograph=False).get_concrete_function(signature)
    return tf.lite.TFLiteConverter.from_concrete_functions([concrete], tf.Module()).convert()


def checked(content: bytes, weights: Weights) -> str:
    """How LiteRT's results differ from TensorFlow's on `check_patches`; "" where they are equal."""
    patches = check_patches()
    results = LiteRTNetwork(content, weights.file, threads=1)(patches)
    return difference(results, TensorFlowNetwork(weights, len(patches))(patches), "TensorFlow")


def convert(weights_path: Path, out: Path) -> str:
    """Makes OUT; what went wrong, or ""."""
    print(0.05, flush=True)
    try:
        weights = load_weights(weights_path)
        import_tensorflow()
    except WeightsError as error:
        return str(error)
    print(0.5, flush=True)
    content = converted(weights)
    print(0.8, flush=True)
    problem = checked(content, weights)
    if problem:
        return problem
    try:
        out.write_bytes(content)
    except OSError as error:
        return f"{out} cannot be written ({error.strerror})"
    return ""


def end_with_parent(temporary: Path) -> None:
    """Ends this process, and removes the folder, when standard input closes: its parent is gone."""
    sys.stdin.buffer.read()
    if temporary.name.startswith(TEMPORARY):
        shutil.rmtree(temporary, ignore_errors=True)
    os._exit(1)


if __name__ == "__main__":
    folder = Path(sys.argv[2]).parent
    threading.Thread(target=end_with_parent, args=(folder,), daemon=True).start()
    problem = convert(Path(sys.argv[1]), Path(sys.argv[2]))
    print(FAILED + problem if problem else DONE, flush=True)
    os._exit(0)  # TensorFlow would take two seconds to say goodbye
