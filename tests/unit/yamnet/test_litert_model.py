"""The file for LiteRT where TensorFlow is not installed."""

import shutil
from pathlib import Path

import numpy as np
import pytest

from yamnet_gui.core.pipeline import completed
from yamnet_gui.yamnet import inspect_weights, litert_file, litert_is_installed, litert_model
from yamnet_gui.yamnet.check import check_patches, difference
from yamnet_gui.yamnet.conversion import LiteRTError
from yamnet_gui.yamnet.litert_file import making_litert, stored_litert
from yamnet_gui.yamnet.litert_network import LiteRTNetwork
from yamnet_gui.yamnet.numpy_network import run_in_numpy
from yamnet_gui.yamnet.weights import load_weights

pytestmark = pytest.mark.skipif(not litert_is_installed(), reason="needs LiteRT")


@pytest.fixture
def alone(tmp_path: Path, tiny_weights: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Weights on a computer without TensorFlow."""
    monkeypatch.setattr(litert_file, "tensorflow_is_installed", lambda: False)
    monkeypatch.setattr(litert_file, "_converter_version", lambda: "")
    return Path(shutil.copy(tiny_weights, tmp_path / "own.h5"))


@pytest.mark.workflow
def test_results_equal_those_of_the_converters_file_to_the_last_bit(tiny_weights: Path) -> None:
    weights = load_weights(tiny_weights)
    theirs = completed(making_litert(tiny_weights, weights.file.identity))
    patches = check_patches()
    scores, embeddings = LiteRTNetwork(theirs, weights.file, threads=1)(patches)
    own = LiteRTNetwork(litert_model.litert_content(weights), weights.file, threads=1)(patches)
    assert np.array_equal(own[0], scores)
    assert np.array_equal(own[1], embeddings)


def test_it_is_made_compared_and_stored_without_tensorflow(
    alone: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(litert_file, "converting", None)
    monkeypatch.setattr(litert_model, "_CHECKED_EVERY", 19)
    identity = inspect_weights(alone).identity
    content = completed(making_litert(alone, identity))
    assert stored_litert(alone, identity) == content
    assert [path.suffix for path in alone.parent.iterdir() if "tfnone" in path.name] == [".tflite"]
    file = inspect_weights(alone)
    patches = check_patches()[3:4]
    wanted = run_in_numpy(load_weights(alone), patches)
    assert difference(LiteRTNetwork(content, file)(patches), wanted, "NumPy") == ""


def test_other_numbers_are_refused(alone: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def other(_weights: object, patches: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        return np.zeros((len(patches), 521)), np.zeros((len(patches), 1024))

    monkeypatch.setattr(litert_model, "run_in_numpy", other)
    with pytest.raises(LiteRTError, match="scores would differ from NumPy's"):
        completed(making_litert(alone, inspect_weights(alone).identity))
    assert not list(alone.parent.glob("*.tflite"))
