"""The panel of events."""

import pytest
from PySide6.QtCore import QItemSelectionModel, Qt
from pytestqt.qtbot import QtBot

from tests.gui.support.access_keys import tab_order
from tests.gui.support.owners import DOG, Owners
from yamnet_gui.core.events import EventList, ReviewState
from yamnet_gui.detection import is_weak_part
from yamnet_gui.gui.panels.event_columns import EventColumn
from yamnet_gui.gui.panels.events import EventsPanel
from yamnet_gui.gui.state.document import AnalysisState


@pytest.fixture
def panel(owners: Owners, qtbot: QtBot) -> EventsPanel:
    owners.yard()
    panel = EventsPanel(
        owners.document, owners.selection, owners.grouping, owners.order, owners.timeline
    )
    qtbot.addWidget(panel)
    panel.resize(320, 400)
    panel.show()
    qtbot.waitExposed(panel)
    return panel


def rows(panel: EventsPanel) -> list[int]:
    return sorted(index.row() for index in panel.table.selectionModel().selectedRows())


def test_choosing_rows_chooses_events(panel: EventsPanel, owners: Owners) -> None:
    panel.table.selectRow(1)
    assert owners.selection.ids == ("dog",)
    flags = QItemSelectionModel.SelectionFlag
    panel.table.selectionModel().select(panel.model.index(3, 0), flags.Select | flags.Rows)
    assert set(owners.selection.ids) == {"dog", "quiet"}
    assert owners.selection.current == "dog"


def test_chosen_events_are_selected_without_an_echo(
    panel: EventsPanel, owners: Owners, qtbot: QtBot
) -> None:
    changes: list[tuple[str, ...]] = []
    owners.selection.changed.connect(lambda: changes.append(owners.selection.ids))
    owners.selection.select(["dog2", "speech"])
    assert rows(panel) == [0, 2]
    assert panel.table.currentIndex().row() == 2
    assert changes == [("dog2", "speech")]
    owners.selection.select([])
    assert rows(panel) == []


def test_the_selection_stays_through_sorting_filtering_and_new_events(
    panel: EventsPanel, owners: Owners
) -> None:
    owners.selection.select(["dog", "quiet"])
    panel.table.sortByColumn(0, Qt.SortOrder.DescendingOrder)
    assert rows(panel) == [0, 2]
    panel.search.setText("dog")
    assert rows(panel) == [1]
    assert owners.selection.ids == ("dog", "quiet")
    panel.clear_filter()
    owners.document.set_events(owners.document.events.with_events(owners.event("new", 30.0)))
    assert [panel.model.shown[r].id for r in rows(panel)] == ["quiet", "dog"]
    assert owners.selection.ids == ("dog", "quiet")


def test_an_event_that_leaves_the_filter_leaves_the_scroll_where_it_was(
    panel: EventsPanel, owners: Owners
) -> None:
    owners.document.set_events(EventList.of(owners.event(f"e{i}", float(i)) for i in range(200)))
    panel.states.setCurrentText("○ Unreviewed")
    panel.table.verticalScrollBar().setValue(100)
    owners.selection.select(["e103"])
    done = owners.event("e103", 103.0, state=ReviewState.ACCEPTED)
    owners.document.set_events(owners.document.events.with_events(done))
    assert panel.table.verticalScrollBar().value() == 100
    assert panel.model.row_of("e103") is None
    assert panel.model.rowCount() == 199


def test_events_that_appear_above_do_not_move_what_is_looked_at(
    panel: EventsPanel, owners: Owners
) -> None:
    owners.document.set_events(
        EventList.of(owners.event(f"e{i}", float(i)) for i in range(100, 300))
    )
    panel.table.verticalScrollBar().setValue(50)
    before = panel.model.shown[panel.table.rowAt(0)].id
    owners.document.set_events(
        owners.document.events.with_events(*(owners.event(f"a{i}", float(i)) for i in range(40)))
    )
    assert panel.model.shown[panel.table.rowAt(0)].id == before


def test_enter_and_double_click_open_an_event(panel: EventsPanel, qtbot: QtBot) -> None:
    panel.table.selectRow(2)
    with qtbot.waitSignal(panel.opened) as opened:
        qtbot.keyClick(panel.table, Qt.Key.Key_Return)
    assert opened.args == ["dog2"]
    with qtbot.waitSignal(panel.opened) as opened:
        panel.table.doubleClicked.emit(panel.model.index(0, 0))
    assert opened.args == ["speech"]


def test_letters_do_not_search_in_the_table(panel: EventsPanel, qtbot: QtBot) -> None:
    panel.table.sortByColumn(2, Qt.SortOrder.AscendingOrder)
    panel.table.selectRow(0)
    for key in (Qt.Key.Key_S, Qt.Key.Key_A, Qt.Key.Key_R):
        qtbot.keyClick(panel.table, key)
    assert panel.table.currentIndex().row() == 0


def test_a_right_click_names_the_event(panel: EventsPanel, qtbot: QtBot) -> None:
    place = panel.table.visualRect(panel.model.index(1, 2)).center()
    with qtbot.waitSignal(panel.menu_requested) as asked:
        panel.table.customContextMenuRequested.emit(place)
    assert asked.args == [panel.table.viewport().mapToGlobal(place), "dog"]


