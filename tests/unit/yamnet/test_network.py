import subprocess
import sys
import threading
from pathlib import Path

import h5py
import numpy as np
import pytest

from yamnet_gui.core.errors import WeightsError
from yamnet_gui.yamnet import Network, load_network, load_weights, log_mel

FILTERS = (64, 128, 128, 256, 256, 512, 512, 512, 512, 512, 512, 1024, 1024)
STRIDES = (1, 2, 1, 2, 1, 2, 1, 1, 1, 1, 1, 2, 1)


@pytest.fixture(scope="module", params=["litert", "tensorflow"])
def network(request: pytest.FixtureRequest, tiny_weights: Path) -> Network:
    return load_network(tiny_weights, batch=8, runtime=request.param)


@pytest.fixture(scope="module")
def patches() -> np.ndarray:
    random = np.random.default_rng(9)
    sound = random.standard_normal(16_000 * 12) * np.linspace(0, 0.5, 16_000 * 12)
    rows = log_mel(sound.astype(np.float32))
    return np.stack([rows[48 * k : 48 * k + 96] for k in range(20)])


def unfolded(path: Path, patches: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The network layer by layer, with batch norm as the file has it."""
    import tensorflow as tf

    with h5py.File(path) as file:

        def read(layer: str, name: str) -> np.ndarray:
            return np.asarray(file[f"{layer}/{layer}/{name}:0"])

        def normal(net, layer: str):
            norm = f"{layer}/bn"
            mean, variance = read(norm, "moving_mean"), read(norm, "moving_variance")
            beta = read(norm, "beta")
            return tf.nn.relu(tf.nn.batch_normalization(net, mean, variance, beta, None, 1e-4))

        net = tf.nn.conv2d(patches[..., None], read("layer1/conv", "kernel"), 2, "SAME")
        net = normal(net, "layer1/conv")
        for number, (filters, stride) in enumerate(zip(FILTERS, STRIDES, strict=True), start=2):
            deep, point = f"layer{number}/depthwise_conv", f"layer{number}/pointwise_conv"
            kernel = read(deep, "depthwise_kernel")
            net = tf.nn.depthwise_conv2d(net, kernel, [1, stride, stride, 1], "SAME")
            net = normal(net, deep)
            net = normal(tf.nn.conv2d(net, read(point, "kernel"), 1, "SAME"), point)
            assert net.shape[-1] == filters
        embeddings = tf.reduce_mean(net, [1, 2])
        scores = tf.sigmoid(embeddings @ read("logits", "kernel") + read("logits", "bias"))
    return scores.numpy(), embeddings.numpy()


def test_it_equals_the_network_with_batch_norm(
    network: Network, patches: np.ndarray, tiny_weights: Path
) -> None:
    scores, embeddings = network(patches)
    wanted_scores, wanted_embeddings = unfolded(tiny_weights, patches)
    np.testing.assert_allclose(embeddings, wanted_embeddings, rtol=1e-4, atol=1e-4)
    np.testing.assert_allclose(scores, wanted_scores, rtol=0, atol=1e-5)


@pytest.mark.parametrize("count", [1, 7, 8, 9, 20])
def test_the_number_of_patches_changes_no_bit(
    network: Network, patches: np.ndarray, count: int
) -> None:
    scores, embeddings = network(patches[:count])
    all_scores, all_embeddings = network(patches)
    assert scores.shape == (count, 521)
    assert embeddings.shape == (count, 1024)
    assert np.array_equal(scores, all_scores[:count])
    assert np.array_equal(embeddings, all_embeddings[:count])


def test_no_patches_give_no_scores(network: Network) -> None:
    scores, embeddings = network(np.empty((0, 96, 64), np.float32))
    assert (scores.shape, embeddings.shape) == ((0, 521), (0, 1024))


def test_sounds_differ_in_their_best_class(network: Network) -> None:
    time = np.arange(15_600) / 16_000
    noise = 0.3 * np.random.default_rng(2).standard_normal(15_600)
    sounds = [np.zeros(15_600), noise, np.sin(2 * np.pi * 440 * time)]
    scores, _ = network(np.stack([log_mel(s.astype(np.float32)) for s in sounds]))
    best = [tuple(np.argsort(row)[-5:]) for row in scores]
    assert len(set(best)) == 3


def test_it_can_be_built_and_run_in_threads(tiny_weights: Path, patches: np.ndarray) -> None:
    results: list[tuple[np.ndarray, np.ndarray]] = []

    def work() -> None:
        results.append(load_network(tiny_weights, batch=8)(patches))

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert np.array_equal(results[0][0], results[1][0])


def test_it_reports_what_it_runs_on_and_with(network: Network, tiny_weights: Path) -> None:
    assert network.device.startswith(("CPU (", "GPU ("))
    assert network.weights_file == load_weights(tiny_weights).file
    assert network.batch == 8


def test_without_weights_it_explains_how_to_get_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("YAMNET_GUI_WEIGHTS", raising=False)
    with pytest.raises(WeightsError, match="yamnet-gui weights fetch"):
        load_network()


def test_weights_are_located_by_the_variable(
    monkeypatch: pytest.MonkeyPatch, tiny_weights: Path
) -> None:
    monkeypatch.setenv("YAMNET_GUI_WEIGHTS", str(tiny_weights))
    assert load_network(batch=1).weights_file.path == tiny_weights


@pytest.mark.slow
def test_building_it_prints_nothing(tiny_weights: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from yamnet_gui.yamnet import load_network;"
        f"load_network(Path({str(tiny_weights)!r})); print('own words', file=sys.stderr)"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert (result.stdout, result.stderr) == ("", "own words\n")
