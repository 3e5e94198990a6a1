"""Controllers over the owners of a window, without the window: navigation, transport, review."""

import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QApplication, QTableWidget, QWidget
from pytestqt.qtbot import QtBot

from tests.gui.support.owners import DOG, SILENCE, SPEECH, Owners
from yamnet_gui.core.events import EventList, RecordingInfo, ReviewState
from yamnet_gui.core.spans import TimeSpan
from yamnet_gui.gui.controllers.cursor_and_view import CursorAndView
from yamnet_gui.gui.controllers.dataset_questions import DatasetQuestions
from yamnet_gui.gui.controllers.event_navigation import EventNavigation
from yamnet_gui.gui.controllers.follow_selection import FollowSelection
from yamnet_gui.gui.controllers.navigation import Destination, Navigator
from yamnet_gui.gui.controllers.project_manager import ProjectManager
from yamnet_gui.gui.controllers.queue_builder import QueueBuilder
from yamnet_gui.gui.controllers.review import (
    Bounds,
    Decisions,
    EventEditor,
    GoOn,
    History,
    KeysTaken,
    Labels,
)
from yamnet_gui.gui.controllers.review.shown_event import ShownEvent
from yamnet_gui.gui.controllers.review_queue_controller import ReviewQueueController
from yamnet_gui.gui.controllers.transport import Transport
from yamnet_gui.gui.dialogs.class_picker import LabelChoice
from yamnet_gui.gui.panels.events import EventsPanel
from yamnet_gui.gui.playback import Player, PlayState
from yamnet_gui.gui.playback.outputs import SilentOutputs
from yamnet_gui.gui.state.datasets import Datasets
from yamnet_gui.gui.state.document import OpenRecording
from yamnet_gui.gui.state.label_sets import LabelSets
from yamnet_gui.gui.state.project import ProjectState, StorageMode
from yamnet_gui.gui.state.review_queue import ReviewQueue
from yamnet_gui.gui.state.settings import Settings
from yamnet_gui.gui.state.undo_steps import UndoSteps
from yamnet_gui.labels.project import (
    MOST_COUNTED,
    Project,
    ProjectEvent,
    Recording,
    Reviewed,
    accept,
    add_recordings,
    is_negative,
    reject,
    remove_recordings,
)
from yamnet_gui.labels.project.change_set import ChangeSet


class Loader(QObject):
    """Opens nothing: the test says what was opened."""

    opened = Signal(object)
    failed = Signal(object)
    opening = None

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.asked: list[Path] = []

    def open(self, path: Path) -> None:
        self.asked.append(path)

    def stay(self) -> None:
        """Nothing is being opened."""


