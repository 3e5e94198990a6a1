"""How good detections are, in the window: calibration, evaluation, tuning, replay, stability."""

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import numpy as np
import pytest
from PySide6.QtCore import QThread

from yamnet_gui.core.errors import ProjectError
from yamnet_gui.core.events import Event, ReviewState
from yamnet_gui.core.scores import FrameGrid, ScoreTable
from yamnet_gui.core.spans import TimeSpan
from yamnet_gui.detection import ClassCalibration, Rule, RuleSet, Stability, save_rules
from yamnet_gui.embedding import Classifier
from yamnet_gui.embedding.classifier import DenseLayer
from yamnet_gui.gui.background import first_use
from yamnet_gui.gui.features.custom_classes.scores import CustomClassScores
from yamnet_gui.gui.features.feature import Feature
from yamnet_gui.gui.features.quality.calibration import CalibrationFeature
from yamnet_gui.gui.features.quality.calibration_dialog import CalibrationDialog
from yamnet_gui.gui.features.quality.evaluation import EvaluationFeature
from yamnet_gui.gui.features.quality.evaluation_dialog import EvaluationDialog
from yamnet_gui.gui.features.quality.replay import ReplayFeature
from yamnet_gui.gui.features.quality.stability import StabilityFeature
from yamnet_gui.gui.panels.event_columns import EventColumn
from yamnet_gui.gui.state.document import ModelName
from yamnet_gui.gui.state.review_queue import QueueRequest
from yamnet_gui.gui.state.score_buffer import ScoreBuffer
from yamnet_gui.gui.workbench import Workbench
from yamnet_gui.labels import project as edits
from yamnet_gui.labels.project import QueueKind
from yamnet_gui.labels.project.calibrations import Calibration

pytestmark = pytest.mark.workflow

Start = Callable[..., Workbench]
Settled = Callable[[Workbench], None]
F = TypeVar("F", bound=Feature)
DOG, BIRD = 69, 106
MODEL = ModelName("stand-in", "a" * 64)


def feature(bench: Workbench, kind: type[F]) -> F:
    return next(one for one in bench.features if isinstance(one, kind))


@pytest.fixture
def opened(start: Start, settled: Settled, sound_file: Path) -> Workbench:
    """Twelve seconds with dogs at 1.2 s (0.9), 3.1 s (0.5), 6.9 s (0.7) and a bird at 8.9 s."""
    bench = start(sound_file)
    bench.session.settings.set("autoplay", False)
    settled(bench)
    bench.session.rules.set(RuleSet())  # the balanced rules would merge the first two dogs
    scores = np.full((24, len(bench.session.class_map.value)), 0.001, np.float32)
    for frame, index, value in ((2, DOG, 0.9), (6, DOG, 0.5), (14, DOG, 0.7), (18, BIRD, 0.6)):
        scores[frame, index] = value
    bench.session.document.set_model(MODEL)
    bench.session.document.set_scores(
        (ScoreBuffer.of_table(ScoreTable(FrameGrid(24, 12.0), scores)),)
    )
    settled(bench)
    return bench


def decide(bench: Workbench, event: Event, state: ReviewState) -> None:
    bench.session.selection.select((event.id,))
    bench.services.review.decisions.decide(state)


def add_reviews(bench: Workbench, count: int) -> None:
    """Decided dogs with scores all over, of which the high ones are right."""
    rng = np.random.default_rng(0)
    events = [
        Event(
            f"r{k}", 0.1, 0.2, "Dog", DOG, score_max=0.1 + 0.88 * k / count,
            state=ReviewState.ACCEPTED if rng.random() < k / count else ReviewState.REJECTED,
        )
        for k in range(count)
    ]  # fmt: skip
    bench.session.project.apply(edits.add_events(bench.session.project.recording_id, events))


