"""Custom classes in an analysis: their scores stand beside those of the network."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from yamnet_gui.core.class_map import ClassMap, NameTakenError
from yamnet_gui.core.errors import ClassifierError
from yamnet_gui.core.scores import ScoreTable
from yamnet_gui.detection import Rule, RuleSet
from yamnet_gui.embedding import Classifier, read_classifier
from yamnet_gui.yamnet import ModelInfo

from .cache_writer import TemporaryFolder
from .result import Analysis
from .stored import open_rows, table_name, write_rows

_OFF_SHARE = 0.8
"""An event ends below this share of its threshold: sounds that stand against a custom class score
only somewhat lower, and must not be drawn into its events."""
_MERGE_GAP_S = 0.5


def custom_class_rule(classifier: Classifier, label: str) -> Rule:
    """The first rule of a custom class: events begin at the threshold from its training."""
    return _trained_rule(classifier.threshold(label))


def _trained_rule(threshold: float) -> Rule:
    on = round(threshold, 3)
    return Rule(on=on, off=round(on * _OFF_SHARE, 3), merge_gap_s=_MERGE_GAP_S)


def load_classifiers(paths: Sequence[Path], model_sha256: str = "") -> tuple[Classifier, ...]:
    """Reads files of custom classes.

    Raises ClassifierError where one cannot be used, or was trained on embeddings of another model
    than `model_sha256` ("": not checked).
    """
    classifiers = []
    for path in paths:
        classifier = read_classifier(path)
        if model_sha256 and classifier.model_sha256 not in ("", model_sha256):
            raise ClassifierError(
                path,
                "was trained with other network weights",
                "use those weights, or train the class again",
            )
        classifiers.append(classifier)
    return tuple(classifiers)


def with_custom_classes(class_map: ClassMap, classifiers: Sequence[Classifier]) -> ClassMap:
    """The class map with the custom classes behind the others, in the order of the classifiers.

    They have no AudioSet id. Raises ClassifierError where a name is taken.
    """
    labels = [label for classifier in classifiers for label in classifier.labels]
    try:
        return class_map.with_custom(labels)
    except NameTakenError as error:
        raise ClassifierError(
            error.name, "is the name of two classes", "train it under another name"
        ) from error


def with_custom_rules(
    rules: RuleSet, class_map: ClassMap, classifiers: Sequence[Classifier]
) -> RuleSet:
    """The rules, with the first ones of custom classes that they do not cover."""
    own = dict(rules.classes)
    for classifier in classifiers:
        for label in classifier.labels:
            entry = class_map.find(label)
            assert entry is not None
            trained = custom_class_rule(classifier, label)
            stored = own.get(entry.index)
            own[entry.index] = stored.over(trained) if stored is not None else trained
    return replace(rules, classes=own)


def with_model_rules(rules: RuleSet, model: ModelInfo | None) -> RuleSet:
    """The rules, with the thresholds from the training of a fine-tuned model's own classes.

    They hold where the rules say nothing of a class. None, or a model without thresholds: the same
    rules.
    """
    if model is None or not model.thresholds:
        return rules
    own = dict(rules.classes)
    for entry, threshold in zip(model.trained_classes, model.thresholds, strict=True):
        stored = own.get(entry.index)
        trained = _trained_rule(threshold)
        own[entry.index] = stored.over(trained) if stored is not None else trained
    return replace(rules, classes=own)


def with_custom_scores(analysis: Analysis, classifiers: Sequence[Classifier]) -> Analysis:
    """The analysis with the scores of custom classes as further columns of its tables.

    The joined scores lie in a folder that lives as long as the analysis, so that memory does not
    grow with its length; those of a recording that is held in memory stay there.
    """
    if not classifiers:
        return analysis
    if analysis.folder is None:
        return replace(analysis, tables=tuple(_widened(analysis, classifiers)))
    keeper = TemporaryFolder()
    tables = []
    for table in analysis.tables:
        path = keeper.path / f"{table_name(table.channel)}.scores.npy"
        write_rows(path, _joined(analysis, table, classifiers))
        scores = open_rows(path, table.grid.count)
        tables.append(ScoreTable(table.grid, scores, table.channel))
    return replace(analysis, tables=tuple(tables), keeper=(keeper, analysis.keeper))


def _widened(analysis: Analysis, classifiers: Sequence[Classifier]) -> Iterator[ScoreTable]:
    for table in analysis.tables:
        scores = np.concatenate(list(_joined(analysis, table, classifiers)))
        scores.flags.writeable = False
        yield ScoreTable(table.grid, scores, table.channel)


def _joined(
    analysis: Analysis, table: ScoreTable, classifiers: Sequence[Classifier]
) -> Iterator[NDArray[np.float32]]:
    blocks = zip(
        analysis.score_blocks(table.channel), analysis.embedding_blocks(table.channel), strict=True
    )
    for (_, scores), (_, embeddings) in blocks:
        yield np.concatenate([scores, *(c.scores(embeddings) for c in classifiers)], axis=1)
