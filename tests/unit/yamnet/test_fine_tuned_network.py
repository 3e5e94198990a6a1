"""Both runtimes run a fine-tuned model, whatever its classes and its kind of output."""

from pathlib import Path

import numpy as np
import pytest

from tests.tiny_models import write_tiny_model
from yamnet_gui.yamnet import Network, load_network, load_weights
from yamnet_gui.yamnet.check import check_patches
from yamnet_gui.yamnet.model_info import ModelOutput
from yamnet_gui.yamnet.packing import Packer


def by_hand(path: Path, embeddings: np.ndarray) -> np.ndarray:
    """The scores of embeddings, in double precision, from what the file says."""
    weights = load_weights(path)
    model = weights.file.model
    assert model is not None
    logits = embeddings.astype(float) @ weights.logits_kernel + weights.logits_bias
    own, trained = logits[:, : -model.trained], logits[:, -model.trained :]
    if model.output == "sigmoid":
        trained = 1 / (1 + np.exp(-trained))
    else:
        none = 1.0 if model.output == "softmax-or-none" else 0.0
        trained = np.exp(trained) / (np.exp(trained).sum(axis=1, keepdims=True) + none)
    return np.concatenate([1 / (1 + np.exp(-own)), trained], axis=1)


@pytest.mark.parametrize("runtime", ["litert", "tensorflow"])
@pytest.mark.parametrize(
    ("output", "keep"), [("sigmoid", False), ("softmax", True), ("softmax-or-none", False)]
)
@pytest.mark.workflow
def test_scores_are_what_the_kind_of_output_says(
    tiny_weights: Path, tmp_path: Path, output: ModelOutput, keep: bool, runtime: str
) -> None:
    path = tmp_path / "m.h5"
    write_tiny_model(path, tiny_weights, output=output, keep=keep)
    network = load_network(path, batch=8, runtime=runtime)
    scores, embeddings = network(check_patches())
    assert scores.shape == (20, 523 if keep else 2)
    assert network.classes == scores.shape[1]
    np.testing.assert_allclose(scores, by_hand(path, embeddings), atol=1e-5)
    none, _ = network(np.empty((0, 96, 64), np.float32))
    assert none.shape == (0, network.classes)


@pytest.mark.workflow
def test_embeddings_are_those_of_the_trunk(tiny_weights: Path, tmp_path: Path) -> None:
    path = tmp_path / "m.h5"
    write_tiny_model(path, tiny_weights)
    patches = check_patches()[:4]
    _, tuned = load_network(path, runtime="litert")(patches)
    _, parent = load_network(tiny_weights, runtime="litert")(patches)
    np.testing.assert_allclose(tuned, parent, atol=1e-5)


class Three:
    """A network of three classes."""

    batch, calls, place_matters = 2, 1, False

    def __call__(self, patches: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        return patches[:, 0, :3].copy(), np.zeros((len(patches), 1024), np.float32)


class Item:
    def __init__(self, count: int) -> None:
        self.patches = np.random.default_rng(count).random((count, 96, 64), np.float32)


def test_short_recordings_are_packed_for_a_model_of_few_classes() -> None:
    network: Network = Three()  # type: ignore[assignment]
    for item, scores, embeddings in Packer[Item](lambda: network).run(map(Item, (3, 1, 0, 2))):
        assert len(scores) == len(embeddings) == len(item.patches)
        if len(scores):
            np.testing.assert_array_equal(scores, item.patches[:, 0, :3])