class Answers:
    """Answers yes, unless a test wants no."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.yes = True
        self.meanwhile: Callable[[], object] = lambda: None

    def confirm(self, question: str, _verb: str) -> bool:
        self.asked.append(question)
        self.meanwhile()
        return self.yes

    def label(self, title: str, _used: Sequence[str]) -> LabelChoice:
        self.asked.append(title)
        self.meanwhile()
        return LabelChoice("Cat")


class Bench:
    """Controllers of a project with the recordings "yard" (four events) and "wood" (none)."""

    def __init__(self, owners: Owners, folder: Path) -> None:
        self.owners, self.parent = owners, owners.parent
        self.settings = Settings(parent=self.parent)
        self.settings.set("autoplay", False)
        self.player = Player(SilentOutputs("No sound: a test."), self.parent)
        self.transport = Transport(owners.timeline, self.settings, self.player, self.parent)
        self.cursor = CursorAndView(owners.timeline, self.transport)
        self.events = EventNavigation(
            owners.document,
            owners.timeline,
            owners.selection,
            owners.order,
            owners.grouping,
            self.transport,
        )
        self.follow = FollowSelection(
            self.settings,
            owners.document,
            owners.selection,
            owners.class_view,
            owners.timeline,
            self.transport,
            self.parent,
        )
        self.paths = {name: folder / f"{name}.wav" for name in ("yard", "wood")}
        for path in self.paths.values():
            path.write_bytes(b"")
        self.disk = Project.create(folder / "two.yamnet")
        known = [Recording(name, f"{name}.wav", name, 0, 60.0, 44_100, 1) for name in self.paths]
        self.disk.apply(add_recordings(known))
        self.project = ProjectState(self.parent)
        self.project.use(self.disk, StorageMode.PROJECT)
        self.projects = ProjectManager(owners.document, self.project, owners.rules, self.parent)
        self.loader = Loader(self.parent)
        self.navigator = Navigator(
            owners.document,
            self.project,
            self.loader,  # type: ignore[arg-type]
            self.events,
            self.parent,
        )
        queue = ReviewQueue(self.parent)
        datasets = Datasets(self.project, self.parent)
        self.queue = ReviewQueueController(
            queue,
            owners.selection,
            self.project,
            QueueBuilder(
                queue,
                self.project,
                self.projects,
                owners.rules,
                owners.document,
                datasets,
                DatasetQuestions(datasets, self.parent),
                self.parent,
            ),
            self.events,
            self.navigator,
            self.parent,
        )
        self.editor = EventEditor(
            owners.document,
            owners.selection,
            self.project,
            self.settings,
            owners.order,
            self.projects,
            self.parent,
        )
        self.questions = Answers()
        self.decisions = Decisions(
            self.editor,
            self.events,
            self.queue,
            self.projects,
            self.questions,  # type: ignore[arg-type]
            GoOn(self.editor, self.events, self.queue),
        )
        self.labels = Labels(
            self.editor,
            LabelSets(self.project, self.parent),
            owners.class_map,
            self.questions,  # type: ignore[arg-type]
            GoOn(self.editor, self.events, self.queue),
        )
        self.steps = UndoSteps(self.project, self.parent)
        self.history = History(
            self.steps,
            self.editor,
            owners.timeline,
            self.navigator,
            self.questions,  # type: ignore[arg-type]
            self.projects,
        )
        self.bounds = Bounds(self.editor, owners.timeline, self.parent)
        self.messages: list[str] = []
        for speaker in (self.editor, self.navigator, self.queue, self.events):
            speaker.message.connect(self.messages.append)
        self.project.events_changed.connect(self._show)
        self.open("yard")
        self.show_yard()

    def open(self, name: str) -> None:
        """Opens a recording, which the project knows at once."""
        info = RecordingInfo(self.paths[name], 60.0, 44_100, 1)
        self.owners.document.open(OpenRecording(info, "PCM 16"))
        self.owners.timeline.set_recording(60.0, 44_100)
        self.player.open(self.paths[name], info)
        self.owners.selection.select(())
        self.loader.opened.emit(self.paths[name])
        self.project.set_recording(name, (), (), Reviewed())

    def show_yard(self) -> None:
        event = self.owners.event
        self.owners.document.set_events(
            EventList.of(
                [
                    event("speech", 1.0, SPEECH, 2.0, 0.4),
                    event("dog", 5.0, DOG, 0.5, 0.9),
                    event("dog2", 9.0, DOG, 1.0, 0.7),
                    event("late", 20.0, SPEECH, 30.0, 0.3),
                ]
            )
        )

    def state(self, event_id: str) -> ReviewState:
        event = self.owners.document.events.get(event_id)
        assert event is not None
        return event.state

    def _show(self, _put: object) -> None:
        document = self.owners.document
        document.set_events(document.events.with_events(*self.project.stored))

    def close(self) -> None:
        self.player.close()
        self.projects.close()


@pytest.fixture
def bench(owners: Owners, qtbot: QtBot, tmp_path: Path) -> Iterator[Bench]:
    bench = Bench(owners, tmp_path)
    yield bench
    bench.close()


# Transport, cursor and view


def test_speed_goes_in_steps_and_is_stored(bench: Bench) -> None:
    speeds: list[float] = []
    bench.transport.speed_changed.connect(speeds.append)
    bench.transport.set_speed(1.0)
    bench.transport.step_speed(1)
    bench.transport.step_speed(-1)
    for _ in range(20):
        bench.transport.step_speed(-1)
    assert speeds[:3] == [1.0, 1.25, 1.0]
    assert bench.settings.value("speed") == speeds[-1] == 0.1


def test_a_seek_outside_the_view_moves_the_view(bench: Bench) -> None:
    timeline = bench.owners.timeline
    timeline.set_view(0.0, 10.0)
    bench.transport.seek(30.0)
    assert timeline.cursor_s == 30.0
    assert timeline.view == TimeSpan(25.0, 35.0)


def test_the_cursor_steps_by_the_view_and_extends_the_selection(bench: Bench) -> None:
    timeline = bench.owners.timeline
    timeline.set_view(0.0, 10.0)
    bench.transport.seek(2.0)
    bench.cursor.move_cursor(1, extend=False)
    assert timeline.cursor_s == pytest.approx(2.1)
    bench.cursor.move_cursor(1, extend=True)
    bench.cursor.move_cursor(1, extend=True)
    assert timeline.selection is not None
    assert (timeline.selection.start_s, timeline.selection.end_s) == pytest.approx((2.1, 2.3))


# From event to event


def test_all_that_is_selected_is_all_that_is_listed(bench: Bench) -> None:
    events = bench.owners.document.events
    bench.owners.order.set_listed([e for e in events if e.label == "Dog"])
    bench.events.select_all()
    assert bench.owners.selection.ids == ("dog", "dog2")
    bench.decisions.decide(ReviewState.REJECTED)
    left = [e.id for e in bench.owners.document.events if e.state is ReviewState.UNREVIEWED]
    assert left == ["speech", "late"]


def test_a_corrected_event_is_followed_by_the_next(bench: Bench) -> None:
    selection = bench.owners.selection
    bench.labels.give_again()
    assert bench.messages[-1].startswith("No label has been given yet")
    selection.select(("dog",))
    bench.labels.relabel_to("dog", SILENCE)
    assert selection.ids == ("dog2",)
    bench.labels.give_again()
    assert selection.ids == ("late",)
    corrected = [e for e in bench.owners.document.events if e.id in ("dog", "dog2")]
    assert [e.label for e in corrected] == ["Silence", "Silence"]
    bench.labels.relabel_to("speech", DOG)  # not the selected one: the user stays where he is
    assert selection.ids == ("late",)
    bench.labels.give_again()
    assert bench.messages[-1] == "Every event of the list is reviewed."


def test_a_decision_goes_on_to_the_next_that_nobody_has_decided_about(bench: Bench) -> None:
    selection = bench.owners.selection
    selection.select(("dog",))
    bench.decisions.decide(ReviewState.ACCEPTED)
    assert selection.ids == ("dog2",)
    selection.select(("speech",))
    bench.decisions.decide(ReviewState.ACCEPTED)
    bench.decisions.decide(ReviewState.REJECTED)  # quickly: not the dog that was accepted
    states = {e.id: e.state for e in bench.owners.document.events}
    assert states["dog"] is ReviewState.ACCEPTED
    assert states["dog2"] is ReviewState.REJECTED
    selection.select(("late",))
    bench.decisions.decide(ReviewState.ACCEPTED)
    assert bench.messages[-1] == "Every event of the list is reviewed."
    selection.select(("speech",))  # whoever changes decisions goes row by row
    bench.decisions.decide(ReviewState.UNCERTAIN)
    assert selection.ids == ("dog",)


def test_the_end_of_the_list_is_not_the_end_of_the_review(bench: Bench) -> None:
    bench.owners.selection.select(("late",))
    bench.decisions.decide(ReviewState.ACCEPTED)
    assert bench.owners.selection.ids == ("late",)
    assert bench.messages[-1].startswith("No unreviewed event follows in the list; Shift+N")


def test_going_nowhere_is_said(bench: Bench) -> None:
    bench.events.play_selected()
    bench.events.zoom_to_event()
    assert bench.messages == ["Neither an event nor a span is selected."] * 2
    bench.owners.selection.select(("late",))
    bench.events.step(1)
    bench.owners.selection.select(("speech",))
    bench.events.step(-1)
    bench.decisions.unreview()
    bench.owners.order.set_listed([])
    bench.owners.selection.select(())
    bench.events.step(1)
    assert bench.messages[2:] == [
        "This is the last event of the list.",
        "This is the first event of the list.",
        "Nobody has decided about it yet.",
        "No event is listed.",
    ]


def test_all_rows_of_the_table_with_the_focus_are_selected(bench: Bench, qtbot: QtBot) -> None:
    table = QTableWidget(5, 1)
    qtbot.addWidget(table)
    table.show()
    table.activateWindow()
    table.setFocus()
    qtbot.waitUntil(lambda: QApplication.focusWidget() is table)
    bench.events.select_all()
    assert len(table.selectionModel().selectedRows()) == 5
    assert bench.owners.selection.ids == ()


def test_select_all_and_a_key_decide_what_the_filter_shows_and_say_how_many(
    bench: Bench, qtbot: QtBot
) -> None:
    """395 of 25,519 are listed: 395 are rejected, and the rest is not touched."""
    reports: list[str] = []
    bench.editor.changed_many.connect(reports.append)
    meows = set(range(0, 25_280, 64))
    event = bench.owners.event
    bench.owners.document.set_events(
        EventList.of(
            event(f"e{n}", n / 500, DOG if n in meows else SPEECH, 0.5) for n in range(25_519)
        )
    )
    owners = bench.owners
    panel = EventsPanel(
        owners.document, owners.selection, owners.grouping, owners.order, owners.timeline
    )
    qtbot.addWidget(panel)
    panel.search.setText("dog")
    assert panel.model.row_total() == 395
    bench.events.select_all()
    assert len(owners.selection.ids) == 395
    bench.decisions.decide(ReviewState.REJECTED)
    assert reports == ["Done: reject 395 events."]
    decided = {e.id for e in owners.document.events if e.state is not ReviewState.UNREVIEWED}
    assert decided == {f"e{n}" for n in meows}


def test_a_step_over_several_events_reports_their_number(bench: Bench) -> None:
    reports: list[str] = []
    bench.editor.changed_many.connect(reports.append)
    events = bench.owners.document.events
    bench.owners.selection.select(["dog"])
    bench.decisions.decide(ReviewState.UNCERTAIN)
    assert reports == []
    bench.owners.selection.select(e.id for e in events)
    bench.decisions.decide(ReviewState.ACCEPTED)
    bench.owners.order.set_listed([e for e in events if e.label == "Dog"])
    bench.owners.selection.select(e.id for e in events)
    bench.decisions.decide(ReviewState.REJECTED)
    assert reports == [
        "Done: accept 4 events.",
        "Done: reject 4 events (2 of them not listed).",
    ]


def test_stepping_follows_the_listed_order(bench: Bench) -> None:
    events, selection = bench.owners.document.events, bench.owners.selection
    listed = [events.get(name) for name in ("late", "dog", "speech")]
    bench.owners.order.set_listed([event for event in listed if event is not None])
    selection.select(["late"])
    seen = []
    for _ in range(3):
        bench.queue.step(1)
        seen.append(selection.current)
    assert seen == ["dog", "speech", "speech"]
    bench.queue.step(-1)
    assert selection.current == "dog"


def test_without_a_selection_stepping_begins_at_the_cursor(bench: Bench) -> None:
    bench.transport.seek(6.0)
    bench.queue.step(1)
    assert bench.owners.selection.current == "dog2"
    bench.owners.selection.select(())
    bench.transport.seek(6.0)
    bench.queue.step(-1)
    assert bench.owners.selection.current == "dog"


@pytest.mark.parametrize("wanted", [True, False])
def test_an_event_is_played_on_arrival_only_where_that_is_wanted(
    bench: Bench, wanted: bool
) -> None:
    bench.settings.set("autoplay", wanted)
    played: list[TimeSpan] = []
    bench.player.play = lambda span, **_: played.append(span)  # type: ignore[method-assign]
    bench.events.go_to("dog")
    assert played == ([TimeSpan(5.0, 5.5)] if wanted else [])
    assert bench.player.state is PlayState.STOPPED


def test_a_click_selects_and_with_add_toggles(bench: Bench) -> None:
    selection = bench.owners.selection
    bench.events.click_event("dog", False)
    bench.events.click_event("dog2", True)
    assert selection.ids == ("dog2", "dog")
    bench.events.click_event("dog", True)
    assert selection.ids == ("dog2",)
    bench.events.click_event("", False)
    assert selection.ids == ()


# To another recording


def test_a_span_of_the_open_recording_is_shown_at_once(bench: Bench) -> None:
    bench.owners.selection.select(["dog"])
    assert bench.navigator.go(Destination("yard", span=TimeSpan(3.0, 4.0)))
    assert bench.owners.timeline.selection == TimeSpan(3.0, 4.0)
    assert bench.owners.timeline.cursor_s == 3.0
    assert bench.owners.selection.ids == ()
    assert not bench.loader.asked


def test_the_event_of_a_label_that_shares_most_time_is_chosen(bench: Bench) -> None:
    path = bench.paths["yard"]
    bench.navigator.go(Destination(path=path, span=TimeSpan(5.2, 9.9), label="Dog"))
    assert bench.owners.selection.current == "dog2"


def test_an_event_elsewhere_is_selected_once_it_is_there(bench: Bench) -> None:
    to = Destination("wood", span=TimeSpan(5.0, 5.5), event_id="dog")
    assert bench.navigator.go(to)
    assert bench.loader.asked == [bench.paths["wood"]]
    assert bench.navigator.waiting
    bench.owners.document.set_events(EventList())
    bench.open("wood")
    assert not bench.navigator.waiting
    assert bench.owners.timeline.selection == TimeSpan(5.0, 5.5)
    bench.show_yard()
    assert bench.owners.selection.current == "dog"
    assert not bench.navigator.pending


def test_whoever_opens_something_else_is_not_taken_away(bench: Bench) -> None:
    bench.navigator.go(Destination("wood", span=TimeSpan(5.0, 5.5), event_id="dog"))
    bench.open("yard")
    bench.show_yard()
    assert not bench.navigator.pending
    assert bench.owners.selection.ids == ()


def test_a_missing_file_is_named(bench: Bench) -> None:
    bench.paths["wood"].unlink()
    assert not bench.navigator.go(Destination("wood", span=TimeSpan(0.0, 1.0)))
    assert bench.messages == ["wood.wav is not there any more."]
    assert not bench.loader.asked


def test_an_event_that_the_project_does_not_hold_opens_nothing(bench: Bench) -> None:
    assert not bench.navigator.go(Destination("wood", event_id="nothing"))
    assert not bench.loader.asked


# Decisions


def test_a_decision_goes_to_the_next_event_and_comes_back_by_undo(bench: Bench) -> None:
    bench.owners.selection.select(["dog"])
    bench.decisions.decide(ReviewState.ACCEPTED)
    assert bench.state("dog") is ReviewState.ACCEPTED
    assert bench.owners.selection.current == "dog2"
    bench.history.undo()
    assert bench.state("dog") is ReviewState.UNREVIEWED
    assert bench.owners.selection.current == "dog"
    assert bench.messages == ["Undone: accept Dog"]
    bench.history.redo()
    assert bench.state("dog") is ReviewState.ACCEPTED


@pytest.mark.parametrize(("most", "selected"), [(2, ["dog", "speech"]), (1, ["dog"])])
def test_undo_selects_what_it_changed_and_of_very_many_only_the_first(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, most: int, selected: list[str]
) -> None:
    monkeypatch.setattr("yamnet_gui.gui.controllers.review.history._MOST_SELECTED", most)
    bench.owners.selection.select(["speech", "dog"])
    bench.decisions.decide(ReviewState.ACCEPTED)
    bench.owners.selection.select([])
    bench.history.undo()
    assert bench.state("speech") is bench.state("dog") is ReviewState.UNREVIEWED
    assert list(bench.owners.selection.ids) == selected


def test_undo_goes_to_the_recording_that_it_changes(bench: Bench) -> None:
    bench.owners.selection.select(["dog"])
    bench.decisions.decide(ReviewState.ACCEPTED)
    bench.open("wood")
    bench.history.undo()
    assert bench.loader.asked == [bench.paths["yard"]]
    assert bench.messages[-1] == "Undone: accept Dog in yard.wav"


def test_undo_asks_before_it_changes_another_recording(bench: Bench) -> None:
    bench.owners.selection.select(["dog"])
    bench.decisions.decide(ReviewState.ACCEPTED)
    bench.history.undo()
    bench.history.redo()
    assert bench.questions.asked == []
    bench.open("wood")
    bench.questions.yes = False
    bench.history.undo()
    assert bench.questions.asked == ["Undo “accept Dog”? It is about yard.wav, another recording."]
    assert bench.disk.history.undo_title == "accept Dog"
    bench.questions.yes = True
    bench.history.undo()
    assert bench.disk.history.redo_title == "accept Dog"
    bench.questions.yes = False
    bench.history.redo()
    assert bench.disk.history.redo_title == "accept Dog"


def test_undo_asks_before_it_goes_behind_the_beginning_of_the_session(bench: Bench) -> None:
    bench.owners.selection.select(["dog"])
    bench.decisions.decide(ReviewState.ACCEPTED)
    bench.project.use(None)
    bench.project.use(bench.disk, StorageMode.PROJECT)
    bench.project.set_recording("yard", bench.disk.events.of("yard"), (), Reviewed())
    bench.owners.selection.select(["dog2"])
    bench.decisions.decide(ReviewState.REJECTED)
    bench.questions.yes = False
    bench.history.undo()
    assert bench.questions.asked == []
    bench.history.undo()
    assert bench.questions.asked == [
        "Undo “accept Dog”? It was done before the project was opened."
    ]
    assert bench.state("dog") is ReviewState.ACCEPTED


def test_what_was_done_since_the_project_was_opened_is_undone_without_a_question(
    bench: Bench,
) -> None:
    bench.owners.selection.select(["dog"])
    bench.decisions.decide(ReviewState.ACCEPTED)
    bench.project.reload()  # as where another model is chosen
    bench.project.set_recording("yard", bench.disk.events.of("yard"), (), Reviewed())
    bench.history.undo()
    assert bench.questions.asked == []
    assert bench.disk.history.redo_title == "accept Dog"


def test_a_step_in_several_recordings_is_not_said_to_be_of_one(bench: Bench) -> None:
    items = [
        ProjectEvent(name, bench.owners.event(f"{name}-dog", 1.0)) for name in ("yard", "wood")
    ]
    bench.project.apply(accept(items))
    bench.history.undo()
    assert bench.messages[-1] == "Undone: accept 2 events in 2 recordings"
    bench.history.redo()
    assert bench.messages[-1] == "Redone: accept 2 events in 2 recordings"


def test_the_personal_project_offers_no_earlier_step_while_nothing_of_it_is_seen(
    bench: Bench,
) -> None:
    bench.owners.selection.select(["dog"])
    bench.decisions.decide(ReviewState.ACCEPTED)
    bench.project.use(None)
    bench.project.use(bench.disk, StorageMode.PERSONAL)
    assert bench.steps.undo_title is None
    assert bench.steps.following(back=True) is None
    bench.project.set_recording("yard", bench.disk.events.of("yard"), (), Reviewed())
    assert bench.steps.undo_title == "accept Dog"
    bench.project.forget_recording()
    removed = [r for r in bench.disk.recordings.all() if r.id == "wood"]
    bench.project.apply(remove_recordings(removed))  # made now, so that it can be taken back
    assert bench.steps.undo_title == f"remove {removed[0].name}"


def test_events_that_become_one_are_not_selected_any_more(bench: Bench) -> None:
    event = bench.owners.event
    here = [event("a", 5.0, DOG), event("b", 5.0, SPEECH), event("c", 9.0, SPEECH)]
    bench.owners.document.set_events(EventList.of(here))
    bench.owners.selection.select(["a", "b", "c"])
    bench.labels.relabel(here, LabelChoice("Silence", SILENCE, ""))
    assert bench.owners.selection.ids == ("a", "c")
    assert {e.label for e in bench.disk.events.of("yard") if not is_negative(e)} == {"Silence"}


def states_of(bench: Bench) -> set[ReviewState]:
    return {event.state for event in bench.owners.document.events}


def test_large_steps_and_their_undo_do_not_hold_the_window(bench: Bench, qtbot: QtBot) -> None:
    """They are written in the project's thread; whatever is pressed meanwhile is refused."""
    threads: set[int] = set()
    bench.disk.subscribe(lambda _changes: threads.add(threading.get_ident()))
    many = [bench.owners.event(f"e{n}", n / 20) for n in range(MOST_COUNTED)]
    bench.owners.document.set_events(EventList.of(many))
    bench.events.select_all()
    reports: list[str] = []
    bench.editor.changed_many.connect(reports.append)
    turns = (
        (lambda: bench.decisions.decide(ReviewState.REJECTED), ReviewState.REJECTED),
        (bench.history.undo, ReviewState.UNREVIEWED),
        (bench.history.redo, ReviewState.REJECTED),
    )
    for act, state in turns:
        before = states_of(bench)
        act()
        assert bench.projects.storing
        assert states_of(bench) == before
        selected = bench.owners.selection.ids
        bench.messages.clear()
        bench.decisions.decide(ReviewState.ACCEPTED)
        bench.history.undo()
        why = "the step before is still being stored."
        assert bench.messages == [f"Not done: {why}", f"Undo not done: {why}"]
        assert bench.owners.selection.ids == selected
        qtbot.waitUntil(lambda: not bench.projects.storing, timeout=60_000)
        assert states_of(bench) == {state}
    assert threading.get_ident() not in threads
    assert reports == ["Done: reject 1,000 events."]
    assert bench.messages[-1] == "Redone: reject 1,000 events"


