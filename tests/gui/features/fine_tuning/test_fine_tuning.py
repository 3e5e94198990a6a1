"""Fine-tuning in the window: from a folder of sounds to a model that the project is made with."""

import csv
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests.gui.support.dialogs import rejected_at_the_end
from yamnet_gui.fine_tuning import (
    Advice,
    DataWarning,
    DoubtfulLabel,
    Drift,
    FinetuneProgress,
    Outcome,
    WayFigures,
)
from yamnet_gui.gui.features.fine_tuning.choice_page import FOLDER, ChoicePage
from yamnet_gui.gui.features.fine_tuning.dialog import (
    CHOOSING,
    FINISHED,
    TRAINING,
    FinetuneDialog,
)
from yamnet_gui.gui.features.fine_tuning.feature import FinetuneFeature
from yamnet_gui.gui.widgets.notices import Notice
from yamnet_gui.gui.workbench import Workbench
from yamnet_gui.yamnet import EpochFigures
from yamnet_gui.yamnet.model_library import listed_models

Start = Callable[..., Workbench]
Settled = Callable[[Workbench], None]


def write_sounds(folder: Path, each: int = 6) -> Path:
    """Tones and noises, in a folder for each."""
    rng = np.random.default_rng(3)
    time = np.arange(16_000) / 16_000
    for label in ("tone", "noise"):
        (folder / label).mkdir(parents=True)
        for number in range(each):
            if label == "tone":
                sound = 0.4 * np.sin(2 * np.pi * (400 + 90 * number) * time)
            else:
                sound = 0.2 * rng.standard_normal(len(time))
            soundfile.write(folder / label / f"{label}{number}.wav", sound, 16_000)
    return folder


def opened(bench: Workbench, qtbot: QtBot) -> FinetuneDialog:
    bench.shell.window.actions_by_id["finetune"].trigger()
    dialog = next(one for one in QApplication.topLevelWidgets() if isinstance(one, FinetuneDialog))
    return rejected_at_the_end(qtbot, dialog)


@pytest.mark.workflow
def test_the_whole_way_from_a_folder_of_sounds_to_events_of_the_new_classes(
    bench: Workbench, settled: Settled, qtbot: QtBot, tmp_path: Path
) -> None:
    dialog = opened(bench, qtbot)
    page = dialog.choice
    qtbot.waitUntil(lambda: "accept some events" in page.problems.text())
    assert page.problems.text().startswith("This project: has no accepted events")
    assert not dialog.start.isEnabled()
    page.passes.setValue(3)
    page.keep.setChecked(False)
    page.several.setChecked(False)
    page.title.setText("tones")
    page.set_path(FOLDER, write_sounds(tmp_path / "sounds"))
    qtbot.waitUntil(dialog.start.isEnabled, timeout=30_000)
    assert len(page.table.model().sourceModel().rows) == 2
    assert "12 recordings" in page.estimate.text()
    assert "Fewer than 10 examples of noise, tone" in page.problems.text()
    dialog.start.click()
    assert dialog.page == TRAINING
    qtbot.waitUntil(lambda: dialog.page != TRAINING, timeout=240_000)
    assert dialog.page == FINISHED, page.problems.text()
    assert dialog.outcome.advice.text()
    (listed,) = listed_models()
    assert listed.file is not None
    assert listed.file.name == "tones"
    assert not list((listed.path.parent / "unfinished").glob("*.h5"))
    dialog.use.click()
    settled(bench)
    names = bench.session.class_map.value.names
    assert set(names) == {"tone", "noise"}
    assert bench.session.document.model.name == "tones"
    assert bench.session.document.scores.class_count == 2


@pytest.mark.workflow
def test_training_that_is_cancelled_leaves_no_process_and_no_model(
    bench: Workbench, settled: Settled, qtbot: QtBot, tmp_path: Path
) -> None:
    import multiprocessing

    dialog = opened(bench, qtbot)
    dialog.choice.set_path(FOLDER, write_sounds(tmp_path / "sounds"))
    qtbot.waitUntil(dialog.start.isEnabled, timeout=30_000)
    dialog.choice.title.setText("a/b")
    dialog.start.click()
    assert dialog.page == CHOOSING
    assert "a name without" in dialog.choice.problems.text()
    dialog.choice.title.setText("tones")
    dialog.start.click()
    qtbot.waitUntil(lambda: bool(multiprocessing.active_children()), timeout=30_000)
    dialog.cancel.click()
    assert dialog.page == CHOOSING
    qtbot.waitUntil(lambda: not multiprocessing.active_children(), timeout=30_000)
    assert listed_models() == []


