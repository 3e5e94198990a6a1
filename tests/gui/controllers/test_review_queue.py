"""Review by queues: of a class, over scores, through all recordings of a project."""

import shutil
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from tests.gui.support import projects
from tests.gui.support.answers import answer_questions
from yamnet_gui.core.events import ReviewState
from yamnet_gui.gui.dialogs.class_picker import LabelChoice
from yamnet_gui.gui.features.review_queue.feature import ReviewQueueFeature
from yamnet_gui.gui.jobs.recording import OpenJob
from yamnet_gui.gui.state.document import OpenRecording
from yamnet_gui.gui.state.review_queue import QueueRequest, Rows
from yamnet_gui.gui.workbench import Workbench
from yamnet_gui.labels.project import EventFilter, QueueKind
from yamnet_gui.labels.project.events import ProjectEvents

pytestmark = pytest.mark.workflow

WAITING = "the next event is still being looked up."

Start = Callable[..., Workbench]
Settled = Callable[[Workbench], None]


@pytest.fixture
def bench(qtbot: QtBot, start: Start, settled: Settled, tmp_path: Path) -> Workbench:
    """A project of three recordings with four detections each; the first is open."""
    bench = start(projects.made(tmp_path))
    bench.session.settings.set("autoplay", False)
    bench.session.settings.set("reviewer", "Anna")
    settled(bench)
    bench.shell.window.activateWindow()
    qtbot.waitUntil(bench.shell.window.isActiveWindow)
    assert bench.services.recording.path is not None
    assert bench.services.recording.path.name == "a.wav"
    return bench


def feature(bench: Workbench) -> ReviewQueueFeature:
    return next(f for f in bench.features if isinstance(f, ReviewQueueFeature))


def request(bench: Workbench, settled: Settled, kind: QueueKind, *more: object) -> None:
    feature(bench).request(QueueRequest(kind, *more))  # type: ignore[arg-type]
    settled(bench)


def here(bench: Workbench) -> tuple[str, float]:
    """The open recording and the onset of the current event."""
    event = bench.services.event_navigation.current
    assert event is not None
    assert bench.services.recording.path is not None
    return bench.services.recording.path.name, event.onset_s


def press(bench: Workbench, settled: Settled, key: str) -> None:
    shift = Qt.KeyboardModifier.ShiftModifier
    code = Qt.Key.Key_Slash if key == "slash" else getattr(Qt.Key, f"Key_{key[-1].upper()}")
    QTest.keyClick(
        bench.shell.window, code, shift if "+" in key else Qt.KeyboardModifier.NoModifier
    )
    settled(bench)


def test_a_queue_by_score_goes_from_the_surest_on(bench: Workbench, settled: Settled) -> None:
    request(bench, settled, QueueKind.SCORE)
    assert here(bench) == ("a.wav", 0.0)
    for onset in (2.0, 4.0, 6.0):
        press(bench, settled, "a")
        assert here(bench) == ("a.wav", onset)
    assert [e.state for e in bench.session.document.events][:3] == [ReviewState.ACCEPTED] * 3


def test_ten_decisions_in_ten_key_presses_through_three_recordings(
    bench: Workbench, settled: Settled
) -> None:
    request(bench, settled, QueueKind.SCORE, True)
    seen = [here(bench)]
    for key in "aararuaraa":
        press(bench, settled, key)
        seen.append(here(bench))
    assert len(set(seen)) == 11
    assert seen[:4] == [("a.wav", 0.0), ("b.wav", 0.0), ("c.wav", 0.0), ("a.wav", 2.0)]
    project = bench.session.project.project
    assert project is not None
    decided = frozenset(ReviewState) - {ReviewState.UNREVIEWED}
    assert project.events.count(EventFilter(states=decided)) == 10
    assert bench.session.review_queue.left == 2


def test_what_is_left_of_a_queue_is_counted_in_the_background(
    bench: Workbench, qtbot: QtBot, settled: Settled, monkeypatch: pytest.MonkeyPatch
) -> None:
    in_window: list[int] = []
    count = ProjectEvents.count_unreviewed

    def counted(events: ProjectEvents, rows: Rows) -> int:
        if threading.current_thread() is threading.main_thread():
            in_window.append(len(rows))
        return count(events, rows)

    monkeypatch.setattr(ProjectEvents, "count_unreviewed", counted)
    request(bench, settled, QueueKind.SCORE, True)
    for left in (11, 10):
        press(bench, settled, "a")
        qtbot.waitUntil(lambda left=left: bench.session.review_queue.left == left)
    assert max(in_window, default=0) <= 1  # a queue may have a million rows