def test_a_step_waits_for_no_other_work_on_the_project(bench: Bench) -> None:
    """An import holds it for seconds: the key is refused, and the window goes on."""
    entered, done = threading.Event(), threading.Event()

    def importing() -> ChangeSet:
        entered.set()
        done.wait(20)
        return ChangeSet()

    connection = bench.disk.events._connection
    other = threading.Thread(target=lambda: connection.write("import", importing))
    other.start()
    try:
        assert entered.wait(20)
        bench.owners.selection.select(("dog",))
        bench.decisions.decide(ReviewState.REJECTED)
        bench.history.undo()
    finally:
        done.set()
        other.join()
    assert bench.state("dog") is ReviewState.UNREVIEWED
    assert [message.split(":")[0] for message in bench.messages] == ["Not done", "Undo not done"]
    bench.decisions.decide(ReviewState.REJECTED)
    assert bench.state("dog") is ReviewState.REJECTED


def test_a_note_typed_while_a_large_step_is_stored_follows_it(bench: Bench, qtbot: QtBot) -> None:
    many = [bench.owners.event(f"e{n}", n / 20) for n in range(MOST_COUNTED)]
    bench.owners.document.set_events(EventList.of(many))
    bench.events.select_all()
    bench.decisions.decide(ReviewState.REJECTED)
    assert bench.projects.storing
    bench.labels.set_note("e3", "behind the wall")
    qtbot.waitUntil(lambda: not bench.projects.storing, timeout=60_000)
    event = bench.owners.document.events.get("e3")
    assert event is not None
    assert (event.note, event.state) == ("behind the wall", ReviewState.REJECTED)
    bench.history.undo()
    event = bench.owners.document.events.get("e3")
    assert event is not None
    assert (event.note, event.state) == ("", ReviewState.REJECTED)