def test_says_how_many_events_there_are(panel: EventsPanel, owners: Owners) -> None:
    assert panel.count.text() == "4 events"
    panel.search.setText("dog")
    assert panel.count.text() == "4 events · 2 shown"
    owners.selection.select(["dog", "dog2"])
    assert panel.count.text() == "4 events · 2 shown · 2 selected"


def test_every_choice_of_states_lists_those_and_no_others(
    panel: EventsPanel, owners: Owners
) -> None:
    listed = {}
    for i in range(panel.states.count()):
        panel.states.setCurrentIndex(i)
        listed[panel.states.itemText(i)] = panel.shown_ids
    assert listed == {
        "All states": ["speech", "dog", "dog2", "quiet"],
        "○ Unreviewed": ["speech", "quiet"],
        "✓ Accepted": ["dog2"],
        "✗ Rejected": ["dog"],
        "? Uncertain": [],
        "Reviewed": ["dog", "dog2"],
        "Not rejected": ["speech", "dog2", "quiet"],
    }


def test_an_empty_table_says_why(panel: EventsPanel, owners: Owners) -> None:
    panel.search.setText("zebra")
    assert panel.empty.isVisible()
    assert "filter" in panel.empty.text()
    panel.empty.linkActivated.emit("all")
    assert panel.table.isVisible()
    owners.document.set_events(EventList())
    owners.document.set_state(AnalysisState.COMPLETE)
    assert "threshold" in panel.empty.text()
    owners.document.open(None)
    assert "No recording" in panel.empty.text()


def test_events_that_are_still_being_found_are_not_none(panel: EventsPanel, owners: Owners) -> None:
    owners.document.set_events(EventList())
    owners.document.set_state(AnalysisState.COMPLETE)
    owners.document.set_loading_events(True)
    assert panel.empty.text() == "Loading events…"
    assert panel.count.text() == "loading events…"
    owners.document.set_loading_events(False)
    assert panel.empty.text().startswith("No score reaches its threshold")
    assert panel.count.text() == "0 events"


def test_the_number_of_events_is_provisional_while_a_closer_look_goes_on(
    panel: EventsPanel, owners: Owners
) -> None:
    owners.document.set_closer_look(0.3)
    assert panel.count.text() == "4 events, provisional"
    assert "still change" in panel.count.toolTip()
    owners.document.set_closer_look(None)
    assert panel.count.text() == "4 events"
    assert panel.count.toolTip() == ""


def test_escape_empties_the_filter(panel: EventsPanel, qtbot: QtBot) -> None:
    panel.search.setText("dog")
    qtbot.keyClick(panel.search, Qt.Key.Key_Escape)
    assert panel.search.text() == ""
    assert len(panel.shown_ids) == 4


def test_a_wide_panel_writes_the_states_out(panel: EventsPanel) -> None:
    assert panel.model.compact
    panel.resize(900, 400)
    assert not panel.model.compact
    assert panel.grab().width() == 900


@pytest.mark.workflow
def test_thousands_of_scattered_rows_are_selected_and_others_after_them(
    panel: EventsPanel, owners: Owners, qtbot: QtBot
) -> None:
    owners.document.set_events(EventList.of(owners.event(str(i), i * 0.01) for i in range(12_000)))
    qtbot.waitUntil(lambda: panel.model.rowCount() == 12_000)  # in a turn of its own
    for first in (0, 1, 0):
        ids = [str(i) for i in range(first, 12_000, 2)]
        owners.selection.select(ids)
        assert rows(panel) == list(range(first, 12_000, 2))
        assert owners.selection.ids == tuple(ids)
    owners.selection.select(["7"])
    assert rows(panel) == [7]


def test_tab_goes_through_the_panel_from_the_top(panel: EventsPanel) -> None:
    queue, table = panel.queue, panel.table
    wanted = [queue.kind, queue.scope, panel.search, panel.minimum_score, panel.states, table]
    assert tab_order(panel, wanted) == wanted


def test_events_below_their_threshold_are_marked_and_can_be_left_out(
    panel: EventsPanel, owners: Owners
) -> None:
    owners.document.set_events(
        EventList.of(
            [
                owners.event("reaches", 1.0, DOG, score=0.25),
                owners.event("weak", 2.0, DOG, score=0.02),
                owners.event("kept", 3.0, DOG, score=0.03, state=ReviewState.ACCEPTED),
                owners.event("drawn", 4.0, DOG, score=None),
            ]
        )
    )
    panel.model.set_weak(lambda event: is_weak_part(event, owners.rules.rule(DOG)))

    def scores() -> list[str]:
        count = range(panel.model.rowCount())
        return [panel.model.index(row, EventColumn.SCORE).data() for row in count]

    assert scores() == ["0.25", "↓0.02", "↓0.03", "–"]
    tip = panel.model.index(1, EventColumn.SCORE).data(Qt.ItemDataRole.ToolTipRole)
    assert "Below the threshold" in tip
    panel.reaching.click()
    assert [event.id for event in panel.model.shown] == ["reaches", "drawn"]
    assert owners.order.ids == ["reaches", "drawn"], "keys step through what is listed"
    owners.rules.set_threshold(None, 0.3)
    panel.model.set_weak(lambda event: is_weak_part(event, owners.rules.rule(DOG)))
    assert [event.id for event in panel.model.shown] == ["drawn"]
    panel.clear_filter()
    assert scores() == ["↓0.25", "↓0.02", "↓0.03", "–"]
