"""`--model`: a fine-tuned model in the place of YAMNet, in every command that runs the network."""

import csv
import json
from pathlib import Path

import numpy as np
import pytest

import yamnet_gui
from tests.tiny_models import write_tiny_model
from tests.unit.fakes import write_sound
from yamnet_gui.core.errors import UserError


@pytest.fixture
def sound(tmp_path: Path) -> Path:
    return write_sound(tmp_path / "s.wav", 4.0, seed=3)


@pytest.fixture(scope="module")
def model(tiny_weights: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("model") / "garden.h5"
    return write_tiny_model(path, tiny_weights, thresholds=(0.4, 0.999)).path


@pytest.mark.workflow
def test_tables_have_the_classes_of_the_model(run, weights, sound, model, tmp_path):
    out, scores = tmp_path / "clip.csv", tmp_path / "scores.npz"
    status, shown, _ = run(
        "analyze", sound, "--model", model, "--summary", "clip", "-o", out, "--scores", scores
    )
    assert status == 0
    assert "chiffchaff" in shown
    assert "Speech" not in shown
    with out.open(newline="") as file:
        (row,) = csv.DictReader(file)
    assert any("hammer drill" in name for name in row)
    assert not any("Speech" in name for name in row)
    with np.load(scores, allow_pickle=False) as arrays:
        assert arrays["scores"].shape[1] == 2
        assert arrays["class_names"].tolist() == ["chiffchaff", "hammer drill"]
        identity = str(arrays["model_sha256"])
    heard = yamnet_gui.analyze(sound, model=model)
    assert heard.model_sha256 == identity
    assert heard.class_names == ("chiffchaff", "hammer drill")


@pytest.mark.workflow
def test_events_begin_at_the_thresholds_of_the_training(run, weights, sound, model, tmp_path):
    out = tmp_path / "events.csv"
    assert run("analyze", sound, "--model", model, "-o", out)[0] == 0
    with out.open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert {row["label"] for row in rows} == {"chiffchaff"}
    assert {row["class_index"] for row in rows} == {"0"}
    heard = yamnet_gui.analyze(sound, model=model)
    assert {event.label for event in heard.events} == {"chiffchaff"}
    every = yamnet_gui.analyze(sound, model=model, threshold=0.001)
    assert {event.label for event in every.events} == {"chiffchaff", "hammer drill"}


def test_a_class_of_yamnet_is_unknown_where_the_model_left_it_out(run, weights, sound, model):
    status, _, err = run("analyze", sound, "--model", model, "-o", "x.csv", "--classes", "Speech")
    assert status == 2
    assert "Speech: is not a class of the model" in err


@pytest.mark.workflow
def test_yamnets_classes_stay_where_the_model_keeps_them(weights, sound, tiny_weights, tmp_path):
    kept = write_tiny_model(tmp_path / "kept.h5", tiny_weights, keep=True).path
    both = yamnet_gui.analyze(sound, model=kept)
    alone = yamnet_gui.analyze(sound)
    assert both.class_names == (*alone.class_names, "chiffchaff", "hammer drill")
    np.testing.assert_allclose(both.scores[:, :521], alone.scores, atol=1e-5)
    assert both.model_sha256 != alone.model_sha256


def test_embeddings_say_which_model_they_are_of(run, weights, sound, model, tmp_path):
    out = tmp_path / "v.npz"
    command = ("embed", sound, "--model", model, "-o", out, "--scores", "chiffchaff")
    status, shown, err = run(*command)
    assert (status, err) == (0, "")
    assert "1,030 numbers" in shown
    with np.load(out, allow_pickle=False) as arrays:
        identity = str(arrays["model_sha256"])
    made = yamnet_gui.embed(sound, model=model, per="recording")
    assert made.model_sha256 == identity
    assert made.model_sha256 != yamnet_gui.embed(sound, per="recording").model_sha256


@pytest.mark.workflow
def test_a_custom_class_of_other_embeddings_is_refused(
    run, weights, sound, model, tiny_weights, tmp_path
):
    from tests.unit.analysis.test_custom_classes import a_classifier
    from yamnet_gui.embedding import write_classifier
    from yamnet_gui.yamnet import inspect_weights

    path = tmp_path / "own.npz"
    write_classifier(path, a_classifier("robin", model=inspect_weights(tiny_weights).identity))
    status, _, err = run("analyze", sound, "--model", model, "--classifier", path)
    assert status == 2
    assert "trained with other network weights" in err


@pytest.mark.parametrize("command", ["analyze", "embed"])
def test_models_that_cannot_be_used_are_refused_in_words(
    run, weights, sound, model, tmp_path, command
):
    def refused(*given: object) -> str:
        extra = ("-o", tmp_path / "o.csv")
        status, _, err = run(command, sound, *extra, *given)
        assert status == 2
        assert "Traceback" not in err
        assert not (tmp_path / "o.csv").exists()
        return err

    damaged = tmp_path / "damaged.h5"
    damaged.write_bytes(model.read_bytes()[:-5000])
    assert "truncated or damaged" in refused("--model", damaged)
    text = tmp_path / "text.h5"
    text.write_text("no model")
    assert "is not an HDF5 file" in refused("--model", text)
    assert "neither a model file nor one of your models" in refused("--model", "blackbird")
    assert "cannot be combined with --weights" in refused("--model", model, "--weights", model)


def test_both_from_a_notebook_are_refused(sound, model):
    with pytest.raises(UserError, match="cannot be combined"):
        yamnet_gui.analyze(sound, model=model, weights=model)


@pytest.mark.workflow
def test_an_evaluation_takes_the_classes_of_the_model(run, weights, sound, model, tmp_path):
    table, out = tmp_path / "s.txt", tmp_path / "figures.json"
    table.write_text("0.5\t2.0\tchiffchaff\n")
    command = ("evaluate", table, "--recordings", sound, "--model", model, "--json", out)
    status, _, _ = run(*command, "--tune", "default")
    assert status == 0
    assert "chiffchaff" in json.dumps(json.loads(out.read_text()))
