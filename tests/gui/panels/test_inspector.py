"""The inspector."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QToolButton
from pytestqt.qtbot import QtBot

from tests.gui.support.owners import DOG, SILENCE, SPEECH, Owners
from yamnet_gui.core.events import EventList, EventSource, ReviewState
from yamnet_gui.detection import Rule, RuleSet
from yamnet_gui.gui.class_colors import color_of_class
from yamnet_gui.gui.panels.event_facts import threshold_facts
from yamnet_gui.gui.panels.inspector import InspectorPanel
from yamnet_gui.gui.state.top_classes import top_classes
from yamnet_gui.gui.theme import class_color, keep_apart


@pytest.fixture
def panel(owners: Owners, qtbot: QtBot) -> InspectorPanel:
    owners.yard()
    # Frames 10 and 11 lie in the dog's span (5.0 to 5.5 s); 12 begins behind it.
    owners.score({(10, DOG): 0.9, (10, SPEECH): 0.3, (9, SPEECH): 0.5, (30, SILENCE): 0.8})
    panel = InspectorPanel(owners.document, owners.selection, owners.timeline, owners.class_map)
    qtbot.addWidget(panel)
    panel.resize(300, 700)
    panel.show()
    qtbot.waitExposed(panel)
    return panel


def test_shows_the_selected_event(panel: InspectorPanel, owners: Owners) -> None:
    owners.selection.select(["dog"])
    assert panel.title.text() == "Dog"
    assert panel.kinds.text().endswith("Domestic animals, pets")
    facts = {name: value.text() for name, (_, value) in panel.facts._rows.items()}
    assert facts["Time"] == "0:05.000 – 0:05.500"
    assert facts["State"] == "✗ Rejected"
    assert facts["Score"] == "max 0.900"


def facts_of(panel: InspectorPanel) -> dict[str, str]:
    return {
        name: value.text()
        for name, (_, value) in panel.facts._rows.items()
        if value.isVisibleTo(panel)
    }


def test_several_events_show_what_is_true_of_all(panel: InspectorPanel, owners: Owners) -> None:
    owners.selection.select(["dog2", "dog", "speech"])
    assert panel.title.text() == "3 events"
    assert facts_of(panel) == {
        "Class": "Dog 2 · Speech 1",
        "Time": "0:01.000 – 0:10.000",
        "Duration": "500 ms – 2.00 s, 3.50 s in all",
        "State": "○ Unreviewed 1 · ✓ Accepted 1 · ✗ Rejected 1",
        "Score": "0.400 – 0.900",
        "Source": "Detected",
        "Note": "1 of 3 have one",
    }
    assert "only to Dog at 0:09.00" in panel.several.text()
    for of_one in (panel.note, panel.frequency_range, panel.kinds, panel.swatch):
        assert not of_one.isVisibleTo(panel)
    texts = [action.text() for action in panel.menu_for(SILENCE).actions()]
    assert texts[-1] == "Relabel all 3 events as Silence"
    owners.selection.select(["dog", "dog2"])
    assert panel.title.text() == "2 events of Dog"
    assert panel.swatch.isVisibleTo(panel)
    owners.selection.select(["speech", "quiet"])
    assert facts_of(panel)["Score"] == "0.400 (1 of 2)"
    owners.selection.select(["dog"])
    assert panel.note.isVisibleTo(panel)
    assert facts_of(panel)["Score"] == "max 0.900"


def test_best_classes_are_those_of_the_frames_in_the_span(
    panel: InspectorPanel, owners: Owners
) -> None:
    event = owners.document.events.get("dog")
    assert event is not None
    assert owners.document.scores is not None
    grid = owners.document.scores.grid
    frames = range(grid.frame_at(event.onset_s), grid.frame_at(event.offset_s - 1e-6) + 1)
    owners.selection.select(["dog"])
    first = panel.span_bars.rows[0]
    assert first.class_index == DOG
    assert first.score == pytest.approx(0.9)
    assert first.second == pytest.approx(0.9 / len(frames))
    assert len(panel.span_bars.rows) == 9


def test_what_it_was_before_is_told(panel: InspectorPanel, owners: Owners) -> None:
    event = owners.document.events.get("dog")
    assert event is not None
    owners.document.set_events(
        owners.document.events.with_events(event.relabelled("Bark", None, "").moved(5.1, 5.5))
    )
    owners.selection.select(["dog"])
    assert panel.facts._rows["Originally"][1].text() == "Dog, 0:05.000 – 0:05.500"


def test_the_best_classes_follow_the_cursor(
    panel: InspectorPanel, owners: Owners, qtbot: QtBot
) -> None:
    owners.timeline.set_cursor(30 * 0.48 + 0.48)
    qtbot.waitUntil(lambda: panel.at_cursor.bars.rows[0].class_index == SILENCE)
    assert panel.at_cursor.title.text() == "At the cursor  0:14.880"


def test_says_where_there_are_no_scores(
    panel: InspectorPanel, owners: Owners, qtbot: QtBot
) -> None:
    owners.open()
    qtbot.waitUntil(lambda: panel.at_cursor.none.isVisible())
    assert panel.at_cursor.none.text() == "Not analysed here yet."
    assert not panel.title.isVisible()


def test_a_note_is_handed_over_when_typing_ends(
    panel: InspectorPanel, owners: Owners, qtbot: QtBot
) -> None:
    owners.selection.select(["dog"])
    panel.note.setPlainText("two dogs")
    with qtbot.waitSignal(panel.note_edited, timeout=3000) as edited:
        pass
    assert edited.args == ["dog", "two dogs"]


def test_a_note_goes_to_the_event_it_was_written_for(
    panel: InspectorPanel, owners: Owners, qtbot: QtBot
) -> None:
    owners.selection.select(["dog"])
    panel.note.setPlainText("two dogs")
    with qtbot.waitSignal(panel.note_edited) as edited:
        owners.selection.select(["dog2"])
    assert edited.args == ["dog", "two dogs"]
    assert panel.note.toPlainText() == "behind the wall"
    with qtbot.assertNotEmitted(panel.note_edited):
        panel.commit_note()


def test_words_being_typed_survive_new_events(panel: InspectorPanel, owners: Owners) -> None:
    owners.selection.select(["dog"])
    panel.note.setPlainText("two do")
    owners.document.set_events(owners.document.events.with_events(owners.event("new", 40.0)))
    assert panel.note.toPlainText() == "two do"


def test_an_undone_note_is_shown(panel: InspectorPanel, owners: Owners) -> None:
    owners.selection.select(["dog2"])
    owners.document.set_events(
        owners.document.events.with_events(owners.event("dog2", 9.0, DOG, note="in front of it"))
    )
    assert panel.note.toPlainText() == "in front of it"


def test_several_events_say_what_can_be_done(panel: InspectorPanel, owners: Owners) -> None:
    owners.selection.select(["dog", "dog2"])
    assert panel.several.isVisible()
    assert panel.several.text().startswith("Accept, reject, relabel and delete apply to all")
    owners.selection.select(["dog"])
    assert not panel.several.isVisible()


def test_a_bar_asks_for_its_class_by_mouse_and_by_key(
    panel: InspectorPanel, owners: Owners, qtbot: QtBot
) -> None:
    owners.selection.select(["dog"])
    bars = panel.span_bars
    with qtbot.waitSignal(panel.class_clicked) as clicked:
        qtbot.mouseClick(bars, Qt.MouseButton.LeftButton, pos=QPoint(30, 5))
    assert clicked.args == [DOG]
    qtbot.keyClick(bars, Qt.Key.Key_Down)
    qtbot.keyClick(bars, Qt.Key.Key_Down)
    with qtbot.waitSignal(panel.class_clicked) as clicked:
        qtbot.keyClick(bars, Qt.Key.Key_Return)
    assert clicked.args == [bars.rows[1].class_index]


def test_the_menu_of_a_bar_offers_to_relabel(
    panel: InspectorPanel, owners: Owners, qtbot: QtBot
) -> None:
    owners.selection.select(["dog"])
    offered = {action.text(): action for action in panel.menu_for(SPEECH).actions()}
    with qtbot.waitSignal(panel.relabel_requested) as asked:
        offered["Relabel the event as Speech"].trigger()
    assert asked.args == ["dog", SPEECH]
    assert len(panel.menu_for(DOG).actions()) == 1


def test_best_first_sorts_the_largest() -> None:
    import numpy as np

    scores = np.array([0.1, 0.9, 0.4, 0.9, 0.2], np.float32)
    assert top_classes(scores, 3) == [1, 3, 2]
    assert top_classes(scores, 99) == [1, 3, 2, 4, 0]


def test_the_keys_are_shown_with_an_event_until_dismissed(
    panel: InspectorPanel, owners: Owners, qtbot: QtBot
) -> None:
    panel.show_legend("A accept · R reject")
    assert not panel.legend.isVisible()
    owners.selection.select(["dog"])
    assert panel.legend.isVisible()
    panel.legend.dismissed.connect(lambda: panel.show_legend(""))
    (close,) = panel.legend.findChildren(QToolButton)
    qtbot.mouseClick(close, Qt.MouseButton.LeftButton)
    assert not panel.legend.isVisible()


def test_times_are_clock_times_with_the_date_while_those_are_shown(
    panel: InspectorPanel, owners: Owners
) -> None:
    owners.selection.select(["dog"])
    owners.timeline.set_start(datetime(2026, 5, 3, 23, 59, 55, tzinfo=UTC))
    owners.timeline.show_clock(True)
    facts = {name: value.text() for name, (_, value) in panel.facts._rows.items()}
    assert facts["Time"] == "00:00:00.000 – 00:00:00.500"
    assert facts["Date"] == "2026-05-04 +00:00"
    assert panel.facts._names[:3] == ["Time", "Date", "Duration"]


def test_very_many_selected_events_are_summed_up_a_moment_later(
    panel: InspectorPanel, owners: Owners, qtbot: QtBot
) -> None:
    owners.document.set_events(EventList.of(owners.event(str(i), i * 0.004) for i in range(12_000)))
    owners.selection.select(map(str, range(12_000)))
    qtbot.waitUntil(lambda: panel.title.text() == "12,000 events of Speech")
    assert facts_of(panel)["State"] == "○ Unreviewed"
    owners.selection.select(["3"])
    assert panel.title.text() == "Speech"


def test_bars_have_the_colours_that_classes_have_now(
    panel: InspectorPanel, owners: Owners, qtbot: QtBot
) -> None:
    owners.timeline.set_cursor(5.2)
    owners.selection.select(["dog"])
    bars = (panel.at_cursor.bars, panel.span_bars)
    qtbot.waitUntil(lambda: all(one.rows and one.rows[0].class_index == DOG for one in bars))
    alike = next(i for i in range(521) if i != DOG and color_of_class(i) == color_of_class(DOG))
    try:
        assert keep_apart([alike, DOG], {alike, DOG})
        panel.show_colors()
        for one in bars:
            assert one.rows[0].color == class_color(DOG)
            assert one.rows[0].color.name() != color_of_class(DOG)
    finally:
        keep_apart((), ())


def test_a_detection_that_scores_less_than_its_threshold_says_why(owners: Owners) -> None:
    rule = RuleSet().resolved(DOG)
    weak = owners.event("weak", 1.0, DOG, score=rule.on - 0.1)
    assert threshold_facts(weak, rule) == [
        ("Threshold", f"{rule.on:.2f}, reached by another part of the same sound")
    ]
    assert threshold_facts(owners.event("reaches", 1.0, DOG, score=rule.on), rule) == []
    accepted = replace(weak, state=ReviewState.ACCEPTED)
    ((_, why),) = threshold_facts(accepted, rule)
    assert "not reached" in why, "what is decided is explained, too"
    relabelled = replace(weak.relabelled("Bark", DOG, ""), score_max=0.1)
    assert threshold_facts(relabelled, rule) == [], "the user gave it that label"
    mine = replace(weak, source=EventSource.DRAWN)
    assert threshold_facts(mine, rule) == []
    boxes = RuleSet().with_default(Rule(method="boxes")).resolved(DOG)
    assert threshold_facts(weak, boxes) == []


def test_the_name_of_another_event_is_in_sight(panel: InspectorPanel, owners: Owners) -> None:
    owners.selection.select(["dog"])
    panel.resize(300, 160)
    bar = panel._scroll.verticalScrollBar()
    bar.setValue(bar.maximum())
    assert bar.value() > 0
    owners.selection.select(["speech"])
    assert bar.value() == 0


def test_broader_classes_of_the_sound_are_all_readable_the_highest_score_first(
    panel: InspectorPanel, owners: Owners, qtbot: QtBot
) -> None:
    siren, police, vehicle = (
        owners.class_map.value.select([name])[0].index
        for name in ("Siren", "Police car (siren)", "Emergency vehicle")
    )
    scores = {police: 0.8, vehicle: 0.9, siren: 0.98}
    events = [owners.event(f"e{i}", 5.0, i, score=score) for i, score in scores.items()]
    owners.document.set_events(EventList.of(events))
    owners.document.shown.set_one_per_sound(True)
    owners.selection.select((f"e{police}",))
    panel.resize(280, 700)
    panel.show()
    qtbot.waitExposed(panel)
    kinds = panel.facts._rows["Also as"][1]
    assert kinds.text() == "Siren 0.98, Emergency vehicle 0.90"
    assert kinds.fontMetrics().horizontalAdvance(kinds.text()) > kinds.width()
    assert kinds.height() >= 2 * kinds.fontMetrics().height()  # in full, on two lines
    assert "may score higher" in kinds.toolTip()
