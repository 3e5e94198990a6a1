"""Review as users do it: by keys, with every decision in the project at once."""

import csv
import shutil
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton, QToolButton
from pytestqt.qtbot import QtBot

from tests.gui.support.answers import answer_questions
from tests.gui.support.mouse import click, drag, mouse, place
from yamnet_gui.core.errors import ProjectError
from yamnet_gui.core.events import Event, EventSource, Original, ReviewState
from yamnet_gui.core.scores import FrameGrid, ScoreTable
from yamnet_gui.core.spans import Box, TimeSpan
from yamnet_gui.detection import FORMER, preset
from yamnet_gui.gui.dialogs import questions
from yamnet_gui.gui.dialogs.class_picker import LabelChoice
from yamnet_gui.gui.features.export.feature import shown_labels
from yamnet_gui.gui.features.rules import rules_persistence
from yamnet_gui.gui.jobs.project import CountJob
from yamnet_gui.gui.panels.event_columns import EventColumn
from yamnet_gui.gui.panels.event_table_model import EVENT_ROLE
from yamnet_gui.gui.panels.recording_table_model import STATE
from yamnet_gui.gui.state.project import StorageMode
from yamnet_gui.gui.state.score_buffer import ScoreBuffer
from yamnet_gui.gui.tracks.track import Track
from yamnet_gui.gui.workbench import Workbench
from yamnet_gui.labels.formats import write_labels
from yamnet_gui.labels.project import Project, is_negative, personal_project_path

pytestmark = pytest.mark.workflow

Start = Callable[..., Workbench]
Settled = Callable[[Workbench], None]
SPEECH, DOG, BIRD = 0, 69, 106
ACCEPTED, REJECTED = ReviewState.ACCEPTED, ReviewState.REJECTED
UNCERTAIN, UNREVIEWED = ReviewState.UNCERTAIN, ReviewState.UNREVIEWED
FRAMES = {1: (DOG, 0.9), 6: (DOG, 0.5), 10: (SPEECH, 0.8), 14: (DOG, 0.7), 18: (BIRD, 0.6)}


def score(bench: Workbench) -> None:
    """Five detections at known places: dog, dog, speech, dog, bird."""
    scores = np.full((24, len(bench.session.class_map.value)), 0.001, np.float32)
    for frame, (index, value) in FRAMES.items():
        scores[frame, index] = value
        scores[frame, SPEECH if index != SPEECH else BIRD] = 0.1
    table = ScoreTable(FrameGrid(24, 12.0), scores)
    bench.session.document.set_scores((ScoreBuffer.of_table(table),))