def test_what_a_later_step_changed_is_not_overwritten_by_news_of_an_earlier(
    bench: Bench, qtbot: QtBot
) -> None:
    """A step of another thread is shown after the user's own, which was made after it."""
    dog = bench.owners.document.events.get("dog")
    assert dog is not None
    bench.disk.events.store_detections("yard", bench.owners.document.events)
    theirs = threading.Thread(target=lambda: bench.disk.apply(accept([ProjectEvent("yard", dog)])))
    theirs.start()
    theirs.join()  # the window has not heard of it yet
    accepted = bench.disk.events.of("yard").get("dog")
    assert accepted is not None
    bench.disk.apply(reject([ProjectEvent("yard", accepted)]))
    steps: list[None] = []
    bench.project.steps_changed.connect(lambda: steps.append(None))
    qtbot.waitUntil(lambda: bool(steps), timeout=60_000)
    stored = bench.project.stored.get("dog")
    assert stored is not None
    assert stored.state is ReviewState.REJECTED


def test_all_of_a_class_that_score_as_high_are_accepted(bench: Bench) -> None:
    bench.owners.selection.select(["dog2"])
    bench.decisions.decide_beyond(ReviewState.ACCEPTED)
    assert bench.state("dog") is ReviewState.ACCEPTED
    assert bench.state("dog2") is ReviewState.ACCEPTED
    assert bench.state("speech") is ReviewState.UNREVIEWED


