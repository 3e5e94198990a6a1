"""The tracks: one time axis to the pixel."""

from datetime import datetime
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QRectF
from PySide6.QtGui import QImage, QPainter
from pytestqt.qtbot import QtBot

from tests.gui.support.owners import Owners
from tests.gui.support.pixels import pixels
from yamnet_gui.audio import PeakBuilder, open_audio
from yamnet_gui.core.events import Event, EventList
from yamnet_gui.core.spans import TimeSpan
from yamnet_gui.gui.state.sound import Sound
from yamnet_gui.gui.state.spectrogram import Spectrogram
from yamnet_gui.gui.theme import DARK
from yamnet_gui.gui.tracks.events import Lanes
from yamnet_gui.gui.tracks.layer import Layer
from yamnet_gui.gui.tracks.ruler import RulerLayer
from yamnet_gui.gui.tracks.stack import TrackSources, TrackStack
from yamnet_gui.gui.tracks.track import Track

DURATION_S = 12.0


@pytest.fixture
def stack(qtbot: QtBot, owners: Owners, sound_file: Path) -> TrackStack:
    """All tracks with a waveform, without a window around them."""
    sound = Sound(owners.parent)
    stack = TrackStack(
        TrackSources(
            owners.timeline,
            owners.document,
            owners.selection,
            sound,
            Spectrogram(owners.parent),
            owners.class_view,
            owners.class_map,
            owners.rules,
            owners.grouping,
        ),
        DARK,
    )
    qtbot.addWidget(stack)
    stack.resize(900, 640)
    stack.show()
    qtbot.waitExposed(stack)
    owners.open(DURATION_S)
    owners.class_view.set_shown((0, 69))
    with open_audio(sound_file) as source:
        builder = PeakBuilder(source)
        for _fraction in builder.run():
            pass
        sound.set_pyramid(builder.pyramid)
    return stack


def all_tracks(stack: TrackStack) -> list[Track]:
    return [stack.ruler, *stack.tracks.values()]


def test_the_same_time_lies_in_the_same_pixel_column_on_every_track(
    stack: TrackStack, owners: Owners
) -> None:
    rng = np.random.default_rng(2)
    for _ in range(200):
        length = DURATION_S * 10 ** rng.uniform(-4, 0)
        first = rng.uniform(0, DURATION_S - length)
        owners.timeline.set_view(first, first + length)
        view = owners.timeline.view
        time_s = rng.uniform(view.start_s, view.end_s)
        columns = set()
        for track in all_tracks(stack):
            left = track.mapTo(stack, track.viewport().pos()).x()
            edge = track.area.sceneBoundingRect().left()
            layers = [i for i in track.area.childItems() if isinstance(i, Layer)]
            assert layers
            for layer in layers:
                columns.add(int(np.floor(left + edge + layer.x_of(time_s))))
        assert len(columns) == 1


def test_every_track_has_the_same_left_edge_and_width(stack: TrackStack) -> None:
    places = {
        (round(t.area.sceneBoundingRect().left(), 3), round(t.area.sceneBoundingRect().width(), 3))
        for t in all_tracks(stack)
    }
    assert len(places) == 1


def test_a_selection_is_drawn_in_the_same_columns_on_every_track(
    stack: TrackStack, owners: Owners
) -> None:
    tracks = [t for t in all_tracks(stack) if t not in (stack.ruler, stack.events)]
    before = {track.title: track.grab().toImage() for track in tracks}
    owners.timeline.set_selection(TimeSpan(6.0, 7.5))
    changed = {t.title: changed_columns(before[t.title], t.grab().toImage()) for t in tracks}
    assert len(changed) == 4
    assert len(set(changed.values())) == 1, changed


def changed_columns(before: QImage, after: QImage) -> tuple[int, int]:
    """First and last pixel column in which two pictures differ."""
    difference = pixels(before) != pixels(after)
    columns = np.flatnonzero(difference.any(axis=(0, 2)))
    return int(columns[0]), int(columns[-1])


def test_overlapping_events_lie_in_different_lanes() -> None:
    events = EventList.of(
        Event(str(i), onset, offset, "Speech", 0)
        for i, (onset, offset) in enumerate([(0, 5), (1, 2), (2.5, 4), (4.5, 6), (6, 7)])
    )
    lanes = Lanes.of(events)
    assert lanes.lanes.tolist() == [0, 1, 1, 1, 0]
    assert lanes.count == 2


def test_the_overview_is_painted_again_when_the_cursor_moves(
    stack: TrackStack, owners: Owners, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    layer = stack.overview._view_layer
    updates: list[float] = []
    monkeypatch.setattr(layer, "update", lambda *_: updates.append(owners.timeline.cursor_s))
    owners.timeline.set_cursor(7.0)
    assert updates == [7.0]


class _Texts(QPainter):
    """Notes which texts are drawn where."""

    def __init__(self, width: int, height: int) -> None:
        self._picture = QImage(width, height, QImage.Format.Format_ARGB32)
        super().__init__(self._picture)
        self.drawn: list[tuple[QRectF, str]] = []

    def drawText(self, area: QRectF, flags: object, text: str) -> None:  # type: ignore[override]
        self.drawn.append((area, text))


def _labels(stack: TrackStack) -> list[tuple[QRectF, str]]:
    (layer,) = (i for i in stack.ruler.area.childItems() if isinstance(i, RulerLayer))
    painter = _Texts(layer.width, layer.height)
    layer.draw(painter, 1.0)
    painter.end()
    return painter.drawn


def _seconds(text: str) -> float:
    parts = map(float, reversed(text.split(":")))
    return sum(part * 60**n for n, part in enumerate(parts))


def test_every_label_of_the_time_axis_stands_at_a_mark_within_the_view(
    stack: TrackStack, owners: Owners
) -> None:
    owners.open(3600.0)
    owners.timeline.set_start(datetime(2026, 5, 3, 10))
    rng = np.random.default_rng(4)
    for by_clock in (False, True):
        owners.timeline.show_clock(by_clock)
        for _ in range(100):
            length = 10 ** rng.uniform(-2, 3)
            first = rng.uniform(0, 3600.0 - length)
            owners.timeline.set_view(first, first + length)
            view = owners.timeline.view
            labels = _labels(stack)
            decimals = max(len(text.partition(".")[2]) for _area, text in labels)
            times = [_seconds(text) - by_clock * 36_000 for _area, text in labels]
            half_s = 10.0**-decimals / 2
            assert all(view.start_s - half_s <= t <= view.end_s + half_s for t in times)
            steps = np.diff(times)
            assert np.allclose(steps, steps[:1]), "a mark between others has no label"
            for (left, _), (right, _) in pairwise(labels):
                assert left.right() < right.left()