@pytest.fixture
def opened(
    qtbot: QtBot,
    start: Start,
    settled: Settled,
    sound_file: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Callable[[], Workbench]:
    """Opens the recording with its five detections in a window of its own.

    The rules are those of projects of version 0.1: today's would merge the first two dogs.
    """
    monkeypatch.setattr(rules_persistence, "unchanged", lambda _id, tree: preset(FORMER, tree))

    def make() -> Workbench:
        bench = start(sound_file)
        bench.session.settings.set("autoplay", False)
        bench.session.settings.set("reviewer", "Anna")
        settled(bench)
        score(bench)
        settled(bench)
        bench.shell.window.activateWindow()
        qtbot.waitUntil(bench.shell.window.isActiveWindow)
        return bench

    return make


@pytest.fixture
def bench(opened: Callable[[], Workbench]) -> Workbench:
    bench = opened()
    agree(bench)
    assert [e.label for e in bench.session.document.events] == [
        "Dog",
        "Dog",
        "Speech",
        "Dog",
        "Bird",
    ]
    return bench


def press(bench: Workbench, *keys: Qt.Key | str) -> None:
    """Types keys into the window and looks after each whether all parts agree."""
    shift = Qt.KeyboardModifier.ShiftModifier
    for key in keys:
        if isinstance(key, Qt.Key):
            QTest.keyClick(bench.shell.window, key)
        elif key.startswith("shift+"):
            QTest.keyClick(bench.shell.window, getattr(Qt.Key, f"Key_{key[6:].upper()}"), shift)
        elif key in ("undo", "redo"):
            control = Qt.KeyboardModifier.ControlModifier
            QTest.keyClick(
                bench.shell.window, Qt.Key.Key_Z, control if key == "undo" else control | shift
            )
        else:
            name = "Slash" if key == "/" else key.upper()
            QTest.keyClick(bench.shell.window, getattr(Qt.Key, f"Key_{name}"))
        agree(bench)


def agree(bench: Workbench) -> None:
    """Table, timeline and project agree."""
    events = bench.session.document.events
    model = bench.shell.events.model
    rows = [model.index(r, 0).data(EVENT_ROLE) for r in range(model.rowCount())]
    assert rows == list(events)
    assert list(bench.shell.tracks.events._layer._lanes.events) == list(events)
    project, recording = bench.session.project.project, bench.session.project.recording_id
    assert project is not None
    stored = project.events.of(recording)
    assert {e for e in events if e.touched} == {e for e in stored if e.touched}
    for event in project.events.deleted(recording):
        assert event.id not in events


def states(bench: Workbench) -> list[ReviewState]:
    return [e.state for e in bench.session.document.events if not is_negative(e)]


def current(bench: Workbench) -> Event:
    event = bench.services.event_navigation.current
    assert event is not None
    return event


def answer(bench: Workbench, label: str = "", yes: bool = True) -> list[str]:
    """Answers questions in place of the user; returns what was asked."""
    asked: list[str] = []

    def label_of(title: str, used: Sequence[str]) -> LabelChoice | None:
        asked.append(title)
        name = label or (used[0] if used else "")
        match = bench.session.class_map.value.find(name)
        if match is None:
            return LabelChoice(name) if name else None
        return LabelChoice(match.name, match.index, match.mid)

    def confirm(question: str, _verb: str) -> bool:
        asked.append(question)
        return yes

    answer_questions(bench, label_of, confirm)
    return asked


def test_keys_alone_review_a_list(bench: Workbench) -> None:
    press(bench, "n", "a", "r", "u", "a")
    assert states(bench) == [ACCEPTED, REJECTED, UNCERTAIN, ACCEPTED, UNREVIEWED]
    assert current(bench).label == "Bird"
    press(bench, "a")
    assert states(bench)[-1] is ACCEPTED
    assert all(e.reviewer == "Anna" and e.reviewed_utc for e in bench.session.document.events)
    press(bench, "p", Qt.Key.Key_Backspace)
    assert states(bench) == [ACCEPTED, REJECTED, UNCERTAIN, UNREVIEWED, ACCEPTED]
    press(bench, "n", "shift+n")
    assert current(bench).state is UNREVIEWED


def test_every_step_is_undone_and_done_again_with_its_name(bench: Workbench) -> None:
    before = bench.session.document.events
    answer(bench, "Cat")
    undo = bench.shell.window.actions_by_id["undo"]
    redo = bench.shell.window.actions_by_id["redo"]
    assert not undo.isEnabled()
    press(bench, "n", "a")
    assert undo.text() == "&Undo accept Dog"
    press(bench, "3", "p", "m", "n", Qt.Key.Key_Delete, "/")
    bench.session.timeline.set_selection(TimeSpan(10.0, 11.0))
    press(bench, "d")
    bench.services.transport.seek(10.5)
    press(bench, "s", "i")
    bench.services.review.labels.set_note(current(bench).id, "behind the wall")
    after = bench.session.document.events
    steps = 0
    while undo.isEnabled():
        press(bench, "undo")
        steps += 1
        assert steps < 30
    assert bench.session.document.events == before
    assert redo.text() == "&Redo accept Dog"
    for _ in range(steps):
        press(bench, "redo")
    assert bench.session.document.events == after
    assert not redo.isEnabled()


def test_a_restart_keeps_decisions_and_can_undo_them(
    opened: Callable[[], Workbench], settled: Settled
) -> None:
    first = opened()
    press(first, "n", "a", "r", Qt.Key.Key_Delete)
    events = first.session.document.events
    first.shell.window.close()
    second = opened()
    assert second.session.document.events == events
    answer_questions(second)  # yes: it is undone though it was done before this session
    press(second, "undo")
    assert [e.label for e in second.session.document.events] == [
        "Dog",
        "Dog",
        "Speech",
        "Dog",
        "Bird",
    ]
    press(second, "undo", "undo")
    assert states(second) == [UNREVIEWED] * 5


def test_decisions_are_shown_before_anything_is_analysed(
    opened: Callable[[], Workbench], start: Start, settled: Settled, sound_file: Path
) -> None:
    first = opened()
    press(first, "n", "a")
    first.shell.window.close()
    second = start(sound_file)
    settled(second)
    assert states(second) == [ACCEPTED] + [UNREVIEWED] * 4


def test_a_moved_recording_comes_with_its_decisions(
    opened: Callable[[], Workbench], start: Start, settled: Settled, sound_file: Path
) -> None:
    first = opened()
    press(first, "n", "a")
    first.shell.window.close()
    moved = sound_file.parent / "elsewhere" / "renamed.wav"
    moved.parent.mkdir()
    shutil.move(sound_file, moved)
    second = start(moved)
    settled(second)
    assert states(second) == [ACCEPTED] + [UNREVIEWED] * 4
    assert any("recognised by its content" in n.text for n in second.shell.notices.notices)


def test_a_threshold_never_alters_what_was_touched(
    qtbot: QtBot, bench: Workbench, settled: Settled
) -> None:
    press(bench, "n", "a", "r")
    bench.services.review.labels.set_note(bench.session.document.events.events[2].id, "a note")
    press(bench, "n", Qt.Key.Key_Delete)
    touched = {e for e in bench.session.document.events if e.touched}
    for value in (0.95, 0.02, 0.55, 0.3):
        bench.session.rules.set_threshold(None, value)
        settled(bench)
        agree(bench)
        assert {e for e in bench.session.document.events if e.touched} == touched
    bench.session.rules.set_threshold(None, 0.95)
    settled(bench)
    assert set(bench.session.document.events) == touched


def test_a_deleted_detection_does_not_come_back(bench: Workbench, settled: Settled) -> None:
    press(bench, "n", Qt.Key.Key_Delete)
    assert len(bench.session.document.events) == 4
    bench.session.rules.set_threshold(None, 0.25)
    settled(bench)
    assert not [e for e in bench.session.document.events if e.onset_s < 2.0 and e.label == "Dog"]


def test_a_digit_gives_the_label_beside_it_in_the_inspector(
    bench: Workbench, settled: Settled
) -> None:
    press(bench, "n")
    rows = bench.shell.inspector.span_bars.rows
    assert [row.key for row in rows] == list("123456789")
    assert [row.name for row in rows[:2]] == ["Dog", "Speech"]
    event_id = current(bench).id
    press(bench, "2")
    event = bench.session.document.events.get(event_id)
    assert event is not None
    assert current(bench).onset_s > event.onset_s  # as after accepting
    assert (event.label, event.class_index) == ("Speech", SPEECH)
    assert (event.state, event.source) == (ACCEPTED, EventSource.EDITED)
    assert event.original is not None
    assert event.original.label == "Dog"
    left = [e for e in bench.session.document.events if is_negative(e)]
    assert [(e.label, e.state) for e in left] == [("Dog", REJECTED)]
    recordings = bench.shell.recordings.model
    row = recordings.row_of(bench.services.recording.path)
    total = len(bench.session.document.shown.counted) - 1
    assert recordings.index(row, STATE).data() == "1 reviewed"
    tip = recordings.index(row, STATE).data(Qt.ItemDataRole.ToolTipRole)
    for part in (f"1 of {total} events reviewed", "1 former label of corrected events"):
        assert part in tip
    bench.services.projects.store_detections()  # as where the recording is left
    settled(bench)
    ((counted,),) = CountJob(bench.session.project.project, one_per_sound=True).run()
    assert counted.words == "1 reviewed"  # of the project, once the recording is left
    assert counted.tip.startswith(f"1 of {total} events reviewed")
    press(bench, "1")
    assert current(bench).label in {"Dog", "Speech"}


def test_after_a_relabel_the_score_shown_and_exported_is_that_of_the_new_class(
    bench: Workbench, tmp_path: Path
) -> None:
    press(bench, "n")
    event_id, dog = current(bench).id, current(bench).score_max
    second = bench.shell.inspector.span_bars.rows[1]

    def seen() -> tuple[Event, str, str]:
        event = bench.session.document.events.get(event_id)
        assert event is not None
        model = bench.shell.events.model
        row = model.row_of(event_id)
        assert row is not None
        labels = shown_labels(bench.session.document)
        assert labels is not None
        write_labels("csv", [labels], tmp_path / "out.csv")
        with (tmp_path / "out.csv").open(newline="", encoding="utf-8") as file:
            rows = [r for r in csv.DictReader(file) if float(r["onset_s"]) == event.onset_s]
        (stored,) = [r for r in rows if r["state"] == "accepted"]
        return event, model.index(row, EventColumn.SCORE).data(), stored["score_max"]

    press(bench, "2")
    event, shown, stored = seen()
    assert (event.label, event.score_max) == ("Speech", pytest.approx(second.score))
    assert event.score_mean == round(event.score_mean, 6)
    assert event.score_mean == pytest.approx(second.second)
    assert event.probability is None
    assert shown == f"{second.score:.2f}"
    assert float(stored) == pytest.approx(second.score)
    bench.session.selection.select((event_id,))
    answer(bench, "My owl")
    press(bench, "/")
    event, shown, stored = seen()
    assert (event.label, event.score_max, event.score_mean) == ("My owl", None, None)
    assert (shown, stored) == ("–", "")
    press(bench, "undo", "undo")
    restored = bench.session.document.events.get(event_id)
    assert restored is not None
    assert (restored.label, restored.score_max) == ("Dog", dog)


def test_what_is_on_the_screen_is_about_the_selected_event(bench: Workbench) -> None:
    """By click on a bar, arrow keys in the table and the keys of the review; and what is pointed
    at says time, class and value, in the style of times that is chosen."""
    view, timeline, tracks = bench.session.class_view, bench.session.timeline, bench.shell.tracks
    events = bench.session.document.events.events
    info = bench.session.document.recording

    def about(event: Event) -> None:
        assert current(bench) is event
        assert event.class_index is not None
        assert (view.chosen, view.shown[0]) == (event.class_index, event.class_index)
        assert timeline.view.start_s <= event.onset_s < timeline.view.end_s
        middle = (event.onset_s + event.offset_s) / 2
        frame = bench.session.document.buffers[0].grid.frame_at(middle)
        score = bench.session.document.buffers[0].table().scores[frame, event.class_index]
        when = timeline.time_text(middle)
        for track, height in ((tracks.scores, 0.02), (tracks.curve, 0.5)):
            shown = pointed_at(track, middle, height)
            name, _, rest = shown.partition("\n")
            assert name == event.label
            seconds, _, value = rest.rpartition(": ")
            assert abs(_seconds(seconds) - _seconds(when)) < 0.02
            assert value == f"score {score:.3f}"

    table, model = bench.shell.events.table, bench.shell.events.model
    for start in (None, datetime(2026, 5, 3, 23, 59, 55, tzinfo=UTC)):
        assert info is not None
        bench.session.document.set_start(start, "by hand")
        bench.session.settings.set("clock_time", start is not None)
        timeline.set_view(0.0, 12.0)
        lanes = tracks.events._layer
        bird = events[-1]
        lane = int(lanes.lanes.lanes[list(lanes.lanes.events).index(bird)])
        at = place(tracks.events, (bird.onset_s + bird.offset_s) / 2)
        at.setY(tracks.events.area.sceneBoundingRect().top() + lanes.lane_top(lane) + 6)
        click(tracks.events, at)
        about(bird)
        text = tracks.events.hover_text(tracks.events.area_position(at))
        assert text.startswith(f"Bird\n{timeline.span_text(bird.onset_s, bird.offset_s)} ")
        assert f"score {bird.score_max:.2f}" in text
        timeline.set_view(0.0, 3.0)
        table.setFocus()
        spot = table.visualRect(model.index(0, 2)).center()
        QTest.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=spot)
        about(events[0])
        for event in events[1:]:
            QTest.keyClick(table, Qt.Key.Key_Down)
            about(event)
        press(bench, "p", "p")
        about(events[2])
        bars = bench.shell.inspector.span_bars
        tip = bars._tip(0)
        assert tip.startswith(f"{bars.rows[0].name}\n{timeline.span_text(*_bounds(events[2]))}: ")
        assert f"score {bars.rows[0].score:.3f}" in tip
        assert ("23:59" in tip or "00:00" in tip) == (start is not None)