def test_what_was_asked_about_is_decided_though_another_recording_was_opened(
    bench: Bench,
) -> None:
    """A recording that took its time is open when the question is answered."""
    bench.owners.selection.select(["dog2"])
    bench.questions.meanwhile = lambda: bench.open("wood")
    bench.decisions.decide_beyond(ReviewState.ACCEPTED)
    assert {e.id for e in bench.disk.events.of("yard") if e.touched} == {"dog", "dog2"}
    assert not bench.disk.events.of("wood")


def test_nothing_is_asked_about_events_of_a_recording_that_is_still_looked_up(
    bench: Bench,
) -> None:
    """It is known when the question is answered, but what it held before is not."""
    events = list(bench.owners.document.events)
    bench.project.forget_recording()
    bench.owners.document.set_events(EventList.of(events))
    bench.owners.selection.select(["dog2"])
    bench.questions.meanwhile = lambda: bench.open("yard")
    bench.labels.ask_relabel()
    bench.decisions.decide_beyond(ReviewState.ACCEPTED)
    assert bench.questions.asked == []
    assert len(bench.messages) == 2
    assert all("is still being looked up" in text for text in bench.messages)


def test_an_edge_that_is_dragged_while_another_recording_opens_stays(bench: Bench) -> None:
    bench.owners.selection.select(["dog"])
    dog = bench.owners.document.events.get("dog")
    assert dog is not None
    longer = replace(dog.box, end_s=7.0)
    bench.bounds.drag_box("dog", longer, False)
    bench.open("wood")
    bench.owners.document.set_events(EventList())
    for ended in (False, True):
        bench.bounds.drag_box("dog", longer, ended)
        assert not bench.owners.document.events
    assert not bench.disk.events.of("wood")
    assert bench.disk.history.undo_title == "add 2 recordings"


