"""Training, loading and removing a custom class are steps that undo takes back and redo repeats."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from tests.gui.support.answers import answer_questions
from tests.gui.support.calls import CALLS_S, LENGTH_S
from yamnet_gui.core.errors import UserError
from yamnet_gui.detection import ClassCalibration
from yamnet_gui.embedding import CLASSIFIER_SUFFIX, Classifier, write_classifier
from yamnet_gui.embedding.classifier import DenseLayer
from yamnet_gui.gui.dialogs.class_picker import LabelChoice
from yamnet_gui.gui.features.custom_classes.feature import TrainingFeature
from yamnet_gui.gui.features.custom_classes.score_jobs import unfinished
from yamnet_gui.gui.features.custom_classes.scores import CustomClassScores
from yamnet_gui.gui.state.class_view import Showing
from yamnet_gui.gui.workbench import Workbench
from yamnet_gui.labels.project.calibrations import Calibration

pytestmark = [pytest.mark.workflow, pytest.mark.usefixtures("shared_results")]
Start = Callable[..., Workbench]
Settled = Callable[[Workbench], None]
OWL = "Owl of mine"
OTHER = "id-second.wav"


@pytest.fixture
def bench(start: Start, settled: Settled, calls_project: Path, tiny_weights: Path) -> Workbench:
    bench = start(calls_project, weights=tiny_weights)
    bench.session.settings.set("autoplay", False)
    settled(bench)
    answer_questions(bench, lambda _title, _used: LabelChoice(OWL), lambda _question, _verb: True)
    return bench


def owl(bench: Workbench, threshold: float = 0.5, sharpness: float = 4.0) -> Classifier:
    """A class that tells the calls from everything else, without training."""
    frames = bench.session.embeddings.frames()
    rows = frames.rows_in(OTHER)
    vectors = frames.read(rows).astype(np.float64)
    inside = np.array(
        [
            any(onset < frames.span_at(int(row)).centre_s < onset + LENGTH_S for onset in CALLS_S)
            for row in rows
        ]
    )
    target = np.where(inside, sharpness, -sharpness)
    wide = np.column_stack([vectors, np.ones(len(vectors))])
    solved = np.linalg.lstsq(wide, target, rcond=1e-3)[0].astype(np.float32)
    layer = DenseLayer(solved[:-1, None], solved[-1:])
    return Classifier(
        (OWL,), (layer,), bench.session.embeddings.model_sha256, thresholds=(threshold,)
    )


def here(bench: Workbench) -> int:
    return sum(event.label == OWL for event in bench.session.document.events)


def elsewhere(bench: Workbench) -> int:
    return sum(e.label == OWL for e in bench.session.project.project.events.of(OTHER))


def use(bench: Workbench, classifier: Classifier, settled: Settled) -> None:
    bench.feature(CustomClassScores).stored.use(classifier, "train")
    settled(bench)


def undo(bench: Workbench, settled: Settled, name: str = "undo") -> None:
    bench.shell.window.actions_by_id[name].trigger()
    settled(bench)


def labels(bench: Workbench) -> list[str]:
    return [one.label for one in bench.session.custom_classes.classes]


def test_undo_takes_a_class_back_with_its_rule_and_its_events_everywhere_and_redo_repeats_it(
    bench: Workbench, settled: Settled
):
    rules, steps = bench.session.rules.rule_set, bench.session.project.project.history.steps()
    use(bench, owl(bench), settled)
    index = bench.session.custom_classes.index_of(OWL)
    counts = here(bench), elsewhere(bench)
    assert min(counts) > 3
    assert index in bench.session.rules.rule_set.classes
    edits = [step for step in bench.session.project.project.history.steps() if step not in steps]
    assert [step.title for step in edits if step.action == "do"] == [f"train {OWL}"]
    bench.session.class_view.tick(index, True)
    bench.session.class_view.choose(index)

    undo(bench, settled)
    assert labels(bench) == []
    assert (here(bench), elsewhere(bench)) == (0, 0)
    assert bench.session.rules.rule_set == rules
    assert bench.session.class_view.chosen != index
    assert index not in bench.session.class_view.ticked
    assert bench.session.undo_steps.redo_title == f"train {OWL}"

    undo(bench, settled, "redo")
    assert labels(bench) == [OWL]
    assert (here(bench), elsewhere(bench)) == counts
    assert index in bench.session.rules.rule_set.classes


def test_after_reopening_a_class_is_taken_back_and_repeated_all_the_same(
    bench: Workbench, settled: Settled, start: Start, tiny_weights: Path
):
    use(bench, owl(bench), settled)
    counts, path = (here(bench), elsewhere(bench)), bench.session.project.project.path
    bench.shell.window.close()
    bench.close()
    again = start(path, weights=tiny_weights)
    answer_questions(again, lambda _title, _used: None, lambda _question, _verb: True)
    settled(again)
    assert (labels(again), (here(again), elsewhere(again))) == ([OWL], counts)
    undo(again, settled)
    assert (labels(again), (here(again), elsewhere(again))) == ([], (0, 0))
    again.shell.window.close()
    again.close()
    third = start(path, weights=tiny_weights)
    settled(third)
    assert labels(third) == []
    undo(third, settled, "redo")
    assert (labels(third), (here(third), elsewhere(third))) == ([OWL], counts)


def test_training_again_keeps_the_former_classifier_for_undo_and_its_calibration(
    bench: Workbench, settled: Settled
):
    first, second = owl(bench), owl(bench, 0.9, 1.0)
    use(bench, first, settled)
    index = bench.session.custom_classes.index_of(OWL)
    calibrations = bench.session.calibrations
    known = {i: ClassCalibration(i, 1.0, 0.0, (0.1, 0.1, 0.0), 40, 40, 0) for i in (0, index)}
    calibrations.store(Calibration(known, bench.session.embeddings.model_sha256))
    settled(bench)
    count = here(bench)
    use(bench, second, settled)
    assert set(calibrations.stored.classes) == {0}
    assert here(bench) != count
    undo(bench, settled)
    assert bench.session.custom_classes.get(OWL).classifier.sha256 == first.sha256
    assert set(calibrations.stored.classes) == {0, index}
    assert here(bench) == count
    undo(bench, settled, "redo")
    assert bench.session.custom_classes.get(OWL).classifier.sha256 == second.sha256
    assert set(calibrations.stored.classes) == {0}
    folder = bench.session.project.project.path.with_name("calls.yamnet-classes")
    assert len(list(folder.glob(f"*{CLASSIFIER_SUFFIX}"))) == 2


def test_a_class_that_is_removed_takes_its_detections_along_and_undo_brings_all_back(
    bench: Workbench, settled: Settled, tmp_path: Path
):
    path = tmp_path / f"owl{CLASSIFIER_SUFFIX}"
    write_classifier(path, owl(bench))
    files = bench.feature(TrainingFeature).files
    files.load(path)
    settled(bench)
    assert bench.session.undo_steps.undo_title == f"load {OWL}"
    counts = here(bench), elsewhere(bench)
    files.remove(OWL)
    settled(bench)
    assert (here(bench), elsewhere(bench)) == (0, 0)
    assert labels(bench) == [OWL]  # its index stays reserved
    undo(bench, settled)
    assert (here(bench), elsewhere(bench)) == counts
    undo(bench, settled)
    assert (labels(bench), here(bench), elsewhere(bench)) == ([], 0, 0)


def test_what_was_interrupted_goes_on_when_the_project_is_opened_again(
    bench: Workbench, settled: Settled, start: Start, tiny_weights: Path
):
    use(bench, owl(bench), settled)
    count, project = elsewhere(bench), bench.session.project.project
    assert unfinished(project) is None
    undo(bench, settled)
    undo(bench, settled, "redo")
    stored = project.settings.value("taught_classes")
    # as a kill leaves it: the class is gone from the list, its detections are not
    project.settings.set_value("taught_classes", "")
    project.settings.set_value("custom_classes_to_detect", f'["{OWL}"]')
    path = project.path
    bench.session.custom_classes.changed.disconnect()
    bench.shell.window.close()
    bench.close()
    again = start(path, weights=tiny_weights)
    settled(again)
    assert stored
    assert count > 3
    assert elsewhere(again) == 0
    assert unfinished(again.session.project.project) is None


def test_a_refused_step_changes_nothing(
    bench: Workbench, settled: Settled, monkeypatch: pytest.MonkeyPatch
):
    rules = bench.session.rules.rule_set

    def refuse(*_arguments: object) -> None:
        raise UserError("Project", "the disk is full", "make room")

    monkeypatch.setattr(bench.session.project, "apply", refuse)
    with pytest.raises(UserError, match="full"):
        bench.feature(CustomClassScores).stored.use(owl(bench), "train")
    settled(bench)
    assert labels(bench) == []
    assert bench.session.rules.rule_set == rules


def test_rows_of_classes_that_no_longer_exist_are_not_shown(bench: Workbench, settled: Settled):
    use(bench, owl(bench), settled)
    index = bench.session.custom_classes.index_of(OWL)
    for showing in (Showing.BEST, Showing.EVENTS, Showing.CURSOR, Showing.TICKED):
        bench.session.class_view.set_options(showing=showing)
        bench.session.class_view.set_lead(index)
        undo(bench, settled)
        assert index not in bench.session.class_view.shown
        bench.shell.window.grab()
        undo(bench, settled, "redo")
