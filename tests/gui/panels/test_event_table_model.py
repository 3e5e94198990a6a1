"""The table model of events."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from PySide6.QtCore import Qt
from pytestqt.modeltest import ModelTester
from pytestqt.qtbot import QtBot

from tests.gui.support.owners import DOG, Owners
from yamnet_gui.core.clock_time import TimeOfDay
from yamnet_gui.core.events import EventList, ReviewState
from yamnet_gui.gui.panels.event_columns import EventColumn
from yamnet_gui.gui.panels.event_table_model import (
    EVENT_ROLE,
    ID_ROLE,
    EventTableFilter,
    EventTableModel,
)

DOWN = Qt.SortOrder.DescendingOrder
UP = Qt.SortOrder.AscendingOrder


def ids(model: EventTableModel) -> list[str]:
    return [model.index(row, 0).data(ID_ROLE) for row in range(model.rowCount())]


@pytest.fixture
def model(owners: Owners) -> EventTableModel:
    owners.yard()
    model = EventTableModel(owners.timeline, owners.parent)
    model.set_events(owners.document.events)
    return model


def test_is_a_sound_table_model(model: EventTableModel, qtmodeltester: ModelTester) -> None:
    qtmodeltester.check(model)


def test_rows_come_in_order_of_onset_at_first(model: EventTableModel) -> None:
    assert ids(model) == ["speech", "dog", "dog2", "quiet"]


@pytest.mark.parametrize(
    ("column", "order", "expected"),
    [
        (EventColumn.ONSET, DOWN, ["quiet", "dog2", "dog", "speech"]),
        (EventColumn.DURATION, UP, ["dog", "dog2", "speech", "quiet"]),
        (EventColumn.CLASS, UP, ["dog", "dog2", "quiet", "speech"]),
        (EventColumn.SCORE, DOWN, ["dog", "dog2", "speech", "quiet"]),
        (EventColumn.SCORE, UP, ["speech", "dog2", "dog", "quiet"]),
        (EventColumn.STATE, UP, ["speech", "quiet", "dog2", "dog"]),
    ],
)
def test_sorts_by_each_column_with_missing_scores_last(
    model: EventTableModel, column: EventColumn, order: Qt.SortOrder, expected: list[str]
) -> None:
    model.sort(column, order)
    assert ids(model) == expected


@pytest.mark.parametrize(
    ("event_filter", "expected"),
    [
        (EventTableFilter(text="DOG"), ["dog", "dog2"]),
        (EventTableFilter(text="wall dog"), ["dog2"]),
        (EventTableFilter(text="cat"), []),
        (EventTableFilter(states=frozenset({ReviewState.UNREVIEWED})), ["speech", "quiet"]),
        (EventTableFilter(minimum_score=0.7), ["dog", "dog2"]),
        (
            EventTableFilter(text="d", minimum_score=0.8, states=frozenset({ReviewState.ACCEPTED})),
            [],
        ),
        (EventTableFilter(), ["speech", "dog", "dog2", "quiet"]),
    ],
)
def test_filters_by_words_state_and_score(
    model: EventTableModel, event_filter: EventTableFilter, expected: list[str]
) -> None:
    model.set_filter(event_filter)
    assert ids(model) == expected
    assert model.total == 4


def test_an_empty_list_takes_every_filter(owners: Owners) -> None:
    model = EventTableModel(owners.timeline, owners.parent)
    model.set_filter(EventTableFilter("dog", frozenset({ReviewState.ACCEPTED}), 0.5))
    model.set_events(EventList())
    assert model.rowCount() == 0


def test_a_changed_event_does_not_reset_the_table(
    model: EventTableModel, owners: Owners, qtbot: QtBot
) -> None:
    resets: list[int] = []
    model.modelReset.connect(lambda: resets.append(1))
    changed = owners.event("dog", 5.0, DOG, 0.5, 0.9, ReviewState.ACCEPTED)
    with qtbot.waitSignal(model.dataChanged) as announced:
        model.set_events(owners.document.events.with_events(changed))
    assert [announced.args[0].row(), announced.args[1].row()] == [1, 1]
    assert not resets
    assert model.index(1, 0).data(EVENT_ROLE).state is ReviewState.ACCEPTED


def test_rows_are_found_by_id_after_every_change(model: EventTableModel) -> None:
    assert model.row_of("dog2") == 2
    model.sort(EventColumn.SCORE, DOWN)
    assert model.row_of("dog2") == 1
    model.set_filter(EventTableFilter(text="speech"))
    assert model.row_of("dog2") is None
    assert model.row_of("speech") == 0


def test_texts_are_times_lengths_and_marked_states(model: EventTableModel) -> None:
    row = [model.index(2, column).data() for column in EventColumn if not column.measure]
    assert row == ["0:09.00", "1.00 s", "Dog", "0.70", "✓ Accepted", "–", "–", "mix"]
    assert model.index(3, EventColumn.SCORE).data() == "–"
    model.set_compact(True)
    row = [model.index(2, column).data() for column in EventColumn if not column.measure]
    assert row == ["0:09.0", "1.00", "Dog", "0.70", "✓ Accepted", "–", "–", "mix"]


def processor_time_s(work: Callable[[], object]) -> float:
    """Time of the processor, so that other programs do not count."""
    start = time.process_time()
    work()
    return time.process_time() - start


@pytest.mark.workflow
def test_fifty_thousand_events_are_filtered_and_sorted_like_a_plain_list(owners: Owners) -> None:
    rng = np.random.default_rng(7)
    events = EventList.of(
        owners.event(str(i), float(t), int(c), score=float(s))
        for i, (t, c, s) in enumerate(
            zip(
                rng.uniform(0, 36_000, 50_000),
                rng.integers(0, 521, 50_000),
                rng.random(50_000),
                strict=True,
            )
        )
    )
    model = EventTableModel(owners.timeline, owners.parent)
    model.set_events(events)

    def by_model(column: EventColumn) -> None:
        model.set_filter(EventTableFilter(text="ae"[column % 2], minimum_score=0.2))
        model.sort(column, DOWN)

    def plainly() -> None:
        listed = [e for e in events if "a" in e.label.casefold() and (e.score_max or 0) >= 0.2]
        sorted(listed, key=lambda e: (e.label, e.score_max, e.duration_s), reverse=True)

    columns = (EventColumn.SCORE, EventColumn.CLASS, EventColumn.DURATION)
    spent = [processor_time_s(lambda column=column: by_model(column)) for column in columns]
    plain = [processor_time_s(plainly) for _ in columns]
    scores = [e.score_max for e in model.shown]
    assert len(scores) > 1000
    assert min(s for s in scores if s is not None) >= 0.2
    assert min(spent) < 5 * min(plain)


def test_onsets_are_clock_times_and_filtered_by_the_time_of_day_while_clock_times_are_shown(
    model: EventTableModel, owners: Owners
) -> None:
    onsets = [event.onset_s for event in model.shown]
    until = onsets[2] + 0.001
    owners.timeline.set_start(datetime(2026, 5, 3, 23, 59, 59, tzinfo=UTC))
    evening = TimeOfDay(23 * 3600, until - 1.0)
    model.set_filter(EventTableFilter(time_of_day=evening))
    assert len(ids(model)) == len(onsets), "counts from the start, so there is no time of day"
    owners.timeline.show_clock(True)
    assert [event.onset_s for event in model.shown] == onsets[:3]
    expected = [
        f"{(datetime(2026, 5, 3, 23, 59, 59) + timedelta(seconds=t)):%H:%M:%S}" for t in onsets
    ]
    shown = [model.index(row, EventColumn.ONSET).data() for row in range(3)]
    assert [text[:8] for text in shown] == expected[:3]
    assert "2026-05-0" in model.index(0, 0).data(Qt.ItemDataRole.ToolTipRole)