@pytest.mark.parametrize("count", [0, 1, 5])
def test_few_reviews_give_no_probability_and_show_how_many_are_missing(
    opened: Workbench, settled: Settled, count: int
) -> None:
    if count:
        add_reviews(opened, count)
    opened.session.class_view.choose(DOG)
    dialog = feature(opened, CalibrationFeature).open()
    settled(opened)
    text = dialog.basis.text() + dialog.about.text()
    assert "Not enough is known" in text
    assert "more reviews are needed" in dialog.about.text()
    assert not dialog.use.isEnabled()
    assert not dialog.set_threshold.isEnabled()
    assert dialog.table.metrics.rows[0][4].text == "–"


def test_probabilities_are_stored_in_the_project_and_shown(
    opened: Workbench, settled: Settled
) -> None:
    add_reviews(opened, 200)
    calibrating = feature(opened, CalibrationFeature)
    dialog = calibrating.open()
    settled(opened)
    assert "From 200 reviews in 1 recording" in dialog.basis.text()
    assert "on reviews held out" in dialog.basis.text()
    dialog.use.click()
    settled(opened)
    assert "version 1" in dialog.in_use.text()
    assert "from 200 reviews" in dialog.in_use.text()
    assert not opened.shell.events.table.isColumnHidden(EventColumn.PROBABILITY)
    dog = next(e for e in opened.session.document.events.between(1.2, 1.8) if e.label == "Dog")
    assert dog.probability is not None
    assert 0.5 < dog.probability < 1
    bird = next(e for e in opened.session.document.events if e.label == "Bird")
    assert bird.probability is None
    decide(opened, dog, ReviewState.REJECTED)  # the project holds it without a probability
    settled(opened)
    decided = opened.session.document.events.get(dog.id)
    assert decided is not None
    assert decided.state is ReviewState.REJECTED
    decide(opened, decided, ReviewState.ACCEPTED)
    opened.services.review.history.undo()
    opened.services.review.history.undo()
    settled(opened)
    assert opened.session.document.events.get(dog.id) == dog
    decide(opened, dog, ReviewState.ACCEPTED)
    calibrating.read()
    settled(opened)
    assert "1 review since then is not included" in dialog.in_use.text()
    dialog.drop.click()
    settled(opened)
    assert "No probabilities are in use" in dialog.in_use.text()


def test_a_calibration_of_other_weights_is_not_used(opened: Workbench, settled: Settled) -> None:
    add_reviews(opened, 200)
    calibrating = feature(opened, CalibrationFeature)
    dialog = calibrating.open()
    settled(opened)
    calibrating.use()
    settled(opened)
    opened.session.document.set_model(ModelName("another", "b" * 64))
    settled(opened)
    assert all(event.probability is None for event in opened.session.document.events)
    assert "does not apply to the scores of the open recording" in dialog.in_use.text()


def test_a_threshold_for_a_wanted_precision_is_set_by_one_click(
    opened: Workbench, settled: Settled
) -> None:
    add_reviews(opened, 200)
    opened.session.class_view.choose(DOG)
    dialog = feature(opened, CalibrationFeature).open()
    settled(opened)
    dialog.wanted.setValue(0.8)
    assert "of 2" in dialog.advice.text()
    dialog.set_threshold.click()
    settled(opened)
    high = opened.session.rules.rule(DOG).on
    assert high > 0.5
    assert f"threshold of {high:.2f}" in dialog.about.text()
    dialog.goal.setCurrentIndex(1)
    dialog.wanted.setValue(0.95)
    dialog.set_threshold.click()
    settled(opened)
    assert opened.session.rules.rule(DOG).on < high
    opened.services.review.history.undo()  # moves of the same threshold are one step
    settled(opened)
    assert opened.session.rules.rule(DOG).on == 0.25


