"""The demo shows everything at once: offline, without weights, with what came with it."""

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from yamnet_gui.analysis import Analysis
from yamnet_gui.gui.features.custom_classes.feature import TrainingFeature
from yamnet_gui.gui.features.dataset.all_events import AllEvents
from yamnet_gui.gui.features.dataset.feature import DatasetFeature
from yamnet_gui.gui.features.embedding_map.feature import EmbeddingMap
from yamnet_gui.gui.features.quality.stability import StabilityFeature
from yamnet_gui.gui.features.similarity.feature import SimilarSounds
from yamnet_gui.gui.jobs.demo import demo_analysis, demo_recording, is_demo
from yamnet_gui.gui.panels.recording_table_model import EVENTS, STATE
from yamnet_gui.gui.state.document import AnalysisState
from yamnet_gui.gui.workbench import Workbench

pytestmark = pytest.mark.workflow
Start = Callable[..., Workbench]
Settled = Callable[[Workbench], None]


@pytest.fixture
def demo(start: Start, settled: Settled) -> Workbench:
    bench = start("demo")
    bench.session.settings.set("autoplay", False)
    settled(bench)
    return bench


def events_of(bench: Workbench, label: str) -> list[str]:
    return [event.id for event in bench.session.document.events if event.label == label]


def do(bench: Workbench, action: str, settled: Settled) -> None:
    bench.shell.window.actions_by_id[action].trigger()
    settled(bench)


def test_until_the_events_of_stored_scores_are_there_nothing_says_that_there_are_none(
    start: Start, settled: Settled
) -> None:
    bench = start("demo")
    said: set[tuple[str, str, str]] = set()

    def note() -> None:
        panel, path = bench.shell.events, bench.services.recording.path
        row = bench.shell.recordings.model.row_of(path) if path is not None else None
        if bench.session.document.state is AnalysisState.COMPLETE and row is not None:
            state = bench.shell.recordings.model.index(row, STATE).data()
            text = panel.empty.text() if panel.empty.isVisibleTo(panel) else ""
            said.add((text, panel.count.text(), state))

    document = bench.session.document
    document.scores_changed.connect(note)
    document.loading_changed.connect(note)
    settled(bench)
    note()
    count = len(document.shown.events)
    texts = {(text, counted) for text, counted, _state in said}
    assert texts == {("Loading events…", "loading events…"), ("", f"{count} events")}
    assert {state for _text, _counted, state in said} <= {"", "analysed"}


def test_the_list_of_recordings_counts_the_events_that_the_table_lists(
    demo: Workbench, settled: Settled
) -> None:
    recordings = demo.shell.recordings.model
    cell = recordings.index(recordings.row_of(demo.services.recording.path), EVENTS)
    first = len(demo.shell.events.shown_ids)
    assert cell.data() == str(first)
    demo.services.projects.store_detections()
    demo.session.rules.set_threshold(None, 0.6)
    settled(demo)
    demo.feature(DatasetFeature).count()  # what is stored is another number
    settled(demo)
    assert cell.data() == str(len(demo.shell.events.shown_ids)) != str(first)


def test_similar_sounds_are_found(demo: Workbench, settled: Settled) -> None:
    crickets = events_of(demo, "Cricket")
    demo.session.selection.select(crickets[:1])
    do(demo, "find_similar", settled)
    hits = demo.feature(SimilarSounds).similar.hits
    assert len(hits) > 20
    assert 80 < hits[0].place.span.start_s < 90  # the crickets


def test_every_event_has_its_stability(demo: Workbench, settled: Settled) -> None:
    do(demo, "stability_all", settled)
    spreads = demo.feature(StabilityFeature).stabilities.spreads
    assert set(spreads) == set(demo.shell.events.shown_ids)
    assert 0 < max(spreads.values()) <= 1


def test_an_event_that_was_moved_needs_weights_and_a_button_gets_them(
    demo: Workbench, settled: Settled
) -> None:
    event = demo.session.document.events.get(events_of(demo, "Siren")[0])
    assert event is not None
    demo.feature(StabilityFeature).check([event.moved(event.onset_s + 0.3, event.offset_s)])
    (notice,) = demo.shell.notices.notices
    assert "not installed" in notice.text
    assert "`" not in notice.text
    assert [button.text() for button in notice.buttons] == ["Get weights…"]


def test_all_events_lists_those_of_the_open_recording(demo: Workbench, settled: Settled) -> None:
    demo.shell.window.show_panel("all events")
    settled(demo)
    shown = demo.feature(AllEvents).panel.model.rowCount()
    assert shown == len(demo.session.document.shown.events)


def test_the_map_has_a_point_for_every_frame(demo: Workbench, settled: Settled) -> None:
    do(demo, "map", settled)
    frames = demo.session.embeddings.frames()
    assert frames is not None
    feature = demo.feature(EmbeddingMap)
    feature.panel.what.setCurrentIndex(feature.panel.what.findData("frames"))
    settled(demo)
    assert feature.panel.plot.count == frames.live > 200


def test_a_class_is_trained(demo: Workbench, settled: Settled, qtbot: QtBot) -> None:
    for label, action in (("Speech", "accept"), ("Siren", "reject"), ("Music", "reject")):
        for event_id in events_of(demo, label):
            demo.session.selection.select([event_id])
            do(demo, action, settled)
    do(demo, "teach", settled)
    panel = demo.feature(TrainingFeature).panel
    panel.tick(["Speech"], "Talk")
    qtbot.mouseClick(panel.train, Qt.MouseButton.LeftButton)
    settled(demo)
    assert len(demo.session.custom_classes.classes) == 1
    assert demo.session.custom_classes.classes[0].classifier is not None


def test_with_its_own_weights_the_demo_is_analysed_so_that_a_closer_look_is_stored(
    start: Start, settled: Settled, tiny_weights: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench = start(weights=tiny_weights)
    settled(bench)
    sha256 = bench.services.weights.model().sha256
    module = "yamnet_gui.gui.controllers.automatic.initial_analysis.demo_analysis"
    monkeypatch.setattr(module, lambda info: replace(demo_analysis(info), model_sha256=sha256))
    results: list[Analysis] = []
    bench.services.analysis.analysed.connect(results.append)
    bench.open_demo()
    settled(bench)
    assert [result.folder is not None for result in results] == [True]


def test_the_demo_of_another_installation_needs_no_message(
    start: Start, settled: Settled, tmp_path: Path
) -> None:
    bench = start()
    elsewhere = Path(shutil.copy(demo_recording(), tmp_path))
    bench.open(elsewhere)
    settled(bench)
    elsewhere.unlink()
    bench.open_demo()
    settled(bench)
    assert bench.session.document.recording is not None
    assert is_demo(bench.session.document.recording.info.path)
    assert not [n.text for n in bench.shell.notices.notices if "recognised" in n.text]


def test_with_weights_of_ones_own_the_demo_is_analysed(
    start: Start, settled: Settled, tiny_weights: Path
) -> None:
    bench = start("demo", weights=tiny_weights)
    settled(bench)
    recording = bench.session.document.recording
    assert recording is not None
    assert bench.session.document.state is AnalysisState.COMPLETE
    stored = demo_analysis(recording.info).model_sha256
    assert bench.session.document.model.sha256 not in ("", stored)
