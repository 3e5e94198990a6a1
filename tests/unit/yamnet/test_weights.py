from pathlib import Path

import h5py
import numpy as np
import pytest

from tests.tiny_network import write_tiny_weights
from yamnet_gui.core.errors import WeightsError
from yamnet_gui.yamnet import (
    find_weights,
    inspect_weights,
    load_weights,
    use_weights,
    weights_folder,
)
from yamnet_gui.yamnet import weights as module
from yamnet_gui.yamnet.parameters import LAYERS, NORM_EPSILON

KERNEL = "layer5/pointwise_conv/layer5/pointwise_conv/kernel:0"
VARIANCE = "layer9/depthwise_conv/bn/layer9/depthwise_conv/bn/moving_variance:0"


@pytest.fixture(autouse=True)
def no_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("YAMNET_GUI_WEIGHTS", raising=False)


@pytest.fixture
def own_copy(tiny_weights: Path, tmp_path: Path) -> Path:
    copy = tmp_path / "copy.h5"
    copy.write_bytes(tiny_weights.read_bytes())
    return copy


def test_the_tiny_network_is_the_same_every_time(tiny_weights: Path, tmp_path: Path) -> None:
    again = load_weights(write_tiny_weights(tmp_path / "again.h5"))
    other = load_weights(write_tiny_weights(tmp_path / "other.h5", seed=1))
    first = load_weights(tiny_weights)
    assert all(np.array_equal(a, b) for a, b in zip(first.kernels, again.kernels, strict=True))
    assert not np.array_equal(first.logits_kernel, other.logits_kernel)


def test_the_network_has_the_published_number_of_parameters() -> None:
    kernels = sum(int(np.prod(layer.kernel_shape)) for layer in LAYERS)
    norms = sum(3 * layer.outputs for layer in LAYERS)
    assert kernels + norms + 1024 * 521 + 521 == 3_751_369


def test_a_whole_unknown_file_is_described(tiny_weights: Path) -> None:
    file = inspect_weights(tiny_weights)
    assert (file.path, file.known, file.size) == (
        tiny_weights,
        False,
        tiny_weights.stat().st_size,
    )
    assert len(file.sha256) == len(file.identity) == 64
    assert file.identity[:12] in file.name


def test_a_known_file_is_named(tiny_weights: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sha256 = inspect_weights(tiny_weights).sha256
    monkeypatch.setitem(module.KNOWN_FILES, sha256, "A famous file")
    file = inspect_weights(tiny_weights)
    assert (file.known, file.name) == (True, "A famous file")


def test_batch_norm_is_folded_into_kernel_and_bias(tiny_weights: Path) -> None:
    weights = load_weights(tiny_weights)
    with h5py.File(tiny_weights) as file:

        def read(layer: str, name: str) -> np.ndarray:
            return np.asarray(file[f"{layer}/{layer}/{name}:0"], np.float64)

        for number, layer in enumerate(LAYERS):
            norm = f"{layer.name}/bn"
            scale = 1 / np.sqrt(read(norm, "moving_variance") + NORM_EPSILON)
            bias = read(norm, "beta") - read(norm, "moving_mean") * scale
            kernel = read(layer.name, "depthwise_kernel" if layer.depthwise else "kernel")
            axis = 2 if layer.depthwise else 3
            shape = [1, 1, 1, 1]
            shape[axis] = -1
            np.testing.assert_allclose(weights.biases[number], bias, rtol=1e-6, atol=1e-7)
            np.testing.assert_allclose(
                weights.kernels[number], kernel * scale.reshape(shape), rtol=1e-6
            )


def test_the_last_layer_of_a_newer_save_is_read(own_copy: Path) -> None:
    with h5py.File(own_copy, "r+") as file:
        file.move("logits/logits", "dense/dense")
    before = load_weights(own_copy)
    assert before.logits_kernel.shape == (1024, 521)


def test_a_missing_array_is_named(own_copy: Path) -> None:
    with h5py.File(own_copy, "r+") as file:
        del file[KERNEL]
    with pytest.raises(WeightsError, match="has no array layer5/pointwise_conv/kernel") as e:
        inspect_weights(own_copy)
    assert "copy.h5" in str(e.value)
    assert "weights fetch" in e.value.advice


def test_a_misshapen_array_is_named_with_both_shapes(own_copy: Path) -> None:
    with h5py.File(own_copy, "r+") as file:
        del file[KERNEL]
        file[KERNEL] = np.zeros((1, 1, 128, 255), np.float32)
    with pytest.raises(WeightsError, match=r"\(1, 1, 128, 255\) where YAMNet has .* 256\)"):
        inspect_weights(own_copy)


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_values_that_are_not_numbers_are_refused(own_copy: Path, value: float) -> None:
    with h5py.File(own_copy, "r+") as file:
        file[KERNEL][0, 0, 3, 4] = value
    with pytest.raises(WeightsError, match=r"layer5/pointwise_conv/kernel holds values"):
        inspect_weights(own_copy)


def test_negative_variances_are_refused(own_copy: Path) -> None:
    with h5py.File(own_copy, "r+") as file:
        file[VARIANCE][7] = -1
    with pytest.raises(WeightsError, match="negative variances"):
        inspect_weights(own_copy)


def test_an_empty_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "empty.h5").touch()
    with pytest.raises(WeightsError, match="is empty"):
        inspect_weights(tmp_path / "empty.h5")


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match="no such weights file"):
        inspect_weights(tmp_path / "none.h5")