@pytest.mark.workflow
def test_training_goes_on_when_its_dialog_is_closed_and_is_found_again(
    bench: Workbench, qtbot: QtBot, tmp_path: Path
) -> None:
    import multiprocessing

    dialog = opened(bench, qtbot)
    dialog.choice.set_path(FOLDER, write_sounds(tmp_path / "sounds"))
    dialog.choice.title.setText("tones")
    qtbot.waitUntil(dialog.start.isEnabled, timeout=30_000)
    dialog.start.click()
    qtbot.waitUntil(lambda: bool(multiprocessing.active_children()), timeout=30_000)
    dialog.close()
    assert not dialog.isVisible()
    assert multiprocessing.active_children()

    def said() -> list[Notice]:
        going_on = "Training of tones goes on in the background"
        return [n for n in bench.shell.notices.notices if n.text.startswith(going_on)]

    (notice,) = said()
    show, _cancel = notice.buttons
    show.click()
    assert dialog.isVisible()
    assert dialog.page == TRAINING
    assert not said()
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    assert not dialog.isVisible()
    (notice,) = said()
    _show, cancel = notice.buttons
    cancel.click()
    qtbot.waitUntil(lambda: not multiprocessing.active_children(), timeout=30_000)
    assert opened(bench, qtbot).page == CHOOSING


@pytest.mark.workflow
def test_data_that_cannot_be_used_are_refused_in_words(
    bench: Workbench, qtbot: QtBot, tmp_path: Path
) -> None:
    dialog = opened(bench, qtbot)
    empty = tmp_path / "empty"
    empty.mkdir()
    dialog.choice.set_path(FOLDER, empty)
    qtbot.waitUntil(lambda: "holds no labelled sound" in dialog.choice.problems.text())
    assert not dialog.start.isEnabled()
    shutil.rmtree(empty)


def outcome() -> Outcome:
    ways = tuple(
        WayFigures(way, 0.9, (0.8, 0.95), 0.88, (0.8, 0.93), ()) for way in ("frozen", "fine-tuned")
    )
    advice = Advice("frozen", "Use the classifier.", -0.01, (-0.05, 0.03), False)
    return Outcome(
        file=None,
        identity="",
        curves=(),
        best_epoch=2,
        ways=ways,
        advice=advice,
        drift=Drift(0.02, 0.001, 0.0, 40, 0.1),
        warnings=(DataWarning("alike", "“a” and “b” cannot be told apart."),),
        doubtful=(DoubtfulLabel(Path("/x/one.wav"), 1.5, 2.5, "a", None, 0.1, 0.8),),
        card="",
    )


def test_the_dialog_shows_curves_comparison_and_doubtful_labels(qtbot: QtBot) -> None:
    dialog = rejected_at_the_end(qtbot, FinetuneDialog())
    dialog.show()
    dialog.show_training()
    assert not dialog.stop.isEnabled()
    nan = float("nan")
    for number in (1, 2):
        figures = EpochFigures(number, 0.5 / number, nan, 0.4 * number, 1e-3)
        step = FinetuneProgress("training", 0.3, "pass", 75.0, figures, number)
        dialog.show_progress(step)
    assert dialog.stop.isEnabled()
    assert "1 min 15 s left" in dialog.text.text()
    assert "best pass 2" in dialog.curves.accessibleDescription()
    dialog.curves.grab()
    with qtbot.waitSignal(dialog.stop_requested):
        dialog.stop.click()
    dialog.show_progress(FinetuneProgress("training", 0.4, "pass", None, None, 2))
    assert not dialog.stop.isEnabled()
    dialog.show_outcome(outcome(), None)
    assert dialog.outcome.advice.text() == "Use the classifier."
    assert "0.80 to 0.93" in dialog.outcome.ways.csv()
    assert "cannot be told apart" in dialog.outcome.warnings.text()
    table = dialog.outcome.doubtful
    assert "one.wav" in table.csv()
    table.choose(0)
    with qtbot.waitSignal(dialog.outcome.listen_requested) as heard:
        table.doubleClicked.emit(table.currentIndex())
    assert heard.args[0].start_s == 1.5
    dialog.show_choice()


