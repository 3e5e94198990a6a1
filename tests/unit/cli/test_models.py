"""`yamnet-gui models`: list, add, show, remove, and export for other programs."""

from pathlib import Path

import pytest

from tests.tiny_models import write_tiny_model
from yamnet_gui.yamnet import inspect_weights


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "user data"
    monkeypatch.setattr("yamnet_gui.yamnet.model_library.weights_folder", lambda: folder)
    monkeypatch.setattr("yamnet_gui.cli.models.prepare_network", lambda *_: True)
    return folder


@pytest.mark.workflow
def test_models_are_added_listed_shown_and_removed(run, tiny_weights, tmp_path):
    status, shown, _ = run("models")
    assert (status, "no fine-tuned models" in shown) == (0, True)
    model = write_tiny_model(tmp_path / "m.h5", tiny_weights, keep=True, name="my garden").path
    assert run("models", "add", model)[0] == 0
    _, shown, _ = run("models", "list")
    assert "my garden: 2 classes and YAMNet's 521, from 2026-11-26" in shown
    status, shown, _ = run("models", "show", "my garden")
    assert status == 0
    assert "# my garden" in shown
    assert inspect_weights(model).identity in shown
    assert run("models", "remove", "my garden")[0] == 0
    assert "no fine-tuned models" in run("models")[1]
    assert model.exists()


def test_what_cannot_be_added_or_exported_is_refused(run, tiny_weights, tmp_path):
    text = tmp_path / "x.h5"
    text.write_text("hello")
    model = write_tiny_model(tmp_path / "m.h5", tiny_weights).path
    for words, sentence in (
        (("add", text), "is not an HDF5 file"),
        (("add", tiny_weights), "YAMNet's own weights"),
        (("show", "nobody"), "neither a model file nor one of your models"),
        (("remove", model), "not one of the models"),
        (("export", model, "-o", tmp_path / "m.pb"), "unknown ending"),
        (("export", model, "-o", tmp_path / "m.tflite", "--format", "onnx"), "end in .onnx"),
        (("export", text, "-o", tmp_path / "m.tflite"), "is not an HDF5 file"),
        (("export", model, "-o", model, "--format", "savedmodel"), "is an input of this command"),
    ):
        status, _, err = run("models", *words)
        assert (status, sentence in err) == (2, True), err
        assert err.count("\n") == 1


@pytest.mark.workflow
def test_a_card_of_others_sends_no_codes_to_the_terminal(run, tiny_weights, tmp_path):
    card = "# bats\n\x1b]0;title\x07\x1b[2Jgone\u202e\n"
    model = write_tiny_model(tmp_path / "m.h5", tiny_weights, card=card).path
    status, shown, _ = run("models", "show", model)
    assert status == 0
    assert shown.endswith("# bats\n\\x1b]0;title\\x07\\x1b[2Jgone\\u202e\n")


@pytest.mark.slow
def test_yamnet_itself_is_exported(run, weights, tmp_path):
    out = tmp_path / "yamnet.tflite"
    status, shown, err = run("models", "export", "yamnet", "-o", out)
    assert (status, err) == (0, "")
    assert "scores equal within" in shown
    assert out.stat().st_size > 14e6
    assert (tmp_path / "yamnet_class_map.csv").read_text().count("\n") == 522
