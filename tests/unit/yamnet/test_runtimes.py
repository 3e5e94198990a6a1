"""Two runtimes, and the file that one of them runs."""

import shutil
import subprocess
import sys
from collections.abc import Callable, Generator
from pathlib import Path

import numpy as np
import pytest

from yamnet_gui.core.errors import WeightsError
from yamnet_gui.core.folders import user_cache_folder
from yamnet_gui.core.pipeline import completed
from yamnet_gui.yamnet import (
    LiteRTError,
    expected_runtime,
    inspect_weights,
    litert_file,
    litert_is_stored,
    load_network,
    loading_network,
    making_litert,
    stored_litert,
)
from yamnet_gui.yamnet.check import check_patches
from yamnet_gui.yamnet.litert_network import LiteRTNetwork
from yamnet_gui.yamnet.weights import WeightsFile


@pytest.fixture(scope="module")
def file(tiny_weights: Path) -> WeightsFile:
    return inspect_weights(tiny_weights)


@pytest.fixture(scope="module")
def content(tiny_weights: Path) -> bytes:
    """LiteRT's file for the tiny weights, made once in a session."""
    load_network(tiny_weights, runtime="litert")
    stored = stored_litert(tiny_weights, inspect_weights(tiny_weights).identity)
    assert stored is not None
    return stored


@pytest.fixture
def weights(tmp_path: Path, tiny_weights: Path, content: bytes, file: WeightsFile) -> Path:
    """A copy of the tiny weights in a folder of its own, with LiteRT's file beside it."""
    folder = tmp_path / "weights"
    folder.mkdir()
    copy = Path(shutil.copy(tiny_weights, folder / "tiny.h5"))
    (made,) = tiny_weights.parent.glob("*.tflite")
    shutil.copy(made, folder)
    return copy


def steps_of(content: bytes) -> Callable[[Path], Generator[float, None, bytes]]:
    """Stands for writing and comparing, which take a second: gives what was made before."""

    def writing(_weights: Path) -> Generator[float, None, bytes]:
        yield 0.5
        return content

    return writing