def test_no_key_is_taken_in_the_midst_of_a_drag(bench: Bench) -> None:
    bench.owners.selection.select(["dog"])
    dog = bench.owners.document.events.get("dog")
    assert dog is not None
    shown = ShownEvent(QWidget(), bench.owners.document, bench.owners.selection, bench.parent)
    keys = KeysTaken(bench.editor, bench.queue, bench.loader, shown, bench.bounds)  # type: ignore[arg-type]
    accept = keys.guarded(lambda: bench.decisions.decide(ReviewState.ACCEPTED))
    longer = replace(dog.box, end_s=7.0)
    bench.bounds.drag_box("dog", longer, False)
    accept()
    assert bench.messages == ["1 key not taken: its edges are being dragged."]
    bench.bounds.drag_box("dog", longer, True)
    accept()
    stored = bench.disk.events.of("yard").get("dog")
    assert stored is not None
    assert (stored.state, stored.offset_s) == (ReviewState.ACCEPTED, 7.0)
    shown.close()


def test_an_edge_that_would_turn_the_event_round_is_refused(bench: Bench) -> None:
    bench.owners.selection.select(["dog"])
    bench.transport.seek(7.0)
    bench.bounds.set_edge(onset=True)
    assert "after the end" in bench.messages[-1]
    bench.bounds.set_edge(onset=False)
    event = bench.owners.document.events.get("dog")
    assert event is not None
    assert event.offset_s == 7.0


