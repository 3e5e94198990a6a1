"""The whole of fine-tuning on the small network: the same model whatever interrupts it."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from yamnet_gui import finetune
from yamnet_gui.core.errors import UserError
from yamnet_gui.core.model_parameters import HOP_SAMPLES, WINDOW_SAMPLES
from yamnet_gui.fine_tuning import (
    DataChoice,
    FinetuneProgress,
    FinetuneSettings,
    fine_tune,
    training_data,
)
from yamnet_gui.fine_tuning import checkpoint as checkpoint_module
from yamnet_gui.fine_tuning.material import patches_of
from yamnet_gui.fine_tuning.prepared import class_scores
from yamnet_gui.yamnet import inspect_weights, load_weights
from yamnet_gui.yamnet.parameters import ARRAYS, LAYERS
from yamnet_gui.yamnet.trainable_network import FIRST_TRAINED, TrainableNetwork, TrainingPlan
from yamnet_gui.yamnet.weights import model_arrays

Run = Callable[..., tuple[int, str, str]]
QUICK = FinetuneSettings(
    epochs=3, batch=4, held_out=0.25, stopping=0.25, patience=5, learning_rate=1e-3
)

pytestmark = pytest.mark.workflow


@pytest.fixture
def steps(sounds: Path, tiny_weights: Path, tmp_path: Path) -> Callable[..., Iterator]:
    def run(name: str = "m.h5", settings: FinetuneSettings = QUICK, **how: object) -> Iterator:
        data = training_data(sounds)
        return fine_tune(data, tmp_path / name, settings, weights=tiny_weights, **how)  # type: ignore[arg-type]

    return run


@pytest.fixture(scope="module")
def whole(
    sounds: Path, tiny_weights: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, list[FinetuneProgress]]:
    """A model whose head was trained without interruption, and all that its training said."""
    out = tmp_path_factory.mktemp("whole") / "m.h5"
    return out, list(fine_tune(training_data(sounds), out, QUICK, weights=tiny_weights))


def last(steps: Iterator[FinetuneProgress]) -> FinetuneProgress:
    *_, end = steps
    return end


def test_the_trainable_network_gives_what_the_network_gives(tiny_weights: Path) -> None:
    _, arrays = model_arrays(tiny_weights)
    patches = np.random.default_rng(0).normal(-3, 2, (3, 96, 64)).astype(np.float32)
    weights = load_weights(tiny_weights)
    from yamnet_gui.yamnet.tensorflow_network import TensorFlowNetwork

    scores, embeddings = TensorFlowNetwork(weights, 4)(patches)
    for first in (FIRST_TRAINED["head"], FIRST_TRAINED["blocks"]):
        rates = (1.0,) * (len(LAYERS) - first)
        plan = TrainingPlan(first, 2, True, "sigmoid", rates, 4, 0.0, 1.0)
        network = TrainableNetwork(arrays, plan)
        logits, own = network.outputs(network.features(patches))
        assert logits.shape == (3, 523)
        assert np.allclose(1 / (1 + np.exp(-logits[:, :521])), scores, atol=1e-5)
        assert np.allclose(own, embeddings, atol=1e-4, rtol=1e-4)
        assert not logits[:, 521:].any()


def test_a_run_gives_a_model_that_says_what_it_is(
    whole: tuple[Path, list[FinetuneProgress]], tiny_weights: Path
) -> None:
    out, seen = whole
    assert [one.share for one in seen] == sorted(one.share for one in seen)
    stages = list(dict.fromkeys(one.stage for one in seen))
    assert stages == ["reading", "preparing", "training", "comparing", "writing", "done"]
    outcome = seen[-1].outcome
    assert outcome is not None
    file = inspect_weights(out)
    assert file.identity == outcome.identity
    model = file.model
    assert model is not None
    assert [one.name for one in model.trained_classes] == ["high", "low"]
    assert model.keeps_yamnet
    assert model.parent == inspect_weights(tiny_weights).identity
    assert len(model.training) == 12
    assert {one.use for one in model.training} == {"training", "stopping", "held out"}
    assert [one.epoch for one in model.curves] == [0, 1, 2, 3]
    assert model.settings["depth"] == "head"
    assert model.figures["ways"][0]["way"] == "frozen"
    assert "# m" in model.card
    assert outcome.advice.sentence in model.card.replace("\\", "")
    # the head alone was trained: all else is as it was, to the last bit
    _, before = model_arrays(tiny_weights)
    _, after = model_arrays(out)
    for name in ARRAYS:
        kept = after[name][..., :521] if name.startswith("logits") else after[name]
        assert np.array_equal(kept, before[name])
    assert outcome.drift is not None
    assert outcome.drift.largest == 0
    assert [one.name for one in out.parent.iterdir()] == ["m.h5"]


_KILLED = """
import os, signal, sys
from pathlib import Path
from yamnet_gui.fine_tuning import FinetuneSettings, SoundChanges, fine_tune, training_data