def tflite_files(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.tflite")) if folder.is_dir() else []


def test_the_file_lies_beside_the_weights_and_is_named_by_them(
    weights: Path, content: bytes, file: WeightsFile
) -> None:
    (made,) = tflite_files(weights.parent)
    assert made.name.startswith(f"yamnet-{file.identity[:16]}-tflite1-")
    assert litert_is_stored(weights, file.identity)
    assert stored_litert(weights, file.identity) == content
    assert not litert_is_stored(weights, "0" * 64)
    assert stored_litert(weights, "0" * 64) is None


@pytest.mark.parametrize("damage", ["cut", "changed", "empty"])
def test_a_damaged_file_is_removed_and_made_again(
    weights: Path, content: bytes, file: WeightsFile, damage: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    (made,) = tflite_files(weights.parent)
    middle = len(content) // 2
    made.write_bytes(
        {
            "cut": content[:middle],
            "changed": content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :],
            "empty": b"",
        }[damage]
    )
    assert stored_litert(weights, file.identity) is None
    assert not made.exists()
    monkeypatch.setattr(litert_file, "writing_litert", steps_of(content))
    network = load_network(weights, runtime="litert")
    assert network.runtime == "litert"
    assert made.read_bytes() == content


def test_a_file_of_other_weights_under_this_name_is_not_used(
    weights: Path, content: bytes, file: WeightsFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    (made,) = tflite_files(weights.parent)
    other = "0" * 64
    foreign = made.rename(made.with_name(made.name.replace(file.identity[:16], other[:16])))
    assert stored_litert(weights, other) is None
    assert not foreign.exists()
    monkeypatch.setattr(litert_file, "writing_litert", steps_of(content))
    assert load_network(weights, runtime="litert").runtime == "litert"
    assert tflite_files(weights.parent) == [made]


def test_a_file_that_tensorflows_converter_made_is_taken(
    weights: Path, content: bytes, file: WeightsFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    (made,) = tflite_files(weights.parent)
    earlier = made.rename(made.with_name(made.name.replace("tflite1", "tf2.21.0")))
    monkeypatch.setattr(litert_file, "writing_litert", None)
    assert load_network(weights, runtime="litert").runtime == "litert"
    assert tflite_files(weights.parent) == [earlier]


def test_nothing_is_stored_of_weights_that_were_replaced_meanwhile(
    weights: Path, content: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    (beside,) = tflite_files(weights.parent)
    beside.unlink()
    monkeypatch.setattr(litert_file, "writing_litert", steps_of(content))
    with pytest.raises(WeightsError, match="was replaced while it was being prepared"):
        completed(making_litert(weights, "0" * 64))
    assert tflite_files(weights.parent) == []


@pytest.mark.workflow
def test_where_the_folder_is_read_only_it_lies_in_the_cache(
    weights: Path, content: bytes, file: WeightsFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    (beside,) = tflite_files(weights.parent)
    beside.unlink()
    monkeypatch.setattr(litert_file, "writing_litert", steps_of(content))
    weights.parent.chmod(0o555)
    try:
        assert load_network(weights).runtime == "litert"
    finally:
        weights.parent.chmod(0o755)
    assert tflite_files(weights.parent) == []
    assert [p.name for p in tflite_files(user_cache_folder() / "litert")] == [beside.name]
    assert stored_litert(weights, file.identity) == content


@pytest.mark.workflow
def test_without_room_tensorflow_runs_it_and_one_sentence_says_why(
    weights: Path, content: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    (beside,) = tflite_files(weights.parent)
    beside.unlink()

    def full(_path: Path) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(litert_file, "writing_litert", steps_of(content))
    monkeypatch.setattr(litert_file, "replacing", full)
    network = load_network(weights)
    assert network.runtime == "tensorflow"
    assert "No space left on device" in network.note
    assert network.note.endswith("TensorFlow runs the network instead")
    with pytest.raises(LiteRTError, match=r"No space left.* — choose TensorFlow as the runtime"):
        load_network(weights, runtime="litert")


def test_without_litert_everything_runs_on_tensorflow(
    weights: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "ai_edge_litert", None)
    assert expected_runtime("auto") == "tensorflow"
    network = load_network(weights)
    assert (network.runtime, network.note) == ("tensorflow", "")
    with pytest.raises(LiteRTError, match="is not installed"):
        load_network(weights, runtime="litert")


def test_missing_tensorflow_is_one_sentence(weights: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    load_network(weights, runtime="litert")
    monkeypatch.setitem(sys.modules, "tensorflow", None)
    assert load_network(weights).runtime == "litert"
    with pytest.raises(WeightsError, match=r"^TensorFlow: is not installed — install the package"):
        load_network(weights, runtime="tensorflow")


def test_a_library_that_cannot_be_loaded_leaves_tensorflow(
    weights: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "ai_edge_litert.interpreter", None)
    network = load_network(weights)
    assert network.runtime == "tensorflow"
    assert "cannot be loaded" in network.note


@pytest.mark.parametrize(
    ("devices", "visible", "expected"),
    [([], None, "litert"), (["gpu"], None, "tensorflow"), (["gpu"], "-1", "litert")],
)
def test_a_gpu_is_left_to_tensorflow(
    devices: list[str],
    visible: str | None,
    expected: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from yamnet_gui.yamnet import runtimes

    for name in devices:
        (tmp_path / name).touch()
    monkeypatch.setattr(runtimes, "_GPU_DEVICES", (str(tmp_path / "gpu"),))
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    if visible is not None:
        monkeypatch.setenv("CUDA_VISIBLE_DEVICES", visible)
    assert expected_runtime("auto") == expected
    assert expected_runtime("litert") == "litert"


def test_a_device_without_a_driver_leaves_litert(
    weights: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from yamnet_gui.yamnet import runtimes

    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(runtimes, "_GPU_DEVICES", (str(tmp_path),))
    assert load_network(weights).runtime == "litert"


def test_results_do_not_depend_on_batches_threads_or_place(
    content: bytes, file: WeightsFile
) -> None:
    patches = check_patches()
    scores, embeddings = LiteRTNetwork(content, file, batch=20, threads=1)(patches)
    for batch, threads in ((1, 1), (3, 2), (16, 4)):
        again = LiteRTNetwork(content, file, batch, threads)(patches)
        assert np.array_equal(again[0], scores)
        assert np.array_equal(again[1], embeddings)
    turned = LiteRTNetwork(content, file, 16, 1)(patches[::-1])
    assert np.array_equal(turned[0][::-1], scores)


def test_content_of_another_network_is_refused(file: WeightsFile) -> None:
    with pytest.raises(ValueError, match=r"flatbuffer|identifier|model"):
        LiteRTNetwork(b"nothing of the kind", file)


def test_broken_weights_are_no_matter_of_the_runtime(tiny_weights: Path, tmp_path: Path) -> None:
    cut = tmp_path / "cut.h5"
    cut.write_bytes(tiny_weights.read_bytes()[:5_000_000])
    with pytest.raises(WeightsError, match=r"cut\.h5"):
        load_network(cut)
    with pytest.raises(WeightsError, match=r"cut\.h5.*weights fetch") as raised:
        completed(making_litert(cut, "0" * 64))
    assert not isinstance(raised.value, LiteRTError)  # for which TensorFlow would be the way out


@pytest.mark.workflow
def test_two_programs_that_make_it_at_the_same_time_do_not_disturb_each_other(
    weights: Path, file: WeightsFile
) -> None:
    (beside,) = tflite_files(weights.parent)
    beside.unlink()
    code = (
        "import sys; from pathlib import Path; from yamnet_gui.yamnet import load_network;"
        "print(load_network(Path(sys.argv[1])).runtime)"
    )
    programs = [
        subprocess.Popen([sys.executable, "-c", code, weights], stdout=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    assert [program.communicate()[0].strip() for program in programs] == ["litert", "litert"]
    assert tflite_files(weights.parent) == [beside]
    assert stored_litert(weights, file.identity) is not None


def test_the_fraction_done_is_shown_while_it_is_made(
    weights: Path, content: bytes, file: WeightsFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    (beside,) = tflite_files(weights.parent)
    beside.unlink()
    monkeypatch.setattr(litert_file, "writing_litert", steps_of(content))
    assert list(loading_network(weights, file=file)) == [0.5]
    assert list(making_litert(weights, file.identity)) == []  # is there now


def test_check_patches_are_always_the_same() -> None:
    first, second = check_patches(), check_patches()
    assert np.array_equal(first, second)
    assert first.shape == (20, 96, 64)