# Following the selection


def test_the_class_of_the_selected_event_is_the_first_row_and_the_curve(bench: Bench) -> None:
    owners, view = bench.owners, bench.owners.class_view
    view.set_shown((DOG, 3, 4))
    view.choose(3)
    owners.selection.select(["speech"])
    assert (view.shown, view.chosen) == ((SPEECH, DOG, 3, 4), SPEECH)
    owners.selection.select(["dog"])
    assert (view.shown, view.chosen) == ((DOG, 3, 4), DOG)
    view.choose(4)  # by hand: stays until another event is selected
    owners.document.set_events(owners.document.events)
    owners.selection.select([])
    assert (view.shown, view.chosen) == ((DOG, 3, 4), 4)
    owners.selection.select(["dog2"])
    assert view.chosen == DOG


def test_a_corrected_label_brings_its_class_to_the_top(bench: Bench) -> None:
    owners, view = bench.owners, bench.owners.class_view
    owners.selection.select(["dog"])
    owners.document.set_events(EventList.of([owners.event("dog", 5.0, SPEECH)]))
    assert (view.shown, view.chosen) == ((SPEECH,), SPEECH)


def test_what_is_chosen_in_a_table_comes_into_view_with_the_cursor(bench: Bench) -> None:
    timeline = bench.owners.timeline
    timeline.set_view(30.0, 40.0)
    bench.follow.bring_into_view("dog")
    assert timeline.view.start_s < 5.0 < timeline.view.end_s
    assert timeline.cursor_s == 5.0
    before = timeline.view
    bench.follow.bring_into_view("dog2")
    assert timeline.view == before, "it is in view already"