def _bounds(event: Event) -> tuple[float, float]:
    return event.onset_s, event.offset_s


def _seconds(text: str) -> float:
    """A time as it is written, as seconds after midnight or after the start."""
    whole = 0.0
    for part in text.split(":"):
        whole = 60 * whole + float(part)
    return whole


def pointed_at(track: Track, time_s: float, height: float) -> str:
    """What a track says where the pointer rests."""
    at = place(track, time_s, height)
    mouse(track, QEvent.Type.MouseMove, at)
    return track.hover_text(track.area_position(at))


def test_the_legend_names_the_keys_as_they_are_set_until_dismissed(
    bench: Workbench, qtbot: QtBot
) -> None:
    inspector, settings = bench.shell.inspector, bench.session.settings
    press(bench, "n")
    legend = inspector.legend
    assert legend.isVisible()

    def parts() -> list[str]:
        return legend.text.text().replace("\N{NO-BREAK SPACE}", " ").split(" · ")

    assert parts()[:3] == ["A accept", "R reject", "U uncertain"]
    assert parts()[3] == "N next"
    assert parts()[-1] == "1–9 the class with this key above"
    settings.set_shortcut("accept", "Y")
    settings.set_shortcut("label_2", "Q")
    settings.set_shortcut("reject", "")
    assert parts()[:2] == ["Y accept", "U uncertain"]
    assert parts()[-1].startswith("1\N{THIN SPACE}Q\N{THIN SPACE}3")
    rows = inspector.span_bars.rows
    assert [row.key for row in rows[:3]] == ["1", "Q", "3"]
    event_id = current(bench).id
    press(bench, "q")
    event = bench.session.document.events.get(event_id)
    assert event is not None
    assert event.label == rows[1].name
    (close,) = legend.findChildren(QToolButton)
    qtbot.mouseClick(close, Qt.MouseButton.LeftButton)
    press(bench, "n")
    assert not legend.isVisible()
    settings.set("key_legend", True)
    assert legend.isVisible()