@pytest.mark.slow
@pytest.mark.weights
@pytest.mark.reference
def test_the_whole_way_with_real_recordings(
    start: Start,
    settled: Settled,
    sound_file: Path,
    own_folder: Path,
    weights_file: Path,
    reference: Path,
    qtbot: QtBot,
    tmp_path: Path,
) -> None:
    clips = reference / "audio" / "clips"
    with (clips / "clips.csv").open(newline="") as table:
        rows = list(csv.DictReader(table))
    wanted = sorted({row["category"] for row in rows})[:4]
    for row in rows:
        if row["category"] in wanted:
            folder = tmp_path / "clips" / row["category"]
            folder.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(clips / row["file"], folder / row["file"])
    bench = start(sound_file, weights=weights_file)
    settled(bench)
    dialog = opened(bench, qtbot)
    page = dialog.choice
    page.passes.setValue(4)
    page.same_source.setEditText(r"^\d+-(\d+)-")
    page.title.setText("clips")
    page.set_path(FOLDER, tmp_path / "clips")
    qtbot.waitUntil(dialog.start.isEnabled, timeout=60_000)
    dialog.start.click()
    qtbot.waitUntil(lambda: dialog.page != TRAINING, timeout=600_000)
    assert dialog.page == FINISHED, page.problems.text()
    assert "exactly what they were" in dialog.outcome.drift.text()
    assert "Fine-tuned model" in dialog.outcome.ways.csv()
    dialog.use.click()
    settled(bench)
    assert bench.session.class_map.model_count == 521 + 4
    assert bench.session.document.model.name == "clips"


@pytest.mark.workflow
def test_the_click_on_train_that_leaves_an_edited_field_trains(
    bench: Workbench, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dialog = opened(bench, qtbot)
    trained: list[int] = []
    monkeypatch.setattr(dialog, "show_training", lambda: trained.append(1))
    runner = bench.feature(FinetuneFeature)._runner
    monkeypatch.setattr(runner, "submit", lambda _job, **_calls: None)
    dialog.choice.set_path(FOLDER, write_sounds(tmp_path / "sounds"))
    qtbot.waitUntil(dialog.start.isEnabled, timeout=30_000)
    line = dialog.choice.passes.lineEdit()
    line.setFocus()
    line.selectAll()
    qtbot.keyClicks(line, "7")
    dialog.start.setFocus()  # as pressing the mouse button there does
    qtbot.mouseClick(dialog.start, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: bool(trained), timeout=30_000)
    assert dialog.choice.settings.epochs == 7


def test_originals_are_chosen_in_words_or_by_a_pattern(qtbot: QtBot) -> None:
    page = ChoicePage()
    qtbot.addWidget(page)
    assert page.choice.same_source == ""
    page.same_source.setCurrentIndex(1)
    assert page.choice.same_source == "^([^_]+)_"
    page.same_source.setEditText(r"^\d+-(\d+)-")
    assert page.choice.same_source == r"^\d+-(\d+)-"


def test_an_interval_without_any_spread_is_not_called_certain(qtbot: QtBot) -> None:
    dialog = rejected_at_the_end(qtbot, FinetuneDialog())
    figures = WayFigures("frozen", 1.0, (0.34, 1.0), 1.0, (1.0, 1.0), ())
    dialog.show_outcome(replace(outcome(), ways=(figures,)), None)
    assert "not known" in dialog.outcome.ways.csv()
    assert "1.00 to 1.00" not in dialog.outcome.ways.csv()


def test_fields_above_and_below_the_table_begin_at_one_edge(qtbot: QtBot) -> None:
    page = ChoicePage()
    qtbot.addWidget(page)
    page.show()
    qtbot.waitExposed(page)
    assert page.same_source.x() == page.layers.x() == page.title.x() == page.passes.x()
