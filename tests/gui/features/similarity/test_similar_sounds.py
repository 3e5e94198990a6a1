"""Find similar: from an event, a span or a file to decisions in the project."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from tests.gui.support.answers import answer_questions
from tests.gui.support.calls import CALLS_S, LENGTH_S
from yamnet_gui.core.events import Event, EventSource, ReviewState
from yamnet_gui.core.spans import TimeSpan
from yamnet_gui.gui.controllers.navigation import Destination
from yamnet_gui.gui.dialogs.class_picker import LabelChoice
from yamnet_gui.gui.features.similarity.feature import SimilarSounds
from yamnet_gui.gui.features.similarity.hits import ListKind
from yamnet_gui.gui.workbench import Workbench
from yamnet_gui.labels.project import add_events

pytestmark = pytest.mark.workflow

Start = Callable[..., Workbench]
Settled = Callable[[Workbench], None]
ACCEPTED, REJECTED = ReviewState.ACCEPTED, ReviewState.REJECTED


@pytest.fixture
def bench(
    qtbot: QtBot, start: Start, settled: Settled, calls_project: Path, tiny_weights: Path
) -> Workbench:
    """A window with an analysed recording of calls, in a project with another such recording."""
    bench = start(calls_project, weights=tiny_weights)
    bench.session.settings.set("autoplay", False)
    settled(bench)
    answer_questions(
        bench, lambda _title, _used: LabelChoice("Owl of mine"), lambda _question, _verb: True
    )
    bench.shell.window.activateWindow()
    qtbot.waitUntil(bench.shell.window.isActiveWindow)
    return bench


def finding(bench: Workbench) -> SimilarSounds:
    return next(f for f in bench.features if isinstance(f, SimilarSounds))


def find_from_call(bench: Workbench, settled: Settled, call: int = 1) -> SimilarSounds:
    onset = CALLS_S[call]
    bench.session.timeline.set_selection(TimeSpan(onset, onset + LENGTH_S))
    bench.shell.window.actions_by_id["find_similar"].trigger()
    settled(bench)
    return finding(bench)


def is_call(start_s: float, end_s: float) -> bool:
    return any(start_s < onset + LENGTH_S and onset < end_s for onset in CALLS_S)


def test_the_best_matches_are_calls_of_all_recordings(bench: Workbench, settled: Settled):
    feature = find_from_call(bench, settled)
    hits = finding(bench).similar.hits
    assert feature.panel.isVisible()
    assert feature.panel.row == 0
    best = hits[:10]
    # random weights hear only roughly what is alike; half of the sounds are calls
    assert sum(is_call(h.place.span.start_s, h.place.span.end_s) for h in best) >= 8
    assert {Path(h.place.path).name for h in best} == {"calls.wav", "second.wav"}
    assert [h.score for h in hits] == sorted((h.score for h in hits), reverse=True)
    queried = TimeSpan(CALLS_S[1], CALLS_S[1] + LENGTH_S)
    assert not any(
        h.place.span.overlaps(queried) and Path(h.place.path).name == "calls.wav" for h in best
    )


def test_accepting_by_key_makes_events_that_can_be_undone(
    bench: Workbench, settled: Settled, qtbot: QtBot
):
    feature = find_from_call(bench, settled)
    table = feature.panel.table
    table.setFocus()
    first, second = finding(bench).similar.hits[:2]
    qtbot.keyClick(table, Qt.Key.Key_A)
    assert feature.panel.row == 1
    qtbot.keyClick(table, Qt.Key.Key_R)
    hits = finding(bench).similar.hits
    assert [h.state for h in hits[:2]] == [ACCEPTED, REJECTED]
    project = bench.session.project.project
    for place, state, event_id in (
        (first.place, ACCEPTED, hits[0].event_id),
        (second.place, REJECTED, hits[1].event_id),
    ):
        event = project.events.get(place.recording, event_id).event
        assert (event.label, event.state) == ("Owl of mine", state)
        assert event.onset_s == pytest.approx(place.span.start_s)
    assert "1 of 2 were right" in feature.panel.progress.text()
    bench.shell.window.actions_by_id["undo"].trigger()
    assert finding(bench).similar.hits[1].state is ReviewState.UNREVIEWED
    assert project.events.get(second.place.recording, hits[1].event_id) is None
    bench.shell.window.actions_by_id["redo"].trigger()
    assert finding(bench).similar.hits[1].state is REJECTED


def test_a_decision_can_be_undone_in_the_list(bench: Workbench, settled: Settled, qtbot: QtBot):
    feature = find_from_call(bench, settled)
    table = feature.panel.table
    qtbot.keyClick(table, Qt.Key.Key_A)
    hit = finding(bench).similar.hits[0]
    feature.panel.select_row(0)
    qtbot.keyClick(table, Qt.Key.Key_Backspace)
    assert finding(bench).similar.hits[0].state is ReviewState.UNREVIEWED
    assert bench.session.project.project.events.get(hit.place.recording, hit.event_id) is None


def test_a_selected_event_lends_its_class_and_events_are_decided_in_place(
    bench: Workbench, settled: Settled
):
    events = [
        Event(f"e{k}", CALLS_S[k], CALLS_S[k] + LENGTH_S, "Bird", 106, source=EventSource.IMPORTED)
        for k in (1, 4)
    ]
    bench.session.project.apply(add_events(bench.session.project.recording_id, events))
    bench.session.selection.select(("e1",))
    bench.shell.window.actions_by_id["find_similar"].trigger()
    settled(bench)
    assert finding(bench).similar.label.label == "Bird"
    row = next(
        r
        for r, h in enumerate(finding(bench).similar.hits)
        if bench.services.navigation.is_open(Destination.of_place(h.place))
        and h.place.span.overlaps(events[1].span)
    )
    before = len(bench.session.document.events)
    finding(bench).decide(row, ACCEPTED)
    assert finding(bench).similar.hits[row].event_id == "e4"
    assert bench.session.document.events.get("e4").state is ACCEPTED
    assert len(bench.session.document.events) == before


def test_more_like_this_and_not_this_refine_the_search(
    bench: Workbench, settled: Settled, qtbot: QtBot
):
    feature = find_from_call(bench, settled)
    table = feature.panel.table
    examples = (
        finding(bench).similar.hits[0].place,
        finding(bench).similar.hits[-1].place,
    )
    qtbot.keyClick(table, Qt.Key.Key_Plus)
    settled(bench)
    assert len(finding(bench).similar.positives) == 2
    feature.search.refine(len(finding(bench).similar.hits) - 1, False)
    settled(bench)
    assert len(finding(bench).similar.negatives) == 1
    shown = [h.place for h in finding(bench).similar.hits]
    assert examples[0] not in shown
    assert "unlike 1 other" in feature.panel.title.text()


def test_a_hit_in_another_recording_is_opened_there(
    bench: Workbench, settled: Settled, qtbot: QtBot, calls_project: Path
):
    feature = find_from_call(bench, settled)
    row = next(
        r
        for r, h in enumerate(finding(bench).similar.hits)
        if Path(h.place.path).name == "second.wav"
    )
    hit = finding(bench).similar.hits[row]
    feature.play(row)
    assert bench.services.audition.path == calls_project.with_name("second.wav")
    assert bench.session.document.recording.info.path.name == "calls.wav"
    feature.panel.select_row(row)
    qtbot.keyClick(feature.panel.table, Qt.Key.Key_Return)
    settled(bench)
    assert bench.session.document.recording.info.path.name == "second.wav"
    assert bench.session.timeline.selection == hit.place.span
    assert bench.session.timeline.cursor_s == pytest.approx(hit.place.span.start_s)


def test_a_file_from_outside_is_an_example(bench: Workbench, settled: Settled, tmp_path: Path):
    sound, rate = soundfile.read(tmp_path / "calls.wav")
    first = round(CALLS_S[3] * rate)
    soundfile.write(tmp_path / "example.wav", sound[first : first + round(LENGTH_S * rate)], rate)
    finding(bench).search.search_like(tmp_path / "example.wav")
    settled(bench)
    heard = bench.session.embeddings.frames().span_at(finding(bench).similar.hits[0].row)
    assert is_call(heard.start_s, heard.end_s)
    assert "example.wav" in finding(bench).panel.title.text()


def test_near_duplicates_are_listed(bench: Workbench, settled: Settled, tmp_path: Path):
    sound, rate = soundfile.read(tmp_path / "calls.wav")
    late = np.concatenate([np.zeros(round(4.8 * rate)), sound * 0.9])
    soundfile.write(tmp_path / "copy.wav", late, rate)
    bench.open(tmp_path / "copy.wav")
    settled(bench)
    bench.open(tmp_path / "calls.wav")
    settled(bench)
    bench.shell.window.actions_by_id["near_duplicates"].trigger()
    settled(bench)
    assert finding(bench).similar.kind is ListKind.DUPLICATES
    assert Path(finding(bench).similar.hits[0].place.path).name == "copy.wav"
    assert finding(bench).similar.hits[0].place.span.start_s == pytest.approx(4.8, abs=0.5)


def test_a_message_shows_what_to_select_first(bench: Workbench, settled: Settled):
    bench.services.event_navigation.clear_selection()
    bench.shell.window.actions_by_id["find_similar"].trigger()
    settled(bench)
    assert "Select" in bench.shell.status.message.text()
    assert not finding(bench).similar.hits
