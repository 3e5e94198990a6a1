"""The window as the user meets it: open, look, analyse, set thresholds, play, close."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from tests.unit.audio.broken_files import make_broken_files
from yamnet_gui import app
from yamnet_gui.core.spans import TimeSpan
from yamnet_gui.gui.playback import PlayState
from yamnet_gui.gui.state.document import AnalysisState
from yamnet_gui.gui.workbench import Workbench

Start = Callable[..., Workbench]
Settled = Callable[[Workbench], None]


def test_an_empty_window_offers_to_open_something(start: Start) -> None:
    bench = start()
    assert bench.shell.welcome.isVisible()
    assert not bench.shell.tracks.isVisible()
    assert not bench.shell.window.actions_by_id["play"].isEnabled()


_HEAVY = (
    *("tensorflow", "keras", "ai_edge_litert", "h5py", "resampy", "numba", "scipy", "sklearn"),
    *("numpy.ma", "requests", "importlib.metadata", "threadpoolctl", "av", "PySide6.QtMultimedia"),
    *("pyqtgraph", "yamnet_gui.core.web", "yamnet_gui.labels.formats", "yamnet_gui.batch.run"),
)


@pytest.mark.workflow
def test_the_first_picture_of_the_window_needs_nothing_heavy() -> None:
    code = (
        "import sys; from yamnet_gui import app\n"
        "a, w = app.prepare(app.parse([]))\n"
        "from PySide6.QtCore import QTimer\n"
        "w.shell.window.show(); w.shell.window.grab()\n"
        "import linecache; read = [f for f in linecache.cache if 'yamnet_gui' in f]\n"
        "assert not read, f'PySide6 read the source of {len(read)} modules'\n"
        f"heavy = set({_HEAVY}) & set(sys.modules)\n"
        "QTimer.singleShot(0, w.shell.window.close); a.exec(); w.close()\n"
        "assert not heavy, heavy"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


@pytest.mark.workflow
def test_opening_a_recording_with_the_window_imports_no_formats(sound_file: Path) -> None:
    code = (
        "import sys; from yamnet_gui import app; from PySide6.QtCore import QTimer\n"
        f"a, w = app.prepare(app.parse([{str(sound_file)!r}])); w.shell.window.show()\n"
        "def look():\n"
        "    if w.session.document.recording and not w.session.spectrogram.waiting:\n"
        "        w.shell.window.close()\n"
        "t = QTimer(); t.timeout.connect(look); t.start(5); a.exec(); w.close()\n"
        "heavy = {'tensorflow', 'numpy.ma', 'yamnet_gui.labels.formats'} & set(sys.modules)\n"
        "assert not heavy, heavy"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_preparing_the_network_leaves_what_a_step_had_to_say(start: Start) -> None:
    bench = start()
    weights, status = bench.services.weights, bench.shell.status
    bench.shell.show_message("already in the project")
    weights.preparing.emit(0.5)
    weights.prepared.emit("")
    assert status.message.text() == "already in the project"
    status.clear_progress()
    weights.preparing.emit(0.5)
    assert status.message.text().startswith("Preparing the network")
    weights.prepared.emit("")
    assert status.message.text() == ""


def test_a_recording_is_shown_without_any_weights(
    start: Start, settled: Settled, sound_file: Path
) -> None:
    bench = start(sound_file)
    settled(bench)
    assert bench.shell.tracks.isVisible()
    assert bench.session.timeline.duration_s == pytest.approx(12.0)
    assert bench.session.sound.pyramid is not None
    low, high = bench.session.sound.pyramid.columns(0, 3.5 * 16000, 16000, 1)
    assert high[0] == pytest.approx(0.5, abs=1e-3)
    assert low[0] == pytest.approx(-0.5, abs=1e-3)
    assert bench.session.spectrogram.overview is not None
    assert any("weights" in notice.text for notice in bench.shell.notices.notices)
    assert bench.session.document.state is AnalysisState.NONE


@pytest.mark.workflow
def test_a_recording_is_analysed_in_the_background(
    start: Start, settled: Settled, sound_file: Path, tiny_weights: Path
) -> None:
    bench = start(sound_file, weights=tiny_weights)
    settled(bench)
    assert bench.session.document.state is AnalysisState.COMPLETE
    scores = bench.session.document.scores
    assert scores is not None
    assert scores.complete
    assert scores.grid.count == 24
    assert len(bench.session.class_view.shown) == bench.session.class_view.limit
    assert bench.shell.window.actions_by_id["export"].isEnabled()


@pytest.mark.workflow
def test_a_stored_result_is_shown_though_nothing_is_analysed_on_opening(
    start: Start, settled: Settled, sound_file: Path, tiny_weights: Path
) -> None:
    bench = start(weights=tiny_weights)
    bench.session.settings.set("analyse_on_open", False)
    bench.open(sound_file)
    settled(bench)
    assert bench.session.document.state is AnalysisState.NONE
    bench.services.analysis.start()
    settled(bench)
    bench.services.recording_controller.close_recording()
    bench.open(sound_file)
    settled(bench)
    assert bench.session.document.state is AnalysisState.COMPLETE


def test_moving_a_threshold_derives_events_anew(
    qtbot: QtBot, start: Start, settled: Settled, sound_file: Path, tiny_weights: Path
) -> None:
    bench = start(sound_file, weights=tiny_weights)
    settled(bench)
    scores = bench.session.document.scores
    assert scores is not None
    best = int(np.argmax(scores.best))
    bench.session.rules.set_threshold(None, 1.0)
    qtbot.waitUntil(lambda: len(bench.session.document.events) == 0)
    value = float(scores.best[best]) - 0.01
    bench.session.rules.set_threshold(best, value)
    qtbot.waitUntil(lambda: len(bench.session.document.events) > 0)
    assert {e.class_index for e in bench.session.document.events} == {best}
    strongest = max(e.score_max or 0 for e in bench.session.document.events)
    assert strongest == pytest.approx(float(scores.best[best]), abs=1e-6)


@pytest.mark.workflow
def test_dragging_the_threshold_line_changes_the_rule(
    qtbot: QtBot, start: Start, settled: Settled, sound_file: Path, tiny_weights: Path
) -> None:
    bench = start(sound_file, weights=tiny_weights)
    settled(bench)
    chosen = bench.session.class_view.chosen
    assert chosen is not None
    curve = bench.shell.tracks.curve
    area = curve.area.sceneBoundingRect()
    x = round(area.center().x())

    def pixel(score: float) -> QPoint:
        return QPoint(x, round(area.top() + (1 - score) * (area.height() - 1)))

    viewport = curve.viewport()
    QTest.mousePress(
        viewport,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
        pixel(bench.session.rules.rule(chosen).on),
    )
    QTest.mouseMove(viewport, pixel(0.6))
    QTest.mouseRelease(
        viewport, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, pixel(0.75)
    )
    assert bench.session.rules.rule(chosen).on == pytest.approx(0.75, abs=0.03)
    assert bench.session.rules.rule((chosen + 1) % 521).on != pytest.approx(0.75, abs=0.03)


@pytest.mark.workflow
def test_cancelling_keeps_what_is_there_and_a_new_start_finishes_it(
    qtbot: QtBot, start: Start, settled: Settled, tmp_path: Path, tiny_weights: Path
) -> None:
    import soundfile

    path = tmp_path / "long.wav"
    noise = np.random.default_rng(1).uniform(-0.1, 0.1, 16_000 * 600)
    soundfile.write(path, noise, 16_000)
    bench = start(path, weights=tiny_weights)

    def some() -> bool:
        return bench.session.document.scores is not None and bench.session.document.scores.ready > 0

    qtbot.waitUntil(some, timeout=60_000)
    bench.services.analysis.cancel()
    assert bench.session.document.state is AnalysisState.STOPPED
    assert bench.session.document.scores is not None
    assert 0 < bench.session.document.scores.ready < bench.session.document.scores.grid.count
    settled(bench)
    bench.services.analysis.start()
    settled(bench)
    assert bench.session.document.state is AnalysisState.COMPLETE


def test_closing_during_an_analysis_ends_cleanly(
    qtbot: QtBot, start: Start, tmp_path: Path, tiny_weights: Path
) -> None:
    import soundfile

    path = tmp_path / "long.wav"
    soundfile.write(path, np.zeros(16_000 * 300), 16_000)
    bench = start(path, weights=tiny_weights)
    qtbot.waitUntil(lambda: bench.session.document.state is AnalysisState.RUNNING, timeout=30_000)
    bench.shell.window.close()
    assert not bench.shell.window.isVisible()


def test_broken_files_leave_what_was_open_and_say_why(
    qtbot: QtBot, start: Start, settled: Settled, sound_file: Path, tmp_path: Path
) -> None:
    bench = start(sound_file)
    settled(bench)
    folder = tmp_path / "broken"
    folder.mkdir()
    for broken in make_broken_files(folder):
        bench.shell.notices.clear()
        if broken.expect != "error" or broken.path.is_dir():
            continue
        with qtbot.waitSignal(bench.services.recording.failed, timeout=60_000) as failed:
            bench.services.recording.open(broken.path)
        text = str(failed.args[0])
        assert broken.path.name in text, broken.name
        assert bench.shell.notices.notices[0].text == text
        recording = bench.session.document.recording
        assert recording is not None
        assert recording.info.path == sound_file


def test_a_dropped_file_is_opened(
    qtbot: QtBot, start: Start, settled: Settled, sound_file: Path
) -> None:
    bench = start()
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(sound_file))])
    event = QDropEvent(
        QPointF(100, 100),
        Qt.DropAction.CopyAction,
        data,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    with qtbot.waitSignal(bench.services.recording.opened, timeout=60_000):
        bench.shell.window.dropEvent(event)
    settled(bench)
    assert bench.session.settings.recent_files()[0] == sound_file


def test_keys_play_zoom_and_move(
    qtbot: QtBot, start: Start, settled: Settled, sound_file: Path
) -> None:
    bench = start(sound_file)
    settled(bench)
    window = bench.shell.window
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    qtbot.keyClick(window, Qt.Key.Key_Plus)
    assert bench.session.timeline.view.duration_s == pytest.approx(6.0)
    qtbot.keyClick(window, Qt.Key.Key_0)
    assert bench.session.timeline.view == TimeSpan(0.0, 12.0)
    qtbot.keyClick(window, Qt.Key.Key_Right)
    assert bench.session.timeline.cursor_s == pytest.approx(0.12)
    qtbot.keyClick(window, Qt.Key.Key_Space)
    assert bench.services.player.state is PlayState.PLAYING
    qtbot.keyClick(window, Qt.Key.Key_Space)
    assert bench.services.player.state is PlayState.PAUSED


def test_single_keys_are_text_while_a_text_field_has_the_focus(
    qtbot: QtBot, start: Start, settled: Settled, sound_file: Path
) -> None:
    bench = start(sound_file)
    settled(bench)
    bench.shell.window.activateWindow()
    qtbot.waitUntil(bench.shell.window.isActiveWindow)
    bench.shell.classes.search.setFocus()
    field = bench.shell.window.focusWidget()
    assert field is not None
    qtbot.keyClicks(field, "l0+ n")
    assert field.property("text") == "l0+ n"
    assert bench.session.timeline.view == TimeSpan(0.0, 12.0)
    assert bench.services.player.state is PlayState.STOPPED


@pytest.mark.workflow
def test_the_view_of_a_recording_is_remembered(
    start: Start, settled: Settled, sound_file: Path
) -> None:
    bench = start(sound_file)
    settled(bench)
    bench.session.timeline.set_view(2.0, 5.0)
    bench.services.transport.seek(3.0)
    bench.shell.window.close()
    again = start(sound_file)
    settled(again)
    assert again.session.timeline.view == TimeSpan(2.0, 5.0)
    assert again.session.timeline.cursor_s == 3.0


@pytest.mark.parametrize("theme", ["dark", "light"])
@pytest.mark.workflow
def test_a_picture_of_the_window_is_drawn_without_a_display(
    theme: str, sound_file: Path, tmp_path: Path
) -> None:
    # A process of its own: the program's event loop ends with it.
    from PySide6.QtGui import QImage

    out = tmp_path / f"{theme}.png"
    without = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM", "YAMNET_GUI_WEIGHTS")
    drawn = ["--screenshot", str(out), "--size", "1000x700", "--theme", theme]
    done = subprocess.run(
        [sys.executable, "-m", "yamnet_gui", str(sound_file), *drawn],
        env={key: value for key, value in os.environ.items() if key not in without},
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    image = QImage(str(out))
    assert (image.width(), image.height()) == (1000, 700)
    corner = image.pixelColor(5, 690)
    assert (corner.lightness() < 100) == (theme == "dark")


def test_without_a_display_one_sentence_tells_what_to_do(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("QT_QPA_PLATFORM", "DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    assert app.main([]) == 2
    error = capsys.readouterr().err.strip()
    assert "\n" not in error
    assert "--screenshot" in error
    assert "analyze" in error


def test_a_display_that_does_not_answer_is_told() -> None:
    assert "answers" in app.missing_display({"DISPLAY": ":987"})
    assert app.missing_display({"QT_QPA_PLATFORM": "offscreen"}) == ""
