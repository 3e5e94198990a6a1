"""The whole loop by keys and mouse, and the parts of training that it does not cover."""

import csv
from collections.abc import Callable
from pathlib import Path

import pytest
import soundfile
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialogButtonBox, QPushButton
from pytestqt.qtbot import QtBot

from tests.gui.support.answers import answer_questions
from tests.gui.support.calls import CALLS_S, LENGTH_S, OTHERS_S, write_calls
from yamnet_gui.core.events import ReviewState
from yamnet_gui.core.spans import TimeSpan
from yamnet_gui.embedding import CLASSIFIER_SUFFIX, read_classifier
from yamnet_gui.gui.dialogs.class_picker import LabelChoice
from yamnet_gui.gui.features.custom_classes.feature import TrainingFeature
from yamnet_gui.gui.features.export.dialog import ExportDialog
from yamnet_gui.gui.features.similarity.feature import SimilarSounds
from yamnet_gui.gui.features.similarity.hits import ListKind
from yamnet_gui.gui.workbench import Workbench
from yamnet_gui.labels.project import Project

pytestmark = [pytest.mark.workflow, pytest.mark.usefixtures("shared_results")]
Start = Callable[..., Workbench]
Settled = Callable[[Workbench], None]
NAME = "Owl of mine"


def opened(bench: Workbench, qtbot: QtBot, settled: Settled) -> Workbench:
    """The window with an analysed recording, in a project with another such recording."""
    bench.session.settings.set("autoplay", False)
    settled(bench)
    answer_questions(bench, lambda _title, _used: LabelChoice(NAME), lambda _question, _verb: True)
    bench.shell.window.activateWindow()
    qtbot.waitUntil(bench.shell.window.isActiveWindow)
    return bench


@pytest.fixture
def bench(
    qtbot: QtBot, start: Start, settled: Settled, calls_project: Path, tiny_weights: Path
) -> Workbench:
    return opened(start(calls_project, weights=tiny_weights), qtbot, settled)


def is_call(start_s: float, end_s: float) -> bool:
    middle = (start_s + end_s) / 2
    return any(onset - 0.2 < middle < onset + LENGTH_S + 0.2 for onset in CALLS_S)