data, weights, out = map(Path, sys.argv[1:])
passes = 0
for step in fine_tune(training_data(data), out, {settings}, weights=weights):
    if passes and step.epoch is None:
        os.kill(os.getpid(), signal.SIGKILL)
    passes += step.epoch is not None
"""


def closed(steps: Iterator[FinetuneProgress]) -> None:
    """Cancels within the second pass."""
    for one in steps:
        if one.epoch is not None:
            break
    next(steps)
    steps.close()  # type: ignore[attr-defined]


@pytest.mark.parametrize("how", ["cancelled", pytest.param("killed", marks=pytest.mark.slow)])
def test_interrupted_training_ends_in_the_same_bits(
    whole: tuple[Path, list[FinetuneProgress]],
    steps: Callable[..., Iterator],
    sounds: Path,
    tiny_weights: Path,
    tmp_path: Path,
    how: str,
) -> None:
    settings, expected, out = QUICK, whole[1][-1].outcome, tmp_path / "parts.h5"
    if how == "killed":
        settings = replace(QUICK, depth="block", batch=32)
        expected = last(steps("whole.h5", settings)).outcome
    if how == "cancelled":
        closed(steps(out.name, settings))
    else:
        code = _KILLED.format(settings=settings)
        ended = subprocess.run([sys.executable, "-c", code, sounds, tiny_weights, out], check=False)
        assert ended.returncode == -signal.SIGKILL
    assert not out.exists()
    assert out.with_name("parts.h5.training").exists()
    seen = list(steps(out.name, settings))
    assert [one.epoch.epoch for one in seen if one.epoch is not None] == [2, 3]
    parts = seen[-1].outcome
    assert expected is not None
    assert parts is not None
    assert parts.identity == expected.identity
    assert parts.curves[1:] == expected.curves[1:]
    assert not out.with_name("parts.h5.training").exists()
    if settings.depth == "block":
        assert parts.drift is not None
        assert 0 < parts.drift.largest < 1
        assert expected.curves[-1].loss < expected.curves[1].loss


@pytest.mark.slow
def test_other_seeds_and_settings_give_other_models(steps: Callable[..., Iterator]) -> None:
    settings = replace(QUICK, epochs=1, stopping=0.0)
    ends = [
        last(steps(f"{k}.h5", one)).outcome
        for k, one in enumerate(
            [settings, replace(settings, seed=1),
             replace(settings, output="softmax", keep_yamnet=False, changes=None)]
        )
    ]  # fmt: skip
    assert len({one.identity for one in ends if one is not None}) == 3
    assert ends[2] is not None
    assert ends[2].drift is None
    assert len(ends[2].file.model.classes) == 2


def test_a_file_of_others_beside_the_model_is_left_alone(
    steps: Callable[..., Iterator], tmp_path: Path
) -> None:
    (tmp_path / "m.h5.training").write_bytes(b"theirs")
    with pytest.raises(UserError, match="is left as it is"):
        list(steps(restart=True))
    assert (tmp_path / "m.h5.training").read_bytes() == b"theirs"


def test_the_statistics_of_batch_norm_stay_unless_asked_otherwise(tiny_weights: Path) -> None:
    _, arrays = model_arrays(tiny_weights)
    rng = np.random.default_rng(0)
    patches = rng.normal(-3, 2, (4, 96, 64)).astype(np.float32)
    targets = np.eye(4, 2, dtype=np.float32)
    mean = "layer14/pointwise_conv/bn/moving_mean"
    for follows in (False, True):
        plan = TrainingPlan(
            FIRST_TRAINED["block"], 2, True, "softmax-or-none", (1.0, 1.0), 4, 1e-4, 1.0, follows
        )
        network = TrainableNetwork(arrays, plan)
        features = network.features(patches)
        logits, _ = network.outputs(features)
        teacher = (1 / (1 + np.exp(-logits[:, :521]))).astype(np.float32)
        ones = np.ones(4, np.float32)
        losses = [
            network.step(features, targets, np.ones_like(targets), teacher, ones, 1e-7)
            for _ in range(5)
        ]
        assert losses[-1] < losses[0]
        assert np.array_equal(network.arrays()[mean], arrays[mean]) == (not follows)


def test_stopping_keeps_the_best_pass_so_far(steps: Callable[..., Iterator]) -> None:
    count = 0

    def stop() -> bool:
        nonlocal count
        count += 1
        return count > 3

    outcome = last(steps(settings=replace(QUICK, epochs=500), stop=stop)).outcome
    assert outcome is not None
    assert len(outcome.curves) < 5
    assert outcome.file is not None


def test_a_full_disk_is_a_sentence_and_training_goes_on_later(
    steps: Callable[..., Iterator], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = steps()
    for one in run:
        if one.epoch is not None:
            break
    with monkeypatch.context() as patch:

        def full(*_: object, **__: object) -> None:
            raise OSError(28, os.strerror(28))

        patch.setattr(checkpoint_module, "replacing", full)
        with pytest.raises(UserError, match=r"cannot be written \(No space left on device\)"):
            list(run)
    again = steps()
    first = next(one for one in again if one.epoch is not None)
    assert first.epoch is not None
    assert first.epoch.epoch == 2
    again.close()


def test_a_model_can_be_trained_further(
    whole: tuple[Path, list[FinetuneProgress]], sounds: Path, tmp_path: Path
) -> None:
    first, seen = whole
    outcome = finetune(
        sounds, tmp_path / "second.h5", settings=replace(QUICK, epochs=1),
        weights=first,
    )  # fmt: skip
    assert seen[-1].outcome is not None
    assert outcome.file is not None
    assert outcome.file.model is not None
    assert outcome.file.model.parent == seen[-1].outcome.identity
    assert len(outcome.file.model.classes) == 523


def test_the_command_trains_and_reports(
    sounds: Path, tiny_weights: Path, tmp_path: Path, run: Run
) -> None:
    out, figures = tmp_path / "m.h5", tmp_path / "figures.json"
    card = tmp_path / "card.md"
    status, text, errors = run(
        "finetune", sounds, "-o", out, "--weights", tiny_weights, "--epochs", "1",
        "--without-yamnet", "--activation", "softmax", "--json", figures, "--card", card,
    )  # fmt: skip
    assert status == 0, errors
    assert "pass 1: loss" in text
    assert "On the held-out recordings" in text
    assert "Fewer than 10 examples of high, low" in errors
    content = json.loads(figures.read_text())
    assert content["identity"] == inspect_weights(out).identity
    assert content["advice"]["use"] in ("frozen", "fine-tuned")
    assert card.read_text().startswith("# m\n")


def test_the_command_refuses_before_it_trains(
    sounds: Path, tiny_weights: Path, tmp_path: Path, run: Run, folder_of: Callable[..., Path]
) -> None:
    one = folder_of(tmp_path / "one", ("low",), 2)
    for data, options, reason in (
        (one, (), "has no negative example"),
        (sounds, ("--epochs", "0"), "epochs: 0 is not a whole number from 1"),
        (sounds, ("--classes", "lwo"), "did you mean low"),
        (tmp_path / "none", (), "there is no such file or folder"),
    ):
        status, _, errors = run("finetune", data, "-o", tmp_path / "m.h5", "--weights",
                                tiny_weights, *options)  # fmt: skip
        assert status == 2
        assert reason in errors
    status, _, errors = run("finetune", sounds, "-o", tmp_path / "no" / "m.h5", "--weights",
                            tiny_weights)  # fmt: skip
    assert status == 2
    assert "its folder does not exist" in errors
    (tmp_path / "models").mkdir()
    status, _, errors = run("finetune", sounds, "-o", tmp_path / "models", "--weights",
                            tiny_weights, "--epochs", "1")  # fmt: skip
    assert status == 2
    assert "models: is a folder" in errors
    status, text, _ = run("finetune", sounds, "-o", tmp_path / "m.h5", "--weights", tiny_weights,
                          "--dry-run")  # fmt: skip
    assert status == 0
    assert "12 frames" in text
    assert not (tmp_path / "m.h5").exists()


@pytest.mark.slow
@pytest.mark.reference
@pytest.mark.weights
def test_golden_scores_move_by_no_more_than_the_report_says(
    reference: Path, weights_file: Path, tmp_path: Path
) -> None:
    choice = DataChoice(classes=("dog", "rain", "clapping"), same_source=r"^\d-(\d+)-")
    data = training_data(reference / "audio" / "clips" / "clips.csv", choice)
    data = replace(data, sounds=tuple(one for one in data.sounds if one.label))
    settings = FinetuneSettings(depth="block", epochs=2, batch=32, changes=None)
    outcome = last(fine_tune(data, tmp_path / "m.h5", settings, weights=weights_file)).outcome
    assert outcome is not None
    assert outcome.drift is not None
    assert outcome.drift.largest > 0
    _, arrays = model_arrays(tmp_path / "m.h5")
    plan = TrainingPlan(len(LAYERS), 3, True, "sigmoid", (), 32, 0.0, 0.0)
    network = TrainableNetwork(arrays, plan)
    moved = {}
    for path in sorted((reference / "golden").glob("*.npz")):
        golden = np.load(path)
        name = next((one for one in ("waveform", "waveform_16k") if one in golden), None)
        if name is not None:
            whole = WINDOW_SAMPLES + HOP_SAMPLES * (len(golden["scores"]) - 1)
            samples = np.pad(golden[name], (0, max(0, whole - len(golden[name]))))
            logits, _ = network.outputs(network.features(patches_of(samples)))
            scores = class_scores(logits[:, :521], "sigmoid")
            moved[path.stem] = float(np.abs(scores - golden["scores"]).max())
    assert len(moved) > 5
    bound = outcome.drift.possible
    assert max(moved.values()) <= bound + 2e-5, (moved, bound)
