"""Measures in inspector and table, and the sound of a box, in the real window."""

import time
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from yamnet_gui.core.events import Event, EventList
from yamnet_gui.core.spans import TimeSpan
from yamnet_gui.gui.panels.event_columns import MEASURE_COLUMNS, EventColumn
from yamnet_gui.gui.workbench import Workbench
from yamnet_gui.labels.project import add_events

pytestmark = pytest.mark.workflow

Start = Callable[..., Workbench]
Settled = Callable[[Workbench], None]


@pytest.fixture
def bench(start: Start, settled: Settled, sound_file: Path) -> Workbench:
    """Twelve seconds: a tone of 1 kHz from 3 to 5 s, noise from 8 to 9 s, else silence."""
    bench = start(sound_file)
    bench.session.settings.set("autoplay", False)
    settled(bench)
    events = [
        Event("tone", 3.0, 5.0, "Tone", low_hz=500.0, high_hz=2_000.0),
        Event("noise", 8.0, 9.0, "Noise"),
        Event("none", 10.0, 11.0, "Nothing"),
    ]
    bench.session.project.apply(add_events(bench.session.project.recording_id, events))
    settled(bench)
    bench.shell.window.activateWindow()
    return bench


def shown(bench: Workbench) -> dict[str, str]:
    form = bench.shell.inspector.measures
    return {n: v.text() for n, (_, v) in form._rows.items() if v.isVisibleTo(form)}


def test_the_inspector_measures_the_event_and_the_selection(
    bench: Workbench, settled: Settled
) -> None:
    assert not bench.shell.inspector.measures.isVisible()
    bench.session.selection.select(["tone"])
    settled(bench)
    rows = shown(bench)
    assert rows["Peak frequency"] == "1,000 Hz"
    assert (rows["Peak level"], rows["RMS level"]) == ("−6.0 dBFS", "−11.1 dBFS")
    bench.session.selection.select(["none"])
    settled(bench)
    assert "Peak frequency" not in shown(bench), "silence has no frequencies"
    assert shown(bench)["RMS level"] == "−∞ dBFS"
    bench.session.selection.select([])
    assert not bench.shell.inspector.measures.isVisible()
    bench.session.timeline.set_selection(TimeSpan(3.5, 4.5), (600.0, 1_500.0))
    settled(bench)
    assert bench.shell.inspector.measures_title.text() == "Measures of the selection"
    assert shown(bench)["Frequencies"] == "600 – 1,500 Hz"
    assert shown(bench)["Peak frequency"] == "1,000 Hz"
    bench.session.selection.select(["tone"])
    bench.services.review.bounds.set_band("tone", 1_500.0, 2_000.0)
    settled(bench)
    assert shown(bench)["Peak frequency"] != "1,000 Hz", "another box is measured again"


def test_a_box_drawn_beside_a_selected_event_is_measured_at_once_in_sight(
    bench: Workbench, settled: Settled
) -> None:
    inspector = bench.shell.inspector
    bench.session.selection.select(["noise"])
    settled(bench)
    bench.session.timeline.set_selection(TimeSpan(3.5, 4.5), (600.0, 1_500.0))
    settled(bench)
    assert inspector.measures_title.text() == "Measures of the selection"
    assert shown(bench)["Peak frequency"] == "1,000 Hz"
    assert inspector.measures_title.y() < inspector.measures.y() < inspector.title.y()
    bench.session.selection.select(["none"])
    settled(bench)
    assert inspector.measures_title.text() == "Measures"
    assert shown(bench)["RMS level"] == "−∞ dBFS"
    assert inspector.title.y() < inspector.measures_title.y() < inspector.measures.y()


def test_the_table_shows_measures_and_sorts_by_them(bench: Workbench, settled: Settled) -> None:
    panel, model = bench.shell.events, bench.shell.events.model
    assert all(panel.table.isColumnHidden(column) for column in MEASURE_COLUMNS)
    bench.shell.window.actions_by_id["measure_columns"].trigger()
    assert not any(panel.table.isColumnHidden(column) for column in MEASURE_COLUMNS)
    panel.table.horizontalScrollBar().setValue(panel.table.horizontalScrollBar().maximum())
    panel.table.viewport().grab()
    panel.sort_by(EventColumn.BANDWIDTH_HZ, descending=True)
    settled(bench)
    labels = [event.label for event in model.shown]
    assert labels == ["Noise", "Tone", "Nothing"]
    row = labels.index("Tone")
    assert model.index(row, EventColumn.PEAK_HZ).data() == "1,000"
    assert model.index(row, EventColumn.PEAK_DBFS).data() == "−6.0"
    bench.shell.window.actions_by_id["measure_columns"].trigger()
    assert [event.label for event in model.shown] == ["Tone", "Noise", "Nothing"]


def test_ten_thousand_rows_of_measures_hold_nothing_up(
    bench: Workbench, settled: Settled, qtbot: QtBot
) -> None:
    events = [
        Event(str(i), i * 0.001, i * 0.001 + 0.05, "Tone", low_hz=100.0, high_hz=900.0 + i)
        for i in range(10_000)
    ]
    bench.session.document.set_events(EventList.of(events))
    bench.shell.window.actions_by_id["measure_columns"].trigger()
    gaps = [0.0]
    last = [time.thread_time()]  # of this thread: other programs do not count

    def tick() -> None:
        now = time.thread_time()
        gaps.append(now - last[0])
        last[0] = now

    timer = QTimer(interval=0, timeout=tick)
    bench.shell.events.sort_by(EventColumn.SNR_DB, descending=True)
    timer.start()
    feature = next(f for f in bench.features if type(f).__name__ == "MeasuresFeature")
    qtbot.waitUntil(lambda: len(feature._known) > 1_500, timeout=60_000)
    timer.stop()
    assert max(gaps) < 0.25
    bench.shell.window.actions_by_id["measure_columns"].trigger()
    bench.session.document.set_events(EventList())


def test_a_recording_that_is_gone_is_said_once(
    bench: Workbench, settled: Settled, sound_file: Path
) -> None:
    sound_file.unlink()
    bench.session.selection.select(["tone"])
    settled(bench)
    assert sound_file.name in shown(bench)["Not measured"]


def test_the_player_is_told_the_band_of_the_event_while_that_is_set(bench: Workbench) -> None:
    bench.session.selection.select(["tone"])
    player = bench.services.player
    QTest.keyClick(bench.shell.window, Qt.Key.Key_P, Qt.KeyboardModifier.ShiftModifier)
    assert bench.session.settings.value("band_limited") is True
    QTest.keyClick(bench.shell.window, Qt.Key.Key_Return)
    assert player._request().band_hz == (500.0, 2_000.0)
    QTest.keyClick(bench.shell.window, Qt.Key.Key_P, Qt.KeyboardModifier.ShiftModifier)
    assert player._request().band_hz is None
    player.stop()
