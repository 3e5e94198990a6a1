"""Boxes on the spectrogram: selecting, moving edges and corners, zooming to frequencies."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from PySide6.QtCore import QObject, QPoint, QPointF, Qt, Signal
from PySide6.QtGui import QColor, QImage, QKeySequence, QPainter, QShortcut, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests.gui.support.owners import DOG, Owners
from tests.gui.support.pixels import pixels
from yamnet_gui.audio import PRESETS
from yamnet_gui.core.events import EventList
from yamnet_gui.core.spans import Box, TimeSpan
from yamnet_gui.gui.state.sound import Sound
from yamnet_gui.gui.state.spectrogram import Spectrogram
from yamnet_gui.gui.theme import DARK
from yamnet_gui.gui.tracks.plot_view import AXIS_WIDTH
from yamnet_gui.gui.tracks.stack import TrackSources, TrackStack
from yamnet_gui.gui.tracks.track import Track
from yamnet_gui.gui.widgets.colors import contrast

pytestmark = pytest.mark.qt_log_ignore("does not support raise", extend=True)  # tooltips

LEFT = Qt.MouseButton.LeftButton
NONE = Qt.KeyboardModifier.NoModifier
CTRL = Qt.KeyboardModifier.ControlModifier
NYQUIST = 22_050.0
Hand = Callable[..., None]


class Moves(QObject):
    """What tracks say of boxes that are moved, applied to the event as a controller would."""

    said = Signal()

    def __init__(self, stack: TrackStack, owners: Owners) -> None:
        super().__init__(owners.parent)
        self.boxes: list[tuple[Box, bool]] = []
        self.lanes: list[list[int]] = []
        self._stack, self._owners = stack, owners
        stack.box_moved.connect(self._on_box)

    def _on_box(self, event_id: str, box: Box, ended: bool) -> None:
        self.boxes.append((box, ended))
        events = self._owners.document.events
        event = events.get(event_id)
        assert event is not None
        self._owners.document.set_events(events.with_events(event.moved(box.start_s, box.end_s)))
        lanes = self._stack.events._layer._lanes
        order = sorted(range(len(lanes.events)), key=lambda i: lanes.events[i].id)
        self.lanes.append([int(lanes.lanes[i]) for i in order])


@pytest.fixture
def stack(qtbot: QtBot, owners: Owners) -> TrackStack:
    """Sixty seconds at 44.1 kHz with a dog from 20 to 30 s, between 5 and 10 kHz."""
    spectrogram = Spectrogram(owners.parent)
    stack = TrackStack(
        TrackSources(
            owners.timeline,
            owners.document,
            owners.selection,
            Sound(owners.parent),
            spectrogram,
            owners.class_view,
            owners.class_map,
            owners.rules,
            owners.grouping,
        ),
        DARK,
    )
    qtbot.addWidget(stack)
    stack.resize(1000, 700)
    stack.show()
    qtbot.waitExposed(stack)
    owners.open()
    spectrogram.set_recording(44_100, 60.0)
    event = owners.event("dog", 20.0, DOG, 10.0)
    owners.document.set_events(
        EventList.of([event, owners.event("one", 5.0, DOG, 10.0), owners.event("two", 32.0)])
    )
    return stack


def bounded(owners: Owners) -> None:
    events = owners.document.events
    dog = events.get("dog")
    assert dog is not None
    owners.document.set_events(events.with_events(replace(dog, low_hz=5_000.0, high_hz=10_000.0)))
    owners.selection.select(["dog"])


def at(track: Track, time_s: float, hertz: float | None = None) -> QPoint:
    area = track.area.sceneBoundingRect()
    y = track.y_of(hertz, 0.5)
    return QPointF(area.left() + track.x_of(time_s), area.top() + y).toPoint()


def pull(track: Track, first: QPoint, last: QPoint, keys: Qt.KeyboardModifier = NONE) -> None:
    QTest.mousePress(track.viewport(), LEFT, keys, first)
    for part in (0.25, 0.5, 0.75, 1.0):
        way = QPointF(first) + part * QPointF(last - first)
        QTest.mouseMove(track.viewport(), way.toPoint())
    QTest.mouseRelease(track.viewport(), LEFT, keys, last)


def test_a_box_is_selected_with_ctrl_or_with_the_tool(stack: TrackStack, owners: Owners) -> None:
    track, timeline = stack.spectrogram, owners.timeline
    for tool, keys in ((False, CTRL), (True, NONE)):
        timeline.set_selection(None)
        stack.use_box_tool(tool)
        pull(track, at(track, 40.0, 12_000.0), at(track, 50.0, 3_000.0), keys)
        span, band = timeline.selection, timeline.band_hz
        assert span is not None
        assert band is not None
        assert (span.start_s, span.end_s) == pytest.approx((40.0, 50.0), abs=0.1)
        assert band == pytest.approx((3_000.0, 12_000.0), abs=300)
    stack.use_box_tool(False)
    pull(track, at(track, 40.0, 12_000.0), at(track, 50.0, 3_000.0))
    assert timeline.band_hz is None, "plain dragging selects time alone"
    pull(track, at(track, 40.0, 12_000.0), at(track, 50.0, -9_000.0) + QPoint(0, 2_000), CTRL)
    assert timeline.band_hz is not None
    assert timeline.band_hz[0] == 0.0, "below the track lies nothing"
    pull(stack.waveform, at(stack.waveform, 10.0), at(stack.waveform, 12.0), CTRL)
    assert timeline.band_hz is None, "a waveform has no frequencies"


def test_the_selected_box_is_drawn_between_its_frequencies(
    stack: TrackStack, owners: Owners
) -> None:
    track = stack.spectrogram
    before = pixels(track.grab().toImage())
    owners.timeline.set_selection(TimeSpan(40.0, 50.0), (5_000.0, 10_000.0))
    changed = (pixels(track.grab().toImage()) != before).any(axis=2)
    rows = changed[:, at(track, 45.0, 0.0).x()].nonzero()[0]
    assert rows[0] == pytest.approx(at(track, 45.0, 10_000.0).y(), abs=2)
    assert rows[-1] == pytest.approx(at(track, 45.0, 5_000.0).y(), abs=2)


@pytest.mark.parametrize("ground", [0, 90, 160, 255])
def test_the_selected_box_stands_out_from_every_brightness(
    stack: TrackStack, owners: Owners, ground: int
) -> None:
    layer = stack.spectrogram._bands
    assert layer is not None
    owners.timeline.set_selection(TimeSpan(40.0, 50.0), (5_000.0, 10_000.0))
    image = QImage(layer.width, layer.height, QImage.Format.Format_RGB32)
    image.fill(QColor(ground, ground, ground))
    painter = QPainter(image)
    layer.draw(painter, 1.0)
    painter.end()
    x, y = round(layer.x_of(40.0)), round(layer.y_of(7_500.0, 0.5))
    beside = [image.pixelColor(x + step, y) for step in (-1, 0)]
    below = QColor(ground, ground, ground)
    assert max(contrast(color, below) for color in beside) >= 4.5


@pytest.mark.parametrize(
    ("grip", "target", "expected"),
    [
        ((20.0, 7_500.0), (15.0, 1_000.0), Box(15.0, 30.0, 5_000.0, 10_000.0)),
        ((30.0, 7_500.0), (70.0, 1_000.0), Box(20.0, 60.0, 5_000.0, 10_000.0)),
        ((25.0, 10_000.0), (50.0, 15_000.0), Box(20.0, 30.0, 5_000.0, 15_000.0)),
        ((25.0, 5_000.0), (25.0, -2_000.0), Box(20.0, 30.0, 0.0, 10_000.0)),
        ((25.0, 10_000.0), (25.0, 30_000.0), Box(20.0, 30.0, 5_000.0, NYQUIST)),
        ((20.0, 10_000.0), (10.0, 15_000.0), Box(10.0, 30.0, 5_000.0, 15_000.0)),
        ((30.0, 5_000.0), (40.0, 2_000.0), Box(20.0, 40.0, 2_000.0, 10_000.0)),
        ((20.0, 5_000.0), (35.0, 15_000.0), Box(29.8, 30.0, 9_600.0, 10_000.0)),
    ],
)
def test_edges_and_corners_are_dragged_within_the_recording(
    stack: TrackStack,
    owners: Owners,
    grip: tuple[float, float],
    target: tuple[float, float],
    expected: Box,
) -> None:
    bounded(owners)
    moves = Moves(stack, owners)
    track = stack.spectrogram
    pull(track, at(track, *grip), at(track, *target))
    box, ended = moves.boxes[-1]
    assert ended
    assert [was for _, was in moves.boxes[:-1]] == [False] * (len(moves.boxes) - 1)
    assert (box.start_s, box.end_s) == pytest.approx((expected.start_s, expected.end_s), abs=0.1)
    assert box.band_hz == pytest.approx(expected.band_hz, abs=300)
    assert owners.selection.ids == ("dog",)


@pytest.mark.parametrize("name", ["waveform", "spectrogram", "events"])
@pytest.mark.parametrize(("grip", "target"), [(20.0, 55.0), (30.0, 2.0)])
def test_an_edge_pulled_over_the_other_one_leaves_what_can_be_seen_and_held(
    stack: TrackStack, owners: Owners, name: str, grip: float, target: float
) -> None:
    owners.selection.select(["dog"])
    moves = Moves(stack, owners)
    track = stack.tracks[name]
    y = round(track.area.height() / 2)
    if name == "events":  # the lane of the event
        y = next(y for y in range(2, 200, 4) if track.event_at(QPointF(track.x_of(25.0), y)))
    first, last = (QPoint(at(track, x).x(), _top(track) + y) for x in (grip, target))
    pull(track, first, last)
    box = moves.boxes[-1][0]
    second = track.x_of(1.0) - track.x_of(0.0)
    assert (box.end_s - box.start_s) * second == pytest.approx(3, abs=0.1)


def test_at_a_close_look_ten_milliseconds_are_left_and_shorter_events_stay_as_long(
    stack: TrackStack, owners: Owners
) -> None:
    owners.selection.select(["dog"])
    moves = Moves(stack, owners)
    track = stack.waveform
    owners.timeline.set_view(29.9, 30.1)
    pull(track, at(track, 30.0), at(track, 29.95))
    owners.timeline.set_view(19.9, 20.1)
    pull(track, at(track, 20.0), at(track, 20.09))
    assert moves.boxes[-1][0].end_s == pytest.approx(29.95, abs=0.001)
    click = owners.event("click", 40.0, DOG, 0.002)
    owners.document.set_events(owners.document.events.with_events(click))
    owners.selection.select(["click"])
    owners.timeline.set_view(39.99, 40.01)
    pull(track, at(track, 40.0), at(track, 40.009))
    box = moves.boxes[-1][0]
    assert box.end_s - box.start_s == pytest.approx(0.002)


def escape(track: Track, first: QPoint, last: QPoint, keys: Qt.KeyboardModifier = NONE) -> None:
    """Drags, presses Escape in the middle, goes on dragging and releases."""
    window = track.window()
    window.activateWindow()
    QTest.mousePress(track.viewport(), LEFT, keys, first)
    for part in (0.2, 0.4, 0.6):
        QTest.mouseMove(track.viewport(), (QPointF(first) + part * QPointF(last - first)).toPoint())
    QTest.keyClick(track, Qt.Key.Key_Escape)
    QTest.mouseMove(track.viewport(), last)
    QTest.mouseRelease(track.viewport(), LEFT, keys, last)


@pytest.fixture
def of_window(stack: TrackStack) -> list[str]:
    """How often the window was given Escape."""
    pressed: list[str] = []
    shortcut = QShortcut(QKeySequence("Esc"), stack)
    shortcut.activated.connect(lambda: pressed.append("Esc"))
    return pressed


@pytest.mark.parametrize(
    ("name", "grip", "target"),
    [
        ("waveform", (20.0, None), (45.0, None)),
        ("spectrogram", (20.0, 7_500.0), (45.0, 7_500.0)),
        ("spectrogram", (25.0, 10_000.0), (25.0, 15_000.0)),
        ("spectrogram", (30.0, 5_000.0), (40.0, 1_000.0)),
    ],
)
def test_escape_puts_edges_and_corners_back(
    stack: TrackStack,
    owners: Owners,
    of_window: list[str],
    name: str,
    grip: tuple[float, float | None],
    target: tuple[float, float | None],
) -> None:
    bounded(owners)
    moves = Moves(stack, owners)
    track = stack.tracks[name]
    escape(track, at(track, *grip), at(track, *target))
    assert moves.boxes[-1] == (Box(20.0, 30.0, 5_000.0, 10_000.0), True)
    assert sum(ended for _, ended in moves.boxes) == 1
    assert any(box != moves.boxes[-1][0] for box, _ in moves.boxes), "it was dragged before"
    assert (owners.selection.ids, of_window) == (("dog",), [])
    QTest.keyClick(track, Qt.Key.Key_Escape)
    assert of_window == ["Esc"], "without a drag the key is the window's"


def test_escape_puts_the_edge_of_a_bar_back(
    stack: TrackStack, owners: Owners, of_window: list[str]
) -> None:
    owners.selection.select(["dog"])
    moves = Moves(stack, owners)
    track = stack.events
    y = next(y for y in range(2, 200, 4) if track.event_at(QPointF(track.x_of(25.0), y)))
    first, last = (QPoint(at(track, x).x(), _top(track) + y) for x in (30.0, 50.0))
    escape(track, first, last)
    assert moves.boxes[-1] == (Box(20.0, 30.0), True)
    assert (owners.selection.ids, of_window) == (("dog",), [])


def test_escape_brings_the_former_selection_back(
    stack: TrackStack, owners: Owners, of_window: list[str]
) -> None:
    track, timeline = stack.spectrogram, owners.timeline
    timeline.set_selection(TimeSpan(50.0, 55.0), (100.0, 900.0))
    for keys in (NONE, CTRL, Qt.KeyboardModifier.ShiftModifier):
        escape(track, at(track, 2.0, 12_000.0), at(track, 9.0, 3_000.0), keys)
        assert timeline.selection == TimeSpan(50.0, 55.0)
        assert timeline.band_hz == (100.0, 900.0)
    assert of_window == []


def test_escape_brings_the_former_threshold_and_view_back(
    stack: TrackStack, owners: Owners, of_window: list[str]
) -> None:
    owners.class_view.choose(DOG)
    stack.curve.threshold_moved.connect(
        lambda class_index, value, _ended: owners.rules.set_threshold(class_index, value)
    )
    before = owners.rules.rule_set
    seen: list[object] = []
    owners.rules.changed.connect(lambda: seen.append(owners.rules.rule_set))
    line = round(_top(stack.curve) + stack.curve._layer.y_of(owners.rules.rule(DOG).on))
    escape(stack.curve, QPoint(300, line), QPoint(300, line - 20))
    assert len(seen) > 1
    assert owners.rules.rule_set == before
    owners.timeline.set_view(10.0, 20.0)
    view = owners.timeline.view
    escape(stack.overview, QPoint(300, 20), QPoint(500, 20))
    assert owners.timeline.view == view
    assert of_window == []


def test_escape_ends_a_zoom_to_frequencies(
    stack: TrackStack, owners: Owners, of_window: list[str]
) -> None:
    track = stack.spectrogram
    escape(track, QPoint(10, 30), QPoint(10, 120))
    assert track._spectrogram.zoom_hz is None
    assert of_window == []


def _top(track: Track) -> int:
    return round(track.area.sceneBoundingRect().top())


def test_an_event_without_bounds_gets_one_from_its_upper_edge(
    stack: TrackStack, owners: Owners
) -> None:
    owners.selection.select(["dog"])
    moves = Moves(stack, owners)
    track = stack.spectrogram
    pull(track, at(track, 25.0, NYQUIST - 100), at(track, 25.0, 8_000.0))
    assert moves.boxes[-1][0].low_hz is None
    assert moves.boxes[-1][0].high_hz == pytest.approx(8_000, abs=300)


def test_edges_are_dragged_in_the_waveform(stack: TrackStack, owners: Owners) -> None:
    bounded(owners)
    moves = Moves(stack, owners)
    track = stack.waveform
    pull(track, at(track, 30.0), at(track, 33.0))
    box = moves.boxes[-1][0]
    assert (box.start_s, box.end_s) == pytest.approx((20.0, 33.0), abs=0.1)
    assert box.band_hz == (5_000.0, 10_000.0)


@pytest.mark.parametrize("name", ["waveform", "spectrogram"])
def test_a_click_sets_the_cursor_and_leaves_the_event_selected(
    stack: TrackStack, owners: Owners, name: str
) -> None:
    bounded(owners)
    moves = Moves(stack, owners)
    track = stack.tracks[name]
    sought: list[float] = []
    stack.seek_requested.connect(sought.append)
    for time_s in (25.0, 20.0, 3.0):  # inside, on an edge, outside
        QTest.mouseClick(track.viewport(), LEFT, NONE, at(track, time_s, 7_000.0))
        assert sought[-1] == pytest.approx(time_s, abs=0.1)
    assert owners.selection.ids == ("dog",)
    assert [ended for _, ended in moves.boxes] == [True], "the click on the edge moved nothing"


def test_bars_stay_in_their_lanes_while_one_is_dragged(stack: TrackStack, owners: Owners) -> None:
    bounded(owners)
    moves = Moves(stack, owners)
    before = stack.events._layer._lanes.lanes.tolist()
    track = stack.waveform
    pull(track, at(track, 20.0), at(track, 8.0))  # over another bar
    assert moves.lanes[0] == before
    assert all(lanes == before for lanes in moves.lanes[:-1])
    assert moves.lanes[-1] != before, "two that overlap lie below each other in the end"


def wheel(track: Track, where: QPoint, notches: int) -> None:
    place, up = QPointF(where), QPoint(0, 120 * notches)
    QApplication.sendEvent(
        track.viewport(),
        QWheelEvent(
            place,
            track.viewport().mapToGlobal(place),
            QPoint(),
            up,
            Qt.MouseButton.NoButton,
            NONE,
            Qt.ScrollPhase.NoScrollPhase,
            False,
        ),
    )


def test_frequencies_are_zoomed_on_their_axis(stack: TrackStack, owners: Owners) -> None:
    track = stack.spectrogram
    axis = lambda: track._spectrogram.axis  # noqa: E731
    view = owners.timeline.view
    pointer = QPoint(AXIS_WIDTH // 2, at(track, 0.0, 5_000.0).y())
    wheel(track, pointer, 3)
    low, high = axis().range_hz
    assert high - low == pytest.approx(0.8**3 * NYQUIST, rel=0.01)
    assert track.hertz_at(track.y_of(5_000.0, 0)) == pytest.approx(5_000, abs=1)
    for y in range(20, 60):  # as tables write it
        hertz = track.hertz_at(y)
        assert hertz == round(hertz or 0.0, 1)
    assert at(track, 0.0, 5_000.0).y() == pytest.approx(pointer.y(), abs=1)
    assert owners.timeline.view == view
    wheel(track, pointer, -9)
    assert axis().range_hz == (0.0, NYQUIST)
    x = AXIS_WIDTH // 2
    first, last = at(track, 0.0, 8_000.0).y(), at(track, 0.0, 2_000.0).y()
    pull(track, QPoint(x, first), QPoint(x, last))
    assert axis().range_hz == pytest.approx((2_000, 8_000), abs=300)
    assert owners.timeline.selection is None
    for _ in range(60):
        wheel(track, pointer, 1)
    assert axis().range_hz[1] - axis().range_hz[0] == pytest.approx(50.0)
    QTest.mouseDClick(track.viewport(), LEFT, NONE, pointer)
    assert axis().range_hz == (0.0, NYQUIST)


def test_the_zoom_ends_with_other_settings_and_the_models_own_picture_has_none(
    stack: TrackStack,
) -> None:
    spectrogram = stack.spectrogram._spectrogram
    spectrogram.show_band(1_000.0, 2_000.0)
    assert spectrogram.preset == 0, "zooming is no setting"
    spectrogram.use_preset(PRESETS[1])
    assert spectrogram.zoom_hz is None
    own = next(p for p in PRESETS if p.settings.scale == "yamnet")
    spectrogram.use_preset(own)
    spectrogram.show_band(1_000.0, 2_000.0)
    assert spectrogram.zoom_hz is None


def test_a_box_outside_the_shown_frequencies_is_not_drawn_at_its_border(
    stack: TrackStack, owners: Owners
) -> None:
    bounded(owners)
    track = stack.spectrogram
    track._spectrogram.show_band(12_000.0, 20_000.0)
    shown = pixels(track.grab().toImage())
    owners.selection.select([])
    assert (pixels(track.grab().toImage()) == shown).all()
