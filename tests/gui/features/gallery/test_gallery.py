"""The gallery in the window: listed, decided on, relabelled, heard, opened."""

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests.gui.support import projects
from tests.gui.support.answers import answer_questions
from yamnet_gui.core.events import ReviewState
from yamnet_gui.core.spans import TimeSpan
from yamnet_gui.gui.class_colors import color_of_class
from yamnet_gui.gui.dialogs.class_picker import LabelChoice
from yamnet_gui.gui.features.dataset.all_events import AllEvents
from yamnet_gui.gui.features.embedding_map.feature import EmbeddingMap
from yamnet_gui.gui.features.gallery.feature import Gallery
from yamnet_gui.gui.features.gallery.listing import Choice, Kind
from yamnet_gui.gui.features.gallery.panel import GalleryPanel
from yamnet_gui.gui.features.gallery.sources import REMOVED, Order
from yamnet_gui.gui.features.gallery.thumbnail_job import MISSING
from yamnet_gui.gui.features.similarity.feature import SimilarSounds
from yamnet_gui.gui.features.similarity.hits import Hit, ListKind
from yamnet_gui.gui.state.place import Place
from yamnet_gui.gui.state.review_queue import QueueRequest
from yamnet_gui.gui.workbench import Workbench
from yamnet_gui.labels.project import EventFilter, Project, QueueKind, delete

pytestmark = pytest.mark.workflow

Start = Callable[..., Workbench]
Settled = Callable[[Workbench], None]
ACCEPTED, REJECTED = ReviewState.ACCEPTED, ReviewState.REJECTED


@pytest.fixture
def bench(qtbot: QtBot, start: Start, settled: Settled, tmp_path: Path) -> Workbench:
    bench = start(projects.made(tmp_path))
    bench.session.settings.set("autoplay", False)
    bench.session.settings.set("play_on_hover", False)
    bench.session.settings.set("reviewer", "Anna")
    settled(bench)
    assert gallery(bench).panel is None  # it costs nothing until it is shown
    bench.shell.window.actions_by_id["gallery"].trigger()
    settled(bench)
    panel(bench).window().activateWindow()
    qtbot.waitUntil(panel(bench).isActiveWindow)
    panel(bench).grid.setFocus()
    return bench


def gallery(bench: Workbench) -> Gallery:
    return bench.feature(Gallery)


def panel(bench: Workbench) -> GalleryPanel:
    shown = gallery(bench).panel
    assert shown is not None
    return shown


def project_of(bench: Workbench) -> Project:
    assert bench.session.project.project is not None
    return bench.session.project.project


def labels(bench: Workbench) -> list[tuple[str, str]]:
    model = panel(bench).model
    items = [model.item(row) for row in range(model.rowCount())]
    return [(item.name, item.label) for item in items if item is not None]


def states(bench: Workbench) -> list[ReviewState]:
    model = panel(bench).model
    return [model.item(row).state for row in range(model.rowCount())]  # type: ignore[union-attr]


def click(bench: Workbench, row: int, keys: Qt.KeyboardModifier) -> None:
    grid = panel(bench).grid
    at = grid.visualRect(grid.model().index(row, 0)).center()
    QTest.mouseClick(grid.viewport(), Qt.MouseButton.LeftButton, keys, at)


def select(bench: Workbench, *rows: int) -> None:
    keys = Qt.KeyboardModifier
    for n, row in enumerate(rows):
        click(bench, row, keys.ControlModifier if n else keys.NoModifier)


def point(bench: Workbench, row: int) -> None:
    """Moves the pointer onto a card."""
    grid = panel(bench).grid
    at = QPointF(grid.visualRect(grid.model().index(row, 0)).center())
    none = Qt.MouseButton.NoButton
    event = QMouseEvent(
        QEvent.Type.MouseMove,
        at,
        grid.viewport().mapToGlobal(at),
        none,
        none,
        Qt.KeyboardModifier.NoModifier,
    )
    QApplication.sendEvent(grid.viewport(), event)


def count(bench: Workbench, state: ReviewState) -> int:
    return project_of(bench).events.count(EventFilter(states=frozenset([state])))


def test_what_all_events_lists_is_shown_and_follows_its_filter(
    bench: Workbench, settled: Settled
) -> None:
    shown = labels(bench)
    assert [name for name, _ in shown] == ["a.wav"] * 4 + ["b.wav"] * 4 + ["c.wav"] * 4
    thumbnails = gallery(bench).pictures.thumbnails
    cards = [gallery(bench).pictures.card(row) for row in range(12)]
    assert all(thumbnails.get(card.request).image is not None for card in cards)  # type: ignore[union-attr]
    bench.feature(AllEvents).panel.fields.search.setText("bird")
    settled(bench)
    assert labels(bench) == [("a.wav", "Bird"), ("b.wav", "Bird"), ("c.wav", "Bird")]
    assert panel(bench).count.text() == "3 sounds"


