"""Settings, spans, changes to sounds, checkpoints: without a network."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from yamnet_gui.core.errors import SettingsError
from yamnet_gui.fine_tuning import FinetuneSettings, SoundChanges, bounds, plan, training_data
from yamnet_gui.fine_tuning.changes import changed_samples, masked, mixed_up
from yamnet_gui.fine_tuning.checkpoint import Checkpoint, read_checkpoint, write_checkpoint
from yamnet_gui.fine_tuning.material import patch_count, patches_of, span_with_context
from yamnet_gui.fine_tuning.prepared import class_scores
from yamnet_gui.yamnet import EpochFigures


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({"depth": "deep"}, "depth: 'deep' is none of head, block, blocks, all"),
        ({"output": "relu"}, "output: 'relu' is none of sigmoid, softmax"),
        ({"epochs": 0}, "epochs: 0 is not a whole number from 1 to 1000"),
        ({"epochs": 3.5}, "epochs: 3.5 is not a whole number"),
        ({"epochs": True}, "epochs: True is not a whole number"),
        ({"learning_rate": float("nan")}, "learning_rate: nan is not a number"),
        ({"held_out": 0.9}, "held_out: 0.9 is not a number from 0 to 0.5"),
        ({"seed": -1}, "seed: -1 is not"),
        ({"changes": SoundChanges(gain_db=99)}, "gain_db: 99 is not"),
        ({"changes": SoundChanges(noise_low_db=50)}, "noise_low_db: lies above"),
    ],
)
def test_settings_out_of_their_bounds_are_refused(values: dict[str, object], reason: str) -> None:
    with pytest.raises(SettingsError, match=reason):
        replace(FinetuneSettings(), **values).checked()  # type: ignore[arg-type]


def test_the_usual_settings_can_be_used_and_bounds_be_asked_for() -> None:
    assert FinetuneSettings().checked() == FinetuneSettings()
    assert bounds(FinetuneSettings, "epochs") == (1, 1000)
    assert FinetuneSettings(learning_rate=0.1, stopping=0).checked().stopping == 0


def test_a_short_event_gets_the_sound_around_it() -> None:
    low, high = span_with_context(5.0, 5.1, 60.0)
    assert high - low == pytest.approx(0.975)
    assert low < 5.0 < 5.1 < high
    assert span_with_context(0.0, 0.1, 60.0) == (0.0, pytest.approx(0.975))
    assert span_with_context(0.0, 0.1, 0.5) == (0.0, 0.5)


def test_frames_of_an_event_are_those_with_their_centres_in_it() -> None:
    low, high = span_with_context(10.0, 10.96, 60.0)  # the tiles of two frames
    assert low == pytest.approx(9.76)
    assert patch_count(round((high - low) * 16000)) == 2
    assert span_with_context(0.0, 300.0, 400.0)[1] < 31


def test_a_sound_has_as_many_patches_as_are_counted() -> None:
    for samples in (0, 100, 15_600, 23_279, 23_280, 40_000):
        assert patches_of(np.zeros(samples, np.float32)).shape == (patch_count(samples), 96, 64)


def test_changed_sounds_are_the_same_for_the_same_seed_and_number() -> None:
    samples = np.sin(np.arange(16_000) / 5).astype(np.float32)
    one, again, other = (changed_samples(samples, SoundChanges(), 1, n) for n in (3, 3, 4))
    assert np.array_equal(one, again)
    assert not np.array_equal(one, other)
    assert len(one) == len(samples)


def test_masks_hide_spans_of_time_and_of_bands_and_nothing_else() -> None:
    patches = np.random.default_rng(0).normal(size=(20, 96, 64)).astype(np.float32)
    given = masked(patches, SoundChanges(), np.random.default_rng(1))
    hidden = given != patches
    assert 0 < hidden.mean() < 0.3
    for patch, where in zip(given, hidden, strict=True):
        rows, columns = where.all(axis=1).sum(), where.all(axis=0).sum()
        assert rows <= 15
        assert columns <= 8
        assert len(np.unique(patch[where])) <= 1
    assert np.array_equal(patches, masked(patches, SoundChanges(time_masks=0, band_masks=0),
                                          np.random.default_rng(1)))  # fmt: skip


def test_mixing_mixes_sounds_and_labels_alike_and_the_own_one_prevails() -> None:
    patches = np.log(np.arange(1, 5, dtype=np.float32))[:, np.newaxis, np.newaxis] * np.ones(
        (1, 96, 64), np.float32
    )
    labels = np.eye(4, dtype=np.float32)
    mixed, (rows,) = mixed_up(patches, [labels], 0.5, np.random.default_rng(0))
    assert np.allclose(rows.sum(axis=1), 1)
    assert (np.diag(rows) >= 0.5).all()
    assert np.allclose(np.exp(mixed[:, 0, 0]), rows @ np.arange(1, 5), rtol=1e-5)
    assert mixed_up(patches, [labels], 0, np.random.default_rng(0))[0] is patches


def test_scores_of_none_of_the_classes_have_no_column() -> None:
    logits = np.array([[0.0, 0.0], [5.0, 0.0], [-9.0, -9.0]], np.float32)
    scores = class_scores(logits, "softmax-or-none")
    assert scores.shape == (3, 2)
    assert scores[0] == pytest.approx([1 / 3, 1 / 3], abs=1e-6)
    assert scores[2].sum() < 1e-3
    assert class_scores(logits, "softmax").sum(axis=1) == pytest.approx([1, 1, 1])
    assert class_scores(logits, "sigmoid")[0] == pytest.approx([0.5, 0.5])


SHAPES = {"logits/kernel": (3, 2), "logits/kernel first moment": (3, 2), "steps": ()}


def checkpoint(key: str = "k") -> Checkpoint:
    rng = np.random.default_rng(0)
    state = {name: np.asarray(rng.normal(size=shape)) for name, shape in SHAPES.items()}
    best = {name: values + 1 for name, values in state.items()}
    nan = float("nan")
    return Checkpoint(key, 3, 2, (EpochFigures(0, nan, 0.5, 0.2, 0.0),), state, best)


def test_a_checkpoint_reads_back_bit_by_bit(tmp_path: Path) -> None:
    path = tmp_path / "m.h5.training"
    assert read_checkpoint(path, "k", SHAPES) is None
    write_checkpoint(path, checkpoint())
    read = read_checkpoint(path, "k", SHAPES)
    assert read is not None
    assert (read.epoch, read.best_epoch, read.curves[0].held_out_loss) == (3, 2, 0.5)
    for one, other in ((read.state, checkpoint().state), (read.best, checkpoint().best)):
        assert all(np.array_equal(one[name], other[name]) for name in SHAPES)
    assert read_checkpoint(path, "other", SHAPES) is None


def test_what_is_no_checkpoint_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "m.h5.training"
    path.write_bytes(b"somebody's")
    with pytest.raises(SettingsError, match="is not a checkpoint of this program and is left"):
        read_checkpoint(path, "k", SHAPES)
    write_checkpoint(tmp_path / "good", checkpoint())
    content = (tmp_path / "good").read_bytes()
    for cut in (10, len(content) // 2, len(content) - 50):
        path.write_bytes(content[:cut])
        with pytest.raises(SettingsError, match="left as it is"):
            read_checkpoint(path, "k", SHAPES)
    with pytest.raises(SettingsError, match="left as it is"):
        read_checkpoint(tmp_path / "good", "k", SHAPES | {"steps": (2,)})
    path.unlink()
    path.symlink_to(tmp_path / "good")
    with pytest.raises(SettingsError, match="left as it is"):
        read_checkpoint(path, "k", SHAPES)


def test_the_plan_counts_and_warns_of_too_little(sounds: Path) -> None:
    data = training_data(sounds)
    planned = plan(data, FinetuneSettings())
    assert [(one.label, one.examples, one.recordings) for one in planned.classes] == [
        ("high", 6, 6),
        ("low", 6, 6),
    ]
    assert planned.frames == 12
    assert planned.sound_s == pytest.approx(12)
    assert planned.model_bytes > 15_000_000
    assert planned.warnings[0].labels == ("high", "low")
    deeper = plan(data, FinetuneSettings(depth="all", keep_yamnet=False))
    assert deeper.seconds > planned.seconds
    assert deeper.model_bytes < planned.model_bytes


def test_without_tensorflow_a_sentence_says_so(
    sounds: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("yamnet_gui.fine_tuning.planning.tensorflow_is_installed", lambda: False)
    with pytest.raises(SettingsError, match="needs TensorFlow, which is not installed"):
        plan(training_data(sounds), FinetuneSettings())
