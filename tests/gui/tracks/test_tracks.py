"""The tracks: one time axis to the pixel."""

from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QImage, QPainter
from pytestqt.qtbot import QtBot

from tests.gui.support.owners import Owners
from tests.gui.support.pixels import area_pixels, pixels
from yamnet_gui.audio import PeakBuilder, open_audio
from yamnet_gui.core.events import Event, EventList
from yamnet_gui.core.spans import TimeSpan
from yamnet_gui.gui.state.sound import Sound
from yamnet_gui.gui.state.spectrogram import Spectrogram
from yamnet_gui.gui.theme import DARK, class_color
from yamnet_gui.gui.tracks.event_bars import _joined
from yamnet_gui.gui.tracks.event_lanes import MOST_LANES, Lanes
from yamnet_gui.gui.tracks.layer import Layer, between, turned
from yamnet_gui.gui.tracks.plot_view import AXIS_WIDTH
from yamnet_gui.gui.tracks.ruler import RulerLayer
from yamnet_gui.gui.tracks.scores import HeatLayer
from yamnet_gui.gui.tracks.stack import TrackSources, TrackStack
from yamnet_gui.gui.tracks.track import Track
from yamnet_gui.gui.tracks.waveform import WaveformLayer, peak_rows

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


def test_a_label_stands_once_in_the_legend_also_where_a_class_has_its_name() -> None:
    events = EventList.of([Event("own", 0, 1, "metronome"), Event("found", 2, 3, "metronome", 521)])
    legend = Lanes.of(events).legend(TimeSpan(0.0, 5.0), 9)
    assert [event.label for event in legend] == ["metronome"]


def test_the_overview_shows_the_cursor_once_at_its_place_in_the_whole(
    stack: TrackStack, owners: Owners
) -> None:
    owners.timeline.set_view(6.0, 9.0)
    for cursor_s in (7.5, 2.0):
        owners.timeline.set_cursor(cursor_s)
        seen = area_pixels(stack.overview)
        found = np.flatnonzero((seen == QColor(DARK.cursor).getRgb()[:3]).all(axis=2).all(axis=0))
        assert found.tolist() == [round(cursor_s / DURATION_S * seen.shape[1])]