def test_a_class_and_a_queue_are_listed_sorted_and_filtered(
    bench: Workbench, settled: Settled
) -> None:
    listing = gallery(bench).listing
    gallery(bench).show(Kind.CLASS, "Dog")
    settled(bench)
    scores = [panel(bench).model.item(row).score for row in range(9)]  # type: ignore[union-attr]
    assert scores == sorted(scores, reverse=True)  # type: ignore[type-var]
    assert {label for _, label in labels(bench)} == {"Dog"}
    assert panel(bench).classes.currentText() == "Dog · 9"
    listing.choose(Choice(Kind.CLASS, "Dog", None, Order.TIME))
    settled(bench)
    assert [name for name, _ in labels(bench)] == ["a.wav"] * 3 + ["b.wav"] * 3 + ["c.wav"] * 3
    gallery(bench).show(Kind.QUEUE)
    settled(bench)
    assert panel(bench).empty.isVisible()
    bench.services.queue_controller.review(QueueRequest(QueueKind.SCORE, everywhere=True))
    settled(bench)
    assert [label for _, label in labels(bench)] == ["Dog"] * 3 + ["Bird"] * 3 + ["Dog"] * 6
    select(bench, 0, 1)
    QTest.keyClick(panel(bench).grid, Qt.Key.Key_R)
    settled(bench)
    listing.choose(Choice(Kind.QUEUE, "", frozenset([ReviewState.UNREVIEWED])))
    settled(bench)
    assert [label for _, label in labels(bench)] == ["Dog"] + ["Bird"] * 3 + ["Dog"] * 6


def test_one_class_begins_with_the_selected_one(bench: Workbench, settled: Settled) -> None:
    session = bench.session
    gallery(bench).show(Kind.EVENTS)
    settled(bench)
    bench.session.selection.select(())
    index = next(entry.index for entry in session.class_map.value if entry.name == "Bird")
    session.class_view.choose(index)
    kinds = panel(bench).kinds
    kinds.setFocus()
    QTest.keyClick(kinds, Qt.Key.Key_Down)  # One class
    QTest.keyClick(kinds, Qt.Key.Key_Return)
    settled(bench)
    assert gallery(bench).listing.choice.kind is Kind.CLASS
    assert {label for _, label in labels(bench)} == {"Bird"}


@pytest.mark.parametrize(
    ("key", "state"),
    [
        (Qt.Key.Key_A, ACCEPTED),
        (Qt.Key.Key_R, REJECTED),
        (Qt.Key.Key_U, ReviewState.UNCERTAIN),
    ],
)
def test_a_key_decides_on_what_is_selected_as_one_step_with_undo(
    bench: Workbench, settled: Settled, key: Qt.Key, state: ReviewState
) -> None:
    select(bench, 1, 5, 9)
    QTest.keyClick(panel(bench).grid, key)
    settled(bench)
    assert count(bench, state) == 3
    assert [row for row, s in enumerate(states(bench)) if s is state] == [1, 5, 9]
    assert panel(bench).grid.selected.tolist() == [1, 5, 9]
    assert panel(bench).message.text() == f"{state.value.capitalize()}: 3 events in all recordings."
    panel(bench).undo.click()
    settled(bench)
    assert count(bench, state) == 0
    assert set(states(bench)) == {ReviewState.UNREVIEWED}


