"""The user's own models: listed, added, removed, and found by name."""

from pathlib import Path

import pytest

from tests.tiny_models import write_tiny_model
from yamnet_gui.core.errors import SettingsError, WeightsError
from yamnet_gui.yamnet import inspect_weights
from yamnet_gui.yamnet.model_library import (
    add_model,
    description_of,
    listed_models,
    model_path,
    model_with_identity,
    models_folder,
    remove_model,
)


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "yamnet_gui.yamnet.model_library.weights_folder", lambda: tmp_path / "user data"
    )


@pytest.fixture
def model(tiny_weights: Path, tmp_path: Path) -> Path:
    return write_tiny_model(tmp_path / "garden.h5", tiny_weights).path


@pytest.mark.workflow
def test_a_model_is_added_listed_found_and_removed(model: Path) -> None:
    assert listed_models() == []
    added = add_model(model)
    assert added.path.parent == models_folder()
    assert added.path.name == f"garden-{added.identity[:12]}.h5"
    assert [one.file for one in listed_models()] == [inspect_weights(added.path)]
    assert add_model(model).path == added.path
    assert add_model(added.path).path == added.path
    assert len(listed_models()) == 1
    assert model_path("GARDEN") == model_path(added.path.name) == added.path
    assert model_with_identity(added.identity) == added.path
    made = models_folder() / f"yamnet-{added.identity[:16]}-tf1-0.tflite"
    other = models_folder() / "yamnet-0123456789abcdef-tf1-0.tflite"
    for file in (made, other):
        file.touch()
    remove_model(added.path)
    assert listed_models() == []
    assert not made.exists()
    assert other.exists()
    assert model.exists()
    assert model_with_identity(added.identity) is None


def test_what_is_no_model_is_refused_and_nothing_is_added(
    model: Path, tiny_weights: Path, tmp_path: Path
) -> None:
    damaged = tmp_path / "damaged.h5"
    damaged.write_bytes(model.read_bytes()[:-5000])
    with pytest.raises(WeightsError, match="truncated or damaged"):
        add_model(damaged)
    with pytest.raises(WeightsError, match="YAMNet's own weights"):
        add_model(tiny_weights)
    with pytest.raises(WeightsError, match="no such weights file"):
        add_model(tmp_path / "none.h5")
    with pytest.raises(WeightsError, match="not one of the models"):
        remove_model(model)
    assert listed_models() == []


def test_a_file_that_cannot_be_used_is_listed_with_the_reason(
    model: Path, tiny_weights: Path
) -> None:
    add_model(model)
    (models_folder() / "a text.h5").write_text("hello")
    (models_folder() / "plain.h5").write_bytes(tiny_weights.read_bytes())
    listed = listed_models()
    assert [one.file is not None for one in listed] == [True, False, False]
    assert "not an HDF5 file" in listed[1].problem
    assert "YAMNet's own weights" in listed[2].problem


@pytest.mark.workflow
def test_an_unknown_name_is_refused_with_near_ones(model: Path, tiny_weights: Path) -> None:
    with pytest.raises(SettingsError, match="neither a model file nor one of your models"):
        model_path("garten")
    add_model(model)
    with pytest.raises(SettingsError, match=r"did you mean garden\?"):
        model_path("garten")
    other = write_tiny_model(model.with_name("other.h5"), tiny_weights, ("robin",))
    add_model(other.path)
    with pytest.raises(SettingsError, match="the name of several models"):
        model_path("garden")


def test_a_name_that_no_file_may_have_gets_another(tiny_weights: Path, tmp_path: Path) -> None:
    odd = write_tiny_model(tmp_path / "odd.h5", tiny_weights, name="../a/b: c*?")
    added = add_model(odd.path)
    assert added.path.parent == models_folder()
    assert added.path.is_file()


def test_only_a_model_describes_itself(model: Path, tiny_weights: Path, tmp_path: Path) -> None:
    info = description_of(model)
    assert info is not None
    assert info.class_map.names == ("chiffchaff", "hammer drill")
    assert description_of(tiny_weights) is None
    assert description_of(tmp_path) is None
    with pytest.raises(WeightsError, match="cannot be read"):
        description_of(tmp_path / "none.h5")
