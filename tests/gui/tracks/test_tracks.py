"""The tracks: one time axis to the pixel, and nothing short ever disappears."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile
from PySide6.QtGui import QColor, QImage
from pytestqt.qtbot import QtBot

from yamnet_gui.core.events import Event, EventList
from yamnet_gui.core.scores import FrameGrid, ScoreTable
from yamnet_gui.core.spans import TimeSpan
from yamnet_gui.gui.state.score_buffer import ScoreBuffer
from yamnet_gui.gui.tracks.layer import Layer
from yamnet_gui.gui.tracks.track import Track
from yamnet_gui.gui.workbench import Workbench

Start = Callable[..., Workbench]
Settled = Callable[[Workbench], None]


def all_tracks(bench: Workbench) -> list[Track]:
    stack = bench.shell.tracks
    return [stack.ruler, *stack.tracks.values()]


def test_the_same_time_lies_in_the_same_pixel_column_on_every_track(
    start: Start, settled: Settled, sound_file: Path
) -> None:
    bench = start(sound_file)
    settled(bench)
    rng = np.random.default_rng(2)
    for _ in range(200):
        length = 12.0 * 10 ** rng.uniform(-4, 0)
        first = rng.uniform(0, 12.0 - length)
        bench.session.timeline.set_view(first, first + length)
        view = bench.session.timeline.view
        time_s = rng.uniform(view.start_s, view.end_s)
        columns = set()
        for track in all_tracks(bench):
            left = track.mapTo(bench.shell.tracks, track.viewport().pos()).x()
            edge = track.area.sceneBoundingRect().left()
            layers = [i for i in track.area.childItems() if isinstance(i, Layer)]
            assert layers
            for layer in layers:
                columns.add(int(np.floor(left + edge + layer.x_of(time_s))))
        assert len(columns) == 1


def test_every_track_has_the_same_left_edge_and_width(
    start: Start, settled: Settled, sound_file: Path
) -> None:
    bench = start(sound_file)
    settled(bench)
    places = {
        (round(t.area.sceneBoundingRect().left(), 3), round(t.area.sceneBoundingRect().width(), 3))
        for t in all_tracks(bench)
    }
    assert len(places) == 1


def test_a_selection_is_drawn_in_the_same_columns_on_every_track(
    qtbot: QtBot, start: Start, settled: Settled, sound_file: Path
) -> None:
    bench = start(sound_file)
    settled(bench)
    before = {
        t.title: t.grab().toImage() for t in all_tracks(bench) if t is not bench.shell.tracks.ruler
    }
    bench.session.timeline.set_selection(TimeSpan(6.0, 7.5))
    found = {}
    for track in all_tracks(bench):
        if track.title not in before or track is bench.shell.tracks.events:
            continue
        found[track.title] = changed_columns(before[track.title], track.grab().toImage())
    assert len(set(found.values())) == 1, found


def changed_columns(before: QImage, after: QImage) -> tuple[int, int]:
    """First and last pixel column in which two pictures differ."""
    difference = pixels(before) != pixels(after)
    columns = np.flatnonzero(difference.any(axis=(0, 2)))
    return int(columns[0]), int(columns[-1])


def pixels(image: QImage) -> np.ndarray:
    image = image.convertToFormat(QImage.Format.Format_RGBA8888)
    data = np.frombuffer(image.constBits(), np.uint8)
    return data.reshape(image.height(), image.bytesPerLine() // 4, 4)[:, : image.width()].copy()


def area_pixels(track: Track) -> np.ndarray:
    """The plotting area of a track as RGB, shape (rows, columns, 3)."""
    area = track.area.sceneBoundingRect()
    left, width = round(area.left()), round(area.width())
    top, height = round(area.top()), round(area.height())
    return pixels(track.grab().toImage())[top : top + height, left : left + width, :3]


@pytest.mark.slow
def test_a_click_and_a_one_frame_event_are_visible_at_every_zoom_of_ten_hours(
    qtbot: QtBot, start: Start, settled: Settled, tmp_path: Path
) -> None:
    rate, hours, at_s = 8000, 10, 5 * 3600 + 1234.567
    path = tmp_path / "ten hours.wav"
    quiet = np.zeros(rate * 600, np.int16)
    with soundfile.SoundFile(path, "w", rate, 1, "PCM_16") as file:
        for _ in range(hours * 6):
            file.write(quiet)
        file.seek(round(at_s * rate))
        file.write((0.9 * 32767 * np.sign(np.sin(np.arange(40) * 2.1))).astype(np.int16))
    bench = start(path)
    settled(bench)
    count = int(hours * 3600 / 0.48)
    grid = FrameGrid(count, hours * 3600.0)
    frame = grid.frame_at(at_s)
    scores = np.zeros((count, len(bench.session.class_map.value)), np.float32)
    scores[frame, 7] = 0.9
    bench.session.document.set_scores((ScoreBuffer.of_table(ScoreTable(grid, scores)),))
    settled(bench)
    events = bench.session.document.events
    assert [e.class_index for e in events] == [7]
    bench.session.class_view.set_shown((7, 8))
    bench.session.class_view.choose(None)
    background = QColor(bench.services.appearance.theme.base)
    base = np.array([background.red(), background.green(), background.blue()])
    event = events.events[0]
    for zoom in range(22):
        length = hours * 3600 / 2**zoom
        bench.session.timeline.set_view(at_s - 0.4 * length, at_s + 0.6 * length)
        settled(bench)
        view = bench.session.timeline.view
        width = bench.shell.tracks.waveform.area.width()
        column = int((at_s - view.start_s) / view.duration_s * width)
        last = min(int((at_s + 0.005 - view.start_s) / view.duration_s * width), int(width) - 1)
        wave = area_pixels(bench.shell.tracks.waveform)
        tall = (np.abs(wave[:, max(column - 2, 0) : last + 3].astype(int) - base) > 60).any(axis=2)
        assert tall.any(axis=1).sum() > 0.6 * len(wave), f"click in the waveform, {length} s"
        picture = area_pixels(bench.shell.tracks.spectrogram).astype(int).sum(axis=2)
        here = picture[:, max(column - 2, 0) : column + 3].max(axis=1).mean()
        # Close up the click fills the whole picture: its window is longer than the view.
        floor = np.median(picture) + 100 if length > 0.2 else 300
        assert here > floor, f"click in the spectrogram, {length} s"
        middle = min(max(event.span.centre_s, view.start_s), view.end_s)
        place = min(int((middle - view.start_s) / view.duration_s * width), int(width) - 1)
        lane = area_pixels(bench.shell.tracks.events)[8, max(place - 2, 0) : place + 3]
        assert (np.abs(lane.astype(int) - base).sum(axis=1) > 60).any(), f"event, {length} s"
        heat = area_pixels(bench.shell.tracks.scores)
        row = heat[len(heat) // 4, max(place - 12, 0) : place + 13].astype(int)
        assert (np.abs(row - base).sum(axis=1) > 200).any(), f"score, {length} s"


def test_scores_are_pooled_by_maximum_at_every_zoom() -> None:
    rng = np.random.default_rng(0)
    count = 75_000
    scores = np.zeros((count, 4), np.float32)
    spots = rng.integers(0, count, 40)
    scores[spots, 2] = 0.8
    grid = FrameGrid(count, count * 0.48)
    buffer = ScoreBuffer.of_table(ScoreTable(grid, scores))
    edges = grid.tile_edges()
    for length in (count * 0.48, 20_000.0, 900.0, 40.0):
        for spot in spots[:10]:
            centre = (edges[spot] + edges[spot + 1]) / 2
            start_s = min(max(centre - length / 3, 0), count * 0.48 - length)
            columns = buffer.columns([2, 3], start_s, start_s + length, 700)
            at = int((centre - start_s) / length * 700)
            assert columns[0, max(at - 1, 0) : at + 2].max() >= 204
            assert columns[1].max() == 0


def test_a_growing_buffer_shows_what_a_finished_one_shows() -> None:
    from yamnet_gui.core.scores import ScoreChunk

    rng = np.random.default_rng(1)
    count = 9_000
    scores = rng.random((count, 3), np.float32)
    grid = FrameGrid(count, count * 0.48)
    whole = ScoreBuffer.of_table(ScoreTable(grid, scores))
    growing = ScoreBuffer(grid, 3)
    first = 0
    while first < count:
        last = min(first + int(rng.integers(1, 500)), count)
        part = scores[first:last].copy()
        growing.add(ScoreChunk(first, part, np.zeros((last - first, 4), np.float32)))
        first = last
    assert growing.complete
    for span in ((0, count * 0.48), (100, 200), (1000, 4000)):
        np.testing.assert_array_equal(
            whole.columns([0, 1, 2], *span, 333), growing.columns([0, 1, 2], *span, 333)
        )
    np.testing.assert_array_equal(whole.best, growing.best)
    np.testing.assert_allclose(whole.mean, growing.mean)


def test_overlapping_events_lie_in_different_lanes() -> None:
    from yamnet_gui.gui.tracks.events import Lanes

    events = EventList.of(
        Event(str(i), onset, offset, "Speech", 0)
        for i, (onset, offset) in enumerate([(0, 5), (1, 2), (2.5, 4), (4.5, 6), (6, 7)])
    )
    lanes = Lanes.of(events)
    assert lanes.lanes.tolist() == [0, 1, 1, 1, 0]
    assert lanes.count == 2
