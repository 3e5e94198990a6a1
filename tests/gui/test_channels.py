"""Channels analysed each on its own: the window shows whose scores it shows, by channel."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox, QMenu
from pytestqt.qtbot import QtBot

from tests.gui.support.mouse import click, place
from yamnet_gui.gui.features.dataset.all_events import AllEvents
from yamnet_gui.gui.features.dataset.all_events_model import ProjectColumn
from yamnet_gui.gui.features.gallery.feature import Gallery
from yamnet_gui.gui.panels.event_columns import EventColumn
from yamnet_gui.gui.workbench import Workbench
from yamnet_gui.labels.project import QueueKind

RATE_HZ = 16_000
Start = Callable[..., Workbench]
Settled = Callable[[Workbench], None]


@pytest.fixture
def bench(start: Start, settled: Settled, tiny_weights: Path, tmp_path: Path) -> Workbench:
    """A recording with noise in its first channel and a tone in its second, analysed by channel."""
    time = np.arange(8 * RATE_HZ) / RATE_HZ
    first, second = np.zeros_like(time), np.zeros_like(time)
    noise, tone = (time >= 1) & (time < 3), (time >= 5) & (time < 7)
    first[noise] = np.random.default_rng(5).uniform(-0.5, 0.5, int(noise.sum()))
    second[tone] = 0.5 * np.sin(2 * np.pi * 1000 * time[tone])
    path = tmp_path / "two.wav"
    soundfile.write(path, np.stack([first, second], axis=1), RATE_HZ, subtype="PCM_16")
    bench = start(weights=tiny_weights)
    bench.session.settings.set("channels", "each")
    bench.open(path)
    settled(bench)
    bench.shell.window.activateWindow()
    return bench


def texts(box: QComboBox) -> list[str]:
    return [box.itemText(i) for i in range(box.count())]


def choose(box: QComboBox, steps: int) -> None:
    """Chooses another entry by the keys, as a user does."""
    box.setFocus()
    for _ in range(abs(steps)):
        QTest.keyClick(box, Qt.Key.Key_Down if steps > 0 else Qt.Key.Key_Up)


@pytest.mark.workflow
def test_the_window_says_whose_scores_it_shows_and_lists_events_by_channel(
    bench: Workbench, settled: Settled, qtbot: QtBot
) -> None:
    document, shell = bench.session.document, bench.shell
    assert document.channels == (0, 1)
    assert document.channel_note == "channel 1 of 2"
    tracks, classes = shell.tracks, shell.classes
    assert classes.channel.isVisible()
    assert texts(classes.channel) == ["Scores of channel 1", "Scores of channel 2"]

    # the key, the list of classes, tracks and inspector say the same
    both = [one.table().scores for one in document.buffers]
    tracks.waveform.setFocus()
    shown = {}
    for channel in (0, 1):
        assert document.channel == channel
        assert classes.channel.currentIndex() == channel
        at = place(tracks.scores, 6.0, 0.02)
        text = tracks.scores.hover_text(tracks.scores.area_position(at))
        row, chosen = bench.session.class_view.shown[0], bench.session.class_view.chosen
        assert chosen is not None
        frame = document.buffers[0].grid.frame_at(6.0)
        assert f"channel {channel + 1} of 2" in text
        assert f"score {both[channel][frame, row]:.3f}" in text
        curve = tracks.curve.hover_text(tracks.curve.area_position(place(tracks.curve, 6.0)))
        assert f"channel {channel + 1} of 2" in curve
        assert f"score {both[channel][frame, chosen]:.3f}" in curve
        qtbot.waitUntil(lambda: document.channel_note in shell.inspector.at_cursor.title.text())
        shown[channel] = (tracks.scores.grab().toImage(), tracks.curve.grab().toImage())
        QTest.keyClick(tracks.waveform, Qt.Key.Key_C)
    assert document.channel == 0  # after the last one the first
    assert all(a != b for a, b in zip(shown[0], shown[1], strict=True))
    choose(classes.channel, 1)
    assert document.channel == 1

    # an event shows the scores of its own channel, wherever it is chosen
    table, model = shell.events.table, shell.events.model
    assert not table.isColumnHidden(EventColumn.CHANNEL)
    of = {model.shown[row].channel: row for row in range(model.rowCount())}
    assert set(of) == {0, 1}
    for channel in (0, 1, 0):
        event = model.shown[of[channel]]
        table.scrollTo(model.index(of[channel], 0))
        spot = table.visualRect(model.index(of[channel], EventColumn.CLASS)).center()
        QTest.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=spot)
        assert document.channel == channel
        assert bench.session.class_view.chosen == event.class_index
        assert shell.inspector.span_title.text().endswith(f"channel {channel + 1}")
        assert model.index(of[channel], EventColumn.CHANNEL).data() == str(channel + 1)

    # filter and order by channel
    box = shell.events.channel
    assert texts(box) == ["All channels", "Channel 1", "Channel 2"]
    total = model.rowCount()
    choose(box, 2)
    assert {event.channel for event in model.shown} == {1}
    second = model.rowCount()
    choose(box, -1)
    assert {event.channel for event in model.shown} == {0}
    assert model.rowCount() + second == total
    choose(box, -1)
    header = table.horizontalHeader()
    spot = QPoint(header.sectionViewportPosition(EventColumn.CHANNEL) + 5, 5)
    QTest.mouseClick(header.viewport(), Qt.MouseButton.LeftButton, pos=spot)
    assert [event.channel for event in model.shown] == [0] * (total - second) + [1] * second

    # all events of the project, the gallery, and the queue of review
    bench.shell.window.actions_by_id["all_events"].trigger()
    settled(bench)
    everything = bench.feature(AllEvents).panel
    assert not everything.table.isColumnHidden(ProjectColumn.CHANNEL)
    assert texts(everything.fields.channel) == ["All channels", "Channel 1", "Channel 2"]
    choose(everything.fields.channel, 2)
    settled(bench)
    listed = [everything.model.item(row) for row in range(everything.model.rowCount())]
    assert len(listed) == second
    assert {item.event.channel for item in listed if item} == {1}
    assert everything.model.index(0, ProjectColumn.CHANNEL).data() == "2"
    bench.shell.window.actions_by_id["gallery"].trigger()
    settled(bench)
    gallery = bench.feature(Gallery)
    assert gallery.panel is not None
    assert gallery.panel.channels.isVisible()
    assert "channel 2" in gallery.panel.model.index(0, 0).data()
    choose(gallery.panel.channels, 1)  # of what All events lists, which is the other one
    settled(bench)
    assert gallery.panel.grid.count == 0
    choose(everything.fields.channel, -2)
    settled(bench)
    cards = [gallery.panel.model.item(row) for row in range(gallery.panel.grid.count)]
    assert len(cards) == total - second
    assert {card.place.channel for card in cards if card} == {0}
    gallery.panel.close()
    queue = shell.events.queue
    queue.kind.setFocus()
    QTest.keyClick(queue.kind, Qt.Key.Key_Down)  # opens the list
    QTest.keyClick(queue.kind.view(), Qt.Key.Key_Down)
    QTest.keyClick(queue.kind.view(), Qt.Key.Key_Return)
    settled(bench)
    assert bench.session.review_queue.request.kind is QueueKind.SCORE
    qtbot.waitUntil(queue.channel.isVisible)
    choose(queue.channel, 2)
    settled(bench)
    rows = bench.session.review_queue.rows
    assert len(rows) > 0
    assert bench.session.project.project is not None
    queued = bench.session.project.project.events.at(rows.tolist())
    assert {item.event.channel for item in queued} == {1}


@pytest.mark.workflow
def test_spectrogram_and_sound_follow_the_channel_of_the_scores_and_say_so(
    bench: Workbench, settled: Settled, qtbot: QtBot, sound_file: Path
) -> None:
    session, tracks, window = bench.session, bench.shell.tracks, bench.shell.window
    mode, spectrogram = bench.services.player.mode, session.spectrogram
    menu = next(m for m in window.menus["Play"].findChildren(QMenu) if "hannel" in m.title())

    def played() -> list[str]:
        return [action.text() for action in menu.actions() if action.isChecked()]

    assert (session.document.channel, spectrogram.settings.channel, mode.channel) == (0, 0, 0)
    assert tracks.spectrogram._layer.note == "channel 1 of 2"
    window.actions_by_id["next_channel"].trigger()
    settled(bench)
    assert (session.document.channel, spectrogram.settings.channel, mode.channel) == (1, 1, 1)
    assert tracks.spectrogram._layer.note == "channel 2 of 2"
    assert tracks.waveform._layer.played == 1
    assert played() == ["Right"]

    # what is chosen by hand stays until other scores are shown
    everything = next(action for action in menu.actions() if action.text() == "All")
    everything.trigger()
    assert (mode.channel, tracks.waveform._layer.played) == (None, None)
    assert played() == ["All"]
    session.document.scores_changed.emit()
    assert mode.channel is None

    window.actions_by_id["next_channel"].trigger()
    assert (spectrogram.settings.channel, mode.channel) == (0, 0)
    window.actions_by_id["follow_channel"].trigger()
    assert (spectrogram.settings.channel, mode.channel) == (None, None)
    assert tracks.spectrogram._layer.note == ""
    window.actions_by_id["follow_channel"].trigger()
    assert spectrogram.settings.channel == 0

    session.settings.set("channels", "mix")
    bench.open(sound_file)
    settled(bench)
    assert (spectrogram.settings.channel, mode.channel) == (None, None)


@pytest.mark.workflow
def test_a_click_on_a_bar_shows_the_scores_of_its_channel(bench: Workbench) -> None:
    document, bars = bench.session.document, bench.shell.tracks.events
    lanes = bars._layer.lanes
    for event, lane in zip(lanes.events, lanes.lanes.tolist(), strict=True):
        middle = (event.onset_s + event.offset_s) / 2
        at = place(bars, middle)
        at.setY(bars.area.sceneBoundingRect().top() + bars._layer.lane_top(lane) + 6)
        hit = bars._layer.hit(bars.area_position(at))
        if hit is event and event.channel == 1:
            click(bars, at)
            assert event.id in bench.session.selection.ids
            assert document.channel == 1
            assert "channel 2" in bars.hover_text(bars.area_position(at))
            return
    pytest.fail("no event of the second channel can be clicked")
