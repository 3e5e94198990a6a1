"""Who is held out, what is doubted, and which way is advised."""

from pathlib import Path

import numpy as np
import pytest

from yamnet_gui.core.pipeline import completed
from yamnet_gui.embedding import ExampleSet
from yamnet_gui.fine_tuning import FinetuneSettings, TrainingSound
from yamnet_gui.fine_tuning.comparison import Comparison
from yamnet_gui.fine_tuning.doubts import alike_classes, doubtful_labels, out_of_sample
from yamnet_gui.fine_tuning.material import Material
from yamnet_gui.fine_tuning.prepared import HELD_OUT, STOPPING, TRAINING, Prepared, prepared, split


def examples_of(
    targets: list[int], groups: list[str] | None = None, spread: float = 0.3
) -> ExampleSet:
    """Examples whose vectors lie around one direction for each class."""
    rng = np.random.default_rng(0)
    centres = np.eye(max(targets) + 2, 8)
    vectors = np.array([centres[t] for t in targets]) + spread * rng.normal(size=(len(targets), 8))
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    count = len(targets)
    return ExampleSet(
        tuple("abcdefgh"[: max(targets) + 1]),
        vectors.astype(np.float32),
        np.array(targets, np.int64),
        np.array(groups or [f"g{k}" for k in range(count)], np.str_),
        np.ones(count),
        np.zeros(count, bool),
    )


def data_of(examples: ExampleSet) -> Prepared:
    count = len(examples)
    names = [None if t < 0 else examples.labels[t] for t in examples.targets]
    sounds = tuple(TrainingSound(Path(f"{k}.wav"), name, f"g{k}") for k, name in enumerate(names))
    material = Material(sounds, np.zeros(0, np.float32), np.arange(count + 1), np.arange(count + 1),
                        np.zeros(count), {}, (), "", Path())  # fmt: skip
    table = np.zeros((count, len(examples.labels)), np.float32)
    return Prepared(material, examples.labels, examples.vectors, np.ones(count, np.float32), table,
                    examples, np.zeros(count, np.int8))  # fmt: skip


@pytest.mark.parametrize("seed", range(5))
def test_groups_are_on_one_side_and_every_class_on_each(seed: int) -> None:
    targets = [0] * 30 + [1] * 8 + [2] * 3 + [-1] * 10
    groups = [f"g{k % 17 if k < 30 else k}" for k in range(len(targets))]
    examples = examples_of(targets, groups)
    use = split(examples, FinetuneSettings(seed=seed))
    for group in set(groups):
        assert len(set(use[examples.groups == group])) == 1
    for target in (0, 1, 2, -1):
        own = use[examples.targets == target]
        assert (own == TRAINING).any()
        assert (own == HELD_OUT).any()
    assert (use == STOPPING).any()
    assert 0.15 < (use == HELD_OUT).mean() < 0.4


def test_a_class_from_one_recording_trains_and_is_not_held_out() -> None:
    examples = examples_of([0, 0, 0, 1, 1, 1, 1, 1], ["x", "x", "x", *"abcde"])
    use = split(examples, FinetuneSettings())
    assert (use[:3] == TRAINING).all()
    assert not (split(examples, FinetuneSettings(held_out=0, stopping=0))).any()


def test_mislabelled_examples_are_the_most_doubtful() -> None:
    targets = [0] * 20 + [1] * 20 + [2] * 20
    examples = examples_of(targets, spread=0.15)
    wrong = examples.targets.copy()
    wrong[[3, 25, 47]] = [1, 2, 0]
    examples = ExampleSet(examples.labels, examples.vectors, wrong, examples.groups,
                          examples.weights, examples.augmented)  # fmt: skip
    data = data_of(examples)
    given = completed(out_of_sample(examples, 0))
    doubtful = doubtful_labels(data, given)
    assert {one.path.stem for one in doubtful[:3]} == {"3", "25", "47"}
    suggested = {one.path.stem: one.suggested for one in doubtful}
    assert (suggested["3"], suggested["25"], suggested["47"]) == ("a", "b", "c")
    assert len(doubtful) <= 6
    assert all(one.other > one.own for one in doubtful)


def test_clean_labels_are_not_doubted_and_at_most_twenty_are_listed() -> None:
    clean = examples_of([0] * 20 + [1] * 20, spread=0.1)
    assert doubtful_labels(data_of(clean), completed(out_of_sample(clean, 0))) == ()
    noise = examples_of([0, 1] * 60, spread=20.0)
    assert len(doubtful_labels(data_of(noise), completed(out_of_sample(noise, 0)))) <= 20