def review(bench: Workbench, settled: Settled) -> dict[str, Event]:
    """The first dog is right, the second wrong, a cat was missed; everything was reviewed."""
    dogs = [e for e in bench.session.document.events if e.label == "Dog"]
    decide(bench, dogs[0], ReviewState.ACCEPTED)
    decide(bench, dogs[1], ReviewState.REJECTED)
    recording_id = bench.session.project.recording_id
    cat = edits.draw(recording_id, 10.0, 11.0, "Cat", 76)
    bench.session.project.apply(cat)
    bench.session.project.apply(
        edits.mark_reviewed(recording_id, bench.session.project.reviewed, TimeSpan(0.0, 12.0))
    )
    settled(bench)
    return {"right": dogs[0], "wrong": dogs[1], "unmarked": dogs[2]}


def test_rules_are_measured_by_decisions_and_mismatches_are_opened(
    opened: Workbench, settled: Settled, tmp_path: Path
) -> None:
    dogs = review(opened, settled)
    evaluating = feature(opened, EvaluationFeature)
    dialog = evaluating.open()
    settled(opened)
    assert (
        "2 true events among 3 decisions, 12.00 s reviewed for every class" in dialog.basis.text()
    )
    assert "1 of 2 detected, 2 wrong" in dialog.overall.text()
    assert "Too few recordings for an interval" in dialog.overall.text()
    rows = {row[0].text: row for row in dialog.class_tab.table.metrics.rows}
    assert set(rows) == {"Cat", "Dog"}
    assert rows["Dog"][6].text == "1 of 3"
    assert "threshold of 0.25" in dialog.class_tab.about_curve.text()
    kinds = [(m.kind.value, round(m.onset_s)) for m in dialog.mismatch_tab.listed]
    assert kinds == [("false", 3), ("false", 7), ("missed", 10)]
    dialog.mismatch_tab.table.opened.emit(1)
    settled(opened)
    assert opened.session.selection.current == dogs["unmarked"].id
    assert opened.session.timeline.cursor_s == pytest.approx(dogs["unmarked"].onset_s)
    dialog.mismatch_tab.table.opened.emit(2)
    assert opened.session.timeline.cursor_s == pytest.approx(10.0)
    opened.session.rules.set_threshold(DOG, 0.6)
    assert "The rules have changed since" in dialog.basis.text()
    opened.session.rules.clear_class(DOG)
    assert "changed since" not in dialog.basis.text()
    dialog.counting.click()
    settled(opened)
    assert "Bird" in {row[0].text for row in dialog.class_tab.table.metrics.rows}
    evaluating.csv.write(tmp_path / "out.csv", dialog.class_tab.table.csv())
    assert (tmp_path / "out.csv").read_text().startswith("Class,Reference,Detected")


def test_the_rules_are_tuned_as_one_step_that_can_be_undone(
    opened: Workbench, settled: Settled
) -> None:
    review(opened, settled)
    before = opened.session.rules.rule_set
    dialog = feature(opened, EvaluationFeature).open()
    settled(opened)
    dialog.tuning.tune.click()
    settled(opened)
    assert "nothing can be held out" in dialog.tuning.result.text()
    assert opened.session.rules.rule_set == before
    dialog.tuning.accept.click()
    settled(opened)
    assert opened.session.rules.rule(DOG).on > 0.5
    assert "2 of 2" not in dialog.overall.text()
    opened.services.review.history.undo()
    settled(opened)
    assert opened.session.rules.rule_set.rules_id == before.rules_id


def test_measuring_stops_at_once(opened: Workbench, settled: Settled) -> None:
    review(opened, settled)
    evaluating = feature(opened, EvaluationFeature)
    dialog = evaluating.open()
    dialog.cancel.click()
    assert not dialog.cancel.isVisible()
    assert dialog.again.isEnabled()
    settled(opened)
    assert not dialog.class_tab.table.metrics.rows