def test_a_step_on_several_says_so_with_undo_beside_it_and_the_inspector_what_is_true_of_all(
    bench: Workbench, qtbot: QtBot
) -> None:
    notices, inspector = bench.shell.notices, bench.shell.inspector
    QTest.keyClick(bench.shell.window, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    assert inspector.title.text() == "5 events"
    class_row = inspector.facts._rows["Class"][1].text()
    assert class_row == "Dog 3 · Speech 1 · Bird 1"
    assert not inspector.note.isVisible()
    press(bench, "a")
    assert states(bench) == [ACCEPTED] * 5
    (said,) = [notice for notice in notices.notices if "5 events" in notice.text]
    assert said.text == "Done: accept 5 events."
    (undo,) = [b for b in notices.findChildren(QPushButton) if b.text() == "Undo"]
    qtbot.mouseClick(undo, Qt.MouseButton.LeftButton)
    assert states(bench) == [UNREVIEWED] * 5
    qtbot.waitUntil(lambda: said.text not in [notice.text for notice in notices.notices])
    agree(bench)


def test_the_first_label_on_an_event_that_has_it_accepts_it(bench: Workbench) -> None:
    press(bench, "n", "1")
    assert bench.session.document.events.events[0].label == "Dog"
    assert states(bench) == [ACCEPTED, *[UNREVIEWED] * 4]
    assert not any(is_negative(e) for e in bench.session.document.events)


def test_a_searched_class_is_given_to_all_selected_events(bench: Workbench) -> None:
    asked = answer(bench, "Cat")
    bench.session.selection.select([e.id for e in bench.session.document.events][:2])
    press(bench, "/")
    assert asked == ["Relabel 2 events to"]
    assert [e.label for e in bench.session.document.events if not is_negative(e)][:2] == [
        "Cat",
        "Cat",
    ]
    assert bench.shell.window.actions_by_id["undo"].text() == "&Undo relabel 2 events to Cat"


def test_a_label_of_ones_own_is_taken(bench: Workbench) -> None:
    answer(bench, "my crow")
    press(bench, "n", "/", Qt.Key.Key_Period)
    events = [e for e in bench.session.document.events if not is_negative(e)]
    assert [(e.label, e.class_index) for e in events[:2]] == [("my crow", None)] * 2
    assert current(bench) == events[2]


def test_edges_follow_the_cursor(bench: Workbench) -> None:
    press(bench, "n")
    before = current(bench)
    bench.services.transport.seek(before.onset_s + 0.1)
    press(bench, "i")
    bench.services.transport.seek(before.offset_s + 0.2)
    press(bench, "o")
    event = current(bench)
    assert event.onset_s == pytest.approx(before.onset_s + 0.1)
    assert event.offset_s == pytest.approx(before.offset_s + 0.2)
    assert event.original == Original("Dog", before.onset_s, before.offset_s)
    bench.services.transport.seek(0.0)
    press(bench, "o")
    assert current(bench) == event
    assert "before the start" in bench.shell.status.message.text()


def test_an_event_is_drawn_split_and_merged(bench: Workbench) -> None:
    asked = answer(bench)
    bench.session.class_view.choose(BIRD)
    bench.session.timeline.set_selection(TimeSpan(5.0, 6.0))
    press(bench, "d")
    assert asked == ["Class of the new event"]
    drawn = current(bench)
    assert (drawn.label, drawn.span, drawn.state) == ("Bird", TimeSpan(5.0, 6.0), ACCEPTED)
    assert drawn.source is EventSource.DRAWN
    bench.services.transport.seek(5.25)
    press(bench, "s")
    halves = [
        e for e in bench.session.document.events if 5.0 <= e.onset_s < 6.0 and e.label == "Bird"
    ]
    assert [e.span for e in halves] == [TimeSpan(5.0, 5.25), TimeSpan(5.25, 6.0)]
    bench.session.selection.select([halves[0].id])
    press(bench, "m")
    assert current(bench).span == TimeSpan(5.0, 6.0)


@pytest.mark.workflow
def test_the_classes_that_sound_in_a_drawn_span_are_offered_first(
    bench: Workbench, monkeypatch: pytest.MonkeyPatch
) -> None:
    offered: list[str] = []

    def ask(*arguments: object) -> None:
        offered.extend(choice.label for choice in arguments[-1])  # type: ignore[attr-defined]

    monkeypatch.setattr(questions, "ask_label", ask)
    bench.session.selection.select([next(iter(bench.session.document.events)).id])  # a dog
    bench.session.timeline.set_selection(TimeSpan(4.9, 5.6))
    press(bench, "d")
    assert offered == ["Speech", "Bird"]


def offers_of_undo(bench: Workbench) -> list[str]:
    return [
        n.text for n in bench.shell.notices.notices if n.buttons and n.buttons[0].text() == "Undo"
    ]


def one_long_detection(bench: Workbench, settled: Settled) -> Event:
    """A dog from 2 to 7 s, derived from scores; what is drawn beside it is called a dog, too."""
    scores = np.full((24, len(bench.session.class_map.value)), 0.001, np.float32)
    scores[4:14, DOG] = 0.9
    table = ScoreTable(FrameGrid(24, 12.0), scores)
    bench.session.document.set_scores((ScoreBuffer.of_table(table),))
    bench.services.events.derive()
    settled(bench)
    (long,) = bench.session.document.events
    answer_questions(bench, lambda *_: LabelChoice("Dog", DOG, long.mid), lambda *_: True)
    return long


@pytest.mark.parametrize(
    ("start_s", "end_s", "replaces"),
    [(4.0, 4.6, False), (6.2, 9.0, False), (2.05, 6.95, True)],
    ids=["inside", "across its end", "over it"],
)
def test_a_drawn_event_replaces_a_detection_only_where_both_are_mostly_the_same(
    bench: Workbench, settled: Settled, start_s: float, end_s: float, replaces: bool
) -> None:
    """What it replaces is said with Undo, in the place where large steps report theirs."""
    long = one_long_detection(bench, settled)
    waveform = bench.shell.tracks.waveform
    drag(waveform, place(waveform, start_s), place(waveform, end_s))
    press(bench, Qt.Key.Key_D)
    drawn = [e for e in bench.session.document.events if e.source is EventSource.DRAWN]
    assert len(drawn) == 1
    assert (drawn[0].onset_s, drawn[0].offset_s) == pytest.approx((start_s, end_s), abs=0.05)
    assert (long.id in bench.session.document.events) is not replaces
    said = [text for text in offers_of_undo(bench) if "event replaces" in text]
    assert len(said) == replaces
    if replaces:
        notice = next(n for n in bench.shell.notices.notices if n.text == said[0])
        notice.buttons[0].click()
        assert list(bench.session.document.events) == [long]
        assert offers_of_undo(bench) == []


def test_a_detection_that_an_event_no_longer_covers_is_said_to_be_there_again(
    bench: Workbench, settled: Settled
) -> None:
    long = one_long_detection(bench, settled)
    waveform = bench.shell.tracks.waveform
    drag(waveform, place(waveform, 2.05), place(waveform, 3.0))
    press(bench, Qt.Key.Key_D)
    for offset_s, covers in ((6.95, True), (3.0, False)):
        bench.session.timeline.set_cursor(offset_s)
        press(bench, "o")
        assert (long.id not in bench.session.document.events) is covers
    (said,) = offers_of_undo(bench)
    assert said.startswith("The detection “Dog” at 0:0")
    assert said.endswith("is there again: no event of yours covers most of it any longer.")
    press(bench, "undo", "undo")
    assert long.id in bench.session.document.events
    assert offers_of_undo(bench) == [], "what undo brings back surprises nobody"


def test_many_are_decided_on_at_once(bench: Workbench) -> None:
    bench.session.selection.select(e.id for e in bench.session.document.events)
    press(bench, "r")
    assert states(bench) == [REJECTED] * 5
    press(bench, "undo")
    assert states(bench) == [UNREVIEWED] * 5
    bench.session.selection.select(e.id for e in bench.session.document.events)
    press(bench, Qt.Key.Key_Delete)
    assert not len(bench.session.document.events)


def test_this_and_all_above_are_accepted_when_confirmed(bench: Workbench) -> None:
    asked = answer(bench, yes=False)
    bench.session.selection.select([bench.session.document.events.events[3].id])
    press(bench, "shift+a")
    assert asked == ["Accept 2 events of Dog in this recording that score 0.70 or more?"]
    assert states(bench) == [UNREVIEWED] * 5
    answer(bench)
    press(bench, "shift+a")
    assert states(bench) == [ACCEPTED, UNREVIEWED, UNREVIEWED, ACCEPTED, UNREVIEWED]
    bench.session.selection.select([bench.session.document.events.events[1].id])
    press(bench, "shift+r")
    assert states(bench)[1] is REJECTED


@pytest.mark.qt_log_ignore("does not support raise", extend=True)  # tooltips, offscreen
def test_an_edge_is_dragged_in_one_step(qtbot: QtBot, bench: Workbench) -> None:
    press(bench, "n")
    before = current(bench)
    bench.session.timeline.fit(before.span)
    lengths: list[Box] = []
    bench.services.review.bounds.box_dragged.connect(lengths.append)
    track = bench.shell.tracks.events
    area = track.area.sceneBoundingRect()
    lanes = track._layer
    y = area.top() + lanes.lane_top(0) + lanes.lane_height / 2

    def at(time_s: float) -> QPointF:
        return QPointF(area.left() + track.x_of(time_s), y)

    left, plain = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    QTest.mousePress(track.viewport(), left, plain, at(before.offset_s).toPoint())
    for step in (0.1, 0.2, 0.3):
        QTest.mouseMove(track.viewport(), at(before.offset_s + step).toPoint())
        qtbot.wait(5)
    assert bench.shell.window.actions_by_id["undo"].isEnabled() is False
    assert current(bench).offset_s > before.offset_s
    target = before.offset_s + 0.3
    QTest.mouseRelease(track.viewport(), left, plain, at(target).toPoint())
    assert lengths
    assert current(bench).offset_s == pytest.approx(target, abs=0.01)
    agree(bench)
    assert bench.shell.window.actions_by_id["undo"].text() == "&Undo move Dog"
    press(bench, "undo")
    assert current(bench) == before
    assert not bench.shell.window.actions_by_id["undo"].isEnabled()


@pytest.mark.qt_log_ignore("does not support raise", extend=True)  # tooltips, offscreen
def test_a_box_is_drawn_corrected_and_set_in_single_steps(bench: Workbench) -> None:
    track, timeline = bench.shell.tracks.spectrogram, bench.session.timeline
    left, plain = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    control = Qt.KeyboardModifier.ControlModifier

    def at(time_s: float, hertz: float) -> QPoint:
        area = track.area.sceneBoundingRect()
        return QPointF(area.left() + track.x_of(time_s), track.y_of(hertz, 0)).toPoint()

    def pull(first: QPoint, last: QPoint, keys: Qt.KeyboardModifier = plain) -> None:
        QTest.mousePress(track.viewport(), left, keys, first)
        QTest.mouseMove(track.viewport(), (first + last) / 2)
        QTest.mouseMove(track.viewport(), last)
        QTest.mouseRelease(track.viewport(), left, keys, last)

    undo = bench.shell.window.actions_by_id["undo"]
    answer(bench, "Wren")
    pull(at(4.0, 6_000), at(6.0, 2_000), control)
    press(bench, "d")
    drawn = current(bench)
    assert (drawn.onset_s, drawn.offset_s) == pytest.approx((4.0, 6.0), abs=0.05)
    assert drawn.box.band_hz == pytest.approx((2_000, 6_000), abs=200)
    pull(at(6.0, 6_000), at(7.0, 7_000))
    moved = current(bench)
    assert (moved.offset_s, moved.high_hz) == pytest.approx((7.0, 7_000), abs=200)
    assert undo.text() == "&Undo move Wren"
    press(bench, "undo")
    assert current(bench).box == drawn.box
    QTest.mouseClick(track.viewport(), left, plain, at(5.0, 4_000))
    press(bench, "s")
    assert current(bench).offset_s == pytest.approx(5.0, abs=0.05)
    press(bench, "undo")
    QTest.mouseClick(track.viewport(), left, plain, at(3.0, 4_000))
    press(bench, "i")
    assert current(bench).onset_s == pytest.approx(3.0, abs=0.05)
    assert current(bench).box.band_hz == drawn.box.band_hz
    press(bench, "b")
    pull(at(8.0, 3_000), at(9.0, 1_000))
    press(bench, "shift+b")
    assert current(bench).onset_s == pytest.approx(8.0, abs=0.05)
    assert current(bench).box.band_hz == pytest.approx((1_000, 3_000), abs=200)
    press(bench, "undo", "shift+f")
    assert bench.session.spectrogram.zoom_hz is not None
    press(bench, "b")
    assert not bench.shell.tracks.spectrogram.box_tool
    timeline.set_selection(None)
    press(bench, "shift+b")
    assert current(bench).onset_s == pytest.approx(3.0, abs=0.05)


def test_a_click_on_an_edge_moves_nothing(bench: Workbench) -> None:
    press(bench, "n")
    event = current(bench)
    bench.shell.tracks.box_moved.emit(event.id, Box(event.onset_s, event.offset_s + 0.02), True)
    assert current(bench) == event
    assert not bench.shell.window.actions_by_id["undo"].isEnabled()


def test_a_note_is_kept_when_another_recording_comes(
    bench: Workbench, settled: Settled, sound_file: Path
) -> None:
    press(bench, "n")
    event_id, recording = current(bench).id, bench.session.project.recording_id
    bench.shell.inspector.note.setPlainText("wind in the mast")
    other = sound_file.with_name("other.wav")
    shutil.copy(sound_file, other)
    bench.open(other)
    settled(bench)
    project = bench.session.project.project
    assert project is not None
    stored = project.events.of(recording).get(event_id)
    assert stored is not None
    assert stored.note == "wind in the mast"


def test_the_status_bar_says_where_decisions_go(bench: Workbench) -> None:
    assert bench.shell.status.saved.text() == "saved in personal project"
    assert personal_project_path().exists()


def test_a_second_window_is_told_and_does_no_harm(
    qtbot: QtBot, bench: Workbench, start: Start, settled: Settled, sound_file: Path
) -> None:
    press(bench, "n", "a")
    second = start(sound_file)
    settled(second)
    assert second.session.project.storage_mode is StorageMode.SCRATCH
    assert second.shell.status.saved.text() == "not saved"
    assert any("already open" in n.text for n in second.shell.notices.notices)
    assert states(second) == [ACCEPTED]
    score(second)
    settled(second)
    press(second, "n", "r")
    assert states(second)[0] is REJECTED
    second.shell.window.close()
    (unsaved,) = personal_project_path().parent.glob("window-*/unsaved.yamnet")
    third = start(sound_file)
    settled(third)
    third.shell.window.close()
    assert [*personal_project_path().parent.glob("window-*/*")] == [unsaved]
    bench.shell.window.activateWindow()
    qtbot.waitUntil(bench.shell.window.isActiveWindow)
    press(bench, "r")
    assert states(bench)[:2] == [ACCEPTED, REJECTED]


@pytest.mark.qt_log_ignore("does not support raise", extend=True)  # tooltips, offscreen
def test_a_decision_that_cannot_be_written_is_refused_in_words(
    bench: Workbench, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = bench.session.project.project
    assert project is not None
    press(bench, "n", "a")
    before, chosen = bench.session.document.events, bench.session.selection.ids

    def full(*_arguments: object, **_options: object) -> None:
        raise ProjectError(project.path, "cannot make the change: the disk is full", "free some")

    monkeypatch.setattr(project, "apply", full)
    press(bench, "r")
    event = current(bench)
    moved = Box(event.onset_s, event.offset_s + 0.3)
    bench.shell.tracks.box_moved.emit(event.id, moved, False)
    assert current(bench).offset_s == event.offset_s + 0.3
    bench.shell.tracks.box_moved.emit(event.id, moved, True)
    assert (bench.session.document.events, bench.session.selection.ids) == (before, chosen)
    assert any("disk is full" in n.text for n in bench.shell.notices.notices)


def test_undo_that_reaches_another_recording_says_so(
    bench: Workbench, settled: Settled, sound_file: Path
) -> None:
    press(bench, "n", "a")
    other = sound_file.with_name("other.wav")
    other.write_bytes(sound_file.read_bytes() + b"\0")
    bench.open(other)
    settled(bench)
    answer_questions(bench)
    press(bench, "undo")
    assert bench.shell.status.message.text() == "Undone: accept Dog in tone and noise.wav"


def test_a_damaged_personal_project_is_told_and_left_alone(
    start: Start, settled: Settled, sound_file: Path
) -> None:
    path = personal_project_path()
    path.parent.mkdir(parents=True)
    path.write_bytes(b"no project at all")
    bench = start(sound_file)
    settled(bench)
    assert any("not a project" in n.text for n in bench.shell.notices.notices)
    score(bench)
    settled(bench)
    press(bench, "n", "a")
    assert states(bench)[0] is ACCEPTED
    assert path.read_bytes() == b"no project at all"


def test_a_project_is_saved_under_another_name_and_opened_again(
    bench: Workbench, settled: Settled, tmp_path: Path
) -> None:
    press(bench, "n", "a", "r")
    path = tmp_path / "yard.yamnet"
    bench.services.projects.save_as(path)
    settled(bench)
    assert bench.shell.status.saved.text() == "saved in yard"
    agree(bench)
    press(bench, "u")
    bench.services.projects.create(tmp_path / "new.yamnet")
    settled(bench)
    assert states(bench) == [UNREVIEWED] * 5
    bench.open(path)
    settled(bench)
    assert states(bench) == [ACCEPTED, REJECTED, UNCERTAIN, UNREVIEWED, UNREVIEWED]
    agree(bench)
    with Project.open(personal_project_path()) as personal:
        assert len(personal.recordings.all()) == 1


def test_a_project_that_is_in_use_can_be_read(
    bench: Workbench, settled: Settled, tmp_path: Path
) -> None:
    path = tmp_path / "busy.yamnet"
    with Project.create(path):
        bench.open(path)
        settled(bench)
        assert any("already open" in n.text for n in bench.shell.notices.notices)
        assert bench.shell.status.saved.text() == "saved in personal project"
    bench.session.timeline.set_selection(TimeSpan(0.0, 1.0))
    bench.services.review.reviewed_spans.mark(of_class=False)
    bench.services.projects.save_as(tmp_path / "mine.yamnet")
    settled(bench)
    bench.services.projects.open(tmp_path / "mine.yamnet", read_only=True)
    settled(bench)
    press(bench, "n", "a")
    assert states(bench) == [UNREVIEWED] * 5
    assert any("read-only" in n.text for n in bench.shell.notices.notices)
    assert bench.session.undo_steps.undo_title is not None
    assert not bench.shell.window.actions_by_id["undo"].isEnabled()


def test_another_project_closes_what_it_does_not_hold_and_shows_its_own(
    opened: Callable[[], Workbench], settled: Settled, sound_file: Path, tmp_path: Path
) -> None:
    bench = opened()
    press(bench, "n", "a")
    path = tmp_path / "yard.yamnet"
    bench.services.projects.save_as(path)
    settled(bench)
    bench.services.projects.open_personal()
    settled(bench)
    other = sound_file.with_name("other.wav")
    shutil.copy(sound_file, other)
    bench.open(other)
    settled(bench)
    bench.open(path)
    settled(bench)
    recording = bench.session.document.recording
    assert recording is not None
    assert recording.info.path == sound_file
    assert bench.shell.recordings.model.paths == [sound_file]
    assert bench.shell.recordings.model.states == {"1 reviewed"}
    assert states(bench) == [ACCEPTED] + [UNREVIEWED] * 4


def test_detections_are_kept_when_another_recording_comes(
    bench: Workbench, settled: Settled, sound_file: Path
) -> None:
    recording = bench.session.project.recording_id
    press(bench, "n", "a")
    other = sound_file.with_name("other.wav")
    other.write_bytes(sound_file.read_bytes() + b"\0")
    bench.open(other)
    settled(bench)
    project = bench.session.project.project
    assert project is not None
    stored = project.events.of(recording)
    assert [e.state for e in stored] == [ACCEPTED] + [UNREVIEWED] * 4
    assert project.history.undo_title == "accept Dog"
    assert len(project.recordings.analyses(recording)) == 1


def test_reviewed_segments_are_stored_and_shown(
    bench: Workbench, opened: Callable[[], Workbench]
) -> None:
    def reviewed_spans(window: Workbench) -> list[tuple[TimeSpan, tuple[str, ...]]]:
        return [(r.span, r.labels) for r in window.session.document.reviewed]

    bench.session.class_view.choose(DOG)
    bench.session.timeline.set_selection(TimeSpan(1.0, 4.0))
    press(bench, "shift+l")
    bench.session.timeline.set_selection(TimeSpan(2.0, 6.0))
    press(bench, "shift+c")
    wanted = [(TimeSpan(1.0, 4.0), ()), (TimeSpan(2.0, 6.0), ("Dog",))]
    assert reviewed_spans(bench) == wanted
    assert bench.shell.tracks.ruler._layer.reviewed == bench.session.document.reviewed
    assert all(r.reviewer == "Anna" for r in bench.session.document.reviewed)
    press(bench, "undo")
    assert reviewed_spans(bench) == wanted[:1]
    press(bench, "redo")
    bench.session.timeline.set_selection(TimeSpan(3.0, 5.0))
    bench.services.review.reviewed_spans.unmark()
    assert reviewed_spans(bench) == [
        (TimeSpan(1.0, 3.0), ()),
        (TimeSpan(2.0, 3.0), ("Dog",)),
        (TimeSpan(5.0, 6.0), ("Dog",)),
    ]
    bench.shell.window.close()
    assert len(reviewed_spans(opened())) == 3


def test_rejected_events_stay_in_the_list_and_filters_do_not_stop_the_keys(
    bench: Workbench,
) -> None:
    bench.shell.events.states.setCurrentIndex(1)  # unreviewed only
    QTest.keyClick(bench.shell.window, Qt.Key.Key_N)
    for _ in range(5):
        QTest.keyClick(bench.shell.window, Qt.Key.Key_R)
    assert states(bench) == [REJECTED] * 5
    assert bench.shell.events.model.rowCount() == 0


@pytest.mark.weights
@pytest.mark.reference
@pytest.mark.slow
def test_a_hundred_detections_of_a_scene_by_keys(
    qtbot: QtBot, start: Start, settled: Settled, reference: Path, weights_file: Path
) -> None:
    (scene,) = (reference / "audio").rglob("scene_dev_4.flac")
    bench = start(weights=weights_file)
    bench.session.settings.set("autoplay", False)
    bench.session.settings.set("one_per_sound", False)
    bench.open(scene)
    settled(bench)
    for value in (0.3, 0.2, 0.1, 0.05, 0.02, 0.01):
        bench.session.rules.set_threshold(None, value)
        settled(bench)
        if len(bench.session.document.events) >= 100:
            break
    ids = [e.id for e in bench.session.document.events][:100]
    assert len(ids) == 100
    bench.shell.window.activateWindow()
    qtbot.waitUntil(bench.shell.window.isActiveWindow)
    bench.services.transport.seek(0.0)
    press(bench, "n")
    keys = ("a", "r", "u")
    for n in range(100):
        press(bench, keys[n % 3])
    wanted = [(ACCEPTED, REJECTED, UNCERTAIN)[n % 3] for n in range(100)]
    events = [bench.session.document.events.get(i) for i in ids]
    assert [e.state for e in events if e is not None] == wanted
    project = bench.session.project.project
    assert project is not None
    assert [
        project.events.get(bench.session.project.recording_id, i).event.state for i in ids
    ] == wanted  # type: ignore[union-attr]
