"""The file that the program writes for LiteRT."""

import shutil
import sys
from pathlib import Path

import numpy as np
import pytest

from tests.tiny_models import write_tiny_model
from yamnet_gui.core.pipeline import completed
from yamnet_gui.yamnet import inspect_weights, litert_is_installed, litert_model
from yamnet_gui.yamnet._tensorflow import import_tensorflow
from yamnet_gui.yamnet.check import check_patches, difference
from yamnet_gui.yamnet.litert_file import making_litert, stored_litert
from yamnet_gui.yamnet.litert_network import LiteRTError, LiteRTNetwork
from yamnet_gui.yamnet.model_info import ModelOutput
from yamnet_gui.yamnet.numpy_network import run_in_numpy
from yamnet_gui.yamnet.tensorflow_network import network_function
from yamnet_gui.yamnet.weights import Weights, load_weights

pytestmark = pytest.mark.skipif(not litert_is_installed(), reason="needs LiteRT")


@pytest.fixture
def own(tmp_path: Path, tiny_weights: Path) -> Path:
    """Weights with nothing beside them."""
    return Path(shutil.copy(tiny_weights, tmp_path / "own.h5"))


def converters_file(weights: Weights) -> bytes:
    """What TensorFlow's converter makes of the same network."""
    tf = import_tensorflow()
    function = network_function(tf, weights, lambda values: values)
    signature = tf.TensorSpec((None, 96, 64), tf.float32)
    concrete = tf.function(function, autograph=False).get_concrete_function(signature)
    return tf.lite.TFLiteConverter.from_concrete_functions([concrete], tf.Module()).convert()


@pytest.mark.workflow
@pytest.mark.filterwarnings("ignore")  # of the converter
@pytest.mark.parametrize("output", [None, "sigmoid", "softmax", "softmax-or-none"])
def test_results_equal_those_of_the_converters_file_to_the_last_bit(
    tiny_weights: Path, tmp_path: Path, output: ModelOutput | None
) -> None:
    path = tiny_weights
    if output is not None:
        path = write_tiny_model(tmp_path / "m.h5", tiny_weights, output=output).path
    weights, patches = load_weights(path), check_patches()
    theirs = LiteRTNetwork(converters_file(weights), weights.file, threads=1)(patches)
    own = LiteRTNetwork(litert_model.litert_content(weights), weights.file, threads=1)(patches)
    assert np.array_equal(own[0], theirs[0])
    assert np.array_equal(own[1], theirs[1])


def test_it_is_made_compared_and_stored_without_tensorflow(
    own: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "tensorflow", None)
    monkeypatch.setattr(litert_model, "_CHECKED_EVERY", 19)
    identity = inspect_weights(own).identity
    content = completed(making_litert(own, identity))
    assert stored_litert(own, identity) == content
    assert [p.suffix for p in own.parent.iterdir() if "tflite1" in p.name] == [".tflite"]
    file = inspect_weights(own)
    patches = check_patches()[3:4]
    wanted = run_in_numpy(load_weights(own), patches)
    assert difference(LiteRTNetwork(content, file)(patches), wanted, "NumPy") == ""


def test_other_numbers_are_refused(own: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def other(_weights: object, patches: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        return np.zeros((len(patches), 521)), np.zeros((len(patches), 1024))

    monkeypatch.setattr(litert_model, "run_in_numpy", other)
    with pytest.raises(LiteRTError, match="scores would differ from NumPy's"):
        completed(making_litert(own, inspect_weights(own).identity))
    assert not list(own.parent.glob("*.tflite"))