def test_recordings_that_are_missing_are_skipped_at_once_and_unread(
    bench: Workbench, settled: Settled, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in "bc":
        (tmp_path / "audio" / f"{name}.wav").unlink()
    read: list[int] = []
    at = ProjectEvents.at

    def counted(events: ProjectEvents, rows: list[int]) -> object:
        read.append(len(rows))
        return at(events, rows)

    skipped: list[list[str]] = []
    queue = bench.services.queue_controller
    queue.skipped.connect(lambda recordings, _why: skipped.append([r.name for r in recordings]))
    monkeypatch.setattr(ProjectEvents, "at", counted)
    request(bench, settled, QueueKind.SCORE, True)
    press(bench, settled, "a")
    assert here(bench) == ("a.wav", 2.0)
    assert skipped == [["b.wav", "c.wav"]]
    assert max(read) <= 1  # a queue may have a million events
    assert len(bench.session.review_queue.rows) == 4


def test_next_and_previous_follow_the_queue(bench: Workbench, settled: Settled) -> None:
    request(bench, settled, QueueKind.TIME, True, "Bird")
    assert here(bench) == ("a.wav", 2.0)
    press(bench, settled, "n")
    assert here(bench) == ("b.wav", 2.0)
    press(bench, settled, "n")
    press(bench, settled, "n")
    assert here(bench) == ("c.wav", 2.0)
    press(bench, settled, "p")
    assert here(bench) == ("b.wav", 2.0)


def test_what_was_skipped_comes_again_and_the_end_offers_to_mark(
    bench: Workbench, settled: Settled
) -> None:
    request(bench, settled, QueueKind.TIME, True, "Bird")
    press(bench, settled, "n")
    press(bench, settled, "a")
    press(bench, settled, "r")
    assert here(bench) == ("a.wav", 2.0)
    press(bench, settled, "a")
    (notice,) = [n for n in bench.shell.notices.notices if "Queue finished" in n.text]
    assert "all 3 events of Bird" in notice.text
    feature(bench).mark()
    settled(bench)
    project = bench.session.project.project
    assert project is not None
    for recording in project.recordings.all():
        (span,) = project.recordings.reviewed(recording.id).spans
        assert (span.labels, span.span.start_s, span.span.end_s) == (("Bird",), 2.0, 2.96)
        assert span.reviewer == "Anna"
    assert project.history.undo_title == "mark 3 segments as reviewed"
    bench.services.review.history.undo()
    settled(bench)
    assert not any(project.recordings.reviewed(r.id).spans for r in project.recordings.all())


@pytest.mark.parametrize("key", ["shift+a", "shift+r"])
def test_above_and_below_reach_over_all_recordings_of_the_queue(
    bench: Workbench, settled: Settled, key: str
) -> None:
    asked: list[str] = []

    def confirm(question: str, _verb: str) -> bool:
        asked.append(question)
        return True

    answer_questions(bench, lambda _title, _used: None, confirm)
    request(bench, settled, QueueKind.SCORE, True, "Dog")
    for _ in range(4):
        press(bench, settled, "n")
    assert here(bench) == ("b.wav", 4.0)
    project = bench.session.project.project
    assert project is not None
    expected = 5  # 9 dogs: four score higher, four lower
    press(bench, settled, key)
    assert f"{expected} events of Dog in all recordings" in asked[0]
    state = ReviewState.ACCEPTED if key == "shift+a" else ReviewState.REJECTED
    assert project.events.count(EventFilter(states=frozenset([state]))) == expected
    bench.services.review.history.undo()
    assert project.events.count(EventFilter(states=frozenset([state]))) == 0


def test_a_missing_recording_is_left_out_with_a_word(
    bench: Workbench, settled: Settled, tmp_path: Path
) -> None:
    shutil.move(tmp_path / "audio" / "b.wav", tmp_path / "b.wav")
    request(bench, settled, QueueKind.SCORE, True)
    press(bench, settled, "a")
    assert here(bench) == ("c.wav", 0.0)
    assert len(bench.session.review_queue.rows) == 8
    assert any("b.wav is missing" in n.text for n in bench.shell.notices.notices)


def test_progress_counts_and_a_double_click_reviews_a_class(
    bench: Workbench, settled: Settled
) -> None:
    panel = feature(bench).panel
    request(bench, settled, QueueKind.SCORE)
    press(bench, settled, "a")
    press(bench, settled, "r")
    rows = {c.label: c for c in panel.model.rows}
    assert (rows["Dog"].unreviewed, rows["Dog"].accepted) == (2, 1)
    assert rows["Bird"].precision == 0.0
    panel.scope.setCurrentIndex(1)
    panel.scope_changed.emit(True)
    settled(bench)
    assert {c.label: c.total for c in panel.model.rows} == {"Dog": 9, "Bird": 3}
    panel.class_entered.emit("Bird")
    settled(bench)
    assert bench.session.review_queue.request == QueueRequest(QueueKind.SCORE, True, "Bird")
    assert here(bench) == ("b.wav", 2.0)
    assert feature(bench).bar.request == bench.session.review_queue.request


def test_the_bar_offers_classes_and_says_how_far_it_is(bench: Workbench, settled: Settled) -> None:
    bar = feature(bench).bar
    assert bar.label.isHidden()
    bar.kind.setCurrentIndex(5)
    bar.scope.setCurrentIndex(1)
    bar.kind.activated.emit(5)
    settled(bench)
    assert bench.session.review_queue.request == QueueRequest(QueueKind.STRATIFIED, True)
    assert [bar.label.itemText(n) for n in range(bar.label.count())] == [
        "All classes",
        "Dog · 9",
        "Bird · 3",
    ]
    press(bench, settled, "a")
    assert bar.status.text() == "2 of 12 · 11 left"


def test_an_undo_in_another_recording_goes_there(bench: Workbench, settled: Settled) -> None:
    request(bench, settled, QueueKind.SCORE, True)
    press(bench, settled, "a")
    assert here(bench)[0] == "b.wav"
    answer_questions(bench)
    bench.services.review.history.undo()
    settled(bench)
    assert here(bench) == ("a.wav", 0.0)


def test_who_opens_another_recording_meanwhile_stays_there(
    bench: Workbench, settled: Settled, tmp_path: Path
) -> None:
    request(bench, settled, QueueKind.SCORE, True)
    QTest.keyClick(bench.shell.window, Qt.Key.Key_A)  # b.wav is being opened for the next event
    assert bench.services.queue_controller.waiting
    bench.services.recording.open(tmp_path / "audio" / "c.wav")
    settled(bench)
    assert not bench.services.queue_controller.waiting
    bench.services.recording.open(tmp_path / "audio" / "b.wav")
    settled(bench)
    assert bench.services.event_navigation.current is None


class SlowDisk:
    """Recordings are opened only while `there` is set."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.there = threading.Event()
        self.there.set()
        at_once = OpenJob.run

        def run(job: OpenJob) -> Iterator[OpenRecording]:
            self.there.wait(10)
            return at_once(job)

        monkeypatch.setattr(OpenJob, "run", run)


@pytest.fixture
def disk(monkeypatch: pytest.MonkeyPatch) -> SlowDisk:
    return SlowDisk(monkeypatch)


def decided(bench: Workbench) -> int:
    """How many events of the project are not unreviewed any more."""
    project = bench.session.project.project
    assert project is not None
    states = frozenset(ReviewState) - {ReviewState.UNREVIEWED}
    return project.events.count(EventFilter(states=states))


def event_id(bench: Workbench, number: int) -> str:
    """The id of an event of the open recording, in the order of time."""
    return list(bench.session.document.events)[number].id


def messages(bench: Workbench) -> list[str]:
    """Collects what is said from now on."""
    said: list[str] = []
    bench.services.review.editor.message.connect(said.append)
    return said


def keys(bench: Workbench, text: str) -> None:
    for key in text:
        code = Qt.Key.Key_Delete if key == "x" else getattr(Qt.Key, f"Key_{key.upper()}")
        QTest.keyClick(bench.shell.window, code)


def test_keys_while_the_next_recording_is_opened_are_not_taken_and_said(
    disk: SlowDisk, bench: Workbench, settled: Settled
) -> None:
    request(bench, settled, QueueKind.SCORE, True)
    said = messages(bench)
    disk.there.clear()
    keys(bench, "a")
    assert (decided(bench), bench.session.review_queue.index) == (1, 1)
    keys(bench, "aru1msiox")
    assert (decided(bench), bench.session.review_queue.index) == (1, 1)
    assert said[0] == "1 key not taken: b.wav is still being opened."
    assert said[-1] == "9 keys not taken: b.wav is still being opened."
    assert len(said) == 9
    disk.there.set()
    settled(bench)
    assert here(bench) == ("b.wav", 0.0)
    press(bench, settled, "r")
    assert (decided(bench), here(bench)) == (2, ("c.wav", 0.0))


def test_between_a_recording_and_its_events_keys_are_answered(
    bench: Workbench, settled: Settled
) -> None:
    """The recording is open, and the project has not said yet which one it is."""
    request(bench, settled, QueueKind.SCORE, True)
    said = messages(bench)
    bench.services.recording.opened.connect(lambda _path: keys(bench, "ar"))
    press(bench, settled, "a")
    assert said == [f"{n} not taken: {WAITING}" for n in ("1 key", "2 keys")]
    assert (decided(bench), here(bench)) == (1, ("b.wav", 0.0))


def test_back_while_the_next_recording_is_opened_stays_here(
    disk: SlowDisk, bench: Workbench, settled: Settled
) -> None:
    request(bench, settled, QueueKind.SCORE, True)
    disk.there.clear()
    keys(bench, "ap")
    disk.there.set()
    settled(bench)
    assert here(bench) == ("a.wav", 0.0)
    assert bench.session.review_queue.index == 0


def test_undo_while_the_next_recording_is_opened_stays_at_what_was_undone(
    disk: SlowDisk, bench: Workbench, settled: Settled
) -> None:
    request(bench, settled, QueueKind.SCORE, True)
    disk.there.clear()
    keys(bench, "a")
    bench.services.review.history.undo()
    disk.there.set()
    settled(bench)
    assert (here(bench), decided(bench)) == (("a.wav", 0.0), 0)
    press(bench, settled, "r")
    assert (here(bench), decided(bench)) == (("b.wav", 0.0), 1)


def test_who_clicks_an_event_while_the_next_recording_is_opened_stays_there(
    disk: SlowDisk, bench: Workbench, settled: Settled
) -> None:
    request(bench, settled, QueueKind.SCORE, True)
    disk.there.clear()
    keys(bench, "a")
    bench.services.event_navigation.click_event(event_id(bench, 2), add=False)
    disk.there.set()
    settled(bench)
    assert here(bench) == ("a.wav", 4.0)
    press(bench, settled, "a")
    assert decided(bench) == 2


def test_deciding_another_event_does_not_pass_over_the_one_of_the_queue(
    bench: Workbench, settled: Settled
) -> None:
    request(bench, settled, QueueKind.TIME, True, "Bird")
    assert here(bench) == ("a.wav", 2.0)
    bench.services.event_navigation.click_event(event_id(bench, 0), add=False)
    press(bench, settled, "a")
    assert here(bench) == ("a.wav", 2.0)
    press(bench, settled, "a")
    assert here(bench) == ("b.wav", 2.0)


def test_a_recording_that_cannot_be_opened_is_left_out_with_a_word(
    bench: Workbench, settled: Settled, tmp_path: Path
) -> None:
    (tmp_path / "audio" / "b.wav").write_bytes(b"no sound at all")
    request(bench, settled, QueueKind.SCORE, True)
    press(bench, settled, "a")
    assert here(bench) == ("c.wav", 0.0)
    assert len(bench.session.review_queue.rows) == 8
    assert any("b.wav cannot be opened" in n.text for n in bench.shell.notices.notices)
    assert decided(bench) == 1


def test_a_class_chosen_for_an_event_is_given_to_no_other_recording(
    bench: Workbench, settled: Settled, tmp_path: Path
) -> None:
    """While the question is open, the recording that the user asked for before it comes."""

    def answer(_title: str, _used: object) -> LabelChoice:
        bench.services.recording.open(tmp_path / "audio" / "c.wav")
        settled(bench)
        return LabelChoice("Cat", 76, "/m/01yrx")

    answer_questions(bench, answer, lambda _question, _verb: True)
    bench.services.event_navigation.go_to(event_id(bench, 0))
    press(bench, settled, "slash")
    assert bench.services.recording.path == tmp_path / "audio" / "c.wav"
    project = bench.session.project.project
    assert project is not None
    labels = {r.id: {e.label for e in project.events.of(r.id)} for r in project.recordings.all()}
    assert "Cat" in labels["id-a"]
    assert "Cat" not in labels["id-c"]


def test_an_event_that_other_rules_have_taken_away_is_not_decided(
    bench: Workbench, settled: Settled
) -> None:
    request(bench, settled, QueueKind.SCORE, True)
    said = messages(bench)
    document = bench.session.document
    document.set_events(type(document.events).of(list(document.events)[1:]))
    keys(bench, "a")
    assert decided(bench) == 0
    assert said == [
        "1 key not taken: the selected event is not detected with the present thresholds any more."
    ]
    press(bench, settled, "n")
    assert here(bench) == ("b.wav", 0.0)
