"""Ten hours in the window: nothing short disappears at any zoom."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile
from PySide6.QtGui import QColor
from pytestqt.qtbot import QtBot

from tests.gui.support.pixels import area_pixels
from yamnet_gui.core.scores import FrameGrid, ScoreTable
from yamnet_gui.gui.state.score_buffer import ScoreBuffer
from yamnet_gui.gui.workbench import Workbench

Start = Callable[..., Workbench]
Settled = Callable[[Workbench], None]


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