def test_a_cursor_that_moves_draws_no_track_again(
    stack: TrackStack, owners: Owners, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn: list[str] = []
    for kind in (WaveformLayer, HeatLayer, RulerLayer):
        before = kind.draw

        def draw(self: Layer, *arguments: Any, before: Any = before) -> None:
            drawn.append(type(self).__name__)
            before(self, *arguments)

        monkeypatch.setattr(kind, "draw", draw)
    owners.timeline.set_view(2.0, 8.0)
    owners.timeline.set_cursor(3.0)
    stack.grab()
    stack.grab()
    drawn.clear()
    for cursor_s in (3.5, 4.0, 4.5):
        owners.timeline.set_cursor(cursor_s)
        qtbot.wait(1)
    assert drawn == []


def test_what_is_stored_of_a_track_looks_like_what_was_painted_first(
    stack: TrackStack, owners: Owners
) -> None:
    owners.document.set_events(many(60, 0.3, 0.25))
    owners.timeline.set_view(2.0, 8.0)
    owners.timeline.set_cursor(1.0)
    for track in (*all_tracks(stack), stack.overview):
        first, again = track.grab().toImage(), track.grab().toImage()
        assert np.array_equal(pixels(first), pixels(again)), track.title


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


def many(count: int, spacing_s: float, length_s: float) -> EventList:
    return EventList.of(
        Event(f"{i}", i * spacing_s, i * spacing_s + length_s, ("Speech", "Dog")[i % 3 == 0],
              (0, 69)[i % 3 == 0])
        for i in range(count)
    )  # fmt: skip


def test_each_shown_class_has_a_row_and_all_others_the_last() -> None:
    events = EventList.of(
        [
            Event("a", 0, 5, "Dog", 69),
            Event("b", 1, 2, "Speech", 0),
            Event("c", 1, 3, "Bird", 106),
            Event("d", 1, 3, "my owl", None),
            Event("e", 2, 3, "Dog", 69),
        ]
    )
    lanes = Lanes.of(events, (0, 69, 300))
    rows = {
        event.id: lanes.rows[lane] for event, lane in zip(lanes.events, lanes.lanes, strict=True)
    }
    assert rows == {"a": 69, "b": 0, "c": None, "d": "my owl", "e": 69}
    assert lanes.rows == (0, 69, 300, "my owl", None)
    assert lanes.count == 5


def test_rows_beyond_the_most_share_the_last_lane() -> None:
    events = EventList.of(Event(f"{i}", i, i + 1.0, f"label {i}", None) for i in range(100))
    lanes = Lanes.of(events, tuple(range(30)))
    assert lanes.count == len(lanes.rows) == MOST_LANES
    assert lanes.rows[-1] is None
    assert lanes.lanes.max() == MOST_LANES - 1


def test_the_events_track_names_rows_or_colours(stack: TrackStack, owners: Owners) -> None:
    owners.document.set_events(many(6, 2.0, 1.0))
    axis = stack.events.axis
    assert [text for text, _ in axis.named] == ["Speech", "Dog"]  # the most frequent first
    colors = [color.name() for _, color in axis.named]
    assert colors == [class_color(0).name(), class_color(69).name()]
    owners.class_view.set_shown((69,))
    stack.events.show_by_class(True)
    assert [text for text, _ in axis.named] == ["Dog", "other classes"]
    owners.class_view.set_shown((69, 0))
    assert [text for text, _ in axis.named] == ["Dog", "Speech"]
    owners.timeline.set_view(0.0, 1.5)
    stack.events.show_by_class(False)
    assert [text for text, _ in axis.named] == ["Dog"]  # what is in view


def test_what_colours_mean_follows_the_view_when_it_rests(
    stack: TrackStack, owners: Owners, qtbot: QtBot
) -> None:
    owners.document.set_events(many(6, 2.0, 1.0))
    axis = stack.events.axis
    for start in (0.0, 0.1, 0.2):
        owners.timeline.set_view(start, start + 1.3)
        assert [text for text, _ in axis.named] == ["Speech", "Dog"]  # not with every step
    qtbot.waitUntil(lambda: [text for text, _ in axis.named] == ["Dog"])


def test_a_legend_of_colours_does_not_look_like_names_of_rows(
    stack: TrackStack, owners: Owners
) -> None:
    """Names of rows end at the area, beside their row; a legend begins at the left."""
    owners.document.set_events(many(6, 2.0, 1.0))
    track, swatch = stack.events, class_color(0).name()

    def columns_of_swatch() -> tuple[int, int]:
        axis = track.grab().toImage().copy(0, 0, AXIS_WIDTH - 2, track.height())
        found = [
            x
            for x in range(axis.width())
            for y in range(axis.height())
            if axis.pixelColor(x, y).name() == swatch
        ]
        return min(found), max(found)

    assert columns_of_swatch()[1] < AXIS_WIDTH / 4
    owners.class_view.set_shown((69, 0))
    track.show_by_class(True)
    assert columns_of_swatch()[0] > AXIS_WIDTH * 3 / 4


@pytest.mark.parametrize("by_class", [False, True])
def test_where_bars_would_be_confetti_their_number_is_drawn(
    stack: TrackStack, owners: Owners, by_class: bool
) -> None:
    owners.document.set_events(many(6000, 0.001, 0.0005))
    owners.class_view.set_shown((0, 69))
    stack.events.show_by_class(by_class)
    layer = stack.events._layer
    width = layer.width

    def draw() -> QImage:
        picture = QImage(width, layer.height, QImage.Format.Format_ARGB32)
        picture.fill(0)
        painter = QPainter(picture)
        layer.draw(painter, 1.0)
        painter.end()
        return picture

    drawn = pixels(draw())
    half = width // 2  # the events end in the middle of the view
    assert (drawn[:, : half - 30, 3] > 0).any(axis=0).all()
    assert not drawn[:, half + 30 :, 3].any()
    where = QPointF(half / 2, layer.lane_top(0) + 3)
    assert layer.hit(where) is None
    text = stack.events.hover_text(where)
    per_pixel = 12.0 / width / 0.001
    number = int(text.split()[0])
    assert per_pixel * (0.3 if by_class else 0.6) < number < per_pixel * 2 + 2
    assert "Speech" in text
    assert ("Dog" in text) != by_class
    owners.timeline.set_view(1.0, 1.02)
    draw()
    assert layer.hit(QPointF(layer.x_of(1.0102), layer.lane_top(0) + 3)) is not None


def test_marks_stand_at_round_clock_times(stack: TrackStack, owners: Owners) -> None:
    owners.open(3600.0)
    owners.timeline.set_start(datetime(2026, 5, 3, 10, 13, 47, 300_000))
    owners.timeline.show_clock(True)
    for length, step in ((3000.0, 60), (600.0, 15), (20.0, 1)):
        owners.timeline.set_view(100.0, 100.0 + length)
        times = [_seconds(text) for _area, text in _labels(stack)]
        assert len(times) > 2
        assert all(time % step == 0 for time in times)


def test_frames_of_selected_bars_that_touch_are_one() -> None:
    lanes = np.array([1, 0, 0, 1, 0], np.int32)
    left = np.array([40.0, 10.0, 12.0, 5.0, 90.0])
    right = np.array([43.0, 13.0, 15.0, 8.0, 5000.0])
    where, starts, ends = _joined(lanes, left, right, 100)
    assert where.tolist() == [0, 0, 1, 1]
    assert starts.tolist() == [10.0, 90.0, 5.0, 40.0]
    assert ends.tolist() == [15.0, 104.0, 8.0, 43.0], "what is out of sight is cut off"


def test_the_frame_follows_the_selection_and_new_events(
    stack: TrackStack, owners: Owners, qtbot: QtBot
) -> None:
    layer = stack.events._layer
    owners.document.set_events(many(4, 1.0, 0.9))
    owners.selection.select(["1", "3"])
    assert layer._selected_bars().tolist() == [False, True, False, True]
    owners.document.set_events(owners.document.events.without("0"))
    assert layer._selected_bars().tolist() == [True, False, True]
    owners.selection.select([])
    assert not layer._selected_bars().any()


def test_rows_between_two_borders_are_cut_off_at_both_ends() -> None:
    starts = np.array([-5.0, 0, 2, 3, 7, 9])
    stops = np.array([-2.0, 2, 2, 5, 12, 9])
    row = np.arange(8)[:, None]
    assert np.array_equal(between(starts, stops, 8), (row >= starts) & (row < stops))


def test_bars_of_peaks_reach_from_the_highest_to_the_lowest_sample() -> None:
    low = np.array([-1.0, 0.0, 0.25, np.nan, -0.5], np.float32)
    high = np.array([1.0, 0.0, 0.25, np.nan, 0.5], np.float32)
    bars = between(*peak_rows(low, high, 16), 16)
    assert bars.sum(axis=0).tolist() == [16, 1, 1, 0, 8]
    assert np.flatnonzero(bars[:, 4]).tolist() == list(range(4, 12))


def test_columns_are_turned_into_rows_with_the_last_on_top() -> None:
    levels = np.random.default_rng(1).integers(0, 256, (37, 11)).astype(np.uint8)
    assert np.array_equal(turned(levels), levels.T[::-1])
