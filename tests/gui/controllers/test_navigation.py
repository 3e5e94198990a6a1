"""Moving about in time, by mouse and by keys, as the user does it."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QWheelEvent
from PySide6.QtWidgets import QApplication, QToolTip
from pytestqt.qtbot import QtBot

from tests.gui.support.mouse import click, drag, mouse, place
from tests.gui.support.pixels import area_pixels
from yamnet_gui.core.events import Event, EventList
from yamnet_gui.gui.features.tour import STEPS
from yamnet_gui.gui.tracks.track import Track
from yamnet_gui.gui.workbench import Workbench

Start = Callable[..., Workbench]
Settled = Callable[[Workbench], None]
NONE = Qt.KeyboardModifier.NoModifier
CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def messages(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What tooltips show; the offscreen platform cannot raise them."""
    texts: list[str] = []
    monkeypatch.setattr(QToolTip, "showText", lambda _at, text, *_rest: texts.append(text))
    return texts


@pytest.fixture
def bench(start: Start, settled: Settled, sound_file: Path, messages: list[str]) -> Workbench:
    """Twelve seconds, all of them in view."""
    bench = start(sound_file)
    settled(bench)
    return bench


def wheel(track: Track, at: QPointF, notches: int, keys: Qt.KeyboardModifier = NONE) -> None:
    away = track.viewport().mapToGlobal(at)
    event = QWheelEvent(
        at,
        away,
        QPoint(),
        QPoint(0, 120 * notches),
        Qt.MouseButton.NoButton,
        keys,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(track.viewport(), event)


def test_the_wheel_pans_and_with_ctrl_zooms_at_the_pointer(bench: Workbench) -> None:
    bench.session.timeline.set_view(4.0, 8.0)
    track = bench.shell.tracks.waveform
    wheel(track, place(track, 5.0), -1)
    assert bench.session.timeline.view.start_s > 4.0
    assert bench.session.timeline.view.duration_s == pytest.approx(4.0)
    bench.session.timeline.set_view(4.0, 8.0)
    at = place(track, 5.0)
    wheel(track, at, 2, CTRL)
    assert "The wheel moves along, Ctrl with the wheel zooms" in STEPS[0].text, "as the tour says"
    view = bench.session.timeline.view
    assert view.duration_s < 4.0
    assert track.x_of(5.0) == pytest.approx(at.x() - track.area.sceneBoundingRect().left(), abs=1.0)


@pytest.mark.parametrize("name", ["waveform", "spectrogram", "scores", "curve", "events"])
def test_dragging_selects_and_a_click_seeks_on_every_track(
    bench: Workbench, name: str, messages: list[str]
) -> None:
    track = bench.shell.tracks.tracks[name]
    drag(track, place(track, 3.0), place(track, 5.0))
    selected = bench.session.timeline.selection
    assert selected is not None
    pixel_s = 12.0 / track.area.width()
    assert selected.start_s == pytest.approx(3.0, abs=2 * pixel_s)
    assert selected.end_s == pytest.approx(5.0, abs=2 * pixel_s)
    assert messages[-1] == f"{selected.duration_s:.3f} s"
    click(track, place(track, 9.0))
    assert bench.session.timeline.selection is None
    assert bench.session.timeline.cursor_s == pytest.approx(9.0, abs=2 * pixel_s)


def test_shift_and_click_move_the_nearer_end_of_the_selection(bench: Workbench) -> None:
    track = bench.shell.tracks.waveform
    drag(track, place(track, 3.0), place(track, 5.0))
    click(track, place(track, 8.0), SHIFT)
    selected = bench.session.timeline.selection
    assert selected is not None
    assert (selected.start_s, selected.end_s) == pytest.approx((3.0, 8.0), abs=0.05)
    click(track, place(track, 2.0), SHIFT)
    selected = bench.session.timeline.selection
    assert selected is not None
    assert (selected.start_s, selected.end_s) == pytest.approx((2.0, 8.0), abs=0.05)


def test_a_click_in_the_overview_jumps_there(bench: Workbench) -> None:
    bench.session.timeline.set_view(0.0, 1.0)
    overview = bench.shell.tracks.overview
    area = overview.area.sceneBoundingRect()
    click(overview, QPointF(area.left() + area.width() * 0.75, area.center().y()))
    view = bench.session.timeline.view
    assert view.centre_s == pytest.approx(9.0, abs=0.05)
    assert view.duration_s == pytest.approx(1.0)


def test_a_double_click_on_an_event_selects_it_and_zooms_to_it(bench: Workbench) -> None:
    bench.session.document.set_events(
        EventList.of([Event("e", 3.0, 5.0, "Speech", 0, score_max=0.7)])
    )
    track = bench.shell.tracks.events
    at = place(track, 4.0, 0.0) + QPointF(0, 8)
    mouse(track, QEvent.Type.MouseButtonDblClick, at)
    assert bench.session.selection.ids == ("e",)
    view = bench.session.timeline.view
    assert view.start_s < 3.0 < 5.0 < view.end_s
    assert view.duration_s < 6.0


def test_hovering_over_an_event_tells_class_times_score_and_state(bench: Workbench) -> None:
    bench.session.document.set_events(
        EventList.of([Event("e", 3.0, 5.0, "Speech", 0, score_max=0.7)])
    )
    track = bench.shell.tracks.events
    text = track.hover_text(QPointF(track.x_of(4.0), 8))
    for part in ("Speech", "0:03.000", "0:05.000", "0.70", "unreviewed"):
        assert part in text
    assert track.hover_text(QPointF(track.x_of(9.0), 8)) == ""


def test_dragging_over_the_time_axis_moves_the_cursor(bench: Workbench) -> None:
    ruler = bench.shell.tracks.ruler
    drag(ruler, place(ruler, 2.0), place(ruler, 7.0))
    assert bench.session.timeline.cursor_s == pytest.approx(7.0, abs=0.05)
    assert bench.session.timeline.selection is None


def test_close_up_every_sample_is_a_stem_with_a_head(
    bench: Workbench, settled: Settled, qtbot: QtBot
) -> None:
    bench.session.timeline.set_view(4.0, 4.0 + 24 / 16_000)  # in the tone of the recording
    bench.shell.tracks.waveform.grab()  # asks for the samples
    settled(bench)
    qtbot.waitUntil(lambda: bench.session.sound.samples(64_000, 64_024) is not None)
    picture = area_pixels(bench.shell.tracks.waveform).astype(int)
    base = QColor(bench.services.appearance.theme.base)
    ground = np.array([base.red(), base.green(), base.blue()])
    height, width, _ = picture.shape
    samples = bench.session.sound.samples(64_000, 64_024)
    assert samples is not None
    per_sample = width / 24
    for k in range(1, 23):
        value = float(samples[k, 0])
        if abs(value) < 0.1:
            continue
        x, top = round(k * per_sample), height / 4 * (1 - value)
        stem = picture[round((top + height / 4) / 2), x - 1 : x + 2]
        head = picture[round(top), x - 1 : x + 2]
        assert (np.abs(stem - ground).sum(axis=1) > 60).any(), k
        assert (np.abs(head - ground).sum(axis=1) > 60).any(), k


def test_clock_time_is_written_where_the_name_says_when_the_recording_began(
    start: Start, settled: Settled, tmp_path: Path
) -> None:
    path = tmp_path / "garden_20240611_221500.wav"
    soundfile.write(path, np.zeros(16_000 * 90, np.int16), 16_000)
    bench = start(path)
    settled(bench)
    action = bench.shell.window.actions_by_id["clock_time"]
    assert action.isVisible()
    assert any("time zone" in notice.text for notice in bench.shell.notices.notices)
    action.setChecked(True)
    assert bench.session.timeline.time_text(61.0, 0) == "22:16:01"
    action.setChecked(False)
    assert bench.session.timeline.time_text(61.0, 0) == "1:01"
    bench.session.settings.set("time_zone", "Asia/Tokyo")
    bench.open(path)
    settled(bench)
    recording = bench.session.document.recording
    assert recording is not None
    assert recording.info.recorded_at is not None
    assert str(recording.info.recorded_at.tzinfo) == "Asia/Tokyo"
    assert not recording.zone_assumed


def test_the_view_follows_the_cursor_only_where_that_is_wanted(bench: Workbench) -> None:
    bench.session.timeline.set_view(0.0, 2.0)
    follow = bench.shell.window.actions_by_id["follow"]
    follow.setChecked(False)
    bench.services.player.play(None)
    bench.services.player.position_changed.emit(5.0)
    assert bench.session.timeline.view.start_s == 0.0
    follow.setChecked(True)
    bench.services.player.position_changed.emit(5.0)
    view = bench.session.timeline.view
    assert view.start_s <= 5.0 <= view.end_s
    bench.services.player.stop()


def test_keys_move_extend_page_and_go_to_the_ends(bench: Workbench) -> None:
    actions, timeline = bench.shell.window.actions_by_id, bench.session.timeline
    timeline.set_view(4.0, 6.0)
    actions["page_right"].trigger()
    assert timeline.view.start_s == pytest.approx(5.8)
    actions["cursor_start"].trigger()
    assert timeline.cursor_s == 0.0
    assert timeline.view.start_s == 0.0
    actions["cursor_right"].trigger()
    assert timeline.cursor_s == pytest.approx(0.02)
    actions["extend_right"].trigger()
    selected = timeline.selection
    assert selected is not None
    assert (selected.start_s, selected.end_s) == pytest.approx((0.02, 0.04))
    actions["cursor_end"].trigger()
    assert timeline.cursor_s == pytest.approx(12.0)
    actions["zoom_all"].trigger()
    assert timeline.view.duration_s == pytest.approx(12.0)
