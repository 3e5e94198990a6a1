"""Trains custom classes on examples, and cross-validates them."""

from collections.abc import Collection, Generator, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from yamnet_gui.core.errors import ClassifierError

from .classifier import Classifier, DenseLayer
from .cross_validation import Doubles, TrainingReport, curve_point, folds_of, report_of
from .examples import NEGATIVE, ExampleSet
from .training import TrainingOptions, train_layers

_CURVE = (0.5,)


@dataclass(frozen=True, slots=True)
class CustomClassesResult:
    """What training gives: the classifier, and the report of its cross-validation."""

    classifier: Classifier
    report: TrainingReport


@dataclass(frozen=True, slots=True)
class TrainingProgress:
    """`share` of the work that is done, 0 to 1, and what is being done; the last one has the
    `result`."""

    share: float
    text: str
    result: CustomClassesResult | None = None


def train_custom_classes(
    examples: ExampleSet, options: TrainingOptions | None = None, model_sha256: str = ""
) -> Iterator[TrainingProgress]:
    """Trains the classes of the examples; close the generator to stop at once.

    Cross-validated by group, never by frame. Raises ClassifierError where a class has no example,
    or the only class has no negative example.
    """
    options = options or TrainingOptions()
    own = examples.targets[~examples.augmented].tolist()
    check_classes(
        examples.labels, {None if target == NEGATIVE else examples.labels[target] for target in own}
    )
    return _train(examples, options, model_sha256)


def run_training(progress: Iterator[TrainingProgress]) -> CustomClassesResult:
    """Runs the training to its end."""
    result = None
    for step in progress:
        result = step.result
    assert result is not None
    return result


def check_classes(labels: Sequence[str], given: Collection[str | None]) -> None:
    """Raises ClassifierError where these labels cannot be trained on examples of the `given` ones
    (None: negative examples): one has no example, or the only one has no negative example."""
    if not labels:
        raise ClassifierError("examples", "name no class", "give examples of the sounds to detect")
    for label in labels:
        if label not in given:
            raise ClassifierError(label, "has no example", "give at least one, preferably ten")
    if len(labels) == 1 and None not in given:
        raise ClassifierError(
            labels[0],
            "has no negative example",
            "reject some events, or give examples of other sounds",
        )


def _train(
    examples: ExampleSet, options: TrainingOptions, model_sha256: str
) -> Generator[TrainingProgress, None, None]:
    folds = folds_of(examples, options.folds, options.seed)
    sizes = _CURVE if options.learning_curve and folds is not None else ()
    rounds = 1 + (0 if folds is None else (1 + len(sizes)) * int(folds.max() + 1))
    done = 0
    layers = None
    for step in _run(examples, options):
        if isinstance(step, tuple):
            layers = step
        else:
            yield TrainingProgress(step / rounds, "training on all examples")
    assert layers is not None
    done = 1
    held = curve = None
    if folds is not None:
        points = []
        for size in (*sizes, 1.0):
            scores = np.full((len(examples), len(examples.labels)), np.nan)
            for fold in range(int(folds.max()) + 1):
                text = f"testing on held-out recordings ({fold + 1})"
                yield TrainingProgress(done / rounds, text)
                training = _part(examples, folds != fold, size, options.seed + fold)
                known = np.isin(examples.targets, [NEGATIVE, *training.targets])
                tested = (folds == fold) & ~examples.augmented & known
                for step in _run(training, options):
                    if isinstance(step, tuple):
                        scores[tested] = _scores(step, examples.select(tested), options)
                    else:
                        yield TrainingProgress((done + step) / rounds, text)
                done += 1
            points.append(curve_point(examples, scores, size))
            held = scores
        curve = tuple(points)
    report = report_of(examples, held, curve or ())
    classifier = Classifier(
        labels=examples.labels,
        layers=layers,
        model_sha256=model_sha256,
        output=options.output,
        unit_length=True,
        thresholds=report.thresholds,
        about=report.about(options),
    )
    yield TrainingProgress(1.0, "trained", CustomClassesResult(classifier, report))


def _run(
    examples: ExampleSet, options: TrainingOptions
) -> Generator[float | tuple[DenseLayer, ...], None, None]:
    """The progress of one training run, and at last its layers."""
    layers = yield from train_layers(examples, options)
    yield layers


def _scores(
    layers: tuple[DenseLayer, ...], examples: ExampleSet, options: TrainingOptions
) -> Doubles:
    """Scores of each example, (examples, labels)."""
    classifier = Classifier(examples.labels, layers, "", options.output, unit_length=True)
    return classifier.scores(examples.vectors).astype(np.float64)


def _part(examples: ExampleSet, chosen: NDArray[np.bool_], size: float, seed: int) -> ExampleSet:
    """A share of the chosen examples: of each class by itself, at least one."""
    if size < 1:
        rng = np.random.default_rng(seed)
        drawn = np.zeros(len(examples), bool)
        for target in np.unique(examples.targets):
            own = np.flatnonzero(chosen & (examples.targets == target))
            drawn[rng.permutation(own)[: max(1, round(size * len(own)))]] = True
        chosen = chosen & drawn
    return examples.select(chosen)
