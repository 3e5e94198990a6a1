from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

import pytest

from yamnet_gui.core.errors import RecordingError
from yamnet_gui.core.events import Event, EventList
from yamnet_gui.detection import DEFAULT_RULE, Rule, RuleSet
from yamnet_gui.detection.evaluation import MismatchKind
from yamnet_gui.labels.exchange.reference_table import read_reference
from yamnet_gui.labels.project import Project
from yamnet_gui.quality.evaluation import curve, measure, tuned
from yamnet_gui.quality.references import (
    EvaluationItems,
    StoredScores,
    project_items,
    table_items,
)

from .reviewed import CLASS_MAP, ONTOLOGY, reviewed_project

RULES = RuleSet(default=Rule(on=0.3, off=0.2, merge_gap_s=0.0).over(DEFAULT_RULE))
T = TypeVar("T")


@pytest.fixture
def project(tmp_path: Path) -> Iterator[tuple[Project, StoredScores]]:
    project, scores = reviewed_project(tmp_path)
    yield project, scores
    project.close()


def last(steps: Iterator[T]) -> T:
    *_, step = steps
    return step


def test_decisions_are_measured_where_segments_were_reviewed(
    project: tuple[Project, StoredScores],
) -> None:
    on = project_items(*project)
    assert [s.name for s in on.items] == ["one.wav", "two.wav"]
    assert (on.decisions, on.true_events, on.reviewed_s) == (4, 3, 40.0)
    result = last(measure(on, RULES, CLASS_MAP)).result
    assert result is not None
    dog = result.evaluation.events[0.2]["Dog"]
    assert (dog.hits, dog.estimated, dog.reference) == (2, 4, 2)  # not the dog at 110 s
    assert "Cat" in result.evaluation.labels
    assert result.evaluation.events[0.2]["Cat"].reference == 1
    assert result.evaluation.events[0.2]["Cat"].estimated == 0  # that in two.wav: not reviewed
    assert result.evaluation.psds is not None  # of the forty reviewed seconds
    assert [(m.kind, m.pair, round(m.onset_s)) for m in result.mismatches] == [
        (MismatchKind.FALSE, 0, 30),
        (MismatchKind.MISSED, 0, 50),
        (MismatchKind.FALSE, 0, 70),
    ]


def test_a_recording_without_scores_is_left_out_by_name(
    project: tuple[Project, StoredScores],
) -> None:
    on = project_items(project[0], StoredScores(None, "b" * 64))
    assert on.items == ()
    assert [x.name for x in on.skipped] == ["one.wav", "two.wav"]
    result = last(measure(on, RULES, CLASS_MAP)).result
    assert result is not None
    assert result.evaluation.segment_f1 is None


def test_events_shown_but_not_stored_count(project: tuple[Project, StoredScores]) -> None:
    shown = {"two.wav": EventList.of([Event("x", 1, 2, "Cow", source="drawn")])}  # type: ignore[arg-type]
    on = project_items(*project, shown)
    assert on.true_events == 3  # two of one.wav, and the cow


def test_a_table_counts_all_of_the_recording(
    project: tuple[Project, StoredScores], tmp_path: Path
) -> None:
    table = tmp_path / "truth.tsv"
    table.write_text(
        "filename\tonset\toffset\tevent_label\n"
        "one.wav\t10.1\t12.0\tAnimal\none.wav\t50\t51\tAnimal\nthree.wav\t0\t1\tAnimal\n"
    )
    paths = {path: path.name for path in project[1].at_hand}
    on = table_items(read_reference(table), paths, project[1])
    assert [x.name for x in on.skipped] == ["three.wav"]
    below = last(measure(on, RULES, CLASS_MAP, ONTOLOGY)).result
    assert below is not None
    animal = below.evaluation.events[0.5]["Animal"]
    assert (animal.hits, animal.estimated, animal.reference) == (1, 4, 2)
    assert below.evaluation.psds is not None
    exact = last(measure(on, RULES, CLASS_MAP)).result
    assert exact is not None
    assert exact.evaluation.events[0.5]["Animal"].estimated == 0


def test_the_curve_moves_one_threshold_and_knows_the_present_one(
    project: tuple[Project, StoredScores],
) -> None:
    on = project_items(*project)
    *on_the_way, result = curve(on, RULES, CLASS_MAP, "Dog")
    assert on_the_way == [None, None]
    assert result is not None
    assert result.curve.thresholds[result.place] == pytest.approx(0.3)
    assert result.curve.recall[result.place] == 1.0
    assert result.curve.precision[result.place] == 0.5
    assert result.curve.recall[0] == 0.0
    assert list(curve(on, RULES, CLASS_MAP, "my own class")) == []


def test_tuning_measures_on_recordings_held_out(project: tuple[Project, StoredScores]) -> None:
    on = project_items(*project)
    steps = list(tuned(on, RULES, CLASS_MAP))
    assert steps[0].done == 1
    result = steps[-1].result
    assert result is not None
    assert result.folds == 2
    assert result.fitted_f1 is not None
    assert result.before_f1 is not None
    assert result.fitted_f1 >= result.before_f1
    single = last(tuned(EvaluationItems(on.items[:1]), RULES, CLASS_MAP, scope="classes")).result
    assert single is not None
    assert single.cross_validated_f1 is None


def test_an_interval_needs_five_recordings(
    project: tuple[Project, StoredScores],
) -> None:
    on = project_items(*project)
    few = last(measure(on, RULES, CLASS_MAP)).result
    many = last(measure(EvaluationItems(on.items * 3), RULES, CLASS_MAP)).result
    assert few is not None
    assert many is not None
    assert few.interval("0.5") is None
    interval = many.interval("0.5")
    assert interval is not None
    f1 = many.evaluation.event_f1(0.5)
    assert f1 is not None
    assert interval[0] < f1 < interval[1]


def test_a_result_that_goes_while_it_is_measured_is_named(
    project: tuple[Project, StoredScores],
) -> None:
    on = project_items(*project)
    removed = replace(on.items[0], source=StoredScores(None, ""))
    with pytest.raises(RecordingError, match="stored result was removed"):
        last(measure(EvaluationItems((removed,)), RULES, CLASS_MAP))