def test_two_classes_of_one_sound_are_named_and_others_are_not() -> None:
    examples = examples_of([0] * 20 + [1] * 20 + [2] * 20, spread=0.15)
    vectors = examples.vectors.copy()
    order = np.random.default_rng(1).permutation(40)
    vectors[:40] = np.vstack([examples.vectors[:20], examples.vectors[:20]])[order]
    vectors += 0.02 * np.random.default_rng(2).normal(size=vectors.shape).astype(np.float32)
    same = ExampleSet(examples.labels, vectors, examples.targets, examples.groups,
                      examples.weights, examples.augmented)  # fmt: skip
    warnings = alike_classes(data_of(same), completed(out_of_sample(same, 0)))
    assert [one.labels for one in warnings] == [("a", "b")]
    assert alike_classes(data_of(examples), completed(out_of_sample(examples, 0))) == []


def test_one_recording_alone_raises_no_doubts() -> None:
    examples = examples_of([0, 1, 0, 1], ["x"] * 4)
    given = completed(out_of_sample(examples, 0))
    assert np.isnan(given).all()
    assert doubtful_labels(data_of(examples), given) == ()
    assert alike_classes(data_of(examples), given) == []


def material_of(copies: bool) -> Material:
    rng = np.random.default_rng(0)
    parts = [rng.normal(0, 0.1, 16_000).astype(np.float32) for _ in range(6)]
    if copies:
        parts[3] = parts[0] * np.float32(0.5)  # the same recording, quieter
    sounds = tuple(TrainingSound(Path(f"{k}.wav"), "ab"[k // 3], f"g{k}") for k in range(6))
    return Material(sounds, np.concatenate(parts), np.arange(7) * 16_000, np.arange(7), np.zeros(6),
                    {}, ("9.wav: cannot be read",), "", Path())  # fmt: skip


@pytest.mark.parametrize("copies", [False, True])
def test_copies_of_a_recording_stay_on_one_side_with_a_warning(copies: bool) -> None:
    material = material_of(copies)
    embeddings = np.random.default_rng(3).normal(size=(6, 1024)).astype(np.float32)
    embeddings[3] = embeddings[0] if copies else embeddings[3]
    data, warnings = prepared(
        material, embeddings, np.ones(1024, np.float32), FinetuneSettings(held_out=0.5)
    )
    kinds = [one.kind for one in warnings]
    assert ("leakage" in kinds) == copies
    assert (data.examples.groups[0] == data.examples.groups[3]) == copies
    assert data.use[0] == data.use[3] or not copies
    assert "unreadable" in kinds
    assert "few examples" in kinds
    assert data.shares.sum() == pytest.approx(6)


def scores_for(targets: list[int], right: float, seed: int) -> np.ndarray:
    """Scores of a way that is right in this share of the examples."""
    rng = np.random.default_rng(seed)
    scores = np.full((len(targets), 2), 0.1)
    hit = rng.permutation(len(targets)) < right * len(targets)
    scores[np.arange(len(targets)), np.where(hit, targets, 1 - np.array(targets))] = 0.9
    return scores


@pytest.mark.parametrize(
    ("frozen", "tuned", "use", "clear"),
    [
        (0.7, 0.95, "fine-tuned", True),
        (0.95, 0.7, "frozen", True),
        (0.9, 0.91, "fine-tuned", False),
        (0.91, 0.9, "frozen", False),
        (0.9, 0.9, "frozen", False),
    ],
)
def test_the_advice_is_the_fine_tuned_model_only_where_it_is_better(
    frozen: float, tuned: float, use: str, clear: bool
) -> None:
    targets = [0, 1] * 100
    comparison = Comparison(examples_of(targets))
    seeds = (1, 1) if frozen == tuned else (1, 2)
    comparison.add("frozen", scores_for(targets, frozen, seeds[0]))
    comparison.add("fine-tuned", scores_for(targets, tuned, seeds[1]))
    advice = comparison.advice()
    assert (advice.use, advice.clear) == (use, clear)
    low, high = advice.difference_interval
    assert low <= advice.difference <= high
    assert advice.difference == pytest.approx(tuned - frozen, abs=0.02)
    assert advice.sentence.startswith(
        "Use the fine-tuned model" if use == "fine-tuned" else "Use the classifier on frozen"
    )
    accuracy = {one.way: one.accuracy for one in comparison.figures}
    assert accuracy["frozen"] == pytest.approx(frozen)
    assert all(one.accuracy_interval[0] < one.accuracy < one.accuracy_interval[1]
               for one in comparison.figures)  # fmt: skip


def test_yamnet_is_advised_only_where_it_has_all_classes() -> None:
    targets = [0, 1] * 50
    for labels, use in ((None, "yamnet"), (("a",), "frozen")):
        comparison = Comparison(examples_of(targets))
        best = scores_for(targets, 1.0, 0)
        comparison.add("yamnet", best if labels is None else best[:, :1], labels)
        comparison.add("frozen", scores_for(targets, 0.8, 1))
        comparison.add("fine-tuned", scores_for(targets, 0.6, 2))
        assert comparison.advice().use == use


def test_nothing_held_out_gives_no_figures_and_says_so() -> None:
    examples = examples_of([0, 1]).select(np.zeros(2, bool))
    advice = Comparison(examples).advice()
    assert "Nothing of any class was held out" in advice.sentence
    assert np.isnan(advice.difference)