def test_all_means_what_the_gallery_shows(bench: Workbench, settled: Settled) -> None:
    bench.feature(AllEvents).panel.fields.search.setText("bird")
    settled(bench)
    grid = panel(bench).grid
    QTest.keyClick(grid, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    assert panel(bench).count.text() == "3 sounds · 3 selected"
    QTest.keyClick(grid, Qt.Key.Key_A)
    settled(bench)
    assert count(bench, ACCEPTED) == 3


def test_one_alone_hands_on_to_the_next_and_nothing_selected_changes_nothing(
    bench: Workbench, settled: Settled
) -> None:
    grid = panel(bench).grid
    bench.services.queue_controller.step(1)  # an event of the timeline is selected
    settled(bench)
    grid.clearSelection()
    grid.setFocus()
    QTest.keyClick(grid, Qt.Key.Key_A)
    settled(bench)
    assert count(bench, ACCEPTED) == 0
    select(bench, 2)
    QTest.keyClick(grid, Qt.Key.Key_A)
    QTest.keyClick(grid, Qt.Key.Key_Right)
    settled(bench)
    assert states(bench)[2] is ACCEPTED
    assert grid.selected.tolist() == [4]


def test_many_are_relabelled_as_one_step_and_leave_what_they_are_not(
    bench: Workbench, settled: Settled
) -> None:
    asked: list[str] = []

    def label(title: str, _used: Sequence[str]) -> LabelChoice:
        asked.append(title)
        return LabelChoice("Cat", 76)

    answer_questions(bench, label)
    select(bench, 0, 4)
    QTest.keyClick(panel(bench).grid, Qt.Key.Key_Slash)
    settled(bench)
    assert asked == ["Relabel 2 sounds to"]
    assert [label for _, label in labels(bench)].count("Cat") == 2
    assert states(bench)[0] is ACCEPTED
    assert count(bench, REJECTED) == 2  # "not Dog"
    assert panel(bench).message.text() == "Relabelled to Cat: 2 events in all recordings."
    bench.services.review.history.undo()
    settled(bench)
    assert {label for _, label in labels(bench)} == {"Dog", "Bird"}
    assert count(bench, REJECTED) == 0


def test_a_double_click_opens_the_event_in_its_recording(
    bench: Workbench, settled: Settled
) -> None:
    grid = panel(bench).grid
    at = grid.visualRect(grid.model().index(9, 0)).center()
    click(bench, 9, Qt.KeyboardModifier.NoModifier)
    QTest.mouseDClick(
        grid.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, at
    )
    settled(bench)
    event = bench.services.event_navigation.current
    assert event is not None
    assert (bench.services.recording.path.name, event.onset_s) == ("c.wav", 2.0)  # type: ignore[union-attr]


def test_space_plays_and_hovering_plays_where_that_is_on(
    bench: Workbench, settled: Settled, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    played: list[Place] = []
    monkeypatch.setattr(bench.feature(SimilarSounds), "play_place", played.append)
    grid = panel(bench).grid
    select(bench, 6)
    QTest.keyClick(grid, Qt.Key.Key_Space)
    assert [(p.recording, p.span.start_s) for p in played] == [("id-b", 4.0)]
    point(bench, 1)
    QTest.qWait(250)
    assert len(played) == 1
    panel(bench).hear.click()
    assert bench.session.settings.value("play_on_hover")
    point(bench, 2)
    qtbot.waitUntil(lambda: len(played) == 2)
    assert played[1].span == TimeSpan(4.0, 4.96)


def test_a_recording_that_is_missing_says_so_on_its_cards(
    bench: Workbench, settled: Settled, tmp_path: Path
) -> None:
    (tmp_path / "audio" / "b.wav").rename(tmp_path / "elsewhere.wav")
    gallery(bench).pictures.forget_pictures()
    settled(bench)
    pictures = gallery(bench).pictures
    found = [pictures.thumbnails.get(pictures.card(row).request) for row in range(12)]  # type: ignore[union-attr]
    assert [t.problem for t in found] == [""] * 4 + [MISSING] * 4 + [""] * 4  # type: ignore[union-attr]
    (tmp_path / "elsewhere.wav").rename(tmp_path / "audio" / "b.wav")
    pictures.forget_pictures()
    settled(bench)
    assert pictures.thumbnails.get(pictures.card(4).request).image is not None  # type: ignore[union-attr]


def hits(bench: Workbench) -> list[Hit]:
    """Two events of the project and two places that are none, as a lasso on the map lists them."""
    project = project_of(bench)
    events = list(project.events.of("id-a"))[:2]
    places = [Place("id-a", "a.wav", e.span) for e in events]
    places += [Place(f"id-{n}", f"{n}.wav", TimeSpan(9.0, 9.9)) for n in "bc"]
    ids = [e.id for e in events] + ["", ""]
    return [
        Hit(p, 0.9 - k / 10, event_id=i) for k, (p, i) in enumerate(zip(places, ids, strict=True))
    ]


def test_similar_sounds_are_decided_on_at_once_and_can_be_undone(
    bench: Workbench, settled: Settled
) -> None:
    similar = bench.feature(SimilarSounds)
    answer_questions(bench, lambda _title, _used: LabelChoice("Owl of mine"))
    similar.show_list(ListKind.CHOSEN, "4 selected on the map", hits(bench), front=False)
    gallery(bench).show(Kind.SIMILAR)
    settled(bench)
    grid = panel(bench).grid
    assert panel(bench).model.rowCount() == 4
    grid.selectAll()
    QTest.keyClick(grid, Qt.Key.Key_A)
    settled(bench)
    assert states(bench) == [ACCEPTED] * 4
    project = project_of(bench)
    assert [e.label for e in list(project.events.of("id-a"))[:2]] == ["Dog", "Bird"]
    assert [e.label for e in project.events.of("id-b") if e.onset_s == 9.0] == ["Owl of mine"]
    assert count(bench, ACCEPTED) == 4
    bench.services.review.history.undo()
    settled(bench)
    assert set(states(bench)) == {ReviewState.UNREVIEWED}
    assert count(bench, ACCEPTED) == 0
    assert not [e for e in project.events.of("id-b") if e.onset_s == 9.0]


def test_similar_sounds_are_relabelled_whether_they_are_events_or_not(
    bench: Workbench, settled: Settled
) -> None:
    similar = bench.feature(SimilarSounds)
    answer_questions(bench, lambda _title, _used: LabelChoice("Cat", 76))
    similar.show_list(ListKind.CHOSEN, "4 selected on the map", hits(bench), front=False)
    gallery(bench).show(Kind.SIMILAR)
    settled(bench)
    grid = panel(bench).grid
    grid.selectAll()
    QTest.keyClick(grid, Qt.Key.Key_Slash)
    settled(bench)
    project = project_of(bench)
    assert project.events.count(EventFilter(labels=frozenset(["Cat"]))) == 4
    bench.services.review.history.undo()
    settled(bench)
    assert project.events.count(EventFilter(labels=frozenset(["Cat"]))) == 0
    assert project.events.count() == 12


def test_decisions_that_are_still_being_stored_are_not_shown_in_another_list(
    bench: Workbench, settled: Settled
) -> None:
    similar = bench.feature(SimilarSounds)
    answer_questions(bench, lambda _title, _used: LabelChoice("Owl of mine"))
    before = hits(bench)
    similar.show_list(ListKind.CHOSEN, "4 selected on the map", before, front=False)
    gallery(bench).show(Kind.SIMILAR)
    settled(bench)
    panel(bench).grid.selectAll()
    QTest.keyClick(panel(bench).grid, Qt.Key.Key_A)
    other = Hit(Place("id-c", "c.wav", TimeSpan(1.0, 2.0)), 0.9)
    similar.show_list(ListKind.CHOSEN, "1 selected on the map", [other], front=False)
    settled(bench)
    assert similar.similar.hits == (other,)
    project = project_of(bench)
    decided = [project.events.get("id-a", h.event_id) for h in before[:2]]
    assert [d.event.state for d in decided if d is not None] == [ACCEPTED] * 2
    assert [e.label for e in project.events.of("id-c") if e.onset_s == 9.0] == ["Owl of mine"]


@pytest.mark.parametrize("many", [False, True])
def test_a_list_that_changes_while_its_class_is_asked_for_is_not_decided_on(
    bench: Workbench, settled: Settled, many: bool
) -> None:
    similar = bench.feature(SimilarSounds)
    other = Hit(Place("id-c", "c.wav", TimeSpan(1.0, 2.0)), 0.9)

    def label(_title: str, _used: Sequence[str]) -> LabelChoice:
        similar.show_list(ListKind.SIMILAR, "found meanwhile", [other], front=False)
        return LabelChoice("Owl of mine")

    answer_questions(bench, label)
    similar.show_list(ListKind.SIMILAR, "4 like this", hits(bench), front=False)
    gallery(bench).show(Kind.SIMILAR)
    settled(bench)
    steps = project_of(bench).history.undo_title
    if many:
        panel(bench).grid.selectAll()
        QTest.keyClick(panel(bench).grid, Qt.Key.Key_Slash)
    else:
        similar.decide(3, ACCEPTED)
    settled(bench)
    assert similar.similar.hits == (other,)
    assert project_of(bench).history.undo_title == steps


def test_every_list_leads_to_the_gallery(bench: Workbench, settled: Settled) -> None:
    listing, shell = gallery(bench).listing, bench.shell
    shell.classes.class_menu.gallery_requested.emit("Bird")
    settled(bench)
    assert (listing.choice.kind, labels(bench)[0]) == (Kind.CLASS, ("a.wav", "Bird"))
    bench.feature(SimilarSounds).panel.gallery_requested.emit()
    assert listing.choice.kind is Kind.SIMILAR
    bench.feature(AllEvents).panel.gallery_requested.emit()
    assert listing.choice.kind is Kind.EVENTS
    bench.feature(EmbeddingMap).panel.gallery_requested.emit()
    assert listing.choice.kind is Kind.SIMILAR


def test_what_is_selected_stays_so_when_the_order_changes_and_not_in_another_list(
    bench: Workbench, settled: Settled
) -> None:
    listing, shown = gallery(bench).listing, panel(bench)
    select(bench, 0, 5)
    before = {shown.model.item(row).row for row in (0, 5)}  # type: ignore[union-attr]
    listing.choose(Choice(order=Order.LOW_SCORE))
    settled(bench)
    after = {shown.model.item(row).row for row in shown.grid.selected.tolist()}  # type: ignore[union-attr]
    assert after == before
    bench.feature(SimilarSounds).show_list(ListKind.CHOSEN, "four", hits(bench), front=False)
    gallery(bench).show(Kind.SIMILAR)
    settled(bench)
    assert not len(shown.grid.selected)


def test_an_event_that_was_deleted_leaves_a_card_that_says_so(
    bench: Workbench, settled: Settled
) -> None:
    project = project_of(bench)
    project.apply(delete(project.events.at([panel(bench).model.item(2).row])))  # type: ignore[union-attr]
    settled(bench)
    model = panel(bench).model
    assert model.item(2) is None
    assert model.index(2, 0).data() == REMOVED
    select(bench, 2)
    QTest.keyClick(panel(bench).grid, Qt.Key.Key_A)
    QTest.keyClick(panel(bench).grid, Qt.Key.Key_Space)
    settled(bench)
    assert count(bench, ACCEPTED) == 0


def test_keys_do_not_overwrite_the_decision_on_the_next_card(
    bench: Workbench, settled: Settled
) -> None:
    grid = panel(bench).grid
    select(bench, 1)
    QTest.keyClick(grid, Qt.Key.Key_A)
    settled(bench)
    select(bench, 0)
    QTest.keyClick(grid, Qt.Key.Key_R)
    settled(bench)
    assert grid.currentIndex().row() == 2
    assert (count(bench, ACCEPTED), count(bench, REJECTED)) == (1, 1)
    select(bench, 1)  # changing a decision goes card by card
    QTest.keyClick(grid, Qt.Key.Key_U)
    settled(bench)
    assert grid.currentIndex().row() == 2


def test_a_card_that_is_chosen_is_shown_in_its_recording_and_keys_go_on(
    bench: Workbench, settled: Settled
) -> None:
    shown, grid = panel(bench), panel(bench).grid
    names = {shown.model.item(row).name for row in range(grid.count)}  # type: ignore[union-attr]
    assert len(names) > 1
    seen = set()
    select(bench, 0)
    for _ in range(grid.count):
        settled(bench)
        item = shown.model.item(grid.currentIndex().row())
        event = bench.services.event_navigation.current
        assert item is not None
        assert event is not None
        assert (event.id, event.span) == (item.event_id, item.place.span)
        recording = bench.session.document.recording
        assert recording is not None
        assert recording.info.path.name == item.name
        view = bench.session.timeline.view
        assert view.start_s <= event.onset_s < view.end_s
        if event.class_index is not None:
            assert bench.session.class_view.chosen == event.class_index
        assert grid.hasFocus()
        seen.add(item.name)
        QTest.keyClick(grid, Qt.Key.Key_Right)
    assert seen == names
    bench.session.settings.set("follow_selection", False)
    before = bench.session.selection.ids
    QTest.keyClick(grid, Qt.Key.Key_Home)
    settled(bench)
    assert bench.session.selection.ids == before


def test_cards_are_drawn_in_the_colours_that_classes_have_now(
    bench: Workbench, settled: Settled
) -> None:
    item = panel(bench).model.item(0)
    assert item is not None
    assert item.class_index is not None
    own = item.class_index
    alike = next(i for i in range(521) if i != own and color_of_class(i) == color_of_class(own))
    grid = panel(bench).grid
    card = grid.visualRect(grid.model().index(0, 0))
    before = grid.viewport().grab(card).toImage()
    bench.services.appearance.keep_apart([alike, own], {alike, own})
    settled(bench)
    assert grid.viewport().grab(card).toImage() != before


@pytest.mark.workflow
def test_escape_closes_the_gallery_and_its_buttons_have_words_where_there_is_room(
    bench: Workbench, qtbot: QtBot
) -> None:
    shown = panel(bench)
    shown.resize(1_400, 500)
    beside = Qt.ToolButtonStyle.ToolButtonTextBesideIcon
    words = [button.text() for button in shown.buttons if button.toolButtonStyle() is beside]
    assert words[:3] == ["Accept", "Reject", "Uncertain"]
    qtbot.keyClick(shown.grid, Qt.Key.Key_Escape)
    assert not shown.isVisible()
    bench.shell.window.actions_by_id["gallery"].trigger()
    assert shown.isVisible()
