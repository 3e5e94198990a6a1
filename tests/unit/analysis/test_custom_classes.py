"""Custom classes beside those of the network."""

from pathlib import Path

import numpy as np
import pytest

from tests.unit.fakes import FakeModel, write_sound
from yamnet_gui.analysis import (
    AnalysisSettings,
    analyse_recording,
    finished,
    load_classifiers,
    with_custom_classes,
    with_custom_rules,
    with_custom_scores,
)
from yamnet_gui.analysis.event_table import find_events
from yamnet_gui.core.class_map import ClassMap
from yamnet_gui.core.errors import ClassifierError
from yamnet_gui.core.resources import bundled_class_map
from yamnet_gui.detection import Rule, RuleSet
from yamnet_gui.embedding import Classifier, write_classifier
from yamnet_gui.embedding.classifier import DenseLayer


def a_classifier(*labels: str, model: str = "", bias: float = 0.0) -> Classifier:
    rng = np.random.default_rng(len(labels))
    weights = rng.standard_normal((1024, len(labels))).astype(np.float32)
    layer = DenseLayer(weights / 10, np.full(len(labels), bias, np.float32))
    return Classifier(labels, (layer,), model, thresholds=(0.4,) * len(labels), unit_length=True)


@pytest.fixture
def class_map() -> ClassMap:
    return bundled_class_map()


def test_scores_stand_behind_those_of_the_network(tmp_path: Path) -> None:
    sound = write_sound(tmp_path / "s.wav", 5.0, channels=2)
    settings = AnalysisSettings(channels="each")
    plain = finished(analyse_recording(sound, FakeModel(), settings))
    one, other = a_classifier("Tawny owl"), a_classifier("Fox", "Badger")
    full = with_custom_scores(plain, [one, other])
    for channel in (0, 1):
        scores = full.table(channel).scores
        assert scores.shape == (plain.table(channel).grid.count, 524)
        assert not scores.flags.writeable
        np.testing.assert_array_equal(scores[:, :521], plain.table(channel).scores)
        np.testing.assert_array_equal(scores[:, 521:522], one.scores(plain.embeddings(channel)))
        np.testing.assert_array_equal(scores[:, 522:], other.scores(plain.embeddings(channel)))
    assert with_custom_scores(plain, []) is plain


def test_a_custom_class_gives_events_like_any_other(tmp_path: Path, class_map: ClassMap) -> None:
    sound = write_sound(tmp_path / "s.wav", 5.0)
    sure = a_classifier("Tawny owl", bias=9.0)
    full = with_custom_scores(finished(analyse_recording(sound, FakeModel())), [sure])
    extended = with_custom_classes(class_map, [sure])
    rules = with_custom_rules(RuleSet().with_edges("plain"), extended, [sure])
    (event,) = find_events(full, rules, [521]).labelled(extended).events
    assert (event.label, event.class_index, event.mid) == ("Tawny owl", 521, "")
    assert (event.onset_s, event.offset_s) == (0, pytest.approx(5.0))
    assert event.score_max == pytest.approx(1, abs=0.01)


def test_rules_of_the_user_win_over_the_trained_threshold(class_map: ClassMap) -> None:
    owl = a_classifier("Tawny owl", "Fox")
    extended = with_custom_classes(class_map, [owl])
    rules = with_custom_rules(RuleSet(classes={521: Rule(on=0.9)}), extended, [owl])
    assert (rules.resolved(521).on, rules.resolved(522).on) == (0.9, 0.4)


def test_a_name_that_is_taken_is_refused(class_map: ClassMap) -> None:
    for classifiers in ([a_classifier("speech")], [a_classifier("Fox"), a_classifier("fox")]):
        with pytest.raises(ClassifierError, match="two classes"):
            with_custom_classes(class_map, classifiers)


def test_a_class_of_another_model_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "owl.yamnet-class"
    write_classifier(path, a_classifier("Tawny owl", model="a" * 64))
    assert load_classifiers([path], "a" * 64)[0].labels == ("Tawny owl",)
    with pytest.raises(ClassifierError, match="other network weights"):
        load_classifiers([path], "b" * 64)
