"""Fine-tuned models: one HDF5 file in the published layout that describes itself."""

import json
import math
from dataclasses import replace
from pathlib import Path

import h5py
import numpy as np
import pytest

from yamnet_gui.core.class_map import SoundClass
from yamnet_gui.core.errors import WeightsError
from yamnet_gui.core.resources import bundled_class_map
from yamnet_gui.yamnet import (
    EpochFigures,
    ModelInfo,
    TrainedOn,
    inspect_weights,
    load_weights,
    use_weights,
    write_model,
)
from yamnet_gui.yamnet.model_info import FORMAT, info_from_json, info_to_json
from yamnet_gui.yamnet.parameters import LOGITS_BIAS, LOGITS_KERNEL
from yamnet_gui.yamnet.weights import model_arrays
from yamnet_gui.yamnet.weights_hdf5 import CARD, INFO

Arrays = dict[str, np.ndarray]


def info(
    trained: tuple[str, ...] = ("chiffchaff", "hammer drill"), keep: bool = False
) -> ModelInfo:
    own = bundled_class_map().classes if keep else ()
    new = (SoundClass(len(own) + k, "", name) for k, name in enumerate(trained))
    return ModelInfo(
        name="garden",
        classes=(*own, *new),
        trained=len(trained),
        output="softmax-or-none",
        parent="ab" * 32,
        parent_name="YAMNet as published",
        created="2026-11-26T10:00:00Z",
        seed=7,
        thresholds=(0.5,) * len(trained),
        settings={"depth": "head", "epochs": 3},
        training=(TrainedOn("a.wav", "cd" * 32, "training", {"hammer drill": 2, "": 1}),),
        curves=(EpochFigures(1, 0.7, math.nan, 0.5, 1e-3),),
        figures={"accuracy": [0.9, 0.7, 1.0]},
        card="# garden\n\nÜber die Sounds.\n",
    )


def fitting(arrays: Arrays, classes: int) -> Arrays:
    random = np.random.default_rng(1)
    kernel = random.normal(0, 0.05, (1024, classes)).astype(np.float32)
    return arrays | {LOGITS_KERNEL: kernel, LOGITS_BIAS: np.zeros(classes, np.float32)}


@pytest.fixture(scope="module")
def arrays(tiny_weights: Path) -> Arrays:
    return model_arrays(tiny_weights)[1]


@pytest.mark.parametrize("keep", [False, True])
def test_a_model_file_reads_back_as_it_was_written(
    arrays: Arrays, tmp_path: Path, keep: bool
) -> None:
    about = info(keep=keep)
    own = fitting(arrays, len(about.classes))
    written = write_model(tmp_path / "garden.h5", own, about)
    read = load_weights(tmp_path / "garden.h5")
    assert read.file == written
    assert read.logits_kernel.shape == (1024, len(about.classes))
    assert read.file.name == "garden"
    assert read.file.model is not None
    assert math.isnan(read.file.model.curves[0].held_out_loss)
    assert replace(read.file.model, curves=()) == replace(about, curves=())
    assert read.file.model.keeps_yamnet == keep
    assert [one.name for one in read.file.model.trained_classes] == ["chiffchaff", "hammer drill"]
    _, again = model_arrays(tmp_path / "garden.h5")
    assert all(np.array_equal(own[name], again[name]) for name in own)


def test_the_same_model_gives_the_same_bytes(arrays: Arrays, tmp_path: Path) -> None:
    about, own = info(), fitting(arrays, 2)
    for name in ("one.h5", "two.h5"):
        write_model(tmp_path / name, own, about)
    assert (tmp_path / "one.h5").read_bytes() == (tmp_path / "two.h5").read_bytes()


def test_the_identity_stands_for_the_classes_as_well(arrays: Arrays, tmp_path: Path) -> None:
    own = fitting(arrays, 2)
    first = write_model(tmp_path / "one.h5", own, info())
    renamed = write_model(tmp_path / "two.h5", own, info(("chiffchaff", "hammer")))
    described = write_model(tmp_path / "three.h5", own, replace(info(), card="other"))
    assert first.identity != renamed.identity
    assert first.identity == described.identity != first.sha256


def test_the_published_layout_lies_in_it(arrays: Arrays, tmp_path: Path) -> None:
    write_model(tmp_path / "garden.h5", fitting(arrays, 2), info())
    with h5py.File(tmp_path / "garden.h5") as file:
        assert file["logits/logits/kernel:0"].shape == (1024, 2)
        assert file["layer1/conv/layer1/conv/kernel:0"].shape == (3, 3, 1, 32)
        assert json.loads(file[INFO][()].tobytes())["format"] == FORMAT
        assert file[CARD][()].tobytes().decode().startswith("# garden")


def test_a_model_does_not_take_the_place_of_the_weights(arrays: Arrays, tmp_path: Path) -> None:
    path = tmp_path / "garden.h5"
    write_model(path, fitting(arrays, 2), info())
    with pytest.raises(WeightsError, match="is a fine-tuned model, not YAMNet's own weights"):
        use_weights(path)


def test_a_model_of_521_classes_is_not_taken_for_yamnet(
    arrays: Arrays, tiny_weights: Path, tmp_path: Path
) -> None:
    about = info(tuple(f"sound {k}" for k in range(521)))
    write_model(tmp_path / "many.h5", arrays, about)
    file = inspect_weights(tmp_path / "many.h5")
    assert file.identity != inspect_weights(tiny_weights).identity
    assert file.model is not None
    assert file.model.classes[0].name == "sound 0"