def test_a_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match=r"cannot be read|is empty"):
        inspect_weights(tmp_path)


def test_a_file_of_another_kind_is_refused(tmp_path: Path) -> None:
    page = tmp_path / "page.h5"
    page.write_text("<html>Please log in</html>")
    with pytest.raises(WeightsError, match="is not an HDF5 file"):
        inspect_weights(page)


@pytest.mark.parametrize("size", [8, 100, 2_000, 1_000_000, 15_000_000])
def test_a_truncated_file_is_refused(own_copy: Path, size: int) -> None:
    own_copy.write_bytes(own_copy.read_bytes()[:size])
    with pytest.raises(WeightsError, match=r"truncated|has no array"):
        inspect_weights(own_copy)


def test_an_hdf5_file_of_something_else_is_refused(tmp_path: Path) -> None:
    with h5py.File(tmp_path / "other.h5", "w") as file:
        file["temperature"] = np.arange(10.0)
    with pytest.raises(WeightsError, match="not weights of YAMNet"):
        inspect_weights(tmp_path / "other.h5")


def test_without_any_weights_there_is_no_path() -> None:
    assert find_weights() is None


def test_the_variable_comes_before_the_data_folder(
    tiny_weights: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    used = use_weights(tiny_weights)
    assert find_weights() == used.path == weights_folder() / "yamnet.h5"
    monkeypatch.setenv("YAMNET_GUI_WEIGHTS", str(tmp_path / "elsewhere.h5"))
    assert find_weights() == tmp_path / "elsewhere.h5"


def test_used_weights_are_a_copy(own_copy: Path) -> None:
    used = use_weights(own_copy)
    content = own_copy.read_bytes()
    own_copy.unlink()
    assert used.path.read_bytes() == content
    assert inspect_weights(used.path).sha256 == used.sha256
    assert list(weights_folder().iterdir()) == [used.path]


def test_using_the_file_in_place_keeps_it(tiny_weights: Path) -> None:
    used = use_weights(tiny_weights)
    assert use_weights(used.path) == used
    assert used.path.stat().st_size == used.size


def test_a_refused_file_leaves_the_old_one(tiny_weights: Path, tmp_path: Path) -> None:
    used = use_weights(tiny_weights)
    broken = tmp_path / "broken.h5"
    broken.write_bytes(tiny_weights.read_bytes()[:9_000_000])
    with pytest.raises(WeightsError):
        use_weights(broken)
    assert inspect_weights(used.path).sha256 == used.sha256


def test_a_data_folder_that_cannot_be_made_is_reported(
    tiny_weights: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "file"))
    with pytest.raises(WeightsError, match="cannot be written"):
        use_weights(tiny_weights)