def test_of_what_is_longer_than_the_view_the_start_is_shown(bench: Bench) -> None:
    timeline = bench.owners.timeline
    timeline.set_view(0.0, 10.0)
    bench.follow.bring_into_view("late")  # 20 to 50 s
    assert timeline.view.start_s == pytest.approx(19.0)
    timeline.set_view(30.0, 40.0)
    timeline.reveal(TimeSpan(20.0, 50.0))
    assert timeline.view.start_s == 30.0, "it fills the view"


def test_an_event_too_narrow_to_be_seen_is_shown_with_its_surroundings(bench: Bench) -> None:
    timeline = bench.owners.timeline
    timeline.set_recording(3600.0, 44_100)
    bench.follow.bring_into_view("dog")  # 5 to 5.5 s: a tenth of a pixel
    view = timeline.view
    assert view.start_s <= 0.3
    assert 8 <= view.duration_s <= 20
    bench.follow.bring_into_view("dog2")  # 9 to 10 s
    assert timeline.view == view, "it is seen well"
    bench.events.go_to("late")  # 20 to 50 s
    assert timeline.view.start_s < 20.0
    assert timeline.view.end_s > 50.0, "what was zoomed for a short event zooms out for a long one"
    bench.events.go_to("dog")
    assert timeline.view == view, "keys do the same"


def test_how_much_the_user_wants_to_see_is_kept_while_events_can_be_seen(bench: Bench) -> None:
    timeline = bench.owners.timeline
    timeline.set_recording(3600.0, 44_100)
    bench.follow.bring_into_view("dog")
    timeline.zoom(10.0)
    duration = timeline.view.duration_s
    bench.follow.bring_into_view("dog2")
    assert timeline.view.duration_s == duration, "one second of 100 is narrow, but seen"
    timeline.pan(1000.0)
    bench.follow.bring_into_view("dog")
    assert timeline.view.duration_s == duration
    timeline.show_all()
    bench.follow.bring_into_view("late")  # 30 s of an hour
    assert timeline.view.duration_s == 3600.0
    bench.follow.bring_into_view("dog")
    assert timeline.view.duration_s < 20.0, "a tenth of a pixel is nothing to be seen"


def test_a_setting_leaves_rows_and_view_as_they_are(bench: Bench) -> None:
    owners, view = bench.owners, bench.owners.class_view
    view.set_shown((3, 4))
    owners.selection.select(["dog"])
    bench.settings.set("follow_selection", False)
    assert view.shown == (3, 4)
    owners.selection.select(["speech"])
    before = owners.timeline.view
    bench.follow.bring_into_view("dog")
    assert (view.shown, owners.timeline.view) == ((3, 4), before)