def click(qtbot: QtBot, button: QPushButton) -> None:
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def decide_ten(bench: Workbench, qtbot: QtBot, settled: Settled) -> None:
    """Select a call, find what resembles it, accept five calls and reject five others by key."""
    onset = CALLS_S[1]
    bench.shell.tracks.waveform.setFocus()
    bench.session.timeline.set_selection(TimeSpan(onset, onset + LENGTH_S))
    qtbot.keyClick(bench.shell.tracks.waveform, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    settled(bench)
    table = bench.feature(SimilarSounds).panel.table
    assert table.hasFocus()
    done = {Qt.Key.Key_A: 0, Qt.Key.Key_R: 0}
    for _ in range(len(bench.feature(SimilarSounds).similar.hits)):
        row = table.currentIndex().row()
        place = bench.feature(SimilarSounds).similar.hits[row].place
        key = Qt.Key.Key_A if is_call(place.span.start_s, place.span.end_s) else Qt.Key.Key_R
        if done[key] < 5:
            qtbot.keyClick(table, key)
            done[key] += 1
        else:
            qtbot.keyClick(table, Qt.Key.Key_N)
        if min(done.values()) == 5:
            return
    pytest.fail(f"only {done}")


def whole_loop(
    bench: Workbench,
    qtbot: QtBot,
    settled: Settled,
    folder: Path,
) -> None:
    decide_ten(bench, qtbot, settled)
    states = [h.state for h in bench.feature(SimilarSounds).similar.hits]
    assert states.count(ReviewState.ACCEPTED) == states.count(ReviewState.REJECTED) == 5

    feature = bench.feature(TrainingFeature)
    click(qtbot, bench.feature(SimilarSounds).panel.train)
    settled(bench)
    assert feature.panel.isVisible()
    assert feature.panel.ticked == [NAME]
    assert feature.panel.class_names == {NAME: NAME}
    click(qtbot, feature.panel.train)
    settled(bench)
    assert [c.label for c in bench.session.custom_classes.classes] == [NAME]
    assert "recordings left out of training" in feature.panel.validation.sentence.text()

    index = bench.session.custom_classes.index_of(NAME)
    assert bench.session.class_view.chosen == index
    assert bench.session.document.scores.best[index] > 0.5
    detected = [e for e in bench.session.document.events if e.class_index == index]
    unreviewed = [e for e in detected if e.state is ReviewState.UNREVIEWED]
    assert unreviewed
    right = sum(is_call(e.onset_s, e.offset_s) for e in unreviewed)
    assert right >= 0.7 * len(unreviewed)

    bench.session.selection.select((unreviewed[0].id,))
    bench.shell.tracks.waveform.setFocus()
    qtbot.keyClick(bench.shell.tracks.waveform, Qt.Key.Key_A)
    assert bench.session.document.events.get(unreviewed[0].id).state is ReviewState.ACCEPTED
    project = bench.session.project.project
    other = project.recordings.at(folder / "second.wav")
    elsewhere = [e for e in project.events.of(other.id) if e.label == NAME]
    assert len(elsewhere) > 3

    path = folder / "events.csv"

    qtbot.keyClick(bench.shell.tracks.waveform, Qt.Key.Key_E, Qt.KeyboardModifier.ControlModifier)
    (dialog,) = bench.shell.window.findChildren(ExportDialog)
    dialog.format.setCurrentIndex(dialog.format.findData("csv"))
    dialog.path.setText(str(path))
    save = dialog.buttons.button(QDialogButtonBox.StandardButton.Save)
    qtbot.waitUntil(save.isEnabled)
    click(qtbot, save)
    settled(bench)
    qtbot.waitUntil(path.exists)
    with path.open(newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["label"] == NAME]
    assert len(rows) >= len(detected)


def test_the_whole_loop_by_keys_and_mouse(
    bench: Workbench,
    qtbot: QtBot,
    settled: Settled,
    tmp_path: Path,
):
    whole_loop(bench, qtbot, settled, tmp_path)


@pytest.mark.weights
def test_the_whole_loop_with_real_weights(
    qtbot: QtBot,
    start: Start,
    settled: Settled,
    tmp_path: Path,
    weights_file: Path,
):
    bench = start(write_calls(tmp_path / "second.wav", seed=9), weights=weights_file)
    settled(bench)
    bench.open(write_calls(tmp_path / "calls.wav"))
    whole_loop(opened(bench, qtbot, settled), qtbot, settled, tmp_path)


def test_ten_more_to_label_are_offered_and_counted(
    bench: Workbench, qtbot: QtBot, settled: Settled
):
    decide_ten(bench, qtbot, settled)
    training, finding = bench.feature(TrainingFeature), bench.feature(SimilarSounds)
    training.panel.tick([NAME], NAME)
    click(qtbot, finding.panel.train)
    settled(bench)
    click(qtbot, training.panel.train)
    settled(bench)
    panel = finding.panel
    panel.strategy.setCurrentIndex(panel.strategy.findData("random"))
    bench.shell.window.show_panel("similar")
    click(qtbot, panel.next_ten)
    settled(bench)
    assert bench.feature(SimilarSounds).similar.kind is ListKind.SUGGESTED
    assert len(bench.feature(SimilarSounds).similar.hits) == 10
    assert bench.feature(SimilarSounds).similar.label.label == NAME
    known = bench.session.custom_classes.get(NAME).classifier.threshold(NAME)
    assert all(h.score >= known for h in bench.feature(SimilarSounds).similar.hits)
    for _ in range(10):
        place = bench.feature(SimilarSounds).similar.hits[panel.row].place
        key = Qt.Key.Key_A if is_call(place.span.start_s, place.span.end_s) else Qt.Key.Key_R
        qtbot.keyClick(panel.table, key)
    assert "of 10 were right" in panel.progress.text()
    assert "not drawn at random" not in panel.progress.text()
    seen = {
        (h.place.recording, h.place.span.start_s) for h in bench.feature(SimilarSounds).similar.hits
    }
    training.suggestions.suggest("uncertain")
    settled(bench)
    assert not seen & {
        (h.place.recording, h.place.span.start_s) for h in bench.feature(SimilarSounds).similar.hits
    }


def test_a_folder_per_class_trains_them_all(
    bench: Workbench, qtbot: QtBot, settled: Settled, tmp_path: Path
):
    sound, rate = soundfile.read(tmp_path / "calls.wav")
    for name, onsets in (("rise", CALLS_S), ("burst", OTHERS_S)):
        folder = tmp_path / "sounds" / name
        folder.mkdir(parents=True)
        for number, onset in enumerate(onsets[:6]):
            first = round(onset * rate)
            soundfile.write(folder / f"{number}.wav", sound[first : first + rate], rate)
    feature = bench.feature(TrainingFeature)
    feature.show()
    feature.panel.add_folder(tmp_path / "sounds")
    feature.panel.exclusive.setChecked(True)
    click(qtbot, feature.panel.train)
    settled(bench)
    assert sorted(c.label for c in bench.session.custom_classes.classes) == ["burst", "rise"]
    index = bench.session.custom_classes.index_of("rise")
    scores = bench.session.document.scores.table().scores
    frame = bench.session.document.scores.grid.frame_at(CALLS_S[2] + LENGTH_S / 2)
    assert scores[frame, index] > scores[frame, bench.session.custom_classes.index_of("burst")]


def test_a_class_is_shared_as_a_file(
    bench: Workbench, qtbot: QtBot, settled: Settled, tmp_path: Path
):
    decide_ten(bench, qtbot, settled)
    click(qtbot, bench.feature(SimilarSounds).panel.train)
    settled(bench)
    feature = bench.feature(TrainingFeature)
    click(qtbot, feature.panel.train)
    settled(bench)
    path = tmp_path / f"owl{CLASSIFIER_SUFFIX}"
    feature.files.save(NAME, path)
    assert read_classifier(path).labels == (NAME,)
    best = bench.session.document.scores.best[bench.session.custom_classes.index_of(NAME)]
    feature.files.remove(NAME)
    settled(bench)
    assert bench.session.custom_classes.get(NAME).classifier is None
    assert bench.session.document.scores.best[bench.session.custom_classes.index_of(NAME)] == 0
    assert list(feature.take_dropped([path, tmp_path / "calls.wav"])) == [tmp_path / "calls.wav"]
    settled(bench)
    assert bench.session.document.scores.best[
        bench.session.custom_classes.index_of(NAME)
    ] == pytest.approx(best)


def test_training_stops_at_once(bench: Workbench, qtbot: QtBot, settled: Settled):
    decide_ten(bench, qtbot, settled)
    click(qtbot, bench.feature(SimilarSounds).panel.train)
    settled(bench)
    feature = bench.feature(TrainingFeature)
    feature.panel.method.setCurrentIndex(1)
    click(qtbot, feature.panel.train)
    qtbot.waitUntil(lambda: feature.panel.bar.value() > 0, timeout=60_000)
    click(qtbot, feature.panel.cancel)
    assert not feature.panel.bar.isVisible()
    settled(bench)
    assert bench.session.custom_classes.classes == ()


def test_a_class_without_negative_examples_is_refused(
    bench: Workbench, qtbot: QtBot, settled: Settled
):
    onset = CALLS_S[1]
    bench.session.timeline.set_selection(TimeSpan(onset, onset + LENGTH_S))
    bench.services.review.drawing.draw()
    settled(bench)
    feature = bench.feature(TrainingFeature)
    feature.show()
    feature.panel.tick([NAME], NAME)
    feature.panel.background.setChecked(False)
    click(qtbot, feature.panel.train)
    settled(bench)
    assert any("negative example" in text for text in [n.text for n in bench.shell.notices.notices])
    assert bench.session.custom_classes.classes == ()


def test_a_class_named_after_one_of_the_models_is_retrained_from_both(
    bench: Workbench, qtbot: QtBot, settled: Settled
):
    """What "Bird" was trained on, and what was decided about "Bird (custom)" since."""
    answer_questions(bench, lambda _title, _used: LabelChoice("Bird", 106, "/m/015p6"))
    decide_ten(bench, qtbot, settled)
    feature, finding = bench.feature(TrainingFeature), bench.feature(SimilarSounds)
    click(qtbot, finding.panel.train)
    settled(bench)
    assert feature.panel.class_names == {"Bird": "Bird (custom)"}
    click(qtbot, feature.panel.train)
    settled(bench)
    feature.suggestions.suggest("uncertain")
    settled(bench)
    finding.panel.do("accept")
    finding.panel.do("reject")
    click(qtbot, finding.panel.train)
    settled(bench)
    assert feature.panel.class_names == {
        "Bird": "Bird (custom)",
        "Bird (custom)": "Bird (custom)",
    }
    before = bench.session.custom_classes.get("Bird (custom)").classifier.sha256
    click(qtbot, feature.panel.train)
    settled(bench)
    assert [c.label for c in bench.session.custom_classes.classes] == ["Bird (custom)"]
    assert bench.session.custom_classes.get("Bird (custom)").classifier.sha256 != before


def test_a_search_that_has_nothing_to_look_through_says_so(
    start: Start, settled: Settled, tmp_path: Path
) -> None:
    path = tmp_path / "new.yamnet"
    Project.create(path).close()
    bench = start(path)
    settled(bench)
    bench.feature(TrainingFeature).panel.classes.find_requested.emit(NAME)
    assert "Nothing to search yet" in bench.shell.status.message.text()