def test_a_wrong_shape_is_not_written_and_an_older_file_stays(
    arrays: Arrays, tmp_path: Path
) -> None:
    path = tmp_path / "garden.h5"
    path.write_bytes(b"older")
    with pytest.raises(WeightsError, match="logits/kernel has the shape"):
        write_model(path, arrays, info())
    with pytest.raises(WeightsError, match="share a name"):
        write_model(path, fitting(arrays, 2), info(("Hammer drill", "hammer drill")))
    assert path.read_bytes() == b"older"
    assert [one.name for one in tmp_path.iterdir()] == ["garden.h5"]


def changed(text: bytes, **values: object) -> bytes:
    return json.dumps(json.loads(text) | values).encode()


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({"format": "other"}, "is not that of a model"),
        ({"version": 2}, "another version"),
        ({"classes": []}, "class map"),
        ({"classes": [["", "a"], ["", "A"]]}, "share a name"),
        ({"classes": [["", "a"], ["", "b\x1b[2J"]]}, "cannot be shown"),
        ({"classes": [["", "a"], ["", " b"]]}, "space"),
        ({"classes": [["", "a"], ["", "b" * 201]]}, "not valid"),
        ({"classes": [["../..", "a"], ["", "b"]]}, "class map"),
        ({"classes": [["", f"{k}"] for k in range(1522)]}, "too many classes"),
        ({"trained": True}, "trained classes"),
        ({"trained": 1}, "neither all of YAMNet's 521 classes nor none"),
        ({"trained": 0}, "trained classes"),
        ({"output": "linear"}, "kind of output"),
        ({"parent": "x" * 64}, "which weights"),
        ({"created": "today"}, "date"),
        ({"seed": 1.5}, "seed"),
        ({"settings": []}, "settings"),
        ({"figures": None}, "figures"),
        ({"name": ""}, "name"),
        ({"thresholds": [0.5]}, "thresholds"),
        ({"thresholds": [0.5, float("nan")]}, "thresholds"),
        ({"thresholds": [0.5, 10**400]}, "thresholds"),
        ({"training": [{"recording": "a"}]}, "training set"),
        ({"training": [{"recording": "", "sha256": "", "use": "", "examples": {}}]}, "training"),
        ({"curves": [[1, 2, 3]]}, "curves"),
        ({"curves": [[1, "2", 3, 4, 5]]}, "curves"),
    ],
)  # fmt: skip
def test_a_description_that_is_not_valid_is_refused(values: dict[str, object], reason: str) -> None:
    text = info_to_json(info())
    assert info_from_json(text, b"").classes == info().classes
    with pytest.raises(ValueError, match=reason):
        info_from_json(changed(text, **values), b"")


@pytest.fixture
def model(arrays: Arrays, tmp_path: Path) -> Path:
    write_model(tmp_path / "garden.h5", fitting(arrays, 2), info())
    return tmp_path / "garden.h5"


def soft(file: h5py.File) -> None:
    file.move(INFO, "elsewhere")
    file[INFO] = h5py.SoftLink("/elsewhere")


def external(file: h5py.File) -> None:
    other = Path(file.filename).with_name("other.h5")
    with h5py.File(other, "w") as target:
        target[INFO] = file[INFO][()]
        target[CARD] = file[CARD][()]
    del file["yamnet_gui"]
    file["yamnet_gui"] = h5py.ExternalLink(other, "/yamnet_gui")


def compressed(file: h5py.File) -> None:
    del file[INFO]
    file.create_dataset(INFO, data=np.zeros(2**20, np.uint8), compression="gzip")


def huge(file: h5py.File) -> None:
    del file[INFO]
    file.create_dataset(INFO, (2**40,), np.uint8)


def outside(file: h5py.File) -> None:
    del file[CARD]
    file.create_dataset(CARD, (8,), np.uint8, external=[("/etc/hostname", 0, 8)])


def objects(file: h5py.File) -> None:
    del file[CARD]
    file.create_dataset(CARD, data=["text"], dtype=h5py.string_dtype())


def not_text(file: h5py.File) -> None:
    file[INFO][:4] = 0xFF


def without_card(file: h5py.File) -> None:
    del file[CARD]


def no_group(file: h5py.File) -> None:
    del file["yamnet_gui"]
    file["yamnet_gui"] = 1


def other_head(file: h5py.File) -> None:
    del file["logits/logits/kernel:0"]
    file["logits/logits/kernel:0"] = np.zeros((1024, 3), np.float32)


@pytest.mark.parametrize(
    ("harm", "reason"),
    [
        (soft, "has no yamnet_gui/model.json"),
        (external, "has no yamnet_gui/model.json"),
        (compressed, "compressed, in parts or in other files"),
        (huge, "far too large"),
        (outside, "compressed, in parts or in other files"),
        (objects, "card.md is not text"),
        (not_text, "description is damaged"),
        (without_card, "has no yamnet_gui/card.md"),
        (no_group, "model.json|truncated or damaged"),
        (other_head, "logits/kernel has the shape"),
    ],
)
def test_a_harmful_model_file_is_refused_in_words(model: Path, harm: object, reason: str) -> None:
    with h5py.File(model, "r+") as file:
        harm(file)  # type: ignore[operator]
    with pytest.raises(WeightsError, match=reason):
        inspect_weights(model)
