"""Training: it learns, its report is unbiased, and the same seed gives the same."""

import numpy as np
import pytest

from yamnet_gui.core.errors import ClassifierError
from yamnet_gui.embedding import (
    Example,
    ExampleSet,
    TrainingOptions,
    progress,
    run_training,
    suggest,
)
from yamnet_gui.embedding.cross_validation import folds_of
from yamnet_gui.embedding.custom_classes import train_custom_classes

NUMBERS = 64


def examples(
    per_class: int = 20, labels: tuple[str | None, ...] = ("owl", None), noise: float = 0.3
) -> ExampleSet:
    rng = np.random.default_rng(0)
    made = []
    for place, label in enumerate(labels):
        for k in range(per_class):
            frames = np.eye(NUMBERS)[place] + noise * rng.standard_normal((3, NUMBERS))
            made.append(Example(frames.astype(np.float32), label, f"{label}{k // 2}"))
    return ExampleSet.of(made)


METHODS = [
    TrainingOptions(),
    TrainingOptions(output="softmax"),
    TrainingOptions(method="network"),
    TrainingOptions(method="network", output="softmax"),
]


@pytest.mark.parametrize("options", METHODS, ids=lambda o: f"{o.method}-{o.output}")
@pytest.mark.parametrize("labels", [("owl", None), ("owl", "fox", "dog"), ("owl", "fox", None)])
def test_separable_classes_are_learned(
    options: TrainingOptions, labels: tuple[str | None, ...]
) -> None:
    result = run_training(train_custom_classes(examples(labels=labels), options, "m" * 64))
    made, report = result.classifier, result.report
    assert report.tested
    assert report.accuracy > 0.9
    assert report.confusion.sum() == 20 * len(labels)
    assert min(c.average_precision for c in report.classes) > 0.9
    clean = np.eye(NUMBERS, dtype=np.float32)[: len(labels)]
    scores = made.scores(clean)
    assert scores.shape == (len(labels), len(made.labels))
    for place, label in enumerate(labels):
        if label is None:
            assert scores[place].max() < 0.5
        else:
            assert made.labels[scores[place].argmax()] == label
            assert scores[place, made.labels.index(label)] > 0.5
    assert made.about["sentence"] == report.sentence


def test_noise_is_not_taken_for_knowledge() -> None:
    rng = np.random.default_rng(1)
    made = [
        Example(rng.standard_normal((1, NUMBERS)).astype(np.float32), label, f"{k}")
        for k in range(60)
        for label in ("owl", None)
    ]
    report = run_training(train_custom_classes(ExampleSet.of(made))).report
    assert report.accuracy < 0.65
    assert 0.3 < report.classes[0].average_precision < 0.7


def test_a_recording_is_never_split_between_learning_and_testing() -> None:
    rng = np.random.default_rng(2)
    made = []
    for group in range(60):  # nothing but the recording tells them apart
        own = rng.standard_normal(NUMBERS)
        for _ in range(3):
            frames = (own + 0.05 * rng.standard_normal((1, NUMBERS))).astype(np.float32)
            made.append(Example(frames, "owl" if group % 2 else None, f"g{group}"))
    chosen = ExampleSet.of(made)
    folds = folds_of(chosen, 5, 0)
    assert folds is not None
    for group in np.unique(chosen.groups):
        assert len(set(folds[chosen.groups == group])) == 1
    assert {len({*chosen.targets[folds == f]}) for f in range(5)} == {2}
    assert run_training(train_custom_classes(chosen)).report.accuracy < 0.8


def test_changed_copies_are_learned_from_but_not_counted() -> None:
    plain = examples(10)
    both = ExampleSet(
        plain.labels,
        np.concatenate([plain.vectors, plain.vectors]),
        np.concatenate([plain.targets, plain.targets]),
        np.concatenate([plain.groups, plain.groups]),
        np.ones(40),
        np.repeat([False, True], 20),
    )
    report = run_training(train_custom_classes(both)).report
    assert report.confusion.sum() == 20
    assert report.classes[0].examples == 10


@pytest.mark.parametrize("options", METHODS, ids=lambda o: f"{o.method}-{o.output}")
def test_the_same_seed_gives_the_same_classifier(options: TrainingOptions) -> None:
    one, other = (run_training(train_custom_classes(examples(8), options)) for _ in range(2))
    assert one.classifier.sha256 == other.classifier.sha256
    assert one.report.sentence == other.report.sentence
    if options.method == "network":
        again = TrainingOptions(method="network", output=options.output, seed=1)
        assert (
            run_training(train_custom_classes(examples(8), again)).classifier.sha256
            != one.classifier.sha256
        )


def test_training_stops_when_closed_and_reports_its_progress() -> None:
    steps = train_custom_classes(examples(), TrainingOptions(method="network"))
    shares = [next(steps).share for _ in range(30)]
    assert shares == sorted(shares)
    steps.close()  # type: ignore[attr-defined]
    with pytest.raises(StopIteration):
        next(steps)


def test_the_report_summarises_the_cross_validation() -> None:
    report = run_training(train_custom_classes(examples(20))).report
    assert (
        "In recordings left out of training it detected 20 of 20 examples of owl" in report.sentence
    )
    few = run_training(train_custom_classes(examples(4))).report
    assert "few examples" in few.sentence
    one = examples(6)
    alone = ExampleSet(
        one.labels, one.vectors, one.targets, np.array(["same"] * 12), one.weights, one.augmented
    )
    report = run_training(train_custom_classes(alone)).report
    assert not report.tested
    assert "could not be cross-validated" in report.sentence
    assert report.thresholds == (0.5,)


def test_examples_that_cannot_be_trained_on_are_refused() -> None:
    with pytest.raises(ClassifierError, match="negative example"):
        train_custom_classes(examples(labels=("owl",)))
    with pytest.raises(ClassifierError, match="name no class"):
        train_custom_classes(examples(labels=(None,)))
    both = examples()
    with pytest.raises(ClassifierError, match="has no example"):
        train_custom_classes(both.select(both.targets != 0))


@pytest.mark.parametrize("strategy", ["uncertain", "diverse", "random"])
def test_suggestions_are_new_and_differ(strategy: str) -> None:
    rng = np.random.default_rng(3)
    vectors = rng.random((200, NUMBERS), np.float32)
    scores = np.linspace(0, 1, 200, dtype=np.float32)
    known = np.arange(90, 100)
    suggested = suggest(scores, vectors, strategy, known=known)  # type: ignore[arg-type]
    assert len(set(suggested.tolist())) == 10
    assert not set(suggested.tolist()) & set(known.tolist())
    if strategy == "uncertain":
        assert np.abs(scores[suggested] - 0.5).max() < 0.11


def test_uncertain_ones_that_are_the_same_are_asked_about_once() -> None:
    vectors = np.concatenate([np.tile(np.eye(NUMBERS)[0], (50, 1)), np.eye(NUMBERS)[1:20]])
    scores = np.concatenate([np.full(50, 0.5), np.full(19, 0.6)]).astype(np.float32)
    suggested = suggest(scores, vectors.astype(np.float32))
    assert (suggested < 50).sum() == 1


def test_few_candidates_are_all_suggested() -> None:
    assert len(suggest(np.full(3, 0.5, np.float32), np.ones((3, 4), np.float32))) == 3


def test_labelling_ends_when_more_would_not_matter() -> None:
    assert not progress([True] * 5).enough
    assert not progress([True, False] * 8).enough
    much = progress([True, False] * 100)
    assert much.enough
    assert "hardly change" in much.sentence
    assert progress([]).interval == (0, 1)
    assert "not drawn at random" in progress([True], random=False).sentence