@pytest.mark.parametrize("name", ["calibration", "evaluation"])
def test_a_dialog_with_plots_opens_once_they_were_imported_in_the_background(
    opened: Workbench, settled: Settled, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setattr(first_use, "_is_there", lambda _name: False)
    kinds = {"calibration": CalibrationDialog, "evaluation": EvaluationDialog}
    window = opened.shell.window
    window.actions_by_id[name].trigger()
    assert window.findChild(kinds[name]) is None
    settled(opened)
    dialog = window.findChild(kinds[name])
    assert dialog is not None
    assert dialog.isVisible()
    dialog.reject()


def test_closing_the_window_ends_what_is_under_way(opened: Workbench, settled: Settled) -> None:
    review(opened, settled)
    dialog = feature(opened, EvaluationFeature).open()
    settled(opened)
    dialog.tuning.tune.click()
    feature(opened, ReplayFeature).open()
    feature(opened, CalibrationFeature).open()
    threads = [t for f in opened.features for t in f.findChildren(QThread)]
    assert {"evaluation", "replay", "calibration"} <= {t.objectName() for t in threads}
    opened.shell.window.close()
    assert not any(thread.isRunning() for thread in threads)


def test_events_are_measured_against_a_reference_table(
    opened: Workbench, settled: Settled, tmp_path: Path
) -> None:
    table = tmp_path / "tone and noise.csv"
    table.write_text("onset_s,offset_s,label\n1.2,1.7,Animal\n3.1,3.6,Animal\n")
    evaluating = feature(opened, EvaluationFeature)
    dialog = evaluating.open()
    settled(opened)
    evaluating.use_table(table)
    settled(opened)
    assert (
        "Measured against tone and noise.csv on 1 recording: 2 true events." in dialog.basis.text()
    )
    (row,) = dialog.class_tab.table.metrics.rows
    assert [cell.text for cell in row[:3]] == ["Animal", "2", "4"]
    labels = tmp_path / "labels.txt"  # as Audacity writes them: about no recording by name
    labels.write_text("1.2\t1.7\tDog\n")
    evaluating.use_table(labels)
    settled(opened)
    assert "Measured against labels.txt on 1 recording: 1 true event." in dialog.basis.text()
    assert dialog.class_tab.table.metrics.rows[0][6].tip == "1 of 3; 90% interval 0.08 to 0.75"
    evaluating.use_table(tmp_path / "missing.csv")
    settled(opened)
    assert "missing.csv" in dialog.basis.text()


def test_without_decisions_the_text_explains_what_to_do(
    opened: Workbench, settled: Settled
) -> None:
    dialog = feature(opened, EvaluationFeature).open()
    settled(opened)
    assert "Nothing can be measured yet. Accept, reject or draw" in dialog.basis.text()
    assert not dialog.tuning.tune.isEnabled()


def test_decisions_that_rules_contradict_are_listed_and_jumped_to(
    opened: Workbench, settled: Settled, tmp_path: Path
) -> None:
    dogs = review(opened, settled)
    replaying = feature(opened, ReplayFeature)
    dialog = replaying.open()
    settled(opened)
    assert "Of 3 decisions in 1 recording, 1 would be confirmed and 2 contradicted" in (
        dialog.summary.text()
    )
    assert [row[2].text for row in dialog.table.metrics.rows] == ["no Dog", "Cat"]
    assert [row[3].text for row in dialog.table.metrics.rows] == ["Dog again", "not detected"]
    dialog.table.opened.emit(0)
    settled(opened)
    assert opened.session.selection.current == dogs["wrong"].id
    strict = RuleSet().with_default(Rule(on=0.95))
    save_rules(tmp_path / "strict.json", strict)
    replaying.use_rules_file(tmp_path / "strict.json")
    settled(opened)
    assert [row[2].text for row in dialog.table.metrics.rows] == ["Dog", "Cat"]
    assert dialog.rules.currentText() == "strict.json"
    replaying.use_rules_file(tmp_path / "missing.json")
    assert "missing.json" in dialog.summary.text()


def test_other_weights_without_stored_results_leave_recordings_out(
    opened: Workbench, settled: Settled, tiny_weights: Path
) -> None:
    review(opened, settled)
    replaying = feature(opened, ReplayFeature)
    dialog = replaying.open()
    replaying.use_weights_file(tiny_weights)
    settled(opened)
    assert "Left out: tone and noise.wav" in dialog.summary.text()
    assert dialog.weights.currentText().startswith("tiny.h5")


def test_spreads_of_rescored_events_are_shown_and_sort_the_table(
    start: Start, settled: Settled, sound_file: Path, tiny_weights: Path
) -> None:
    bench = start(sound_file, weights=tiny_weights)
    bench.session.settings.set("autoplay", False)
    settled(bench)
    bench.session.rules.set(RuleSet.threshold(0.45))
    settled(bench)
    checking = feature(bench, StabilityFeature)
    ids = bench.shell.events.shown_ids[:3]
    bench.session.selection.select(ids)
    bench.shell.window.actions_by_id["stability"].trigger()
    settled(bench)
    stabilities = checking.stabilities
    assert set(stabilities.spreads) == set(ids)
    assert all(len(stabilities.get(i).scores) == 7 for i in ids)  # type: ignore[union-attr]
    assert max(stabilities.spreads.values()) > 0
    assert not bench.shell.events.table.isColumnHidden(EventColumn.SPREAD)
    checking.sort()
    spreads = [stabilities.spreads[i] for i in bench.shell.events.shown_ids[:3]]
    assert spreads == sorted(stabilities.spreads.values(), reverse=True)
    assert "Stability" in dict(checking._facts(bench.session.document.events.get(ids[0])))  # type: ignore[arg-type]
    project = bench.session.project.project
    assert project is not None
    stored = project.settings.value(f"stability-{bench.session.project.recording_id}")
    assert all(i in stored for i in ids)
    bench.services.queue_controller.review(QueueRequest(QueueKind.STABILITY))
    settled(bench)
    order = sorted(ids, key=lambda event_id: -stabilities.spreads[event_id])
    assert bench.session.selection.current == order[0]
    assert len(bench.session.review_queue.rows) == 3
    bench.services.queue_controller.step(1)
    assert bench.session.selection.current == order[1]
    bench.session.document.set_model(ModelName("another", "b" * 64))
    assert stabilities.spreads == {}


def test_a_class_that_is_retrained_loses_its_calibration_in_the_same_step(
    opened: Workbench,
) -> None:
    def use(weight: float) -> None:
        layer = DenseLayer(np.full((1024, 1), weight, np.float32), np.zeros(1, np.float32))
        classifier = Classifier(("Tawny owl",), (layer,), MODEL.sha256)
        feature(opened, CustomClassScores).stored.use(classifier, "train")

    use(0.1)
    index = opened.session.custom_classes.index_of("Tawny owl")
    assert index is not None
    calibrations = feature(opened, CalibrationFeature).calibrations
    enough = {i: ClassCalibration(i, 1.0, 0.0, (0.1, 0.1, 0.0), 40, 40, 0) for i in (DOG, index)}
    calibrations.store(Calibration(enough, MODEL.sha256))
    use(0.1)
    assert set(calibrations.in_use()) == {DOG, index}
    use(0.2)
    assert set(calibrations.in_use()) == {DOG}
    opened.session.undo_steps.turn(back=True)
    assert set(calibrations.in_use()) == {DOG, index}


def test_scores_that_cannot_be_stored_are_shown_all_the_same(
    opened: Workbench, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench = opened
    checking = feature(bench, StabilityFeature)
    event = next(iter(bench.session.document.events))

    def refuse(*_arguments: object) -> None:
        raise ProjectError("Project", "the disk is full", "make room")

    monkeypatch.setattr("yamnet_gui.gui.state.stabilities.store_stabilities", refuse)
    checking._results = {event.id: Stability(event.id, (0.5, 0.7))}
    checking._done()
    assert checking.stabilities.spreads == {event.id: pytest.approx(0.2)}
    assert any("the disk is full" in n.text for n in bench.shell.notices.notices)
